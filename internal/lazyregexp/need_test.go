package lazyregexp

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestNeed(t *testing.T) {
	for _, c := range []struct {
		src  string
		want [][]string
	}{
		{`invalid_token`, [][]string{{"invalid_token"}}},
		{`(?i)\bBearer\s+(\S+)`, [][]string{{"\x00bearer"}}},
		{`\b(exp|iat)\b:?1\d`, [][]string{{"\x00exp1", "\x00exp:1", "\x00iat1", "\x00iat:1"}}},
		{`\b(exp|iat)\b\s*1`, [][]string{{"\x00exp\x00", "\x00iat\x00"}, {"1"}}},
		{`\b-a\b-b`, [][]string{{"-a-b"}}},
		{`(wrong|not valid) key`, [][]string{{"not valid key", "wrong key"}}},
		{`(?i)(denied|forbidden|refused)`, [][]string{{"denied", "forbidden", "refused"}}},
		{`(?i)(secret|signed)`, [][]string{{"secret", "signed"}}},
		{`curl(\.exe)?["']?\s`, [][]string{{"curl"}}},
		{`token\s*[:=]`, [][]string{{"token"}, {":", "="}}},
		{`tokens? token`, [][]string{{"token token", "tokens token"}}},
		{`\w+[:=]\w+`, [][]string{{":", "="}}},
		{`a+b+c+d+`, [][]string{{"a"}, {"b"}, {"c"}}},
		{`a\s+b+`, [][]string{{"a"}, {"b"}}},
		{`http only|http://(10\.|192\.168)|http\d+ is off`, [][]string{{" is off", "http only", "http://10.", "http://192.168"}, {"http"}}},
		{`(token)?`, nil},
		{`token|\d+`, nil},
		{`(token){0,3}x`, [][]string{{"x"}}},
		{`(?:token){2}`, [][]string{{"tokentoken"}}},
		{`[a-z]+`, nil},
		{` ?`, nil},
		{`größe`, [][]string{{"gr"}}},
		{`ü`, nil},
		{`(`, nil},
	} {
		if got := Need(c.src); !slices.EqualFunc(got, c.want, slices.Equal[[]string]) {
			t.Errorf("%s: %q, want %q", c.src, got, c.want)
		}
	}
}

func TestHas(t *testing.T) {
	for _, c := range []struct {
		s    string
		need [][]string
		want bool
	}{
		{"WWW-Authenticate: Basic", [][]string{{"bearer", "basic"}}, true},
		{"WWW-AUTHENTICATE", [][]string{{"authenticate"}}, true},
		{"authenticat", [][]string{{"authenticate"}}, false},
		{"", [][]string{{"a"}}, false},
		{"xxab", [][]string{{"ab"}}, true},
		{"a=b", [][]string{{"="}}, true},
		{"the to\u212aen", [][]string{{"token"}}, true}, // the sign for kelvin is a k in another case
		{"pa\u017fsword", [][]string{{"password"}}, true},
		{"größe", [][]string{{"gr"}}, true},
		{"expired", [][]string{{"\x00exp\x00"}}, false},
		{"expired EXP", [][]string{{"\x00exp\x00"}}, true},
		{"exp_at, exp: 1", [][]string{{"\x00exp\x00"}}, true},
		{"üexpü", [][]string{{"\x00exp\x00"}}, true},
		{"a token = 1", [][]string{{"token"}, {":", "="}}, true},
		{"a token", [][]string{{"token"}, {":", "="}}, false},
	} {
		if got := has(c.s, literals(c.need)); got != c.want {
			t.Errorf("%q in %q: %v", c.need, c.s, got)
		}
	}
}

// TestNeededIsInEveryMatch: what matches a pattern has one of what it needs, for texts made of the pattern's own letters.
func TestNeededIsInEveryMatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	matched := 0
	for _, src := range []string{`a`, `(?i)ab`, `(?i)ks`, `(?i)a(b|c)k`, `(ab|ac|b)c?`, `(?m)^a\s*b$`, `a{0,2}b+`, `(?i)(ka|sb)+c`, `[ab]c`, `(?i)[k]a`, `a.?b|b.?a`, `(?s).b`, `(a*)(b|c)`,
		`\bab\b`, `(?i)\b(ab|ck)\b ?\w`, `\ba\b.`, `b\b`, `(?i)a?b(c|k)?\b`, `\B[ab]c\b`, `(?i)(a|b|c)(a|b|s)(k|a)`, `^a|b$`, `(ab){2}`, `a(b|c+)k|ab s`, `(?i)a(k+|b|c?)s`} {
		re, need := regexp.MustCompile(src), Need(src)
		for range 20000 {
			var b strings.Builder
			for range r.IntN(6) {
				b.WriteRune([]rune("abckABCKsS \n\u017f\u212aü")[r.IntN(15)])
			}
			if !re.MatchString(b.String()) {
				continue
			}
			matched++
			if need != nil && !has(b.String(), literals(need)) {
				t.Errorf("%s matches %q, which has none of %q", src, b.String(), need)
			}
		}
	}
	if matched < 1000 {
		t.Errorf("%d matches", matched)
	}
}

func BenchmarkMatch(b *testing.B) {
	re := New(`(?i)\b(?:expired|revoked|invalid)[ _](?:token|session)\b`)
	re.look.Do(func() { re.need = literals(Need(re.src)) })
	text := strings.Repeat("203.0.113.7 - - [22/Nov/2026:09:00:00 +0000] \"GET /api/v1/items HTTP/1.1\" 200 512\n", 700)
	b.Run("needs", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			re.MatchString(text)
		}
	})
	b.Run("matches", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			re.Get().MatchString(text)
		}
	})
}
