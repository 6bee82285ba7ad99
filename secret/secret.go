// Package secret holds strings that cannot be printed.
//
// A Text made by New shows itself as secret#1 through fmt, slog, encoding/json and templates; equal bytes get the
// same number, so a reader can see that two values are one without seeing either. A Text made by Public shows its
// content: both live in one type so that a header field list can be walked without asking which is which.
//
// Only the packages that must write a credential to the wire or take it apart may call Reveal; a test over the
// source tree (internal/deptest) keeps that list.
package secret

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
)

// Text is a string that is closed (prints as secret#n) or public (prints as itself). The zero value is the empty
// public text. Texts are compared with Equal, not with ==.
//
// The bytes stand behind a pointer: fmt cannot call the methods of a value in an unexported field and would print the
// field's own contents, which is then an address.
type Text struct {
	p      *string
	closed bool
	hidden bool // closed by Hide: what is made of it is hidden, too
}

func (t Text) str() string {
	if t.p == nil {
		return ""
	}
	return *t.p
}

// New closes s. An empty string stays public: there is nothing to hide, and "absent" must be visible.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	register(s)
	return Text{p: &s, closed: true}
}

// Hide closes s without having Scrub look for it in other text: for values that may hold a secret somewhere (a
// Location with a code in its query) but mostly say what must be said. The secrets inside are closed where they are
// taken apart.
func Hide(s string) Text { return Text{p: &s, closed: s != "", hidden: s != ""} }

// Public makes a text that prints as it is.
func Public(s string) Text { return Text{p: &s} }

// Join closes the concatenation of its parts; it is closed when any part is.
func Join(parts ...Text) Text {
	var b strings.Builder
	closed := false
	for _, p := range parts {
		b.WriteString(p.str())
		closed = closed || p.closed
	}
	return like(b.String(), closed)
}

// like makes a text as closed as t.
func (t Text) like(s string) Text {
	if t.hidden {
		return Hide(s)
	}
	return like(s, t.closed)
}

func like(s string, closed bool) Text {
	if closed {
		return New(s)
	}
	return Public(s)
}

// Reveal gives the bytes. Callers are limited to the packages named in internal/deptest.
func (t Text) Reveal() string { return t.str() }

// Closed reports whether t hides its content.
func (t Text) Closed() bool { return t.closed }

// Len is the length in bytes.
func (t Text) Len() int { return len(t.str()) }

// Empty reports whether there are no bytes at all.
func (t Text) Empty() bool { return t.str() == "" }

// Equal compares the bytes.
func (t Text) Equal(u Text) bool { return t.str() == u.str() }

// Is compares the bytes with a known string.
func (t Text) Is(s string) bool { return t.str() == s }

// EqualFold compares the bytes with a known string, ignoring case.
func (t Text) EqualFold(s string) bool { return strings.EqualFold(t.str(), s) }

// Contains, HasPrefix, HasSuffix and Match ask about the content without showing it.
func (t Text) Contains(s string) bool  { return strings.Contains(t.str(), s) }
func (t Text) HasPrefix(s string) bool { return strings.HasPrefix(t.str(), s) }
func (t Text) HasSuffix(s string) bool { return strings.HasSuffix(t.str(), s) }
func (t Text) Match(re interface{ MatchString(string) bool }) bool {
	return re.MatchString(t.str())
}

// Cut splits around the first sep, keeping the closedness of t on both sides.
func (t Text) Cut(sep string) (before, after Text, found bool) {
	b, a, ok := strings.Cut(t.str(), sep)
	return t.like(b), t.like(a), ok
}

// Trim cuts white space and control characters from both ends.
func (t Text) Trim() Text { return t.Map(func(s string) string { return strings.TrimFunc(s, blank) }) }

// Map rewrites the content; the result is as closed as t.
func (t Text) Map(f func(string) string) Text { return t.like(f(t.str())) }

func blank(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xa0 || r == 0xfeff || r == 0x200b }

// String shows a public text, or the number of a closed one.
func (t Text) String() string {
	if !t.closed {
		return t.str()
	}
	return fmt.Sprintf("secret#%d", number(t.str()))
}

// Format makes every verb, %#v and %x included, go through String.
func (t Text) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", t.String())
		return
	}
	fmt.Fprint(f, t.String())
}

// GoString is the %#v form.
func (t Text) GoString() string { return t.String() }

// MarshalText serves encoding/json map keys, XML and flag packages.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON writes the printable form.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// LogValue is the slog form.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// book numbers closed texts by content: a counter, never a hash, because a hash of a guessable password can be
// confirmed by guessing.
var book = struct {
	sync.Mutex
	n     map[string]int
	scrub map[string]bool // those that Scrub looks for
	scan  *scanner
}{n: map[string]int{}, scrub: map[string]bool{}}

func register(s string) {
	number(s)
	book.Lock()
	defer book.Unlock()
	if !book.scrub[s] {
		book.scrub[s] = true
		book.scan = nil
	}
}

func number(s string) int {
	book.Lock()
	defer book.Unlock()
	n, ok := book.n[s]
	if !ok {
		n = len(book.n) + 1
		book.n[s] = n
	}
	return n
}

// Trial runs f and forgets what it registered: for finding out what a text is, when readers of the wrong kind take
// harmless words for secrets. What was known before stays known. It must not run while another case is being read.
func Trial(f func()) {
	book.Lock()
	n, scrub := maps.Clone(book.n), maps.Clone(book.scrub)
	book.Unlock()
	defer func() {
		book.Lock()
		defer book.Unlock()
		book.n, book.scrub, book.scan = n, scrub, nil
	}()
	f()
}

// Forget drops every number, for processes that outlive one case.
func Forget() {
	book.Lock()
	defer book.Unlock()
	book.n, book.scrub, book.scan = map[string]int{}, map[string]bool{}, nil
}
