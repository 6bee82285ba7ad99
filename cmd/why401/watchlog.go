package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch"
	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

// watchLine is one line of why401 watch --json. It is written after what it says was written to disk.
type watchLine struct {
	Schema  string        `json:"schema"`
	Time    string        `json:"time"`
	Kind    string        `json:"kind"` // answer, change, message, trouble
	Row     string        `json:"row,omitempty"`
	Run     uint64        `json:"run,omitempty"`    // of an answer, from 1
	Change  uint64        `json:"change,omitempty"` // of a change or message, from 1
	Outcome state.Outcome `json:"outcome,omitempty"`
	Cause   string        `json:"cause,omitempty"`
	Grade   string        `json:"grade,omitempty"`
	FaultAt string        `json:"fault_at,omitempty"`
	Status  int           `json:"status,omitempty"`
	Words   string        `json:"words,omitempty"`
	Channel string        `json:"channel,omitempty"`
	Key     string        `json:"key,omitempty"`
	Fate    string        `json:"fate,omitempty"` // of a message: sent, waiting, in doubt, given up
}

const watchSchema = "why401.watch/1"

// hear shows what was written down: with --json everything, otherwise what people want to know.
func (w *watching) hear(n watch.Notice) {
	w.out.Lock()
	defer w.out.Unlock()
	for _, l := range w.lines(n) {
		if w.json {
			b, err := json.Marshal(l)
			if err != nil {
				panic(err) // strings and numbers only
			}
			_ = w.app.print(string(report.SafeJSON(b)) + "\n")
			continue
		}
		if l.Kind == "answer" || l.Kind == "message" && l.Fate == string(state.Sent) {
			continue
		}
		_ = w.app.print(report.Terminal(fmt.Sprintf("%s %s", l.Time, plainLine(l))) + "\n")
	}
}

func plainLine(l watchLine) string {
	switch l.Kind {
	case "change":
		return l.Row + ": " + l.Words
	case "message":
		return fmt.Sprintf("message about %s by %s: %s (%s)", l.Row, l.Channel, l.Fate, l.Words)
	}
	return "trouble: " + l.Words
}

func (w *watching) lines(n watch.Notice) []watchLine {
	at := n.At.UTC().Format(time.RFC3339Nano)
	of := func(kind, row string, s state.Standing) watchLine {
		return watchLine{Schema: watchSchema, Time: at, Kind: kind, Row: row, Outcome: s.Outcome, Cause: s.Cause, Grade: s.Grade, FaultAt: s.FaultAt, Status: s.Status,
			Words: secret.Scrub(alert.Words(s))}
	}
	var out []watchLine
	if n.Entry != nil {
		l := of("answer", n.State.ID, n.Entry.Answer)
		l.Run = n.Entry.Run
		out = append(out, l)
	}
	if n.Event != nil {
		l := of("change", n.Event.Row, n.Event.To)
		l.Change = n.Event.Number
		out = append(out, l)
	}
	if a := n.Alert; a != nil {
		out = append(out, watchLine{Schema: watchSchema, Time: at, Kind: "message", Row: a.Event.Row, Change: a.Event.Number, Channel: a.Channel, Key: a.Key, Fate: string(a.Status), Words: secret.Scrub(a.Why)})
	}
	if n.Trouble != nil {
		out = append(out, watchLine{Schema: watchSchema, Time: at, Kind: "trouble", Words: secret.Scrub(n.Trouble.Error())})
	}
	return out
}
