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
	like := 0.0
	if v.Recorded() {
		like = v.book.Like(v.Evidence())[c.ID]
	}
	if s == nil && t.Weight < leastSigned && like < 1 {
		return nil
	}
	s = join(s, t, v.book.Raise(c.ID))
	return liken(s, like)
}

// How much likeness counts: alikeWeight at most beside other evidence, less for pages that are less like. Alone it makes the
// likest page a suspect, below what a verdict takes: on cases nobody had seen, one in three such verdicts was right.
const (
	alikeWeight = 0.3
	alikeAlone  = 0.3
	context     = 0.27 // what signs weigh that only say what the case is about
)

// liken adds how like the case's words are to the cause's page: a little, and most where nothing else is known.
func liken(s *Suspicion, like float64) *Suspicion {
	if len(s.Because) > 0 {
		w := 1 - (1-s.Weight)*(1-alikeWeight*like*like)
		if s.Weight < context {
			w = min(w, alikeAlone) // context and likeness make no verdict
		}
		s.Weight = w
		return s
	}
	if like < 1 {
		return nil
	}
	s.Weight = alikeAlone
	s.Because = append(s.Because, fact.Fact{Text: "Its wording is most like what the page of this cause describes."})
	return s
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
