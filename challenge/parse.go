package challenge

import "strings"

// Limits of what is read: a hostile server may not make the reader slow. They are far above what any client takes.
const (
	maxValue      = 64 << 10
	maxChallenges = 64
	maxParams     = 256
)

// Parse reads the field values of WWW-Authenticate or Proxy-Authenticate, one string per field line. It never fails:
// what cannot be read becomes a flaw of the challenge it stands in, or of one without a scheme.
func Parse(fieldValues []string) Challenges {
	var out Challenges
	for i, v := range fieldValues {
		p := parser{field: i, s: v, cut: len(v) > maxValue}
		if p.cut {
			p.s = v[:maxValue]
		}
		out = append(out, p.run()...)
	}
	return out
}

// ParseInfo reads the field values of Authentication-Info or Proxy-Authentication-Info (RFC 9110 11.6.3):
// parameters without a scheme. Flaw positions count from the start of the field value they were found in.
func ParseInfo(fieldValues []string) ([]Param, []Flaw) {
	var params []Param
	var flaws []Flaw
	for i, v := range fieldValues {
		p := parser{field: i, s: v[:min(len(v), maxValue)], cut: len(v) > maxValue, info: true}
		for _, c := range p.run() {
			params = append(params, c.Params...)
			flaws = append(flaws, c.Flaws...)
		}
	}
	return params, flaws
}

type parser struct {
	s     string
	i     int
	field int
	cut   bool
	info  bool // Authentication-Info: no scheme is expected
	out   []Challenge

	comma     bool // a comma stood between the last item and this one
	bareComma bool // the comma stood directly behind a scheme
	unquoted  bool // the last item was an unquoted value
	lastQuote int  // position of the last quotation mark in s
}

func (p *parser) run() []Challenge {
	p.lastQuote = strings.LastIndexByte(p.s, '"')
	for p.comma = true; ; {
		p.skip()
		if p.i >= len(p.s) || len(p.out) >= maxChallenges {
			break
		}
		p.item()
		p.comma = false
	}
	if p.cut && len(p.out) > 0 {
		p.flaw(len(p.s), TooLong)
	}
	for i := range p.out {
		p.out[i].finish(p.info)
	}
	return p.out
}

// skip passes blanks and commas and notes the commas.
func (p *parser) skip() {
	p.bareComma = p.i < len(p.s) && p.s[p.i] == ','
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ',':
			p.comma = true
		case c == ';' && p.current():
			p.flaw(p.i, Semicolon)
			p.comma = true
		case p.newline(p.i):
			if p.current() {
				p.flaw(p.i, LineFold)
			}
		case !blank(c):
			return
		}
		p.i++
	}
}

// item reads one scheme, one parameter, or one piece of rubbish.
func (p *parser) item() {
	start := p.i
	end := start + tokenLen(p.s[start:])
	if end == start {
		p.rubbish(start)
		return
	}
	word := p.s[start:end]
	next := p.afterBlanks(end)
	switch {
	case next < len(p.s) && p.s[next] == '=':
		p.param(start, end, next)
	case p.colon(end):
		p.i = end + 1
		if strings.EqualFold(word, "WWW-Authenticate") || strings.EqualFold(word, "Proxy-Authenticate") {
			p.open(start, "").Flaws = []Flaw{{start, FieldNameInside}}
			p.cur().End = p.i
			return
		}
		p.scheme(start, word)
		p.flaw(end, ColonAfterScheme)
	case p.info:
		p.bare(start, end)
	case p.comma && p.current() && bareParams[word] && p.ends(end):
		p.bare(start, end)
	case p.comma && p.continuesList(word):
		last := &p.cur().Params[len(p.cur().Params)-1]
		last.Value += "," + word
		last.End, p.cur().End, p.i = end, end, end
		p.flaw(start, UnquotedList)
	case p.comma || !p.current():
		p.i = end
		p.scheme(start, word)
	case p.bareScheme() && strings.EqualFold(p.cur().Scheme, word):
		p.i, p.cur().End = end, end
		p.flaw(start, SchemeTwice)
		p.token68()
	case p.bareScheme() && bareParams[word] && p.ends(end):
		p.bare(start, end)
	case p.cur().Scheme == "" && len(p.cur().Params) == 0:
		p.i = end
		p.scheme(start, word)
	case Known(word), !p.unquoted && !p.bareScheme() && p.beginsParam(end):
		p.flaw(start, MissingComma)
		p.i = end
		p.scheme(start, word)
	default:
		p.rubbish(start)
	}
}

// scheme opens a challenge; p.i stands behind the scheme.
func (p *parser) scheme(start int, word string) {
	if p.current() && p.cur().Scheme == "" && len(p.cur().Params) == 0 {
		// Rubbish in front of the first scheme belongs to it.
		p.cur().Scheme, p.cur().End = word, p.i
	} else {
		p.open(start, word).End = p.i
	}
	p.unquoted = false
	p.token68()
}

// token68 takes a token68 behind the scheme when that is what stands there. The grammar lets "realm=" be one as well;
// nobody who wrote it meant that.
func (p *parser) token68() {
	start := p.afterBlanks(p.i)
	if start == p.i || start == len(p.s) {
		return
	}
	body := start
	for body < len(p.s) && token68Char(p.s[body]) {
		body++
	}
	end := body
	for end < len(p.s) && p.s[end] == '=' {
		end++
	}
	if body == start || !p.ends(end) {
		return
	}
	word, pads := p.s[start:body], end-body
	c := p.cur()
	switch {
	case bareParams[strings.ToLower(word)]:
		return
	case pads == 0 && Known(word):
		return
	case pads == 1 && isToken(word) && !carriesToken(c.Scheme) && (end-start)%4 != 0:
		return
	}
	c.Token68, c.End, p.i = p.s[start:end], end, end
}

// param reads name "=" value; eq is where the equals sign stands.
func (p *parser) param(start, nameEnd, eq int) {
	if !p.current() {
		p.open(start, "")
		if !p.info {
			p.flaw(start, NoScheme)
		}
	}
	c := p.cur()
	switch {
	case c.Token68 != "":
		p.flaw(start, ParamAfterToken68)
	case len(c.Params) > 0 && !p.comma:
		p.flaw(start, MissingComma)
	case len(c.Params) == 0 && c.Scheme != "" && p.comma && p.bareComma:
		p.flaw(start, CommaAfterScheme)
	}
	q := Param{Name: p.s[start:nameEnd], Start: start}
	if _, dup := c.Param(q.Name); dup {
		p.flaw(start, DuplicateParam)
	}
	p.i = p.afterBlanks(eq + 1)
	if eq > nameEnd || p.i > eq+1 && p.i < len(p.s) && p.s[p.i] != ',' {
		p.flaw(nameEnd, BlankAroundEquals)
	}
	p.unquoted = false
	switch {
	case p.i >= len(p.s) || p.s[p.i] == ',':
		p.i = eq + 1
		p.flaw(start, NoValue)
	case p.s[p.i] == '"':
		q.Quoted = true
		q.Value = p.quoted()
	case p.s[p.i] == '\'':
		q.Value = p.single()
	default:
		p.unquoted = true
		q.Value = p.unquotedValue()
	}
	if !q.Quoted && q.Value != "" && strings.EqualFold(q.Name, "realm") {
		p.flaw(start, UnquotedRealm)
	}
	q.End = p.i
	if len(c.Params) < maxParams {
		c.Params = append(c.Params, q)
	} else {
		p.flaw(start, TooLong)
	}
	c.End = p.i
}

// quoted reads a quoted-string; p.i stands on its opening mark.
func (p *parser) quoted() string {
	open := p.i
	var b strings.Builder
	for p.i++; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; c {
		case '\\':
			if p.i+1 < len(p.s) {
				p.i++
			}
			b.WriteByte(p.s[p.i])
		case '"':
			if !p.closes(p.i + 1) {
				p.flaw(p.i, InnerQuote)
				b.WriteByte(c)
				continue
			}
			p.i++
			return b.String()
		case '\r', '\n':
			if p.newline(p.i) {
				p.flaw(p.i, LineFold)
			}
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	p.flaw(open, UnterminatedQuote)
	return b.String()
}

// closes tells whether a quotation mark before i ends its string: what follows must be able to follow. In a
// well-formed value it always can, so only broken ones are read differently.
func (p *parser) closes(i int) bool {
	if p.lastQuote < i || p.ends(i) || p.semicolon(i) {
		return true
	}
	j := p.afterBlanks(i)
	n := tokenLen(p.s[j:])
	if n == 0 {
		return false
	}
	k := p.afterBlanks(j + n)
	if k < len(p.s) && p.s[k] == '=' {
		return true
	}
	return j > i && (Known(p.s[j:j+n]) || p.beginsParam(j+n))
}

// single reads 'like this' with its marks, which are ordinary characters to the grammar.
func (p *parser) single() string {
	start := p.i
	if n := strings.IndexByte(p.s[start+1:], '\''); n >= 0 && p.ends(start+n+2) {
		p.flaw(start, SingleQuoted)
		p.i = start + n + 2
		return p.s[start:p.i]
	}
	p.unquoted = true
	return p.unquotedValue()
}

func (p *parser) unquotedValue() string {
	start, bad := p.i, false
	for p.i < len(p.s) && !blank(p.s[p.i]) && p.s[p.i] != ',' && !p.semicolon(p.i) {
		if !bad && !tokenChar(p.s[p.i]) {
			p.flaw(p.i, BadCharacter)
			bad = true
		}
		p.i++
	}
	return p.s[start:p.i]
}

// bare takes a word that is a parameter's name without "=".
func (p *parser) bare(start, end int) {
	if !p.current() {
		p.open(start, "")
	}
	c := p.cur()
	if len(c.Params) < maxParams {
		c.Params = append(c.Params, Param{Name: p.s[start:end], Start: start, End: end})
	}
	c.End, p.i = end, end
	p.flaw(start, NoValue)
}

// rubbish passes one word that belongs to nothing.
func (p *parser) rubbish(start int) {
	if !p.current() {
		p.open(start, "")
	}
	what := Garbage
	if p.s[start] == '"' {
		p.i++
		what = StrayQuote
	} else {
		for p.i < len(p.s) && !blank(p.s[p.i]) && p.s[p.i] != ',' {
			p.i++
		}
	}
	c := p.cur()
	c.End = p.i
	if n := len(c.Flaws); n == 0 || c.Flaws[n-1].What != what {
		p.flaw(start, what)
	}
}
