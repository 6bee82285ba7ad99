package cases

import (
	"slices"
	"testing"

	"github.com/why401/why401/cause"
)

// TestOutputs takes what programs print by themselves at refusals of seven kinds, without anybody's word beside it (folder
// t). Most of it says no more than the status, whatever the cause: then nothing may be named but what would be right.
func TestOutputs(t *testing.T) {
	cs, err := Load("t")
	if err != nil {
		t.Fatal(err)
	}
	told, right := 0, 0
	for _, c := range cs {
		rep, err := c.Diagnose(t.Context())
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		v := rep.Verdict
		fits := v.Cause == c.Truth || slices.Contains(c.Also, v.Cause)
		switch {
		case v.Cause != "" && !fits, v.Grade == cause.Proved && len(c.Also) > 0:
			t.Errorf("%s: %s %s; right would be %s, or nothing", c.Name, v.Grade, v.Cause, c.Truth)
		case c.Decidable():
			told++
			if fits {
				right++
			} else {
				t.Logf("%s: nothing is named; %s can be seen", c.Name, c.Truth)
			}
		}
	}
	t.Logf("%d outputs; %d tell the cause, and of %d it is named", len(cs), told, right)
	if 10*right < 8*told {
		t.Errorf("of %d outputs that tell the cause %d are named, expected eight in ten", told, right)
	}
}
