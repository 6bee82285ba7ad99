package input

import (
	"errors"
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/internal/shallow"
)

// caseFile is a case as --save writes it. Fields that are not named here are for people and are left alone.
type caseFile struct {
	Artefacts []artefact `yaml:"artefacts"`
}

type artefact struct {
	Kind string `yaml:"kind"`
	Text string `yaml:"text"`
}

// maxArtefacts bounds a case file.
const maxArtefacts = 200

func caseForm() form.Form {
	return form.Form{Kind: "case", What: "a case file", Files: []string{"*.case.yaml"}, Is: isCase, Read: readCase}
}

// isCase recognises a case file by its list of artefacts.
func isCase(text string) int {
	if strings.HasPrefix(text, "artefacts:") || strings.Contains(text, "\nartefacts:") {
		return 97
	}
	return 0
}

// readCase reads each artefact as its kind says, or as it looks when the kind is unknown or missing.
func readCase(text string, o form.Options) (exchange.Evidence, error) {
	var all exchange.Evidence
	c, err := parseCase(text)
	if err != nil {
		return all, err
	}
	for n, a := range c.Artefacts {
		at := o
		at.Source = fact.Source{Input: fmt.Sprintf("artefact %d", n+1)}
		e, err := readAs(a.Kind, a.Text, at)
		if err != nil {
			all.Facts = append(all.Facts, fact.Given(at.Source.Input, "It could not be read as %s: %v", a.Kind, err))
			continue
		}
		all.Add(e)
	}
	return all, nil
}

func parseCase(text string) (caseFile, error) {
	var c caseFile
	if aliases(text) {
		return c, errors.New("YAML aliases are not read in a case file")
	}
	if line, err := shallow.Lenient(text, &c); err != nil {
		return c, fmt.Errorf("line %d: not a case file: %s", max(line, 1), firstLine(err.Error()))
	}
	switch {
	case len(c.Artefacts) == 0:
		return c, errors.New("artefacts: expected a list of {kind, text}")
	case len(c.Artefacts) > maxArtefacts:
		return c, fmt.Errorf("artefacts: %d of them; at most %d are read", len(c.Artefacts), maxArtefacts)
	}
	return c, nil
}

var alias = lazyregexp.New(`(?m)^ {0,4}(?:- )?[\w-]+: +\*[A-Za-z_]\w*\s*$`)

// aliases reports YAML aliases in the file's own keys; a text may hold what looks like one ("Accept: */*").
func aliases(text string) bool { return alias.MatchString(text) }

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
