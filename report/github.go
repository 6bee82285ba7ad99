package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/cause"
)

// annotationsShown is how many annotations of each kind GitHub shows for one step of a job.
const annotationsShown = 10

// GitHub writes a as workflow commands, which GitHub Actions shows beside the lines. Of errors and of warnings ten are
// shown by GitHub; the rest is said in plain lines. The error is w's.
func GitHub(w io.Writer, a *Audit) error {
	return github(w, a, "not read", (&auditScreen{a: prepareAudit(a, Terminal)}).headline())
}

// github writes the findings, what is unjudged under its own name, and the headline when there is neither.
func github(w io.Writer, a *Audit, unjudged, headline string) error {
	a = prepareAudit(a, Terminal)
	var b strings.Builder
	count, more := map[string]int{}, 0
	annotate := func(kind, file string, line int, title, text string) {
		if count[kind]++; count[kind] > annotationsShown {
			more++
			b.WriteString(lineStart(fmt.Sprintf("%s: %s: %s", kind, place(file, line), text)) + "\n")
			return
		}
		at := "file=" + property(file)
		if line > 0 {
			at += fmt.Sprintf(",line=%d", line)
		}
		fmt.Fprintf(&b, "::%s %s,title=%s::%s\n", kind, at, property(title), data(text))
	}
	for _, f := range a.Findings {
		kind := "warning"
		if f.Grade >= cause.Strong || f.Certain {
			kind = "error"
		}
		text := f.Says
		if len(f.Remedies) > 0 {
			text += " Fix: " + f.Remedies[0].Title + "."
		}
		annotate(kind, f.File, f.Line, "why401: "+f.Cause+" ("+f.Grade.String()+")", text)
	}
	for _, u := range a.Unread {
		annotate("notice", u.File, u.Line, "why401: "+unjudged, u.What)
	}
	if more > 0 {
		fmt.Fprintf(&b, "%d more: GitHub shows %d annotations of a kind\n", more, annotationsShown)
	}
	if len(a.Findings) == 0 && len(a.Unread) == 0 {
		b.WriteString(headline + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// data and property escape as GitHub's own toolkit does (actions/toolkit, command.ts).
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
