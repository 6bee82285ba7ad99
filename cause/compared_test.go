package cause

import (
	"testing"
	"time"
)

// A program's line that names an end, or a beginning, and what its clock showed.
func TestCompared(t *testing.T) {
	for line, want := range map[string]struct{ over, early bool }{
		"token not to be used after 2018-07-26 22:16:58 +0000 UTC - currently 2018-07-26 22:22:16.762869048 +0000 UTC": {over: true},
		"JWT expired at 2026-03-02T10:00:00Z. Current time: 2026-03-02T10:00:03Z, a difference of 3 s":                 {over: true},
		"exp claim 1772445600, now 1772445660":                                            {over: true},
		"token not valid before 2026-03-02T10:00:00Z (current time 2026-03-02T09:59:30Z)": {early: true},
		"token expires at 2026-03-02T11:00:00Z, current time 2026-03-02T10:00:00Z":        {},
		"issued at 2026-03-02 09:00:00, now 2026-03-02 10:00:00":                          {},
	} {
		c, ok := recordOf(line, "").Compared()
		if !ok || c.Over() != want.over || c.Early() != want.early {
			t.Errorf("%q: read %v, over %v and early %v, want %+v", line, ok, c.Over(), c.Early(), want)
		}
	}
	for _, line := range []string{"token has expired", "now 2026-03-02T10:00:00Z", "expired at noon, current time unknown"} {
		if c, ok := recordOf(line, "").Compared(); ok {
			t.Errorf("%q: read %v and %v where no two times stand", line, c.Limit, c.Now)
		}
	}
}

func FuzzCompared(f *testing.F) {
	f.Add("not to be used after 2018-07-26 22:16:58 +0000 UTC - currently 2018-07-26 22:22:16.76 +0000 UTC")
	f.Add("exp 1772445600, now 1772445660")
	f.Fuzz(func(t *testing.T, line string) {
		if c, ok := recordOf(line, "").Compared(); ok && (c.Limit.IsZero() || c.Now.IsZero() || c.Now.Year() > 9999 || c.Limit.Before(time.Time{})) {
			t.Errorf("%q: read %v and %v", line, c.Limit, c.Now)
		}
	})
}
