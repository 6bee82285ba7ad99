package days

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/logs"
	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
)

// nginxDetailed is the log_format of the recorder, given as a user would give it.
const nginxDetailed = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time $upstream_addr $upstream_status $request_id $host $upstream_cache_status "$sent_http_location"`

func source(name, text string) read.Source {
	return read.Source{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// look reads a told day as why401 logs does.
func look(t testing.TB, d Told) *logs.Report {
	t.Helper()
	o := logs.Options{ShowUsers: true}
	access := o
	if d.Server == "nginx-detailed" {
		var err error
		if access.Read.Format, err = line.Named(nginxDetailed); err != nil {
			t.Fatal(err)
		}
	}
	whole, _, err := logs.Tally(context.Background(), []read.Source{source("access.log", d.Access)}, access)
	if err != nil {
		t.Fatal(err)
	}
	if d.Error != "" {
		part, _, err := logs.Tally(context.Background(), []read.Source{source("error.log", d.Error)}, o)
		if err != nil {
			t.Fatal(err)
		}
		whole.Merge(part)
	}
	return logs.Of(context.Background(), whole, nil, o)
}

// wrong says what of the truth the report missed, "" when it has all.
func wrong(d Told, r *logs.Report) string {
	if len(d.Causes) == 0 {
		if len(r.Incidents) == 0 {
			return ""
		}
		return "claimed " + describe(r.Incidents[0])
	}
	if len(r.Incidents) == 0 {
		return "nothing was found"
	}
	i := r.Incidents[0]
	if !slices.Contains(d.Causes, i.Verdict.Cause) {
		return fmt.Sprintf("cause: want %s: %s", strings.Join(d.Causes, " or "), describe(i))
	}
	// Within one bucket of the report, which is five minutes for a day.
	if gap := i.Since.Sub(d.From); math.Abs(gap.Minutes()) > 5 {
		return fmt.Sprintf("time: began at %s: %s", d.From.Format("15:04:05"), describe(i))
	}
	if d.Every != 0 && math.Abs(float64(i.Period)-d.Every.Seconds()) > 120 {
		return fmt.Sprintf("period: want %v: %s", d.Every, describe(i))
	}
	for name, value := range d.Group {
		if !slices.ContainsFunc(i.Traits, func(t logs.Trait) bool {
			return t.Name == name && t.Value == value || name == "user agent" && t.Name == "program" && t.Value == value
		}) {
			return fmt.Sprintf("group: want %s %s: %s", name, value, describe(i))
		}
	}
	if d.Everyone != i.Everyone && (d.Everyone || len(d.Group) > 0 && d.Group["upstream"] == "" && d.Group["route"] == "" && d.Group["method"] == "" && d.Group["user agent"] == "" && d.Group["network"] == "") {
		return fmt.Sprintf("everyone is %v: %s", i.Everyone, describe(i))
	}
	return ""
}

func describe(i logs.Incident) string {
	return fmt.Sprintf("%s (%s) since %s until %s, %d of %d, period %d, %v, normal %.1f, confidence %.2f: %s %v", i.Verdict.Cause, i.Verdict.Grade, i.Since.Format("15:04:05"), i.Last.Format("15:04:05"), i.Refused, i.Asked, i.Period, i.Traits, i.Normal, i.Change.Confidence, i.Pattern, i.Because)
}

// Seeds up to tuned were looked at while the rules were written; those from heldOut on were not.
const (
	tuned   = 3
	heldOut = 1000
)

// TestScoreboard tells every story with several seeds. The first incident must have the right cause, time and group in 95
// of 100, and healthy days must have none.
func TestScoreboard(t *testing.T) {
	for name, seeds := range map[string][]uint64{"tuned": {1, 2, 3}, "held out": {heldOut, heldOut + 1}} {
		for _, set := range []struct {
			name    string
			stories []Story
		}{{"stories", Stories}, {"healthy days", Healthy}} {
			right, n := 0, 0
			var spent time.Duration
			for _, s := range set.stories {
				for _, seed := range seeds {
					d := s.Tell(seed)
					begin := time.Now()
					r := look(t, d)
					spent += time.Since(begin)
					n++
					if w := wrong(d, r); w == "" {
						right++
					} else if name == "tuned" {
						t.Logf("%s, %s, seed %d: %s", s.Name, d.Server, seed, w)
					}
				}
			}
			t.Logf("%s, %s: %d of %d (%v each)", name, set.name, right, n, spent/time.Duration(n))
			if right*100 < 95*n {
				t.Errorf("%s, %s: %d of %d, want 95 of 100", name, set.name, right, n)
			}
		}
	}
}
