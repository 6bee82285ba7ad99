package line

import (
	"bytes"
	"time"
)

// jtext makes the setter of a text; a number is kept by its digits, "-" and null are nothing.
func jtext(field func(l *Line) *[]byte) jsonSetter {
	return func(_ *jsonParser, l *Line, v []byte, k jsonKind) bool {
		switch {
		case k == jsonNested:
			v = firstOf(v)
		case k == jsonNumber && (v[0] == 'n' || v[0] == 't' || v[0] == 'f'):
			v = nil
		}
		if v = known(v); v != nil {
			if to := field(l); *to == nil { // of several keys for one field the first that says something counts
				*to = v
			}
		}
		return true
	}
}

// firstOf is the first text of an array.
func firstOf(v []byte) []byte {
	if len(v) < 2 || v[0] != '[' || v[1] != '"' {
		return nil
	}
	if n := stringEnd(v[2:]); n >= 0 {
		return v[2 : 2+n]
	}
	return nil
}

// jline makes a JSON setter of a line's: it takes the text, or the digits.
func jline(set setter) jsonSetter {
	return func(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
		if k == jsonNested || k == jsonNumber && v[0] == 'n' || len(v) == 0 {
			return true
		}
		return set(&p.times, l, v)
	}
}

var (
	jUser      = jtext(func(l *Line) *[]byte { return &l.User })
	jHost      = jtext(func(l *Line) *[]byte { return &l.Host })
	jMethod    = jtext(func(l *Line) *[]byte { return &l.Method })
	jTarget    = jtext(func(l *Line) *[]byte { return &l.Target })
	jProto     = jtext(func(l *Line) *[]byte { return &l.Proto })
	jReferer   = jtext(func(l *Line) *[]byte { return &l.Referer })
	jAgent     = jtext(func(l *Line) *[]byte { return &l.Agent })
	jForwarded = jtext(func(l *Line) *[]byte { return &l.Forwarded })
	jUpstream  = jtext(func(l *Line) *[]byte { return &l.Upstream })
	jRequestID = jtext(func(l *Line) *[]byte { return &l.RequestID })
	jSite      = jtext(func(l *Line) *[]byte { return &l.Site })
	jTLS       = jtext(func(l *Line) *[]byte { return &l.TLS })
	jCache     = jtext(func(l *Line) *[]byte { return &l.Cache })
	jLocation  = jtext(func(l *Line) *[]byte { return &l.Location })
	jLevel     = jtext(func(l *Line) *[]byte { return &l.Level })
	jCode      = jtext(func(l *Line) *[]byte { return &l.Code })
	jMessage   = jtext(func(l *Line) *[]byte { return &l.Message })
	jSize      = jline(setSize)
)

// jStatus takes a status; what is none ("code":"E42") is some other field of the same name.
func jStatus(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if l.Status == 0 && len(v) == 3 && !setStatus(nil, l, v) {
		l.Status = 0
	}
	return true
}

// jClient takes an address, its port taken off.
func jClient(_ *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if k == jsonString && l.Client == nil {
		l.Client = host(v)
	}
	return true
}

func jUpstreamStatus(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	return k == jsonNested || setUpstreamStatus(&p.times, l, v) || k == jsonNumber && v[0] == 'n'
}

// jRequest takes a request line.
func jRequest(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if k == jsonString && l.Method == nil {
		setRequest(&p.times, l, v)
	}
	return true
}

// jTook makes the setter of a duration that is a number of units, with a fraction or not.
func jTook(unit time.Duration) jsonSetter {
	return func(_ *jsonParser, l *Line, v []byte, k jsonKind) bool {
		if k == jsonNested {
			return true
		}
		if i := bytes.LastIndexByte(v, ' '); i >= 0 { // of several tries the last one
			v = v[i+1:]
		}
		d, ok := seconds(v)
		if !ok {
			n, whole := number(v)
			if !whole || n > int64(1<<62/unit) {
				return true // 1e-05 and the like: not known
			}
			l.Took = time.Duration(n) * unit
			return true
		}
		if d > 1<<62/time.Second*unit && unit > time.Second {
			return true
		}
		l.Took = time.Duration(float64(d) * (float64(unit) / float64(time.Second)))
		return true
	}
}

// jTime takes any form of time: seconds, milliseconds, microseconds or nanoseconds since 1970 by their size, ISO 8601, the
// common log format's.
func jTime(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if k == jsonNested || !l.Time.IsZero() {
		return true
	}
	if len(v) > 0 && v[0]-'0' <= 9 && (len(v) < 5 || v[4] != '-' && v[4] != '/') && (len(v) < 3 || v[2] != '/') {
		return unixAny(l, v)
	}
	return p.times.iso(l, v) || p.times.clf(l, v) || p.times.asctime(l, v) || k == jsonNumber && v[0] == 'n'
}

// unixAny reads seconds since 1970 with a fraction, or a whole number of a smaller unit.
func unixAny(l *Line, v []byte) bool {
	if i := bytes.IndexByte(v, '.'); i >= 0 {
		whole, ok := number(v[:i])
		frac, _, fine := decimals(v[i+1:])
		if !ok || !fine {
			return false
		}
		switch {
		case whole < 1e11:
			l.Time = time.Unix(whole, int64(frac)).UTC()
		default:
			l.Time = time.UnixMilli(whole).UTC()
		}
		l.Wall = Zoned
		return true
	}
	n, ok := number(v)
	if !ok && len(v) == 19 { // nanoseconds have 19 digits
		var head int64
		if head, ok = number(v[:18]); ok {
			n = head*10 + int64(v[18]-'0')
		}
	}
	switch {
	case n < 1e11:
		l.Time = time.Unix(n, 0).UTC()
	case n < 1e14:
		l.Time = time.UnixMilli(n).UTC()
	case n < 1e17:
		l.Time = time.UnixMicro(n).UTC()
	default:
		l.Time = time.Unix(0, n).UTC()
	}
	l.Wall = Zoned
	return ok
}
