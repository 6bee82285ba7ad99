package sign

import (
	"strings"
	"unicode"
)

// Words cuts text into lower-case words: runs of letters, digits and underscores. Everything else separates, so
// "X-Auth-Token", "x auth token" and `{"x-auth-token":` give the same words; an apostrophe inside a word is dropped
// ("doesn't" is "doesnt"). What hangs on punctuation (quotes, braces, a colon after Bearer) is not seen here: the
// packages below cred look at that.
func Words(text string) []string {
	out := make([]string, 0, len(text)/6)
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for i, r := range text {
		switch {
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case (r == '\'' || r == '’') && b.Len() > 0 && i+1 < len(text) && letterAt(text, i):
		default:
			flush()
		}
	}
	flush()
	return out
}

// letterAt reports that a letter follows the apostrophe at i.
func letterAt(text string, i int) bool {
	for j, r := range text[i:] {
		if j > 0 {
			return unicode.IsLetter(r)
		}
	}
	return false
}
