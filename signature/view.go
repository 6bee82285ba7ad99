package signature

import (
	"bytes"
	"encoding/json"
	"html"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const (
	// patternReach is how much of a body a regular expression sees: error pages are small, and RE2 is linear but not fast.
	patternReach = 16 << 10
	// jsonReach is the largest body that is read as JSON.
	jsonReach = 32 << 10
)

// reply is one response made ready for many questions. What is costly is done once and only when asked for.
type reply struct {
	x       *exchange.Exchange
	n       int
	status  int
	named   [][]secret.Text // values by number of the name
	family  []string        // by number of the prefix: a name that has it, "" when none
	body    []byte
	flat    []byte // body with HTML and JSON escapes undone, nil when that changes nothing
	found   []bool // by number of the literal
	doc     any
	docRead bool
}

// read prepares the reply of x, which has one.
func (s *Set) read(x *exchange.Exchange) *reply {
	r := &reply{x: x, n: x.N, status: x.Status(), body: x.Body()}
	r.named = make([][]secret.Text, len(s.headers))
	r.family = make([]string, len(s.families))
	for _, f := range x.Header() {
		low := strings.ToLower(f.Name)
		if i, ok := s.headers[low]; ok {
			r.named[i] = append(r.named[i], f.Value)
		}
		for i, p := range s.families {
			if r.family[i] == "" && strings.HasPrefix(low, p) {
				r.family[i] = f.Name
			}
		}
	}
	r.flat = unescape(r.body)
	r.found = make([]bool, s.literals.count())
	s.literals.scan(r.body, r.found)
	s.literals.scan(r.flat, r.found)
	return r
}

// head is the part of the body that patterns are tried on.
func (r *reply) head() []byte { return r.body[:min(len(r.body), patternReach)] }

// json is the body as a JSON value, nil when it is none.
func (r *reply) json() any {
	if r.docRead {
		return r.doc
	}
	r.docRead = true
	b := bytes.TrimLeft(r.body, " \t\r\n\ufeff")
	if len(b) == 0 || len(b) > jsonReach || b[0] != '{' && b[0] != '[' {
		return nil
	}
	if json.Unmarshal(b, &r.doc) != nil {
		r.doc = nil
	}
	return r.doc
}

// unescape undoes the escapes under which a product's sentence may hide: "isn&#39;t", "isn\u0027t", "\"x\"". It gives
// nil when there is nothing to undo. It is for finding substrings only: the result is no longer HTML or JSON.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '\\') < 0 {
		return nil
	}
	s := string(b)
	if strings.IndexByte(s, '\\') >= 0 {
		s = plainJSON(s)
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	if s == string(b) {
		return nil
	}
	return []byte(s)
}

// plainJSON undoes \", \/, \\, \n, \t and \u00XX; other escapes stay as they are.
func plainJSON(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch c := s[i+1]; {
		case c == '"' || c == '/' || c == '\\':
			b.WriteByte(c)
			i++
		case c == 'n' || c == 't' || c == 'r':
			b.WriteByte(' ')
			i++
		case c == 'u' && i+5 < len(s) && s[i+2] == '0' && s[i+3] == '0':
			hi, lo := hexValue(s[i+4]), hexValue(s[i+5])
			if v := hi<<4 | lo; hi >= 0 && lo >= 0 && v < 0x80 {
				b.WriteByte(byte(v))
				i += 5
				continue
			}
			b.WriteByte('\\')
		default:
			b.WriteByte('\\')
		}
	}
	return b.String()
}

func hexValue(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }
