package diagnose

import (
	"cmp"
	"slices"

	"github.com/why401/why401/cause"
)

// leastReported is the weight below which a suspect without a held experiment is not even named.
const leastReported = 0.3

// hideMargin is how much less likely a more exact suspect may be and still hide a more general one.
const hideMargin = 0.25

// measure is what a merely likely suspect needs to be the verdict, a weight and a lead over the next one, and the weight
// from which a suspect is named at all.
type measure struct{ weight, lead, named float64 }

// Of what was asked live more could be asked, so a verdict has to stand clear. A record is all there is, and its weights
// are chances (cause.View.Settle): the best explanation is named, and its grade says that it is one (lab/cases holds the
// grades to what they promise).
var (
	ofLive   = measure{weight: 0.5, lead: 0.15, named: leastReported}
	ofRecord = measure{weight: 0.3, lead: 0.01, named: 0.1}
)

// rank orders suspects, best first, and drops those that a more exact suspect hides.
func rank(in []*judged) []*judged {
	slices.SortStableFunc(in, func(a, b *judged) int {
		if a.grade != b.grade {
			return cmp.Compare(b.grade, a.grade)
		}
		if a.s.Weight != b.s.Weight {
			return cmp.Compare(b.s.Weight, a.s.Weight)
		}
		return cmp.Compare(a.cause.ID, b.cause.ID)
	})
	var out []*judged
	for i, j := range in {
		hidden := slices.ContainsFunc(in, func(by *judged) bool {
			// Of two that hide each other the better one stays.
			return hides(by, j) && !(hides(j, by) && slices.Index(in, by) > i)
		})
		if !hidden {
			out = append(out, j)
		}
	}
	return out
}

// hides reports that by says what j says, more exactly. A hider that is merely likely hides only what is no surer and not
// much likelier; a strong one also hides a plain fact that is true without being the point ("no credential was sent"), but nothing that
// an experiment has shown.
func hides(by, j *judged) bool {
	if by == j || !slices.Contains(by.cause.Hides, j.cause.ID) || by.s.Weight < leastReported {
		return false
	}
	if by.grade >= j.grade {
		return by.grade > cause.Likely || by.grade == cause.Likely && by.s.Weight+hideMargin >= j.s.Weight
	}
	return by.grade == cause.Strong && (j.held == nil || !cause.Flips(j.held.failing, j.held.seen))
}

// verdict picks the finding out of ranked suspects: a proved or strong one, or a likely one that stands clear of the
// rest. Everything less is unknown, and the suspects are named instead.
//
// An independent fault is told beside the verdict. It is one itself only when it is proved, or weighs enough and nothing
// else is found.
func verdict(ranked []*judged, m measure) (*judged, bool) {
	point := slices.DeleteFunc(slices.Clone(ranked), func(j *judged) bool { return j.s.Independent && j.grade < cause.Proved })
	if best, ok := pick(point, m); ok {
		return best, true
	}
	return pick(slices.DeleteFunc(slices.Clone(ranked), func(j *judged) bool { return j.s.Independent && j.s.Weight < 0.5 && len(point) > 0 }), m)
}

// pick takes the best of ranked suspects when it is good enough.
func pick(ranked []*judged, m measure) (*judged, bool) {
	if len(ranked) == 0 {
		return nil, false
	}
	best := ranked[0]
	switch {
	case best.grade >= cause.Strong:
		return best, true
	case best.grade == cause.Likely && best.s.Weight >= m.weight:
		for _, j := range ranked[1:] {
			if j.grade == cause.Likely && best.s.Weight-j.s.Weight < m.lead {
				return nil, false
			}
		}
		return best, true
	}
	return nil, false
}

// also picks the further faults: proved ones, and independent ones that are at least strong.
func also(ranked []*judged, main *judged) []*judged {
	var out []*judged
	for _, j := range ranked {
		if j == main {
			continue
		}
		if j.s.Independent && j.grade >= cause.Strong {
			out = append(out, j)
		}
	}
	return out
}

// contradicted gives what in the record the verdict does not explain and no single fault could; nil when nothing stands
// against it. What is proved is proved.
func (r *run) contradicted(main *judged, found bool) *cause.Contradiction {
	if !found || main.grade >= cause.Proved || len(r.behind) > 0 {
		return nil
	}
	for _, c := range cause.NewView(r.c).Contradictions() {
		if !c.Leaves(main.cause) {
			return &c
		}
	}
	return nil
}
