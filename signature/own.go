package signature

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/shallow"
)

// Bounds of a folder of somebody's own files.
const (
	maxFiles    = 500
	maxFileSize = 256 << 10
)

// LoadOwn reads the *.yaml files of a folder that a user wrote: entries at its root, sentences in its folder phrases.
// Other than Load it goes on behind a mistake: what is not right is left out whole, file by file, and named in the errors
// ("file:line: what is wrong"). The set is nil when nothing is left. Ids of the built-in data are refused.
func LoadOwn(fsys fs.FS) (*Set, []error) {
	var sets []*Set
	var errs []error
	taken := map[string]string{}
	for _, e := range Default().entries {
		taken[e.id] = "the built-in data"
	}
	names, _ := fs.Glob(fsys, "*.yaml")
	sentences, _ := fs.Glob(fsys, "phrases/*.yaml")
	for n, name := range append(names, sentences...) {
		if n == maxFiles {
			return joined(sets), append(errs, fmt.Errorf("%s: not read: %d files are the most", name, maxFiles))
		}
		s, err := loadFile(fsys, name, taken)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sets = append(sets, s)
	}
	return joined(sets), errs
}

func loadFile(fsys fs.FS, name string, taken map[string]string) (set *Set, err error) {
	st, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a file", name)
	case st.Size() > maxFileSize:
		return nil, fmt.Errorf("%s: %d bytes: expected %d at most", name, st.Size(), maxFileSize)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if n := shallow.Line(string(data)); n > 0 {
		return nil, fmt.Errorf("%s:%d: expected fewer brackets and nested lists", name, n)
	}
	defer func() {
		if recover() != nil { // the YAML parser's; nothing of ours is half done
			set, err = nil, fmt.Errorf("%s:1: expected plain YAML, without tags", name)
		}
	}()
	d, err := parseDoc(name, data)
	if err != nil {
		return nil, err
	}
	s, err := build([]doc{d}, false)
	if err != nil {
		return nil, err
	}
	for _, e := range s.entries {
		if by, ok := taken[e.id]; ok {
			return nil, fmt.Errorf("%s: id %q is taken by %s", e.at, e.id, by)
		}
	}
	for _, e := range s.entries {
		taken[e.id] = e.at
	}
	return s, nil
}

// joined is a set of sets: what fits one of them fits it. nil for none.
func joined(sets []*Set) *Set {
	switch len(sets) {
	case 0:
		return nil
	case 1:
		return sets[0]
	}
	return &Set{of: sets}
}

// matchAll is Match of a set of sets.
func (s *Set) matchAll(x *exchange.Exchange) []Match {
	var out []Match
	for _, o := range s.of {
		out = append(out, o.Match(x)...)
	}
	slices.SortStableFunc(out, better)
	return out
}

// meaningsAll is Meanings of a set of sets, each asked with ask.
func (s *Set) meaningsAll(ask func(*Set) []Meaning) []Meaning {
	var out []Meaning
	for _, o := range s.of {
		for _, m := range ask(o) {
			if !slices.ContainsFunc(out, func(u Meaning) bool { return u.Meaning == m.Meaning && u.Product == m.Product }) {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Meaning) int { return cmp.Compare(b.Weight, a.Weight) })
	return out
}

// added is what Add has made known, together with the built-in data; nil before the first Add.
var (
	added  atomic.Pointer[Set]
	adding sync.Mutex
)

// known is every set that the functions of this package ask.
func known() *Set {
	if s := added.Load(); s != nil {
		return s
	}
	return Default()
}

// Add lets Matches, Writer, Meanings and the other functions of this package know s beside the built-in data. It holds for
// the whole process, so that every cause sees the same; a program calls it once, before its first diagnosis. undo takes
// everything back that was added since.
func Add(s *Set) (undo func()) {
	adding.Lock()
	defer adding.Unlock()
	before := added.Load()
	if s != nil {
		added.Store(&Set{of: []*Set{known(), s}})
	}
	return func() { added.Store(before) }
}
