package nginxdiff

import (
	"testing"

	"github.com/why401/why401/lab/confdiff"
	"github.com/why401/why401/lab/real"
)

// TestTraceIsNginx compares the trace of conf/nginx with the real nginx. CONFDIFF and CONFDIFF_SEED: see package confdiff.
func TestTraceIsNginx(t *testing.T) {
	n, seed := confdiff.Pairs(2400)
	first, done, wrong, unsure := seed, 0, 0, 0
	opens := map[string]int{}
	for ; done < n; seed++ {
		t.Run("", func(t *testing.T) {
			k, open, diffs := Play(real.NewWorld(t), seed, n-done, opens)
			done, unsure = done+k, unsure+open
			for _, d := range diffs {
				if wrong++; wrong <= 5 {
					t.Errorf("%s", d)
				}
			}
		})
		if t.Failed() && done < n && wrong == 0 {
			t.Fatalf("seed %d did not start", seed)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d pairs differ", wrong, done)
	}
	if unsure*50 > n {
		t.Errorf("%d of %d traces leave a value open: more than one in fifty", unsure, done)
	}
	t.Logf("%d pairs of a configuration and a request, seeds %d to %d: %d differences, %d left open; what the traces name as open: %v", done, first, seed-1, wrong, unsure, opens)
}
