package message

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/why401/why401/input/form"
)

// seeds adds the corpus of kind.
func seeds(f *testing.F, kind string) {
	a, err := txtar.ParseFile(filepath.Join("..", "testdata", "pastes", kind+".txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range a.Files {
		f.Add(string(file.Data))
	}
}

func fuzz(f *testing.F, kind string) {
	seeds(f, kind)
	k := kinds[kind]
	f.Fuzz(func(t *testing.T, text string) {
		if n := k.is(text); n < 0 || n > 100 {
			t.Errorf("%d sure", n)
		}
		e, _ := k.read(text, form.Options{})
		if len(e.Messages) > maxMessages {
			t.Errorf("%d messages", len(e.Messages))
		}
	})
}

func FuzzAccess(f *testing.F)    { fuzz(f, "access-log") }
func FuzzServerLog(f *testing.F) { fuzz(f, "error-log") }
func FuzzLog(f *testing.F)       { fuzz(f, "app-log") }
func FuzzTool(f *testing.F)      { fuzz(f, "tool-error") }
func FuzzBody(f *testing.F)      { fuzz(f, "body") }
func FuzzStack(f *testing.F)     { fuzz(f, "stack") }

func FuzzRelaxed(f *testing.F) {
	seeds(f, "body")
	f.Fuzz(func(t *testing.T, text string) {
		out, n, _, ok := Relaxed(text)
		if ok && (!json.Valid([]byte(out)) || n > len(text)) {
			t.Errorf("%q, %d of %d", out, n, len(text))
		}
	})
}
