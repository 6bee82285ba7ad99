package har

import (
	"math"
	"slices"
	"strconv"
)

// Bounds of what is kept of one entry while it is read.
const (
	maxBody   = 64 << 10              // of a body, decoded
	maxCoded  = (maxBody + 2) / 3 * 4 // the same in base64
	maxValue  = 64 << 10              // of any other text: a URL, a header value
	maxEntry  = 384 << 10             // of all texts of an entry together
	maxFields = 1000                  // header fields, cookies or form fields
)

// span is a text inside entry.text: entries that are not kept cost no strings.
type span struct{ from, to int32 }

func (p span) empty() bool { return p.from == p.to }

type pair struct{ name, value span }

// entry is what is taken of one entry of log.entries (HAR 1.2, with the private fields of the exporters).
type entry struct {
	n    int    // its number in the file, from 1
	text []byte // what the spans point into

	started, ip, conn, connID, cached, blocked span
	took                                       float64
	viaWorker, preflightOf                     bool

	hasRequest, hasResponse            bool
	method, url, proto                 span
	header, cookies, params            []pair
	postType, post                     span
	hasPost, postCut                   bool
	sentSize                           int64
	status                             int
	reason, replyProto, redirect, fail span
	reply                              []pair
	gaveCookies                        bool
	body, bodyType, coding             span
	hasBody, bodyCut                   bool
	size, wire                         int64
	overlong                           bool // a text was cut that is no body
	torn                               bool // the file ends inside
	masked                             bool // its credentials were overwritten
}

func (e *entry) str(p span) string { return string(e.text[p.from:p.to]) }

// reset makes e empty, keeping its memory.
func (e *entry) reset(n int) {
	*e = entry{n: n, text: e.text[:0], header: e.header[:0], cookies: e.cookies[:0], params: e.params[:0], reply: e.reply[:0],
		sentSize: -1, size: -1, wire: -1}
}

// clone copies e into memory of its own, no larger than needed.
func (e *entry) clone() *entry {
	c := *e
	c.text = append([]byte(nil), e.text...)
	c.header, c.cookies, c.params, c.reply = slices.Clone(e.header), slices.Clone(e.cookies), slices.Clone(e.params), slices.Clone(e.reply)
	return &c
}

// bytes is about what e costs in memory.
func (e *entry) bytes() int {
	return 600 + cap(e.text) + 16*(cap(e.header)+cap(e.cookies)+cap(e.params)+cap(e.reply))
}

// str reads the string that comes next; a number or word counts as its text, anything else is skipped.
func (r *reader) str(max int) (p span, cut bool, err error) {
	e := &r.e
	c, err := r.s.peek()
	if err != nil {
		return p, false, err
	}
	p.from = int32(len(e.text))
	p.to = p.from
	switch {
	case c == '{' || c == '[':
		return p, false, r.s.skip()
	case c == '"':
		e.text, cut, err = r.s.text(e.text, min(max, maxEntry-len(e.text)))
	default:
		var word string
		if word, err = r.s.literal(); word != "null" && len(e.text)+len(word) <= maxEntry {
			e.text = append(e.text, word...)
		}
	}
	p.to = int32(len(e.text))
	return p, cut, err
}

// put reads a text into p.
func (r *reader) put(p *span) error {
	var cut bool
	var err error
	*p, cut, err = r.str(maxValue)
	r.e.overlong = r.e.overlong || cut
	return err
}

// number reads a number; what is none gives NaN.
func (r *reader) number() (float64, error) {
	p, _, err := r.str(64)
	if err != nil {
		return math.NaN(), err
	}
	v, bad := strconv.ParseFloat(r.e.str(p), 64)
	if bad != nil {
		v = math.NaN()
	}
	return v, nil
}

// integer reads a count; -1 when it is none.
func (r *reader) integer(to *int64) error {
	v, err := r.number()
	if *to = -1; v >= 0 && v < 1<<53 {
		*to = int64(v)
	}
	return err
}

// isTrue reads a boolean.
func (r *reader) isTrue(to *bool) error {
	p, _, err := r.str(8)
	*to = r.e.str(p) == "true"
	return err
}

// inside calls field for the members of an object; another value is skipped.
func (r *reader) inside(field func(string) error) error {
	if c, err := r.s.peek(); err != nil || c != '{' {
		if err == nil {
			err = r.s.skip()
		}
		return err
	}
	return r.s.object(field)
}

// each calls item for the values of an array; another value is skipped.
func (r *reader) each(item func() error) error {
	if c, err := r.s.peek(); err != nil || c != '[' {
		if err == nil {
			err = r.s.skip()
		}
		return err
	}
	return r.s.array(item)
}

// pairs reads [{"name":..., "value":...}, ...].
func (r *reader) pairs(to *[]pair) error {
	*to = (*to)[:0]
	return r.each(func() error {
		if len(*to) == maxFields {
			r.e.overlong = true
			return r.s.skip()
		}
		var p pair
		err := r.inside(func(name string) error {
			switch name {
			case "name":
				return r.put(&p.name)
			case "value":
				return r.put(&p.value)
			}
			return r.s.skip()
		})
		if !p.name.empty() {
			*to = append(*to, p)
		}
		return err
	})
}
