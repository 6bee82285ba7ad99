// Package lazyregexp holds regular expressions that are compiled when they are first used. The program has some hundred
// at package level and a run needs a few of them; compiling them all took half of its start. Under go test they are
// compiled at once, so that a mistake in a pattern cannot hide. It offers the methods that are used and no more.
package lazyregexp

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// Regexp is a regular expression in Go's syntax. It is safe for use by several goroutines.
type Regexp struct{ get func() *regexp.Regexp }

var testing = strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// New takes the source of a pattern. One that is wrong panics: at once under go test, else when it is used.
func New(src string) *Regexp {
	r := &Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(src) })}
	if testing {
		r.get()
	}
	return r
}

// Get gives the compiled pattern, for functions that take one.
func (r *Regexp) Get() *regexp.Regexp { return r.get() }

// The methods below are those of regexp.Regexp with the same names.

func (r *Regexp) Match(b []byte) bool                        { return r.get().Match(b) }
func (r *Regexp) MatchString(s string) bool                  { return r.get().MatchString(s) }
func (r *Regexp) Find(b []byte) []byte                       { return r.get().Find(b) }
func (r *Regexp) FindString(s string) string                 { return r.get().FindString(s) }
func (r *Regexp) FindStringIndex(s string) []int             { return r.get().FindStringIndex(s) }
func (r *Regexp) FindStringSubmatch(s string) []string       { return r.get().FindStringSubmatch(s) }
func (r *Regexp) FindStringSubmatchIndex(s string) []int     { return r.get().FindStringSubmatchIndex(s) }
func (r *Regexp) FindSubmatch(b []byte) [][]byte             { return r.get().FindSubmatch(b) }
func (r *Regexp) FindAllString(s string, n int) []string     { return r.get().FindAllString(s, n) }
func (r *Regexp) FindAllStringIndex(s string, n int) [][]int { return r.get().FindAllStringIndex(s, n) }
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.get().FindAllStringSubmatch(s, n)
}
func (r *Regexp) ReplaceAllString(s, with string) string { return r.get().ReplaceAllString(s, with) }
func (r *Regexp) ReplaceAllStringFunc(s string, f func(string) string) string {
	return r.get().ReplaceAllStringFunc(s, f)
}
