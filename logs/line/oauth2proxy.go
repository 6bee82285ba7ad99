package line

import "bytes"

// oauth2Request is oauth2-proxy's request log in its default template:
//
//	client - request-id - user [2015/03/19 17:20:19] host GET upstream "/path/" HTTP/1.1 "agent" 200 size duration
var oauth2Request = &scanned{name: "oauth2-proxy", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !oauth2Head(t, l, &c) {
		return false
	}
	l.Host, l.Method = known(c.word()), known(c.word())
	l.Upstream = known(c.word())
	l.Target, l.Proto = known(c.field()), known(c.word())
	l.Agent = known(c.field())
	if !setStatus(t, l, c.word()) || !setSize(t, l, c.word()) {
		return false
	}
	d, ok := seconds(c.word())
	l.Took = d
	return ok && !c.bad && token(l.Method)
}}

// oauth2Auth is its authentication log; the Code is [AuthSuccess], [AuthFailure] or [AuthError] without the brackets.
//
//	client - request-id - user [2015/03/19 17:20:19] [AuthFailure] Invalid authentication via OAuth2: unauthorized
var oauth2Auth = &scanned{name: "oauth2-proxy-auth", kind: Event, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !oauth2Head(t, l, &c) || len(c.b) == 0 || c.b[0] != '[' {
		return false
	}
	l.Code = c.boxed()
	l.Message = c.b
	return !c.bad
}}

// oauth2Log is everything else it says: [2015/03/19 17:20:19] [main.go:40] mapping path "/" => upstream "/"
var oauth2Log = &scanned{name: "oauth2-proxy-log", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if len(b) < 26 || b[0] != '[' || b[5] != '/' || !t.iso(l, c.boxed()) || len(c.b) == 0 || c.b[0] != '[' {
		return false
	}
	file := c.boxed()
	l.Message = c.b
	return !c.bad && bytes.Contains(file, []byte(".go:"))
}}

func oauth2Head(t *times, l *Line, c *cursor) bool {
	l.Client = host(c.word())
	c.lit("- ")
	l.RequestID = known(c.word())
	c.lit("- ")
	i := bytes.Index(c.b, []byte(" [")) // a name may have blanks in it
	if c.bad || i <= 0 {
		return false
	}
	l.User = known(c.b[:i])
	c.b = c.b[i+1:]
	return len(c.b) > 22 && t.iso(l, c.boxed()) && l.Wall != Zoned && !c.bad
}
