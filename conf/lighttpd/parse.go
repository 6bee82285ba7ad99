package lighttpd

import (
	"fmt"
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
)

// value is a string, a number, or a list whose elements may have keys.
type value struct {
	conf.Place
	text string
	list []entry
	many bool
	open bool // a variable that is not in the files
}

type entry struct {
	key string
	value
}

// get is the element called key.
func (v *value) get(key string) *value {
	if v == nil {
		return nil
	}
	for i := range v.list {
		if v.list[i].key == key {
			return &v.list[i].value
		}
	}
	return nil
}

func (v *value) string() string {
	if v == nil {
		return ""
	}
	return v.text
}

// block is the global configuration or what stands behind a condition.
type block struct {
	conf.Place
	parent   *block
	previous *block // of an else
	what     string // `HTTP["url"]`, "" for the global block and a bare else
	op       string
	with     value
	set      map[string]*value
}

// text is the condition as written.
func (b *block) text() string {
	if b.parent == nil {
		return ""
	}
	if b.what == "" {
		return "else"
	}
	s := fmt.Sprintf("$%s %s %q", b.what, b.op, b.with.text)
	if name, ok := strings.CutPrefix(b.what, "REQUEST_HEADER["); ok {
		s = step.Close(s, strings.Trim(name, `"]`), b.with.text)
	} else if strings.Contains(b.what, "cookie") || strings.Contains(b.what, "query") {
		s = step.Close(s, "Cookie", b.with.text)
	}
	if b.previous != nil {
		s = "else " + s
	}
	return s
}

// inherited is the value in force where b stands, b's own first.
func (b *block) inherited(key string) *value {
	for ; b != nil; b = b.parent {
		if v := b.set[key]; v != nil {
			return v
		}
	}
	return nil
}

const (
	maxDepth    = 64
	maxIncludes = 1000
)

type parser struct {
	r    *reader
	file string
	s    string
	i    int
	line int
	at   int // up to where lines are counted
}

func (p *parser) place(from int) conf.Place {
	return conf.Place{File: p.file, Line: p.lineAt(from), Start: from, End: p.i}
}

func (p *parser) lineAt(i int) int {
	if i < p.at {
		return 1 + strings.Count(p.s[:i], "\n")
	}
	p.line += strings.Count(p.s[p.at:i], "\n")
	p.at = i
	return p.line
}

// skip passes blanks, line ends and comments.
func (p *parser) skip() {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '#':
			for p.i < len(p.s) && p.s[p.i] != '\n' {
				p.i++
			}
		case strings.IndexByte(" \t\r\n;", c) >= 0:
			p.i++
		default:
			return
		}
	}
}

func (p *parser) eat(s string) bool {
	p.skip()
	if strings.HasPrefix(p.s[p.i:], s) {
		p.i += len(s)
		return true
	}
	return false
}

func (p *parser) word() string {
	p.skip()
	from := p.i
	for p.i < len(p.s) && (strings.IndexByte("._-", p.s[p.i]) >= 0 || p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z' || p.s[p.i] >= '0' && p.s[p.i] <= '9') {
		p.i++
	}
	return p.s[from:p.i]
}

// statements reads until the brace that closes b, or the end of the file.
func (p *parser) statements(b *block, depth int) {
	var last *block
	for {
		p.skip()
		from := p.i
		switch {
		case p.i >= len(p.s):
			return
		case p.eat("}"):
			if depth > 0 {
				return
			}
			p.r.conf.Break(p.place(from), `unexpected "}": no block is open`)
			continue
		case p.s[p.i] == '$':
			last = p.condition(b, nil, depth)
			continue
		}
		name := p.word()
		switch name {
		case "":
			p.i++
			p.r.conf.Break(p.place(from), "a directive is expected")
			for p.i < len(p.s) && p.s[p.i] != '\n' {
				p.i++
			}
		case "else":
			p.eat("if")
			last = p.condition(b, last, depth)
		case "include":
			v := p.value(b, 0)
			v.Place = p.place(from)
			p.r.include(v, b, depth)
		case "include_shell":
			p.value(b, 0)
			p.r.conf.Leave(p.place(from), "what a command prints is not in the files")
		default:
			p.assignment(b, name, from)
		}
	}
}

func (p *parser) condition(parent, previous *block, depth int) *block {
	from := p.i
	c := &block{parent: parent, previous: previous, set: map[string]*value{}}
	p.skip()
	if p.eat("$") {
		what := p.i
		if end := strings.IndexByte(p.s[p.i:], ']'); end > 0 && end < 100 {
			p.i += end + 1
		}
		c.what = strings.ReplaceAll(p.s[what:p.i], " ", "")
		p.skip()
		for _, op := range []string{"==", "!=", "=~", "!~", "=^", "=$"} {
			if p.eat(op) {
				c.op = op
				break
			}
		}
		c.with = p.value(parent, 0)
	}
	c.Place = p.place(from)
	if !p.eat("{") || depth >= maxDepth {
		p.r.conf.Leave(c.Place, "a condition without a block, or nested too deep")
		return c
	}
	p.r.blocks = append(p.r.blocks, c)
	p.statements(c, depth+1)
	return c
}

func (p *parser) assignment(b *block, name string, from int) {
	op := ""
	for _, o := range []string{"+=", ":=", "="} {
		if p.eat(o) {
			op = o
			break
		}
	}
	if op == "" {
		p.r.conf.Leave(p.place(from), "%q is neither set nor known", name)
		for p.i < len(p.s) && p.s[p.i] != '\n' {
			p.i++
		}
		return
	}
	v := p.value(b, 0)
	v.Place = p.place(from)
	if old := b.inherited(name); op == "+=" && old != nil {
		sum := *old
		sum.Place = v.Place
		sum.text += v.text
		sum.list = append(append([]entry{}, old.list...), v.list...)
		v = sum
	}
	b.set[name] = &v
}

// value reads a value and what is joined to it by +.
func (p *parser) value(b *block, depth int) value {
	v := p.single(b, depth)
	for depth <= maxDepth {
		at := p.i
		if p.skip(); p.i < len(p.s) && p.s[p.i] == '+' && !strings.HasPrefix(p.s[p.i:], "+=") {
			p.i++
			w := p.single(b, depth+1)
			v.text += w.text
			v.list = append(v.list, w.list...)
			v.open = v.open || w.open
			continue
		}
		p.i = at
		break
	}
	return v
}

func (p *parser) single(b *block, depth int) value {
	p.skip()
	from := p.i
	var v value
	switch {
	case p.i >= len(p.s) || depth > maxDepth:
	case p.s[p.i] == '"' || p.s[p.i] == '\'':
		v.text = p.quoted()
	case p.eat("("):
		v.many = true
		for !p.eat(")") {
			if p.skip(); p.i >= len(p.s) || strings.IndexByte("{}", p.s[p.i]) >= 0 {
				break
			}
			at := p.i
			e := entry{value: p.value(b, depth+1)}
			if p.eat("=>") {
				e.key = e.text
				e.value = p.value(b, depth+1)
			}
			e.Place = p.place(at)
			v.list = append(v.list, e)
			if !p.eat(",") && p.i == at {
				p.i++
			}
		}
	default:
		w := p.word()
		v.text = w
		if strings.HasPrefix(w, "var.") || strings.HasPrefix(w, "server.") {
			if known := b.inherited(w); known != nil {
				v = *known
			} else {
				v.open = true
			}
		} else if strings.HasPrefix(w, "env.") {
			v.open = true
		}
	}
	v.Place = p.place(from)
	return v
}

func (p *parser) quoted() string {
	q := p.s[p.i]
	var out strings.Builder
	for p.i++; p.i < len(p.s) && p.s[p.i] != q; p.i++ {
		if p.s[p.i] == '\\' && p.i+1 < len(p.s) && (p.s[p.i+1] == q || p.s[p.i+1] == '\\') && q == '"' {
			p.i++
		}
		out.WriteByte(p.s[p.i])
	}
	p.i = min(len(p.s), p.i+1)
	return out.String()
}

// include reads another file into b.
func (r *reader) include(v value, b *block, depth int) {
	name := v.text
	if !path.IsAbs(name) {
		name = path.Join(path.Dir(r.top), name)
	}
	names, err := conf.Glob(r.src, name)
	if err != nil || len(names) == 0 {
		if !conf.HasMeta(name) {
			r.conf.Leave(v.Place, "include %q matches no file", v.text)
		}
		return
	}
	for _, n := range names {
		if r.includes++; r.includes > maxIncludes || depth > maxDepth {
			r.conf.Leave(v.Place, "files include each other, or too many files")
			return
		}
		if err := r.parse(n, b, 0); err != nil {
			r.conf.Leave(v.Place, "include %q cannot be read: %v", n, err)
		}
	}
}
