package sign

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"X-Auth-Token", []string{"x", "auth", "token"}},
		{`{"x-auth-token":"1"}`, []string{"x", "auth", "token", "1"}},
		{"rest_cookie_invalid_nonce", []string{"rest_cookie_invalid_nonce"}},
		{"It doesn't work, it won’t", []string{"it", "doesnt", "work", "it", "wont"}},
		{"'quoted' words'", []string{"quoted", "words"}},
		{"Größe ÄÖÜ 令牌", []string{"größe", "äöü", "令牌"}},
		{"401\r\nUnauthorized\x00\x1b[31m", []string{"401", "unauthorized", "31m"}},
		{"\xff\xfe\xfd", nil},
		{"a\u00a0b", []string{"a", "b"}},
	} {
		if got := Words(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPhrases(t *testing.T) {
	for _, c := range []struct {
		phrase, text string
		want         bool
	}{
		{"invalid issuer", "Error: Invalid issuer!", true},
		{"invalid issuer", "the issuer is invalid", false},
		{"invalid issuer", "invalid   \"issuer\"", true},
		{"invalid issuer", "invalid_issuer", false}, // snake_case is one word
		{"invalid_issuer", "INVALID_ISSUER", true},
		{"issuer * invalid", "issuer invalid", true}, // a gap may be empty
		{"issuer * invalid", "issuer one two three four five six invalid", true},
		{"issuer * invalid", "issuer one two three four five six seven invalid", false},
		{"issuer ** invalid", "issuer " + strings.Repeat("x ", 30) + "invalid", true},
		{"issuer ** invalid", "issuer " + strings.Repeat("x ", 31) + "invalid", false},
		{"issuer * ** invalid", "issuer " + strings.Repeat("x ", 20) + "invalid", true}, // the wider one counts
		{"(wrong|bad) key", "bad key", true},
		{"(wrong|bad) key", "good key", false},
		{"(not valid|bad) key", "not valid key", true}, // an alternative of several words
		{"key (is|) bad", "key bad", true},             // an alternative of none
		{"key (is|) bad", "key is bad", true},
		{"key (is|) bad", "key was bad", false},
		{"the(key|token) bad", "the key bad", true}, // no blank before the choice
		{"expir~", "it expired", true},
		{"expir~", "inexpiry", false},
		{"(expir~|stale) token", "expiring token", true},
		{"x-auth-tok~", "X-Auth-Token: 1", true}, // the stem belongs to the last of its words
		{"umlaut~ & password", "the password has umlauts", true},
		{"umlaut~ & password", "umlauts", false},
		{"a & a", "a", true},                           // one place may serve both
		{"(the|my (old|new)) key", "my new key", true}, // a choice in a choice
		{"(the|my (old|new)) key", "my key", false},
		{"(old * key|token) bad", "old api key bad", true}, // a gap in a choice
		{"(invalid|wrong)~ key", "wrongly key", true},      // a stem behind a choice
		{"doesn't work", "it doesnt work", true},
		{"doesnt work", "it doesn't work", true},
		{"401", "HTTP 401", true},
		{"401", "4010", false},
		{"key", "", false},
	} {
		p, err := parse(c.phrase)
		if err != nil {
			t.Errorf("%q: %v", c.phrase, err)
			continue
		}
		words := Words(c.text)
		if _, got := p.in(words); got != c.want {
			t.Errorf("%q in %q: %v, want %v", c.phrase, c.text, got, c.want)
		}
		first, next := p.keys()
		for _, k := range [][]string{first, next} {
			if c.want && k != nil && !slices.ContainsFunc(k, func(k string) bool { return slices.Contains(words, k) }) {
				t.Errorf("%q: none of its key words %q is in %q", c.phrase, k, c.text)
			}
		}
	}
}

func TestPhraseSaysWhere(t *testing.T) {
	p, err := parse("bad * key & token")
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := p.in(Words("token bad bad old key")); !ok || at != 1 {
		t.Errorf("at %d, %v", at, ok)
	}
}

func TestBadPhrases(t *testing.T) {
	for _, c := range []struct{ phrase, want string }{
		{"", "no words"}, {"  ", "no words"}, {"...", "no words"}, {"a &", "no words"}, {"& a", "no words"}, {"*", "no words"},
		{"(a|b", "not closed"}, {"()", "empty choice"}, {"a ( ) b", "empty choice"},
		{"a)", "closes nothing"}, {"a | b", "outside of a choice"}, {strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100), "nested deeper"}, {strings.Repeat("a * ", 13) + "a", "13 gaps"},
	} {
		if _, err := parse(c.phrase); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.phrase, err, c.want)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		phrase     string
		want, next []string
	}{
		{"invalid issuer", []string{"invalid"}, []string{"issuer"}},
		{"the invalid issuer of", []string{"invalid"}, []string{"issuer"}},
		{"(a|b) signature", []string{"signature"}, []string{"a", "b"}},
		{"(wrong|broken) a", []string{"wrong", "broken"}, []string{"a"}},
		{"a & expired", []string{"expired"}, []string{"a"}},
		{"expir~", nil, nil},
		{"(expir~|stale)", nil, nil},
		{"(is|)", nil, nil},
	} {
		p, err := parse(c.phrase)
		if err != nil {
			t.Fatal(err)
		}
		if got, next := p.keys(); !slices.Equal(got, c.want) || !slices.Equal(next, c.next) {
			t.Errorf("%q: %q and %q, want %q and %q", c.phrase, got, next, c.want, c.next)
		}
	}
}

// TestManyGapsEnd: a phrase of gaps on a text that almost fits takes steps in proportion, not their power.
func TestManyGapsEnd(t *testing.T) {
	gaps := "a" + strings.Repeat(" ** a", 10) + " ** z"
	for _, text := range []string{gaps, "(b|" + gaps + ")", "((((" + gaps + "|c)|d)|e)|f) y", strings.Repeat("(a|a a|a * a) ", 12) + "z", strings.Repeat("* ", 12) + "z"} {
		p, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		words := Words(strings.Repeat("a ", maxWords))
		start := time.Now()
		if _, ok := p.in(words); ok {
			t.Errorf("%.30q fits", text)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%.30q took %v", text, took)
		}
	}
}

// FuzzPhrase: any phrase parses or is refused; one that parses fits a text that holds its own first alternatives, and its
// key words are in every text that it fits.
func FuzzPhrase(f *testing.F) {
	f.Add("invalid issuer", "Invalid issuer: https://id.test/")
	f.Add("(wrong|bad|not valid) * key ** (is|)", "the wrong api key is")
	f.Add("umlaut~ & password", "password with umlauts")
	f.Add("a ** a ** a ** a ** z", strings.Repeat("a ", 500))
	f.Add("x-auth-tok~ (", "\xff\xfe")
	f.Fuzz(func(t *testing.T, phrase, text string) {
		if len(phrase) > 400 || len(text) > 4000 {
			return
		}
		words := Words(text)
		for _, w := range words {
			if w == "" {
				t.Error("an empty word")
			}
		}
		p, err := parse(phrase)
		if err != nil {
			return
		}
		at, ok := p.in(words)
		if ok && (at < 0 || at > len(words)) {
			t.Errorf("%q in %q: at %d", phrase, text, at)
		}
		first, next := p.keys()
		for _, keys := range [][]string{first, next} {
			if ok && keys != nil && !slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(words, k) }) {
				t.Errorf("%q fits %q without one of %q", phrase, text, keys)
			}
		}
	})
}
