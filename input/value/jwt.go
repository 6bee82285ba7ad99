package value

import (
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var jwtForm = form.Form{
	Kind: "jwt", Also: []string{"token", "jws", "jwe", "claims"}, What: "a JWT",
	Files: []string{"*.jwt"},
	Is:    isJWT, Read: readJWT,
}

var (
	// compact is a token in compact serialization (RFC 7515 7.1, RFC 7516 7.1); what was cut out of it may stand as dots.
	compact    = lazyregexp.New(`\b(?:ey[A-Za-z0-9_+/=-]{6,}|ey[A-Za-z0-9_-]{2,}(?:\.\.\.|…))[A-Za-z0-9_+/=.…*-]*(?:\[[A-Za-z -]{3,20}\]|<[A-Za-z _-]{3,30}>)?`)
	tokenLine  = lazyregexp.New(`^(?:\.|[A-Za-z0-9_+/=.-]{4,})$`)
	tokenLabel = lazyregexp.New(`(?i)^[\s"'{]*((authorization|x-[a-z-]*token|(access|id|refresh|auth|bearer)[ _-]?token|token|jwt|encoded|header|payload|claims|decoded)["']?\s*[:=]\s*)*["']?(bearer|jwt|token)?\s*$`)
)

func isJWT(text string) int {
	t := front(text)
	if t == "" {
		return 0
	}
	if found := tokensIn(t); len(found) > 0 {
		rest := t
		for _, f := range found {
			rest = strings.Replace(rest, f.raw, " ", 1)
		}
		rest = strings.Trim(rest, " \t\r\n\"'`,;.")
		switch {
		case strings.HasPrefix(strings.ToLower(t), "authorization:") && !strings.Contains(t, "\n"):
			return 55 // a header line, which has its own reader
		case rest == "" || tokenLabel.MatchString(rest):
			return 96
		case len(rest) < 60 && strings.Count(rest, "\n") < 3 && !strings.Contains(rest, "HTTP/") && !strings.Contains(rest, "curl ") && !strings.Contains(rest, "://"):
			return 70
		case claimsScore(t) > 0:
			return 80
		}
		return 20
	}
	return claimsScore(t)
}

// foundToken is a compact token as it stands in the text.
type foundToken struct {
	raw    string // with line breaks
	value  string // without
	at     int    // byte
	broken bool
}

// tokensIn finds compact tokens, put together again where lines break inside.
func tokensIn(text string) []foundToken {
	var out []foundToken
	for at := 0; at < len(text) && len(out) < maxFound; {
		m := compact.FindStringIndex(text[at:])
		if m == nil {
			return out
		}
		from, to := at+m[0], at+m[1]
		f := foundToken{value: text[from:to], at: from}
		to = f.goOn(text, to)
		f.raw = text[from:to]
		at = to
		f.value = strings.TrimRight(f.value, "+/-")
		if n := strings.Count(f.value, "."); n == 3 && strings.HasSuffix(f.value, ".") {
			f.value = f.value[:len(f.value)-1] // the full stop of a sentence
		}
		if looksCompact(f.value) {
			out = append(out, f)
		}
	}
	return out
}

// goOn takes the following lines into f as long as they can only be more of it; it gives where the token ends.
func (f *foundToken) goOn(text string, to int) int {
	for to < len(text) {
		end := strings.IndexByte(text[to:], '\n')
		if end < 0 || end > 8 || strings.Trim(text[to:to+end], " \t\r\"'`,;+\\^") != "" {
			return to
		}
		next := to + end + 1
		line, _, _ := strings.Cut(text[next:], "\n")
		part := strings.Trim(strings.TrimSpace(line), `"',;\+ `)
		whole := strings.Count(f.value, ".") >= 2 && !strings.HasSuffix(f.value, ".")
		if len(line) > 8192 || len(f.value) > jwt.MaxBytes || !tokenLine.MatchString(part) || strings.HasPrefix(part, "ey") && whole || whole && len(f.value)-strings.LastIndexByte(f.value, '.') > 700 {
			return to
		}
		if whole && !longish(part) {
			return to
		}
		f.value += part
		f.broken = true
		to = next + strings.LastIndex(line, part) + len(part)
	}
	return to
}

// longish tells more of a signature from a word on a line of its own.
func longish(s string) bool { return len(s) >= 12 && strings.ContainsAny(s, "0123456789_-") }

// looksCompact refuses a lone word that begins with ey.
func looksCompact(s string) bool {
	return jwt.LooksLike(secret.Public(s)) || strings.HasPrefix(s, "eyJ") && len(s) >= 12 && (strings.Contains(s, ".") || strings.Contains(s, "…"))
}

func readJWT(text string, o form.Options) (exchange.Evidence, error) {
	const expected = "JWT, or its claims as JSON"
	text, err := open(text, expected)
	if err != nil {
		return exchange.Evidence{}, err
	}
	r := &reader{Options: o}
	found := tokensIn(text)
	for _, f := range found {
		r.jwt(text, f)
	}
	if len(found) == 0 {
		r.claims(text)
	}
	return r.done(expected)
}

func (r *reader) jwt(text string, f foundToken) {
	n := lineAt(text, f.at)
	v := secret.New(f.value)
	tok := exchange.Token{Value: v, From: r.at(n), Whole: wholeToken(v)}
	before := strings.ToLower(strings.TrimRight(text[max(0, f.at-60):f.at], " \"'`"))
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	switch {
	case strings.HasSuffix(before, "bearer"), strings.Contains(before, "authorization"):
		tok.Place = "Authorization"
	case strings.Contains(before, "id_token"), strings.Contains(before, "id token"):
		tok.Place = "id_token"
	case strings.Contains(before, "access_token"), strings.Contains(before, "access token"):
		tok.Place = "access_token"
	case strings.Contains(before, "refresh_token"):
		tok.Place = "refresh_token"
	}
	r.ev.Tokens = append(r.ev.Tokens, tok)
	if f.broken {
		r.say(n, "the token stood over several lines, which were put together")
	}
	if !tok.Whole {
		r.say(n, "the token is shortened, or its signature is not one: it was changed before it was pasted")
	}
}

// wholeToken reports that nothing was taken out of a token: a signature has the length that its algorithm gives.
func wholeToken(v secret.Text) bool {
	s := v.Reveal()
	if i := strings.LastIndexByte(s, '.'); masked(s[i+1:]) {
		return false
	}
	if strings.Contains(s, "...") || strings.ContainsAny(s, "…*<[") {
		return false
	}
	t, err := jwt.Decode(v)
	if err != nil || t.Form == jwt.Cut {
		return false
	}
	if t.Form != jwt.Signed {
		return true
	}
	want := map[string]int{"HS256": 32, "HS384": 48, "HS512": 64, "ES256": 64, "ES384": 96, "ES512": 132, "EdDSA": 64}[t.Header.Alg]
	switch {
	case want > 0:
		return t.SigBytes == want
	case strings.HasPrefix(t.Header.Alg, "RS"), strings.HasPrefix(t.Header.Alg, "PS"):
		return t.SigBytes >= 128
	}
	return t.SigBytes >= 16
}
