package redact

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// text replaces inside a text of any form: in the places that are known to hold secrets first, then what is known from
// elsewhere, then what looks like one.
func (r *Redactor) text(s string) string {
	if len(s) < 4 || r.depth > deepest+2 || r.issued[s] || quick(s) {
		return s
	}
	if r.memo == nil || len(s) > memoLongest {
		return r.look(s)
	}
	out, ok := r.memo[s]
	if !ok {
		out = r.look(s)
		if len(r.memo) < memoMost {
			r.memo[s] = out
		}
	}
	return out
}

// The results for short texts are kept while a document is streamed: a HAR repeats its fields in every entry.
const (
	memoLongest = 2048
	memoMost    = 20_000
)

// look is text without what was remembered.
func (r *Redactor) look(s string) string {
	if t := strings.TrimSpace(s); (t[:min(1, len(t))] == "{" || t[:min(1, len(t))] == "[") && json.Valid([]byte(t)) && r.depth < deepest {
		return r.json(s)
	}
	r.depth++
	defer func() { r.depth-- }()
	if e := r.read[s]; e != nil { // Learn found the places
		delete(r.read, s)
		return e.apply(r.rest)
	}
	e := &edits{text: s}
	if r.depth == 1 && r.learning {
		r.read[s] = e
	}
	for _, site := range sites() {
		if site.has == "" || containsFold(s, site.has) {
			site.find(r, e)
		}
	}
	return e.apply(r.rest)
}

// quick reports a short text that cannot hold anything to replace: no marks, no long run.
func quick(s string) bool {
	run, dots := 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ' ':
			run = 0
		case c == '.':
			dots++
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '/', c == ',', c == ';':
			if run++; run >= shortest {
				return false
			}
		default:
			return false
		}
	}
	return dots < 3
}

func containsFold(s, word string) bool {
	n := len(word)
	lo, up := word[0]|0x20, word[0]&^0x20
	for i := 0; i+n <= len(s); i++ {
		if (s[i] == lo || s[i] == up || s[i] == word[0]) && strings.EqualFold(s[i:i+n], word) {
			return true
		}
	}
	return false
}

// edits are replacements at places of one text; the first that takes a place has it.
type edits struct {
	text string
	list []edit
	used []uint64 // bits of taken bytes, made when needed
}

type edit struct {
	from, to int
	with     string
}

// free reports that nothing took a byte of [a, b).
func (e *edits) free(a, b int) bool {
	for i := a; i < b && e.used != nil; i++ {
		if e.used[i/64]&(1<<(i%64)) != 0 {
			return false
		}
	}
	return a < b
}

// put replaces [a, b) by what f makes of it.
func (e *edits) put(a, b int, f func(string) string) {
	if !e.free(a, b) {
		return
	}
	e.set(a, b, f(e.text[a:b]))
}

func (e *edits) set(a, b int, with string) {
	if e.used == nil {
		e.used = make([]uint64, len(e.text)/64+1)
	}
	for i := a; i < b; i++ {
		e.used[i/64] |= 1 << (i % 64)
	}
	e.list = append(e.list, edit{a, b, with})
}

// apply writes the text with the edits; rest is what becomes of the pieces between them.
func (e *edits) apply(rest func(string) string) string {
	slices.SortFunc(e.list, func(x, y edit) int { return x.from - y.from })
	var b strings.Builder
	at := 0
	for _, x := range e.list {
		b.WriteString(rest(e.text[at:x.from]))
		b.WriteString(x.with)
		at = x.to
	}
	if at == 0 {
		return rest(e.text)
	}
	b.WriteString(rest(e.text[at:]))
	return b.String()
}

// rest replaces in a piece without known places what is known from elsewhere, and what looks like a secret.
func (r *Redactor) rest(s string) string {
	s = r.global(s)
	var b strings.Builder
	last := 0
	for i := 0; i < len(s); {
		if !tokenByte(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && tokenByte(s[j]) {
			j++
		}
		if j-i >= 16 {
			if w := r.word(s[i:j]); w != s[i:j] {
				b.WriteString(s[last:i] + w)
				last = j
			}
		}
		i = j
	}
	if last == 0 {
		return s
	}
	return b.String() + s[last:]
}

func tokenByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-_+/=.~%", c) >= 0
}

// word replaces one word of running text when it looks like a secret, or the parts of a path that do.
func (r *Redactor) word(w string) string {
	trimmed := strings.Trim(w, ".=/-_~%")
	if r.issued[w] || r.issued[trimmed] {
		return w
	}
	at := strings.Index(w, trimmed)
	if strings.ContainsAny(w, "/") {
		parts := strings.Split(w, "/")
		if strings.HasPrefix(w, "/") || strings.HasPrefix(w, ".") || slices.ContainsFunc(parts, func(p string) bool {
			return wordy.MatchString(p) && len(p) > 1 || date.MatchString(p) || strings.Contains(p, ".")
		}) || !r.looks(trimmed) {
			for i, p := range parts {
				parts[i] = r.dotted(p)
			}
			return strings.Join(parts, "/")
		}
	}
	if strings.Count(w, "=") > 8 { // no pair of name and value
		parts := strings.Split(w, "=")
		for i, p := range parts {
			parts[i] = r.dotted(p)
		}
		return strings.Join(parts, "=")
	}
	if i := strings.IndexByte(w, '='); i > 0 && i < len(w)-1 && strings.TrimRight(w[i:], "=") != "" && !r.looks(w[:i]) && !(len(w) > i+2 && isHex(w[i+1]) && isHex(w[i+2]) && r.looks(trimmed)) {
		return r.dotted(w[:i]) + "=" + r.word(w[i+1:])
	}
	if r.looks(trimmed) && strings.Count(trimmed, ".") < 2 {
		return w[:at] + r.guess(trimmed) + w[at+len(trimmed):]
	}
	return r.dotted(w)
}

var date = lazyregexp.New(`^(19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9]`)

// dotted looks at the parts of a host, a version or a name of code one by one.
func (r *Redactor) dotted(w string) string {
	parts := strings.Split(w, ".")
	for i, p := range parts {
		if len(p) >= 16 && r.looks(p) && !r.issued[p] {
			parts[i] = r.guess(p)
		}
	}
	return strings.Join(parts, ".")
}

// looks is secret.Looks without what only looks so: moments, names in capitals or with words in them.
func (r *Redactor) looks(s string) bool {
	if !strings.ContainsAny(s, digits) {
		return false
	}
	if s[0] == '1' || s[0] == '2' {
		if at := date.FindString(s); at != "" && (strings.Trim(s, "0123456789TZtz-:.+") == "" || !secret.Looks(strings.TrimLeft(s[len(at):], "0123456789TZtz-:._+"))) {
			return false
		}
	}
	return cred.VendorOf(secret.Public(s)).Known() || secret.Looks(s) && !named.MatchString(s)
}

// named is a name of code or of a product: words joined by hyphens, underscores or capitals, numbers at their ends.
var named = lazyregexp.New(`^([A-Z]{2,}[0-9]{0,4}[_-]?)+$|^([A-Za-z]?[a-z]{2,}[0-9]{0,3}[-_+]?){2,}$|^([A-Z0-9]{1,8}[_-])+[A-Z0-9]{1,8}$|^(?i:[a-z]{1,24}[0-9]{0,4}[-_+/]){2,}[a-z]{0,24}[0-9]{0,12}$|^([A-Z][a-z]+[0-9]?){2,}$`)

func (r *Redactor) guess(w string) string {
	sort := Value
	switch {
	case uuid.MatchString(w):
		sort = ID
	case cred.VendorOf(secret.Public(w)).Known():
		sort = Key
	}
	if len(w) > 4096 { // an encoded picture: nothing that is met again
		r.count[Value]++
		return (&maker{n: uint64(r.count[Value])}).scramble(w)
	}
	if out, ok := r.decoded(sort, w); ok {
		return out
	}
	return r.leaf(sort, w)
}

// nameOf is a member's name, which may be an id or a key.
func (r *Redactor) nameOf(v string) string {
	if len(v) >= 24 && !strings.ContainsAny(v, "./: ") && r.looks(v) {
		return r.leaf(ID, v)
	}
	return v
}

// maybeToken is a JWT in text, as a whole or cut.
func maybeToken(s string) bool { return jwt.LooksLike(secret.Public(s)) }

// tokenish reports a word that is no word of a sentence: a digit in it, or capitals inside, or marks of a password.
func tokenish(s string) bool {
	s = strings.Trim(s, `"'.,;:)(`)
	if len(s) < 6 || !utf8.ValidString(s) || kept(s) || harmless(s) {
		return false
	}
	lower, upper, digit, mark := 0, 0, 0, 0
	for i, c := range s {
		switch {
		case isLower(c):
			lower++
		case c >= 'A' && c <= 'Z' && i > 0:
			upper++
		case c >= '0' && c <= '9':
			digit++
		case strings.ContainsRune("!@#$%^&*+~", c):
			mark++
		}
	}
	return digit > 0 && lower+upper > 0 || mark > 0 && lower > 0 || upper > 1 && lower > 1 && len(s) >= 16
}
