package line

import (
	"bytes"
	"time"
)

// alb is the access log of AWS' Application Load Balancer ("Access log entries" of its user guide). Behind the agent come the
// TLS cipher and version, the target group, the trace's id, the SNI name, the certificate, the rule, the time, the actions,
// where to, the error's reason, and what lists each target's.
var alb = &scanned{name: "aws-alb", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	switch string(c.word()) {
	case "http", "https", "h2", "grpcs", "ws", "wss":
	default:
		return false
	}
	if !elbHead(t, l, &c) {
		return false
	}
	c.word()
	l.TLS = known(c.word())
	c.word()
	l.RequestID = known(c.quoted())
	if c.bad {
		return false
	}
	if sni := known(c.field()); sni != nil {
		l.Host = sni
	}
	c.field()
	c.word()
	c.word()
	c.field() // actions
	if to := c.field(); !c.bad {
		l.Location = known(to)
	}
	if why := c.field(); !c.bad {
		l.Code = known(why) // AuthInvalidCookie, AuthMissingStateParam, ...
	}
	return true
}}

// elb is the log of the Classic Load Balancer, which has no type in front and ends behind the TLS version.
var elb = &scanned{name: "aws-elb", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !elbHead(t, l, &c) {
		return false
	}
	c.word()
	l.TLS = known(c.word())
	return true
}}

// elbHead reads what both begin with, up to the agent.
func elbHead(t *times, l *Line, c *cursor) bool {
	if len(c.b) < 60 || !t.iso(l, c.word()) || l.Wall != Zoned {
		return false
	}
	l.Site = c.word()
	l.Client = host(c.word())
	l.Upstream = known(c.word())
	for range 3 {
		if d, ok := seconds(c.word()); ok {
			l.Took = max(l.Took, 0) + d
		} // -1: the target did not answer
	}
	if !setStatus(t, l, c.word()) {
		return false
	}
	if s := c.word(); !setUpstreamStatus(t, l, s) {
		return false
	}
	c.word()
	if !setSize(t, l, c.word()) {
		return false
	}
	setRequest(t, l, c.quoted())
	l.Agent = known(c.field())
	if c.bad {
		return false
	}
	absolute(l)
	return true
}

// absolute splits a target that is a whole URL, as proxies log it, into host and path.
func absolute(l *Line) {
	i := bytes.Index(l.Target, []byte("://"))
	if i < 0 || i > 5 || bytes.IndexByte(l.Target[:i], '/') >= 0 {
		return
	}
	rest := l.Target[i+3:]
	if j := bytes.IndexAny(rest, "/?"); j >= 0 {
		l.Host, l.Target = host(rest[:j]), rest[j:]
	} else {
		l.Host, l.Target = host(rest), nil
	}
}

// squid is Squid's native format: time elapsed client code/status bytes method URL user hierarchy/peer type.
var squid = &scanned{name: "squid", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	stamp := c.word()
	if len(stamp) < 14 || stamp[len(stamp)-4] != '.' || !setUnix(t, l, stamp) {
		return false
	}
	c.b = bytes.TrimLeft(c.b, " ")
	if n, ok := number(c.word()); ok && n < 1e10 {
		l.Took = time.Duration(n) * time.Millisecond
	}
	l.Client = known(c.word())
	result := c.word()
	slash := bytes.IndexByte(result, '/')
	if slash < 0 {
		return false
	}
	l.Cache = result[:slash] // TCP_MISS, TCP_DENIED, NONE_NONE
	if !setStatus(t, l, result[slash+1:]) || !setSize(t, l, c.word()) {
		return false
	}
	l.Method, l.Target = known(c.word()), known(c.word())
	l.User = known(c.word())
	peer := c.word()
	slash = bytes.IndexByte(peer, '/')
	if c.bad || slash < 0 {
		return false
	}
	l.Upstream = known(peer[slash+1:])
	if string(l.Method) == "CONNECT" {
		l.Host = host(l.Target)
	} else {
		absolute(l)
	}
	return true
}}
