package adversary_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/lab"
)

// TestAdversary runs every document of testdata/*.yaml. A scenario says what must come out, what must not, and with
// at_most how sure the verdict may be.
func TestAdversary(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	names := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, doc := range strings.Split("\n"+string(text), "\n---\n") {
			if strings.TrimSpace(doc) == "" {
				continue
			}
			base := strings.TrimSuffix(filepath.Base(file), ".yaml")
			sc, err := lab.Parse(fmt.Sprintf("%s/%d", base, i), doc)
			if err != nil {
				t.Error(err)
				continue
			}
			name := base + "/" + sc.Name
			if sc.Name == "" || names[name] {
				t.Errorf("%s, document %d: the name %q is empty or taken", file, i, sc.Name)
			}
			names[name] = true
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				run(t, sc)
			})
		}
	}
}

func run(t *testing.T, sc *lab.Scenario) {
	w, err := lab.Start(sc)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var trace bytes.Buffer
	rep, err := w.Diagnose(ctx, w.Request(), lab.Options{StateDir: filepath.Join(t.TempDir(), "state"), Trace: &trace})
	if err != nil {
		t.Fatalf("diagnose: %v\n%s", err, trace.String())
	}
	for _, wrong := range sc.Expect.Check(rep) {
		t.Errorf("%s", wrong)
	}
	also := ""
	for _, a := range rep.Also {
		also += fmt.Sprintf(" +%s(%s)", a.Cause, a.Grade)
	}
	t.Logf("SUM %s | %s %s %s by=%s at=%s%s | sent %d", t.Name(), rep.Outcome, rep.Verdict.Grade, rep.Verdict.Cause, rep.Verdict.RefusedBy, rep.Verdict.FaultAt, also, len(rep.Sent))
	if t.Failed() {
		t.Logf("trace:\n%s", trace.String())
		for _, e := range rep.Evidence {
			t.Logf("evidence: %s", e.Fact)
		}
		for _, s := range rep.Suspects {
			t.Logf("suspect: %s %s: %s", s.Cause, s.Grade, s.Because)
		}
	}
}
