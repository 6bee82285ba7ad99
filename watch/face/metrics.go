package face

import (
	"context"
	"time"

	"github.com/why401/why401/report"
	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

// metrics is Prometheus' text format. Names and labels are those of why401 guard --prometheus, where it has them.
func (f *Face) metrics(ctx context.Context) (string, error) {
	states, err := f.Store.States(ctx)
	if err != nil {
		return "", err
	}
	list, err := f.Store.Alerts(ctx)
	if err != nil {
		return "", err
	}
	m := &writer{contract: f.Contract()}
	m.rows(states)
	m.times(states)
	m.messages(list)
	m.Head("why401_store_ok", "gauge", "Whether what is seen can be written down.")
	m.Line("why401_store_ok", report.Bit(f.Trouble() == nil))
	m.Head("why401_contract_ok", "gauge", "Whether the contract could be read when it was to be read again.")
	m.Line("why401_contract_ok", report.Bit(f.Stale() == nil), "contract", m.contract)
	return m.String(), nil
}

type writer struct {
	report.Metrics
	contract string
}

// row writes a sample of a row, with more labels behind those that name it.
func (m *writer) row(name string, s state.State, value any, more ...string) {
	m.Line(name, value, append([]string{"contract", m.contract, "check", s.ID}, more...)...)
}

// rows: what is known of each. A row that could not be told is neither up nor down.
func (m *writer) rows(states []state.State) {
	known := func(s state.State) bool { return s.Now.Outcome == state.Held || s.Now.Outcome == state.Broken }
	m.Head("why401_check_known", "gauge", "Whether the row could be told.")
	for _, s := range states {
		m.row("why401_check_known", s, report.Bit(known(s)))
	}
	m.Head("why401_check_up", "gauge", "Whether the row held.")
	for _, s := range states {
		if known(s) {
			m.row("why401_check_up", s, report.Bit(s.Now.Outcome == state.Held))
		}
	}
	m.Head("why401_cause_info", "gauge", "The cause of a broken row; id is unknown when none was found.")
	for _, s := range states {
		if s.Now.Outcome != state.Broken {
			continue
		}
		id := s.Now.Cause
		if id == "" {
			id = alert.UnknownCause
		}
		grade := s.Now.Grade
		if grade == "" {
			grade = "unknown"
		}
		m.row("why401_cause_info", s, 1, "id", id, "fault_at", s.Now.FaultAt, "grade", grade)
	}
	m.Head("why401_check_halted", "gauge", "Whether the row is not asked because its credential was refused.")
	for _, s := range states {
		m.row("why401_check_halted", s, report.Bit(s.Halt != nil))
	}
	m.Head("why401_check_runs_total", "counter", "Answers written down.")
	for _, s := range states {
		m.row("why401_check_runs_total", s, s.Runs)
	}
}

// times: when what happened, and what ends when.
func (m *writer) times(states []state.State) {
	stamps := func(name, help string, at func(state.State) time.Time) {
		m.Head(name, "gauge", help+", in seconds since 1970.")
		for _, s := range states {
			if t := at(s); !t.IsZero() {
				m.row(name, s, t.Unix())
			}
		}
	}
	stamps("why401_last_run_timestamp_seconds", "When the row was answered last", func(s state.State) time.Time { return s.Last })
	stamps("why401_last_change_timestamp_seconds", "When a change of the row was told last", func(s state.State) time.Time { return s.ToldAt })
	m.Head("why401_expiry_timestamp_seconds", "gauge", "When something of the row ends, in seconds since 1970.")
	for _, s := range states {
		for _, e := range s.Expiry {
			m.row("why401_expiry_timestamp_seconds", s, e.At.Unix(), "what", e.What)
		}
	}
}

// messages: how many wait, and how many may not have arrived, of those that are still remembered.
func (m *writer) messages(list []state.Alert) {
	count := map[string]map[state.Delivery]int{}
	var channels []string
	for _, a := range list {
		if count[a.Channel] == nil {
			count[a.Channel] = map[state.Delivery]int{}
			channels = append(channels, a.Channel)
		}
		count[a.Channel][a.Status]++
	}
	m.Head("why401_messages", "gauge", "Messages by what became of them, of the latest 200 and those under way.")
	for _, c := range channels {
		for _, s := range []state.Delivery{state.Waiting, state.Sending, state.Sent, state.InDoubt, state.GivenUp} {
			m.Line("why401_messages", count[c][s], "channel", c, "status", string(s))
		}
	}
}
