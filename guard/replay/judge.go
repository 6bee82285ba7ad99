package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
)

// judgement is the comparison of all shapes.
type judgement struct {
	o        Options
	old, new *side
	hashes   []secret.Text // that the old configuration asked the current request's password for
	report   *Report
	findings map[string]*group
	open     map[string]*Open
	names    []string
}

// group gathers the requests of a finding.
type group struct {
	Finding
	users  map[string]bool
	routes map[Route]int64
}

func judge(ctx context.Context, c *collected, o Options) (*Report, error) {
	j := &judgement{o: o, findings: map[string]*group{}, open: map[string]*Open{}, names: c.names}
	j.report = &Report{Schema: Schema, Against: o.New.Path, Program: o.New.Program, Logs: c.names, Findings: []Finding{}, Open: []Open{},
		Counts: Counts{Lines: c.lines, Succeeded: c.succeeded, WithUser: c.named, Shapes: c.table.Len(), Share: c.table.Share()}}
	j.new = &side{Configuration: o.New, name: "new", texts: map[string]string{}, fits: j.fitsNew}
	if o.Before != nil {
		j.report.Before = o.Before.Path
		j.old = &side{Configuration: *o.Before, name: "old", texts: map[string]string{}, fits: func(_ string, hash secret.Text) (conf.Fit, string) {
			j.hashes = append(j.hashes, hash)
			return conf.Fits, ""
		}}
	}
	for _, h := range c.table.Sorted() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sh := c.table.Get(h)
		sh.target = plain([]byte(sh.target))
		j.hashes = j.hashes[:0]
		j.report.Counts.Replayed += sh.n
		j.shape(sh)
	}
	j.finish(c)
	return j.report, nil
}

// fitsNew speaks for a password under the new configuration: it is right where the same hash stands there, and where the old
// configuration is not known, where the server can check the hash.
func (j *judgement) fitsNew(_ string, hash secret.Text) (conf.Fit, string) {
	if j.old == nil {
		return j.new.verifiable(hash)
	}
	if slices.ContainsFunc(j.hashes, hash.Equal) {
		return conf.Fits, ""
	}
	if len(j.hashes) > 0 {
		return conf.CannotTell, "whether the password is the same: the user's hash is another one than before"
	}
	return conf.CannotTell, "whether the password is the one in the file: the server did not ask for it here before"
}

// verdict is what becomes of a request on one course. The zero value is no change.
type verdict struct {
	change Change
	status int
	at     conf.Place
	says   string
	was    ending
	open   string
	unless string
	why    string // the hidden fields, or the entrance, that this course was one of several for
}

func (v verdict) key() string {
	return fmt.Sprintf("%s %d %s %s %s", v.change, v.status, v.at, v.open, v.unless)
}

// shape compares one shape, over all courses that agree with the line: it was let in.
func (j *judgement) shape(sh *shape) {
	starts, were := j.before(sh)
	if len(starts) == 0 {
		j.report.Counts.Other += sh.n
		return
	}
	var all []verdict
	for i, st := range starts {
		for _, c := range j.after(sh, st) {
			var was *course
			if were != nil {
				was = &were[i]
			}
			v := j.compare(sh, was, c)
			v.why = c.on
			if v.why == "" && was != nil {
				v.why = was.on
			}
			all = append(all, v)
		}
	}
	if j.old == nil && slices.ContainsFunc(all, func(v verdict) bool { return v.change != Redirected }) {
		// The line says that the request was answered: it did not come in where everything is sent elsewhere.
		all = slices.DeleteFunc(all, func(v verdict) bool { return v.change == Redirected })
	}
	j.add(sh, all, len(starts) > 1)
}

// before gives where the request may have come in, and how the old configuration let it in.
func (j *judgement) before(sh *shape) (starts []state, were []course) {
	port := sh.port
	if port == 0 {
		port = j.o.Port
	}
	if sh.host == "" {
		sh.host = j.o.Host
	}
	s := j.new
	if j.old != nil {
		s = j.old
	}
	for _, e := range entrances(s.Config, sh.host, port) {
		st := state{entrance: e}
		if j.old == nil {
			starts = append(starts, st)
			continue
		}
		for _, c := range j.login(j.old, sh, st) {
			if c.kind == passes || c.kind == unknown {
				starts, were = append(starts, c.state), append(were, c)
			}
		}
	}
	return starts, were
}

// login follows a shape; where Digest is asked for, with a Digest login.
func (j *judgement) login(s *side, sh *shape, st state) []course {
	cs := s.follow(sh, st, asLogged)
	if sh.user == "" || st.realm != "" && !refusedDigest(cs) {
		return cs
	}
	for _, c := range cs {
		if realm := realmOf(c.challenges); c.status == 401 && realm != "" && (st.realm != "" || j.old == nil || s == j.old) {
			st.realm = realm
			return s.follow(sh, st, asLogged)
		}
	}
	return cs
}

func refusedDigest(cs []course) bool {
	return slices.ContainsFunc(cs, func(c course) bool { return c.status == 401 })
}

// after gives the courses under the new configuration.
func (j *judgement) after(sh *shape, st state) []course {
	if j.old != nil && !listens(j.new.Config, st.port) {
		return []course{{state: st, ending: ending{kind: unheard}}}
	}
	return j.login(j.new, sh, st)
}

// listens reports that somebody listens on the port, or that the files do not say where anybody does.
func listens(c *conf.Config, port int) bool {
	some := false
	for _, s := range c.Scopes {
		for _, l := range s.Server.Listen {
			some = true
			if l.Port == port {
				return true
			}
		}
	}
	return !some
}

// compare says what became of a request. was is nil when the old configuration is not known.
func (j *judgement) compare(sh *shape, was *course, now course) verdict {
	v := verdict{status: now.status, at: now.at, says: now.says}
	if was != nil {
		v.was = was.ending
	}
	if !v.at.Known() {
		v.at = now.where
	}
	switch now.kind {
	case unknown:
		return verdict{open: strings.Join(now.open, "; ")}
	case refuses:
		v.change = Refused
		if sh.user == "" && now.status == 401 && len(now.challenges) > 0 && j.new.Program != "nginx" {
			v.unless = "they bring credentials without being asked, which this log does not show"
		}
	case fails:
		v.change = Fails
	case redirects:
		v.change = Redirected
		v.says = "redirected to " + now.location
	case unheard:
		return verdict{change: Unheard, says: fmt.Sprintf("nobody listens on port %d any more", now.port)}
	case missing:
		if was == nil || was.kind == unknown {
			return verdict{open: "whether the file is there: this may not be the server's disk"}
		}
		v.change = Missing
		v.says = "nothing is there any more"
	default:
		return j.passed(sh, was, now)
	}
	return v
}

// passed compares a request that is let in by the new configuration as well.
func (j *judgement) passed(sh *shape, was *course, now course) verdict {
	v := verdict{at: now.where, says: now.says}
	if was == nil {
		return j.unasked(sh, now)
	}
	v.was = was.ending
	if o, open := j.opened(sh, *was, now); open {
		v.change, v.was, v.says = Opened, o, "no password is asked for here any more"
		return v
	}
	if was.kind == unknown {
		return verdict{}
	}
	upstream := was.upstream && now.upstream
	switch {
	case upstream && was.carries && !now.carries:
		v.change, v.at, v.says = Stripped, now.fate, "Authorization is not passed on to "+now.to
	case upstream && !was.carries && now.carries:
		v.change, v.at, v.says = HandedOn, now.fate, "Authorization is passed on to "+now.to
	case was.to != now.to:
		v.change, v.says = Elsewhere, now.says
		if now.at.Known() {
			v.at = now.at
		}
	case !was.path.Equal(now.path):
		v.change, v.at, v.says = Elsewhere, now.at, now.to+" is asked for another path"
	case upstream && sh.user == "" && was.keeps && now.drops:
		return verdict{open: "whether the requests carry a token, which is not passed on any more" + atPlace(now.fate)}
	default:
		return verdict{}
	}
	return v
}

// opened reports that those who bring no credentials were refused and are let in now, and what refused them.
func (j *judgement) opened(sh *shape, was, now course) (ending, bool) {
	for _, w := range []who{nobody, stranger} {
		st := now.state
		st.realm = ""
		if !every(j.new.follow(sh, st, w), passes) {
			continue
		}
		before := was.state
		before.realm = ""
		if cs := j.old.follow(sh, before, w); every(cs, refuses) && (w == nobody || len(cs) > 0) {
			return cs[0].ending, true
		}
	}
	return ending{}, false
}

func every(cs []course, k kind) bool {
	return len(cs) > 0 && !slices.ContainsFunc(cs, func(c course) bool { return c.kind != k })
}

// unasked looks, without the old configuration, at a request whose line names a user and that nobody is asked for: Apache
// writes the name of a user that it has let in, nginx the name that came with the request.
func (j *judgement) unasked(sh *shape, now course) verdict {
	if sh.user == "" || now.upstream && now.carries {
		return verdict{}
	}
	st := now.state
	st.realm = ""
	if !every(j.new.follow(sh, st, nobody), passes) {
		return verdict{}
	}
	v := verdict{change: Opened, at: now.where, says: "the log names users here, and no password is asked for"}
	if now.upstream {
		v = verdict{change: Stripped, at: now.fate, says: "the log names users here; no password is asked for, and Authorization is not passed on to " + now.to}
	}
	if j.new.Program != "Apache httpd" {
		return verdict{open: "whether the server asked these users for a password: --before names the old configuration"}
	}
	return v
}
