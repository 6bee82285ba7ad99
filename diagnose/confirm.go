package diagnose

import (
	"context"
	"errors"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
)

// confirm sees a flip a second time, and a control after it. Servers change their mind for reasons of their own (a node
// that is broken, a start that is slow, a limit), so the side that was let in is asked again first: backends that take
// turns are found out by that. Then something must still be refused: the user's own request where it carries no
// credential, and where it does, which must not be refused twice for the sake of proof (docs/safety.md, 2), a request without
// one or with an unregistered scheme in its place. short says that this last control was let in or could not be sent. It is
// spared where it could prove nothing.
func (r *run) confirm(ctx context.Context, t cause.Trial, key string, failing, seen *exchange.Exchange, proof bool) (repeated, short bool, err error) {
	first := r.c.First().Request
	bare := len(cred.Of(first)) == 0 && (r.c.Intent == nil || r.c.Intent.Login.Empty())
	own := sending{first, How{Key: r.c.Subject + "+again", Purpose: "your request once more", Follow: r.follows(), Login: true}}
	same := sending{r.build(t), How{Key: key, Purpose: "the same once more", Follow: t.Follow && r.follows(), Direct: t.Direct, Login: !t.Fresh, Token: t.Token}}
	if cause.Passed(failing) {
		repeated, err = r.repeats(ctx, own, true)
		return repeated, false, err
	}
	if repeated, err = r.repeats(ctx, same, true); err != nil || !repeated {
		return repeated, false, err
	}
	if !proof || cause.Elsewhere(failing, seen) {
		return true, false, nil
	}
	if bare {
		repeated, err = r.repeats(ctx, own, false)
		if x := r.c.Exchanges[len(r.c.Exchanges)-1]; repeated && x.Status() != failing.Status() && !refuses(x) {
			repeated = false // a limit was reached, or the server failed: the first refusal was not seen again
		}
		return repeated, false, err
	}
	short, err = r.openToAll(ctx, t)
	return true, short, err
}

// again sees another answer than the first, which is no flip (a redirect that became a page, a preflight that is refused),
// a second time. Where the experiment took a credential along and was refused, once has to do.
func (r *run) again(ctx context.Context, t cause.Trial, key string, seen *exchange.Exchange) (bool, error) {
	request := r.build(t)
	if !cause.Passed(seen) && len(cred.Of(request)) > 0 {
		return true, nil
	}
	if r.used() >= r.Max {
		return false, nil
	}
	n := r.used()
	ok, err := r.repeats(ctx, sending{request, How{Key: key, Purpose: "the same once more", Follow: t.Follow && r.follows(), Direct: t.Direct, Login: !t.Fresh, Token: t.Token}}, cause.Passed(seen))
	if ok && r.used() > n && r.c.Exchanges[len(r.c.Exchanges)-1].Status() != seen.Status() {
		r.flaps, ok = true, false
	}
	return ok, err
}

// openToAll asks, after a flip with a credential in play, whether the place still refuses what it should refuse.
func (r *run) openToAll(ctx context.Context, t cause.Trial) (bool, error) {
	after := cause.Anonymous()
	if t.Key == cause.KeyAnonymous {
		after = cause.Canary()
	}
	if r.tried[r.trialKey(after)] {
		x := r.c.Trial(after.Key)
		return !refuses(x), nil
	}
	if r.used() >= r.Max {
		return true, nil
	}
	r.tried[r.trialKey(after)] = true
	k := after.Key
	if r.c.Subject != "" {
		k = r.c.Subject + "+" + k
	}
	x, err := r.send(ctx, after, k)
	var w Withheld
	if errors.As(err, &w) || x == nil {
		return true, nil
	}
	r.tracef("request %d, %s, as a control: %s", x.N, after.Change, outcome(x))
	return !refuses(x), err
}

// refuses reports an answer that turns the request away for what it is, not for a limit or a fault of the server.
func refuses(x *exchange.Exchange) bool {
	return x != nil && x.Response != nil && !cause.Passed(x) && x.Status() != 429 && x.Status()/100 != 5
}

// sending is a request and the way in which it goes out.
type sending struct {
	request exchange.Request
	how     How
}

// repeats sends a request once more and reports whether it is let in, or refused, as before.
func (r *run) repeats(ctx context.Context, s sending, passed bool) (bool, error) {
	if r.used() >= r.Max {
		return false, nil
	}
	xs, err := r.Prober.Do(ctx, s.request, s.how)
	r.add(xs)
	var w Withheld
	if errors.As(err, &w) || len(xs) == 0 {
		return false, nil
	}
	last := lastOf(xs, s.how.Key)
	if last == nil || last.Response == nil {
		return false, err
	}
	if cause.Passed(last) != passed {
		r.flaps = true
		r.tracef("request %d, %s: %s: not the same answer twice", last.N, s.how.Purpose, outcome(last))
		return false, nil
	}
	r.tracef("request %d, %s: %s, as before", last.N, s.how.Purpose, outcome(last))
	return true, nil
}
