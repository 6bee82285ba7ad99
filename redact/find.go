package redact

import (
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/internal/lazyregexp"
)

// finder finds the matches of a pattern without running it over the whole of a text: find goes from one mark that no
// match can be without (a colon, a dollar sign, a word) to the next and looks around it. It gives what
// re.FindAllStringSubmatchIndex gives; find_test.go compares the two. The machine of package regexp takes a hundred
// nanoseconds for a byte, and a text is searched for twenty patterns.
type finder struct {
	re   *lazyregexp.Regexp
	here anchored
	fold bool // re ignores case
	find func(f *finder, s string, do func(m []int))
}

func newFinder(src string, find func(*finder, string, func([]int))) *finder {
	return &finder{lazyregexp.New(src), anchor(src), strings.HasPrefix(src, "(?i)"), find}
}

// each calls do with every match, in order. m is used again for the next.
func (f *finder) each(s string, do func(m []int)) {
	if f.fold && (strings.Contains(s, "\u212a") || strings.Contains(s, "\u017f")) {
		// (?i) takes the Kelvin sign for a k and the long s for an s, which find does not.
		for _, m := range f.re.Get().FindAllStringSubmatchIndex(s, -1) {
			do(m)
		}
		return
	}
	f.find(f, s, do)
}

// replace gives s with every match replaced.
func (f *finder) replace(s string, with func(string) string) string {
	var b strings.Builder
	last := 0
	f.each(s, func(m []int) {
		b.WriteString(s[last:m[0]])
		b.WriteString(with(s[m[0]:m[1]]))
		last = m[1]
	})
	if last == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// anchored matches a pattern at one place of a text; what stands in front of the place is seen by \b and ^.
type anchored struct{ first, inner *lazyregexp.Regexp }

func anchor(src string) anchored {
	return anchored{lazyregexp.New(`\A(?:` + src + `)`), lazyregexp.New(`\A(?s:.)(?:` + src + `)`)}
}

// at gives the match in s[:end] that begins at i, an ASCII character, or nil.
func (a anchored) at(s string, i, end int) []int {
	if i == 0 {
		return a.first.FindStringSubmatchIndex(s[:end])
	}
	m := a.inner.FindStringSubmatchIndex(s[i-1 : end])
	for k := range m {
		if m[k] >= 0 {
			m[k] += i - 1
		}
	}
	if m != nil {
		m[0] = i
	}
	return m
}

// kinds of bytes
const (
	isWord    uint16 = 1 << iota // \w
	isSpace                      // \s
	isBlank                      // [ \t]
	isLetter                     // [A-Za-z]
	inName                       // of an assignment: [\w.-]
	inIndex                      // in its brackets: [\w"'.-]
	endsValue                    // of an assignment
	inField                      // [A-Za-z0-9-]
	besides                      // what stands behind a field's name
	inParam                      // of a query: [\w.\-\[\]$]
	endsParam                    // a parameter's value
	inToken                      // [A-Za-z0-9_=+/-]
	inSchemed                    // what stands behind a scheme word
	before                       // what stands in front of an option
	inMailbox                    // [A-Za-z0-9._%+'-]
	inHost                       // [A-Za-z0-9.-]
)

var kinds = func() (out [256]uint16) {
	for c := range 256 {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		has := func(kind uint16, base bool, more string) {
			if base || c < utf8.RuneSelf && strings.IndexByte(more, byte(c)) >= 0 {
				out[c] |= kind
			}
		}
		has(isWord, letter || digit, "_")
		has(isSpace, false, "\t\n\f\r ")
		has(isBlank, false, " \t")
		has(isLetter, letter, "")
		has(inName, letter || digit, "_.-")
		has(inIndex, letter || digit, `_"'.-`)
		has(endsValue, false, "\t\n\f\r \"'`,;&<>(){}[]")
		has(inField, letter || digit, "-")
		has(besides, false, "\\\"'` \t=>:,")
		has(inParam, letter || digit, "_.-[]$")
		has(endsParam, false, "\t\n\f\r &\"'<>;#`\\")
		has(inToken, letter || digit, "_=+/-")
		has(inSchemed, letter || digit, "+/=_.~:|%-")
		has(before, false, "\t\n\f\r \"'`(")
		has(inMailbox, letter || digit, "._%+'-")
		has(inHost, letter || digit, ".-")
	}
	return out
}()

func is(c byte, kind uint16) bool { return kinds[c]&kind != 0 }

// run is the end of the bytes of a kind that begin at i.
func run(s string, i int, kind uint16) int {
	for i < len(s) && kinds[s[i]]&kind != 0 {
		i++
	}
	return i
}

// until is the end of the bytes that are not of a kind and begin at i.
func until(s string, i int, kind uint16) int {
	for i < len(s) && kinds[s[i]]&kind == 0 {
		i++
	}
	return i
}

// bound reports that no character of a word stands in front of i.
func bound(s string, i int) bool { return i == 0 || !is(s[i-1], isWord) }

// hasFold reports that word, in lower case, stands at i in any case.
func hasFold(s string, i int, word string) bool {
	if i < 0 || len(s)-i < len(word) {
		return false
	}
	for k := range len(word) {
		c := s[i+k]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != word[k] {
			return false
		}
	}
	return true
}

func endsFold(s, word string) bool { return hasFold(s, len(s)-len(word), word) }

// quotedEnd is the end of "..." with escapes in it that begins at i, or -1. A break of the line ends it where lines is
// false; an escaped one always does.
func quotedEnd(s string, i int, lines bool) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			if i++; i < len(s) && s[i] == '\n' {
				return -1
			}
		case '\n':
			if !lines {
				return -1
			}
		}
	}
	return -1
}
