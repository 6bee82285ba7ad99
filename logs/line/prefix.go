package line

import (
	"bytes"
	"time"
)

// A prefix is what a collector puts around the lines of a program: the header of syslog, a container runtime's time and
// stream, the name of a compose service.
type prefix struct {
	name string
	// cut takes it off; inner is what the program wrote. The parser's buffer is there for what must be unescaped. ok
	// is false when b has none. What the prefix knows goes into l, for what the inner line does not say itself.
	cut func(p *prefixedParser, b []byte, l *Line) (inner []byte, ok bool)
	// weak is a prefix that is one only where a format of its own stands behind it.
	weak bool
}

var prefixes = []*prefix{dockerJSON, cri, journalJSON, syslog5424, syslogISO, syslog3164, compose, timestamp}

// dockerJSON is the json-file driver's: {"log":"...\n","stream":"stdout","time":"2024-05-06T10:00:00.123456789Z"}
var dockerJSON = &prefix{name: "docker", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	rest, ok := bytes.CutPrefix(b, []byte(`{"log":"`))
	if !ok {
		return nil, false
	}
	n := stringEnd(rest)
	if n < 0 || !bytes.HasPrefix(rest[n:], []byte(`","stream":"`)) {
		return nil, false
	}
	if at := between(rest[n:], `"time":"`, '"'); at != nil && !p.times.iso(l, at) {
		return nil, false
	}
	inner := rest[:n]
	if bytes.IndexByte(inner, '\\') >= 0 {
		p.buf = appendUnescaped(p.buf[:0], inner)
		inner = p.buf
	}
	return bytes.TrimRight(inner, "\r\n"), true
}}

// cri is what Kubernetes' runtimes write to /var/log/containers: time stdout F line. A partial line (P) is read as it is.
var cri = &prefix{name: "kubernetes", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	i := bytes.IndexByte(b, ' ')
	if i < 20 || i > 40 || !p.times.iso(l, b[:i]) {
		return nil, false
	}
	b = b[i+1:]
	if len(b) < 9 || string(b[:3]) != "std" || b[6] != ' ' || b[7] != 'F' && b[7] != 'P' || b[8] != ' ' {
		return nil, false
	}
	return b[9:], true
}}

// journalJSON is journalctl -o json.
var journalJSON = &prefix{name: "journal", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	if len(b) < 2 || b[0] != '{' || !bytes.Contains(b, []byte(`"__REALTIME_TIMESTAMP"`)) {
		return nil, false
	}
	at := between(b, `"__REALTIME_TIMESTAMP":"`, '"')
	if at == nil {
		at = between(b, `"__REALTIME_TIMESTAMP" : "`, '"')
	}
	if !unixAny(l, at) {
		return nil, false
	}
	for _, mark := range []string{`"MESSAGE":"`, `"MESSAGE" : "`} {
		if i := bytes.Index(b, []byte(mark)); i >= 0 {
			rest := b[i+len(mark):]
			if n := stringEnd(rest); n >= 0 {
				p.buf = appendUnescaped(p.buf[:0], rest[:n])
				return p.buf, true
			}
		}
	}
	return nil, false
}}

// syslog5424 is RFC 5424's: <34>1 2003-10-11T22:14:15.003Z host program pid id - message
var syslog5424 = &prefix{name: "syslog-5424", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	b, ok := priority(b)
	if !ok || len(b) < 2 || b[0] != '1' || b[1] != ' ' {
		return nil, false
	}
	c := cursor{b: b[2:]}
	if at := c.word(); !p.times.iso(l, at) && !absent(at) {
		return nil, false
	}
	for range 4 {
		c.word()
	}
	if len(c.b) > 0 && c.b[0] == '[' { // structured data; a "]" in its values has a backslash
		for len(c.b) > 0 && c.b[0] == '[' {
			at := 0
			for {
				i := bytes.IndexByte(c.b[at:], ']')
				if i < 0 {
					return nil, false
				}
				if at += i; !escaped(c.b, at) {
					break
				}
				at++
			}
			c.b = c.b[at+1:]
		}
		c.has(" ")
	} else {
		c.lit("-")
		c.has(" ")
	}
	return bytes.TrimPrefix(c.b, []byte("\ufeff")), !c.bad
}}

// priority takes RFC 3164's and 5424's <190> off.
func priority(b []byte) ([]byte, bool) {
	if len(b) < 3 || b[0] != '<' {
		return b, false
	}
	i := bytes.IndexByte(b[:min(5, len(b))], '>')
	if i < 2 || !digits(b[1:i]) {
		return b, false
	}
	return b[i+1:], true
}

// syslog3164 is what syslog daemons write to files, and journalctl: Sep 15 16:13:46 host nginx[2869]: line
var syslog3164 = &prefix{name: "syslog", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	b, _ = priority(b)
	if len(b) < 20 || b[15] != ' ' || !p.times.syslog(l, b[:15]) {
		return nil, false
	}
	return program(b[16:], l)
}}

// syslogISO is the same with a full time, as rsyslog and journalctl -o short-iso write it.
var syslogISO = &prefix{name: "syslog-iso", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	b, _ = priority(b)
	i := bytes.IndexByte(b, ' ')
	if i < 20 || i > 35 || b[10] != 'T' || !p.times.iso(l, b[:i]) || l.Wall != Zoned {
		return nil, false
	}
	return program(b[i+1:], l)
}}

// program reads "host program[pid]: " and, from a socket, "program[pid]: ".
func program(b []byte, l *Line) ([]byte, bool) {
	i := bytes.Index(b[:min(len(b), 200)], []byte(": "))
	if i <= 0 || bytes.Count(b[:i], []byte{' '}) > 1 || bytes.ContainsAny(b[:i], `"{`) {
		return nil, false
	}
	tag := b[bytes.LastIndexByte(b[:i], ' ')+1 : i]
	if j := bytes.IndexByte(tag, '['); j > 0 {
		tag = tag[:j]
	}
	l.Site = tag
	return b[i+2:], true
}

// timestamp is a time and nothing else: HAProxy's "format iso", kubectl logs --timestamps, docker logs -t.
var timestamp = &prefix{name: "time", weak: true, cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	i := bytes.IndexByte(b, ' ')
	if i < 20 || i > 35 || b[10] != 'T' || !p.times.iso(l, b[:i]) || l.Wall != Zoned {
		return nil, false
	}
	return b[i+1:], true
}}

// compose is docker compose logs: "web-1  | line".
var compose = &prefix{name: "compose", cut: func(p *prefixedParser, b []byte, l *Line) ([]byte, bool) {
	i := bytes.Index(b[:min(len(b), 80)], []byte(" | "))
	if i <= 0 {
		return nil, false
	}
	name := bytes.TrimRight(b[:i], " ")
	if !key(name) {
		return nil, false
	}
	l.Site = name
	return b[i+3:], true
}}

// prefixed is a Format with a prefix in front of it.
type prefixed struct {
	prefix *prefix
	inner  Format
}

func (f *prefixed) Name() string { return f.prefix.name + ": " + f.inner.Name() }

func (f *prefixed) Parser(c Clock) Parser {
	return &prefixedParser{prefixed: f, times: newTimes(c), inner: f.inner.Parser(c)}
}

type prefixedParser struct {
	*prefixed
	times times
	inner Parser
	outer Line
	buf   []byte
}

func (p *prefixedParser) Parse(b []byte, l *Line) bool {
	p.outer = Line{}
	b, ok := p.prefix.cut(p, b, &p.outer)
	if !ok {
		return false
	}
	l.Time, l.Site = time.Time{}, nil
	if !p.inner.Parse(b, l) {
		return false
	}
	if l.Time.IsZero() {
		l.Time, l.Wall = p.outer.Time, p.outer.Wall
	}
	if l.Site == nil {
		l.Site = p.outer.Site
	}
	return true
}
