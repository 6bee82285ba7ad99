package cause

import (
	"slices"

	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// leastSigned is the weight below which signs alone raise no suspicion.
const leastSigned = 0.15

// With lets signs of b be looked for in v.
func (v *View) With(b *sign.Book) *View {
	v.book = b
	return v
}

// Evidence is the case as signs see it, read when it is first asked for.
func (v *View) Evidence() *sign.Evidence {
	if v.read == nil {
		var products []string
		for _, x := range v.Exchanges {
			for _, m := range signature.Matches(x) {
				products = append(products, m.Product)
			}
		}
		v.read = sign.NewEvidence(v.Case, products)
	}
	return v.read
}

// Look holds c against v: by its detector where the record shows enough for it, and by the signs that its page lists. In
// a live diagnosis a detector needs no signs: it has experiments.
func (c *Cause) Look(v *View) *Suspicion {
	var s *Suspicion
	if c.Suspect != nil && (c.Partial || v.Whole()) {
		s = c.Suspect(v)
	}
	if v.book == nil || !v.book.Has(c.ID) || c.Suspect != nil && !v.Recorded() {
		return s
	}
	t := v.book.Weigh(c.ID, v.Evidence())
	if s == nil && t.Weight < leastSigned {
		return nil
	}
	return join(s, t, v.book.Raise(c.ID))
}

// join adds what signs tell to what the detector found; they add up as independent chances do.
func join(s *Suspicion, t sign.Tally, raise []sign.Raise) *Suspicion {
	if s == nil {
		s = &Suspicion{Grade: Likely}
	}
	if t.Strong && t.Voiced && t.Weight >= 0.8 {
		s.Grade = max(s.Grade, Strong)
	}
	s.Weight = 1 - (1-s.Weight)*(1-t.Weight)
	for _, r := range t.Against {
		s.Weight *= 1 - r.Weight
		s.Grade = min(s.Grade, Strong) // what has something against it is not proved
	}
	for _, r := range t.Because {
		if !slices.ContainsFunc(s.Because, func(f fact.Fact) bool { return f.Text == r.Text }) && len(s.Because) < 4 {
			s.Because = append(s.Because, fact.Fact{Text: r.Text, From: r.Place})
		}
	}
	if len(s.Raise) == 0 {
		for _, r := range raise {
			s.Raise = append(s.Raise, Raise{Command: r.Command, Where: r.Where, Would: r.Would})
		}
	}
	return s
}
