package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Terminal makes foreign text harmless on a terminal and in a log: every character that is not plainly visible
// (controls 0x00-0x1f, 0x7f, 0x80-0x9f, so ESC and OSC; bidi and zero-width marks, line separators, odd spaces, bytes
// that are no UTF-8) becomes a visible \x1b or \u202e. The result is one line. The words by which CI systems find
// commands anywhere in a line (##[..., ##vso[, ##teamcity[) are broken too.
func Terminal(s string) string { return visible(s, false) }

// ASCII is Terminal for a locale without UTF-8: what is not ASCII becomes \u00fc.
func ASCII(s string) string { return visible(s, true) }

func visible(s string, ascii bool) string {
	if !strings.Contains(s, "##") && plain(s, ascii) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '#' && commandMark(s[i:]):
			b.WriteString(`\x23`)
		case shown(r) && (!ascii || r < 0x80):
			b.WriteRune(r)
		default:
			b.WriteString(code(r))
		}
		i += n
	}
	return b.String()
}

func plain(s string, ascii bool) bool {
	for _, r := range s {
		if !shown(r) || r == utf8.RuneError || ascii && r >= 0x80 {
			return false
		}
	}
	return true
}

// shown reports a character that stands for itself. unicode.IsPrint leaves out every control, format, surrogate,
// private and unassigned character and every space but U+0020; the Hangul fillers are letters nobody can see.
func shown(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800, 0x034f, 0x17b4, 0x17b5:
		return false
	}
	return unicode.IsPrint(r) && !unicode.Is(unicode.Variation_Selector, r)
}

func code(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// commandMark reports that s begins with a mark at which Azure Pipelines, GitHub's older runner or TeamCity would
// read a command, wherever it stands in a line.
func commandMark(s string) bool {
	for _, m := range []string{"##[", "##vso[", "##teamcity["} {
		if len(s) >= len(m) && strings.EqualFold(s[:len(m)], m) {
			return true
		}
	}
	return false
}

// lineStart breaks a workflow command (::set-output ...) at the start of an output line; the GitHub runner looks behind
// leading blanks too.
func lineStart(line string) string {
	trimmed := strings.TrimLeft(line, " ")
	if !strings.HasPrefix(trimmed, "::") {
		return line
	}
	return line[:len(line)-len(trimmed)] + `\x3a` + trimmed[1:]
}

// MarkdownText makes foreign text harmless in CommonMark and GitHub's dialect, outside of code: one line, every
// punctuation mark that can start markup escaped, no HTML, no mention.
func MarkdownText(s string) string {
	var b strings.Builder
	for _, r := range Terminal(s) {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@':
			b.WriteString("&#64;")
		case strings.ContainsRune("\\`*_{}[]()#+!|~$:^=", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	out := strings.ReplaceAll(b.String(), "www.", `www\.`)
	// A line that begins with a hyphen, or with a number and a dot, would be a list.
	if strings.HasPrefix(out, "-") {
		return `\` + out
	}
	if i := strings.IndexFunc(out, func(r rune) bool { return r < '0' || r > '9' }); i > 0 && out[i] == '.' {
		return out[:i] + `\` + out[i:]
	}
	return out
}

// MarkdownCode is s as a code span whose backticks outnumber those inside.
func MarkdownCode(s string) string {
	s = Terminal(s)
	ticks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s == "" {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// MarkdownFence is lines as a fenced block whose fence is longer than any inside.
func MarkdownFence(lang string, lines ...string) string {
	n := 3
	for i, l := range lines {
		lines[i] = lineStart(Terminal(l))
		n = max(n, longestRun(l)+1)
	}
	fence := strings.Repeat("`", n)
	return fence + lang + "\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}

func longestRun(s string) int {
	most, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		most = max(most, run)
	}
	return most
}

// WorkflowData is s as the message of a GitHub workflow command (::error ...::message).
func WorkflowData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(Terminal(s))
}

// WorkflowProperty is s as a property value of a GitHub workflow command (file=..., title=...).
func WorkflowProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(WorkflowData(s))
}

// jsonSafe writes dangerous but legal characters of an encoded JSON text as \u escapes: the same value to every
// reader, and harmless where the text is looked at. The structure of JSON is ASCII, so they only stand in strings.
func jsonSafe(in []byte) []byte {
	var b strings.Builder
	s := string(in)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '#' && commandMark(s[i:]):
			b.WriteString(`\u0023`)
		case r == '\n' || r >= ' ' && r < 0x7f || r > 0x7f && shown(r):
			b.WriteString(s[i : i+n])
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += n
	}
	return []byte(b.String())
}
