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
	alone      = 0.7  // what a chance is worth that no sign supports
	hopeless   = -8.0 // likeness below which nobody asks what speaks against
	overlooked = 0.8  // a detector that looked at the record and saw nothing speaks against its cause, a little
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
		switch s := signed[c.ID]; {
		case s != nil && s.Grade >= Strong:
			x -= math.Log(1-min(max(s.Weight, strongWeight), surest)) / likeness
		case s != nil:
			x -= math.Log(1-min(s.Weight, surest)) / likeness
		case x < hopeless:
		default:
			x += math.Log(v.unspoken(c)) / likeness
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
			s = &Suspicion{Grade: Likely, Weight: chance * alone}
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

// unspoken is what is left of a cause that no sign speaks for, after what speaks against it.
func (v *View) unspoken(c *Cause) float64 {
	left := 1.0
	for _, r := range v.book.Weigh(c.ID, v.Evidence()).Against {
		left *= 1 - r.Weight
	}
	if c.Suspect != nil && (c.Partial || v.Whole()) && len(v.Exchanges)+len(v.Tokens)+len(v.Settings) > 0 {
		left *= overlooked
	}
	return left
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
