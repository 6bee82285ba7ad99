package face

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/compare"
	"github.com/why401/why401/watch/state"
)

const hostile = "\"}\nevil 1\n<script>alert(1)</script>\x1b]0;owned\x07\u202e"

// shown is a face over a store with a row that holds, one that is broken and full of hostile text, one that is halted, and
// one that could not be told.
func shown(t *testing.T) (*Face, *error) {
	t.Helper()
	s, err := state.OpenLocal(filepath.Join(t.TempDir(), "watch"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ctx, now := context.Background(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ids := []string{"fine", "broken" + hostile, "halted", "down"}
	var rows []state.Row
	for _, id := range ids {
		rows = append(rows, state.Row{ID: id, Target: "https://" + id, Every: time.Minute, Shown: "GET https://api.example.com/" + hostile})
	}
	if err := s.Plan(ctx, rows, func(state.Row) time.Time { return now }); err != nil {
		t.Fatal(err)
	}
	for range rows {
		c, err := s.Claim(ctx, now, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		r := state.Result{State: c}
		r.State.Runs, r.State.Last, r.State.Since, r.State.Held = 7, now, now, now.Add(-time.Hour)
		switch {
		case c.ID == "fine":
			r.State.Now = state.Standing{Outcome: state.Held, Status: 200}
			r.State.Expiry = []state.Expiry{{What: "certificate", At: now.Add(time.Hour)}}
		case c.ID == "halted":
			r.State.Now = state.Standing{Outcome: state.Broken, Cause: "token-expired", Grade: "proved", FaultAt: "client"}
			r.State.Halt = &state.Halt{Why: "refused" + hostile}
		case c.ID == "down":
			r.State.Now = state.Standing{Outcome: state.Unclear, Step: "connect"}
		default:
			r.State.Now = state.Standing{Outcome: state.Broken, Cause: "unknown", Title: hostile}
			r.State.Changed = []compare.Difference{{Area: compare.Answer, What: "Server" + hostile, Good: hostile, Bad: hostile}}
			r.Bad = &state.Kept{At: now, Hops: []state.Hop{{Text: "GET / HTTP/1.1\n\nHTTP/1.1 401 " + hostile, Failure: hostile}}}
			r.Alerts = []state.Alert{{Key: "k", Channel: "hook" + hostile, Event: state.Event{Row: c.ID, To: r.State.Now}, Queued: now}}
		}
		if err := s.Record(ctx, c, r); err != nil {
			t.Fatal(err)
		}
	}
	var trouble error
	return &Face{Store: s, Contract: func() string { return "c.yaml" + hostile }, Trouble: func() error { return trouble }, Stale: func() error { return nil }}, &trouble
}

func ask(f *Face, method, path, host string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

var sample = regexp.MustCompile(`^[a-z_0-9]+(\{[a-z_]+="(?:[^"\\]|\\.)*"(?:,[a-z_]+="(?:[^"\\]|\\.)*")*\})? -?[0-9]+$`)

func TestMetrics(t *testing.T) {
	f, trouble := shown(t)
	got := ask(f, "GET", "/metrics", "127.0.0.1:9401").Body.String()
	for line := range strings.Lines(got) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "# ") && !sample.MatchString(line) {
			t.Errorf("no line of the text format: %q", line)
		}
	}
	for want, n := range map[string]int{
		`why401_check_up{.*check="fine"} 1`:    1,
		`why401_check_up{.*check="halted"} 0`:  1,
		`why401_check_up{.*check="down"}`:      0, // neither is true
		`why401_check_known{.*check="down"} 0`: 1,
		`why401_cause_info{.*check="halted",id="token-expired",fault_at="client",grade="proved"} 1`: 1,
		`why401_check_halted{.*check="halted"} 1`:                                                   1,
		`why401_check_runs_total{.*check="fine"} 7`:                                                 1,
		`why401_expiry_timestamp_seconds{.*check="fine",what="certificate"} 1772370000`:             1,
		`why401_last_run_timestamp_seconds{.*check="fine"} 1772366400`:                              1,
		`why401_messages{channel="hook.*status="waiting"} 1`:                                        1,
		`why401_store_ok 1`: 1,
		`(?m)^evil`:         0,
		"\x1b":              0,
	} {
		if have := len(regexp.MustCompile(want).FindAllString(got, -1)); have != n {
			t.Errorf("%s stands %d times, want %d\n%s", want, have, n, got)
		}
	}
	*trouble = errors.New("no space left on device")
	if got := ask(f, "GET", "/metrics", "localhost").Body.String(); !strings.Contains(got, "why401_store_ok 0\n") {
		t.Error("the trouble is not told")
	}
}

func TestHealth(t *testing.T) {
	f, trouble := shown(t)
	if w := ask(f, "GET", "/healthz", "localhost:9401"); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("%d %q", w.Code, w.Body.String())
	}
	*trouble = errors.New("write /home/secret-folder/watch.db: no space")
	if w := ask(f, "GET", "/healthz", "localhost:9401"); w.Code != 503 || strings.Contains(w.Body.String(), "secret-folder") {
		t.Errorf("%d %q", w.Code, w.Body.String())
	}
}

func TestPage(t *testing.T) {
	f, _ := shown(t)
	w := ask(f, "GET", "/", "[::1]:9401")
	got := w.Body.String()
	for want, n := range map[string]int{"<script": 0, "\x1b": 0, "\u202e": 0, "&lt;script&gt;": -1, "<h2>fine: as agreed</h2>": 1, "The first bad exchange": 1, "What changed since": 1,
		"could not tell: connect": 1, "broken (token-expired, proved)": 1, "3 in trouble": 1, "Not asked any more": 1} {
		if have := strings.Count(got, want); n >= 0 && have != n || n < 0 && have == 0 {
			t.Errorf("%q stands %d times, want %d", want, have, n)
		}
	}
	if strings.Index(got, "fine: as agreed") < strings.Index(got, "halted: broken") {
		t.Error("what is well comes before what is not")
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
}

// TestOnlyThisMachineIsAnswered: names that lead here by DNS are not.
func TestOnlyThisMachineIsAnswered(t *testing.T) {
	f, _ := shown(t)
	for host, want := range map[string]int{"127.0.0.1:9401": 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:9401": 200, "localhost.": 200,
		"evil.example": 421, "127.0.0.1.evil.example:9401": 421, "": 421, "0.0.0.0:9401": 421, "localhost.evil.example": 421, "10.0.0.1": 421, "[::ffff:7f00:1]": 421, "user@localhost": 421} {
		for _, path := range []string{"/", "/metrics", "/healthz"} {
			if w := ask(f, "GET", path, host); w.Code != want || want != 200 && strings.Contains(w.Body.String(), "fine") {
				t.Errorf("%s at %q: %d, want %d", path, host, w.Code, want)
			}
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		if w := ask(f, method, "/", "localhost"); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	if w := ask(f, "GET", "/x", "localhost"); w.Code != 404 {
		t.Errorf("/x: %d", w.Code)
	}
}
