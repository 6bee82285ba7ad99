package sign

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/why401/why401/cause/likeness"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Voice is who speaks in a piece of text.
type Voice uint8

// The voices.
const (
	Program Voice = iota // an error, a log line, a body, a challenge
	Person               // prose
	Paper                // code and settings
)

// Place is where a reason was seen.
type Place = fact.Source

// Piece is one text: a message, a body, a paragraph.
type Piece struct {
	Words  []int32 // by their numbers in the lexicon
	Voice  Voice
	Who    string // the program that speaks, lower case; "" when unknown
	Status int    // the status that it speaks of
	From   Place
	raw    string // the text, to find addresses in it; it may hold secrets and is never shown
	low    bool   // raw is in lower case by now
}

// Token is a credential seen anywhere in the evidence.
type Token struct {
	Kinds []string // kind, scheme and vendor, lower case
	JWT   *jwt.Token
	Whole bool // every claim was seen: one that is not there is missing
	From  Place
}

// Evidence is a case made ready for signs.
type Evidence struct {
	pieces    []Piece
	exchanges []*exchange.Exchange
	products  []string
	tokens    []Token
	settings  []exchange.Setting
	docs      []doc
	ideas     map[string]*Place
	asked     []asked
	like      *likeness.Reading   // made when first asked for
	lex       *lexicon            // the words of the pieces
	voices    [Paper + 1][]uint64 // the pieces in which each speaks, as a set; made when first asked for
	numbers   []number            // what may be a status in the text, in its order
	numbered  bool                // numbers were looked for
	asks      []challenged        // the replies' challenges
	parsed    bool                // they were read
}

// number is a word of three digits that a text may mean as a status.
type number struct {
	value int
	piece int
}

type doc struct {
	value any
	from  Place
}

// asked is a request that was made or that somebody wants to make.
type asked struct {
	request exchange.Request
	from    Place
}

// Bounds of what is looked at: evidence is written by people and programs, not by the gigabyte.
const (
	maxPieces = 600
	maxWords  = 4000 // in one piece
)

// NewEvidence reads c; products names who wrote or handled the replies, as the signatures say.
func NewEvidence(c *exchange.Case, products []string) *Evidence {
	e := &Evidence{exchanges: c.Exchanges, settings: c.Settings, ideas: map[string]*Place{}, lex: newLexicon()}
	for _, p := range products {
		e.products = append(e.products, strings.ToLower(p))
	}
	for _, x := range c.Exchanges {
		e.reply(x)
		e.request(x.Request, x.Unseen&exchange.RequestCredentials == 0, fact.Source{Exchange: x.N})
	}
	if c.Intent != nil && len(c.Exchanges) == 0 {
		e.request(c.Intent.Request, true, c.Intent.Source)
	}
	for _, m := range c.Messages {
		e.say(string(m.Text), Program, strings.ToLower(m.Who), m.Status, m.From)
		e.document([]byte(m.Text), m.From)
		if m.Who != "" {
			e.products = append(e.products, strings.ToLower(m.Who))
		}
	}
	for _, n := range c.Notes {
		e.say(string(n.Text), Person, "", 0, n.From)
	}
	for _, s := range c.Settings {
		e.setting(s)
	}
	for _, t := range c.Tokens {
		e.token(cred.Credential{Place: t.Place, Value: t.Value, Kind: kindOf(t), Vendor: cred.VendorOf(t.Value)}, t.Whole, t.From)
	}
	return e
}

func kindOf(t exchange.Token) cred.Kind {
	if jwt.LooksLike(t.Value) {
		return cred.JWT
	}
	return cred.Bearer
}

func (e *Evidence) reply(x *exchange.Exchange) {
	at := fact.Source{Exchange: x.N}
	if x.Response == nil {
		if x.Failure != nil {
			e.say(x.Failure.Message, Program, "", 0, at)
		}
		return
	}
	passed := x.OK() // what a page says that was let in is no refusal's word
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate", "Location", "X-Ms-Diagnostics", "X-Authentication-Denied-Reason", "X-Amzn-ErrorType"} {
		for _, v := range x.Header().Values(name) {
			if !v.Closed() {
				e.say(v.String(), Program, "", x.Status(), at)
			}
		}
	}
	if body := x.Body(); len(body) > 0 && !passed {
		e.say(x.Response.Reason+" "+string(body), Program, "", x.Status(), at)
		e.document(body, at)
	} else if len(body) > 0 && len(body) < 4096 {
		e.document(body, at)
	}
}

func (e *Evidence) request(r exchange.Request, whole bool, at Place) {
	e.asked = append(e.asked, asked{r, at})
	for _, c := range cred.Of(r) {
		e.token(c, whole, at)
	}
}

func (e *Evidence) token(c cred.Credential, whole bool, at Place) {
	t := Token{Kinds: []string{strings.ToLower(string(c.Kind))}, Whole: whole, From: at}
	for _, k := range []string{c.Scheme, c.Vendor.Name, c.Place} {
		if k != "" {
			t.Kinds = append(t.Kinds, strings.ToLower(k))
		}
	}
	if c.Kind == cred.JWT {
		if j, err := jwt.Decode(c.Value); err == nil {
			t.JWT = j
		}
	}
	e.tokens = append(e.tokens, t)
}

// setting lets a setting be found as text, too: its context, name and public values.
func (e *Evidence) setting(s exchange.Setting) {
	var b strings.Builder
	b.WriteString(s.System + " " + s.Name)
	for _, a := range s.Args {
		if !a.Closed() {
			b.WriteString(" " + a.String())
		}
	}
	e.say(b.String(), Paper, strings.ToLower(s.System), 0, s.From)
}

func (e *Evidence) say(text string, v Voice, who string, status int, from Place) {
	if len(e.pieces) >= maxPieces || strings.TrimSpace(text) == "" {
		return
	}
	text = text[:min(len(text), 10*maxWords)]
	n := e.lex.add(text, maxWords)
	all := e.lex.all
	e.pieces = append(e.pieces, Piece{Words: all[len(all)-n : len(all) : len(all)], Voice: v, Who: who, Status: status, From: from, raw: text})
}

// document keeps a JSON text for questions about its fields.
func (e *Evidence) document(text []byte, from Place) {
	if len(text) > 64<<10 || len(e.docs) >= 64 {
		return
	}
	t := strings.TrimSpace(string(text))
	if t == "" || t[0] != '{' && t[0] != '[' {
		return
	}
	var v any
	if json.Unmarshal([]byte(t), &v) == nil {
		e.docs = append(e.docs, doc{v, from})
	}
}

// challenges are all of the evidence's challenges.
func (e *Evidence) challenges() []challenged {
	if !e.parsed {
		for _, x := range e.exchanges {
			for _, c := range challenge.Of(x) {
				e.asks = append(e.asks, challenged{c, fact.Source{Exchange: x.N}})
			}
		}
		e.parsed = true
	}
	return e.asks
}

type challenged struct {
	challenge.Challenge
	from Place
}

// Words are the words of everything that was read, for measuring likeness: of the texts, and of what stands in requests
// and replies where it may be shown.
func (e *Evidence) Words() []string {
	var out []string
	for _, p := range e.pieces {
		for _, id := range p.Words[:min(len(p.Words), wordsOfPiece)] {
			out = append(out, e.lex.words[id])
		}
		out = append(out, "|") // no run of words goes from one text into the next
	}
	for _, a := range e.asked {
		out = append(out, Words(a.request.Method+" "+a.request.URL.Scheme+" "+a.request.URL.Authority()+a.request.URL.ShownPath())...)
		out = append(out, shown(a.request.Header)...)
	}
	for _, x := range e.exchanges {
		if x.Response != nil {
			out = append(out, "|", strconv.Itoa(x.Status()))
			out = append(out, shown(x.Header())...)
		}
	}
	return out
}

// wordsOfPiece is how much of one text counts for likeness.
const wordsOfPiece = 800

func shown(h exchange.Header) []string {
	var out []string
	for _, f := range h {
		out = append(append(out, "|"), Words(f.Name)...)
		if !f.Value.Closed() {
			out = append(out, Words(f.Value.String())...)
		}
	}
	return out
}
