package line

import "bytes"

// apacheError is Apache's error log as ErrorLogFormat makes it by default, of 2.4 and of 2.2:
//
//	[Thu Oct 13 12:24:49.880562 2022] [auth_basic:error] [pid 10:tid 140120] [client 31.33.58.75:50229] AH01618: user sss not found: /
//	[Wed Apr 16 16:09:40 2025] [error] [client 192.0.2.1] user sss not found: /
var apacheError = &scanned{name: "apache-error", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if len(b) < 28 || !t.asctime(l, c.boxed()) {
		return false
	}
	module := c.boxed()
	if c.bad || len(module) == 0 {
		return false
	}
	l.Level = module
	if i := bytes.LastIndexByte(module, ':'); i >= 0 {
		l.Level = module[i+1:]
	}
	for len(c.b) > 1 && c.b[0] == '[' {
		switch {
		case bytes.HasPrefix(c.b, []byte("[pid ")), bytes.HasPrefix(c.b, []byte("[tid ")):
			c.boxed()
			continue
		case bytes.HasPrefix(c.b, []byte("[client ")), bytes.HasPrefix(c.b, []byte("[remote ")):
			l.Client = apacheClient(&c)
			continue
		}
		break
	}
	if c.bad {
		return false
	}
	// A system error stands before the client: (70014)End of file found: [client 192.0.2.1:17036] AH02006: ...
	if len(c.b) > 0 && c.b[0] == '(' {
		if i := bytes.Index(c.b, []byte(": [client ")); i > 0 {
			c.b = c.b[i+2:]
			l.Client = apacheClient(&c)
		}
	}
	msg := c.b
	if n := len("AH00000"); len(msg) > n+1 && msg[0] == 'A' && msg[1] == 'H' && msg[n] == ':' && digits(msg[2:n]) {
		l.Code = msg[:n]
		msg = bytes.TrimPrefix(msg[n+1:], []byte{' '})
	}
	if i := bytes.LastIndex(msg, []byte(", referer: ")); i >= 0 {
		l.Referer = known(msg[i+len(", referer: "):])
		msg = msg[:i]
	}
	l.Message = msg
	apacheUser(l)
	return true
}}

// apacheClient reads [client 192.0.2.1:50229]; an IPv6 address stands in brackets of its own.
func apacheClient(c *cursor) []byte {
	c.b = c.b[len("[client "):]
	if len(c.b) > 0 && c.b[0] == '[' {
		v := c.boxed()
		c.to(']')
		c.has(" ")
		return v
	}
	v := c.to(']')
	c.has(" ")
	return apacheHost(v)
}

// apacheHost takes the port off: behind the last colon of an address that has one or more than six.
func apacheHost(v []byte) []byte {
	n := bytes.Count(v, []byte{':'})
	if i := bytes.LastIndexByte(v, ':'); n == 1 || n > 7 {
		return v[:i]
	}
	return known(v)
}

// apacheUser reads name and path of mod_auth_basic's and mod_auth_digest's sentences: user foo not found: /path; user foo:
// authentication failure for "/path": Password Mismatch.
func apacheUser(l *Line) {
	b, ok := bytes.CutPrefix(l.Message, []byte("user "))
	if !ok {
		return
	}
	if i := bytes.LastIndex(b, []byte(" not found: ")); i > 0 {
		l.User, l.Target = b[:i], b[i+len(" not found: "):]
	} else if i := bytes.LastIndex(b, []byte(`: authentication failure for "`)); i > 0 {
		l.User = b[:i]
		l.Target = between(b[i:], `"`, '"')
	} else if i := bytes.LastIndex(b, []byte(`: password mismatch: `)); i > 0 {
		l.User, l.Target = b[:i], b[i+len(": password mismatch: "):]
	}
}
