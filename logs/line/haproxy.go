package line

import (
	"bytes"
	"time"
)

// haproxyHTTP is HAProxy's "option httplog" (configuration manual, 8.2.3), with the captured headers that it may have:
//
//	client:port [date] frontend backend/server TR/Tw/Tc/Tr/Ta status bytes cc sc tsc ac/fc/bc/sc/rc sq/bq {req} {resp} "request"
//
// and its "option httpslog", which appends the connection's error and TLS version. Captured headers have no names in the log
// and are left out.
var haproxyHTTP = &scanned{name: "haproxy", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !haproxyHead(t, l, &c) {
		return false
	}
	to := c.word()
	slash := bytes.IndexByte(to, '/')
	if slash < 0 {
		return false
	}
	if server := to[slash+1:]; string(server) != "<NOSRV>" {
		l.Upstream = to
	}
	timers := c.word()
	if bytes.Count(timers, []byte{'/'}) < 3 {
		return false
	}
	total := bytes.TrimPrefix(timers[bytes.LastIndexByte(timers, '/')+1:], []byte{'+'})
	if n, ok := number(total); ok && n < 1e9 {
		l.Took = time.Duration(n) * time.Millisecond
	}
	status := c.word()
	if !setStatus(t, l, status) && string(status) != "-1" {
		return false
	}
	if string(status) == "-1" {
		l.Status = 0
	}
	if !setSize(t, l, bytes.TrimPrefix(c.word(), []byte{'+'})) {
		return false
	}
	c.word()
	c.word()
	l.Code = c.word() // the session's state when it ended: "PR--" is a proxy that refused
	if len(l.Code) != 4 {
		return false
	}
	c.word()
	c.word()
	if c.bad {
		return false
	}
	for len(c.b) > 0 && c.b[0] == '{' {
		c.to('}')
		c.has(" ")
	}
	i := bytes.IndexByte(c.b, '"')
	if i < 0 {
		return false
	}
	c.b = c.b[i+1:]
	end := bytes.LastIndexByte(c.b, '"') // HAProxy escapes quotes as #22
	if end < 0 {
		end = len(c.b) // a long request is cut off
	}
	if req := c.b[:end]; string(req) != "<BADREQ>" {
		setRequest(t, l, req)
	}
	if rest := c.b[min(end+1, len(c.b)):]; bytes.HasPrefix(rest, []byte(" ")) && bytes.Count(rest, []byte{'/'}) >= 4 {
		tls := cursor{b: rest[1:]}
		tls.word()
		w := tls.word()
		l.Host = known(w[:max(0, bytes.IndexByte(w, '/'))])
		if v := between(w, "/TLSv", '/'); v != nil {
			l.TLS = v
		}
	}
	return true
}}

// haproxyTCP is "option tcplog": a connection whose requests HAProxy did not read.
var haproxyTCP = &scanned{name: "haproxy-tcp", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !haproxyHead(t, l, &c) {
		return false
	}
	l.Upstream = c.word()
	timers := c.word()
	if bytes.IndexByte(l.Upstream, '/') < 0 || bytes.Count(timers, []byte{'/'}) != 2 {
		return false
	}
	if n, ok := number(timers[bytes.LastIndexByte(timers, '/')+1:]); ok && n < 1e9 {
		l.Took = time.Duration(n) * time.Millisecond
	}
	if !setSize(t, l, bytes.TrimPrefix(c.word(), []byte{'+'})) {
		return false
	}
	l.Code = c.word()
	return !c.bad && len(l.Code) == 2
}}

// haproxyError is what HAProxy logs of a connection that failed before a request (8.2.6 "Error log format"):
//
//	192.168.1.4:50033 [28/Feb/2025:02:43:10.123] frontend/backend: SSL handshake failure
var haproxyError = &scanned{name: "haproxy-error", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !haproxyHead(t, l, &c) || len(l.Site) == 0 || l.Site[len(l.Site)-1] != ':' || len(c.b) == 0 {
		return false
	}
	l.Site, l.Message = l.Site[:len(l.Site)-1], c.b
	return true
}}

func haproxyHead(t *times, l *Line, c *cursor) bool {
	addr := c.word()
	colon := bytes.LastIndexByte(addr, ':')
	if c.bad || colon < 0 || !digits(addr[colon+1:]) {
		return false
	}
	l.Client = addr[:colon]
	if len(l.Client) > 2 && l.Client[0] == '[' {
		l.Client = l.Client[1 : len(l.Client)-1]
	}
	if len(c.b) == 0 || c.b[0] != '[' || !t.clf(l, c.boxed()) {
		return false
	}
	l.Site = c.word()
	if n := len(l.Site); n > 0 && l.Site[n-1] == '~' { // came in over TLS
		l.Site = l.Site[:n-1]
	}
	return !c.bad
}
