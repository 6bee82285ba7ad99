package cause

import (
	"math"
	"slices"
	"strings"

	"github.com/why401/why401/cause/likeness"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Weighed is a suspicion of one cause, as Settle takes and gives it.
type Weighed struct {
	Cause *Cause
	*Suspicion
}

const (
	surest       = 0.97 // no sign rules every other cause out
	strongWeight = 0.9  // what a strong suspicion weighs at least
	leastAlike   = 0.1  // the chance from which likeness alone makes a suspect
	wording      = 0.15 // how much likeness counts beside signs: the best on cases that neither was made from
	alone        = 0.7  // what a chance is worth that no sign supports
	hopeless     = -8.0 // likeness below which nobody asks what speaks against
	overlooked   = 0.8  // a detector that looked at the record and saw nothing speaks against its cause, a little
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
	if !like.Known() {
		return in
	}
	signed := map[*Cause]*Suspicion{}
	for _, w := range in {
		signed[w.Cause] = w.Suspicion
	}
	score := make([]float64, len(causes))
	top := math.Inf(-1)
	for i, c := range causes {
		x, ok := like.Of(c.ID)
		if !ok {
			x = math.Log(1 / float64(len(causes))) // a user's own cause: nothing was learnt about it
		}
		switch s := signed[c]; {
		case s != nil:
			w := s.Weight
			if s.Grade >= Strong {
				w = max(w, strongWeight)
			}
			x -= math.Log(1-min(w, surest)) / wording
		case x >= hopeless:
			x += math.Log(v.unspoken(c)) / wording
		}
		score[i] = x
		top = max(top, x)
	}
	// A text that is like those which tell nothing is about none of them, as far as its words go.
	sum := 0.0
	if x, ok := like.Of(likeness.Nothing); ok {
		sum = math.Exp(x - top)
	}
	for _, x := range score {
		sum += math.Exp(x - top)
	}
	out := in
	quiet := v.allLetIn()
	for i, c := range causes {
		chance := math.Exp(score[i]-top) / sum
		s := signed[c]
		switch {
		case s == nil && !quiet && chance >= leastAlike && (c.Partial || c.Suspect == nil || v.Whole()):
			s = &Suspicion{Grade: Likely, Weight: chance * alone}
			for _, r := range v.book.Raise(c.ID) {
				s.Raise = append(s.Raise, Raise{Command: r.Command, Where: r.Where, Would: r.Would})
			}
			s.Because = []fact.Fact{alike(like.Touched(c.ID))}
			out = append(out, Weighed{c, s})
		case s != nil && s.Grade == Likely:
			s.Weight = chance
		}
	}
	return out
}

// allLetIn reports a record of nothing but requests, the last of which was let in and none of which was refused: its words
// are those of pages that work, and likeness to a cause means nothing there.
func (v *View) allLetIn() bool {
	if len(v.Exchanges) == 0 || len(v.Messages)+len(v.Notes)+len(v.Settings)+len(v.Tokens) > 0 || !Passed(v.Exchanges[len(v.Exchanges)-1]) {
		return false
	}
	return !slices.ContainsFunc(v.Exchanges, func(x *exchange.Exchange) bool { return x.Status() >= 400 })
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

// alike says by what words a cause was recognised.
func alike(words []string) fact.Fact {
	if len(words) < 2 {
		return fact.Fact{Text: "Its wording is like that of other cases of this cause."}
	}
	for i, w := range words {
		words[i] = `"` + strings.TrimSuffix(w, "~") + `"`
	}
	return fact.Fact{Text: "The text speaks of " + strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1] + ", as other cases of this cause do."}
}
