package cause

import "github.com/why401/why401/fact"

// Finding is a suspicion of the cause called ID, for families whose causes are read out of a record together.
type Finding struct {
	ID string
	Suspicion
}

// Found makes a finding.
func Found(id string, g Grade, weight float64, because ...fact.Fact) *Finding {
	return &Finding{id, Suspicion{Grade: g, Weight: weight, Because: because}}
}

// WeightiestOf gives the weightiest suspicion of the cause called id, nil when there is none.
func WeightiestOf(id string, fs []*Finding) *Suspicion {
	var best *Suspicion
	for _, f := range fs {
		if f.ID == id && f.Outweighs(best) {
			best = &f.Suspicion
		}
	}
	return best
}

// OnRecordToo makes a detector of whole exchanges one that also reads records which show only a part: where live finds
// nothing, or may not look, paper is asked about what somebody had in hand.
func OnRecordToo(live, paper func(*View) *Suspicion) func(*View) *Suspicion {
	return func(v *View) *Suspicion {
		if v.Whole() {
			if s := live(v); s != nil {
				return s
			}
		}
		if !v.Recorded() {
			return nil
		}
		return paper(v)
	}
}
