package replay

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// add puts a shape where its verdicts agree, and among what is open where they do not.
func (j *judgement) add(sh *shape, all []verdict, entrances bool) {
	first := all[0]
	agree := !slices.ContainsFunc(all, func(v verdict) bool { return v.key() != first.key() })
	ex := Example{File: j.names[sh.file], Line: sh.line}
	switch {
	case !agree:
		refusal := slices.ContainsFunc(all, func(v verdict) bool { return v.change == Refused || v.change == Fails })
		j.leave(disagreement(sh, all, entrances), refusal, sh.n, ex)
	case first.open != "":
		j.leave(first.open, false, sh.n, ex)
	case first.change == "":
		j.report.Counts.Same += sh.n
	default:
		j.find(sh, first, ex)
	}
}

func (j *judgement) leave(what string, refusal bool, n int64, ex Example) {
	j.report.Counts.Open += n
	o := j.open[what]
	if o == nil {
		o = &Open{What: what, Example: ex}
		j.open[what] = o
	}
	o.Requests += n
	o.Refusal = o.Refusal || refusal
	if ex.before(o.Example) {
		o.Example = ex
	}
}

func (a Example) before(b Example) bool { return a.File == b.File && a.Line < b.Line }

// disagreement says on what the verdicts depend.
func disagreement(sh *shape, all []verdict, entrances bool) string {
	var fields []string
	for _, v := range all {
		if v.why != "" {
			fields = append(fields, strings.Split(v.why, ", ")...)
		}
		if v.open != "" {
			return v.open
		}
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	switch {
	case len(fields) > 0 && len(fields) <= 3:
		return "it depends on what the log does not show: " + strings.Join(fields, ", ")
	case len(fields) > 0:
		return "it depends on what the log does not show: " + strings.Join(fields[:3], ", ") + fmt.Sprintf(" and %d more", len(fields)-3)
	case entrances && sh.host == "":
		return "the log does not name the host of a request, and the sites differ: --host names it"
	case entrances:
		return "the log does not name the port of a request, and the ports differ: --port names it"
	}
	return "several ends are possible"
}

func (j *judgement) find(sh *shape, v verdict, ex Example) {
	j.report.Counts.Changed += sh.n
	g := j.findings[v.key()]
	if g == nil {
		g = &group{users: map[string]bool{}, routes: map[Route]int64{}}
		g.Finding = Finding{Change: v.change, Status: v.status, File: v.at.File, Line: v.at.Line, Says: v.says, Unless: v.unless, Example: ex}
		if v.change == Opened {
			g.Was, g.WasFile, g.WasLine = v.was.says, v.was.at.File, v.was.at.Line
		}
		j.findings[v.key()] = g
	}
	if ex.before(g.Example) {
		g.Example = ex
	}
	g.Requests += sh.n
	if sh.user != "" {
		g.users[sh.user] = true
	}
	g.routes[Route{Method: sh.method, Host: sh.host, Path: sh.route}] += sh.n
}

// mostRoutes is how many routes of a finding are told.
const mostRoutes = 10

func (j *judgement) finish(c *collected) {
	for _, g := range j.findings {
		g.Users = len(g.users)
		for r, n := range g.routes {
			r.Requests = n
			g.Routes = append(g.Routes, r)
		}
		slices.SortFunc(g.Routes, func(a, b Route) int {
			if a.Requests != b.Requests {
				return int(b.Requests - a.Requests)
			}
			return strings.Compare(a.Method+" "+a.Host+a.Path, b.Method+" "+b.Host+b.Path)
		})
		g.Routes = g.Routes[:min(len(g.Routes), mostRoutes)]
		j.report.Findings = append(j.report.Findings, g.Finding)
	}
	for _, what := range slices.Sorted(maps.Keys(j.open)) {
		j.report.Open = append(j.report.Open, *j.open[what])
	}
	j.report.sort()
	j.notes(c)
}

// notes says what the log and the configurations leave out of the comparison.
func (j *judgement) notes(c *collected) {
	note := func(format string, args ...any) {
		j.report.Notes = append(j.report.Notes, fmt.Sprintf(format, args...))
	}
	if s := c.table.Share(); s < 1 {
		note("the logs have about %.0f different requests; %d were followed, a fair sample", c.table.Distinct(), c.table.Len())
	}
	if c.named == 0 {
		note("no line names a user: requests are followed without credentials")
	}
	if j.old == nil && c.named > 0 {
		note("the old configuration was not given (--before): a user who stands in the new password file is taken to have the same password")
	}
	if j.old != nil && !slices.Equal(addressLines(j.old), addressLines(j.new)) {
		note("the lines that tell the client's address from a proxy's differ between old and new; addresses are taken as the log has them")
	}
	if j.report.Counts.Other > 0 {
		note("%d requests were let in that the old configuration refuses: the log was written under another one, or the files have changed since", j.report.Counts.Other)
	}
}

var ofAddresses = []string{"set_real_ip_from", "real_ip_header", "real_ip_recursive", "remoteipheader", "remoteipinternalproxy", "remoteiptrustedproxy", "trusted_proxies"}

// addressLines are the lines that say whose address the client's is.
func addressLines(s *side) []string {
	var out []string
	for _, f := range s.Files {
		b, err := s.Source.ReadFile(f)
		if err != nil {
			continue
		}
		for l := range strings.Lines(strings.ToLower(string(b))) {
			w := strings.Fields(strings.TrimRight(strings.TrimSpace(l), ";"))
			if len(w) > 1 && slices.Contains(ofAddresses, w[0]) {
				out = append(out, strings.Join(w, " "))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
