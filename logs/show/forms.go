package show

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/why401/why401/logs"
	"github.com/why401/why401/report"
)

// SchemaJSON is the JSON Schema of what JSON writes, as `why401 schema logs` prints it.
//
//go:embed schema.json
var SchemaJSON []byte

// JSON is the report as one object.
func JSON(r *logs.Report) string {
	var b strings.Builder
	if err := report.EncodeJSON(&b, r); err != nil {
		panic(err) // strings, numbers and times only
	}
	return b.String()
}

// Markdown is the report for a ticket.
func Markdown(r *logs.Report) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	t := report.MarkdownText
	if len(r.Incidents) == 0 {
		p("## %s\n\n", t(healthy(r)))
	}
	for _, i := range r.Incidents {
		id := i.Verdict.Cause
		if id == "" {
			id = "cause unknown"
		}
		p("## %s\n\n%s, grade **%s**\n\n", t(Title(i)), report.MarkdownCode(id), i.Verdict.Grade)
		for _, row := range [][2]string{{"Since", since(r, i)}, {"Refused", amount(i)}, {"Who", spread(i)}, {"Where", place(i)}, {"Why", strings.Join(nonEmpty(append([]string{i.Pattern}, i.Because...)), "; ")}, {"Then too", strings.Join(i.Change.Also, "; ")}} {
			if row[1] != "" {
				p("- **%s:** %s\n", row[0], t(row[1]))
			}
		}
		for _, e := range i.Evidence {
			p("- %s (%s)\n", t(e.Fact), report.MarkdownCode(fmt.Sprintf("%s:%d", e.Source.File, e.Source.Line)))
		}
		p("\n")
		for _, x := range i.Suspects {
			p("- still possible: %s (%s)\n", t(x.Title), report.MarkdownCode(x.Cause))
		}
		for _, x := range i.Raise {
			p("- would decide: %s\n", t(command(x.Command)+x.Would))
		}
		p("\n")
		for _, m := range i.Remedies {
			p("### Fix: %s\n\n", t(m.Title))
			if len(m.Steps) > 0 {
				p("%s\n", report.MarkdownFence("", append([]string{}, m.Steps...)...))
			}
		}
		p("Next: %s\n\n", report.MarkdownCode(i.Next))
	}
	for _, v := range r.Vaccine {
		p("## What to log\n\nThe log of %s lacks %s.\n\n%s\n", t(v.Product), t(strings.Join(v.Lacks, ", ")), report.MarkdownFence("", append([]string{}, v.Lines...)...))
	}
	p("---\n\n%s\n", t(footer(r)))
	return b.String()
}

// Prometheus is the report in the text format that Prometheus' node_exporter reads from a file. Labels are the cause and its
// grade, nothing that visitors can choose, so that their number is bounded.
func Prometheus(r *logs.Report) string {
	var m report.Metrics
	m.Head("why401_log_requests", "gauge", "Requests in the log by how they were answered.")
	for _, x := range []struct {
		answer string
		n      int64
	}{{"accepted", r.Requests.Accepted + r.Requests.Static}, {"refused", r.Requests.Refused}, {"denied", r.Requests.Denied}, {"limited", r.Requests.Limited}, {"failed", r.Requests.Failed}} {
		m.Line("why401_log_requests", x.n, "answer", x.answer)
	}
	each := func(name, help string, value func(i logs.Incident) any) {
		m.Head(name, "gauge", help)
		for _, i := range r.Incidents {
			id := i.Verdict.Cause
			if id == "" {
				id = "unknown"
			}
			m.Line(name, value(i), "incident", strconv.Itoa(i.N), "cause", id, "grade", i.Verdict.Grade.String())
		}
	}
	each("why401_log_incident_refused", "Requests that were refused in an incident.", func(i logs.Incident) any { return i.Refused })
	each("why401_log_incident_since_seconds", "When an incident began, in Unix time.", func(i logs.Incident) any { return i.Since.Unix() })
	each("why401_log_incident_ongoing", "1 when an incident lasts until the end of the log.", func(i logs.Incident) any { return report.Bit(i.Ongoing) })
	return m.String()
}
