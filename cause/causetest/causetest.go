// Package causetest runs every scenario of a family's pages against the lab: each broken server is really started,
// really asked, and really asked again after the mend. It fails on a cause without a page, a page without a cause, a
// page without a scenario that finds its cause or without one that must not, and a fix that does not turn green.
package causetest

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/input"
	"github.com/why401/why401/lab"
)

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Run tests a family: its causes, and the file system that holds their pages.
func Run(t *testing.T, causes []*cause.Cause, family fs.FS) {
	pages, err := cause.Pages(family)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range causes {
		if problems := Validate(c, pages); len(problems) > 0 {
			t.Errorf("%s: %s", c.ID, strings.Join(problems, "; "))
			continue
		}
		delete(unclaimed(pages, causes), c.ID)
		for i, text := range pages[c.ID].Scenarios {
			t.Run(fmt.Sprintf("%s/%d", c.ID, i+1), func(t *testing.T) {
				t.Parallel()
				scenario(t, c.ID, text)
			})
		}
		for i, text := range pages[c.ID].Examples {
			t.Run(fmt.Sprintf("%s/example-%d", c.ID, i+1), func(t *testing.T) { example(t, c.ID, text) })
		}
	}
	for id := range unclaimed(pages, causes) {
		t.Errorf("%s.md has no cause", id)
	}
}

func unclaimed(pages map[string]cause.Page, causes []*cause.Cause) map[string]bool {
	out := map[string]bool{}
	for id := range pages {
		if !slices.ContainsFunc(causes, func(c *cause.Cause) bool { return c.ID == id }) {
			out[id] = true
		}
	}
	return out
}

// Validate checks what a contributor can forget.
func Validate(c *cause.Cause, pages map[string]cause.Page) []string {
	var out []string
	if !kebab.MatchString(c.ID) {
		out = append(out, "the id is not kebab-case")
	}
	if n := len(c.Title); n == 0 || n > 72 {
		out = append(out, fmt.Sprintf("the title has %d characters; 1 to 72 fit the screen", n))
	}
	if c.Family == "" || c.FaultAt == "" {
		out = append(out, "Family and FaultAt must be set")
	}
	p, ok := pages[c.ID]
	if !ok {
		return append(out, "there is no page "+c.ID+".md")
	}
	if _, err := p.Sheet(); err != nil {
		out = append(out, err.Error())
	} else if c.Suspect == nil && p.Signs == "" {
		out = append(out, "a cause needs a detector or signs")
	}
	finds, spares := 0, 0
	for _, text := range p.Scenarios {
		sc, err := lab.Parse(c.ID, text)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		if sc.Expect.Cause == c.ID || slices.Contains(sc.Expect.Suspects, c.ID) { // some can only be suspected from outside
			finds++
		} else {
			spares++
		}
	}
	for _, text := range p.Examples {
		x, err := parseExample(text)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		if x.Expect.Cause == c.ID || slices.Contains(x.Expect.Suspects, c.ID) {
			finds++
		} else {
			spares++
		}
	}
	if finds == 0 {
		out = append(out, "no scenario or example expects the cause, or names it among the suspects")
	}
	if spares == 0 {
		out = append(out, "no scenario or example is a look-alike that must not be taken for it")
	}
	return out
}

// written is an example: what somebody may paste, and what is to be said of it without sending anything.
type written struct {
	Artefacts []struct {
		Kind, Text string
	} `yaml:"artefacts"`
	Expect lab.Expect `yaml:"expect"`
}

func parseExample(text string) (written, error) {
	var x written
	if err := yaml.UnmarshalWithOptions([]byte(text), &x, yaml.Strict()); err != nil {
		return x, fmt.Errorf("example: %w", err)
	}
	return x, nil
}

func example(t *testing.T, id, text string) {
	x, err := parseExample(text)
	if err != nil {
		t.Fatal(err)
	}
	e, err := input.Case(text)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := why401.Diagnose(t.Context(), why401.Input{Evidence: e})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range x.Expect.Check(rep) {
		t.Errorf("%s", wrong)
	}
	if rep.Verdict.Cause == id && len(rep.Remedies) == 0 {
		t.Errorf("the verdict has no remedy")
	}
	if t.Failed() {
		for _, e := range rep.Evidence {
			t.Logf("evidence: %s", e.Fact)
		}
		for _, s := range rep.Suspects {
			t.Logf("suspect: %s %s: %s", s.Cause, s.Grade, s.Because)
		}
	}
}

func scenario(t *testing.T, id, text string) {
	sc, err := lab.Parse(id, text)
	if err != nil {
		t.Fatal(err)
	}
	w, err := lab.Start(sc)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var trace bytes.Buffer
	o := lab.Options{StateDir: filepath.Join(t.TempDir(), "state"), Trace: &trace}
	rep, err := w.Diagnose(ctx, w.Request(), o)
	if err != nil {
		t.Fatalf("diagnose: %v\n%s", err, trace.String())
	}
	for _, wrong := range sc.Expect.Check(rep) {
		t.Errorf("%s", wrong)
	}
	if sc.Expect.Cause == id && len(rep.Remedies) == 0 {
		t.Errorf("the verdict has no remedy")
	}
	if t.Failed() {
		t.Logf("trace:\n%s", trace.String())
		for _, e := range rep.Evidence {
			t.Logf("evidence: %s", e.Fact)
		}
		for _, s := range rep.Suspects {
			t.Logf("suspect: %s %s: %s", s.Cause, s.Grade, s.Because)
		}
	}
	if sc.Mended == nil {
		return
	}
	w.Mend()
	o.StateDir = filepath.Join(t.TempDir(), "state")
	x, err := w.Retry(ctx, w.MendedRequest(), o)
	switch {
	case err != nil:
		t.Errorf("after the fix: %v", err)
	case sc.Mended.Status != 0 && x.Status() != sc.Mended.Status, sc.Mended.Status == 0 && !x.OK():
		t.Errorf("after the fix the request gets %d", x.Status())
	}
}
