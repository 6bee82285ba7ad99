package value

import (
	"encoding/json"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// object is the text of an object in JSON, as Python prints a dict or as JavaScript writes a literal. Member values are
// kept as JSON.
type object struct {
	members []member
	at      int // byte where it begins
}

type member struct {
	name  string
	value string // JSON
	lost  bool   // dots or asterisks stand in the place of (a part of) the value
}

const maxNesting = 32

// json writes the object.
func (o object) json() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o.members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(m.name) + ":" + m.value)
	}
	b.WriteByte('}')
	return b.String()
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// objectsIn reads the objects that text holds one behind the other, and gives what stands around them. Lines "name: value"
// without braces count as one object.
func objectsIn(text string) (objects []object, rest string) {
	var around strings.Builder
	for i := 0; i < len(text) && len(objects) < maxFound; {
		n := strings.IndexByte(text[i:], '{')
		if n < 0 {
			around.WriteString(text[i:])
			break
		}
		around.WriteString(text[i : i+n])
		p := literal{s: text, i: i + n}
		o, ok := p.object(0)
		if !ok && len(o.members) == 0 {
			around.WriteByte('{')
			i += n + 1
			if around.Len() > 4096 {
				break
			}
			continue
		}
		o.at = i + n
		objects = append(objects, o)
		i = p.i
	}
	if len(objects) == 0 {
		if o, ok := bareMembers(text); ok {
			return []object{o}, ""
		}
	}
	return objects, around.String()
}

var bareMember = lazyregexp.New(`^["']?([A-Za-z_][A-Za-z0-9_:./-]{1,80})["']?\s*[:=]\s*(.+?),?$`)

// bareMembers reads claims of which the braces were not copied.
func bareMembers(text string) (object, bool) {
	var o object
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "//") || l == "}" || l == "..." {
			continue
		}
		m := bareMember.FindStringSubmatch(l)
		if m == nil || len(o.members) > maxFields {
			return o, false
		}
		name := strings.TrimPrefix(strings.TrimPrefix(m[1], "jwt."), "claims.")
		p := literal{s: m[2]}
		v, lost, ok := p.value(0)
		if !ok || strings.TrimSpace(p.s[p.i:]) != "" && m[2][0] != '"' {
			v, lost = quote(m[2]), masked(m[2])
		}
		o.members = append(o.members, member{name, v, lost})
	}
	if len(o.members) == 0 {
		return o, false
	}
	for _, m := range o.members {
		if !registered[m.name] && !likelyClaim[m.name] {
			return o, false
		}
	}
	return o, o.has("iss") || o.has("aud") || o.has("exp")
}

// literal reads the three notations.
type literal struct {
	s string
	i int
}

// skip passes blanks, comments and dots that stand for left-out members.
func (p *literal) skip() {
	for p.i < len(p.s) {
		switch rest := p.s[p.i:]; {
		case rest[0] <= ' ' || rest[0] == ',':
			p.i++
		case strings.HasPrefix(rest, "//"), rest[0] == '#':
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			p.i += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest, "*/")
			if n < 0 {
				p.i = len(p.s)
				return
			}
			p.i += n + 2
		case strings.HasPrefix(rest, "..."):
			p.i += 3
		case strings.HasPrefix(rest, "…"):
			p.i += len("…")
		default:
			return
		}
	}
}

// object reads { name: value, ... }; ok is false when its end is missing. What was read is given anyway.
func (p *literal) object(depth int) (o object, ok bool) {
	p.i++
	for len(o.members) < maxFields {
		p.skip()
		if p.i >= len(p.s) {
			return o, false
		}
		if p.s[p.i] == '}' {
			p.i++
			return o, true
		}
		name, good := p.name()
		if !good {
			return o, false
		}
		for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\n') {
			p.i++
		}
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			return o, false
		}
		p.i++
		v, lost, good := p.value(depth + 1)
		if !good {
			return o, false
		}
		o.members = append(o.members, member{name, v, lost})
	}
	return o, false
}

func (p *literal) name() (string, bool) {
	if c := p.s[p.i]; c == '"' || c == '\'' {
		return p.text()
	}
	if strings.HasPrefix(p.s[p.i:], `u'`) || strings.HasPrefix(p.s[p.i:], `b'`) {
		p.i++
		return p.text()
	}
	from := p.i
	for p.i < len(p.s) && (letter(p.s[p.i]) || p.s[p.i] == '-') {
		p.i++
	}
	return p.s[from:p.i], p.i > from && p.i-from < 200
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}

// text reads a string in either quotation mark.
func (p *literal) text() (string, bool) {
	mark := p.s[p.i]
	var b strings.Builder
	for p.i++; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; c {
		case '\\':
			if p.i+1 < len(p.s) {
				p.i++
				b.WriteString(unescape(p))
			}
		case mark:
			p.i++
			return b.String(), true
		case '\n':
			return b.String(), false
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), false
}

func unescape(p *literal) string {
	switch c := p.s[p.i]; c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case 'u':
		if p.i+4 < len(p.s) {
			var s string
			if json.Unmarshal([]byte(`"\u`+p.s[p.i+1:p.i+5]+`"`), &s) == nil {
				p.i += 4
				return s
			}
		}
		return "u"
	default:
		return string(c)
	}
}
