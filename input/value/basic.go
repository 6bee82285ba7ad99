package value

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var basicForm = form.Form{
	Kind: "basic", Also: []string{"basic-value"}, What: "a Basic credential",
	Is: func(text string) int {
		t := trimMarks(front(text))
		word, rest := schemeWord(t)
		switch {
		case t == "" || strings.Contains(t, "HTTP/"):
			return 0
		case word && basicHeader.MatchString(t) && strings.HasPrefix(strings.ToLower(t), "authorization"):
			return 55
		case word && (encoded.MatchString(rest) || strings.Contains(rest, ":") && !strings.ContainsAny(rest, " \t\n=")):
			return 94
		case !word && encoded.MatchString(t) && decodesToPair(t):
			return 88
		}
		return 0
	},
	Read: readBasic,
}

var (
	basicHeader = lazyregexp.New(`(?i)^(?:(?:proxy-)?authorization\s*[:=]\s*)?["'` + "`" + `]?basic[:\s]\s*`)
	encoded     = lazyregexp.New(`^[A-Za-z0-9+/_-]{3,}[A-Za-z0-9+/_\s-]*={0,2}$`)
)

// trimMarks takes quotation marks and the like off the ends.
func trimMarks(t string) string { return strings.Trim(t, " \t\r\n\"'`;,") }

// schemeWord cuts the word Basic, and a field name before it.
func schemeWord(t string) (found bool, rest string) {
	m := basicHeader.FindString(t)
	return m != "", strings.TrimSpace(t[len(m):])
}

// decodesToPair reports that s is the base64 of a user name, a colon and a password that people could have typed.
func decodesToPair(s string) bool {
	s = strings.Join(strings.Fields(s), "")
	if len(s) < 6 || len(s) > 4096 {
		return false
	}
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return false
	}
	user, _, ok := strings.Cut(string(raw), ":")
	if !ok || user == "" || strings.ContainsAny(user, "{}<> ") && !strings.Contains(user, "@") {
		return false
	}
	text := strings.TrimRight(string(raw), "\r\n")
	if !utf8.ValidString(text) {
		text = strings.Map(func(c rune) rune { return c }, user) // a password in Latin-1 may follow
	}
	return utf8.ValidString(text) && strings.IndexFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) < 0
}

// readBasic reads one value, perhaps wrapped over lines, or several, one a line.
func readBasic(text string, o form.Options) (exchange.Evidence, error) {
	const expected = "Basic value"
	text, err := open(text, expected)
	if err != nil {
		return exchange.Evidence{}, err
	}
	r := &reader{Options: o}
	from, at := 1, 0
	var cur []string
	flush := func() {
		if len(cur) > 0 {
			r.basic(from, strings.Join(cur, "\n"))
		}
		cur = nil
	}
	for l := range strings.Lines(text) {
		at++
		t := strings.TrimSpace(l)
		if t == "" {
			continue
		}
		if word, _ := schemeWord(trimMarks(t)); word {
			flush()
		}
		if len(cur) == 0 {
			from = at
		}
		cur = append(cur, t)
		if len(r.ev.Tokens) >= maxFound {
			break
		}
	}
	flush()
	return r.done(expected)
}

// basic adds one value; what is odd about it is said by its decoder's words.
func (r *reader) basic(n int, text string) {
	word, rest := schemeWord(trimMarks(text))
	if rest == "" || len(rest) > 64<<10 {
		return
	}
	place := ""
	if word {
		place = "Authorization"
	}
	v := secret.New(rest)
	p, err := basic.Decode(v)
	if err != nil {
		if !word && !r.Sure {
			return
		}
		r.say(n, "the value behind Basic cannot be decoded: it is not base64")
	}
	r.ev.Tokens = append(r.ev.Tokens, exchange.Token{Value: v, Place: place, From: r.at(n), Whole: !masked(rest) || p.Has(basic.NotEncoded)})
	for _, f := range p.Flaws {
		r.say(n, "Basic value: %s", f)
	}
	if err == nil && !p.Has(basic.MissingColon) {
		user := p.User
		if cred.VendorOf(user).Known() {
			user = secret.New(user.Reveal())
		}
		r.say(n, "Basic value: user %s, password of %d bytes", user, p.Password.Len())
	}
}
