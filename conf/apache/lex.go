package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// line is one logical line: continuation lines are joined, blanks at both ends are cut.
type line struct {
	text  string
	place conf.Place
}

// lines cuts a file as httpd does: a backslash at the end of a line joins the next one, in comments too. Empty lines and
// comments are left out. A byte order mark is not skipped: httpd does not skip it either.
func lines(file, text string) []line {
	var out []line
	n := 0
	for pos := 0; pos < len(text); {
		start, first := pos, n+1
		var b strings.Builder // of lines that are joined
		whole := ""
		end := pos
		for pos < len(text) {
			n++
			raw := text[pos:]
			if i := strings.IndexByte(raw, '\n'); i >= 0 {
				raw = raw[:i]
				end = pos + i
				pos += i + 1
			} else {
				pos = len(text)
				end = pos
			}
			part := strings.TrimSuffix(raw, "\r")
			end -= len(raw) - len(part)
			if strings.HasSuffix(part, `\`) && pos < len(text) {
				b.WriteString(part[:len(part)-1])
				continue
			}
			if whole = part; b.Len() > 0 {
				b.WriteString(part)
				whole = b.String()
			}
			break
		}
		t := strings.Trim(whole, blanks)
		if t == "" || t[0] == '#' {
			continue
		}
		for start < end && strings.IndexByte(blanks, text[start]) >= 0 {
			start++
		}
		for end > start && strings.IndexByte(blanks, text[end-1]) >= 0 {
			end--
		}
		out = append(out, line{t, conf.Place{File: file, Line: first, Start: start, End: end}})
	}
	return out
}

const blanks = " \t\v\f\r\n"

// word takes the next word of a directive's arguments. Words are parted by blanks; quotation marks of both kinds keep blanks,
// and inside them a backslash takes the mark's meaning. Two backslashes are one everywhere (ap_getword_conf).
func word(s string) (w, rest string) {
	s = strings.TrimLeft(s, blanks)
	if s == "" {
		return "", ""
	}
	if s[0] != '"' && s[0] != '\'' { // most words are as they are written
		switch end := strings.IndexAny(s, blanks+`\`); {
		case end < 0:
			return s, ""
		case s[end] != '\\':
			return s[:end], strings.TrimLeft(s[end:], blanks)
		}
	}
	quote := byte(0)
	i := 0
	if s[0] == '"' || s[0] == '\'' {
		quote = s[0]
		i = 1
	}
	var b strings.Builder
	for ; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) && (s[i+1] == '\\' || quote != 0 && s[i+1] == quote) {
			i++
			b.WriteByte(s[i])
			continue
		}
		if quote != 0 && c == quote {
			i++
			break
		}
		if quote == 0 && strings.IndexByte(blanks, c) >= 0 {
			break
		}
		b.WriteByte(c)
	}
	return b.String(), strings.TrimLeft(s[i:], blanks)
}

// words takes all words.
func words(s string) []string {
	var out []string
	for s = strings.TrimLeft(s, blanks); s != ""; {
		var w string
		w, s = word(s)
		out = append(out, w)
	}
	return out
}

// node is a directive, or a section with what stands in it.
type node struct {
	name    string // lower case: "authtype", "directory"
	as      string // as written
	args    string // behind the name, for a section without its ">"; variables are not yet filled in
	section bool
	kids    []*node
	place   conf.Place // of the directive, or of the whole section
	head    conf.Place // of a section's first line; of a directive the same as place
}

func (n *node) String() string { return strings.TrimSpace(n.as + " " + n.args) }
