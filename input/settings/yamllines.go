package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// yamlEntry is one scalar of a YAML text and the keys that lead to it.
type yamlEntry struct {
	path  []string // keys and list places: "services", "web", "environment", "[0]"
	value string
	line  int
	mark  byte // the quotation mark around it, '|' for a block scalar, '*' for an alias, 0 for a plain one
	doc   int  // the document in the stream, from 0
}

func (e yamlEntry) name() string { return joinPath(e.path) }

func joinPath(path []string) string {
	var b strings.Builder
	for _, k := range path {
		if b.Len() > 0 && !strings.HasPrefix(k, "[") {
			b.WriteByte('.')
		}
		b.WriteString(k)
	}
	return b.String()
}

// Aliases make a text that is small on disk and has no end in memory, so they are never replaced; a text with more of
// them than people write is refused.
const maxAliases = 64

var errAliases = fmt.Errorf("more than %d aliases: such a text is refused, because it may unfold without end", maxAliases)

// yamlText reads YAML line by line, as it is pasted: fragments, template lines and lost indentation are no errors. Block
// and flow style, block scalars and both kinds of quotation marks are understood (YAML 1.2.2, chapters 7 and 8);
// aliases, tags and complex keys are named and left alone.
type yamlText struct {
	ls      []string
	i       int
	out     []yamlEntry
	stack   []yamlFrame
	doc     int
	aliases int
	deep    bool
	say     func(n int, format string, args ...any)
}

type yamlFrame struct {
	indent int
	key    string
	item   bool // an element of a list
	count  int  // elements seen under it
}

func yamlEntries(text string, say func(n int, format string, args ...any)) ([]yamlEntry, error) {
	y := &yamlText{ls: lines(text), say: say}
	for y.i = 0; y.i < len(y.ls) && len(y.out) < maxSettings; y.i++ {
		y.line()
		if y.aliases > maxAliases {
			return nil, errAliases
		}
	}
	if y.deep {
		return y.out, errors.New("nested deeper than is read")
	}
	return y.out, nil
}

var yamlKey = lazyregexp.New(`^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s"'#&*!|>{}\[\]%@` + "`" + `,-][^#]*?|-[^\s:][^#]*?))\s*:(?:\s+|$)`)

func (y *yamlText) line() {
	l := y.ls[y.i]
	t := strings.TrimSpace(l)
	switch {
	case t == "" || t[0] == '#' || strings.HasPrefix(t, "{{") || strings.HasPrefix(t, "{%"):
		return
	case t == "---" || strings.HasPrefix(t, "--- "):
		y.stack, y.doc = nil, y.doc+1
		return
	case t == "...":
		return
	}
	in := indent(l)
	if strings.Contains(l[:in], "\t") {
		y.say(y.i+1, "a tab in the indentation: YAML refuses it")
	}
	y.content(in, strings.TrimRight(l[in:], " \t"))
}

// content reads what stands at column in: "- item", "key: value", or more of the value before.
func (y *yamlText) content(in int, t string) {
	for t == "-" || strings.HasPrefix(t, "- ") || strings.HasPrefix(t, "-\t") {
		y.pop(func(f yamlFrame) bool { return f.indent > in || f.indent == in && f.item })
		n := 0
		if len(y.stack) > 0 {
			top := &y.stack[len(y.stack)-1]
			n, top.count = top.count, top.count+1
		}
		if !y.push(yamlFrame{indent: in, key: "[" + strconv.Itoa(n) + "]", item: true}) {
			return
		}
		rest := strings.TrimLeft(t[1:], " \t")
		if rest == "" {
			return
		}
		in += len(t) - len(rest)
		t = rest
	}
	if m := yamlKey.FindStringSubmatch(t[:min(len(t), 1024)]); m != nil {
		y.pop(func(f yamlFrame) bool { return f.indent >= in })
		if y.push(yamlFrame{indent: in, key: m[1] + m[2] + m[3]}) {
			y.value(in, t[len(m[0]):])
		}
		return
	}
	if len(y.stack) > 0 && y.stack[len(y.stack)-1].item && y.stack[len(y.stack)-1].indent < in && (len(y.out) == 0 || y.out[len(y.out)-1].line != y.i+1) {
		if last := len(y.out) - 1; last < 0 || joinPath(y.out[last].path) != joinPath(y.path()) {
			y.value(in, t)
			return
		}
	}
	if len(y.stack) == 0 && len(y.out) == 0 && (t[0] == '{' || t[0] == '[') {
		y.value(in, t)
		return
	}
	if n := len(y.out); n > 0 && y.out[n-1].mark == 0 && len(y.stack) > 0 && in > y.stack[len(y.stack)-1].indent && len(y.out[n-1].value) < maxLine {
		y.out[n-1].value += " " + t
	}
}

func (y *yamlText) pop(over func(yamlFrame) bool) {
	for len(y.stack) > 0 && over(y.stack[len(y.stack)-1]) {
		y.stack = y.stack[:len(y.stack)-1]
	}
}

func (y *yamlText) push(f yamlFrame) bool {
	if len(y.stack) >= maxDepth {
		y.deep = true
		return false
	}
	y.stack = append(y.stack, f)
	return true
}

func (y *yamlText) path() []string {
	p := make([]string, len(y.stack))
	for i, f := range y.stack {
		p[i] = f.key
	}
	return p
}

// emit adds a scalar; one that no key leads to says nothing.
func (y *yamlText) emit(n int, value string, mark byte, more ...string) {
	path := append(y.path(), more...)
	if len(y.out) < maxSettings && len(path) > 0 {
		y.out = append(y.out, yamlEntry{path: path, value: value, line: n, mark: mark, doc: y.doc})
	}
}

// value reads what stands behind a key or a dash; it may take more lines.
func (y *yamlText) value(in int, v string) {
	n := y.i + 1
	for strings.HasPrefix(v, "!") || strings.HasPrefix(v, "&") {
		_, rest, _ := strings.Cut(v, " ")
		v = strings.TrimLeft(rest, " ")
	}
	switch {
	case v == "" || v[0] == '#':
		if !y.opens(in) {
			y.emit(n, "", 0)
		}
	case v[0] == '*':
		y.aliases++
		y.say(n, "an alias stands here: it is not replaced")
		y.emit(n, "", '*')
	case v[0] == '|' || v[0] == '>':
		y.block(in, n, v)
	case v[0] == '"' || v[0] == '\'':
		y.quoted(n, v)
	case (v[0] == '{' || v[0] == '[') && !strings.HasPrefix(v, "{{"):
		y.flow(v)
	default:
		if i := strings.Index(v, " #"); i >= 0 {
			v = strings.TrimRight(v[:i], " \t")
		}
		y.emit(n, v, 0)
	}
}

// opens reports that the next line belongs to the key at column in.
func (y *yamlText) opens(in int) bool {
	for _, l := range y.ls[y.i+1 : min(len(y.ls), y.i+50)] {
		t := strings.TrimSpace(l)
		if t == "" || t[0] == '#' {
			continue
		}
		return indent(l) > in || indent(l) == in && strings.HasPrefix(t, "-")
	}
	return false
}

// block takes a block scalar: the lines that are further in. Their first line is n+1.
func (y *yamlText) block(in, n int, head string) {
	if len(y.stack) > 0 {
		in = y.stack[len(y.stack)-1].indent
	}
	var body []string
	cut := -1
	for y.i+1 < len(y.ls) {
		l := y.ls[y.i+1]
		if strings.TrimSpace(l) != "" {
			if indent(l) <= in {
				break
			}
			if cut < 0 {
				cut = indent(l)
			}
		}
		body = append(body, l[min(len(l), max(0, min(cut, indent(l)))):])
		y.i++
	}
	for len(body) > 0 && strings.TrimSpace(body[len(body)-1]) == "" {
		body = body[:len(body)-1]
	}
	text := strings.Join(body, "\n")
	if !strings.Contains(head[:min(3, len(head))], "-") {
		text += "\n"
	}
	y.emit(n, text, '|')
}

// quoted takes a scalar in quotation marks, which may go on over some lines.
func (y *yamlText) quoted(n int, v string) {
	mark := v[0]
	for tries := 0; ; tries++ {
		if s, _, ok := quotedScalar(v); ok {
			y.emit(n, s, mark)
			return
		}
		if tries > 100 || y.i+1 >= len(y.ls) || len(v) > maxLine {
			y.say(n, "a quotation mark is not closed")
			y.emit(n, v[1:], mark)
			return
		}
		y.i++
		v += " " + strings.TrimSpace(y.ls[y.i])
	}
}

// quotedScalar reads the scalar that v begins with and gives what follows it; ok is false when it does not end.
func quotedScalar(v string) (s, rest string, ok bool) {
	mark := v[0]
	var b strings.Builder
	for i := 1; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\' && mark == '"' && i+1 < len(v):
			i++
			switch v[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case 'u':
				if i+4 < len(v) {
					if u, err := strconv.ParseUint(v[i+1:i+5], 16, 16); err == nil {
						b.WriteRune(rune(u))
						i += 4
					}
				}
			default:
				b.WriteByte(v[i])
			}
		case c == mark && mark == '\'' && i+1 < len(v) && v[i+1] == '\'':
			b.WriteByte('\'')
			i++
		case c == mark:
			return b.String(), v[i+1:], true
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
