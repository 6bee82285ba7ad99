package report

import "io"

// GuardPrometheus writes g in Prometheus' text format, for the textfile collector of node_exporter: a gauge for each row,
// the causes of those that are broken, and when the run was. A row that could not be told has no gauge, since neither 0 nor 1
// would be true; why401_check_known says that it was asked. The error is w's.
func GuardPrometheus(w io.Writer, g *Guard) error {
	var m Metrics
	rows := func(keep func(r GuardRow) bool, line func(r GuardRow, labels []string)) {
		for _, r := range g.Rows {
			if keep(r) {
				line(r, []string{"contract", g.Contract, "check", r.Name})
			}
		}
	}
	m.Head("why401_check_known", "gauge", "Whether the row could be told.")
	rows(func(GuardRow) bool { return true }, func(r GuardRow, labels []string) {
		m.Line("why401_check_known", Bit(r.State != RowNot), labels...)
	})
	m.Head("why401_check_up", "gauge", "Whether the row held.")
	rows(func(r GuardRow) bool { return r.State != RowNot }, func(r GuardRow, labels []string) {
		m.Line("why401_check_up", Bit(r.State == RowHeld), labels...)
	})
	m.Head("why401_cause_info", "gauge", "The cause of a broken row; id is unknown when none was found.")
	rows(func(r GuardRow) bool { return r.State == RowBroken }, func(r GuardRow, labels []string) {
		v := r.verdict()
		m.Line("why401_cause_info", 1, append(labels, "id", orElse(v.Cause, "unknown"), "fault_at", string(v.FaultAt), "grade", v.Grade.String())...)
	})
	m.Head("why401_run_timestamp_seconds", "gauge", "When the contract was run last, in seconds since 1970.")
	m.Line("why401_run_timestamp_seconds", g.Started.Unix(), "contract", g.Contract)
	_, err := io.WriteString(w, m.String())
	return err
}
