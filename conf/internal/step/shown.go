package step

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// Close takes the literals that a configuration compares the request's field with, or writes into it, out of a text that is
// shown: a condition often holds the very key that it asks for. Fields that are known to be harmless keep theirs, and so do
// the words of schemes and what is too short to be a key.
func Close(text, field string, literals ...string) string {
	for _, l := range literals {
		if tellsNothing(l) {
			continue
		}
		if v := exchange.RequestField(field, l).Value; v.Closed() {
			text = strings.ReplaceAll(text, l, v.String())
		}
	}
	return text
}

// schemeWords and what patterns put around them.
var schemeWords = strings.NewReplacer("basic", "", "bearer", "", "digest", "", "negotiate", "", "ntlm", "", "earer", "", "asic", "")

// tellsNothing reports a literal with fewer than four letters and digits beside a scheme's word.
func tellsNothing(l string) bool {
	n := 0
	for _, c := range schemeWords.Replace(strings.ToLower(l)) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			n++
		}
	}
	return n < 4
}
