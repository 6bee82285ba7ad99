package input

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/why401/why401/fact"
)

// siblings read the same thing: which of them takes a paste makes no difference to what is read.
var siblings = [][]string{
	{"note", "text", "app-log"},
	{"http-exchange", "curl-include", "header", "challenge"}, // a reply is a reply, whoever printed it; a header line alone is one of either
	{"tool-error", "wget-debug"},                             // wget's own output is both
}

// TestPastes holds every reader against what people paste: testdata/pastes has one archive for each kind, in the forms
// that the real tools write.
func TestPastes(t *testing.T) {
	files, err := filepath.Glob("testdata/pastes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pastes: %v", err)
	}
	n, missed, wrong := 0, 0, 0
	for _, file := range files {
		kind := strings.TrimSuffix(filepath.Base(file), ".txtar")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(b).Files {
			n++
			text := string(f.Data)
			p, err := understand(text, f.Name, fact.Source{File: f.Name, Line: 1}, Options{})
			switch {
			case err != nil || p.Empty():
				missed++
				t.Logf("%s/%s: %v", kind, f.Name, err)
			case p.Kind != kind && !slices.ContainsFunc(siblings, func(s []string) bool { return slices.Contains(s, p.Kind) && slices.Contains(s, kind) }):
				wrong++
				t.Logf("%s/%s: taken for %s", kind, f.Name, p.Kind)
			}
		}
	}
	t.Logf("%d pastes: %d not recognised, %d as a wrong kind", n, missed, wrong)
	if n < 400 || float64(missed) > 0.02*float64(n) || wrong > 0 {
		t.Errorf("%d pastes (at least 400), %d not recognised (at most 2 %%), %d as a wrong kind (none)", n, missed, wrong)
	}
}
