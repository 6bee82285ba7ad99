package challenge

import "strings"

func (p *parser) open(start int, scheme string) *Challenge {
	p.out = append(p.out, Challenge{Scheme: scheme, Field: p.field, Start: start, End: start})
	return p.cur()
}

func (p *parser) current() bool   { return len(p.out) > 0 }
func (p *parser) cur() *Challenge { return &p.out[len(p.out)-1] }
func (p *parser) flaw(pos int, what string) {
	c := p.cur()
	if len(c.Flaws) < maxParams {
		c.Flaws = append(c.Flaws, Flaw{pos, what})
	}
}

// bareScheme reports that nothing but a scheme was read of the current challenge.
func (p *parser) bareScheme() bool {
	return p.current() && p.cur().Scheme != "" && len(p.cur().Params) == 0 && p.cur().Token68 == ""
}

func (p *parser) afterBlanks(i int) int {
	for i < len(p.s) && blank(p.s[i]) {
		i++
	}
	return i
}

// newline reports that a line break begins at i; the LF of a CR LF begins none.
func (p *parser) newline(i int) bool {
	return p.s[i] == '\r' || p.s[i] == '\n' && (i == 0 || p.s[i-1] != '\r')
}

// ends reports that a list element may end at i.
func (p *parser) ends(i int) bool {
	i = p.afterBlanks(i)
	return i >= len(p.s) || p.s[i] == ','
}

// beginsParam reports that name "=" stands at i, behind blanks.
func (p *parser) beginsParam(i int) bool {
	j := p.afterBlanks(i)
	n := tokenLen(p.s[j:])
	k := p.afterBlanks(j + n)
	return n > 0 && j > i && k < len(p.s) && p.s[k] == '='
}

// colon reports a colon at i that nothing but a blank or the end follows.
func (p *parser) colon(i int) bool {
	return i < len(p.s) && p.s[i] == ':' && (i+1 == len(p.s) || blank(p.s[i+1]))
}

// semicolon reports a semicolon that was written for a comma: one that a blank follows, because lists like
// SignedHeaders=host;date hold others.
func (p *parser) semicolon(i int) bool {
	return i < len(p.s) && p.s[i] == ';' && (i+1 == len(p.s) || blank(p.s[i+1]))
}

// continuesList recognises qop=auth,auth-int, which some servers write without quotation marks.
func (p *parser) continuesList(word string) bool {
	if !p.unquoted || len(p.cur().Params) == 0 || word != "auth" && word != "auth-int" {
		return false
	}
	ps := p.cur().Params
	return strings.EqualFold(ps[len(ps)-1].Name, "qop")
}

// finish adds what only the whole challenge shows.
func (c *Challenge) finish(info bool) {
	if info {
		return
	}
	need := func(name, what string) {
		if _, ok := c.Param(name); !ok {
			c.Flaws = append(c.Flaws, Flaw{c.Start, what})
		}
	}
	switch strings.ToLower(c.Scheme) {
	case "basic":
		need("realm", MissingRealm)
	case "digest":
		need("realm", MissingRealm)
		need("nonce", MissingNonce)
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func tokenChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

func token68Char(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~+/", c) >= 0
}

func tokenLen(s string) int {
	n := 0
	for n < len(s) && tokenChar(s[n]) {
		n++
	}
	return n
}

func isToken(s string) bool { return s != "" && tokenLen(s) == len(s) }

// bareParams are parameter names that servers write without a value; they are no schemes.
var bareParams = map[string]bool{
	"realm": true, "error": true, "error_description": true, "error_uri": true, "scope": true, "nonce": true,
	"opaque": true, "qop": true, "stale": true, "algorithm": true, "domain": true, "charset": true, "userhash": true,
	"resource_metadata": true, "authorization_uri": true, "algs": true, "max_age": true, "acr_values": true,
}
