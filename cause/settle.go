package cause

import (
	"math"
	"strings"

	"github.com/why401/why401/fact"
)

// Weighed is a suspicion of one cause, as Settle takes and gives it.
type Weighed struct {
	ID string
	*Suspicion
}

const (
	surest     = 0.97 // no sign rules every other cause out
	leastAlike = 0.1  // the chance from which likeness alone makes a suspect
	likeness   = 0.15 // how much likeness counts beside signs: the best on cases that neither was made from
)

// Settle weighs the suspicions of a record against each other. Signs say how well each cause fits by itself; how alike
// the record's words are to what is known about each cause says which of them it is about. A likely suspicion's weight
// becomes its chance among all causes, and causes without a sign join when their chance is not small. What is strong or
// proved stays.
//
// Nothing changes for a live diagnosis, which has experiments, and where no measure of likeness is at hand.
func (v *View) Settle(in []Weighed, causes []*Cause) []Weighed {
	if v.book == nil || !v.Recorded() {
		return in
	}
	like := v.book.Like(v.Evidence())
	if len(like) == 0 {
		return in
	}
	signed := map[string]*Suspicion{}
	for _, w := range in {
		signed[w.ID] = w.Suspicion
	}
	score := map[string]float64{}
	top := math.Inf(-1)
	for _, c := range causes {
		x, ok := like[c.ID]
		if !ok {
			x = math.Log(1 / float64(len(causes))) // a user's own cause: nothing was learnt about it
		}
		if s := signed[c.ID]; s != nil {
			w := s.Weight
			if s.Grade >= Strong {
				w = max(w, strongWeight)
			}
			x -= math.Log(1-min(w, surest)) / likeness
		}
		score[c.ID] = x
		top = max(top, x)
	}
	sum := 0.0
	for _, c := range causes {
		sum += math.Exp(score[c.ID] - top)
	}
	out := in
	for _, c := range causes {
		chance := math.Exp(score[c.ID]-top) / sum
		s := signed[c.ID]
		switch {
		case s == nil && chance >= leastAlike && (c.Partial || c.Suspect == nil || v.Whole()):
			s = &Suspicion{Grade: Likely, Weight: chance}
			for _, r := range v.book.Raise(c.ID) {
				s.Raise = append(s.Raise, Raise{Command: r.Command, Where: r.Where, Would: r.Would})
			}
			s.Because = []fact.Fact{v.alike(c.ID)}
			out = append(out, Weighed{c.ID, s})
		case s != nil && s.Grade == Likely:
			s.Weight = chance
		}
	}
	return out
}

// strongWeight is what a strong suspicion weighs at least.
const strongWeight = 0.9

// alike says by what words a cause was recognised.
func (v *View) alike(id string) fact.Fact {
	words := v.book.Touched(id, v.Evidence())
	if len(words) < 2 {
		return fact.Fact{Text: "Its wording is like that of other cases of this cause."}
	}
	for i, w := range words {
		words[i] = `"` + strings.TrimSuffix(w, "~") + `"`
	}
	return fact.Fact{Text: "The text speaks of " + strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1] + ", as other cases of this cause do."}
}
