package real

import (
	"context"
	"testing"
)

// The limits that the diagnosis is held to over all scenarios. A number that gets better is written down here.
const (
	leastRight  = 95 // per cent of the broken scenarios whose cause is named
	mostMedian  = 3  // requests
	mostAtAll   = 8  // requests of one diagnosis
	mostRefused = 3  // refused requests with the user's credential: a password once, a token in corrected forms
)

// TestScoreboard plays every scenario with the real diagnosis and holds the numbers to the limits. Each scenario must
// also be refused before and let in after its mend.
func TestScoreboard(t *testing.T) {
	defer func() { Diagnose = nil }()
	board := Play(context.Background(), Scenarios(), 3, nil)
	for _, l := range board {
		switch {
		case l.Err != nil:
			t.Errorf("%s: %v\n%s", l.Name, l.Err, l.Logs)
		case l.WrongProved():
			t.Errorf("proved what is not so: %s", l)
		case !l.LayersRight():
			t.Errorf("wrong layer: %s", l)
		case l.Healthy() && !l.Right():
			t.Errorf("found something where nothing is wrong: %s", l)
		case !l.Right():
			t.Logf("missed: %s", l)
		case l.Verdict.Grade == "proved" && l.Verdict.Cause == l.Want.Cause && l.Want.Grade != "proved":
			t.Errorf("proved what the scenario says cannot be proved from outside: %s", l)
		}
	}
	s := board.Sum()
	if got := percent(s.Right, s.Broken); got < leastRight {
		t.Errorf("cause right in %.1f %%; at least %d %% are promised", got, leastRight)
	}
	if s.Median > mostMedian || s.Most > mostAtAll || s.MostRefused > mostRefused {
		t.Errorf("requests: median %d, most %d; refused with a credential: most %d", s.Median, s.Most, s.MostRefused)
	}
	t.Logf("%+v", s)
}
