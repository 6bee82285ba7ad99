package real

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/why401/why401/cause"
	catalogue "github.com/why401/why401/causes/all"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/input"
	"github.com/why401/why401/probe"
)

// A mending is a broken set-up on running servers and the change that mends it. It is carried out by package fix with all
// four controls, and undone. The change is the one that the audit of the configuration has for the cause, unless hand says why
// it cannot have one.
type mending struct {
	name    string
	cause   string // of the catalogue
	named   string // the cause under which the audit names the place, where it is another
	remedy  string // which of the audit's remedies; the first that can be carried out when ""
	program string // that is tested and reloaded
	hand    string // why a person has to write the change
	servers func(w *World)
	main    string // the file that the program was started with, below the world's directory
	swaps   []swap // the change that a person would write
	failing func(w *World) []string
	guarded func(w *World) []string // where failing carries no credential
	other   func(w *World) []string // "/" when nil
}

// swap is an edit as text: in file, old becomes new.
type swap struct{ file, old, new string }

// edits finds the bytes of each swap.
func (m mending) edits(t *testing.T, w *World) []conf.Edit {
	t.Helper()
	var out []conf.Edit
	for _, s := range m.swaps {
		path := filepath.Join(w.Dir, s.file)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		old := w.Expand(s.old)
		if strings.Count(string(b), old) != 1 {
			t.Fatalf("%q stands %d times in %s:\n%s", old, strings.Count(string(b), old), s.file, b)
		}
		at := strings.Index(string(b), old)
		out = append(out, conf.Edit{
			Place: conf.Place{File: path, Line: 1 + strings.Count(string(b[:at]), "\n"), Start: at, End: at + len(old)},
			Old:   old, Text: w.Expand(s.new),
		})
	}
	return out
}

// tighten takes the rights to write in the servers' folders from everybody: fix refuses to work where anyone could put
// another file in the place of the one that it replaces.
func tighten(t *testing.T, w *World) {
	t.Helper()
	err := filepath.WalkDir(w.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		fi, err := d.Info()
		if err != nil || fi.Mode().Perm()&0o022 == 0 {
			return nil
		}
		return os.Chmod(path, 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func intent(t *testing.T, args []string) *exchange.Intent {
	t.Helper()
	if args == nil {
		return nil
	}
	got, err := input.Read(args, nil, input.Options{Typed: true})
	if err != nil || len(got.Intents) != 1 {
		t.Fatalf("%q: %v, %d requests", args, err, len(got.Intents))
	}
	return got.Intents[0]
}

// portrait is everything of a file that an undo brings back.
type portrait struct {
	missing            bool
	bytes, link, xattr string
	mode               os.FileMode
	uid, gid           uint32
}

func portraitOf(t *testing.T, path string) portrait {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return portrait{missing: true}
	}
	if err != nil {
		t.Fatal(err)
	}
	link, _ := os.Readlink(path)
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	names := make([]byte, 1024)
	n, _ := unix.Listxattr(path, names)
	x := ""
	for name := range strings.SplitSeq(strings.Trim(string(names[:max(n, 0)]), "\x00"), "\x00") {
		value := make([]byte, 1024)
		if n, err := unix.Getxattr(path, name, value); err == nil {
			x += fmt.Sprintf("%s=%x ", name, value[:n])
		}
	}
	return portrait{false, string(b), link, x, os.FileMode(st.Mode), st.Uid, st.Gid}
}

// TestMend carries out every mending: the server refuses, the fix holds under all four controls, curl is let in, and the undo
// brings back every byte, owner, mode and link, and with it the refusal.
func TestMend(t *testing.T) {
	var causes []string
	for _, m := range mendings {
		if !slices.Contains(causes, m.cause) {
			causes = append(causes, m.cause)
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.play(t)
		})
	}
	t.Cleanup(func() {
		t.Logf("%d set-ups of %d causes; %d with the edits of why401 config", len(mendings), len(causes), ofAudit.Load())
	})
	if n := len(slices.DeleteFunc(slices.Clone(mendings), func(m mending) bool { return m.hand != "" })); n < 40 {
		t.Errorf("%d set-ups are mended with the audit's own edits, want at least 40", n)
	}
	if len(causes) < 40 {
		t.Errorf("broken set-ups of %d causes, want at least 40", len(causes))
	}
}

func (m mending) play(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	w := NewWorld(t)
	m.servers(w)
	tighten(t, w)
	if r, err := w.Curl(ctx, m.failing(w)); err != nil || r.OK() {
		t.Fatalf("before: %v %v, want a refusal", r, err)
	}
	remedy, about, sighted := m.remedyOfAudit(w)
	switch {
	case sighted:
		ofAudit.Add(1)
	case m.hand == "":
		t.Fatalf("the audit has no change for %s", m.cause)
	default:
		remedy = cause.Remedy{ID: m.cause, Title: m.name, Server: m.program, Edits: m.edits(t, w)}
	}
	edits := remedy.Edits
	about.Now, about.Main = time.Now(), filepath.Join(w.Dir, m.main)
	before := map[string]portrait{}
	for _, e := range edits {
		before[e.Place.File] = portraitOf(t, e.Place.File)
	}
	var o fix.Options
	o.Say = func(s fix.Step) { t.Logf("%s: %s", s.What, s.Got) }
	if m.program != "" {
		s, err := fix.FindServer(m.program, filepath.Join(w.Dir, m.main))
		if err != nil {
			t.Fatal(err)
		}
		o.Server = s
	}
	state := t.TempDir()
	o.Controls = &fix.Controls{Failing: intent(t, m.failing(w)), Probe: probe.Options{StateDir: filepath.Join(state, "ledger")}}
	if m.guarded != nil {
		o.Controls.Guarded = intent(t, m.guarded(w))
	}
	if m.other != nil {
		o.Controls.Other = intent(t, m.other(w))
	}
	plan, err := fix.NewPlan(remedy, about)
	if err != nil {
		t.Fatal(err)
	}
	store := &fix.Store{Dir: filepath.Join(state, "fixes")}
	res, err := store.Apply(ctx, plan, o)
	if err != nil {
		t.Fatalf("apply: %v\n%s", err, w.Logs())
	}
	if len(res.Controls) != 4 {
		t.Errorf("%d controls ran, want 4: %+v", len(res.Controls), res.Controls)
	}
	r, err := w.Curl(ctx, m.failing(w))
	if err != nil || !r.OK() && r.Status/100 != 3 && r.Status != 101 {
		t.Errorf("after the fix: %v %v", r, err)
	}
	if st, err := store.Status(plan.ID); err != nil || st.State != fix.Applied {
		t.Errorf("after the fix: %v %v", st.State, err)
	}
	if _, err := store.Undo(ctx, plan.ID, o); err != nil {
		t.Fatalf("undo: %v\n%s", err, w.Logs())
	}
	for path, want := range before {
		if got := portraitOf(t, path); got != want {
			t.Errorf("%s after the undo:\n%+v\nbefore the fix:\n%+v", path, got, want)
		}
	}
	if st, err := store.Status(plan.ID); err != nil || st.State != fix.Undone {
		t.Errorf("after the undo: %v %v", st.State, err)
	}
	if r, err := w.Curl(ctx, m.failing(w)); err != nil || r.OK() {
		t.Errorf("after the undo: %v %v, want the refusal again", r, err)
	}
}

// remedyOfAudit gives the remedy that the audit of the mending's configuration has for its cause, when it has one with edits.
func (m mending) remedyOfAudit(w *World) (cause.Remedy, fix.About, bool) {
	main := m.main
	if main == "" {
		main = mainNgx
		if _, err := os.Stat(filepath.Join(w.Dir, main)); err != nil {
			main = mainApa
		}
	}
	found, _ := programs.ReadPaths(conf.Disk(), []string{filepath.Join(w.Dir, main)}, "")
	for _, c := range found {
		for _, k := range catalogue.BuiltIn().Causes {
			if k.ID != cmp.Or(m.named, m.cause) || k.Audit == nil {
				continue
			}
			for _, s := range k.Audit(c.Config) {
				for _, r := range s.Remedies {
					if len(r.Edits) > 0 && (m.remedy == "" || r.ID == m.remedy) {
						r.Server = m.program
						return r, fix.About{Config: c.Config, Scope: s.Scope}, true
					}
				}
			}
		}
	}
	return cause.Remedy{}, fix.About{}, false
}

// ofAudit counts the mendings whose edits are the audit's own; the others were written by hand.
var ofAudit atomic.Int32
