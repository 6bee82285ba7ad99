package fix

import (
	"bytes"
	"strings"

	"github.com/why401/why401/conf"
)

// resolve makes an edit about lines one about bytes.
func (e *Edit) resolve(path string, b []byte) error {
	how := e.how
	e.how = conf.Exact
	if e.Start == 0 && e.End == 0 && e.Line > 0 && how != conf.Make && (how != conf.Exact || e.Old == "") {
		e.Start, e.End = lineAt(b, e.Line)
	}
	if e.Start < 0 || e.End < e.Start || e.End > len(b) {
		return refuse("%s:%d: the change is at bytes %d to %d, and the file has %d: it was read in another form", path, e.Line, e.Start, e.End, len(b))
	}
	switch how {
	case conf.Remove:
		e.Start, e.End = alone(b, e.Start, e.End)
		e.Text = ""
	case conf.Before:
		indent := indentOf(b, e.Start)
		e.End = e.Start
		e.Text = indented(e.Text, indent) + "\n" + indent
	case conf.After:
		indent := indentOf(b, e.Start)
		e.Start = e.End
		e.Text = "\n" + indent + indented(e.Text, indent)
	case conf.Inside:
		at := opening(b[e.Start:e.End])
		if at < 0 {
			return refuse("%s:%d: no block begins here, into which a line could be put", path, e.Line)
		}
		indent := indentOf(b, e.Start) + "\t"
		e.Start += at
		e.End = e.Start
		e.Text = "\n" + indent + indented(e.Text, indent)
	case conf.Swap:
		first, last := bytes.Index(b[e.Start:e.End], []byte(e.Old)), bytes.LastIndex(b[e.Start:e.End], []byte(e.Old))
		if e.Old == "" || first < 0 {
			return refuse("%s:%d: what is to be replaced does not stand there: read the configuration again", path, e.Line)
		}
		e.Start, e.End = e.Start+first, e.Start+last+len(e.Old)
		e.Text = strings.ReplaceAll(string(b[e.Start:e.End]), e.Old, e.Text)
		e.Old = ""
	case conf.Trim:
		e.Text = strings.Trim(string(b[e.Start:e.End]), e.Old)
		e.Old = ""
	}
	if e.Old == "" {
		e.Old = string(b[e.Start:e.End])
	}
	return nil
}

// lineAt gives the bytes of line n, from 1, without its line break.
func lineAt(b []byte, n int) (start, end int) {
	for ; n > 1; n-- {
		i := bytes.IndexByte(b[start:], '\n')
		if i < 0 {
			return len(b), len(b)
		}
		start += i + 1
	}
	if i := bytes.IndexByte(b[start:], '\n'); i >= 0 {
		return start, start + i
	}
	return start, len(b)
}

// alone widens a span to its whole lines, line break included, where nothing else stands on them.
func alone(b []byte, start, end int) (int, int) {
	from := bytes.LastIndexByte(b[:start], '\n') + 1
	to := len(b)
	if i := bytes.IndexByte(b[end:], '\n'); i >= 0 {
		to = end + i + 1
	}
	if len(bytes.TrimSpace(b[from:start])) > 0 || len(bytes.TrimSpace(b[end:to])) > 0 {
		return start, end
	}
	return from, to
}

// indentOf is the white space before a directive, "" when something else stands before it on its line.
func indentOf(b []byte, at int) string {
	line := b[bytes.LastIndexByte(b[:at], '\n')+1 : at]
	if len(bytes.TrimSpace(line)) > 0 {
		return ""
	}
	return string(line)
}

// indented gives every line of text but the first the indent; a line break at its end goes.
func indented(text, indent string) string {
	return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+indent)
}

// opening is the place behind the { of a block, or behind the > of a section's first line. Braces in quotes and those of
// variables, ${name}, open none.
func opening(b []byte) int {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("<")) {
		line, _, _ := bytes.Cut(b, []byte("\n"))
		if i := bytes.LastIndexByte(line, '>'); i >= 0 {
			return i + 1
		}
		return -1
	}
	var quote byte
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' && i > 0 && b[i-1] != '$' && (b[i-1] == ' ' || b[i-1] == '\t' || b[i-1] == '\n' || i+1 == len(b) || strings.ContainsRune(" \t\r\n#", rune(b[i+1]))):
			return i + 1
		}
	}
	return -1
}
