package transcript

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
	"github.com/why401/why401/secret"
)

// pastes are the corpora of this package's kinds.
func pastes(t testing.TB) map[string]*txtar.Archive {
	out := map[string]*txtar.Archive{}
	for _, f := range Forms {
		out[f.Kind] = corpus.Of(t, f.Kind)
	}
	return out
}

// TestEachPasteIsRecognised: its own form is sure of it, and no other of this package is surer.
func TestEachPasteIsRecognised(t *testing.T) {
	for kind, a := range pastes(t) {
		for _, f := range a.Files {
			own, best, who := 0, 0, ""
			for _, g := range Forms {
				n := g.Is(string(f.Data))
				if g.Kind == kind {
					own = n
				}
				if n > best {
					best, who = n, g.Kind
				}
			}
			if own < 60 || own < best {
				t.Errorf("%s/%s: %d, and %s is surer with %d", kind, f.Name, own, who, best)
			}
		}
	}
}

// TestWhatPastesSay compares what is read with testdata/golden.txt; UPDATE=1 writes it anew, to be looked at.
func TestWhatPastesSay(t *testing.T) {
	var b strings.Builder
	all := pastes(t)
	for _, g := range Forms {
		for _, f := range all[g.Kind].Files {
			secret.Forget() // numbers by paste, not by what was read before
			ev, err := g.Read(string(f.Data), form.Options{Source: fact.Source{Input: "paste"}})
			b.WriteString("-- " + g.Kind + "/" + f.Name + " --\n")
			if err != nil {
				b.WriteString("error: " + err.Error() + "\n")
			}
			b.WriteString(describe(ev))
		}
	}
	const name = "testdata/golden.txt"
	if os.Getenv("UPDATE") != "" {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := txtar.Parse([]byte(b.String()))
	if len(got.Files) != len(want.Files) {
		t.Errorf("%d pastes, %d in the golden file", len(got.Files), len(want.Files))
	}
	for i := range min(len(got.Files), len(want.Files)) {
		if g, w := got.Files[i], want.Files[i]; g.Name != w.Name || string(g.Data) != string(w.Data) {
			t.Errorf("%s:\n%swant %s:\n%s", g.Name, g.Data, w.Name, w.Data)
		}
	}
}
