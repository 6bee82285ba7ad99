package sign

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
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
	words string // as Pack writes them: sorted, each with its postings
}

// posting is how much a word counts for a cause, together with the word's own rarity.
type posting struct {
	cause  uint16
	weight uint16 // in thousandths
}

// NewLikeness weighs the words of each cause's text.
func NewLikeness(texts map[string]string) *Likeness {
	l := &Likeness{}
	words := map[string][]posting{}
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
			x := float32((1 + math.Log(float64(c))) * r * r / math.Sqrt(length))
			words[w] = append(words[w], posting{uint16(n), uint16(min(65535, math.Round(float64(x)*1000)))})
		}
	}
	var out []byte
	for _, w := range slices.Sorted(maps.Keys(words)) {
		if len(w) > 255 {
			continue
		}
		out = append(append(out, byte(len(w))), w...)
		out = binary.LittleEndian.AppendUint16(out, uint16(len(words[w])))
		for _, p := range words[w] {
			out = binary.LittleEndian.AppendUint16(out, p.cause)
			out = binary.LittleEndian.AppendUint16(out, p.weight)
		}
	}
	l.words = string(out)
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
	count := tally(words)
	distinct := slices.Sorted(maps.Keys(count))
	n := make([]int32, len(distinct))
	for i, w := range distinct {
		n[i] = int32(count[w])
	}
	return l.of(distinct, n)
}

// of is Of for words of which each is given once, with how often it is there. It goes once through both lists of words.
func (l *Likeness) of(words []string, count []int32) map[string]float64 {
	order := make([]int32, 0, len(words))
	for i, w := range words {
		if count[i] > 0 && len(w) > 1 && len(w) <= 255 {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(words[a], words[b]) })
	sum := make([]float64, len(l.ids))
	for rest := l.words; len(rest) > 0 && len(order) > 0; {
		n := int(rest[0])
		w := rest[1 : n+1]
		k := int(rest[n+1]) | int(rest[n+2])<<8
		ps := rest[n+3 : n+3+4*k]
		rest = rest[n+3+4*k:]
		for len(order) > 0 && words[order[0]] < w {
			order = order[1:]
		}
		if len(order) == 0 || words[order[0]] != w {
			continue
		}
		f := 1 + math.Log(float64(count[order[0]]))
		for ; len(ps) > 0; ps = ps[4:] {
			sum[uint16(ps[0])|uint16(ps[1])<<8] += f * float64(float32(uint16(ps[2])|uint16(ps[3])<<8)/1000)
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

// Pack writes l in a compact form: the ids, then each word with its postings, in the words' order.
func (l *Likeness) Pack() []byte { return []byte(strings.Join(l.ids, " ") + "\n" + l.words) }

// ReadLikeness takes what Pack wrote. It checks the form and leaves the words packed.
func ReadLikeness(data string) (*Likeness, error) {
	head, rest, ok := strings.Cut(data, "\n")
	if !ok {
		return nil, errors.New("read likeness: no list of causes")
	}
	l := &Likeness{ids: strings.Fields(head), words: rest}
	last := ""
	for len(rest) > 0 {
		n := int(rest[0])
		if len(rest) < n+3 {
			return nil, fmt.Errorf("read likeness: cut off %d bytes before the end", len(rest))
		}
		w := rest[1 : n+1]
		if w <= last && last != "" {
			return nil, fmt.Errorf("read likeness: the word %q is behind %q", w, last)
		}
		last = w
		rest = rest[n+1:]
		k := int(rest[0]) | int(rest[1])<<8
		rest = rest[2:]
		if len(rest) < 4*k {
			return nil, fmt.Errorf("read likeness: the word %q is cut off", w)
		}
		for i := range k {
			if c := int(rest[4*i]) | int(rest[4*i+1])<<8; c >= len(l.ids) {
				return nil, fmt.Errorf("read likeness: the word %q names cause %d of %d", w, c, len(l.ids))
			}
		}
		rest = rest[4*k:]
	}
	return l, nil
}
