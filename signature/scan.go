package signature

// gram is the length of the windows by which literals are found.
const gram = 4

// scanner finds many literals in one pass over a text. Each literal is filed under one window of four bytes, the one
// that the fewest other literals contain; the pass looks up every window of the text in a small table and compares only
// where the table has an entry. (Looking for some hundred literals one after the other costs milliseconds in a large
// page; an automaton over them costs megabytes.)
type scanner struct {
	all   []string
	index map[string]int
	table map[uint32][]place   // by window
	known [1 << 14 / 64]uint64 // which hashes of windows the table has: a filter that stays in the first-level cache
}

// place is a literal and where in it the window stands.
type place struct{ literal, offset int }

func newScanner() *scanner { return &scanner{index: map[string]int{}} }

// add files a literal of at least gram bytes and gives its number.
func (s *scanner) add(lit string) int {
	if i, ok := s.index[lit]; ok {
		return i
	}
	s.all = append(s.all, lit)
	s.index[lit] = len(s.all) - 1
	return len(s.all) - 1
}

// build fills the table; nothing may be added afterwards.
func (s *scanner) build() {
	var uses [1 << 14]uint16 // by hash: which window is rarest needs no exact answer
	for _, l := range s.all {
		for i := 0; i+gram <= len(l); i++ {
			uses[hash(window(l, i))]++
		}
	}
	s.table = make(map[uint32][]place, len(s.all))
	for n, l := range s.all {
		best := 0
		for i := 1; i+gram <= len(l); i++ {
			if uses[hash(window(l, i))] < uses[hash(window(l, best))] {
				best = i
			}
		}
		w := window(l, best)
		h := hash(w)
		s.known[h/64] |= 1 << (h % 64)
		s.table[w] = append(s.table[w], place{n, best})
	}
}

func (s *scanner) count() int { return len(s.all) }

// scan marks in found the literals that occur in b.
func (s *scanner) scan(b []byte, found []bool) {
	if len(b) < gram {
		return
	}
	w := window(b, 0) << 8
	for i := 0; i+gram <= len(b); i++ {
		w = w>>8 | uint32(b[i+gram-1])<<24
		if h := hash(w); s.known[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, p := range s.table[w] {
			at := i - p.offset
			lit := s.all[p.literal]
			if !found[p.literal] && at >= 0 && at+len(lit) <= len(b) && string(b[at:at+len(lit)]) == lit {
				found[p.literal] = true
			}
		}
	}
}

func window[T string | []byte](b T, i int) uint32 {
	return uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24
}

func hash(w uint32) uint32 { return w * 2654435761 >> 18 }
