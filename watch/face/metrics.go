package face

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
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
	m.head("why401_store_ok", "gauge", "Whether what is seen can be written down.")
	m.line("why401_store_ok", "", bit(f.Trouble() == nil))
	m.head("why401_contract_ok", "gauge", "Whether the contract could be read when it was to be read again.")
	m.line("why401_contract_ok", "contract="+label(m.contract), bit(f.Stale() == nil))
	return m.String(), nil
}

type writer struct {
	strings.Builder
	contract string
}

func (m *writer) head(name, kind, help string) {
	fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (m *writer) line(name, labels string, value any) {
	if labels != "" {
		labels = "{" + labels + "}"
	}
	fmt.Fprintf(m, "%s%s %v\n", name, labels, value)
}

func (m *writer) of(s state.State) string {
	return "contract=" + label(m.contract) + ",check=" + label(s.ID)
}

// rows: what is known of each. A row that could not be told is neither up nor down.
func (m *writer) rows(states []state.State) {
	known := func(s state.State) bool { return s.Now.Outcome == state.Held || s.Now.Outcome == state.Broken }
	m.head("why401_check_known", "gauge", "Whether the row could be told.")
	for _, s := range states {
		m.line("why401_check_known", m.of(s), bit(known(s)))
	}
	m.head("why401_check_up", "gauge", "Whether the row held.")
	for _, s := range states {
		if known(s) {
			m.line("why401_check_up", m.of(s), bit(s.Now.Outcome == state.Held))
		}
	}
	m.head("why401_cause_info", "gauge", "The cause of a broken row; id is unknown when none was found.")
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
		m.line("why401_cause_info", m.of(s)+",id="+label(id)+",fault_at="+label(s.Now.FaultAt)+",grade="+label(grade), 1)
	}
	m.head("why401_check_halted", "gauge", "Whether the row is not asked because its credential was refused.")
	for _, s := range states {
		m.line("why401_check_halted", m.of(s), bit(s.Halt != nil))
	}
	m.head("why401_check_runs_total", "counter", "Answers written down.")
	for _, s := range states {
		m.line("why401_check_runs_total", m.of(s), s.Runs)
	}
}

// times: when what happened, and what ends when.
func (m *writer) times(states []state.State) {
	stamps := func(name, help string, at func(state.State) time.Time) {
		m.head(name, "gauge", help+", in seconds since 1970.")
		for _, s := range states {
			if t := at(s); !t.IsZero() {
				m.line(name, m.of(s), t.Unix())
			}
		}
	}
	stamps("why401_last_run_timestamp_seconds", "When the row was answered last", func(s state.State) time.Time { return s.Last })
	stamps("why401_last_change_timestamp_seconds", "When a change of the row was told last", func(s state.State) time.Time { return s.ToldAt })
	m.head("why401_expiry_timestamp_seconds", "gauge", "When something of the row ends, in seconds since 1970.")
	for _, s := range states {
		for _, e := range s.Expiry {
			m.line("why401_expiry_timestamp_seconds", m.of(s)+",what="+label(e.What), e.At.Unix())
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
	m.head("why401_messages", "gauge", "Messages by what became of them, of the latest 200 and those under way.")
	for _, c := range channels {
		for _, s := range []state.Delivery{state.Waiting, state.Sending, state.Sent, state.InDoubt, state.GivenUp} {
			m.line("why401_messages", "channel="+label(c)+",status="+label(string(s)), count[c][s])
		}
	}
}

// label is a value as the text format writes it. What could drive a terminal is made visible first.
func label(s string) string {
	s = report.Terminal(secret.Scrub(s))
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
