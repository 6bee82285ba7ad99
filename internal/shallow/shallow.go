// Package shallow tells YAML that somebody may have written from YAML that is made to be slow: parsers take quadratic time
// for deeply nested lists. It counts, it does not parse.
package shallow

import "strings"

// The most that a file of ours may hold; the largest real one has a tenth of it.
const (
	maxBrackets = 1000 // [ and { in all
	maxDashes   = 50   // "- " in one line
)

// Line is the line, from 1, from which on text holds more brackets or nested list items than any real file; 0 for none.
func Line(text string) int {
	brackets := 0
	n := 0
	for l := range strings.SplitSeq(text, "\n") {
		n++
		brackets += strings.Count(l, "[") + strings.Count(l, "{")
		if brackets > maxBrackets || strings.Count(l, "- ") > maxDashes {
			return n
		}
	}
	return 0
}
