package fix

import (
	"context"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/probe"
)

// Proof is one request with what its answer has to be. It decides about changes that mend no single failing request, such as
// the settings of a copied site.
type Proof struct {
	What   string // "the login page"
	Want   string // "the form, at this site's own address"
	Intent *exchange.Intent
	Holds  func(*exchange.Exchange) bool
	Probe  probe.Options
}

// proving is proofs at work. Each has a sender of its own, and is asked once.
type proving struct {
	proofs  []Proof
	senders []*probe.Sender
}

func beginProofs(proofs []Proof) (*proving, error) {
	r := &proving{proofs: proofs}
	for _, p := range proofs {
		c := &Controls{Probe: p.Probe}
		s, err := c.sender(p.Intent, 1)
		if err != nil {
			return nil, err
		}
		if err := s.Refusable(p.Intent.Request); err != nil {
			return nil, held(p.What, err)
		}
		r.senders = append(r.senders, s)
	}
	return r, nil
}

func (r *proving) first(context.Context) (bool, error) { return false, nil }

func (r *proving) after(ctx context.Context) []Control {
	var out []Control
	for i, p := range r.proofs {
		x, err := ask(ctx, r.senders[i], p.Intent, p.Intent.Request, p.What)
		c := Control{What: p.What, Want: p.Want, Got: got(x, err), Sent: x != nil, Held: x != nil && err == nil && x.Response != nil && p.Holds(x)}
		if x != nil && x.Response != nil && x.Header().Has("Location") {
			c.Got += " to " + x.Header().Get("Location")
		}
		out = append(out, c)
		if !c.Held {
			return out
		}
	}
	return out
}

func (r *proving) again(context.Context, string) (Control, bool) { return Control{}, false }

// Prove asks the proofs without changing anything. Without an error every one held.
func Prove(ctx context.Context, proofs []Proof) ([]Control, error) {
	r, err := beginProofs(proofs)
	if err != nil {
		return nil, err
	}
	out := r.after(ctx)
	if last := out[len(out)-1]; !last.Held {
		return out, refuse("%s: %s, expected: %s", last.What, last.Got, last.Want)
	}
	return out, nil
}
