package line

import "bytes"

// A template is a line whose fields stand in fixed places between fixed texts: what nginx's log_format and Apache's
// LogFormat describe. The texts between the fields are what it looks for; nothing is matched twice.
type template struct {
	name  string
	first string // the text before the first field
	steps []step
	head  int  // how many steps clfHead does; 0: the template does not begin so
	tail  bool // and clfTail does the others
}

// step is one field and the text behind it; the last step's text may be empty, then the field goes to the end.
type step struct {
	set    setter
	lit    string
	quoted bool // the field stands between quotes, in which a backslash takes the next byte's meaning
	list   bool // a list as nginx writes it: "10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80"
	before bool // lit belongs to the next field and may be missing: the "?" of Apache's %q
}

// setter puts a field where it belongs. It reports false when b cannot be such a field.
type setter func(t *times, l *Line, b []byte) bool

func (t *template) Name() string { return t.name }

func (t *template) Parser(c Clock) Parser { return &templateParser{template: t, times: newTimes(c)} }

type templateParser struct {
	*template
	times times
}

func (p *templateParser) Parse(b []byte, l *Line) bool {
	l.Took, l.Host = -1, nil // a request may bring a host, or not
	if p.head > 0 {
		if rest, ok := clfHead(&p.times, b, l); ok {
			if p.tail && clfTail(rest, l) {
				return true
			}
			if lit := p.steps[p.head-1].lit; len(rest) >= len(lit) && string(rest[:len(lit)]) == lit {
				return p.run(rest[len(lit):], l, p.steps[p.head:])
			}
		}
	}
	if len(b) < len(p.first) || string(b[:len(p.first)]) != p.first {
		return false
	}
	l.Size = -1
	return p.run(b[len(p.first):], l, p.steps)
}

// run takes one step after the other.
func (p *templateParser) run(b []byte, l *Line, steps []step) bool {
	for i := range steps {
		s := &steps[i]
		n := s.end(b)
		if n < 0 {
			return false
		}
		if s.set != nil && !s.set(&p.times, l, b[:n]) {
			return false
		}
		if b = b[n:]; !s.before {
			b = b[len(s.lit):]
		}
	}
	return len(b) == 0
}

// end is where the field that begins b ends, or -1.
func (s *step) end(b []byte) int {
	switch {
	case s.before:
		return queryStart(b)
	case s.lit == "":
		return len(b)
	}
	for at := 0; ; {
		n := bytes.IndexByte(b[at:], s.lit[0])
		if n < 0 {
			return -1
		}
		at += n
		switch {
		case s.quoted && at > 0 && b[at-1] == '\\' && escaped(b, at):
		case s.list && at > 0 && (b[at-1] == ',' || b[at-1] == ':' || at+1 < len(b) && b[at+1] == ':'):
		case len(s.lit) == 1 || len(b)-at >= len(s.lit) && string(b[at:at+len(s.lit)]) == s.lit:
			return at
		}
		at++
	}
}

// escaped reports that an odd number of backslashes stands before b[at].
func escaped(b []byte, at int) bool {
	n := 0
	for at > n && b[at-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

// queryStart is where the query of a path begins, or where the path ends.
func queryStart(b []byte) int {
	if i := bytes.IndexAny(b, "? \""); i >= 0 {
		return i
	}
	return len(b)
}
