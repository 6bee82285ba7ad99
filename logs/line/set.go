package line

import (
	"bytes"
	"time"
)

// The setters. A lone "-" is how servers write that they have nothing to say.

func absent(b []byte) bool { return len(b) == 1 && b[0] == '-' }

// text makes the setter of a field that is kept as it stands.
func text(field func(l *Line) *[]byte) setter {
	return func(_ *times, l *Line, b []byte) bool {
		*field(l) = known(b)
		return true
	}
}

var (
	setForwarded = text(func(l *Line) *[]byte { return &l.Forwarded })
	setHost      = text(func(l *Line) *[]byte { return &l.Host })
	setMethod    = text(func(l *Line) *[]byte { return &l.Method })
	setTarget    = text(func(l *Line) *[]byte { return &l.Target })
	setProto     = text(func(l *Line) *[]byte { return &l.Proto })
	setReferer   = text(func(l *Line) *[]byte { return &l.Referer })
	setAgent     = text(func(l *Line) *[]byte { return &l.Agent })
	setUpstream  = text(func(l *Line) *[]byte { return &l.Upstream })
	setRequestID = text(func(l *Line) *[]byte { return &l.RequestID })
	setTLS       = text(func(l *Line) *[]byte { return &l.TLS })
	setCache     = text(func(l *Line) *[]byte { return &l.Cache })
	setLocation  = text(func(l *Line) *[]byte { return &l.Location })
)

// setClient takes an address or a host's name; neither has a blank in it or is a mere number.
func setClient(_ *times, l *Line, b []byte) bool {
	l.Client = known(b)
	return len(b) > 0 && bytes.IndexByte(b, ' ') < 0 && !digits(b)
}

// setSite takes a server's name, which has no blank in it.
func setSite(_ *times, l *Line, b []byte) bool {
	l.Site = known(b)
	return bytes.IndexByte(b, ' ') < 0
}

// setRouter takes Traefik's way through its routers: "parent@docker -> leaf@docker".
func setRouter(_ *times, l *Line, b []byte) bool {
	l.Site = known(b)
	return true
}

// checkPort takes a port, which no Line keeps.
func checkPort(_ *times, _ *Line, b []byte) bool { return digits(b) }

// setUser takes a name; Apache writes an empty one as two quotes.
func setUser(_ *times, l *Line, b []byte) bool {
	if l.User = known(b); len(b) == 2 && b[0] == '"' && b[1] == '"' {
		l.User = nil
	}
	return true
}

// setStatus takes three digits, or "-" where no answer was sent.
func setStatus(_ *times, l *Line, b []byte) bool {
	if len(b) == 3 {
		h, t, u := b[0]-'0', b[1]-'0', b[2]-'0'
		l.Status = int(h)*100 + int(t)*10 + int(u)
		return h <= 9 && t <= 9 && u <= 9
	}
	l.Status = 0
	return absent(b) || len(b) == 1 && b[0] == '0'
}

func setSize(_ *times, l *Line, b []byte) bool {
	if absent(b) || len(b) == 0 {
		l.Size = -1
		return true
	}
	n, ok := number(b)
	l.Size = n
	return ok
}

// setUpstreamStatus keeps the last of several: "502, 200" and "502 : 200" are tries, of which the last one was answered with.
func setUpstreamStatus(t *times, l *Line, b []byte) bool {
	var try Line
	if i := bytes.LastIndexByte(b, ' '); i >= 0 {
		b = b[i+1:]
	}
	ok := setStatus(t, &try, b)
	l.UpstreamStatus = try.Status
	return ok || len(b) == 0 || string(b) == "-,"
}

// setRequest takes a request line apart. What is none (a TLS hello sent to a plain port, an empty line) is kept as the target.
func setRequest(_ *times, l *Line, b []byte) bool {
	l.Method, l.Target, l.Proto = nil, nil, nil
	if absent(b) || len(b) == 0 {
		return true
	}
	i := bytes.IndexByte(b, ' ')
	j := bytes.LastIndexByte(b, ' ')
	if i <= 0 || !token(b[:i]) {
		l.Target = b
		return true
	}
	l.Method = known(b[:i])
	if j == i { // HTTP/0.9
		l.Target = b[i+1:]
		return true
	}
	if !bytes.HasPrefix(b[j+1:], []byte("HTTP/")) {
		j = len(b)
	} else {
		l.Proto = b[j+1:]
	}
	l.Target = b[i+1 : j]
	absolute(l)
	return true
}

// absolute splits a target that is a whole URL, as proxies log it, into host and path.
func absolute(l *Line) {
	if len(l.Target) == 0 || l.Target[0] == '/' {
		return
	}
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

// token reports that b is a method's name as servers take it: letters, and the few signs of registered names.
func token(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func setCLF(t *times, l *Line, b []byte) bool { return t.clf(l, b) }
func setISO(t *times, l *Line, b []byte) bool { return t.iso(l, b) }

// setSeconds takes a duration in seconds; of several tries the last one.
func setSeconds(_ *times, l *Line, b []byte) bool {
	if i := bytes.LastIndexByte(b, ' '); i >= 0 {
		b = b[i+1:]
	}
	if absent(b) || len(b) == 0 {
		l.Took = -1
		return true
	}
	d, ok := seconds(b)
	l.Took = d
	return ok
}

// setUnit makes the setter of a duration that is written as a whole number of units.
func setUnit(unit time.Duration) setter {
	return func(_ *times, l *Line, b []byte) bool {
		n, ok := number(b)
		if l.Took = time.Duration(n) * unit; !ok || n > int64(1<<62/unit) {
			l.Took = -1
			return absent(b)
		}
		return true
	}
}

// setUnix takes seconds since 1970, with a fraction or without.
func setUnix(_ *times, l *Line, b []byte) bool {
	d, ok := seconds(b)
	l.Time, l.Wall = time.Unix(int64(d/time.Second), int64(d%time.Second)).UTC(), Zoned
	return ok
}
