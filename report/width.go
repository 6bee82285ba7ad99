package report

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// runeColumns is the number of terminal columns of r: none for a combining mark, two for a wide East Asian character
// or an emoji, one for the rest.
func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// clip cuts s to n columns and marks the cut.
func clip(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	const mark = "..."
	used := 0
	for i, r := range s {
		if used+runeColumns(r) > n-len(mark) {
			return s[:i] + mark
		}
		used += runeColumns(r)
	}
	return s
}

// wrap breaks s at blanks into lines of at most n columns; a word that is longer is cut.
func wrap(s string, n int) []string {
	n = max(n, 8)
	var out []string
	line, col := "", 0
	flush := func() {
		out = append(out, line)
		line, col = "", 0
	}
	for _, word := range strings.Fields(s) {
		c := columns(word)
		if col > 0 && col+1+c > n && (c <= n || n-col < 12) {
			flush()
		}
		if col > 0 {
			line += " "
			col++
		}
		for _, r := range word {
			if col+runeColumns(r) > n {
				flush()
			}
			line += string(r)
			col += runeColumns(r)
		}
	}
	if col > 0 || len(out) == 0 {
		flush()
	}
	return out
}

// wrapAt wraps s behind first, with hanging lines under its start. A first part that leaves too little room is wrapped
// with the rest.
func wrapAt(first, s string, n int) []string {
	hang := columns(first)
	if indent := hang - len(strings.TrimLeft(first, " ")); hang > n/2 && hang > indent {
		return wrapAt(first[:indent], first[indent:]+s, n)
	}
	lines := wrap(s, n-hang)
	for i := range lines {
		if i == 0 {
			lines[i] = first + lines[i]
			continue
		}
		lines[i] = strings.Repeat(" ", hang) + lines[i]
	}
	return lines
}

// atMost keeps n lines and marks the cut; 0 keeps all.
func atMost(lines []string, n, width int) []string {
	if n == 0 || len(lines) <= n {
		return lines
	}
	lines = append([]string(nil), lines[:n]...)
	last := lines[n-1]
	if columns(last)+4 <= width {
		lines[n-1] = last + " ..."
	} else {
		lines[n-1] = clip(last+"....", columns(last))
	}
	return lines
}

// Wrap breaks s at blanks into lines of at most n columns; first stands before it, and the other lines hang under the
// start of s. Wide characters count two columns. It escapes nothing.
func Wrap(first, s string, n int) []string { return wrapAt(first, s, n) }

// WrapCommand breaks a command of our own into lines of at most n columns that a shell reads as one, each behind indent.
func WrapCommand(cmd, indent string, n int) []string { return wrapCommand(cmd, indent, n) }
