package sign

import (
	"math/bits"
	"slices"
	"strings"
)

// lexicon numbers the words of some texts and knows where each stands, so that a phrase is looked for only where its
// words are: sets of pieces tell which pieces can hold it at all, sets of places in one piece whether it does.
type lexicon struct {
	ids    map[string]int32
	words  []string // by number
	all    []int32  // the words of every piece, one behind the other
	pieces []run

	// What follows is made by index.
	from  []int32  // for each word where its places begin in at; one more at the end
	at    []int32  // places in all, word by word, ascending
	wide  int      // uint64s in a set of pieces
	sets  []uint64 // for each word the pieces that have it
	stems map[[stemKey]byte][]int32
	free  [][]uint64 // sets of places to be used again
}

// run is the words from..to of lexicon.all.
type run struct{ from, to int32 }

// stemKey is how many letters of a word the words with one beginning are found by.
const stemKey = 3

func newLexicon() *lexicon { return &lexicon{ids: map[string]int32{}} }

// add cuts one piece of text into words, most of them at most, and gives how many it has.
func (l *lexicon) add(text string, most int) int {
	from := len(l.all)
	if most > 0 {
		eachWord(text, func(w []byte) bool {
			id, ok := l.ids[string(w)]
			if !ok {
				id = l.learn(string(w))
			}
			l.all = append(l.all, id)
			return len(l.all)-from < most
		})
	}
	return l.close(from)
}

func (l *lexicon) learn(word string) int32 {
	id := int32(len(l.words))
	l.ids[word] = id
	l.words = append(l.words, word)
	return id
}

func (l *lexicon) close(from int) int {
	l.pieces = append(l.pieces, run{int32(from), int32(len(l.all))})
	l.from = nil
	return len(l.all) - from
}

// lexiconOf is a lexicon of one piece.
func lexiconOf(words []string) *lexicon {
	l := newLexicon()
	for _, w := range words {
		id, ok := l.ids[w]
		if !ok {
			id = l.learn(w)
		}
		l.all = append(l.all, id)
	}
	l.close(0)
	return l
}

// index makes ready for questions, once all pieces are there.
func (l *lexicon) index() {
	if l.from != nil {
		return
	}
	n := len(l.words)
	l.from = make([]int32, n+1)
	for _, id := range l.all {
		l.from[id+1]++
	}
	for i := range n {
		l.from[i+1] += l.from[i]
	}
	next := slices.Clone(l.from)
	l.at = make([]int32, len(l.all))
	l.wide = (len(l.pieces) + 63) / 64
	l.sets = make([]uint64, n*l.wide)
	for p, r := range l.pieces {
		for i := r.from; i < r.to; i++ {
			id := l.all[i]
			l.at[next[id]] = i
			next[id]++
			l.sets[int(id)*l.wide+p/64] |= 1 << (p % 64)
		}
	}
	l.stems = nil
}

// any reports that one of the words is there, or that there are none to look for.
func (l *lexicon) any(words []string) bool {
	for _, w := range words {
		if _, ok := l.ids[w]; ok {
			return true
		}
	}
	return len(words) == 0
}

// having gives the pieces that have the word; nil when none has.
func (l *lexicon) having(word string) []uint64 {
	id, ok := l.ids[word]
	if !ok {
		return nil
	}
	l.index()
	return l.sets[int(id)*l.wide : int(id+1)*l.wide]
}

// beginning gives the words that begin with stem.
func (l *lexicon) beginning(stem string) []int32 {
	var out []int32
	if len(stem) < stemKey {
		for id, w := range l.words {
			if strings.HasPrefix(w, stem) {
				out = append(out, int32(id))
			}
		}
		return out
	}
	if l.stems == nil {
		l.stems = map[[stemKey]byte][]int32{}
		for id, w := range l.words {
			if len(w) >= stemKey {
				k := [stemKey]byte([]byte(w[:stemKey]))
				l.stems[k] = append(l.stems[k], int32(id))
			}
		}
	}
	for _, id := range l.stems[[stemKey]byte([]byte(stem[:stemKey]))] {
		if strings.HasPrefix(l.words[id], stem) {
			out = append(out, id)
		}
	}
	return out
}

// search is a phrase on its way through a lexicon.
type search struct {
	*lexicon
	p   *phrase
	ids [][]int32 // for each of the phrase's words those of the lexicon that fit
	one []int32
}

// search looks the words of p up. It reports false when p can be in no piece.
func (l *lexicon) search(p *phrase) (*search, bool) {
	l.index()
	s := &search{lexicon: l, p: p, ids: make([][]int32, len(p.slots)), one: make([]int32, len(p.slots))}
	for i, w := range p.slots {
		if w.prefix {
			s.ids[i] = l.beginning(w.word)
		} else if id, ok := l.ids[w.word]; ok {
			s.one[i] = id
			s.ids[i] = s.one[i : i+1]
		}
	}
	for _, part := range p.parts {
		if !s.possible(part) {
			return nil, false
		}
	}
	return s, true
}

// possible reports that the words which nodes cannot do without are there.
func (s *search) possible(nodes []node) bool {
	for _, n := range nodes {
		switch {
		case n.word != "":
			if len(s.ids[n.slot]) == 0 {
				return false
			}
		case n.choice != nil:
			if !slices.ContainsFunc(n.choice, s.possible) {
				return false
			}
		}
	}
	return true
}

// narrow takes out of set the pieces that cannot hold the phrase for want of a word, and reports whether one is left.
func (s *search) narrow(set []uint64) bool {
	for _, part := range s.p.parts {
		s.narrowBy(part, set)
	}
	return slices.ContainsFunc(set, func(w uint64) bool { return w != 0 })
}

func (s *search) narrowBy(nodes []node, set []uint64) {
	for _, n := range nodes {
		switch {
		case n.word != "":
			ids := s.ids[n.slot]
			for i := range set {
				var in uint64
				for _, id := range ids {
					in |= s.sets[int(id)*s.wide+i]
				}
				set[i] &= in
			}
		case n.choice != nil:
			either := s.take(len(set))
			for _, c := range n.choice {
				one := s.take(len(set))
				copy(one, set)
				s.narrowBy(c, one)
				for i := range either {
					either[i] |= one[i]
				}
				s.give(one)
			}
			copy(set, either)
			s.give(either)
		}
	}
}

// in reports whether piece holds the phrase, and where its first part begins.
func (s *search) in(piece int) (at int, ok bool) {
	at = -1
	for _, part := range s.p.parts {
		found := s.find(part, s.pieces[piece])
		if found < 0 {
			return 0, false
		}
		if at < 0 {
			at = found
		}
	}
	return at, true
}

// find gives the first place of r where part begins, or -1. It goes through part from its end: the places where a rest
// of it fits become, step by step, those where one word more fits.
func (s *search) find(part []node, r run) int {
	n := int(r.to - r.from)
	fits := s.take(n/64 + 1)
	defer s.give(fits)
	for i := range fits {
		fits[i] = ^uint64(0)
	}
	fits[n/64] = 1<<(n%64+1) - 1 // behind the last word, too
	s.before(part, r, fits)
	for i, w := range fits {
		if w != 0 {
			if at := i*64 + bits.TrailingZeros64(w); at < n {
				return at
			}
			break
		}
	}
	return -1
}

// before makes of the places where what follows fits those where nodes and what follows fit.
func (s *search) before(nodes []node, r run, fits []uint64) {
	for k := len(nodes) - 1; k >= 0; k-- {
		n := &nodes[k]
		switch {
		case n.word != "":
			s.step(s.ids[n.slot], r, fits)
		case n.gap > 0:
			for have := 0; have < n.gap; {
				by := min(have+1, n.gap-have)
				down(fits, by)
				have += by
			}
			continue // a gap leaves at least what was there
		default:
			either := s.take(len(fits))
			for _, c := range n.choice {
				one := s.take(len(fits))
				copy(one, fits)
				s.before(c, r, one)
				for i := range either {
					either[i] |= one[i]
				}
				s.give(one)
			}
			copy(fits, either)
			s.give(either)
		}
		if !slices.ContainsFunc(fits, func(w uint64) bool { return w != 0 }) {
			return
		}
	}
}

// step keeps the places that have one of the words and what follows right behind it.
func (s *search) step(ids []int32, r run, fits []uint64) {
	with := s.take(len(fits))
	for _, id := range ids {
		places := s.at[s.from[id]:s.from[id+1]]
		first := 0
		if len(places) > 0 && places[0] < r.from {
			first, _ = slices.BinarySearch(places, r.from)
		}
		for _, p := range places[first:] {
			if p >= r.to {
				break
			}
			i := int(p - r.from)
			if fits[(i+1)/64]>>((i+1)%64)&1 != 0 {
				with[i/64] |= 1 << (i % 64)
			}
		}
	}
	copy(fits, with)
	s.give(with)
}

// down adds to each place of set the one by places before it; by is less than 64.
func down(set []uint64, by int) {
	for i := range set {
		w := set[i] >> by
		if i+1 < len(set) {
			w |= set[i+1] << (64 - by)
		}
		set[i] |= w
	}
}

// take gives an empty set of n words; give hands it back.
func (l *lexicon) take(n int) []uint64 {
	if k := len(l.free); k > 0 {
		b := l.free[k-1]
		l.free = l.free[:k-1]
		if cap(b) >= n {
			b = b[:n]
			clear(b)
			return b
		}
	}
	return make([]uint64, n, max(n, 16))
}

func (l *lexicon) give(b []uint64) { l.free = append(l.free, b) }
