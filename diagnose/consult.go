package diagnose

import (
	"context"
	"errors"

	"github.com/why401/why401/cause"
)

// consult reads a published document, or asks an issuer about the token. What comes back is no answer to the user's
// request: nothing is flipped or repeated by it, the next round of suspicion reads it.
func (r *run) consult(ctx context.Context, t cause.Trial) error {
	r.tried[r.trialKey(t)] = true
	xs, err := r.Prober.Do(ctx, r.build(t), How{Key: t.Key, Purpose: t.Change, Asks: t.Asks})
	r.batch++
	for _, x := range xs {
		x.Run = r.batch
		r.c.Read(x)
		r.tracef("request %d, %s: %s", x.N, t.Change, outcome(x))
	}
	var w Withheld
	if errors.As(err, &w) {
		r.tracef("not sent: %v", err)
		return nil
	}
	return err
}
