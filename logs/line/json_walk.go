package line

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonWalk reads one record key by key.
type jsonWalk struct {
	p        *jsonParser
	l        *Line
	b        []byte
	at, from int // from: where the bytes begin that lie before the next value
	steps    []jsonStep
	needed   bool
}

func (w *jsonWalk) space() {
	for w.at < len(w.b) && (w.b[w.at] == ' ' || w.b[w.at] == '\t') {
		w.at++
	}
}

// object reads an object whose brace is at w.at.
func (w *jsonWalk) object(depth int) bool {
	if depth > deepest {
		return false
	}
	w.at++
	if w.space(); w.at < len(w.b) && w.b[w.at] == '}' {
		w.at++
		return true
	}
	for {
		w.space()
		if w.at >= len(w.b) || w.b[w.at] != '"' {
			return false
		}
		n := stringEnd(w.b[w.at+1:])
		if n < 0 {
			return false
		}
		key := w.b[w.at+1 : w.at+1+n]
		w.at += n + 2
		w.space()
		if w.at >= len(w.b) || w.b[w.at] != ':' {
			return false
		}
		w.at++
		w.space()
		back := len(w.p.path)
		if back > 0 {
			w.p.path = append(w.p.path, '.')
		}
		w.p.path = append(w.p.path, key...)
		if !w.value(depth) {
			return false
		}
		w.p.path = w.p.path[:back]
		w.space()
		if w.at >= len(w.b) {
			return false
		}
		w.at++
		switch w.b[w.at-1] {
		case '}':
			return true
		case ',':
		default:
			return false
		}
	}
}

// value reads one value and gives it to whom it belongs.
func (w *jsonWalk) value(depth int) bool {
	if w.at >= len(w.b) {
		return false
	}
	path := string(w.p.path)
	set, maps := w.p.keys[path], w.p.maps[path]
	for _, n := range w.p.need {
		w.needed = w.needed || n == path
	}
	k := jsonNumber
	switch w.b[w.at] {
	case '{':
		if n := -1; maps != nil {
			if n = w.p.header(w.b[w.at:], w.l, maps); n >= 0 {
				w.steps = append(w.steps, jsonStep{lit: string(w.b[w.from:w.at]), kind: jsonNested, maps: maps})
				w.at += n
				w.from = w.at
				return true
			}
		}
		if set == nil && w.p.inside(path) {
			return w.object(depth + 1)
		}
		k = jsonNested
	case '[':
		k = jsonNested
	case '"':
		k = jsonString
		w.at++
	}
	n := valueEnd(w.b[w.at:], k)
	if n < 0 {
		return false
	}
	w.steps = append(w.steps, jsonStep{lit: string(w.b[w.from:w.at]), kind: k, set: set})
	if set != nil && !set(w.p, w.l, w.p.undo(w.b[w.at:w.at+n], k), k) {
		return false
	}
	w.at += n
	if w.from = w.at; k == jsonString {
		w.at++
	}
	return true
}

// inside reports that a key is asked for that lies in the object at path.
func (p *jsonParser) inside(path string) bool {
	for name := range p.keys {
		if strings.HasPrefix(name, path) && len(name) > len(path) && name[len(path)] == '.' {
			return true
		}
	}
	return false
}

// appendUnescaped appends a JSON string's contents with its escapes undone (RFC 8259, section 7). What is no escape stays.
func appendUnescaped(to, s []byte) []byte {
	for len(s) > 0 {
		i := bytes.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			return append(to, s...)
		}
		to = append(to, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'b':
			to = append(to, '\b')
		case 'f':
			to = append(to, '\f')
		case 'n':
			to = append(to, '\n')
		case 'r':
			to = append(to, '\r')
		case 't':
			to = append(to, '\t')
		case 'u':
			r, ok := hex4(s)
			if !ok {
				to = append(to, '\\', 'u')
				continue
			}
			s = s[4:]
			if utf16.IsSurrogate(r) && len(s) >= 6 && s[0] == '\\' && s[1] == 'u' {
				if low, ok := hex4(s[2:]); ok {
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						r, s = both, s[6:]
					}
				}
			}
			to = utf8.AppendRune(to, r)
		case '"', '\\', '/':
			to = append(to, c)
		default: // nginx without escape=json writes \x22
			to = append(to, '\\', c)
		}
	}
	return to
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range s[:4] {
		d := unhex(c)
		if d > 15 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}
