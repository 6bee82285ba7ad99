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
		{`(?i)\bBearer\s+(\S+)`, [][]string{{"bearer"}}},
		{`(wrong|not valid) key`, [][]string{{"not valid", "wrong"}, {" key"}}},
		{`(?i)(denied|forbidden|refused)`, [][]string{{"denied", "forbidden", "refused"}}},
		{`(?i)(secret|signed)`, [][]string{{"ecret", "igned"}, {"s"}}},
		{`token\s*[:=]`, [][]string{{"token"}, {":", "="}}},
		{`tokens? token`, [][]string{{" token"}}},
		{`\w+[:=]\w+`, [][]string{{":", "="}}},
		{`a+b+c+d+`, [][]string{{"a"}, {"b"}, {"c"}}},
		{`(token)?`, nil},
		{`token|\d+`, nil},
		{`(token){0,3}x`, [][]string{{"x"}}},
		{`(?:token){2}`, [][]string{{"token"}}},
		{`[a-z]+`, nil},
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
	for _, src := range []string{`a`, `(?i)ab`, `(?i)ks`, `(?i)a(b|c)k`, `(ab|ac|b)c?`, `(?m)^a\s*b$`, `a{0,2}b+`, `(?i)(ka|sb)+c`, `[ab]c`, `(?i)[k]a`, `a.?b|b.?a`, `(?s).b`, `(a*)(b|c)`} {
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
