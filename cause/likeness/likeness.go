// Package likeness tells which causes a text is most likely about, by what was learnt from texts whose cause is known:
// the pages of the catalogue and the labelled cases. It finds a cause whose signs nobody has written in these words yet.
//
// The measure is a linear one: each word of the text, and each concept that it touches, speaks for some causes and
// against others (multinomial logistic regression; Bishop, "Pattern Recognition and Machine Learning", 4.3.4). A concept
// is a group of words for one thing, written on a cause's page under "about"; it lets few texts teach much.
//
// What is said here is a guess from words: it orders what signs leave open and proves nothing.
package likeness

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Model is what was learnt. It is safe for use by several goroutines.
type Model struct {
	causes []string
	about  *concepts
	words  []string // sorted stems; feature n is word n, then come the groups, then the whole concepts
	rows   string   // for each feature: rarity and scale as float32, then one int8 for each cause
}

// maxWords is how much of a text is looked at.
const maxWords = 3000

// Causes are the ids of the causes that the model knows, sorted; Nothing may be among them.
func (m *Model) Causes() []string { return m.causes }

// Reading is a text as the model sees it.
type Reading struct {
	m     *Model
	logs  []float64
	found []string // for each group of the concepts the term that stands in the text, "" for none
}

// Read looks at words, lower case, as sign.Words cuts them.
func (m *Model) Read(words []string) *Reading {
	if m == nil {
		return &Reading{}
	}
	words = words[:min(len(words), maxWords)]
	r := &Reading{m: m, found: m.about.find(words)}
	f := m.features(words, r.found)
	if len(f) == 0 {
		return r
	}
	length := 0.0
	for i := range f {
		f[i].x *= float64(m.float(f[i].n, 0))
		length += f[i].x * f[i].x
	}
	r.logs = make([]float64, len(m.causes))
	for _, v := range f {
		at := v.n * m.stride()
		x := v.x / math.Sqrt(length) * float64(m.float(v.n, 4))
		row := m.rows[at+8 : at+m.stride()]
		for c := range r.logs {
			r.logs[c] += x * float64(int8(row[c]))
		}
	}
	normal(r.logs)
	return r
}

// Known reports that the model knows a word of the text.
func (r *Reading) Known() bool { return r.logs != nil }

// Of gives the logarithm of how likely the text is about cause; false where the model cannot tell.
func (r *Reading) Of(cause string) (float64, bool) {
	if r.logs == nil {
		return 0, false
	}
	n, ok := slices.BinarySearch(r.m.causes, cause)
	if !ok {
		return 0, false
	}
	return r.logs[n], true
}

// Touched gives, of the concept of a cause that most groups of are in the text, one word for each: what the cause was
// recognised by. They are the catalogue's words, never the text's.
func (r *Reading) Touched(cause string) []string {
	if r.m == nil {
		return nil
	}
	return r.m.about.touched(cause, r.found)
}

// normal makes logarithms of chances out of scores.
func normal(z []float64) []float64 {
	top := slices.Max(z)
	sum := 0.0
	for _, x := range z {
		sum += math.Exp(x - top)
	}
	for i := range z {
		z[i] -= top + math.Log(sum)
	}
	return z
}

func (m *Model) stride() int { return 8 + len(m.causes) }

func (m *Model) float(feature, at int) float32 {
	b := m.rows[feature*m.stride()+at:]
	return math.Float32frombits(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24)
}

// value is a feature of a text and how much it counts.
type value struct {
	n int
	x float64
}

// Concepts count by how much of them is there: a whole one says more than its parts.
const (
	ofGroup = 0.7
	ofWhole = 2
)

// features are the sorted features of a text, in which the terms found stand; each counts once.
func (m *Model) features(words, found []string) []value {
	var out []value
	for _, s := range stems(words) {
		if n, ok := slices.BinarySearch(m.words, s); ok {
			out = append(out, value{n, 1})
		}
	}
	at := len(m.words)
	for n, t := range found {
		if t != "" {
			out = append(out, value{at + n, ofGroup})
		}
	}
	at += len(found)
	for n, c := range m.about.all {
		if !slices.Contains(found[c.first:c.first+c.n], "") {
			out = append(out, value{at + n, ofWhole})
		}
	}
	return out
}

// stems are the distinct word stems of words, sorted. The parts of a name_like_this count as well.
func stems(words []string) []string {
	var out []string
	add := func(w string) {
		if len(w) > 1 && len(w) < 30 {
			out = append(out, stem(w))
		}
	}
	for _, w := range words {
		add(w)
		if strings.Contains(w, "_") {
			for p := range strings.SplitSeq(w, "_") {
				if len(p) > 2 {
					add(p)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// endings are cut off, the longest that fits: "refused" and "refuses" are one word. It need not be good English, only
// the same for every text.
var endings = []string{"ingly", "edly", "ing", "ed", "es", "s", "ly"}

func stem(w string) string {
	for _, e := range endings {
		if len(w) > len(e)+3 && strings.HasSuffix(w, e) {
			return w[:len(w)-len(e)]
		}
	}
	return w
}

// magic begins a packed model; the number is the form's version.
const magic = "why401 likeness 2\n"

// Pack writes m for Open.
func (m *Model) Pack() []byte {
	out := []byte(magic)
	for _, part := range []string{strings.Join(m.causes, "\n"), m.about.pack(), strings.Join(m.words, "\n")} {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return append(out, m.rows...)
}

// Open reads what Pack wrote.
func Open(packed string) (*Model, error) {
	rest, ok := strings.CutPrefix(packed, magic)
	if !ok {
		return nil, fmt.Errorf("likeness: expected %q at the beginning", strings.TrimSpace(magic))
	}
	var parts [3]string
	for i := range parts {
		if len(rest) < 4 {
			return nil, errors.New("likeness: ends early")
		}
		n := int(uint32(rest[0]) | uint32(rest[1])<<8 | uint32(rest[2])<<16 | uint32(rest[3])<<24)
		if n < 0 || n > len(rest)-4 {
			return nil, errors.New("likeness: ends early")
		}
		parts[i], rest = rest[4:4+n], rest[4+n:]
	}
	m := &Model{causes: lines(parts[0]), words: lines(parts[2]), rows: rest}
	var err error
	if m.about, err = unpack(parts[1]); err != nil {
		return nil, err
	}
	switch {
	case len(m.causes) == 0:
		return nil, errors.New("likeness: no causes")
	case !slices.IsSorted(m.words):
		return nil, errors.New("likeness: the words are not sorted")
	case len(m.rows) != m.stride()*m.size():
		return nil, fmt.Errorf("likeness: %d bytes of weights, expected %d", len(m.rows), m.stride()*m.size())
	}
	return m, nil
}

// size is the number of features.
func (m *Model) size() int { return len(m.words) + m.about.groups + len(m.about.all) }

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
