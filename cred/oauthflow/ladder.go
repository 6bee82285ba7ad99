package oauthflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// Rung is one step of a flow as the record shows it.
type Rung struct {
	Step   string             // "authorize", "callback", "device", "token", "refresh", "API call"
	X      *exchange.Exchange // nil when the record does not show it
	Result Result
	Detail string // what it answered, printable: "302", "400 invalid_grant"
}

// Result is how a step ended.
type Result string

// The results, in the words of a report's path.
const (
	Passed     Result = "passed"
	Refused    Result = "refused"
	Waiting    Result = "waiting" // the device was asked to try again later
	NotReached Result = "not_reached"
	NotSeen    Result = "not_seen" // the record does not show it: between servers, or left out
)

// Ladder is the flow that x belongs to, step by step; of the last flow of the record when x is nil or no part of one. It
// is nil when there is none.
func (r *Record) Ladder(x *exchange.Exchange) []Rung {
	var last []Rung
	for _, l := range r.ladders() {
		if last == nil || len(l) > 0 {
			last = l
		}
		if x != nil && slices.ContainsFunc(l, func(g Rung) bool { return g.X == x }) {
			return l
		}
	}
	return last
}

// Broken is the first step that was refused, of the first flow that has one; nil when all went on.
func (r *Record) Broken() *Rung {
	for _, l := range r.ladders() {
		for _, g := range l {
			if g.Result == Refused && g.X != nil {
				return &g
			}
		}
	}
	return nil
}

// Went reports that the record holds a flow that came to its end: tokens were issued, or the client took a code; and that
// no step of any was refused.
func (r *Record) Went() bool {
	came := func(c *Callback) bool { return c.X != nil && c.X.Status() != 0 && c.Got.Has("code") }
	return r.Broken() == nil && (slices.ContainsFunc(r.Tokens, (*Token).Passed) || slices.ContainsFunc(r.Callbacks, came))
}

// Settled reports an answer that is no failure although its status is one's: a device is to ask again, or a call is
// refused and let in when it is made again with the tokens that were fetched in between.
func (r *Record) Settled(x *exchange.Exchange, after []*exchange.Exchange) bool {
	fetched := false
	for _, t := range r.Tokens {
		if t.X == x {
			return t.Waits()
		}
	}
	for _, y := range after {
		fetched = fetched || slices.ContainsFunc(r.Tokens, func(t *Token) bool { return t.X == y && t.Passed() }) ||
			slices.ContainsFunc(r.Callbacks, func(c *Callback) bool { return c.X == y && y.Status() < 400 })
		if fetched && y.OK() && y.Request.Method == x.Request.Method && y.Request.URL.String() == x.Request.URL.String() {
			return true
		}
	}
	return false
}

// ladders are the flows of the record in the order in which they began.
func (r *Record) ladders() [][]Rung {
	var out [][]Rung
	seen := map[*Token]bool{}
	for _, a := range r.Authorizations {
		out = append(out, r.ofCode(a, a.Answer, seen))
	}
	for _, c := range r.Callbacks {
		if c.For == nil || c.For.Answer != c {
			out = append(out, r.ofCode(nil, c, seen))
		}
	}
	for _, d := range r.Devices {
		out = append(out, r.ofDevice(d, seen))
	}
	for _, t := range r.Tokens {
		if !seen[t] {
			out = append(out, r.ofToken(t, seen))
		}
	}
	return out
}

func (r *Record) ofCode(a *Authorization, c *Callback, seen map[*Token]bool) []Rung {
	var l ladder
	switch {
	case a == nil:
		l.add("authorize", nil, NotSeen, "")
	case c != nil && c.Error() != "" && !c.Quiet():
		l.add("authorize", c.told(), Refused, c.Error())
	case a.X.Status() >= 400:
		l.add("authorize", a.X, Refused, status(a.X, answered(a.X).Show("error")))
	case a.X.Status() == 0:
		l.add("authorize", a.X, NotSeen, "")
	default:
		l.add("authorize", a.X, Passed, status(a.X, ""))
	}
	var ts []*Token
	for _, t := range r.Tokens {
		if c != nil && t.Callback == c || a != nil && t.For == a {
			ts = append(ts, t)
			seen[t] = true
		}
	}
	switch {
	case c == nil && len(ts) == 0 && a != nil:
		l.add("callback", nil, NotSeen, "")
	case c == nil:
		l.add("callback", nil, NotSeen, "")
	case c.Error() != "":
		if c.Quiet() {
			l.add("callback", c.at(), Passed, c.Error())
		} else if a == nil { // the answer of an authorization that is not in the record
			l.add("callback", c.at(), Refused, c.Error())
		} else {
			l.add("callback", c.at(), NotReached, "")
		}
		return l.end(c.Quiet())
	case c.X != nil && c.X.Status() >= 400:
		l.add("callback", c.X, Refused, status(c.X, ""))
	case c.Foreign:
		l.add("callback", c.at(), Refused, "state differs")
	case c.X == nil && len(ts) == 0:
		l.add("callback", nil, NotSeen, "")
	default:
		l.add("callback", c.X, passedOr(c.X), status(c.X, ""))
	}
	r.tokens(&l, ts)
	return l.end(false)
}

// told is the answer that an error came with, or the request that brought it.
func (c *Callback) told() *exchange.Exchange {
	if c.From != nil {
		return c.From
	}
	return c.X
}

// at is the exchange that shows the callback best.
func (c *Callback) at() *exchange.Exchange {
	if c.X != nil {
		return c.X
	}
	return c.From
}

func passedOr(x *exchange.Exchange) Result {
	if x == nil {
		return NotSeen
	}
	return Passed
}

func (r *Record) ofDevice(d *Device, seen map[*Token]bool) []Rung {
	var l ladder
	if d.Got.Has("device_code") {
		l.add("device", d.X, Passed, status(d.X, ""))
	} else {
		l.add("device", d.X, Refused, status(d.X, d.Got.Show("error")))
	}
	var ts []*Token
	for _, t := range r.Tokens {
		if t.Device == d {
			ts = append(ts, t)
			seen[t] = true
		}
	}
	r.tokens(&l, ts)
	return l.end(false)
}

func (r *Record) ofToken(t *Token, seen map[*Token]bool) []Rung {
	var l ladder
	ts := []*Token{t}
	switch t.Grant() {
	case CodeGrant:
		l.add("authorize", nil, NotSeen, "")
		l.add("callback", nil, NotSeen, "")
	case DeviceGrant:
		l.add("device", nil, NotSeen, "")
	}
	for _, o := range r.Tokens {
		if !seen[o] && o != t && o.Before != nil && o.Asked.Get("device_code").Equal(t.Asked.Get("device_code")) && t.Grant() == o.Grant() && t.Grant() == DeviceGrant {
			ts = append(ts, o)
		}
	}
	for _, o := range ts {
		seen[o] = true
	}
	r.tokens(&l, ts)
	return l.end(false)
}

// tokens adds the token requests of one flow, and the calls with what they brought. Answers that ask a device to wait are
// one step with the answer that ended the waiting.
func (r *Record) tokens(l *ladder, ts []*Token) {
	waited := 0
	for i, t := range ts {
		name := "token"
		if t.Grant() == RefreshGrant {
			name = "refresh"
		}
		switch {
		case t.Waits() && i+1 < len(ts):
			waited++
			continue
		case t.Waits():
			l.add(name, t.X, Waiting, status(t.X, t.Error()))
		case t.X.Status() == 0:
			l.add(name, t.X, NotSeen, "")
		case t.Passed():
			l.add(name, t.X, Passed, status(t.X, after(waited)))
		default:
			l.add(name, t.X, Refused, status(t.X, t.Error()))
		}
	}
	for _, k := range r.Calls {
		if !slices.Contains(ts, k.With) {
			continue
		}
		res := Passed
		if s := k.X.Status(); s == 401 || s == 403 {
			res = Refused
		} else if s == 0 {
			res = NotSeen
		}
		if n := len(l.rungs); n > 0 && l.rungs[n-1].Step == "API call" && l.rungs[n-1].Result == Passed && res == Passed {
			continue // one call that passed stands for all
		}
		l.add("API call", k.X, res, status(k.X, ""))
	}
}

func after(waited int) string {
	if waited == 0 {
		return ""
	}
	return fmt.Sprintf("after %d times waiting", waited)
}

func status(x *exchange.Exchange, more string) string {
	if x == nil || x.Status() == 0 {
		return more
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", x.Status(), more))
}

// ladder is a flow that is being written down: what stands behind a refused step was not reached.
type ladder struct{ rungs []Rung }

func (l *ladder) add(step string, x *exchange.Exchange, res Result, detail string) {
	l.rungs = append(l.rungs, Rung{step, x, res, detail})
}

// end adds the steps that were not reached, or that the record does not show. quiet is for a flow that ended by asking.
func (l *ladder) end(quiet bool) []Rung {
	if quiet {
		return l.rungs
	}
	broken := slices.ContainsFunc(l.rungs, func(g Rung) bool { return g.Result == Refused })
	has := func(names ...string) bool {
		return slices.ContainsFunc(l.rungs, func(g Rung) bool { return slices.Contains(names, g.Step) })
	}
	rest := NotSeen
	if broken {
		rest = NotReached
	}
	if !has("token", "refresh") {
		l.add("token", nil, rest, "")
	}
	if !has("API call") {
		l.add("API call", nil, rest, "")
	}
	// A step without an exchange that stands behind the refused one was not reached.
	at := slices.IndexFunc(l.rungs, func(g Rung) bool { return g.Result == Refused })
	for i := range l.rungs {
		if at >= 0 && i > at && l.rungs[i].X == nil {
			l.rungs[i].Result = NotReached
		}
	}
	return l.rungs
}
