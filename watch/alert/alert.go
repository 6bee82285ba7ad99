// Package alert carries messages about changes to people: by webhook and by e-mail. A channel sends one message and says
// what became of it; when to send, and what to remember, is the watch's.
//
// Messages hold ids, titles, grades and what changed, and no body of a reply. What they quote of a server is foreign text
// and is made harmless for each medium.
package alert

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/compare"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/state"
)

// Channel is one way to people.
type Channel interface {
	Name() string
	// Repeats says that the receiver knows a message by its key, so that one which may have arrived is sent again.
	Repeats() bool
	// Send sends a. It calls leaving before the first byte that could make the message arrive, and sends nothing when that
	// fails.
	Send(ctx context.Context, a state.Alert, leaving func() error) Fate
}

// Remember closes the secrets of channels again after secret.Forget, so that they are still found in other text.
func Remember(list []Channel) {
	same := func(s string) string { return s }
	for _, c := range list {
		switch c := c.(type) {
		case *Webhook:
			c.URL.Map(same)
			c.Secret.Map(same)
		case *Mail:
			c.Password.Map(same)
		}
	}
}

// Fate is what became of a message.
type Fate struct {
	Step Step
	Why  string // of what did not arrive; may be shown
}

// Step is how far it came.
type Step int

// The steps.
const (
	NotSent Step = iota // for certain: nothing left, or the receiver said no before it took the message
	Refused             // the receiver said that it does not take it
	Arrived             // the receiver took it
	Unknown             // it left, and no answer came that says which
)

// Subject is a message in one line, for the subject of an e-mail and the text of a chat.
func Subject(e state.Event) string {
	return one(e.Row) + ": " + Words(e.To)
}

// Words says a standing.
func Words(s state.Standing) string {
	switch s.Outcome {
	case state.Held:
		return "as agreed"
	case state.Unstable:
		return "changes back and forth"
	case state.Unclear:
		return "could not tell" + why(s)
	case state.Broken:
		return "broken" + why(s)
	}
	return "not asked yet"
}

func why(s state.Standing) string {
	out := ""
	switch {
	case s.Title != "":
		out = ": " + one(s.Title)
	case s.Step != "":
		out = ": " + one(s.Step)
	}
	if s.Cause != "" && s.Cause != UnknownCause {
		out += " (" + s.Cause
		if s.Grade != "" {
			out += ", " + s.Grade
		}
		out += ")"
	}
	return out
}

// UnknownCause stands for a cause where none could be told.
const UnknownCause = "unknown"

// Text is a message for people, in lines.
func Text(a state.Alert) []string {
	e := a.Event
	out := []string{Subject(e), "", "Before: " + Words(e.From)}
	if e.Shown != "" {
		out = append(out, "Asked: "+one(e.Shown))
	}
	if e.To.Status > 0 {
		out = append(out, fmt.Sprintf("Answer: %d", e.To.Status))
	}
	if e.To.RefusedBy != "" {
		out = append(out, "Refused by: "+one(e.To.RefusedBy))
	}
	if e.To.FaultAt != "" {
		out = append(out, "Fault at: "+one(e.To.FaultAt))
	}
	out = append(out, "Since: "+moment(e.Since))
	if e.To.Outcome != state.Held && !e.Held.IsZero() {
		out = append(out, "Last as agreed: "+moment(e.Held))
	}
	if e.Halted != "" {
		out = append(out, "Not asked any more: "+one(e.Halted))
	}
	if len(e.Changed) > 0 {
		out = append(out, "", "What changed since it was last as agreed:")
		for _, d := range e.Changed[:min(len(e.Changed), maxChanged)] {
			out = append(out, "  "+one(d.What)+": "+one(d.Good)+" -> "+one(d.Bad))
		}
		if n := len(e.Changed) - maxChanged; n > 0 {
			out = append(out, fmt.Sprintf("  and %d more", n))
		}
	}
	if e.Doubt > 0 {
		out = append(out, "", fmt.Sprintf("The message about change %d of this row may not have arrived.", e.Doubt))
	}
	if a.Repeat {
		out = append(out, "", "This message may have arrived before.")
	}
	if e.To.Cause != "" && e.To.Cause != UnknownCause {
		out = append(out, "", "What it means: why401 explain "+e.To.Cause)
	}
	return out
}

const (
	maxChanged = 20
	maxOne     = 300 // characters of a quoted text
)

// one makes foreign text one harmless line.
func one(s string) string {
	s = report.Terminal(secret.Scrub(strings.Join(strings.Fields(s), " ")))
	if r := []rune(s); len(r) > maxOne {
		s = string(r[:maxOne]) + "..."
	}
	return s
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func changes(ds []compare.Difference) []difference {
	out := []difference{}
	for _, d := range ds[:min(len(ds), maxChanged)] {
		out = append(out, difference{string(d.Area), one(d.What), one(d.Good), one(d.Bad)})
	}
	return out
}
