package settings

import (
	"strconv"
	"strings"
)

// flow takes a flow collection ({...} or [...]) from v on, over as many lines as it has. JSON is of this kind, so the
// same reader serves JSON settings, with their comments.
func (y *yamlText) flow(v string) {
	f := flowText{y: y, s: v, n: y.i + 1}
	f.item(nil)
	y.i = f.n - 1
	if f.broken {
		y.say(f.n, "a bracket is not closed")
	}
}

type flowText struct {
	y      *yamlText
	s      string // the rest of the line at hand
	n      int    // its number
	broken bool
}

// skip passes blanks, line ends and comments; it reports whether anything is left.
func (f *flowText) skip() bool {
	for {
		f.s = strings.TrimLeft(f.s, " \t\ufeff")
		switch {
		case f.s == "" || f.s[0] == '#' || strings.HasPrefix(f.s, "//"):
			if f.n >= len(f.y.ls) {
				f.s = ""
				f.broken = true
				return false
			}
			f.s = f.y.ls[f.n]
			f.n++
		case strings.HasPrefix(f.s, "/*"):
			for !strings.Contains(f.s, "*/") {
				if f.n >= len(f.y.ls) {
					f.s, f.broken = "", true
					return false
				}
				f.s = f.y.ls[f.n]
				f.n++
			}
			_, f.s, _ = strings.Cut(f.s, "*/")
		default:
			return true
		}
	}
}

// item reads one value under path. Nesting is bounded by maxDepth: deeper brackets are passed without recursion.
func (f *flowText) item(path []string) {
	if !f.skip() {
		return
	}
	switch c := f.s[0]; {
	case (c == '{' || c == '[') && len(path)+len(f.y.stack) >= maxDepth:
		f.y.deep = true
		f.pass()
	case c == '{' && !strings.HasPrefix(f.s, "{{"):
		f.s = f.s[1:]
		f.members(path, '}')
	case c == '[':
		f.s = f.s[1:]
		f.members(path, ']')
	default:
		n := f.n
		v, mark := f.scalar(false)
		if mark == '*' {
			f.y.aliases++
			v = ""
		}
		f.y.emit(n, v, mark, path...)
	}
}

func (f *flowText) members(path []string, end byte) {
	for k := 0; len(f.y.out) < maxSettings; k++ {
		if !f.skip() {
			return
		}
		switch c := f.s[0]; {
		case c == end:
			f.s = f.s[1:]
			if k == 0 {
				f.y.emit(f.n, map[byte]string{'}': "{}", ']': "[]"}[end], 0, path...)
			}
			return
		case c == ',':
			f.s = f.s[1:]
			k--
			continue
		case c == '}' || c == ']':
			f.broken = true
			return
		}
		key := "[" + strconv.Itoa(k) + "]"
		if end == '}' {
			if f.s[0] == '{' || f.s[0] == '[' {
				f.broken = true
				return
			}
			key, _ = f.scalar(true)
			if !f.skip() {
				return
			}
			if f.s[0] != ':' {
				f.y.emit(f.n, "", 0, append(path[:len(path):len(path)], key)...)
				continue
			}
			f.s = f.s[1:]
		}
		before, left := f.n, len(f.s)
		f.item(append(path[:len(path):len(path)], key))
		if f.broken || f.n == before && len(f.s) == left && (f.s == "" || f.s[0] != ',' && f.s[0] != end) {
			return
		}
	}
	f.broken = true
}

// scalar takes a quoted or plain scalar; a key ends at its colon.
func (f *flowText) scalar(key bool) (string, byte) {
	if c := f.s[0]; c == '"' || c == '\'' {
		if s, rest, ok := quotedScalar(f.s); ok {
			f.s = rest
			return s, c
		}
		s := f.s[1:]
		f.s, f.broken = "", true
		return s, c
	}
	if strings.HasPrefix(f.s, "{{") {
		if i := strings.Index(f.s, "}}"); i > 0 {
			s := f.s[:i+2]
			f.s = f.s[i+2:]
			return s, 0
		}
	}
	stop := ",]}"
	if key {
		stop = ",]}:"
	}
	i := strings.IndexAny(f.s, stop)
	for !key && i >= 0 && f.s[i] == ':' {
		i++
	}
	if i < 0 {
		i = len(f.s)
	}
	s := f.s[:i]
	f.s = f.s[i:]
	if j := strings.Index(s, " #"); j >= 0 {
		s = s[:j]
	}
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "*") {
		return s, '*'
	}
	return s, 0
}

// pass skips a bracket and all that it holds, by counting.
func (f *flowText) pass() {
	depth := 0
	for {
		for i := 0; i < len(f.s); i++ {
			switch f.s[i] {
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					f.s = f.s[i+1:]
					return
				}
			}
		}
		if f.n >= len(f.y.ls) {
			f.s, f.broken = "", true
			return
		}
		f.s = f.y.ls[f.n]
		f.n++
	}
}
