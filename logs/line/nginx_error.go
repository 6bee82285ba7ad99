package line

import "bytes"

// nginxError is nginx's error log (ngx_log_error_core and ngx_http_log_error):
//
//	2021/09/30 09:23:53 [error] 1925800#1925800: *17 user "foo" was not found in "/tmp/a.htpasswd", client: 127.0.0.1,
//	server: _, request: "GET / HTTP/1.1", host: "localhost"
//
// What a FastCGI program wrote to its standard error stands in the message with its line breaks.
var nginxError = &spanning{scanned{name: "nginx-error", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if len(b) < 28 || b[19] != ' ' || b[20] != '[' || !t.iso(l, b[:19]) {
		return false
	}
	c.b = b[20:]
	l.Level = c.boxed()
	if pid := c.to('#'); c.bad || !digits(pid) {
		return false
	}
	if tid := c.to(':'); c.bad || !digits(tid) {
		return false
	}
	c.has(" ")
	if c.has("*") {
		c.to(' ') // the connection's number
	}
	if c.bad {
		return false
	}
	l.Message = nginxTail(c.b, l)
	l.User = userIn(l.Message)
	return true
}}, func(b []byte) bool {
	return len(b) > 21 && b[4] == '/' && b[7] == '/' && b[10] == ' ' && b[13] == ':' && b[19] == ' ' && b[20] == '['
}}

// nginxTail reads what ngx_http_log_error puts behind a message, and gives the message without it. The values of quoted
// fields come from the client, so the tail is found by the place of ", client: " that all of it follows.
func nginxTail(b []byte, l *Line) []byte {
	i := bytes.LastIndex(b, []byte(", client: "))
	if i < 0 {
		return b
	}
	c := cursor{b: b[i+2:]}
	for !c.bad && len(c.b) > 0 {
		name := c.to(':')
		c.lit(" ")
		if c.bad {
			break
		}
		var v []byte
		if len(c.b) > 0 && c.b[0] == '"' {
			v = c.quoted()
			c.has(", ")
			c.has(",")
			c.has(" ")
		} else if j := bytes.Index(c.b, []byte(", ")); j >= 0 {
			v, c.b = c.b[:j], c.b[j+2:]
		} else {
			v, c.b = c.b, nil
		}
		switch string(name) {
		case "client":
			l.Client = known(v)
		case "server":
			l.Site = known(v)
		case "request":
			setRequest(nil, l, v)
		case "upstream":
			l.Upstream = known(v)
		case "host":
			l.Host = known(v)
		case "referrer":
			l.Referer = known(v)
		}
	}
	return b[:i]
}

// userIn is the name in the sentences of nginx' auth_basic: user "foo": password mismatch; user "foo" was not found in "...".
func userIn(b []byte) []byte {
	const mark = `user "`
	if !bytes.HasPrefix(b, []byte(mark)) {
		return nil
	}
	for _, end := range []string{`" was not found in `, `": password mismatch`} {
		if i := bytes.LastIndex(b, []byte(end)); i > len(mark) {
			return b[len(mark):i]
		}
	}
	return nil
}

func digits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}
