package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/report"
)

// folders are the labelled cases at hand: the project's own, and a shared folder where there is one.
func folders(t *testing.T) map[string][]Case {
	out := map[string][]Case{}
	shared := os.Getenv("WHY401_CASES")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared", "cases")
	}
	for _, dir := range []string{"a", "b", "f", "g", shared} {
		cs, err := Load(dir)
		switch {
		case err == nil:
			out[dir] = cs
		case dir == shared:
			t.Logf("no cases in %s (WHY401_CASES names another folder)", shared)
		default:
			t.Fatal(err)
		}
	}
	return out
}

// TestCalibration holds the grades to what they promise: over all labelled cases a proved verdict is right, a strong one
// in nine of ten, a likely one in seven of ten.
func TestCalibration(t *testing.T) {
	type tally struct{ n, right int }
	grades := map[cause.Grade]*tally{}
	undecided, abstained := 0, 0
	for dir, cs := range folders(t) {
		all, hit := 0, 0
		for _, c := range cs {
			rep, err := c.Diagnose(t.Context())
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			v := rep.Verdict
			if !c.Decidable() {
				undecided++
				if v.Cause == "" {
					abstained++
				}
				if v.Grade == cause.Proved {
					t.Errorf("%s cannot be decided and is called proved: %s", c.Name, v.Cause)
				}
				continue
			}
			g := grades[v.Grade]
			if g == nil {
				g = &tally{}
				grades[v.Grade] = g
			}
			g.n++
			all++
			if v.Cause == c.Truth {
				g.right++
				hit++
			} else if v.Grade == cause.Proved {
				t.Errorf("%s is %s and is called proved: %s", c.Name, c.Truth, v.Cause)
			}
		}
		t.Logf("%s: %d of %d causes right", dir, hit, all)
	}
	for g, least := range map[cause.Grade]float64{cause.Strong: 0.9, cause.Likely: 0.7} {
		c := grades[g]
		if c == nil {
			t.Errorf("no verdict is %s", g)
			continue
		}
		t.Logf("%s: %d of %d right", g, c.right, c.n)
		if float64(c.right) < least*float64(c.n) {
			t.Errorf("%s verdicts: %d of %d right; at least %.0f %% are promised", g, c.right, c.n, 100*least)
		}
	}
	t.Logf("cannot be decided: %d, unknown said of %d", undecided, abstained)
}

var artefact = regexp.MustCompile(`artefact (\d+)`)

// TestLessEvidence takes the artefact away that the first reason of a verdict came from: what is left must not carry the
// same verdict with the same grade and reason.
func TestLessEvidence(t *testing.T) {
	n, kept := 0, 0
	for _, cs := range folders(t) {
		for _, c := range cs {
			rep, err := c.Diagnose(t.Context())
			if err != nil || rep.Verdict.Cause != c.Truth || rep.Verdict.Grade < cause.Likely || len(c.Artefacts) < 2 {
				continue
			}
			at := decided(rep)
			if at < 0 || at >= len(c.Artefacts) {
				continue
			}
			less, err := c.Without(at)
			if err != nil {
				t.Fatal(err)
			}
			got, err := less.Diagnose(t.Context())
			if err != nil {
				t.Errorf("%s without artefact %d: %v", c.Name, at+1, err)
				continue
			}
			n++
			if got.Verdict.Cause == rep.Verdict.Cause && got.Verdict.Grade >= rep.Verdict.Grade && fmt.Sprint(reasons(got)) == fmt.Sprint(reasons(rep)) {
				kept++ // two artefacts may say the same
				t.Logf("%s without artefact %d is still %s (%s) for the same reasons", c.Name, at+1, got.Verdict.Cause, got.Verdict.Grade)
			}
			if got.Verdict.Grade == cause.Proved && got.Verdict.Cause != c.Truth {
				t.Errorf("%s without artefact %d is called proved: %s", c.Name, at+1, got.Verdict.Cause)
			}
		}
	}
	if n < 100 || kept*20 > n {
		t.Errorf("of %d verdicts %d do not need the artefact that they name", n, kept)
	}
	t.Logf("%d verdicts lost what decided them; %d stayed as they were", n, kept)
}

// decided is the artefact, from 0, that the first reason was read from, or -1.
func decided(rep *report.Report) int {
	for _, e := range rep.Evidence {
		if m := artefact.FindStringSubmatch(e.Source.Input); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n - 1
		}
	}
	return -1
}

func reasons(rep *report.Report) []string {
	var out []string
	for _, e := range rep.Evidence {
		out = append(out, e.Fact)
	}
	return out
}
