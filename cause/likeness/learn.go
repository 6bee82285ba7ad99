package likeness

import (
	"encoding/binary"
	"math"
	"slices"
)

// Nothing stands for the cause of texts that tell none: what programs print at a refusal whatever the reason. How alike a
// text is to these is the chance that it is about no cause that could be told.
const Nothing = "-"

// Text is one text of which it is known what it is about, or what it is not: a look-alike.
type Text struct {
	Cause string // or Nothing
	Not   string // when no Cause is given
	Words []string
}

// How the weights are found: stochastic gradient descent on the logarithm of the right cause's chance, in a fixed order,
// so that the same texts give the same model. The rate and the number of rounds were chosen on held-back cases.
const (
	rounds    = 25
	firstRate = 4.0
	slowing   = 8.0 // rounds after which the rate is halved
	step      = 7919
)

// Learn makes a model of texts and of the concepts that each cause's page lists.
func Learn(texts []Text, about map[string][][][]string) *Model {
	m := &Model{about: newConcepts(about)}
	for _, t := range texts {
		if t.Cause != "" {
			m.causes = append(m.causes, t.Cause)
		}
	}
	for id := range about {
		m.causes = append(m.causes, id)
	}
	slices.Sort(m.causes)
	m.causes = slices.Compact(m.causes)
	m.words = common(texts)

	var examples []example
	for _, t := range texts {
		words := t.Words[:min(len(t.Words), maxWords)]
		e := example{cause: m.number(t.Cause), features: m.features(words, m.about.find(words))}
		if t.Cause == "" {
			e.cause, e.not = m.number(t.Not), true
		}
		examples = append(examples, e)
	}
	// A concept is an example of itself: all its groups at once.
	for i, con := range m.about.all {
		var f []value
		for g := con.first; g < con.first+con.n; g++ {
			f = append(f, value{len(m.words) + g, ofGroup})
		}
		examples = append(examples, example{cause: m.number(con.cause), features: append(f, value{len(m.words) + m.about.groups + i, ofWhole})})
	}
	rarity := rarities(examples, m.size())
	for _, e := range examples {
		length := 0.0
		for i := range e.features {
			e.features[i].x *= float64(float32(rarity[e.features[i].n]))
			length += e.features[i].x * e.features[i].x
		}
		for i := range e.features {
			e.features[i].x /= math.Sqrt(max(length, 1e-9))
		}
	}
	m.rows = pack(rarity, descend(examples, m.size(), len(m.causes)), len(m.causes))
	return m
}

// example is a text as numbers.
type example struct {
	cause    int
	not      bool // the text is about anything but cause
	features []value
}

func (m *Model) number(cause string) int {
	n, _ := slices.BinarySearch(m.causes, cause)
	return n
}

// common are the stems that more than one text has, sorted: what one text alone has teaches nothing about others.
func common(texts []Text) []string {
	count := map[string]int{}
	for _, t := range texts {
		for _, s := range stems(t.Words[:min(len(t.Words), maxWords)]) {
			count[s]++
		}
	}
	var out []string
	for s, n := range count {
		if n > 1 {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// rarities weigh each feature by how few examples have it.
func rarities(examples []example, size int) []float64 {
	out := make([]float64, size)
	for _, e := range examples {
		for _, f := range e.features {
			out[f.n]++
		}
	}
	for i, n := range out {
		out[i] = math.Log(float64(len(examples)+1) / max(n, 1))
	}
	return out
}

func descend(examples []example, size, causes int) [][]float64 {
	w := make([][]float64, size)
	for i := range w {
		w[i] = make([]float64, causes)
	}
	z := make([]float64, causes)
	for round := range rounds {
		rate := firstRate / (1 + float64(round)/slowing)
		for n := range examples {
			e := examples[(n*step+round*31)%len(examples)]
			clear(z)
			for _, f := range e.features {
				for c, x := range w[f.n] {
					z[c] += x * f.x
				}
			}
			for c, x := range normal(z) {
				z[c] = math.Exp(x)
			}
			if p := z[e.cause]; e.not {
				for c := range z {
					z[c] *= -p / (1 - min(p, 0.999))
				}
				z[e.cause] = p
			} else {
				z[e.cause]--
			}
			for _, f := range e.features {
				row, r := w[f.n], rate*f.x
				for c, x := range z {
					row[c] -= r * x
				}
			}
		}
	}
	return w
}

// pack writes rarities and weights as Model.rows: a weight in 127 steps of the row's largest.
func pack(rarity []float64, w [][]float64, causes int) string {
	var out []byte
	for i, row := range w {
		most := 0.0
		for _, x := range row {
			most = max(most, math.Abs(x))
		}
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(rarity[i])))
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(most/127)))
		for _, x := range row[:causes] {
			out = append(out, byte(int8(math.Round(x/max(most, 1e-9)*127))))
		}
	}
	return string(out)
}
