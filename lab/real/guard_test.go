package real

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	guarding "github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/report"
)

// contracted is a contract, the healthy world that it holds in, and the ways in which that world is broken.
type contracted struct {
	name     string
	servers  func(*World)
	contract string
	env      func(*World) map[string]string
	breaks   []breaking
}

// breaking breaks a world. Exactly the rows of broken must fail, each with one of its causes ("a|b"; "" for a row that is
// broken without a cause of the catalogue), and exactly those of unclear could not be told.
type breaking struct {
	name    string
	do      func(*World)
	env     map[string]string
	broken  map[string]string
	unclear []string
	mend    func(*World)
	kind    string // what the broken rows are about, for the count
}

func fronted(text string) func(*World) { return func(w *World) { w.Server("front").Mend(text) } }

// TestGuard runs each contract against the healthy world, in which every row must hold, and against each broken one. Then it
// counts: every kind of expectation is made to fail for at least three causes.
func TestGuard(t *testing.T) {
	causes := map[string]map[string]bool{}
	for _, g := range contractedWorlds {
		for _, b := range g.breaks {
			for _, c := range b.broken {
				if causes[b.kind] == nil {
					causes[b.kind] = map[string]bool{}
				}
				causes[b.kind][strings.Split(c, "|")[0]] = c != ""
			}
		}
		t.Run(g.name, func(t *testing.T) { g.play(t) })
	}
	for _, kind := range []string{"status", "challenge", "identity", "cookie", "CORS", "preflight", "cache", "reaches", "redirect"} {
		delete(causes[kind], "")
		if n := len(causes[kind]); n < 3 {
			t.Errorf("rows about %s are made to fail for %d causes; expected at least 3: %v", kind, n, slices.Sorted(maps.Keys(causes[kind])))
		}
	}
}

func (g contracted) play(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	g.servers(w)
	file := w.File("contract.yaml", strings.TrimLeft(g.contract, "\n"))
	c, err := contract.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	if g.env != nil {
		env = g.env(w)
	}
	n := 0
	run := func(more map[string]string) *guarding.Result {
		all := maps.Clone(env)
		maps.Copy(all, more)
		n++
		// A ledger of its own for each run: the breaks are independent worlds, not tries of one day.
		res, err := guarding.Run(context.Background(), c, guarding.Options{Env: func(k string) string { return all[k] },
			StateDir: filepath.Join(w.Dir, fmt.Sprint("state", n)), Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if res := run(nil); res.Count(guarding.Held) != len(res.Rows) {
		t.Fatalf("the healthy world does not hold:\n%s%s", shown(t, res), w.Logs())
	}
	for _, b := range g.breaks {
		if b.do != nil {
			b.do(w)
		}
		res := run(b.env)
		if wrong := b.check(res); len(wrong) > 0 {
			t.Errorf("%s:\n  %s\n%s", b.name, strings.Join(wrong, "\n  "), shown(t, res))
		}
		if b.mend != nil {
			b.mend(w)
		}
	}
	if res := run(nil); res.Count(guarding.Held) != len(res.Rows) {
		t.Errorf("the mended world does not hold:\n%s", shown(t, res))
	}
}

func (b breaking) check(res *guarding.Result) (wrong []string) {
	seen := map[string]bool{}
	for _, r := range res.Rows {
		name := r.Check.Name()
		seen[name] = true
		want, broken := b.broken[name]
		unclear := slices.Contains(b.unclear, name)
		switch {
		case broken && r.State != guarding.Broken, unclear && r.State != guarding.CouldNotTell, !broken && !unclear && r.State != guarding.Held:
			wrong = append(wrong, fmt.Sprintf("%s: %s %s", name, r.State, r.Because))
		case broken && r.Report == nil:
			wrong = append(wrong, name+": no report")
		case broken && !slices.Contains(strings.Split(want, "|"), r.Report.Verdict.Cause):
			wrong = append(wrong, fmt.Sprintf("%s: cause %q (%s), expected %q", name, r.Report.Verdict.Cause, r.Report.Verdict.Grade, want))
		}
	}
	for name := range b.broken {
		if !seen[name] {
			wrong = append(wrong, "no row "+name)
		}
	}
	return wrong
}

func shown(t *testing.T, res *guarding.Result) string {
	var b strings.Builder
	if err := report.GuardText(&b, res.Report(), report.TextOptions{Width: 100, Verbose: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
