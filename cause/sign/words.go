package sign

import (
	"unicode"
	"unicode/utf8"
)

// Words cuts text into lower-case words: runs of letters, digits and underscores. Everything else separates, so
// "X-Auth-Token", "x auth token" and `{"x-auth-token":` give the same words; an apostrophe inside a word is dropped
// ("doesn't" is "doesnt"). What hangs on punctuation (quotes, braces, a colon after Bearer) is not seen here: the
// packages below cred look at that.
func Words(text string) []string {
	out := make([]string, 0, len(text)/6)
	eachWord(text, func(w []byte) bool {
		out = append(out, string(w))
		return true
	})
	return out
}

// plain gives for a byte of ASCII what it is in a word: itself in lower case, or 0 where it is none of a word's.
var plain = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		switch c := byte(c); {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
			t[c] = c
		case c >= 'A' && c <= 'Z':
			t[c] = c + 'a' - 'A'
		}
	}
	return t
}()

// eachWord calls f with each word of text (see Words) until f says no. The bytes are f's for the length of the call.
func eachWord(text string, f func([]byte) bool) {
	word := make([]byte, 0, 64)
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if l := plain[c]; l != 0 {
				word = append(word, l)
				i++
				continue
			}
			if c == '\'' && len(word) > 0 && letterAt(text, i) {
				i++
				continue
			}
			i++
		} else {
			r, n := utf8.DecodeRuneInString(text[i:])
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				word = utf8.AppendRune(word, unicode.ToLower(r))
				i += n
				continue
			}
			if r == '’' && len(word) > 0 && letterAt(text, i) {
				i += n
				continue
			}
			i += n
		}
		if len(word) > 0 {
			if !f(word) {
				return
			}
			word = word[:0]
		}
	}
	if len(word) > 0 {
		f(word)
	}
}

// letterAt reports that a letter follows the apostrophe at i.
func letterAt(text string, i int) bool {
	_, n := utf8.DecodeRuneInString(text[i:])
	r, _ := utf8.DecodeRuneInString(text[i+n:])
	return unicode.IsLetter(r)
}
