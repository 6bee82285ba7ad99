//go:build linux

package fix

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
)

// serve starts a server that answers every request with a page.
func serve(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "page\n") }))
	t.Cleanup(srv.Close)
	return srv.URL
}

// proofs are one request to url and what decides about its answer.
func proofs(t *testing.T, url string, holds func() bool) []Proof {
	t.Helper()
	got, err := input.Read([]string{url}, nil, input.Options{Typed: true})
	if err != nil || len(got.Intents) != 1 {
		t.Fatalf("%v %v", got, err)
	}
	return []Proof{{What: "the page", Want: "there", Intent: got.Intents[0], Holds: func(*exchange.Exchange) bool { return holds() }}}
}

// rightsAndNew is a plan that lets a group read one file and makes another.
func rightsAndNew(t *testing.T) (p *Plan, closed, made string) {
	t.Helper()
	closed = file(t, "alice:x\n")
	made = filepath.Join(filepath.Dir(closed), ".htaccess")
	for _, err := range []error{os.Chmod(closed, 0o600), unix.Setxattr(closed, "user.note", []byte("kept"), 0)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := NewPlan(cause.Remedy{ID: "test", Title: "a test", Edits: []conf.Edit{
		{Place: conf.Place{File: closed, Line: 1}, How: conf.Give, Rights: &conf.Rights{Mode: 0o640, UID: -1, GID: 33}},
		{Place: conf.Place{File: made, Line: 1}, How: conf.Make, Text: "CGIPassAuth On\n"},
	}}, About{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return p, closed, made
}

// TestRightsAndNewFiles: a change of rights and a new file are planned, kept, carried out by the plan's number, taken back when
// the proof does not hold, and undone with nothing left.
func TestRightsAndNewFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test changes a file's group and needs root")
	}
	p, closed, made := rightsAndNew(t)
	for i, want := range []string{"mode 0600 to 0640, group root to www-data", "made, mode 0644, owner root, group root"} {
		if got := p.Files[i].Does(); got != want {
			t.Errorf("file %d: %q, want %q", i, got, want)
		}
	}
	diff, err := p.Diff()
	if err != nil || !strings.Contains(diff, closed+": mode 0600 to 0640") || !strings.Contains(diff, "--- /dev/null") || !strings.Contains(diff, "+CGIPassAuth On") {
		t.Errorf("%v\n%s", err, diff)
	}
	_, was, _, err := look(closed)
	if err != nil {
		t.Fatal(err)
	}
	store := &Store{Dir: filepath.Join(t.TempDir(), "fixes")}
	url := serve(t)
	apply := func(p *Plan, holds bool) error {
		if err := store.Keep(p); err != nil {
			t.Fatal(err)
		}
		kept, err := store.Plan(p.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.Apply(context.Background(), kept, Options{Proofs: proofs(t, url, func() bool { return holds })})
		return err
	}
	other, c, m := rightsAndNew(t)
	_, before, _, _ := look(c)
	err = apply(other, false)
	_, back, _, _ := look(c)
	if _, ok := errors.AsType[*RolledBack](err); !ok || !back.equal(before) {
		t.Errorf("a proof that does not hold: %v, rights %s, want %s", err, back, before)
	}
	if _, err := os.Lstat(m); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a proof that does not hold: the made file: %v", err)
	}
	err = apply(p, true)
	_, now, _, _ := look(closed)
	b, _ := os.ReadFile(made)
	if err != nil || now.Mode != 0o640 || now.GID != 33 || string(now.Xattr["user.note"]) != "kept" || string(b) != "CGIPassAuth On\n" {
		t.Fatalf("applied: %v, rights %s, made file %q", err, now, b)
	}
	if st, err := store.Status(p.ID); err != nil || st.State != Applied {
		t.Errorf("%+v %v", st, err)
	}
	readme, err := os.ReadFile(filepath.Join(store.UndoFolder(p.ID), "README"))
	if err != nil || !strings.Contains(string(readme), "rm "+made) || !strings.Contains(string(readme), "chown 0:0 "+closed+"\nchmod 0600 "+closed) {
		t.Errorf("README: %v\n%s", err, readme)
	}
	if _, err := store.Undo(context.Background(), p.ID, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, m, _, err := look(closed); err != nil || !m.equal(was) {
		t.Errorf("after the undo: %v %s, want %s", err, m, was)
	}
	if _, err := os.Lstat(made); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the undo the made file: %v", err)
	}
	if st, err := store.Status(p.ID); err != nil || st.State != Undone {
		t.Errorf("%+v %v", st, err)
	}
}

// TestRightsAndNewFilesOfOthers: what somebody else did meanwhile stays.
func TestRightsAndNewFilesOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test changes a file's group and needs root")
	}
	for name, c := range map[string]struct {
		before, after func(closed, made string) error // after the plan, after the fix
	}{
		"the file was made meanwhile":   {before: func(_, made string) error { return os.WriteFile(made, []byte("mine\n"), 0o644) }},
		"the rights changed meanwhile":  {before: func(closed, _ string) error { return os.Chmod(closed, 0o604) }},
		"the made file was edited":      {after: func(_, made string) error { return os.WriteFile(made, []byte("mine\n"), 0o644) }},
		"the rights were changed again": {after: func(closed, _ string) error { return os.Chmod(closed, 0o660) }},
	} {
		t.Run(name, func(t *testing.T) {
			p, closed, made := rightsAndNew(t)
			store := &Store{Dir: filepath.Join(t.TempDir(), "fixes")}
			if c.before != nil {
				if err := c.before(closed, made); err != nil {
					t.Fatal(err)
				}
			}
			_, m0, _, _ := look(closed)
			_, err := store.Apply(context.Background(), p, Options{Proofs: proofs(t, serve(t), func() bool { return true })})
			if c.before != nil {
				if _, ok := errors.AsType[*Refused](err); !ok {
					t.Errorf("apply: %v, want a refusal", err)
				}
				if _, m, _, _ := look(closed); !m.equal(m0) {
					t.Errorf("apply changed %s to %s", m0, m)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := c.after(closed, made); err != nil {
				t.Fatal(err)
			}
			b, _ := os.ReadFile(made)
			_, m0, _, _ = look(closed)
			if _, err := store.Undo(context.Background(), p.ID, Options{}); err == nil {
				t.Error("the undo took away what somebody else had done")
			}
			now, _ := os.ReadFile(made)
			if _, m, _, _ := look(closed); !m.equal(m0) || string(now) != string(b) {
				t.Errorf("the undo changed %s to %s, %q to %q", m0, m, b, now)
			}
		})
	}
}
