// Command learn makes causes/all/likeness.bin: it learns from the pages, from the texts of lab/tellings and from the
// labelled cases of the folders that are named which words go with which cause.
//
//	go run ./tools/learn lab/cases/a lab/cases/b lab/cases/c lab/cases/d
//
// lab/cases/e is left out on purpose: the tests hold what was learnt against it.
package main

import (
	"cmp"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/likeness"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/input"
	"github.com/why401/why401/lab"
	"github.com/why401/why401/lab/cases"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("learn: ")
	texts, about, err := pages()
	if err != nil {
		log.Fatal(err)
	}
	more, err := tellings("lab/tellings")
	if err != nil {
		log.Fatal(err)
	}
	texts = append(texts, more...)
	for _, dir := range os.Args[1:] {
		more, err := labelled(dir)
		if err != nil {
			log.Fatal(err)
		}
		texts = append(texts, more...)
	}
	m := likeness.Learn(texts, about)
	packed := m.Pack()
	if err := os.WriteFile("causes/all/likeness.bin", packed, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d texts about %d causes: %d bytes\n", len(texts), len(m.Causes()), len(packed))
}

// pages are the built-in pages as texts, without what mends and what is no sign of the cause, and their concepts.
func pages() ([]likeness.Text, map[string][][][]string, error) {
	vocabulary, err := likeness.Vocabulary()
	if err != nil {
		return nil, nil, err
	}
	var texts []likeness.Text
	about := map[string][][][]string{}
	for _, family := range all.Pages() {
		found, err := cause.Pages(family)
		if err != nil {
			return nil, nil, err
		}
		for _, id := range slices.Sorted(maps.Keys(found)) {
			s, err := found[id].Sheet()
			if err != nil {
				return nil, nil, err
			}
			texts = append(texts, likeness.Text{Cause: id, Words: sign.Words(found[id].Text)})
			for _, x := range found[id].Examples {
				more, err := example(x)
				if err != nil {
					return nil, nil, fmt.Errorf("%s.md: %w", id, err)
				}
				texts = append(texts, more...)
			}
			for _, a := range s.About {
				c, err := likeness.ParseConcept(a, vocabulary)
				if err != nil {
					return nil, nil, fmt.Errorf("%s.md: %w", id, err)
				}
				about[id] = append(about[id], c)
			}
		}
	}
	slices.SortStableFunc(texts, func(a, b likeness.Text) int { return cmp.Compare(a.Cause+a.Not, b.Cause+b.Not) })
	return texts, about, nil
}

// example reads what a page gives as an example of its cause or of a look-alike.
func example(text string) ([]likeness.Text, error) {
	var x struct{ Expect lab.Expect }
	if err := yaml.Unmarshal([]byte(text), &x); err != nil {
		return nil, err
	}
	words, err := words(text)
	if err != nil {
		return nil, err
	}
	var out []likeness.Text
	if x.Expect.Cause != "" {
		out = append(out, likeness.Text{Cause: x.Expect.Cause, Words: words})
	}
	for _, id := range x.Expect.Not {
		// A look-alike uses the cause's own words, and there is one of it for many texts about the cause.
		out = append(out, slices.Repeat([]likeness.Text{{Not: id, Words: words}}, asLookAlike)...)
	}
	return out, nil
}

const asLookAlike = 4 // how often a look-alike counts

// words are the words of a case as the program sees them.
func words(text string) ([]string, error) {
	e, err := input.Case(text)
	if err != nil {
		return nil, err
	}
	return cause.NewView(why401.Case(why401.Input{Evidence: e})).Evidence().Words(), nil
}

// tellings reads files of texts by cause: YAML, the id and a list.
func tellings(dir string) ([]likeness.Text, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []likeness.Text
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		told := map[string][]string{}
		if err := yaml.Unmarshal(b, &told); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		for _, id := range slices.Sorted(maps.Keys(told)) {
			if _, ok := all.Page(id); !ok {
				return nil, fmt.Errorf("%s: no cause is called %q", f, id)
			}
			for _, t := range told[id] {
				out = append(out, likeness.Text{Cause: id, Words: sign.Words(t)})
			}
		}
	}
	return out, nil
}

// labelled reads the cases of dir as the program sees them.
func labelled(dir string) ([]likeness.Text, error) {
	found, err := cases.Load(dir)
	if err != nil {
		return nil, err
	}
	var out []likeness.Text
	for _, c := range found {
		if !c.Decidable() {
			c.Truth = likeness.Nothing
		}
		if words, err := words(c.Text); err == nil && len(words) > 0 { // else nothing in it is what a reader knows
			out = append(out, likeness.Text{Cause: c.Truth, Words: words})
		}
	}
	return out, nil
}
