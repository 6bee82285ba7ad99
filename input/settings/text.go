package settings

import (
	"errors"
	"fmt"
	"strings"

	"github.com/why401/why401/input/form"
)

// Limits: above them reading stops, and says so.
const (
	maxText     = 1 << 20 // of one configuration
	maxLine     = 64 << 10
	maxSettings = 20000
	maxDepth    = 64 // nested blocks
	maxFacts    = 200
	maxArgs     = 256
	peek        = 32 << 10 // what Is looks at
	peekLines   = 400
)

// clean gives text as UTF-8 with LF line ends, and what was found on the way, in words that may be shown. before is how it
// was written when it was decoded already.
func clean(text string, before form.Written) (string, []string, error) {
	var said []string
	if len(text) > maxText {
		return "", nil, fmt.Errorf("%d bytes, more than the %d that are read of a configuration", len(text), maxText)
	}
	text, w := form.Decode(text)
	if w == (form.Written{In: form.UTF8}) && before.In != "" {
		w = before // it was decoded on its way here
	}
	switch {
	case strings.IndexByte(text, 0) >= 0:
		return "", nil, errors.New("not text: it holds zero bytes")
	case w.In == form.UTF16LE, w.In == form.UTF16BE:
		said = append(said, "the text is UTF-16, which few programs expect of a configuration")
	case w.Mark:
		said = append(said, "the text begins with a byte order mark")
	}
	if w.In == form.Latin {
		said = append(said, "the text is not UTF-8")
	}
	if strings.Contains(text, "\r") {
		if strings.Contains(text, "\r\n") {
			said = append(said, "lines end in CR LF")
		}
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return text, said, nil
}

// lines splits cleaned text; a line longer than any configuration has is cut.
func lines(text string) []string {
	all := strings.Split(text, "\n")
	for i, l := range all {
		if len(l) > maxLine {
			all[i] = l[:maxLine]
		}
	}
	return all
}

// head gives the first lines of text for a look at what it is: trimmed at the right, without empty ones.
func head(text string) []string {
	text = strings.TrimPrefix(text, "\ufeff")
	if len(text) > peek {
		text = text[:peek]
	}
	if strings.IndexByte(text, 0) >= 0 {
		return nil
	}
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.TrimRight(l, " \t\r\n"); strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
		if len(out) == peekLines {
			break
		}
	}
	return out
}

// share is how many of the lines that are no comments are of a kind, in percent, and their number.
func share(ls []string, comment string, is func(string) bool) (percent, hits int) {
	total := 0
	for _, l := range ls {
		t := strings.TrimSpace(l)
		if comment != "" && strings.IndexByte(comment, t[0]) >= 0 {
			continue
		}
		total++
		if is(t) {
			hits++
		}
	}
	if total == 0 {
		return 0, 0
	}
	return hits * 100 / total, hits
}

// unquote takes one pair of quotation marks off; mark is the kind, 0 when there was none.
func unquote(s string) (inner string, mark byte) {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1], s[0]
	}
	return s, 0
}

// indent counts the blanks in front; a tab counts as one.
func indent(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }
