package real

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/report"
)

// guardedSite is a site with many plugins of which one closes the REST API.
func guardedSite(t *testing.T) *WordPress {
	t.Helper()
	w := NewWorld(t)
	s := w.WordPress("front")
	s.Activate(among(32, map[int]string{20: "rest-sealed"})...)
	s.Serve(80)
	w.warm([]string{w.URL("front", wpPosts)})
	return s
}

// TestBisectInterrupted ends searches by the signals that a terminal and a service manager send: the program takes its drop-in
// away by itself, says so, and ends with 130. The list of active plugins is untouched.
func TestBisectInterrupted(t *testing.T) {
	limit(t)
	c := newCopyist(t)
	s := guardedSite(t)
	before, files := s.options(), s.contents()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		interrupted := 0
		for _, later := range []time.Duration{0, 80 * time.Millisecond, 250 * time.Millisecond} {
			cmd := c.command(t.Context(), "site", s.Dir, "--bisect-plugins", "curl "+s.URL("front", wpPosts), "--apply")
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			placed := false
			for begin := time.Now(); !placed && time.Since(begin) < 20*time.Second; time.Sleep(2 * time.Millisecond) {
				found, _ := filepath.Glob(filepath.Join(s.Dir, "wp-content/mu-plugins/0-why401-*.php"))
				placed = len(found) > 0
			}
			time.Sleep(later)
			if err := cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			err := cmd.Wait()
			var exit *exec.ExitError
			switch {
			case !placed:
				t.Fatalf("%v: no drop-in was seen: %v\n%s", sig, err, said.String())
			case errors.As(err, &exit) && exit.ExitCode() == 130:
				interrupted++
				shows(t, said.String(), "interrupted: the drop-in is removed")
			case errors.As(err, &exit) && exit.ExitCode() == 1: // it was over before
			default:
				t.Errorf("%v: %v\n%s", sig, err, said.String())
			}
			if got := s.contents(); got != files {
				t.Errorf("%v after %v: files are left:\n%s", sig, later, otherLines(files, got))
			}
			if left, _ := filepath.Glob(filepath.Join(c.home, "why401/bisect/*.json")); len(left) > 0 {
				t.Errorf("%v: notes are left: %v", sig, left)
			}
		}
		if interrupted == 0 {
			t.Errorf("%v: every search was over before the signal came: nothing was tried", sig)
		}
	}
	if after := s.options(); after != before {
		t.Errorf("the database changed: %s", otherLines(before, after))
	}
}

// TestBisectJSON has the command write how a search ended, for programs.
func TestBisectJSON(t *testing.T) {
	limit(t)
	c := newCopyist(t)
	s := guardedSite(t)
	args := []string{"site", s.Dir, "--bisect-plugins", "curl " + s.URL("front", wpPosts), "--json"}
	c.run(2, args...) // without --apply nothing ends
	var out bytes.Buffer
	cmd := c.command(t.Context(), append(args, "--apply")...)
	cmd.Stdout = &out
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if err := schematest.Follows(report.PluginsSchemaJSON, out.Bytes()); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	var got report.Plugins
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	fresh := 0
	for _, st := range got.Steps {
		if !st.Repeat {
			fresh++
		}
	}
	if got.Outcome != "guards" || len(got.Guards) != 1 || got.Guards[0].Name != "REST sealed" || !got.LetsIn || !got.Alone || got.Active != 32 || got.Refused != "403 rest_api_sealed" || fresh == 0 {
		t.Errorf("%s", out.String())
	}
}
