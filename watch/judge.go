package watch

import (
	"time"

	"github.com/why401/why401/watch/state"
)

// Answer is what one run of a row said.
type Answer struct {
	At       time.Time // when it began
	Took     time.Duration
	Standing state.Standing
	Symptom  string // what was seen, without why; equal symptoms are not diagnosed again

	// Refused says that a credential was sent and refused; Tag is that credential's secret.Text.Tag.
	Refused bool
	Why     string
	Tag     string

	Refusals int // answers in it that a guard like fail2ban counts: 401, 403, 404, 407, 429
	Expiry   []state.Expiry
	Kept     *state.Kept // nil when nothing was sent

	// Skipped says that nothing was asked, and why: a rule held it back. It is no answer.
	Skipped string
}

// When a change is told. One odd answer may be a restart of the server: it takes a second one, and a third where the
// target cannot be reached. A credential that was refused is not sent again, so there the first has to do.
const (
	enough        = 2
	enoughUnclear = 3
)

// A row takes turns when it has changed so often within so many of its intervals. It is calm again after so many equal
// answers.
const (
	turns        = 4
	turnsWithin  = 16
	calm         = 6
	backoffAfter = 3 // equal answers, from which on a trouble is asked about more rarely:
	maxBackoff   = 2 // half as often, then a quarter
)

// follow is what a row's state becomes with an answer, and what is to be told about it; nil for nothing. It is the whole
// logic of a watch, and looks at nothing but its arguments.
func follow(s state.State, a Answer) (state.State, *state.Event) {
	if a.Skipped != "" {
		s.Note = a.Skipped
		return s, nil
	}
	s.Note = ""
	s.Runs++
	fresh := s.Now.Outcome == state.NotYet || !s.Now.Same(a.Standing)
	if fresh {
		s.Count, s.Since = 0, a.At
	}
	s.Count++
	s.Now, s.Last, s.Symptom = a.Standing, a.At, a.Symptom
	if a.Standing.Outcome == state.Held {
		s.Held = a.At
	}
	if len(a.Expiry) > 0 {
		s.Expiry = a.Expiry
	}
	s.Halt = nil
	if a.Refused {
		s.Halt = &state.Halt{At: a.At, Tag: a.Tag, Why: a.Why}
	}
	return tell(s)
}

// tell decides whether people hear of it.
func tell(s state.State) (state.State, *state.Event) {
	switch {
	case s.Told.Outcome == state.Unstable:
		if s.Count < calm && s.Halt == nil {
			return s, nil
		}
	case s.Now.Same(s.Told):
		return s, nil
	case s.Told.Outcome == state.NotYet && s.Now.Outcome == state.Held:
		s.Told, s.ToldAt = s.Now, s.Last // all is well: nothing to tell
		return s, nil
	case s.Halt == nil && s.Count < needed(s.Now):
		return s, nil
	}
	to := s.Now
	recent := s.Recent[:0:0]
	for _, t := range s.Recent {
		if s.Last.Sub(t) < turnsWithin*s.Every {
			recent = append(recent, t)
		}
	}
	if s.Recent = append(recent, s.Last); len(s.Recent) >= turns && s.Told.Outcome != state.Unstable && s.Halt == nil {
		to = state.Standing{Outcome: state.Unstable, Title: "it changes too often to tell each time", Cause: s.Now.Cause}
	}
	if s.Told.Outcome == state.Unstable {
		s.Recent = nil
	}
	s.Changes++
	ev := &state.Event{Row: s.ID, Shown: s.Shown, Number: s.Changes, From: s.Told, To: to, Since: s.Since, At: s.Last, Held: s.Held}
	if s.Halt != nil {
		ev.Halted = s.Halt.Why
	}
	if to.Outcome != state.Held {
		ev.Changed = s.Changed
	}
	s.Told, s.ToldAt = to, s.Last
	return s, ev
}

func needed(s state.Standing) int {
	if s.Outcome == state.Unclear {
		return enoughUnclear
	}
	return enough
}

// pause is how long the row waits for its next turn, before jitter.
func pause(s state.State) time.Duration {
	settled := s.Now.Same(s.Told) || s.Told.Outcome == state.Unstable
	switch {
	case s.Note != "" || s.Halt != nil:
		return s.Every
	case s.Now.Outcome != state.NotYet && !settled:
		// Something has changed, or not: the next look comes sooner.
		return min(s.Every, max(30*time.Second, s.Every/5))
	case s.Now.Outcome != state.Held && s.Count > backoffAfter:
		return s.Every << min(s.Count-backoffAfter, maxBackoff)
	}
	return s.Every
}

// jittered is d, a tenth more or less; at is a random number from 0 up to 1.
func jittered(d time.Duration, at float64) time.Duration {
	return d + time.Duration((at-0.5)*0.2*float64(d))
}
