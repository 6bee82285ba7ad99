package settings

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
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

// clean gives text as UTF-8 with LF line ends, and what was found on the way, in words that may be shown.
func clean(text string) (string, []string, error) {
	var said []string
	if len(text) > maxText {
		return "", nil, fmt.Errorf("%d bytes, more than the %d that are read of a configuration", len(text), maxText)
	}
	switch {
	case strings.HasPrefix(text, "\ufeff"):
		text = text[3:]
		said = append(said, "the text begins with a byte order mark")
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		text = fromUTF16(text)
		said = append(said, "the text is UTF-16, which few programs expect of a configuration")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", nil, errors.New("not text: it holds zero bytes")
	}
	if !utf8.ValidString(text) {
		said = append(said, "the text is not UTF-8")
		text = fromLatin1(text)
	}
	if strings.Contains(text, "\r") {
		if strings.Contains(text, "\r\n") {
			said = append(said, "lines end in CR LF")
		}
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return text, said, nil
}

func fromUTF16(text string) string {
	little := text[0] == 0xff
	b := text[2:]
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if little {
			units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
		} else {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
	}
	return string(utf16.Decode(units))
}

func fromLatin1(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
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
