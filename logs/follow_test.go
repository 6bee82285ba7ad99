package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/why401/why401/report"
)

// TestFollowFindsWhileItGrows: a log that is followed shows no incident while all is well, the incident once its lines have
// come, beside what the error log says of it, and the same again when the following ends.
func TestFollowFindsWhileItGrows(t *testing.T) {
	dir := t.TempDir()
	access, errors := filepath.Join(dir, "access.log"), filepath.Join(dir, "error.log")
	start := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	add := func(path string, from, to int, lineAt func(at time.Time, n int) string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for n := from; n < to; n++ {
			if _, err := f.WriteString(lineAt(start.Add(time.Duration(n)*5*time.Second), n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	request := func(status int) func(time.Time, int) string {
		return func(at time.Time, n int) string {
			return fmt.Sprintf("198.51.100.%d - user%d [%s] \"GET /reports/%d HTTP/1.1\" %d 512 \"-\" \"acme/2.1\"\n", n%40, n%40, at.Format("02/Jan/2006:15:04:05 -0700"), n, status)
		}
	}
	add(access, 0, 2000, request(200))
	add(errors, 0, 1, func(at time.Time, _ int) string {
		return at.Format("2006/01/02 15:04:05") + " [notice] 7#7: start worker process 8\n"
	})

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	shown, done := make(chan *Report, 100), make(chan *Report, 1)
	go func() {
		r, err := Follow(ctx, []string{access, errors}, Options{}, func(r *Report) { shown <- r })
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	wait := func(what string, is func(r *Report) bool) {
		t.Helper()
		for end := time.After(2 * time.Minute); ; {
			select {
			case r := <-shown:
				if is(r) {
					return
				}
			case <-end:
				t.Fatalf("not seen: %s", what)
			}
		}
	}
	wait("that all is well", func(r *Report) bool { return r.Outcome == report.Healthy })
	add(access, 2000, 2300, request(403))
	add(errors, 2000, 2300, func(at time.Time, n int) string {
		return fmt.Sprintf("%s [crit] 7#7: *%d open() \"/etc/nginx/users\" failed (2: No such file or directory), client: 198.51.100.%d, server: a.test, request: \"GET /reports/%d HTTP/1.1\", host: \"a.test\"\n", at.Format("2006/01/02 15:04:05"), n, n%40, n)
	})
	missing := func(r *Report) bool {
		return len(r.Incidents) > 0 && r.Incidents[0].Verdict.Cause == "htpasswd-path-wrong"
	}
	wait("the missing password file", missing)
	stop()
	if r := <-done; !missing(r) {
		t.Errorf("at the end: %+v", r.Incidents)
	}
}
