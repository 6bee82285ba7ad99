// Package challenge reads WWW-Authenticate, Proxy-Authenticate and Authentication-Info (RFC 9110 section 11), and
// splits Authorization and Proxy-Authorization into scheme and credentials.
//
// Real servers write these fields by string concatenation, so the reader takes what a careful person would still
// understand, keeps byte positions, and notes every departure from the grammar as a Flaw. It refuses to guess
// credentials, to decode what a value means, and to decide whether a client would accept the challenge.
package challenge

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// Challenge is one auth-scheme with its parameters or its token68.
type Challenge struct {
	Scheme  string // as written; "" when parameters or rubbish stood where a scheme was expected
	Token68 string // "" when there is none
	Params  []Param
	Field   int // index of the field value it was read from
	Start   int // byte offset of the scheme in that value
	End     int // byte offset behind the last byte that belongs to it
	Flaws   []Flaw
}

// Param is one auth-param.
type Param struct {
	Name   string // as written; compare it without case
	Value  string // quotation marks and backslashes removed; ext values (RFC 8187) and other encodings as they are
	Quoted bool
	Start  int // byte offset of the name
	End    int // byte offset behind the value
}

// Flaw is a departure from the grammar.
type Flaw struct {
	Pos  int    // byte offset in the field value
	What string // one of the constants below
}

// What can be wrong with a challenge. The texts may be shown.
const (
	MissingRealm      = "realm is missing"
	MissingNonce      = "nonce is missing"
	UnquotedRealm     = "realm is not in quotation marks"
	UnterminatedQuote = "quotation mark is never closed"
	InnerQuote        = "quotation mark inside a quoted value is not escaped"
	SingleQuoted      = "single quotation marks do not quote"
	StrayQuote        = "quotation mark where none belongs"
	MissingComma      = "comma is missing"
	Semicolon         = "semicolon where a comma belongs"
	CommaAfterScheme  = "comma between the scheme and its first parameter"
	DuplicateParam    = "parameter appears twice"
	NoValue           = "parameter without a value"
	BlankAroundEquals = "blank around the equals sign"
	BadCharacter      = "character that an unquoted value may not hold"
	UnquotedList      = "list of values is not in quotation marks"
	Garbage           = "text that belongs to nothing"
	NoScheme          = "parameter before any scheme"
	SchemeTwice       = "scheme is written twice"
	ColonAfterScheme  = "colon behind the scheme"
	FieldNameInside   = "field name is repeated inside the value"
	ParamAfterToken68 = "parameter behind a token68"
	LineFold          = "value is folded over lines"
	TooLong           = "value is longer than is read"
)

// Challenges are the challenges of one response in the order they were offered.
type Challenges []Challenge

// Of reads the WWW-Authenticate fields of x's reply.
func Of(x *exchange.Exchange) Challenges { return Parse(values(x, "WWW-Authenticate")) }

// ProxyOf reads the Proxy-Authenticate fields of x's reply.
func ProxyOf(x *exchange.Exchange) Challenges { return Parse(values(x, "Proxy-Authenticate")) }

func values(x *exchange.Exchange, name string) []string {
	var out []string
	for _, v := range x.Header().Values(name) {
		out = append(out, v.Reveal())
	}
	return out
}

// Find gives the first challenge of a scheme, whatever its case, or nil.
func (cs Challenges) Find(scheme string) *Challenge {
	for i := range cs {
		if strings.EqualFold(cs[i].Scheme, scheme) {
			return &cs[i]
		}
	}
	return nil
}

// Has reports whether a scheme is offered.
func (cs Challenges) Has(scheme string) bool { return cs.Find(scheme) != nil }

// Schemes lists the schemes as written, each once, in order.
func (cs Challenges) Schemes() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range cs {
		if k := strings.ToLower(c.Scheme); c.Scheme != "" && !seen[k] {
			seen[k] = true
			out = append(out, c.Scheme)
		}
	}
	return out
}

// Flawed reports whether any challenge departs from the grammar in this way.
func (cs Challenges) Flawed(what string) bool {
	for i := range cs {
		if cs[i].Flawed(what) {
			return true
		}
	}
	return false
}

// Param gives the first parameter of that name, whatever its case. On a nil challenge there is none.
func (c *Challenge) Param(name string) (string, bool) {
	if c == nil {
		return "", false
	}
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return "", false
}

// Value is Param without the word whether it was there.
func (c *Challenge) Value(name string) string { v, _ := c.Param(name); return v }

// Realm is the realm parameter, "" when absent.
func (c *Challenge) Realm() string { return c.Value("realm") }

// Is reports whether c is of that scheme, whatever its case.
func (c *Challenge) Is(scheme string) bool { return c != nil && strings.EqualFold(c.Scheme, scheme) }

// Flawed reports whether c departs from the grammar in this way.
func (c *Challenge) Flawed(what string) bool {
	if c == nil {
		return false
	}
	for _, f := range c.Flaws {
		if f.What == what {
			return true
		}
	}
	return false
}

// String writes the challenges as one well-formed field value: every parameter quoted unless it was a token.
func (cs Challenges) String() string {
	parts := make([]string, len(cs))
	for i := range cs {
		parts[i] = cs[i].String()
	}
	return strings.Join(parts, ", ")
}

// String writes c as a well-formed challenge.
func (c *Challenge) String() string {
	var b strings.Builder
	b.WriteString(c.Scheme)
	if c.Token68 != "" {
		b.WriteString(" " + c.Token68)
	}
	for i, p := range c.Params {
		if i > 0 || c.Token68 != "" {
			b.WriteByte(',')
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.Name + "=")
		if p.Quoted || !isToken(p.Value) {
			b.WriteString(quote(p.Value))
		} else {
			b.WriteString(p.Value)
		}
	}
	return b.String()
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
