package redact

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// secrets are the sorts of values that let somebody in.
var secrets = []Sort{Password, Token, JWT, Basic, Cookie, Key, Signature}

// Live lists the finds that let somebody in and are not stand-ins of an earlier redaction: what must not be given away. At
// most limit are looked for; 0 means all.
func (r *Redactor) Live(limit int) []Find {
	var out []Find
	for _, e := range r.order {
		// Of a JWT without a signature only the claims are replaced, and nobody is let in by those.
		bare := e.Sort == JWT && !strings.Contains(e.Shape, ", signed")
		if e.from == e.to || !slices.Contains(secrets, e.Sort) || bare || madeUp(e.from, 2) {
			continue
		}
		out = append(out, e.Find)
		if limit > 0 && len(out) == limit {
			break
		}
	}
	return out
}

// How many numbers of stand-ins are tried for a long value, and for one so short that a password may look like one by chance.
const (
	mostStandIns  = 5000
	shortStandIns = 300
)

var (
	marked   = lazyregexp.New(`STANDIN[0-9]`)
	numbered = lazyregexp.New(`^user[0-9]{1,4}$`)
)

// madeUp reports a stand-in. It takes no list of them: what a number n makes of a stand-in of n is that stand-in again,
// because only the kinds of the characters count. deep is how many codings are looked through.
func madeUp(v string, deep int) bool {
	if marked.MatchString(v) || numbered.MatchString(v) || strings.HasPrefix(v, "00000000-0000-4000-8000-") {
		return true
	}
	if deep > 0 {
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			inner, err := enc.DecodeString(v)
			if err != nil || len(inner) < 6 || strings.IndexFunc(string(inner), func(c rune) bool { return c < ' ' || c > '~' }) >= 0 {
				continue
			}
			if _, password, pair := strings.Cut(string(inner), ":"); pair {
				return madeUp(password, deep-1) // names of examples are left
			}
			return madeUp(string(inner), deep-1)
		}
	}
	rest, most := v[vendorPrefix(v):], mostStandIns
	if len(rest) < 6 {
		most = shortStandIns
	}
	if rest == "" {
		return false
	}
	hex := hexadecimal.MatchString(rest)
	is := func(n uint64) bool {
		return hex && recase((&maker{n: n}).hex(len(rest)), rest) == rest || (&maker{n: n}).short(rest, int(n)) == rest || (&maker{n: n}).scramble(rest) == rest
	}
	for n := range uint64(most) {
		if is(n + 1) {
			return true
		}
	}
	for n := range uint64(shortStandIns) { // where the first idea could not be taken
		for try := range uint64(7) {
			if is(n + 1 + (try+1)*nextIdea) {
				return true
			}
		}
	}
	return false
}
