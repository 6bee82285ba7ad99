package line

import (
	"bytes"
	"strings"
	"time"

	"github.com/why401/why401/input/message"
)

// w3c is the W3C extended log file format (WD-logfile-960323): its #Fields line names what follows. IIS writes it with
// blanks between, CloudFront with tabs; both in UTC.
type w3c struct {
	name   string
	fields []w3cSetter
	tabs   bool
}

type w3cSetter func(p *w3cParser, l *Line, v []byte) bool

// iis and cloudFront are their fields where no #Fields line says else: IIS 8's choice, and the standard log's.
var (
	iis = newW3C("iis", message.IISFields)

	cloudFront = newW3C("cloudfront", message.CloudFrontFields)
)

func newW3C(name string, fields []string) *w3c {
	f := &w3c{name: name}
	for _, v := range fields {
		if strings.HasPrefix(v, "x-edge-") {
			f.name, f.tabs = "cloudfront", true
		}
	}
	for _, v := range fields {
		set := w3cSetters[strings.ToLower(v)]
		if v == "time-taken" && f.tabs {
			set = func(p *w3cParser, l *Line, v []byte) bool { return setSeconds(nil, l, v) }
		}
		f.fields = append(f.fields, set)
	}
	return f
}

func (f *w3c) Name() string { return f.name }

// Head reads "#Fields: date time ...". Other lines that begin with # say nothing that a Line keeps.
func (f *w3c) Head(b []byte) Format {
	rest, ok := bytes.CutPrefix(b, []byte("#Fields:"))
	if !ok || len(rest) > 4<<10 {
		return nil
	}
	return newW3C("iis", strings.Fields(string(rest)))
}

// fieldsOf is the format of the first #Fields line among some lines.
func fieldsOf(lines [][]byte) Format {
	for _, b := range lines {
		if bytes.HasPrefix(b, []byte("#Fields:")) {
			return iis.Head(b)
		}
	}
	return nil
}

func (f *w3c) Parser(c Clock) Parser {
	return &w3cParser{w3c: f, times: newTimes(Clock{Latest: c.Latest})}
}

type w3cParser struct {
	*w3c
	times   times
	stamp   [19]byte // date and time, which are two fields
	scratch []byte
}

func (p *w3cParser) Parse(b []byte, l *Line) bool {
	if len(b) == 0 || b[0] == '#' {
		return false
	}
	l.reset(Access)
	p.stamp, p.scratch = [19]byte{}, p.scratch[:0]
	sep := byte(' ')
	if p.tabs {
		sep = '\t'
	}
	n := 0
	for rest := b; ; n++ {
		if n == len(p.fields) {
			return n > 3 && p.done(l) && p.tabs // CloudFront has added fields at the end before
		}
		i := bytes.IndexByte(rest, sep)
		v := rest
		if i >= 0 {
			v, rest = rest[:i], rest[i+1:]
		}
		if set := p.fields[n]; set != nil && len(v) > 0 && !absent(v) && !set(p, l, v) {
			return false
		}
		if i < 0 {
			return n+1 == len(p.fields) && p.done(l)
		}
	}
}

func (p *w3cParser) done(l *Line) bool {
	if p.stamp[0] != 0 {
		if p.stamp[11] == 0 {
			copy(p.stamp[11:], "00:00:00")
		}
		p.stamp[10] = 'T'
		if !p.times.iso(l, p.stamp[:]) {
			return false
		}
		l.Wall = Zoned // WD-logfile: "date and time in GMT"
	}
	return l.Status != 0 || l.Method != nil
}

// plain is a value as IIS and CloudFront change it: blanks became "+" in the one and %20 in the other.
func (p *w3cParser) plain(v []byte) []byte {
	esc := byte('+')
	if p.tabs {
		esc = '%'
	}
	if bytes.IndexByte(v, esc) < 0 {
		return v
	}
	at := len(p.scratch)
	for i := 0; i < len(v); i++ {
		switch {
		case !p.tabs && v[i] == '+':
			p.scratch = append(p.scratch, ' ')
		case p.tabs && v[i] == '%' && i+2 < len(v) && unhex(v[i+1]) < 16 && unhex(v[i+2]) < 16:
			p.scratch = append(p.scratch, unhex(v[i+1])<<4|unhex(v[i+2]))
			i += 2
		default:
			p.scratch = append(p.scratch, v[i])
		}
	}
	return p.scratch[at:]
}

func unhex(c byte) byte {
	switch {
	case c-'0' <= 9:
		return c - '0'
	case (c|0x20)-'a' < 6:
		return (c | 0x20) - 'a' + 10
	}
	return 255
}

var w3cSetters = map[string]w3cSetter{
	"date": func(p *w3cParser, l *Line, v []byte) bool { return len(v) == 10 && copy(p.stamp[:], v) == 10 },
	"time": func(p *w3cParser, l *Line, v []byte) bool { return len(v) == 8 && copy(p.stamp[11:], v) == 8 },

	"c-ip":                        func(p *w3cParser, l *Line, v []byte) bool { l.Client = v; return true },
	"cs-username":                 func(p *w3cParser, l *Line, v []byte) bool { l.User = v; return true },
	"cs-method":                   func(p *w3cParser, l *Line, v []byte) bool { l.Method = v; return token(v) },
	"cs-uri-stem":                 func(p *w3cParser, l *Line, v []byte) bool { l.Target = v; return true },
	"cs-uri":                      func(p *w3cParser, l *Line, v []byte) bool { l.Target = v; return true },
	"cs-uri-query":                func(p *w3cParser, l *Line, v []byte) bool { l.Target = p.join(l.Target, v); return true },
	"cs-version":                  func(p *w3cParser, l *Line, v []byte) bool { l.Proto = v; return true },
	"cs-protocol-version":         func(p *w3cParser, l *Line, v []byte) bool { l.Proto = v; return true },
	"cs-host":                     func(p *w3cParser, l *Line, v []byte) bool { l.Host = v; return true },
	"cs(host)":                    func(p *w3cParser, l *Line, v []byte) bool { l.Host = v; return true },
	"x-host-header":               func(p *w3cParser, l *Line, v []byte) bool { l.Host = v; return true },
	"cs(user-agent)":              func(p *w3cParser, l *Line, v []byte) bool { l.Agent = p.plain(v); return true },
	"cs(referer)":                 func(p *w3cParser, l *Line, v []byte) bool { l.Referer = p.plain(v); return true },
	"x-forwarded-for":             func(p *w3cParser, l *Line, v []byte) bool { l.Forwarded = p.plain(v); return true },
	"cs(x-forwarded-for)":         func(p *w3cParser, l *Line, v []byte) bool { l.Forwarded = p.plain(v); return true },
	"s-sitename":                  func(p *w3cParser, l *Line, v []byte) bool { l.Site = v; return true },
	"x-edge-location":             func(p *w3cParser, l *Line, v []byte) bool { l.Site = v; return true },
	"sc-status":                   func(p *w3cParser, l *Line, v []byte) bool { return setStatus(nil, l, v) },
	"sc-substatus":                func(p *w3cParser, l *Line, v []byte) bool { l.Code = v; return true },
	"sc-bytes":                    func(p *w3cParser, l *Line, v []byte) bool { return setSize(nil, l, v) },
	"time-taken":                  func(p *w3cParser, l *Line, v []byte) bool { return setUnit(time.Millisecond)(nil, l, v) },
	"ssl-protocol":                func(p *w3cParser, l *Line, v []byte) bool { l.TLS = v; return true },
	"x-edge-result-type":          func(p *w3cParser, l *Line, v []byte) bool { l.Cache = v; return true },
	"x-edge-request-id":           func(p *w3cParser, l *Line, v []byte) bool { l.RequestID = v; return true },
	"x-edge-detailed-result-type": func(p *w3cParser, l *Line, v []byte) bool { l.Code = v; return true },
}

// join makes one target of path and query, which are two fields.
func (p *w3cParser) join(path, query []byte) []byte {
	at := len(p.scratch)
	p.scratch = append(append(append(p.scratch, path...), '?'), query...)
	return p.scratch[at:]
}
