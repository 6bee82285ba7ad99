package report

import (
	"fmt"

	"github.com/why401/why401/cause"
)

// plainLines is the linear form: the same content in the same order, no picture, no rules, one fact per line. Lines are
// not wrapped, so that a screen reader or a search reads whole sentences; commands stand alone on their line.
func plainLines(r *Report, o TextOptions) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, lineStart(fmt.Sprintf(format, args...))) }
	v := r.Verdict
	if r.Outcome == Healthy && v.Cause == "" && !o.Verbose {
		add("%s", inOrder(r))
		for _, n := range ordered(r) {
			add("Note: %s", n)
		}
		return out
	}
	add("%s", v.Title)
	if v.Cause != "" {
		add("Cause: %s", v.Cause)
	}
	if r.Outcome != Healthy || v.Cause != "" {
		add("Grade: %s", v.Grade)
	}
	if v.RefusedBy != "" {
		add("Refused by: %s", layerName(v.RefusedBy))
	}
	if v.FaultAt != "" {
		add("Fault at: %s", layerName(v.FaultAt))
	}
	if st := stations(r); len(st) > 0 {
		for i, x := range st {
			add("Step %d of %d: %s", i+1, len(st), x.plain)
		}
	}
	for i, g := range r.Ladder {
		add("Flow step %d of %d: %s", i+1, len(r.Ladder), rungWords(g))
	}
	for i, x := range r.Trace {
		add("Way %d of %d: %s", i+1, len(r.Trace), way(x))
	}
	if f := r.Failure; f != nil {
		add("Failed: %s: %s", f.Step, f.Message)
	}
	for i, e := range r.Evidence {
		add("Fact %d: %s%s", i+1, e.Fact, source(e.Source))
	}
	if r.Witness != nil {
		add("Proof: %s", witness(r.Witness))
	}
	plainSigned(add, r, o.Verbose)
	for _, a := range r.Also {
		add("Also: %s (%s, %s)", a.Title, a.Cause, a.Grade)
	}
	for _, x := range r.Suspects {
		add("Still possible: %s (%s, %s)%s", x.Title, x.Cause, x.Grade, reason(x.Because, o.Verbose))
	}
	for _, x := range r.RuledOut {
		add("Ruled out: %s%s", x.Title, reason(x.Because, true))
	}
	for _, n := range ordered(r) {
		add("Note: %s", n)
	}
	if v.Grade < cause.Proved {
		for _, x := range r.Raise {
			add("To be sure%s:", comma(x.Where))
			add("%s", x.Command)
			if x.Would != "" {
				add("It would %s", x.Would)
			}
		}
	}
	seen := map[string]int{}
	for _, m := range r.Remedies {
		add("%s: %s%s", fixLabel(r, m, seen[m.Cause]), side(m.For), m.Title)
		seen[m.Cause]++
		for _, step := range m.Steps {
			add("%s", step)
		}
		if m.Opens != "" && m.Opens != "nothing" {
			add("Opens: %s", m.Opens)
		}
		if o.Verbose {
			plainExtras(add, m)
		}
	}
	if o.Verbose {
		for _, x := range r.Sent {
			add("Request %d: %s", x.N, sentLine(x))
		}
	}
	if r.Next != "" {
		add("Next:")
		add("%s", r.Next)
	}
	add("Footer: %s", footer(r))
	return out
}

func plainExtras(add func(string, ...any), m Remedy) {
	if m.Effect != "" {
		add("Effect: %s", m.Effect)
	}
	if m.Verify != "" {
		add("Check: %s", m.Verify)
	}
	if m.Undo != "" {
		add("Undo: %s", m.Undo)
	}
}

func reason(because string, show bool) string {
	if because == "" || !show {
		return ""
	}
	return ": " + because
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}
