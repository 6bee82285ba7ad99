package line

import (
	"bytes"
	"time"
)

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
