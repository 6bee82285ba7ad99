package sign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/why401/why401/cause/likeness"
)

// Signs are what one cause's page lists.
type Signs struct {
	Signs []Sign  `json:"signs" yaml:"signs"`
	Raise []Raise `json:"raise,omitempty" yaml:"raise"` // what would decide, for whoever has access
}

// Raise is one observation that would decide.
type Raise struct {
	Command string `json:"command" yaml:"command"`
	Where   string `json:"where" yaml:"where"`
	Would   string `json:"would" yaml:"would"`
}

// Book is the signs of all causes, ready to be held against evidence. It is safe for use by several goroutines.
type Book struct {
	causes map[string]*entry
	ideas  map[string]idea
	like   *likeness.Model
	keys   []Keys                   // of each phrase
	parsed []atomic.Pointer[phrase] // those that a text had a key word of
}

type entry struct {
	*Signs
	ready []ready
}

type idea struct {
	phrases []string
	first   int // the number of the first one
}

// ready is a sign whose phrases are numbered.
type ready struct {
	*Sign
	first int // the number of its first phrase: of Says, then Told, then Text
	not   []ready
}

// prepare numbers the phrases of signs from at on, and gives the number behind the last.
func prepare(signs []Sign, at int) ([]ready, int) {
	if len(signs) == 0 {
		return nil, at
	}
	out := make([]ready, len(signs))
	for i := range signs {
		s := &signs[i]
		out[i] = ready{Sign: s, first: at}
		out[i].not, at = prepare(s.Not, at+len(s.Says)+len(s.Told)+len(s.Text))
	}
	return out, at
}

// phrase gives phrase n, whose text is text.
func (b *Book) phrase(n int, text string) *phrase {
	p := b.parsed[n].Load()
	if p == nil {
		if p, _ = parse(text); p == nil {
			p = &phrase{parts: [][]node{{{word: "\x00"}}}, slots: []slot{{word: "\x00"}}} // no text has it
		}
		b.parsed[n].Store(p)
	}
	return p
}

// Packed is a book that was checked.
type Packed struct {
	Ideas  map[string][]string
	Causes map[string]*Signs
	Keys   map[string]Keys // of each phrase
}

// Keys are the words of which a text must hold one for a phrase to fit, and others of which it must hold one as well.
// Without the first the phrase is tried on every text.
type Keys struct{ First, Next []string }

// Printed is a book as the generator writes it into the program: slices alone, which the compiler lays out and nothing
// has to read at the start.
type Printed struct {
	Ideas  []PrintedIdea
	Causes []PrintedCause
	Keys   []Keys // of every phrase: of the ideas, then of the causes, sign by sign, what is in Not behind the rest
}

// PrintedIdea is an idea of a Printed.
type PrintedIdea struct {
	Name    string
	Phrases []string
}

// PrintedCause is a cause of a Printed.
type PrintedCause struct {
	ID string
	Signs
}

// Print puts p in order.
func (p *Packed) Print() *Printed {
	out := &Printed{}
	for _, name := range slices.Sorted(maps.Keys(p.Ideas)) {
		out.Ideas = append(out.Ideas, PrintedIdea{name, p.Ideas[name]})
		for _, t := range p.Ideas[name] {
			out.Keys = append(out.Keys, p.Keys[t])
		}
	}
	var walk func(signs []Sign)
	walk = func(signs []Sign) {
		for _, s := range signs {
			for _, t := range slices.Concat(s.Says, s.Told, s.Text) {
				out.Keys = append(out.Keys, p.Keys[t])
			}
			walk(s.Not)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.Causes)) {
		out.Causes = append(out.Causes, PrintedCause{id, *p.Causes[id]})
		walk(p.Causes[id].Signs)
	}
	return out
}

// Pack checks what the pages and the ideas say and makes a book of it. An error names the cause and the sign.
func Pack(ideas map[string][]string, causes map[string]*Signs) (*Packed, error) {
	p := &Packed{Ideas: ideas, Causes: causes, Keys: map[string]Keys{}}
	add := func(phrases []string) error {
		for _, t := range phrases {
			x, err := parse(t)
			if err != nil {
				return err
			}
			first, next := x.keys()
			p.Keys[t] = Keys{first, next}
		}
		return nil
	}
	for name, phrases := range ideas {
		if err := add(phrases); err != nil {
			return nil, fmt.Errorf("idea %s: %w", name, err)
		}
	}
	var walk func(signs []Sign) error
	walk = func(signs []Sign) error {
		for _, s := range signs {
			for _, i := range s.Idea {
				if _, ok := ideas[i]; !ok {
					return fmt.Errorf("unknown idea %q: expected one of %s", i, strings.Join(slices.Sorted(maps.Keys(ideas)), " "))
				}
			}
			for _, t := range [][]string{s.Says, s.Told, s.Text} {
				if err := add(t); err != nil {
					return err
				}
			}
			if err := walk(s.Not); err != nil {
				return err
			}
		}
		return nil
	}
	for id, c := range causes {
		for n, s := range c.Signs {
			if err := s.Check(); err != nil {
				return nil, fmt.Errorf("%s, sign %d: %w", id, n+1, err)
			}
		}
		if err := walk(c.Signs); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
	}
	return p, nil
}

// Open makes a book of what Pack gave.
func Open(p *Packed) *Book { return p.Print().Open() }

// Open makes a book of p, which must not be changed any more.
func (p *Printed) Open() *Book {
	b := &Book{causes: make(map[string]*entry, len(p.Causes)), ideas: make(map[string]idea, len(p.Ideas)), keys: p.Keys,
		parsed: make([]atomic.Pointer[phrase], len(p.Keys))}
	at := 0
	for _, i := range p.Ideas {
		b.ideas[i.Name] = idea{i.Phrases, at}
		at += len(i.Phrases)
	}
	for i := range p.Causes {
		c := &p.Causes[i]
		e := &entry{Signs: &c.Signs}
		e.ready, at = prepare(c.Signs.Signs, at)
		b.causes[c.ID] = e
	}
	return b
}

// Check says what is wrong with the signs of a cause that is to join b.
func (b *Book) Check(id string, s *Signs) error {
	_, err := Pack(b.wordings(), map[string]*Signs{id: s})
	return err
}

// wordings are the ideas of b as Pack takes them.
func (b *Book) wordings() map[string][]string {
	out := map[string][]string{}
	for name, i := range b.ideas {
		out[name] = i.phrases
	}
	return out
}

// Join gives a book of b and further causes, whose signs may use the ideas of b. It answers with an error, and b is as it
// was, when a sign is not right or b already has the cause.
func (b *Book) Join(causes map[string]*Signs) (*Book, error) {
	for id := range causes {
		if b.causes[id] != nil {
			return nil, fmt.Errorf("%s: the book has signs of this cause", id)
		}
	}
	p, err := Pack(b.wordings(), causes)
	if err != nil {
		return nil, err
	}
	p.Ideas = nil // they have their numbers
	more := p.Print()
	joined := &Book{causes: maps.Clone(b.causes), ideas: b.ideas, like: b.like, keys: slices.Concat(b.keys, more.Keys)}
	joined.parsed = make([]atomic.Pointer[phrase], len(joined.keys))
	at := len(b.keys)
	for i := range more.Causes {
		c := &more.Causes[i]
		e := &entry{Signs: &c.Signs}
		e.ready, at = prepare(c.Signs.Signs, at)
		joined.causes[c.ID] = e
	}
	return joined, nil
}

// Signs are the signs of cause id, to be shown; nil when there are none. They must not be changed.
func (b *Book) Signs(id string) []Sign {
	if c := b.causes[id]; c != nil {
		return c.Signs.Signs
	}
	return nil
}

// Compare lets b measure likeness by m.
func (b *Book) Compare(m *likeness.Model) { b.like = m }

// Likely are the causes that the measure of likeness knows.
func (b *Book) Likely() []string {
	return slices.DeleteFunc(slices.Clone(b.like.Causes()), func(id string) bool { return id == likeness.Nothing })
}

// Like reads e's words by the measure, once.
func (b *Book) Like(e *Evidence) *likeness.Reading {
	if e.like == nil {
		e.like = b.like.Read(e.Words())
	}
	return e.like
}

// Has reports that cause id lists signs.
func (b *Book) Has(id string) bool { return b.causes[id] != nil && len(b.causes[id].ready) > 0 }

// Raise gives what would decide about cause id.
func (b *Book) Raise(id string) []Raise {
	if c := b.causes[id]; c != nil {
		return c.Raise
	}
	return nil
}

// Ideas are the names of the shared ideas that e expresses, sorted: what the text was understood to say.
func (b *Book) Ideas(e *Evidence) []string {
	var out []string
	for name := range b.ideas {
		if _, ok := b.idea(name, e); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Weigh adds up the signs of cause id that hold.
func (b *Book) Weigh(id string, e *Evidence) Tally {
	var t Tally
	c := b.causes[id]
	if c == nil {
		return t
	}
	rest, against := 1.0, 1.0
	for i := range c.ready {
		s := &c.ready[i]
		h, ok := b.holds(s, e)
		if !ok {
			continue
		}
		r := Reason{Text: s.Because, Weight: max(s.Likely, s.Strong, s.Against), Place: h.place}
		if s.Against > 0 {
			against *= 1 - s.Against
			t.Against = append(t.Against, r)
			continue
		}
		if r.Text == "" {
			r.Text = seen(h)
		}
		rest *= 1 - r.Weight
		t.Strong = t.Strong || s.Strong > 0
		t.Voiced = t.Voiced || h.voice != Person
		t.Because = append(t.Because, r)
	}
	t.Weight = (1 - rest) * against
	t.Strong = t.Strong && against > 0.6
	slices.SortStableFunc(t.Because, func(a, b Reason) int {
		switch {
		case a.Weight > b.Weight:
			return -1
		case a.Weight < b.Weight:
			return 1
		}
		return 0
	})
	return t
}

// seen makes a sentence of a wording that was found. The wording is the catalogue's, never the text's.
func seen(h hit) string {
	switch {
	case h.phrase == "":
		return "The evidence fits."
	case h.voice == Person:
		return fmt.Sprintf("The description says %q.", h.phrase)
	case h.voice == Paper:
		return fmt.Sprintf("The configuration or code says %q.", h.phrase)
	}
	return fmt.Sprintf("The text says %q.", h.phrase)
}
