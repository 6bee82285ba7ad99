// Package cases reads labelled cases: recorded failures whose cause is known. The folders a and b hold the project's
// own, written from real threads and from vendors' manuals; other folders of the same form can be measured as well. The
// folders f and g were written in batches (001, 101 and 201 on; 301, 401 and 501 on), each before anybody looked at the
// signs that it is judged by.
//
// A label is what the thread turned out to be about. Where a case says solvable: no, an honest reader cannot tell, and
// the right answer is unknown.
package cases

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
)

// Case is one labelled case.
type Case struct {
	Name      string     `yaml:"-"`
	Text      string     `yaml:"-"` // the file
	Truth     string     `yaml:"truth"`
	Family    string     `yaml:"layer"`
	Solvable  string     `yaml:"solvable"` // "no" when it cannot be decided
	Artefacts []Artefact `yaml:"artefacts"`
}

// Artefact is one thing that somebody had in hand.
type Artefact struct {
	Kind string `yaml:"kind"`
	Text string `yaml:"text"`
}

// Decidable reports that an honest reader can tell the cause.
func (c Case) Decidable() bool { return c.Solvable != "no" }

// Hard reports that there is something a program wrote, not only what a person says.
func (c Case) Hard() bool {
	for _, a := range c.Artefacts {
		if a.Kind != "note" {
			return true
		}
	}
	return false
}

// Load reads every case of a folder, by name.
func Load(dir string) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no cases (*.yaml)", dir)
	}
	var out []Case
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		c := Case{Name: strings.TrimSuffix(filepath.Base(f), ".yaml"), Text: string(b)}
		if err := yaml.Unmarshal(b, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// Diagnose judges c as the program does, without sending anything.
func (c Case) Diagnose(ctx context.Context) (*report.Report, error) {
	e, err := input.Case(c.Text)
	if err != nil {
		return nil, err
	}
	return why401.Diagnose(ctx, why401.Input{Evidence: e})
}

// Without is c without artefact n, from 0.
func (c Case) Without(n int) (Case, error) {
	out := c
	out.Artefacts = append(append([]Artefact(nil), c.Artefacts[:n]...), c.Artefacts[n+1:]...)
	b, err := yaml.Marshal(struct {
		Artefacts []Artefact `yaml:"artefacts"`
	}{out.Artefacts})
	out.Text = string(b)
	return out, err
}
