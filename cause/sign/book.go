package sign

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Signs are what one cause's page lists.
type Signs struct {
	Signs []Sign  `json:"signs" yaml:"signs"`
	Raise []Raise `json:"raise,omitempty" yaml:"raise"` // what would decide, for whoever has access
}

// Wordings are the phrases of the signs that speak for the cause, for measuring likeness.
func (s Signs) Wordings() string {
	var out []string
	for _, x := range s.Signs {
		if x.Against == 0 {
			out = slices.Concat(out, x.Says, x.Told, x.Text)
		}
	}
	return strings.Join(out, " ")
}

// Raise is one observation that would decide.
type Raise struct {
	Command string `json:"command" yaml:"command"`
	Where   string `json:"where" yaml:"where"`
	Would   string `json:"would" yaml:"would"`
}

// Book is the signs of all causes, ready to be held against evidence. It is safe for use by several goroutines.
type Book struct {
	causes  map[string]*Signs
	ideas   map[string][]string
	like    *Likeness
	mu      sync.Mutex
	phrases map[string]*lazyPhrase
}

// lazyPhrase is parsed when a text holds one of its key words.
type lazyPhrase struct {
	text  string
	key   []string
	keyed bool
	once  sync.Once
	p     *phrase
}

func (l *lazyPhrase) full() *phrase {
	l.once.Do(func() { l.p, _ = parse(l.text) })
	return l.p
}

// Packed is a book as the generator writes it.
type Packed struct {
	Ideas  map[string][]string `json:"ideas"`
	Causes map[string]*Signs   `json:"causes"`
	Keys   map[string][]string `json:"keys"` // for each phrase the words of which a text must hold one
}

// Pack checks what the pages and the ideas say and makes a book of it. An error names the cause and the sign.
func Pack(ideas map[string][]string, causes map[string]*Signs) (*Packed, error) {
	p := &Packed{Ideas: ideas, Causes: causes, Keys: map[string][]string{}}
	add := func(phrases []string) error {
		for _, t := range phrases {
			x, err := parse(t)
			if err != nil {
				return err
			}
			p.Keys[t] = x.keys()
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
func Open(p *Packed) *Book {
	b := &Book{causes: map[string]*Signs{}, ideas: p.Ideas, phrases: make(map[string]*lazyPhrase, len(p.Keys))}
	maps.Copy(b.causes, p.Causes)
	for t, key := range p.Keys {
		b.phrases[t] = &lazyPhrase{text: t, key: key, keyed: len(key) > 0}
	}
	return b
}

// Read opens a packed book.
func Read(data []byte) (*Book, error) {
	var p Packed
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("read signs: %w", err)
	}
	return Open(&p), nil
}

// Check says what is wrong with the signs of a cause that is to join b.
func (b *Book) Check(id string, s *Signs) error {
	_, err := Pack(b.ideas, map[string]*Signs{id: s})
	return err
}

// Join gives a book of b and further causes, whose signs may use the ideas of b. It answers with an error, and b is as it
// was, when a sign is not right or b already has the cause.
func (b *Book) Join(causes map[string]*Signs) (*Book, error) {
	for id := range causes {
		if b.causes[id] != nil {
			return nil, fmt.Errorf("%s: the book has signs of this cause", id)
		}
	}
	p, err := Pack(b.ideas, causes)
	if err != nil {
		return nil, err
	}
	joined := Open(p)
	joined.like = b.like
	maps.Copy(joined.causes, b.causes)
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.Copy(joined.phrases, b.phrases)
	return joined, nil
}

// Signs are the signs of cause id, to be shown; nil when there are none. They must not be changed.
func (b *Book) Signs(id string) []Sign {
	if c := b.causes[id]; c != nil {
		return c.Signs
	}
	return nil
}

func (b *Book) phrase(text string) *lazyPhrase {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.phrases[text]
	if p == nil {
		p = &lazyPhrase{text: text}
		b.phrases[text] = p
	}
	return p
}

// Compare lets b measure likeness, by what Likeness.Pack wrote.
func (b *Book) Compare(packed []byte) (err error) {
	b.like, err = ReadLikeness(packed)
	return err
}

// Like gives for each cause how like its page e's words are, the likest at 1.
func (b *Book) Like(e *Evidence) map[string]float64 {
	if e.like == nil && b.like != nil {
		var words []string
		for _, p := range e.pieces {
			words = append(words, p.Words[:min(len(p.Words), likeWords)]...)
		}
		e.like = b.like.Of(words)
	}
	return e.like
}

// likeWords is how much of one piece counts for likeness.
const likeWords = 400

// Has reports that cause id lists signs.
func (b *Book) Has(id string) bool { return b.causes[id] != nil && len(b.causes[id].Signs) > 0 }

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
	for i := range c.Signs {
		s := &c.Signs[i]
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
