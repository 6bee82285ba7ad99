package line

import "bytes"

// jsonFormat is a way of writing records as JSON objects, one on a line.
type jsonFormat struct {
	name string
	kind Kind
	keys map[string]jsonSetter // by the dotted path of the key
	maps map[string]jsonHeader // objects of header fields, by the dotted path of their key
	need []string              // one of these keys is in every record of it
	done func(l *Line) bool    // looks at the whole record in the end; nil: nothing to look at
}

// jsonSetter takes a value: of a string what is between its quotes, its escapes undone; of a number, true, false and null
// their letters; of an object or an array all of it.
type jsonSetter func(p *jsonParser, l *Line, v []byte, k jsonKind) bool

// jsonHeader takes one field of a header, whose value is the first of an array.
type jsonHeader func(p *jsonParser, l *Line, name, v []byte)

type jsonKind uint8

const (
	jsonString jsonKind = iota
	jsonNumber          // and true, false, null
	jsonNested          // an object or array that is not gone into
)

func (f *jsonFormat) Name() string { return f.name }

func (f *jsonFormat) Parser(c Clock) Parser { return &jsonParser{jsonFormat: f, times: newTimes(c)} }

// jsonParser learns how the records of a file are laid out. A program writes its keys in one order, so nearly all bytes that
// are no values are the same from line to line: a shape is those bytes. A line is held against the shapes of lines before
// it, and each byte of the shape is compared; a line that differs is read key by key, and is the next shape.
type jsonParser struct {
	*jsonFormat
	times   times
	shapes  []*shape
	scratch []byte
	path    []byte
	plain   bool // the line has no backslash, so no string in it has an escape
}

// shape is what stands before each value.
type shape struct {
	steps []jsonStep
	end   string // behind the last value
}

type jsonStep struct {
	lit  string
	kind jsonKind
	set  jsonSetter // nil: a value that nobody asks for
	maps jsonHeader // of an object of header fields
}

// mostShapes bounds what is learnt; programs have a handful.
const mostShapes = 8

// deepest is how far objects inside of objects are gone into.
const deepest = 6

func (p *jsonParser) Parse(b []byte, l *Line) bool {
	b = bytes.TrimRight(b, " \t\r")
	if len(b) < 2 || b[0] != '{' || b[len(b)-1] != '}' {
		return false
	}
	p.plain = bytes.IndexByte(b, '\\') < 0
	for i, s := range p.shapes {
		l.reset(p.kind)
		p.scratch = p.scratch[:0]
		if p.match(s, b, l) {
			if i > 0 { // the shape that fitted is asked first next time
				copy(p.shapes[1:i+1], p.shapes[:i])
				p.shapes[0] = s
			}
			return true
		}
	}
	return p.learn(b, l)
}

func (p *jsonParser) match(s *shape, b []byte, l *Line) bool {
	for i := range s.steps {
		st := &s.steps[i]
		if len(b) <= len(st.lit) || string(b[:len(st.lit)]) != st.lit {
			return false
		}
		b = b[len(st.lit):]
		n := 0
		switch {
		case st.maps != nil:
			n = p.header(b, l, st.maps)
		case p.plain && st.kind == jsonString:
			n = bytes.IndexByte(b, '"')
		default:
			n = valueEnd(b, st.kind)
		}
		if n < 0 {
			return false
		}
		if st.set != nil && !st.set(p, l, p.undo(b[:n], st.kind), st.kind) {
			return false
		}
		b = b[n:]
	}
	return string(b) == s.end && (p.done == nil || p.done(l))
}

// valueEnd is where the value ends that b begins with; a string's opening quote is behind us.
func valueEnd(b []byte, k jsonKind) int {
	switch k {
	case jsonString:
		return stringEnd(b)
	case jsonNested:
		return nestedEnd(b)
	}
	for i, c := range b {
		switch c {
		case ',', '}', ']', ' ', '\t':
			if i == 0 {
				return -1
			}
			return i
		case '"', '{', '[', ':':
			return -1
		}
	}
	return -1
}

// stringEnd is the place of the quote that closes a string, -1 without one.
func stringEnd(b []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 {
			return -1
		}
		if at += i; at == 0 || b[at-1] != '\\' || !escaped(b, at) {
			return at
		}
	}
}

// nestedEnd is behind the bracket that closes the object or array that b begins with.
func nestedEnd(b []byte) int {
	if len(b) == 0 || b[0] != '{' && b[0] != '[' {
		return -1
	}
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				return -1
			}
			i += n + 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// header reads {"Name":["value",...],...} and gives where it ends, -1 when it is none.
func (p *jsonParser) header(b []byte, l *Line, to jsonHeader) int {
	if len(b) < 2 || b[0] != '{' {
		return -1
	}
	if b[1] == '}' {
		return 2
	}
	for at := 1; ; at++ {
		if at >= len(b) || b[at] != '"' {
			return -1
		}
		n := bytes.IndexByte(b[at+1:], '"')
		if n < 0 {
			return -1
		}
		name := b[at+1 : at+1+n]
		at += n + 2
		if len(b) < at+4 || b[at] != ':' || b[at+1] != '[' {
			return -1
		}
		if b[at+2] != '"' { // an empty array
			n = nestedEnd(b[at+1:])
		} else {
			v := stringEnd(b[at+3:])
			if v < 0 {
				return -1
			}
			to(p, l, name, b[at+3:at+3+v])
			if n = v + 4; at+n >= len(b) || b[at+n] != ']' { // there are more values
				n = nestedEnd(b[at+1:])
			}
		}
		if n < 0 {
			return -1
		}
		if at += n + 1; at >= len(b) {
			return -1
		}
		switch b[at] {
		case '}':
			return at + 1
		case ',':
		default:
			return -1
		}
	}
}

// undo takes the escapes out of a string.
func (p *jsonParser) undo(v []byte, k jsonKind) []byte {
	if k != jsonString || p.plain || bytes.IndexByte(v, '\\') < 0 {
		return v
	}
	at := len(p.scratch)
	p.scratch = appendUnescaped(p.scratch, v)
	return p.scratch[at:]
}

// learn reads a record key by key and remembers its shape.
func (p *jsonParser) learn(b []byte, l *Line) bool {
	l.reset(p.kind)
	p.scratch, p.path = p.scratch[:0], p.path[:0]
	w := jsonWalk{p: p, l: l, b: b}
	if !w.object(0) || len(bytes.TrimSpace(b[w.at:])) > 0 || !w.needed || p.done != nil && !p.done(l) {
		return false
	}
	s := &shape{steps: w.steps, end: string(b[w.from:])}
	if len(p.shapes) < mostShapes {
		p.shapes = append(p.shapes, nil)
	}
	copy(p.shapes[1:], p.shapes)
	p.shapes[0] = s
	return true
}
