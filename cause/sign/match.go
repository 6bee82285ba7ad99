package sign

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// hit is where a condition held.
type hit struct {
	place  Place
	phrase string // the wording, when it was one
	voice  Voice
}

var (
	byProgram = []Voice{Program}
	byPerson  = []Voice{Person}
	byAny     = []Voice{Program, Person, Paper}
)

// holds reports whether every condition of s holds, and the place that is most worth showing.
func (b *Book) holds(s *ready, e *Evidence) (hit, bool) {
	var best hit
	found := false
	take := func(h hit, ok bool) bool {
		if ok && (!found || best.phrase == "" && h.phrase != "" || best.voice == Person && h.voice != Person) {
			best, found = h, true
		}
		return ok
	}
	conditions := []struct {
		items []string
		ask   func(string) (hit, bool)
	}{
		{s.Header, e.header}, {s.Request, e.requested}, {s.Challenge, e.challenged}, {s.URL, e.url}, {s.Method, e.method},
		{s.JSON, e.json}, {s.Claim, e.claim}, {s.Token, e.carries}, {s.Setting, e.sets}, {s.Who, e.who},
	}
	for _, c := range conditions {
		if len(c.items) > 0 && !slices.ContainsFunc(c.items, func(i string) bool { return take(c.ask(i)) }) {
			return hit{}, false
		}
	}
	if len(s.Status) > 0 && !take(e.status(s.Status)) {
		return hit{}, false
	}
	at := s.first
	for _, t := range []struct {
		phrases []string
		voices  []Voice
	}{{s.Says, byProgram}, {s.Told, byPerson}, {s.Text, byAny}} {
		if len(t.phrases) > 0 && !take(b.hears(t.phrases, at, t.voices, e)) {
			return hit{}, false
		}
		at += len(t.phrases)
	}
	if len(s.Idea) > 0 && !slices.ContainsFunc(s.Idea, func(i string) bool { return take(b.idea(i, e)) }) {
		return hit{}, false
	}
	for i := range s.not {
		if _, ok := b.holds(&s.not[i], e); ok {
			return hit{}, false
		}
	}
	return best, found
}

// hears gives the first of the phrases that one of the voices speaks, and its first piece.
func (b *Book) hears(phrases []string, first int, voices []Voice, e *Evidence) (hit, bool) {
	var spoken []uint64
	for n, text := range phrases {
		keys := &b.keys[first+n]
		if !e.lex.any(keys.First) || !e.lex.any(keys.Next) {
			continue
		}
		s, ok := e.lex.search(b.phrase(first+n, text))
		if !ok {
			continue
		}
		if spoken == nil {
			spoken = e.spokenBy(voices)
			defer e.lex.give(spoken)
		}
		if i := s.heard(spoken, keys.First); i >= 0 {
			return hit{place: e.pieces[i].From, phrase: text, voice: e.pieces[i].Voice}, true
		}
	}
	return hit{}, false
}

// heard gives the first piece of a set that holds the phrase, or -1. Where the phrase has keys, the pieces with the first
// of them come first.
func (s *search) heard(set []uint64, keys []string) int {
	may := s.take(len(set))
	defer s.give(may)
	copy(may, set)
	if !s.narrow(may) {
		return -1
	}
	if len(keys) < 2 {
		return s.among(may)
	}
	for _, k := range keys {
		with := s.having(k)
		if with == nil {
			continue
		}
		some := s.take(len(set))
		for i := range some {
			some[i] = may[i] & with[i]
		}
		i := s.among(some)
		s.give(some)
		if i >= 0 {
			return i
		}
	}
	return -1
}

// among gives the first piece of set that holds the phrase, or -1.
func (s *search) among(set []uint64) int {
	for k, w := range set {
		for ; w != 0; w &= w - 1 {
			i := k*64 + bits.TrailingZeros64(w)
			if _, ok := s.in(i); ok {
				return i
			}
		}
	}
	return -1
}

// spokenBy is the set of pieces in which one of the voices speaks.
func (e *Evidence) spokenBy(voices []Voice) []uint64 {
	e.lex.index()
	if e.voices[0] == nil {
		for v := range e.voices {
			e.voices[v] = make([]uint64, max(e.lex.wide, 1))
		}
		for i, p := range e.pieces {
			e.voices[p.Voice][i/64] |= 1 << (i % 64)
		}
	}
	set := e.lex.take(e.lex.wide)
	for _, v := range voices {
		for i := range set {
			set[i] |= e.voices[v][i]
		}
	}
	return set
}

// idea asks whether the text expresses an idea; the answer is kept for the next sign that asks.
func (b *Book) idea(name string, e *Evidence) (hit, bool) {
	at, known := e.ideas[name]
	if !known {
		i := b.ideas[name]
		if h, ok := b.hears(i.phrases, i.first, []Voice{Person, Program}, e); ok {
			at = &h.place
		}
		e.ideas[name] = at
	}
	if at == nil {
		return hit{}, false
	}
	return hit{place: *at, voice: Person}, true
}

func (e *Evidence) status(codes []int) (hit, bool) {
	for _, x := range e.exchanges {
		if slices.Contains(codes, x.Status()) {
			return hit{place: fact.Source{Exchange: x.N}}, true
		}
	}
	for _, p := range e.pieces {
		if p.Status != 0 && slices.Contains(codes, p.Status) {
			return hit{place: p.From, voice: p.Voice}, true
		}
	}
	for _, n := range e.written() {
		if slices.Contains(codes, n.value) {
			p := e.pieces[n.piece]
			return hit{place: p.From, voice: p.Voice}, true
		}
	}
	return hit{}, false
}

// written are the words of three digits that may be a status: any in what a person tells; a number in a log is a status
// only where it is called one.
func (e *Evidence) written() []number {
	if e.numbered {
		return e.numbers
	}
	e.numbered = true
	for k, p := range e.pieces {
		if p.Voice == Paper {
			continue
		}
		for i, id := range p.Words {
			w := e.lex.words[id]
			if len(w) != 3 || w[0] > '9' || p.Voice == Program && (i == 0 || !codeWords[e.lex.words[p.Words[i-1]]]) {
				continue
			}
			if n, err := strconv.Atoi(w); err == nil {
				e.numbers = append(e.numbers, number{n, k})
			}
		}
	}
	return e.numbers
}

// codeWords come right before a status code in what programs write.
var codeWords = map[string]bool{"status": true, "code": true, "http": true, "error": true, "statuscode": true, "status_code": true, "response": true,
	"returned": true, "1": true, "2": true, "got": true, "with": true, "a": true, "answered": true, "httpcode": true, "rc": true}

func (e *Evidence) who(name string) (hit, bool) {
	if slices.Contains(e.products, name) {
		return hit{}, true
	}
	for k, w := range e.lex.having(name) {
		if w != 0 {
			p := e.pieces[k*64+bits.TrailingZeros64(w)]
			return hit{place: p.From, voice: p.Voice}, true
		}
	}
	return hit{}, false
}

func (e *Evidence) header(want string) (hit, bool) {
	for _, x := range e.exchanges {
		if field(x.Header(), want) {
			return hit{place: fact.Source{Exchange: x.N}}, true
		}
	}
	return hit{}, false
}

func (e *Evidence) requested(want string) (hit, bool) {
	for _, a := range e.asked {
		if field(a.request.Header, want) {
			return hit{place: a.from}, true
		}
	}
	return hit{}, false
}

// field asks for "Name", or for "Name: part" of a value, whatever the case.
func field(h exchange.Header, want string) bool {
	name, part, valued := strings.Cut(want, ":")
	part = strings.ToLower(strings.TrimSpace(part))
	for _, v := range h.Values(name) {
		if !valued || holdsPart(v, part) {
			return true
		}
	}
	return false
}

func holdsPart(v secret.Text, part string) bool {
	if strings.Contains(part, "*") {
		return v.Map(func(s string) string {
			if glob(part, strings.ToLower(s)) {
				return "y"
			}
			return ""
		}).Len() > 0
	}
	return v.Map(strings.ToLower).Contains(part)
}

func (e *Evidence) challenged(want string) (hit, bool) {
	scheme, rest, _ := strings.Cut(want, " ")
	name, value, valued := strings.Cut(rest, "=")
	for _, c := range e.challenges() {
		if !c.Is(scheme) {
			continue
		}
		got, has := c.Param(name)
		if rest == "" || has && (!valued || strings.Contains(strings.ToLower(got), strings.ToLower(value))) {
			return hit{place: c.from}, true
		}
	}
	return hit{}, false
}

// glob reports that s is pattern, in which * stands for any run of characters, slashes too.
func glob(pattern, s string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	for _, p := range parts[:len(parts)-1] { // the leftmost place is as good as any
		_, after, ok := strings.Cut(s, p)
		if !ok {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

func (e *Evidence) url(part string) (hit, bool) {
	for _, a := range e.asked {
		if u := a.request.URL; strings.Contains(strings.ToLower(u.String()), part) || u.Host == "" && strings.Contains(strings.ToLower(u.Path), part) {
			return hit{place: a.from}, true
		}
	}
	for i := range e.pieces {
		p := &e.pieces[i]
		if !p.low {
			p.raw, p.low = strings.ToLower(p.raw), true
		}
		if strings.Contains(p.raw, part) {
			return hit{place: p.From, voice: p.Voice}, true
		}
	}
	return hit{}, false
}

func (e *Evidence) method(name string) (hit, bool) {
	for _, a := range e.asked {
		if strings.EqualFold(a.request.Method, name) {
			return hit{place: a.from}, true
		}
	}
	return hit{}, false
}

func (e *Evidence) json(want string) (hit, bool) {
	at, part, valued := strings.Cut(want, ":")
	part = strings.ToLower(strings.TrimSpace(part))
	for _, d := range e.docs {
		for _, v := range walk(d.value, strings.Split(strings.TrimSpace(at), ".")) {
			if !valued || strings.Contains(strings.ToLower(fmt.Sprint(v)), part) {
				return hit{place: d.from}, true
			}
		}
	}
	return hit{}, false
}

// walk gives the values at a path: names joined by dots, "*" for any.
func walk(v any, at []string) []any {
	if len(at) == 0 {
		return []any{v}
	}
	var out []any
	switch t := v.(type) {
	case map[string]any:
		for k, child := range t {
			if at[0] == "*" || k == at[0] {
				out = append(out, walk(child, at[1:])...)
			}
		}
	case []any:
		for i, child := range t {
			if at[0] == "*" || at[0] == fmt.Sprint(i) {
				out = append(out, walk(child, at[1:])...)
			}
		}
	}
	return out
}

func (e *Evidence) carries(kind string) (hit, bool) {
	for _, t := range e.tokens {
		if slices.Contains(t.Kinds, strings.ToLower(kind)) {
			return hit{place: t.From}, true
		}
	}
	return hit{}, false
}

func (e *Evidence) claim(want string) (hit, bool) {
	name, part, valued := strings.Cut(want, ":")
	part = strings.ToLower(strings.TrimSpace(part))
	missing := strings.HasPrefix(name, "!")
	name = strings.TrimPrefix(name, "!")
	for _, t := range e.tokens {
		if t.JWT == nil {
			continue
		}
		has, values := claim(t.JWT, name)
		switch {
		case missing && t.Whole && !has, !missing && has && !valued:
			return hit{place: t.From}, true
		case valued && slices.ContainsFunc(values, func(v secret.Text) bool { return holdsPart(v, part) }):
			return hit{place: t.From}, true
		}
	}
	return hit{}, false
}

// claim gives a claim of the payload, or with "header." before its name a field of the JOSE header.
func claim(t *jwt.Token, name string) (has bool, values []secret.Text) {
	pub := func(s string) (bool, []secret.Text) { return s != "", []secret.Text{secret.Public(s)} }
	switch name {
	case "header.alg":
		return pub(t.Header.Alg)
	case "header.typ":
		return pub(t.Header.Typ)
	case "header.kid":
		return t.Header.Kid.Present(), []secret.Text{t.Header.Kid.Text}
	case "header.enc":
		return pub(t.Header.Enc)
	}
	if n, ok := strings.CutPrefix(name, "header."); ok {
		return slices.Contains(t.Header.Names, n), nil
	}
	c := t.Claims
	if c == nil || !c.Has(name) {
		return false, nil
	}
	switch name {
	case "iss":
		values = append(values, c.Issuer.Text)
	case "aud":
		for _, a := range c.Audience {
			values = append(values, a.Text)
		}
	case "azp":
		values = append(values, c.Azp.Text)
	case "client_id", "appid", "cid":
		values = append(values, c.ClientID.Text)
	case "tid":
		values = append(values, c.Tid.Text)
	case "sub":
		values = append(values, c.Subject)
	case "typ":
		values = append(values, secret.Public(c.Typ))
	case "token_use":
		values = append(values, secret.Public(c.TokenUse))
	case "token_type":
		values = append(values, secret.Public(c.TokenType))
	case "ver":
		values = append(values, secret.Public(c.Ver))
	case "exp":
		values = append(values, unit(c.Exp))
	case "nbf":
		values = append(values, unit(c.Nbf))
	case "iat":
		values = append(values, unit(c.Iat))
	case "scope", "scp":
		values = append(values, secret.Public(strings.Join(c.Scopes, " ")))
	}
	return true, values
}

// unit is how a time in a token is counted: "seconds", as it should be (RFC 7519 2), "milliseconds", or "" where it is no number.
func unit(t jwt.Moment) secret.Text {
	switch {
	case t.Invalid, t.AsString:
		return secret.Text{}
	case t.Milliseconds:
		return secret.Public("milliseconds")
	}
	return secret.Public("seconds")
}

// sets asks for "system name" or "system name: part of the value"; "*" stands for any system or name.
func (e *Evidence) sets(want string) (hit, bool) {
	key, part, valued := strings.Cut(want, ":")
	system, name, _ := strings.Cut(strings.TrimSpace(key), " ")
	part = strings.ToLower(strings.TrimSpace(part))
	for _, s := range e.settings {
		if system != "*" && !strings.EqualFold(s.System, system) {
			continue
		}
		if name != "" && !glob(strings.ToLower(name), strings.ToLower(s.Name)) {
			continue
		}
		if !valued || holdsPart(secret.Join(spaced(s.Args)...), part) {
			return hit{place: s.From, voice: Paper}, true
		}
	}
	return hit{}, false
}

func spaced(args []secret.Text) []secret.Text {
	var out []secret.Text
	for i, a := range args {
		if i > 0 {
			out = append(out, secret.Public(" "))
		}
		out = append(out, a)
	}
	return out
}
