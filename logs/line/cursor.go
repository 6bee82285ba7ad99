package line

import "bytes"

// cursor walks through a line. A step that does not find what it wants makes it bad, and all further steps empty, so that
// a reader asks once at the end.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) fail() []byte {
	c.b, c.bad = nil, true
	return nil
}

// lit steps over a fixed text.
func (c *cursor) lit(s string) {
	if len(c.b) < len(s) || string(c.b[:len(s)]) != s {
		c.fail()
		return
	}
	c.b = c.b[len(s):]
}

// has steps over a fixed text that may be there.
func (c *cursor) has(s string) bool {
	if len(c.b) < len(s) || string(c.b[:len(s)]) != s {
		return false
	}
	c.b = c.b[len(s):]
	return true
}

// to gives what stands before a byte, and steps over both.
func (c *cursor) to(sep byte) []byte {
	i := bytes.IndexByte(c.b, sep)
	if i < 0 {
		return c.fail()
	}
	v := c.b[:i]
	c.b = c.b[i+1:]
	return v
}

// word gives what stands before the next blank, or the rest.
func (c *cursor) word() []byte {
	i := bytes.IndexByte(c.b, ' ')
	if i < 0 {
		v := c.b
		c.b = nil
		if len(v) == 0 {
			c.bad = true
		}
		return v
	}
	v := c.b[:i]
	c.b = c.b[i+1:]
	return v
}

// quoted gives what stands between quotes, and steps over a blank behind them.
func (c *cursor) quoted() []byte {
	if len(c.b) == 0 || c.b[0] != '"' {
		return c.fail()
	}
	for at := 1; ; at++ {
		i := bytes.IndexByte(c.b[at:], '"')
		if i < 0 {
			return c.fail()
		}
		if at += i; escaped(c.b, at) {
			continue
		}
		v := c.b[1:at]
		c.b = c.b[at+1:]
		if len(c.b) > 0 && c.b[0] == ' ' {
			c.b = c.b[1:]
		}
		return v
	}
}

// field gives a quoted text or a word.
func (c *cursor) field() []byte {
	if len(c.b) > 0 && c.b[0] == '"' {
		return c.quoted()
	}
	return c.word()
}

// boxed gives what stands between brackets, and steps over a blank behind them.
func (c *cursor) boxed() []byte {
	if len(c.b) == 0 || c.b[0] != '[' {
		return c.fail()
	}
	c.b = c.b[1:]
	v := c.to(']')
	if len(c.b) > 0 && c.b[0] == ' ' {
		c.b = c.b[1:]
	}
	return v
}

// known is b, or nil for the "-" or nothing that stands for nothing.
func known(b []byte) []byte {
	if len(b) == 0 || absent(b) {
		return nil
	}
	return b
}

// host is an address without its port: 10.0.0.1:80, [2001:db8::1]:80, 2001:db8::1, unix:.
func host(b []byte) []byte {
	if len(b) > 0 && b[0] == '[' {
		if i := bytes.IndexByte(b, ']'); i > 0 {
			return b[1:i]
		}
	}
	if i := bytes.IndexByte(b, ':'); i > 0 && bytes.IndexByte(b[i+1:], ':') < 0 {
		return b[:i]
	}
	return known(b)
}

// between is what stands in b behind the text from and before the byte to; nil when either is missing.
func between(b []byte, from string, to byte) []byte {
	i := bytes.Index(b, []byte(from))
	if i < 0 {
		return nil
	}
	b = b[i+len(from):]
	if i = bytes.IndexByte(b, to); i < 0 {
		return nil
	}
	return b[:i]
}

// scanned is a Format whose reader is a Go function.
type scanned struct {
	name string
	read func(t *times, b []byte, l *Line) bool
	kind Kind
}

func (s *scanned) Name() string { return s.name }

func (s *scanned) Parser(c Clock) Parser { return &scannedParser{s, newTimes(c)} }

type scannedParser struct {
	*scanned
	times times
}

func (p *scannedParser) Parse(b []byte, l *Line) bool {
	l.reset(p.kind)
	return p.read(&p.times, b, l)
}

// spanning is a scanned Format whose records may take several lines.
type spanning struct {
	scanned
	begins func(b []byte) bool
}

func (s *spanning) Begins(b []byte) bool { return s.begins(b) }
