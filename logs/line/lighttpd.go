package line

import "bytes"

// lighttpdError is lighttpd's error log: 2026-11-22 17:35:50: (mod_auth.c.850) password doesn't match for /private/ username:
// alice IP: 127.0.0.1
var lighttpdError = &scanned{name: "lighttpd-error", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	if len(b) < 26 || b[19] != ':' || b[20] != ' ' || b[21] != '(' || b[4] != '-' || !t.iso(l, b[:19]) {
		return false
	}
	c := cursor{b: b[22:]}
	if file := c.to(')'); c.bad || !bytes.Contains(file, []byte(".c.")) {
		return false
	}
	l.Message = bytes.TrimPrefix(c.b, []byte{' '})
	if i := bytes.LastIndex(l.Message, []byte(" IP: ")); i >= 0 {
		l.Client = known(l.Message[i+len(" IP: "):])
		if j := bytes.LastIndex(l.Message[:i], []byte(" username: ")); j >= 0 {
			l.User = known(l.Message[j+len(" username: ") : i])
		}
	}
	return true
}}
