package logs

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/logs/tally"
	"github.com/why401/why401/report"
)

// near is how many minutes around a change something else may begin and be told beside it.
const near = 10

// also says what else began when the finding did: a deployment that the user names, values that were never seen before.
func (v *view) also(f *finding, o Options) []string {
	out := []string{}
	if f.steady {
		return out
	}
	began := time.Unix(f.since(), 0).UTC()
	for _, d := range o.Deploys {
		if gap := began.Sub(d); gap > -near*time.Minute && gap < 60*time.Minute {
			out = append(out, fmt.Sprintf("the deployment at %s, %s", d.UTC().Format("15:04"), relative(gap)))
		}
	}
	minute := uint32(f.since() / 60)
	if minute < v.from+60 {
		return out // what is new cannot be told from what was there before the log begins
	}
	for _, t := range []tally.Trait{tally.Upstream, tally.Software, tally.TLS, tally.Host} {
		first := map[string]uint32{}
		n := map[string]float64{}
		see := func(g *tally.Group, at uint32, k float64) {
			value := g[t]
			if value == "" || t == tally.Software && tally.SortOf(value) != tally.Program {
				return
			}
			if was, ok := first[value]; !ok || at < was {
				first[value] = at
			}
			n[value] += k
		}
		for _, s := range v.sample {
			see(&s.Group, s.minute, s.weight)
		}
		for _, i := range v.refused {
			for _, m := range i.times {
				see(&i.Group, m.Minute, float64(m.N))
			}
		}
		var list []string
		for value, at := range first {
			if at+near >= minute && at <= minute+near && n[value] >= leastHits {
				list = append(list, value)
			}
		}
		slices.Sort(list)
		for _, value := range list[:min(len(list), 3)] {
			out = append(out, fmt.Sprintf("a new %s, %s, from %s on", tally.Names[t], value, at(first[value]).Format("15:04")))
		}
	}
	return out
}

func relative(d time.Duration) string {
	m := int(math.Round(math.Abs(d.Minutes())))
	switch {
	case m == 0:
		return "in the same minute"
	case d < 0:
		return fmt.Sprintf("%d min later", m)
	}
	return fmt.Sprintf("%d min before", m)
}

// own says when a client that was shut out belongs to whoever runs the site: a monitor by its name, or an address of a
// private network.
func (v *view) own(f *finding, i *Incident) {
	client, ok := f.has("client")
	if !ok || f.cause != "rate-limit-lockout" {
		return
	}
	for _, c := range f.distinct(dimensions[dimensionOf("user agent")].of) {
		if tally.SortOf(c.Value) == tally.Monitor {
			i.SelfBan, i.Monitored = true, c.Value
		}
	}
	if a, err := netip.ParseAddr(client); err == nil && (a.IsPrivate() || a.IsLoopback()) {
		i.SelfBan = true
	}
	if i.SelfBan {
		who := "an address of your own network"
		if i.Monitored != "" {
			who = "your monitor, " + i.Monitored
		}
		i.Because = append(i.Because, "the client that was shut out is "+who)
	}
}

// wouldDecide is what would tell the suspects apart.
func (v *view) wouldDecide(f *finding) []report.Raise {
	var out []report.Raise
	if v.t.Lacks.Upstream == v.t.Access && f.cause != "credential-guessing" {
		out = append(out, report.Raise{Where: "the server's configuration", Would: "a log format with the upstream and its status tells whether the server or the application refused; the format is below"})
	}
	if v.t.Phrases.Len() == 0 {
		out = append(out, report.Raise{Command: "why401 logs access.log error.log", Where: "the server", Would: "the error log of the same time says what the server thought of each login"})
	}
	if route := f.distinct(dimensions[dimensionOf("route")].of); len(route) > 0 && f.cause != "credential-guessing" {
		out = append(out, report.Raise{Command: "why401 curl ...", Where: "a client that is hit", Would: "one such request, as the client sends it, tells header, token and challenge"})
	}
	return out
}

// next is the command that goes on from here.
func next(f *finding, i Incident) string {
	switch {
	case i.Verdict.Cause != "":
		return "why401 explain " + i.Verdict.Cause
	case len(i.Evidence) > 0:
		return fmt.Sprintf("sed -n %dp %s | why401 -", i.Evidence[0].Source.Line, report.ShellQuote(report.Terminal(i.Evidence[0].Source.File)))
	}
	return "why401 causes"
}

func sqrt(x float64) float64    { return math.Sqrt(x) }
func round1(x float64) float64  { return math.Round(x*10) / 10 }
func round2(x float64) float64  { return math.Floor(x*100) / 100 }
func trimSpace(s string) string { return strings.TrimSpace(s) }
