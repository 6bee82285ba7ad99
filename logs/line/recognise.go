package line

import (
	"fmt"
	"strings"
)

// builtin are the formats that are tried, each before those that would take its lines for theirs.
var builtin = []Format{
	combined, ingress, traefikCLF, nginxMain, common, vhost, vhostOnly, combinedBare, combinedMore, npmProxy, npmStandard,
	nginxError, apacheError, lighttpdError, haproxyHTTP, haproxyTCP, haproxyError, envoyText, alb, elb, squid, cloudFront, iis,
	oauth2Request, oauth2Auth, phpAccess, phpError, monolog, oauth2Log, keycloak, fail2ban, litespeedError, zoraxy, modsecNative, civicrm,
	crowdsec, logfmt, caddy, traefikJSON, modsecJSON, keycloakJSON, keycloakEvents,
}

// general are those that would take much for theirs; they are tried when a prefix has been looked for.
var general = []Format{lighttpd, jsonAccess, jsonTold, told}

// Finder says of single lines what format they are of. It belongs to one goroutine.
type Finder struct {
	clock    Clock
	first    []candidate // the user's own, and builtin
	last     []candidate // general
	prefixed []candidate
	outer    []*prefixedParser // to cut prefixes
}

type candidate struct {
	format Format
	parser Parser
}

// NewFinder makes a Finder that tries own before all that is known.
func NewFinder(c Clock, own ...Format) *Finder {
	f := &Finder{clock: c}
	for _, x := range own {
		f.first = append(f.first, candidate{x, x.Parser(c)})
	}
	for _, x := range builtin {
		f.first = append(f.first, candidate{x, x.Parser(c)})
	}
	for _, x := range general {
		f.last = append(f.last, candidate{x, x.Parser(c)})
	}
	for _, p := range prefixes {
		f.outer = append(f.outer, &prefixedParser{prefixed: &prefixed{prefix: p}, times: newTimes(c)})
	}
	return f
}

// Find is the format of one line, nil when none is known.
func (f *Finder) Find(b []byte) Format {
	var l Line
	for _, list := range [][]candidate{f.prefixed, f.first} {
		for _, c := range list {
			if c.parser.Parse(b, &l) {
				return c.format
			}
		}
	}
	for _, p := range f.outer {
		inner, ok := p.prefix.cut(p, b, &l)
		if !ok {
			continue
		}
		within := f.within(inner, p.prefix.weak)
		if within == nil {
			continue
		}
		both := &prefixed{p.prefix, within}
		if len(f.prefixed) < 16 {
			f.prefixed = append(f.prefixed, candidate{both, both.Parser(f.clock)})
		}
		return both
	}
	for _, c := range f.last {
		if c.parser.Parse(b, &l) {
			return c.format
		}
	}
	return nil
}

// Certain is Find without prefixes and without what is read in a general way: a format that no text has by chance.
func (f *Finder) Certain(b []byte) Format {
	var l Line
	for _, c := range f.first {
		if c.parser.Parse(b, &l) {
			return c.format
		}
	}
	return nil
}

// within is the format of a line that stood behind a prefix. What the prefix dated needs no time of its own.
func (f *Finder) within(b []byte, weak bool) Format {
	var l Line
	for _, list := range [][]candidate{f.first, f.last} {
		for _, c := range list {
			if c.parser.Parse(b, &l) {
				return c.format
			}
		}
		if weak {
			return nil
		}
	}
	if len(b) == 0 {
		return nil
	}
	return said
}

// said is a sentence without anything about it, dated by its prefix alone.
var said = &scanned{name: "messages", kind: Error, read: func(_ *times, b []byte, l *Line) bool {
	l.Message, l.Level = b, level(b)
	return true
}}

// Recognise says which format most of the given lines are of, and which share of them it reads, from 0 to 1. The format is nil
// when none reads a single line. Empty lines and comments do not count. own are formats that are tried before those known here.
func Recognise(first [][]byte, own ...Format) (Format, float64) {
	f := NewFinder(Clock{}, own...)
	count := map[Format]int{}
	var order []Format
	if w := fieldsOf(first); w != nil {
		f.first = append([]candidate{{w, w.Parser(Clock{})}}, f.first...)
	}
	all := 0
	for _, b := range first {
		if len(b) == 0 || b[0] == '#' {
			continue
		}
		all++
		if x := f.Find(b); x != nil {
			if count[x] == 0 {
				order = append(order, x)
			}
			count[x]++
		}
	}
	for _, x := range builtin {
		if s, ok := x.(Spanning); ok {
			if n := f.covered(s, first); n > count[x] {
				if count[x] == 0 {
					order = append(order, x)
				}
				count[x] = n
			}
		}
	}
	var best Format
	for _, x := range order {
		if best == nil || count[x] > count[best] {
			best = x
		}
	}
	if best == nil {
		if w := fieldsOf(first); w != nil {
			return w, 1
		}
		return nil, 0
	}
	return best, min(1, float64(count[best])/float64(all))
}

// covered is how many of the lines lie in records of a format whose records may take several lines.
func (f *Finder) covered(s Spanning, lines [][]byte) int {
	p := s.Parser(f.clock)
	var record []byte
	var l Line
	all, n := 0, 0
	end := func() {
		if n > 0 && p.Parse(record, &l) {
			all += n
		}
		n = 0
	}
	for _, b := range lines {
		switch {
		case s.Begins(b):
			end()
			record, n = append(record[:0], b...), 1
		case n == 0 || len(b) == 0:
		case f.Certain(b) != nil:
			end()
		default:
			record = append(append(record, '\n'), b...)
			n++
		}
	}
	end()
	return all
}

// Named is the format of a name ("combined", "iis", "syslog: combined"), of the text of an nginx log_format, or of an Apache
// LogFormat. The error is ErrUnknown, or says what is wrong with the text.
func Named(name string) (Format, error) {
	if outer, inner, ok := strings.Cut(name, ": "); ok {
		for _, p := range prefixes {
			if p.name == outer {
				f, err := Named(inner)
				if err != nil {
					return nil, err
				}
				return &prefixed{p, f}, nil
			}
		}
	}
	for _, list := range [][]Format{builtin, general} {
		for _, f := range list {
			if strings.EqualFold(f.Name(), name) {
				return f, nil
			}
		}
	}
	switch {
	case strings.Contains(name, "log_format") || strings.Contains(name, "LogFormat"):
		all, err := FromConfig(name)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			return all[0], nil
		}
	case strings.Contains(name, "$"):
		all, err := nginxFormats(name, name)
		if err != nil {
			return nil, err
		}
		return all[0], nil
	case strings.Contains(name, "%"):
		return apacheFormat(name, name)
	}
	return nil, fmt.Errorf("%q: %w", name, ErrUnknown)
}

// Names are the names that Named knows.
func Names() []string {
	var names []string
	for _, list := range [][]Format{builtin, general} {
		for _, f := range list {
			names = append(names, f.Name())
		}
	}
	return names
}
