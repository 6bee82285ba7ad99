package sign

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Likeness tells how much a case's words are those of a cause's page: what people see, how it happens, how it is mended.
// It finds a cause whose signs nobody has written in these words yet. It is weak evidence: it orders what signs leave
// open and never makes a verdict surer than likely.
//
// The measure is the cosine of the two texts' words, each weighted by how few pages have it (tf-idf; Salton and
// Buckley, "Term-weighting approaches in automatic text retrieval", 1988).
type Likeness struct {
	ids   []string
	words map[string][]posting
}

// posting is how much a word counts for a cause, together with the word's own rarity.
type posting struct {
	cause  uint16
	weight float32
}

// NewLikeness weighs the words of each cause's text.
func NewLikeness(texts map[string]string) *Likeness {
	l := &Likeness{words: map[string][]posting{}}
	count := map[string]map[string]int{}
	pages := map[string]int{}
	for id, t := range texts {
		l.ids = append(l.ids, id)
		count[id] = tally(Words(t))
		for w := range count[id] {
			pages[w]++
		}
	}
	slices.Sort(l.ids)
	for n, id := range l.ids {
		length := 0.0
		for w, c := range count[id] {
			x := (1 + math.Log(float64(c))) * rarity(len(texts), pages[w])
			length += x * x
		}
		if length == 0 {
			continue
		}
		for w, c := range count[id] {
			r := rarity(len(texts), pages[w])
			// The case's word is weighted by its rarity, too: both factors are put in here.
			l.words[w] = append(l.words[w], posting{uint16(n), float32((1 + math.Log(float64(c))) * r * r / math.Sqrt(length))})
		}
	}
	return l
}

func tally(words []string) map[string]int {
	out := map[string]int{}
	for _, w := range words {
		if len(w) > 1 {
			out[w]++
		}
	}
	return out
}

func rarity(all, having int) float64 { return math.Log(float64(all) / float64(having)) }

// Of gives for each cause how like its page the words are, the likest at 1. Nothing is like when no word is known.
func (l *Likeness) Of(words []string) map[string]float64 {
	if l == nil {
		return nil
	}
	sum := make([]float64, len(l.ids))
	for w, c := range tally(words) {
		f := 1 + math.Log(float64(c))
		for _, p := range l.words[w] {
			sum[p.cause] += f * float64(p.weight)
		}
	}
	best := 0.0
	if len(sum) > 0 {
		best = slices.Max(sum)
	}
	if best == 0 {
		return nil
	}
	out := make(map[string]float64, len(sum))
	for n, s := range sum {
		out[l.ids[n]] = s / best
	}
	return out
}

// Pack writes l in a compact form: the ids, then each word with its postings.
func (l *Likeness) Pack() []byte {
	out := []byte(strings.Join(l.ids, " ") + "\n")
	words := make([]string, 0, len(l.words))
	for w := range l.words {
		words = append(words, w)
	}
	slices.Sort(words)
	for _, w := range words {
		if len(w) > 255 {
			continue
		}
		ps := l.words[w]
		slices.SortFunc(ps, func(a, b posting) int { return int(a.cause) - int(b.cause) })
		out = append(append(out, byte(len(w))), w...)
		out = binary.LittleEndian.AppendUint16(out, uint16(len(ps)))
		for _, p := range ps {
			out = binary.LittleEndian.AppendUint16(out, p.cause)
			out = binary.LittleEndian.AppendUint16(out, uint16(min(65535, math.Round(float64(p.weight)*1000))))
		}
	}
	return out
}

// ReadLikeness reads what Pack wrote.
func ReadLikeness(data []byte) (*Likeness, error) {
	head, rest, ok := strings.Cut(string(data), "\n")
	if !ok {
		return nil, errors.New("read likeness: no list of causes")
	}
	l := &Likeness{ids: strings.Fields(head), words: map[string][]posting{}}
	for len(rest) > 0 {
		n := int(rest[0])
		if len(rest) < n+3 {
			return nil, fmt.Errorf("read likeness: cut off %d bytes before the end", len(rest))
		}
		w := rest[1 : n+1]
		rest = rest[n+1:]
		k := int(rest[0]) | int(rest[1])<<8
		rest = rest[2:]
		if len(rest) < 4*k {
			return nil, fmt.Errorf("read likeness: the word %q is cut off", w)
		}
		ps := make([]posting, k)
		for i := range ps {
			b := rest[4*i:]
			ps[i] = posting{uint16(b[0]) | uint16(b[1])<<8, float32(uint16(b[2])|uint16(b[3])<<8) / 1000}
			if int(ps[i].cause) >= len(l.ids) {
				return nil, fmt.Errorf("read likeness: the word %q names cause %d of %d", w, ps[i].cause, len(l.ids))
			}
		}
		l.words[w] = ps
		rest = rest[4*k:]
	}
	return l, nil
}
