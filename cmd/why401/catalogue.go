package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/lab"
)

// entry is one cause of the catalogue.
type entry struct{ id, title, family string }

// catalogue lists every cause, by family and id.
func catalogue() []entry {
	var out []entry
	for _, c := range all.Causes() {
		out = append(out, entry{c.ID, c.Title, c.Family})
	}
	slices.SortFunc(out, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.id, b.id))
	})
	return out
}

func ids() []string {
	var out []string
	for _, e := range catalogue() {
		out = append(out, e.id)
	}
	return out
}

// pages reads the page of every cause.
func pages() (map[string]cause.Page, error) {
	out := map[string]cause.Page{}
	for _, family := range all.Pages() {
		ps, err := cause.Pages(family)
		if err != nil {
			return nil, err
		}
		for id, p := range ps {
			out[id] = p
		}
	}
	return out, nil
}

// exhibit is a scenario of a page under the name by which the lab and the demo start it.
type exhibit struct {
	name     string // the cause's id, with a number behind it from the second on
	scenario *lab.Scenario
}

// exhibits lists the scenarios that show their page's cause, by name: no look-alikes, and none that is told by a record
// or by files of the user, which a printed command does not bring along.
func exhibits() ([]exhibit, error) {
	ps, err := pages()
	if err != nil {
		return nil, err
	}
	var out []exhibit
	for id, p := range ps {
		n := 0
		for _, text := range p.Scenarios {
			sc, err := lab.Parse(id, text)
			if err != nil {
				return nil, err
			}
			if sc.Expect.Cause != id || len(sc.Record) > 0 || sc.Netrc != "" || len(sc.Env) > 0 || len(sc.SendTo) > 0 {
				continue
			}
			n++
			name := id
			if n > 1 {
				name = fmt.Sprintf("%s-%d", id, n)
			}
			out = append(out, exhibit{name, sc})
		}
	}
	slices.SortFunc(out, func(a, b exhibit) int { return cmp.Compare(a.name, b.name) })
	return out, nil
}

// find gives the exhibit called name.
func find(all []exhibit, name string) (*lab.Scenario, error) {
	var names []string
	for _, x := range all {
		if x.name == name {
			return x.scenario, nil
		}
		names = append(names, x.name)
	}
	hint := "why401 lab --list"
	if near := nearest(name, names); near != "" {
		hint = "did you mean: " + near
	}
	return nil, usage(hint, "the lab has no %q", name)
}
