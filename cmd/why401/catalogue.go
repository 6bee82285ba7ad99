package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/lab"
	"github.com/why401/why401/signature"
)

// catalogue is what the program knows: the built-in causes, and the user's own out of --catalogue DIR or the folder
// causes beside the program's settings. It is read once. What is wrong in the folder is said and left out.
func (a *app) catalogue() (*all.Catalogue, error) {
	if a.known != nil {
		return a.known, nil
	}
	dir, err := a.ownFolder()
	if err != nil {
		return nil, err
	}
	if dir == "" {
		a.known = all.BuiltIn()
		return a.known, nil
	}
	known, mistakes := all.Open(os.DirFS(dir))
	for n, m := range mistakes {
		if n == 10 {
			a.say("... and %d more mistakes in %s", len(mistakes)-n, dir)
			break
		}
		a.say("left out: %s", filepath.Join(dir, ".")+string(filepath.Separator)+m.Error())
	}
	a.forget = signature.Add(known.Products)
	a.known = known
	return known, nil
}

// ownFolder is the folder of the user's causes, "" when there is none. One that was asked for must be there.
func (a *app) ownFolder() (string, error) {
	if dir := a.show.catalogue; dir != "" {
		st, err := os.Stat(dir)
		switch {
		case err != nil:
			var p *fs.PathError
			if errors.As(err, &p) {
				err = p.Err
			}
			return "", usage("a folder with pages (ID.md) and signature files (*.yaml): docs/signs.md", "--catalogue %s: %w", dir, err)
		case !st.IsDir():
			return "", usage("a folder with pages (ID.md) and signature files (*.yaml): docs/signs.md", "--catalogue %s: expected a folder", dir)
		}
		return dir, nil
	}
	base := a.env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) {
		home := a.env("HOME")
		if !filepath.IsAbs(home) {
			return "", nil
		}
		base = filepath.Join(home, ".config")
	}
	dir := filepath.Join(base, "why401", "causes")
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return "", nil
	}
	return dir, nil
}

// byFamily lists the causes of c, by family and id; the user's own come last.
func byFamily(c *all.Catalogue) []*cause.Cause {
	out := slices.Clone(c.Causes)
	mine := func(k *cause.Cause) int {
		if k.Family == all.Own {
			return 1
		}
		return 0
	}
	slices.SortFunc(out, func(a, b *cause.Cause) int {
		return cmp.Or(cmp.Compare(mine(a), mine(b)), cmp.Compare(a.Family, b.Family), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// ids are the ids of every cause, sorted.
func ids(c *all.Catalogue) []string {
	var out []string
	for _, k := range c.Causes {
		out = append(out, k.ID)
	}
	slices.Sort(out)
	return out
}

// pages reads the page of every built-in cause.
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
