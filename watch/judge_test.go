package watch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/watch/state"
)

var begin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// answers is a sequence of answers written as letters: . held, b broken by one cause, c by another, u target down, R a
// credential refused, s skipped.
func told(t *testing.T, letters string, every time.Duration) (string, state.State) {
	t.Helper()
	s := state.State{Row: state.Row{ID: "row", Every: every}}
	var out strings.Builder
	now := begin
	for _, l := range letters {
		a := Answer{At: now}
		switch l {
		case '.':
			a.Standing = state.Standing{Outcome: state.Held}
		case 'b', 'c':
			a.Standing = state.Standing{Outcome: state.Broken, Cause: string(l)}
		case 'u':
			a.Standing = state.Standing{Outcome: state.Unclear, Step: "connect"}
		case 'R':
			a.Standing = state.Standing{Outcome: state.Broken, Cause: "R"}
			a.Refused, a.Tag, a.Why = true, "1234", "refused"
		case 's':
			a.Skipped = "halted"
		}
		var ev *state.Event
		if s, ev = follow(s, a); ev != nil {
			fmt.Fprintf(&out, "%s>%s ", name(ev.From), name(ev.To))
		}
		now = now.Add(pause(s))
	}
	return strings.TrimSpace(out.String()), s
}

func name(s state.Standing) string {
	switch s.Outcome {
	case state.NotYet:
		return "-"
	case state.Held:
		return "."
	case state.Unclear:
		return "u"
	case state.Unstable:
		return "~"
	}
	return s.Cause
}

func TestWhatIsTold(t *testing.T) {
	for letters, want := range map[string]string{
		"....":                 "",
		"bbbb":                 "->b",
		"b.":                   "", // one odd answer at the start
		"..b..":                "", // one odd answer
		"..bbbbbb":             ".>b",
		"..bb..":               ".>b b>.",
		"..bcbcbb":             ".>b", // two causes by turns are not told until one stays
		"..bbcc":               ".>b b>c",
		"..bb.bb":              ".>b",
		"..uu..":               "", // a restart
		"..uuu..":              ".>u u>.",
		"..uuubb":              ".>u u>b",
		"..R":                  ".>R", // it is not asked again, so the first has to do
		"..Rsss":               ".>R",
		"..Rs..":               ".>R R>.",
		"..bb..bb":             ".>b b>. .>b",
		"..bb..bb..":           ".>b b>. .>b b>~",
		"..bb..bb..bb..bb":     ".>b b>. .>b b>~", // by turns: told once
		"..bb..bb..bb.......":  ".>b b>. .>b b>~ ~>.",
		"..bb..bb..bbbbbbbbbb": ".>b b>. .>b b>~ ~>b",
		"..bb..bb..R":          ".>b b>. .>b b>~ ~>R",
		"..bb....................bb....................bb....................bb": ".>b b>. .>b b>. .>b b>. .>b", // now and then
	} {
		if got, _ := told(t, letters, 5*time.Minute); got != want {
			t.Errorf("%s: told %q, want %q", letters, got, want)
		}
	}
}

func TestThePause(t *testing.T) {
	for letters, want := range map[string]time.Duration{
		"":         5 * time.Minute,
		"..":       5 * time.Minute,
		"..b":      time.Minute, // look again soon
		"..bb":     5 * time.Minute,
		"..bbb":    5 * time.Minute,
		"..bbbb":   10 * time.Minute,
		"..bbbbb":  20 * time.Minute,
		"..bbbbbb": 20 * time.Minute, // not ever more rarely: it is seen when it is mended
		"..bbbb.":  time.Minute,
		"..R":      5 * time.Minute, // only the credential's source is looked at
		"..Rs":     5 * time.Minute,
		"..uuuuu":  20 * time.Minute,
	} {
		if _, s := told(t, letters, 5*time.Minute); pause(s) != want {
			t.Errorf("%q: pause %v, want %v", letters, pause(s), want)
		}
	}
	if d := jittered(10*time.Minute, 0); d != 9*time.Minute {
		t.Errorf("least jitter %v", d)
	}
	if d := jittered(10*time.Minute, 0.999999); d < 10*time.Minute+50*time.Second || d > 11*time.Minute {
		t.Errorf("most jitter %v", d)
	}
}

func TestTheStateOfATrouble(t *testing.T) {
	_, s := told(t, "..bbb", 5*time.Minute)
	if s.Runs != 5 || s.Count != 3 || s.Since != begin.Add(10*time.Minute) || s.Held != begin.Add(5*time.Minute) || s.Changes != 1 {
		t.Errorf("%+v", s)
	}
	_, s = told(t, "..Rs", 5*time.Minute)
	if s.Halt == nil || s.Halt.Tag != "1234" || s.Runs != 3 || s.Note != "halted" {
		t.Errorf("%+v", s)
	}
	_, s = told(t, "..R..", 5*time.Minute)
	if s.Halt != nil {
		t.Errorf("still halted: %+v", s)
	}
}

func TestATargetThatRefusesRests(t *testing.T) {
	now := begin
	far, here := state.State{Row: state.Row{Target: "https://api.example.com"}}, state.State{Row: state.Row{Target: "http://127.0.0.1:8080"}}
	// Whatever the answers are, no ten minutes hold more than three refusals.
	free, refusals := now, []time.Time{}
	for range 50 {
		refusals = append(refusals, free)
		free = rest(far, &Answer{Refusals: 1}, free)
	}
	for i := range len(refusals) - maxRefusals {
		if d := refusals[i+maxRefusals].Sub(refusals[i]); d < refusalWindow {
			t.Errorf("%d refusals in %v", maxRefusals+1, d)
		}
	}
	if d := rest(far, &Answer{}, now).Sub(now); d != time.Second {
		t.Errorf("a target rests %v", d)
	}
	if d := rest(here, &Answer{Refusals: 5}, now).Sub(now); d != 0 {
		t.Errorf("this machine rests %v", d)
	}
	for origin, want := range map[string]bool{"http://localhost:80": true, "http://a.localhost": true, "http://[::1]:8": true, "http://127.3.2.1": true,
		"http://localhost.example.com": false, "http://10.0.0.1": false, "https://example.com": false, "http://127.0.0.1.example.com": false} {
		if Loopback(origin) != want {
			t.Errorf("%s: %v", origin, !want)
		}
	}
}
