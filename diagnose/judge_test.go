package diagnose

import (
	"testing"

	"github.com/why401/why401/cause"
)

// A fault of its own stands beside the verdict: it does not take the place of what explains the refusal.
func TestVerdictAndIndependentFaults(t *testing.T) {
	suspect := func(id string, g cause.Grade, w float64, independent bool) *judged {
		return &judged{cause: &cause.Cause{ID: id}, grade: g, s: &cause.Suspicion{Weight: w, Independent: independent}}
	}
	aside := suspect("aside", cause.Strong, 0.35, true)
	for _, c := range []struct {
		name   string
		ranked []*judged
		want   string
	}{
		{"a likely explanation comes first", []*judged{aside, suspect("point", cause.Likely, 0.6, false)}, "point"},
		{"nothing explains it well enough", []*judged{aside, suspect("point", cause.Likely, 0.3, false)}, ""},
		{"nothing else is suspected", []*judged{aside}, "aside"},
		{"it weighs enough by itself", []*judged{suspect("aside", cause.Strong, 0.6, true), suspect("point", cause.Likely, 0.3, false)}, "aside"},
		{"it is proved", []*judged{suspect("aside", cause.Proved, 0.35, true), suspect("point", cause.Strong, 0.9, false)}, "aside"},
	} {
		got := ""
		if j, ok := verdict(c.ranked, ofLive); ok {
			got = j.cause.ID
		}
		if got != c.want {
			t.Errorf("%s: verdict %q, want %q", c.name, got, c.want)
		}
	}
}

// Of two causes that hide each other one must stay, or a good verdict is lost.
func TestMutualHiding(t *testing.T) {
	a := &judged{cause: &cause.Cause{ID: "a", Hides: []string{"b"}}, grade: cause.Strong, s: &cause.Suspicion{Weight: 0.9}}
	b := &judged{cause: &cause.Cause{ID: "b", Hides: []string{"a"}}, grade: cause.Strong, s: &cause.Suspicion{Weight: 0.8}}
	if got := rank([]*judged{b, a}); len(got) != 1 || got[0] != a {
		t.Errorf("ranked %d, want a alone", len(got))
	}
}
