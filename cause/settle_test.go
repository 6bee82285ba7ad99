package cause_test

import (
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/exchange"
)

// weights gives the weight of each suspicion of a case that is nothing but a note.
func weights(t *testing.T, note string, in ...cause.Weighed) map[string]*cause.Suspicion {
	t.Helper()
	v := cause.NewView(&exchange.Case{Notes: []exchange.Note{{Text: exchange.Raw(note)}}}).With(all.Book())
	out := map[string]*cause.Suspicion{}
	for _, w := range v.Settle(in, all.Causes()) {
		out[w.Cause.ID] = w.Suspicion
	}
	return out
}

func called(t *testing.T, id string) *cause.Cause {
	t.Helper()
	for _, c := range all.Causes() {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no cause is called %q", id)
	return nil
}

const aboutPreflight = "Our Angular application sends OPTIONS first, and the gateway answers it 401, since no Authorization comes along."

func TestSettleFindsWhatNoSignKnows(t *testing.T) {
	got := weights(t, aboutPreflight)["cors-preflight-401"]
	if got == nil || got.Grade != cause.Likely || got.Weight < 0.3 {
		t.Fatalf("%+v", got)
	}
	if len(got.Because) != 1 || !strings.Contains(got.Because[0].Text, `"options"`) {
		t.Errorf("the ground should name the words: %v", got.Because)
	}
}

func TestSettleWeighsSignsAgainstLikeness(t *testing.T) {
	sign := func(w float64) cause.Weighed {
		return cause.Weighed{Cause: called(t, "clock-skew-generic"), Suspicion: &cause.Suspicion{Grade: cause.Likely, Weight: w}}
	}
	weak, strong := weights(t, aboutPreflight, sign(0.2)), weights(t, aboutPreflight, sign(0.95))
	if weak["clock-skew-generic"].Weight >= weak["cors-preflight-401"].Weight {
		t.Error("a weak sign outweighs all words")
	}
	if strong["clock-skew-generic"].Weight <= weak["clock-skew-generic"].Weight {
		t.Error("a better sign does not weigh more")
	}
	if p := strong["cors-preflight-401"]; p != nil && p.Weight > strong["clock-skew-generic"].Weight {
		t.Error("a good sign is outweighed by words")
	}
}

func TestSettleLeavesStrongAndLive(t *testing.T) {
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9}
	if got := weights(t, aboutPreflight, cause.Weighed{Cause: called(t, "token-expired"), Suspicion: s})["token-expired"]; got.Grade != cause.Strong || got.Weight != 0.9 {
		t.Errorf("%+v", got)
	}
	live := cause.NewView(&exchange.Case{Exchanges: []*exchange.Exchange{{N: 1, Response: &exchange.Response{Status: 401, Body: exchange.Body{Bytes: []byte(aboutPreflight)}}}}}).With(all.Book())
	if got := live.Settle(nil, all.Causes()); got != nil {
		t.Errorf("likeness speaks in a live diagnosis: %v", got)
	}
}
