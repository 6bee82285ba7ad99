package report

import (
	"fmt"
	"io"
	"strings"
)

// GuardPrometheus writes g in Prometheus' text format, for the textfile collector of node_exporter: a gauge for each row,
// the causes of those that are broken, and when the run was. A row that could not be told has no gauge, since neither 0 nor 1
// would be true; why401_check_known says that it was asked. The error is w's.
func GuardPrometheus(w io.Writer, g *Guard) error {
	var b strings.Builder
	g = prepareGuard(g, Terminal)
	if err := GuardMetrics(&b, g); err != nil {
		return err
	}
	metric(&b, "why401_run_timestamp_seconds", "When the contract was run last, in seconds since 1970.")
	fmt.Fprintf(&b, "why401_run_timestamp_seconds{contract=%s} %d\n", label(g.Contract), g.Started.Unix())
	_, err := io.WriteString(w, b.String())
	return err
}

// GuardMetrics writes the gauges of the rows alone, for programs that serve metrics of their own beside them.
func GuardMetrics(w io.Writer, g *Guard) error {
	var b strings.Builder
	metric(&b, "why401_check_known", "Whether the row could be told.")
	for _, r := range g.Rows {
		fmt.Fprintf(&b, "why401_check_known{%s} %d\n", labels(g, r), bit(r.State != RowNot))
	}
	metric(&b, "why401_check_up", "Whether the row held.")
	for _, r := range g.Rows {
		if r.State != RowNot {
			fmt.Fprintf(&b, "why401_check_up{%s} %d\n", labels(g, r), bit(r.State == RowHeld))
		}
	}
	metric(&b, "why401_cause_info", "The cause of a broken row; id is unknown when none was found.")
	for _, r := range g.Rows {
		if r.State == RowBroken {
			v := r.verdict()
			fmt.Fprintf(&b, "why401_cause_info{%s,id=%s,fault_at=%s,grade=%s} 1\n", labels(g, r), label(orElse(v.Cause, "unknown")), label(string(v.FaultAt)), label(v.Grade.String()))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func metric(b *strings.Builder, name, help string) {
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
}

func labels(g *Guard, r GuardRow) string {
	return "contract=" + label(g.Contract) + ",check=" + label(r.Name)
}

// label is a value as the text format writes it: backslash, quotation mark and line break escaped.
func label(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
