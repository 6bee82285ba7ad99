// Package draft writes a first contract from what works today: from an address, from a HAR, or from an OpenAPI
// description. What it writes is asked once without any credential, so that the contract holds on the day it is written.
//
// It never writes a secret: a credential of a HAR becomes a principal that names an environment variable.
package draft

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// file is the contract as it is written. Its keys are those of package contract.
type file struct {
	Why401     string         `yaml:"why401"`
	Target     any            `yaml:"target"` // a URL, or a map with it
	Principals map[string]any `yaml:"principals,omitempty"`
	Rows       []row          `yaml:"rows"`

	notes []string // comments at the head
}

type row struct {
	Name   string   `yaml:"name"`
	Kind   string   `yaml:"kind,omitempty"`
	Route  string   `yaml:"route"`
	Method string   `yaml:"method,omitempty"`
	As     string   `yaml:"as,omitempty"`
	Client []string `yaml:"client,omitempty,flow"`
	Expect expect   `yaml:"expect"`
}

type expect struct {
	Status    any              `yaml:"status,omitempty"`
	Challenge any              `yaml:"challenge,omitempty"`
	Redirect  string           `yaml:"redirect,omitempty"`
	Cookies   []map[string]any `yaml:"cookies,omitempty"`
	CORS      map[string]any   `yaml:"cors,omitempty"`
	Private   bool             `yaml:"private,omitempty"`
}

// most is how many rows a first contract has: it is read and cut by a person.
const most = 30

// text writes f. What was written is read back: a contract that its own reader refuses is a mistake of ours.
func (f *file) text() ([]byte, *contract.Contract, error) {
	f.Why401 = contract.Version
	body, err := yaml.MarshalWithOptions(f, yaml.Indent(2), yaml.IndentSequence(true))
	if err != nil {
		return nil, nil, fmt.Errorf("write the contract: %w", err)
	}
	var b strings.Builder
	for _, n := range f.notes {
		for l := range strings.Lines(n) {
			b.WriteString("# " + strings.TrimRight(secret.Scrub(l), "\n") + "\n")
		}
	}
	b.Write(body)
	c, err := contract.Parse("the contract", []byte(b.String()))
	if err != nil {
		return nil, nil, fmt.Errorf("the first contract cannot be read back: %w", err)
	}
	return []byte(b.String()), c, nil
}

// aim sets the target, with what of t is not in its address.
func (f *file) aim(t *contract.Target) {
	f.Target = strings.TrimSuffix(t.URL.String(), "/")
	if t.Connect == "" && t.CAFile == "" {
		return
	}
	m := map[string]any{"url": f.Target}
	if t.Connect != "" {
		m["connect"] = t.Connect
	}
	if t.CAFile != "" {
		m["ca_file"] = t.CAFile
	}
	f.Target = m
}

// add appends a row under a name that is free.
func (f *file) add(r row) {
	if len(f.Rows) == most {
		f.note("There were more than %d routes; the others are left out.", most)
	}
	if len(f.Rows) >= most {
		return
	}
	name := r.Name
	for n := 2; f.has(r.Name); n++ {
		r.Name = fmt.Sprintf("%s (%d)", name, n)
	}
	f.Rows = append(f.Rows, r)
}

func (f *file) has(name string) bool {
	for _, r := range f.Rows {
		if r.Name == name {
			return true
		}
	}
	return false
}

func (f *file) note(format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	for _, have := range f.notes {
		if have == n {
			return
		}
	}
	f.notes = append(f.notes, n)
}
