package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/cause"
)

// Markdown writes rep as CommonMark for tickets and job summaries. Foreign text is escaped in sentences and fenced in
// commands; it cannot become a heading, a link, HTML or a mention. The error is w's.
func Markdown(w io.Writer, rep *Report) error {
	r := prepare(rep, Terminal)
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	t := MarkdownText
	v := r.Verdict
	p("## %s\n\n", t(v.Title))
	if v.Cause != "" {
		p("%s, grade **%s**", MarkdownCode(v.Cause), v.Grade)
		if v.RefusedBy != "" {
			p(", refused by the %s", layerName(v.RefusedBy))
		}
		if v.FaultAt != "" && v.FaultAt != v.RefusedBy {
			p(", fault at the %s", layerName(v.FaultAt))
		}
		p("\n\n")
	}
	if st := stations(r); len(st) > 0 {
		for i, x := range st {
			p("%d. %s\n", i+1, t(x.plain))
		}
		p("\n")
	}
	if len(r.Ladder) > 0 {
		p("### The flow, step by step\n\n")
		for i, g := range r.Ladder {
			p("%d. %s\n", i+1, t(rungWords(g)))
		}
		p("\n")
	}
	if len(r.Trace) > 0 {
		p("### The way through the configuration\n\n")
		for i, x := range r.Trace {
			p("%d. %s\n", i+1, t(way(x)))
		}
		p("\n")
	}
	markdownWhy(p, r)
	markdownSigned(p, r)
	for _, a := range r.Also {
		p("**Also:** %s (%s, %s)\n\n", t(a.Title), MarkdownCode(a.Cause), a.Grade)
	}
	if len(r.Suspects) > 0 {
		p("### Still possible\n\n")
		for _, x := range r.Suspects {
			p("- %s (%s, %s)%s\n", t(x.Title), MarkdownCode(x.Cause), x.Grade, t(reason(x.Because, true)))
		}
		p("\n")
	}
	if len(r.RuledOut) > 0 {
		p("### Ruled out\n\n")
		for _, x := range r.RuledOut {
			p("- %s%s\n", t(x.Title), t(reason(x.Because, true)))
		}
		p("\n")
	}
	for _, n := range ordered(r) {
		p("> %s\n\n", t(n))
	}
	if v.Grade < cause.Proved {
		for _, x := range r.Raise {
			p("### To be sure%s\n\n%s\n", t(comma(x.Where)), MarkdownFence("sh", x.Command))
			if x.Would != "" {
				p("It would %s\n\n", t(x.Would))
			}
		}
	}
	markdownFixes(p, r)
	if r.Next != "" {
		p("### Next\n\n%s\n", MarkdownFence("sh", r.Next))
	}
	p("---\n\n%s\n", t(footer(r)))
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownWhy(p func(string, ...any), r *Report) {
	if len(r.Evidence) == 0 && r.Failure == nil && r.Witness == nil {
		return
	}
	title := "Why"
	if r.Verdict.Cause == "" {
		title = "Known"
	}
	p("### %s\n\n", title)
	if f := r.Failure; f != nil {
		p("- %s: %s\n", MarkdownText(f.Step), MarkdownText(f.Message))
	}
	for _, e := range r.Evidence {
		p("- %s%s\n", MarkdownText(e.Fact), MarkdownText(source(e.Source)))
	}
	if r.Witness != nil {
		p("- **Proof:** %s\n", MarkdownText(witness(r.Witness)))
	}
	p("\n")
}

func markdownFixes(p func(string, ...any), r *Report) {
	seen := map[string]int{}
	for _, m := range r.Remedies {
		p("### %s: %s%s\n\n", fixLabel(r, m, seen[m.Cause]), side(m.For), MarkdownText(m.Title))
		seen[m.Cause]++
		var block []string
		flush := func() {
			if len(block) > 0 {
				p("%s\n", MarkdownFence("", block...))
			}
			block = nil
		}
		for _, s := range m.Steps {
			if isSentence(s) {
				flush()
				p("%s\n\n", MarkdownText(s))
				continue
			}
			block = append(block, s)
		}
		flush()
		if m.Opens != "" && m.Opens != "nothing" {
			p("Opens: %s\n\n", MarkdownText(m.Opens))
		}
		if m.Undo != "" {
			p("Undo: %s\n\n", MarkdownText(m.Undo))
		}
	}
}
