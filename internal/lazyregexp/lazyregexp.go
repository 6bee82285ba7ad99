// Package lazyregexp holds regular expressions that are compiled when they are first used. The program has some hundred
// at package level and a run needs a few of them; compiling them all took half of its start. Under go test they are
// compiled at once, so that a mistake in a pattern cannot hide. It offers the methods that are used and no more.
//
// Most patterns cannot match without one of a few words. needs.go has them for each pattern of the program: a text
// without them is no match, which is known without compiling the pattern, and sooner than by matching it.
package lazyregexp

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

//go:generate go test -run TestNeedsAreCurrent ../../cmd/why401 -update

// Regexp is a regular expression in Go's syntax. It is safe for use by several goroutines.
type Regexp struct {
	src  string
	once sync.Once
	re   *regexp.Regexp
	look sync.Once
	need [][]literal
	late bool // its source is data: what it needs is found when it is first used
}

var underTest = strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// made are the sources of all patterns, under go test.
var made []string

// New takes the source of a pattern. One that is wrong panics: at once under go test, else when it is used.
func New(src string) *Regexp {
	r := &Regexp{src: src}
	if underTest {
		r.Get()
		made = append(made, src)
		if n, ok := needed(src); ok && !slices.EqualFunc(n, Need(src), slices.Equal[[]string]) {
			panic(fmt.Sprintf("lazyregexp: needs.go is not of this source: %q", src))
		}
	}
	return r
}

// Late takes the source of a pattern that stands in data and is known to be right.
func Late(src string) *Regexp { return &Regexp{src: src, late: true} }

// Made gives the sources of the patterns of every package that is linked in, under go test.
func Made() []string { return made }

// needed gives what needs.go says of src.
func needed(src string) ([][]string, bool) {
	i := sort.Search(len(needs), func(i int) bool { return needs[i].src >= src })
	if i == len(needs) || needs[i].src != src {
		return nil, false
	}
	return needs[i].each, true
}

// Get gives the compiled pattern, for functions that take one.
func (r *Regexp) Get() *regexp.Regexp {
	r.once.Do(func() { r.re = regexp.MustCompile(r.src) })
	return r.re
}

// may reports that s is not known to be no match.
func (r *Regexp) may(s string) bool {
	r.look.Do(func() {
		n, _ := needed(r.src)
		if r.late {
			n = Need(r.src)
		}
		r.need = literals(n)
	})
	return r.need == nil || has(s, r.need)
}

func (r *Regexp) mayBytes(b []byte) bool { return r.may(unsafe.String(unsafe.SliceData(b), len(b))) }

// The methods below are those of regexp.Regexp with the same names.

// Match is regexp.Regexp's.
func (r *Regexp) Match(b []byte) bool { return r.mayBytes(b) && r.Get().Match(b) }

// MatchString is regexp.Regexp's.
func (r *Regexp) MatchString(s string) bool { return r.may(s) && r.Get().MatchString(s) }

// Find is regexp.Regexp's.
func (r *Regexp) Find(b []byte) []byte {
	if !r.mayBytes(b) {
		return nil
	}
	return r.Get().Find(b)
}

// FindString is regexp.Regexp's.
func (r *Regexp) FindString(s string) string {
	if !r.may(s) {
		return ""
	}
	return r.Get().FindString(s)
}

// FindStringIndex is regexp.Regexp's.
func (r *Regexp) FindStringIndex(s string) []int {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindStringIndex(s)
}

// FindStringSubmatch is regexp.Regexp's.
func (r *Regexp) FindStringSubmatch(s string) []string {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindStringSubmatch(s)
}

// FindStringSubmatchIndex is regexp.Regexp's.
func (r *Regexp) FindStringSubmatchIndex(s string) []int {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindStringSubmatchIndex(s)
}

// FindSubmatch is regexp.Regexp's.
func (r *Regexp) FindSubmatch(b []byte) [][]byte {
	if !r.mayBytes(b) {
		return nil
	}
	return r.Get().FindSubmatch(b)
}

// FindAllString is regexp.Regexp's.
func (r *Regexp) FindAllString(s string, n int) []string {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindAllString(s, n)
}

// FindAllStringIndex is regexp.Regexp's.
func (r *Regexp) FindAllStringIndex(s string, n int) [][]int {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindAllStringIndex(s, n)
}

// FindAllStringSubmatch is regexp.Regexp's.
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex is regexp.Regexp's.
func (r *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if !r.may(s) {
		return nil
	}
	return r.Get().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is regexp.Regexp's.
func (r *Regexp) ReplaceAllString(s, with string) string {
	if !r.may(s) {
		return s
	}
	return r.Get().ReplaceAllString(s, with)
}

// ReplaceAllStringFunc is regexp.Regexp's.
func (r *Regexp) ReplaceAllStringFunc(s string, f func(string) string) string {
	if !r.may(s) {
		return s
	}
	return r.Get().ReplaceAllStringFunc(s, f)
}
