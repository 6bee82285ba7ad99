package nginx

import "strings"

// target is a request target, taken apart as ngx_http_parse_request_line and ngx_http_parse_complex_uri do.
type target struct {
	raw    string // $request_uri: as it came, without scheme and host
	uri    string // decoded, with . and .. and (unless they are kept) double slashes resolved
	args   string
	host   string // of the absolute form
	scheme string
	quoted bool // a % stood in it
	plus   bool // a + stood in the path
	empty  bool // the absolute form without a path
	broken bool // not even the request line could be read
}

// readTarget reads a request target; ok is false for what nginx answers with 400.
func readTarget(s string, mergeSlashes bool) (t target, ok bool) {
	t.raw = s
	if !strings.HasPrefix(s, "/") {
		if t, ok = absolute(s); !ok {
			t.broken = true
			return t, false
		}
	}
	for i := 0; i < len(t.raw); i++ {
		if c := t.raw[i]; c <= ' ' || c == 0x7f {
			t.broken = true
			return t, false
		}
	}
	d := decoder{in: t.raw, merge: mergeSlashes}
	if t.empty {
		d.out = append(d.out, '/')
	}
	if !d.run() {
		return t, false
	}
	t.uri, t.args, t.quoted, t.plus = string(d.out), d.args, d.quoted, d.plus
	return t, true
}

// absolute reads scheme://host[:port]/path.
func absolute(s string) (t target, ok bool) {
	i := strings.Index(s, "://")
	if i < 1 || strings.Trim(s[:i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.") != "" || !letter(s[0]) {
		return t, false
	}
	t.scheme = s[:i]
	rest := s[i+3:]
	end := 0
	if strings.HasPrefix(rest, "[") {
		for end < len(rest) && rest[end] != ']' {
			end++
		}
		end = min(end+1, len(rest))
	} else {
		for end < len(rest) && (letter(rest[end]) || rest[end] >= '0' && rest[end] <= '9' || rest[end] == '.' || rest[end] == '-') {
			end++
		}
	}
	t.host, rest = rest[:end], rest[end:]
	if strings.HasPrefix(rest, ":") {
		rest = strings.TrimLeft(rest[1:], "0123456789")
	}
	switch {
	case rest == "":
		t.raw = "/"
	case rest[0] == '/':
		t.raw = rest
	case rest[0] == '?':
		t.raw, t.empty = rest, true
	default:
		return t, false
	}
	return t, true
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

type decodeState int

const (
	inName decodeState = iota
	afterSlash
	afterDot
	afterDots
)

// decoder resolves a path. A decoded / or . counts like a written one; a decoded ? # or % does not.
type decoder struct {
	in           string
	merge        bool
	out          []byte
	args         string
	quoted, plus bool
	state        decodeState
}

func (d *decoder) run() bool {
	for i := 0; i < len(d.in); i++ {
		c, literal := d.in[i], false
		switch c {
		case '?', '#':
			if !d.close() {
				return false
			}
			if c == '?' {
				d.args, _, _ = strings.Cut(d.in[i+1:], "#")
			}
			return true
		case '%':
			d.quoted = true
			if i+2 >= len(d.in) {
				return false
			}
			hi, ok1 := hex(d.in[i+1])
			lo, ok2 := hex(d.in[i+2])
			if c = hi<<4 | lo; !ok1 || !ok2 || c == 0 {
				return false
			}
			literal = c == '%' || c == '#' || c == '?'
			i += 2
		}
		if literal {
			d.out, d.state = append(d.out, c), inName
			continue
		}
		if c == '+' {
			d.plus = true
		}
		if !d.step(c) {
			return false
		}
	}
	return d.close()
}

func (d *decoder) step(c byte) bool {
	switch {
	case c == '/' && d.state == afterSlash:
		if !d.merge {
			d.out = append(d.out, c)
		}
	case c == '/' && d.state == afterDot:
		d.out, d.state = d.out[:len(d.out)-1], afterSlash
	case c == '/' && d.state == afterDots:
		d.state = afterSlash
		return d.up()
	case c == '/':
		d.out, d.state = append(d.out, c), afterSlash
	case c == '.' && d.state == afterSlash:
		d.out, d.state = append(d.out, c), afterDot
	case c == '.' && d.state == afterDot:
		d.out, d.state = append(d.out, c), afterDots
	default:
		d.out, d.state = append(d.out, c), inName
	}
	return true
}

// close takes a last . or .. away.
func (d *decoder) close() bool {
	switch d.state {
	case afterDot:
		d.out = d.out[:len(d.out)-1]
	case afterDots:
		return d.up()
	}
	return true
}

// up takes "name/.." away; false when that leads above the root.
func (d *decoder) up() bool {
	for i := len(d.out) - 4; i >= 0; i-- {
		if d.out[i] == '/' {
			d.out = d.out[:i+1]
			return true
		}
	}
	return false
}

func hex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// Bytes that ngx_escape_uri escapes beside control characters, blanks and those above 0x7e.
const (
	escapeURI  = "\"#%<>?\\^`{|}"
	escapeArgs = escapeURI + "&+;"
)

func escape(s, also string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(also, c) >= 0 {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unescapeRedirect is ngx_unescape_uri for redirects: what may stand in a URL unescaped is unescaped, up to the first ?.
func unescapeRedirect(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '?':
			return b.String() + s[i:]
		case c != '%':
			b.WriteByte(c)
			continue
		case i+1 >= len(s):
			return b.String()
		}
		hi, ok := hex(s[i+1])
		if !ok { // the % is lost
			b.WriteByte(s[i+1])
			i++
			continue
		}
		if i+2 >= len(s) {
			return b.String()
		}
		lo, ok := hex(s[i+2])
		i += 2
		if !ok { // all three are lost
			continue
		}
		switch c = hi<<4 | lo; {
		case c == '?' && s[i]|0x20 >= 'a':
			return b.String() + "?" + s[i+1:]
		case c > '%' && c < 0x7f:
			b.WriteByte(c)
		default:
			b.WriteString(s[i-2 : i+1])
		}
	}
	return b.String()
}

// splitArgs cuts uri?args.
func splitArgs(s string) (uri, args string) {
	uri, args, _ = strings.Cut(s, "?")
	return uri, args
}
