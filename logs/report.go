package logs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/logs/read"
	"github.com/why401/why401/logs/tally"
	"github.com/why401/why401/report"
)

// Schema names the form of the JSON object. Fields are only ever added within one number.
const Schema = "why401.logs/1"

// Report is what many lines say. Times are UTC.
type Report struct {
	Schema    string         `json:"schema"`
	Tool      report.Tool    `json:"tool"`
	Outcome   report.Outcome `json:"outcome"`
	From      time.Time      `json:"from"`
	To        time.Time      `json:"to"`
	Bucket    int            `json:"bucket_seconds"` // in which changes are found
	Lines     Lines          `json:"lines"`
	Requests  Requests       `json:"requests"`
	Apart     Apart          `json:"apart"`
	Incidents []Incident     `json:"incidents"`
	Timeline  []Moment       `json:"timeline"`
	Sampled   []Sampled      `json:"sampled"` // tables that did not hold all there was
	Vaccine   []Vaccine      `json:"vaccine"`
	Formats   []string       `json:"formats"`

	Read *read.Summary `json:"-"` // what this run read; nil when summaries were merged
}

// Lines counts what was read.
type Lines struct {
	All     int64 `json:"all"`
	Untimed int64 `json:"untimed"` // not used: they say no time
}

// Requests counts answers.
type Requests struct {
	All      int64 `json:"all"`
	Accepted int64 `json:"accepted"`
	Static   int64 `json:"static"`
	Refused  int64 `json:"refused"` // 401, 407
	Denied   int64 `json:"denied"`  // 403 and its kin
	Limited  int64 `json:"limited"` // 429, 423
	Failed   int64 `json:"failed"`  // 400, 5xx
}

// Apart counts refusals that are no failures.
type Apart struct {
	Negotiations int64 `json:"negotiations"` // first halves of logins that succeeded
	Scanners     int64 `json:"scanners"`
	Crawlers     int64 `json:"crawlers"`
	Monitors     int64 `json:"monitors"`
}

// Incident is one thing that went wrong.
type Incident struct {
	N         int               `json:"n"`
	Verdict   report.Verdict    `json:"verdict"`
	Pattern   string            `json:"pattern"` // what was seen, in words
	Because   []string          `json:"because"`
	Suspects  []report.Suspect  `json:"suspects"`
	Since     time.Time         `json:"since"`
	Last      time.Time         `json:"last"`
	Ongoing   bool              `json:"ongoing"` // at the end of the log
	Steady    bool              `json:"steady"`  // it was so when the log began
	Period    int               `json:"period_seconds,omitempty"`
	Refused   int64             `json:"refused"`
	Asked     int64             `json:"asked"`  // by the same group in the same time, as far as is known
	Normal    float64           `json:"normal"` // refusals that the same time has as a rule
	Change    Change            `json:"change"`
	Everyone  bool              `json:"everyone"` // no single account, client or program is hit
	Traits    []Trait           `json:"traits"`   // what tells who is hit from who is not
	Who       map[string][]Part `json:"who"`      // by trait, the most frequent first
	Counts    map[string]int    `json:"distinct"` // by trait
	Evidence  []report.Evidence `json:"evidence"`
	Raise     []report.Raise    `json:"raise"`
	Remedies  []report.Remedy   `json:"remedies"`
	Next      string            `json:"next"`
	SelfBan   bool              `json:"self_inflicted,omitempty"` // the client that was shut out is one's own
	Monitored string            `json:"monitor,omitempty"`        // which monitor it is
}

// Change is the moment at which it began, how sure that is, and what else began then.
type Change struct {
	At         time.Time `json:"at"`
	Confidence float64   `json:"confidence"` // 0 to 1; chance alone is told apart over all places that were looked at
	Also       []string  `json:"also"`
}

// Trait is a property that all of an incident has and the rest has not.
type Trait struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Part is one value of a trait and how many requests have it.
type Part struct {
	Value string `json:"value"`
	N     int64  `json:"n"`
}

// Moment is one bucket of the timeline.
type Moment struct {
	At       time.Time `json:"at"`
	Accepted int64     `json:"accepted"`
	Refused  int64     `json:"refused"` // 401, 407, 403, 429 and their kin
	Failed   int64     `json:"failed"`
}

// Sampled is a table of the tally that was too small.
type Sampled struct {
	What  string  `json:"what"`
	Share float64 `json:"share"` // of all keys that were kept
	Error float64 `json:"error"` // standard error of a count that is made of the kept keys
}

// Vaccine is what to log so that the next time more is known.
type Vaccine struct {
	Product string   `json:"product"`
	Lacks   []string `json:"lacks"`
	Where   string   `json:"where"` // where the lines belong, as a sentence
	Lines   []string `json:"lines"`
}

// headline changes when there is something new to say.
func (r *Report) headline() string {
	s := string(r.Outcome) + "\n" // so that a log on which all is well is told once too
	for _, i := range r.Incidents {
		s += fmt.Sprintf("%s %s %d\n", i.Verdict.Cause, i.Since, i.Refused/10)
	}
	return s
}

func at(minute uint32) time.Time { return time.Unix(int64(minute)*60, 0).UTC() }

func (v *view) report(ctx context.Context, found []*finding, s *read.Summary, o Options) *Report {
	r := &Report{Schema: Schema, Tool: report.Tool{Version: why401.Version()}, Outcome: report.Healthy, Read: s,
		From: at(v.from), To: at(v.to), Bucket: int(v.bin) * 60, Lines: Lines{v.t.Lines, v.t.Untimed},
		Apart:     Apart{v.legs, v.quiet["scanners"], v.quiet["crawlers"], v.quiet["monitors"]},
		Incidents: []Incident{}, Timeline: []Moment{}, Sampled: v.sampledTables(), Formats: slices.Sorted(maps.Keys(v.t.Formats))}
	v.timeline(r)
	for n, f := range found {
		i := v.incident(f, n+1, o)
		if i.Verdict.Cause == "" && r.Outcome == report.Healthy {
			r.Outcome = report.NotKnown
		} else if i.Verdict.Cause != "" {
			r.Outcome = report.Found
		}
		r.Incidents = append(r.Incidents, i)
	}
	r.Vaccine = v.vaccine(found)
	return r
}

func (v *view) timeline(r *Report) {
	bins := make([]Moment, v.bins())
	for m, a := range v.t.Time.At {
		r.Requests.Accepted += a.Accepted
		r.Requests.Static += a.Static
		r.Requests.Refused += a.Refused
		r.Requests.Denied += a.Forbidden
		r.Requests.Limited += a.Limited
		r.Requests.Failed += a.Failed
		b := &bins[v.binOf(m)]
		b.Accepted += a.Accepted + a.Redirected
		b.Refused += a.Refused + a.Forbidden + a.Limited
		b.Failed += a.Failed
	}
	r.Requests.All = v.t.Access
	for k := range bins {
		bins[k].At = at(v.from + uint32(k)*v.bin)
	}
	r.Timeline = append(r.Timeline, bins...)
}

func (v *view) sampledTables() []Sampled {
	list := []Sampled{}
	add := func(what string, whole bool, share float64, rows int) {
		if !whole {
			list = append(list, Sampled{what, share, 1 / sqrt(float64(max(rows, 1)))})
		}
	}
	add("kinds of refused requests", v.t.Refused.Whole(), v.t.Refused.Share(), v.t.Refused.Len())
	add("kinds of redirects and failures", v.t.Other.Whole(), v.t.Other.Share(), v.t.Other.Len())
	add("URLs per client", v.t.Marks.Whole(), v.t.Marks.Share(), v.t.Marks.Len())
	add("clients and users", v.t.Parties.Whole(), v.t.Parties.Share(), v.t.Parties.Len())
	add("accepted requests", v.t.Sample.Whole(), v.t.Sample.Share(), v.t.Sample.Len())
	add("requests with an id", v.t.Requests.Whole(), v.t.Requests.Share(), v.t.Requests.Len())
	add("sentences of error logs", v.t.Phrases.Whole(), v.t.Phrases.Share(), v.t.Phrases.Len())
	return list
}

// incident makes a finding readable.
func (v *view) incident(f *finding, n int, o Options) Incident {
	i := Incident{N: n, Pattern: f.kind, Because: append([]string{}, f.because...), Suspects: []report.Suspect{}, Since: time.Unix(f.since(), 0).UTC(), Last: time.Unix(f.until(), 0).UTC(),
		Steady: f.steady, Period: int(f.period) * 60, Refused: f.left(), Asked: int64(max(f.asked, float64(f.left()))), Normal: round1(f.expected),
		Traits: []Trait{}, Who: map[string][]Part{}, Counts: map[string]int{}, Raise: []report.Raise{}, Remedies: []report.Remedy{}}
	i.Ongoing = v.to-f.to <= max(v.bin*2, f.period)
	i.Change = Change{At: i.Since, Confidence: round2(f.confidence()), Also: v.also(f, o)}
	mask := func(name, value string) string {
		if name == tally.Names[tally.User] && !o.ShowUsers {
			return Mask(value)
		}
		return value
	}
	for _, t := range f.traits {
		name := dimensions[t.dim].name
		i.Traits = append(i.Traits, Trait{name, mask(name, t.value)})
	}
	i.Everyone = !slices.ContainsFunc(f.traits, func(t telling) bool {
		return slices.Contains([]string{"user", "client", "network"}, dimensions[t.dim].name)
	})
	for _, d := range append(slices.Clone(dimensions), trait(tally.Status), trait(tally.Behind)) {
		list := f.distinct(d.of)
		if len(list) == 0 {
			continue
		}
		i.Counts[d.name] = len(list)
		for _, c := range list[:min(len(list), maxParts)] {
			i.Who[d.name] = append(i.Who[d.name], Part{mask(d.name, c.Value), c.N})
		}
	}
	v.verdict(f, &i)
	i.Evidence = v.evidence(f)
	v.own(f, &i)
	i.Next = next(f, i)
	return i
}

// maxParts is how many values of a trait a report lists.
const maxParts = 5

// Mask makes a name unreadable and keeps it apart from others: its first letter and four digits of a hash.
func Mask(name string) string {
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(name))
	r, _ := utf8.DecodeRuneInString(name)
	return string(r) + "***#" + hex.EncodeToString(sum[:2])
}

// verdict is the common verdict of an incident, from the catalogue's entry or the sentence's diagnosis.
func (v *view) verdict(f *finding, i *Incident) {
	known := map[string]*cause.Cause{}
	for _, c := range all.Causes() {
		known[c.ID] = c
	}
	i.Verdict = report.Verdict{Title: "refused, and the log does not say why", RefusedBy: exchange.Unknown, FaultAt: exchange.Unknown}
	if c := known[f.cause]; c != nil {
		i.Verdict = report.Verdict{Cause: c.ID, Title: c.Title, Family: c.Family, RefusedBy: c.RefusedBy, FaultAt: c.FaultAt, Grade: f.grade}
		if p, ok := all.Page(c.ID); ok {
			for _, m := range p.Fixes() {
				i.Remedies = append(i.Remedies, remedyOf(c.ID, m))
			}
		}
	}
	if f.verdict != nil && f.verdict.Cause == f.cause {
		i.Verdict.RefusedBy, i.Verdict.FaultAt = f.verdict.RefusedBy, f.verdict.FaultAt
		if len(f.verdict.remedies) > 0 {
			i.Remedies = slices.Clone(f.verdict.remedies)
		}
		i.Raise = append(i.Raise, f.verdict.raise...)
	}
	client, _ := f.has("client")
	for k := range i.Remedies {
		i.Remedies[k].Steps = append([]string{}, i.Remedies[k].Steps...)
		if client == "" {
			continue
		}
		for n, step := range i.Remedies[k].Steps { // the page's example address is one of RFC 5737
			i.Remedies[k].Steps[n] = forClient(step, report.ShellQuote(report.Terminal(client)))
		}
	}
	for _, id := range f.suspects {
		if c := known[id]; c != nil {
			i.Suspects = append(i.Suspects, report.Suspect{Cause: id, Title: c.Title, Grade: cause.Likely, Because: "it looks the same in this log"})
		}
	}
	if len(f.suspects) > 0 {
		i.Raise = append(i.Raise, v.wouldDecide(f)...)
	}
	if f.grade < cause.Proved && len(i.Raise) == 0 {
		i.Raise = v.wouldDecide(f)
	}
}

// forClient puts a client in the place of the addresses of TEST-NET-3 (RFC 5737), which pages have in examples.
func forClient(step, client string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(step, "203.0.113.")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString(client)
		step = strings.TrimLeft(rest, "0123456789")
	}
}

func remedyOf(id string, m cause.Remedy) report.Remedy {
	return report.Remedy{ID: m.ID, Cause: id, Title: m.Title, For: m.For, Effect: m.Effect, Opens: m.Opens, Steps: m.Steps, Verify: m.Verify, Undo: m.Undo}
}

// evidence are the first lines of the largest kinds, and the sentences of error logs.
func (v *view) evidence(f *finding) []report.Evidence {
	list := []report.Evidence{}
	items := slices.Clone(f.items)
	slices.SortStableFunc(items, func(a, b *item) int {
		if a.left != b.left || len(a.Places) == 0 || len(b.Places) == 0 {
			return cmp.Compare(b.left, a.left)
		}
		return map[bool]int{true: -1, false: 1}[before(a.Places[0], b.Places[0])]
	})
	for _, i := range items[:min(len(items), 3)] {
		for _, p := range i.Places {
			if p.At >= f.since() && p.At <= f.until() {
				list = append(list, report.Evidence{Fact: fmt.Sprintf("%s %s answered %s", i.Group[tally.Method], i.Group[tally.Route], i.Group[tally.Status]), Source: report.Source{File: p.File, Line: int(p.N)}})
				break
			}
		}
	}
	for _, s := range f.said[:min(len(f.said), 3)] {
		for _, p := range firstWithin(s, f) {
			list = append(list, report.Evidence{Fact: "the error log says: " + cutText(s.code+" "+s.text, 110), Source: report.Source{File: p.File, Line: int(p.N)}})
		}
	}
	return list
}

func firstWithin(s *sentence, f *finding) []tally.Place {
	var best []tally.Place
	for _, p := range s.phrases {
		for _, at := range p.Places {
			if f.span.has(uint32(at.At/60)) && (len(best) == 0 || before(at, best[0])) {
				best = []tally.Place{at}
			}
		}
	}
	return best
}

func cutText(s string, n int) string {
	s = trimSpace(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-3]) + "..."
}
