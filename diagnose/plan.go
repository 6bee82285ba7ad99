package diagnose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
)

// planned is an experiment with the suspects that ask for it.
type planned struct {
	trial cause.Trial
	by    []*judged
	value float64
}

// leastValue is the value below which an experiment is not worth a request on somebody's server. A suspect of weight
// 0.3 with one anonymous experiment of its own just passes.
const leastValue = 0.2

// next chooses the experiment that tells most for its cost, among those not run yet that the rules allow.
func (r *run) next() (planned, bool) {
	if r.used() >= r.Max {
		r.tracef("stop: %d requests were sent, the limit is %d", r.used(), r.Max)
		return planned{}, false
	}
	best := planned{}
	for _, p := range r.candidates() {
		if p.value > best.value {
			best = p
		}
	}
	if best.value < leastValue {
		return best, false
	}
	var names []string
	for _, j := range best.by {
		names = append(names, j.cause.ID)
	}
	r.tracef("chosen: %s (value %.2f; would tell about %s)", best.trial.Change, best.value, strings.Join(names, ", "))
	return best, true
}

// used is how many requests of ours went out; those of a page that a browser opened are the page's own.
func (r *run) used() int {
	n := r.c.Count()
	for _, x := range r.c.Exchanges {
		if x.Browser != nil {
			n--
		}
	}
	return n
}

// candidates are the experiments worth considering, in a stable order.
func (r *run) candidates() []planned {
	byKey := map[string]*planned{}
	for _, j := range r.last {
		if j.grade == cause.Proved || j.held != nil {
			continue
		}
		for i, t := range j.s.Trials {
			if r.tried[r.trialKey(t)] {
				continue
			}
			p := byKey[t.Key]
			if p == nil {
				p = &planned{trial: t}
				byKey[t.Key] = p
			}
			p.by = append(p.by, j)
			// A later trial of one suspect is its second choice. Being able to rule out is worth a little more.
			gain := j.s.Weight / float64(i+1)
			if t.Refutes {
				gain *= 1.2
			}
			p.value += gain
		}
	}
	var out []planned
	for _, p := range byKey {
		cost, why := r.cost(p.trial)
		if why != "" {
			r.tried[r.trialKey(p.trial)] = true
			r.tracef("not possible: %s: %s", p.trial.Change, why)
			continue
		}
		p.value /= cost
		out = append(out, *p)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].value != out[j].value {
			return out[i].value > out[j].value
		}
		return out[i].trial.Key < out[j].trial.Key
	})
	return out
}

// trialKey names an experiment on the present subject.
func (r *run) trialKey(t cause.Trial) string { return r.c.Subject + "\x00" + t.Key }

// cost is what an experiment risks: 1 for a request without a credential, more when the user's credential may be
// refused once again. A reason means that it must not be sent at all.
func (r *run) cost(t cause.Trial) (float64, string) {
	switch t.Asks {
	case cause.ADocument:
		return 1, ""
	case cause.Introspection:
		return 1.3, ""
	}
	req := r.build(t)
	if s := r.Prober.Stopped(); s != "" && len(cred.Of(req)) > 0 {
		return 0, "no more credentials after " + s
	}
	if len(cred.Of(req)) == 0 && (t.Fresh || r.c.Intent == nil || r.c.Intent.Login.Empty()) {
		return 1, ""
	}
	if err := r.Prober.Refusable(req); err != nil {
		return 0, err.Error()
	}
	return 1.3, ""
}

// build applies the trial's change to a copy of the request under examination.
func (r *run) build(t cause.Trial) exchange.Request {
	base := r.subject()
	return t.Edit(base.Clone())
}

// subject is the request under examination as it goes out first.
func (r *run) subject() exchange.Request {
	if x := r.c.First(); x != nil {
		return x.Request
	}
	return r.c.Intent.Request
}

// experiment runs p, repeats it when it flipped, and judges every suspect that asked for it.
func (r *run) experiment(ctx context.Context, p planned) error {
	if p.trial.Asks != cause.TheRequest {
		return r.consult(ctx, p.trial)
	}
	failing := r.c.Last()
	r.tried[r.trialKey(p.trial)] = true
	key := p.trial.Key
	if r.c.Subject != "" {
		key = r.c.Subject + "+" + key
	}
	seen, err := r.send(ctx, p.trial, key)
	var w Withheld
	switch {
	case errors.As(err, &w):
		r.tracef("not sent: %v", err)
		return nil
	case err != nil && seen == nil:
		return err
	case seen == nil:
		return nil
	}
	r.tracef("request %d, %s: %s", seen.N, p.trial.Change, outcome(seen))
	// Judge before repeating: a prediction that failed needs no repeat.
	res := result{failing: failing, seen: seen, repeated: true}
	var come []cause.Trial
	for _, j := range p.by {
		if t, ok := trialOf(j, p.trial.Key); ok && r.judge(j, t, res) {
			come = append(come, t)
		}
	}
	switch flip := cause.Passed(seen) != cause.Passed(failing); {
	case flip && len(come) > 0:
		res.repeated, res.short, err = r.confirm(ctx, p.trial, key, failing, seen, proving(come))
	case flip:
		res.repeated = false
	case proving(come) && seen.Status() != failing.Status():
		res.repeated, err = r.again(ctx, p.trial, key, seen)
	}
	if err != nil {
		return err
	}
	r.results[r.trialKey(p.trial)] = res
	for _, j := range p.by {
		if _, ok := r.held[r.slot(j.cause.ID)]; ok {
			t, _ := trialOf(j, p.trial.Key)
			r.held[r.slot(j.cause.ID)] = held{t, res}
		}
	}
	return nil
}

// judge holds the result of an experiment against the prediction of one suspect, once, and reports whether it came true.
// A prediction that failed rules the cause out where the cause said so.
func (r *run) judge(j *judged, t cause.Trial, res result) bool {
	r.judgedBy[r.slot(j.cause.ID)+"\x00"+t.Key] = true
	switch {
	case res.seen.Response == nil:
	case t.Holds(res.failing, res.seen):
		r.held[r.slot(j.cause.ID)] = held{t, res}
		r.tracef("  %s predicted %s: came true", j.cause.ID, t.Predict)
		return true
	case t.Refutes:
		r.ruled[r.slot(j.cause.ID)] = ruledOut{j.cause, fmt.Sprintf("%s: still %s (request %d)", t.Change, outcome(res.seen), res.seen.N)}
	}
	r.tracef("  %s predicted %s: did not", j.cause.ID, t.Predict)
	return false
}

// settle judges a suspect by experiments that were run without it, and reports whether that changed anything.
func (r *run) settle(j *judged) (changed bool) {
	for _, t := range j.s.Trials {
		res, known := r.results[r.trialKey(t)]
		if j.held != nil || !known || r.judgedBy[r.slot(j.cause.ID)+"\x00"+t.Key] {
			continue
		}
		if r.judge(j, t, res) || t.Refutes {
			return true
		}
	}
	return false
}

// proving reports that one of the predictions, come true, is to be a proof.
func proving(ts []cause.Trial) bool {
	return slices.ContainsFunc(ts, func(t cause.Trial) bool { return t.Grade == cause.Unknown || t.Grade == cause.Proved })
}

func trialOf(j *judged, key string) (cause.Trial, bool) {
	for _, t := range j.s.Trials {
		if t.Key == key {
			return t, true
		}
	}
	return cause.Trial{}, false
}

func (r *run) send(ctx context.Context, t cause.Trial, key string) (*exchange.Exchange, error) {
	xs, err := r.Prober.Do(ctx, r.build(t), How{Key: key, Purpose: "with " + t.Change, Follow: t.Follow && r.follows(), Direct: t.Direct, Login: !t.Fresh, Token: t.Token})
	r.add(xs)
	return lastOf(xs, key), err
}

// lastOf is the last exchange that belongs to the experiment itself: a token server that was asked for it has a key of
// its own. nil when there is none.
func lastOf(xs []*exchange.Exchange, key string) *exchange.Exchange {
	for _, x := range slices.Backward(xs) {
		if x.Key == key {
			return x
		}
	}
	return nil
}

func (r *run) follows() bool { return r.c.Intent != nil && r.c.Intent.Follow }
