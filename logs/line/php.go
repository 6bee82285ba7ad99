package line

import "bytes"

// phpError is PHP's error_log with its time in front, which is WordPress' wp-content/debug.log too, and PHP-FPM's own log:
//
//	[22-Nov-2026 10:00:00 UTC] PHP Warning:  Undefined variable $x in /var/www/a.php on line 3
//	[22-Nov-2026 10:00:00] WARNING: [pool www] child 7 said into stderr: "NOTICE: PHP message: ..."
//
// A stack trace stands on lines of its own.
var phpError = &spanning{scanned{name: "php-error", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !t.php(l, c.boxed()) || c.bad {
		return false
	}
	l.Message = c.b
	msg := bytes.TrimPrefix(c.b, []byte("PHP "))
	if i := bytes.IndexByte(msg, ':'); i > 0 && i < 24 && words(msg[:i]) {
		l.Level = msg[:i]
		l.Message = bytes.TrimLeft(msg[i+1:], " ")
	}
	if pool, ok := bytes.CutPrefix(l.Message, []byte("[pool ")); ok {
		if i := bytes.IndexByte(pool, ']'); i > 0 {
			l.Site = pool[:i]
		}
	}
	return true
}}, func(b []byte) bool {
	return len(b) > 21 && b[0] == '[' && b[3] == '-' && b[7] == '-' && b[12] == ' ' && b[15] == ':'
}}

// words reports letters and blanks only: "Fatal error", "NOTICE".
func words(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && c != ' ' {
			return false
		}
	}
	return true
}

// phpAccess is PHP-FPM's access.log in its default format, %R - %u %t "%m %r" %s.
var phpAccess = &scanned{name: "php-fpm-access", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	i := bytes.Index(b, []byte(` "`))
	if i < 27 || !t.clf(l, b[i-26:i]) {
		return false
	}
	c := cursor{b: b[:i-26]}
	l.Client = known(c.word())
	c.lit("- ")
	if c.bad {
		return false
	}
	l.User = known(bytes.TrimSuffix(c.b, []byte{' '}))
	c = cursor{b: b[i+1:]}
	setRequest(t, l, c.quoted())
	return setStatus(t, l, c.word()) && !c.bad && len(c.b) == 0
}}

// litespeedError is LiteSpeed's error log: 2022-06-09 12:22:05.123456 [NOTICE] [127.0.0.1:1234#vhost] message
var litespeedError = &scanned{name: "litespeed-error", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	i := bytes.IndexByte(b, '[')
	if i < 24 || i > 34 || b[19] != '.' || !t.iso(l, bytes.TrimRight(b[:i], " ")) {
		return false
	}
	c := cursor{b: b[i:]}
	if l.Level = c.boxed(); c.bad || !words(l.Level) || len(l.Level) == 0 || !bytes.Equal(l.Level, bytes.ToUpper(l.Level)) {
		return false // RabbitMQ writes [info] <0.223.0> behind the same time
	}
	for len(c.b) > 1 && c.b[0] == '[' {
		at := c.boxed()
		if j := bytes.LastIndexByte(at, ':'); j > 0 && bytes.IndexByte(at, '.') > 0 {
			l.Client = at[:j]
			if k := bytes.IndexByte(at[j:], '#'); k > 0 {
				l.Site = at[j+k+1:]
			}
		}
	}
	l.Message = c.b
	return !c.bad
}}

// zoraxy is Zoraxy's: [time] [router:x] [origin:host] [client: ip] [useragent: x] METHOD path status
var zoraxy = &scanned{name: "zoraxy", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	if len(b) < 60 || b[19] != ' ' || b[20] != '[' {
		return false
	}
	c := cursor{b: b[20:]}
	if !t.iso(l, c.boxed()) {
		return false
	}
	c.lit("[router:")
	l.Site = c.to(']')
	c.lit(" [origin:")
	l.Host = known(c.to(']'))
	c.lit(" [client: ")
	l.Client = known(c.to(']'))
	c.lit(" [useragent: ")
	i := bytes.LastIndex(c.b, []byte("] "))
	if c.bad || i < 0 {
		return false
	}
	l.Agent = known(c.b[:i])
	c.b = c.b[i+2:]
	l.Method = c.word()
	if i = bytes.LastIndexByte(c.b, ' '); c.bad || i < 0 || !token(l.Method) {
		return false
	}
	l.Target = c.b[:i]
	return setStatus(t, l, c.b[i+1:])
}}
