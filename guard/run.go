package guard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/probe"
)

// Checks lists what c asks, in the contract's order.
func Checks(c *contract.Contract) []Check {
	var out []Check
	for _, r := range c.Rows {
		if r.Kind == contract.Login {
			out = append(out, Check{Row: r})
			continue
		}
		for _, cl := range r.Clients {
			out = append(out, Check{r, cl})
		}
	}
	return out
}

// Run runs every check of c and gives the results in the contract's order. Rows without a credential go first, so that a
// target which is down costs no password, and those whose credential may be refused go last. The error is the context's
// end; the result holds what was run until then.
func Run(ctx context.Context, c *contract.Contract, o Options) (*Result, error) {
	res := &Result{Contract: c.File, Started: time.Now()}
	r := NewRunner(c, o)
	checks := Checks(c)
	done := map[int]*RowResult{}
	order := make([]int, len(checks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return dear(checks[a]) - dear(checks[b]) })
	for _, i := range order {
		if ctx.Err() != nil {
			break
		}
		if o.Only != nil && !o.Only(checks[i]) {
			continue
		}
		done[i] = r.Row(ctx, checks[i])
		if o.Heard != nil {
			o.Heard(done[i])
		}
	}
	for i := range checks {
		if done[i] != nil {
			res.Rows = append(res.Rows, done[i])
		}
	}
	res.Took = time.Since(res.Started)
	return res, ctx.Err()
}

// dear says what a refusal of the check may cost: nothing, a credential that should be let in, one that should not, a wrong
// one.
func dear(c Check) int {
	switch row := c.Row; {
	case row.As.Wrong:
		return 3
	case row.As.Carrier == contract.NoCarrier:
		return 0
	case expectsRefusal(row):
		return 2
	}
	return 1
}

// expectsRefusal reports that the row wants a status that refuses, and no other.
func expectsRefusal(row *contract.Row) bool {
	for _, s := range row.Expect.Status {
		if s.From < 400 {
			return false
		}
	}
	return len(row.Expect.Status) > 0
}

// RunRow runs one check by itself, for callers with a schedule of their own. What earlier runs know of a password stands in
// the ledger alone; NewRunner keeps more from row to row.
func RunRow(ctx context.Context, c *contract.Contract, check Check, o Options) *RowResult {
	return NewRunner(c, o).Row(ctx, check)
}

// Runner runs checks one after another and remembers what came of each credential, so that none is refused twice. It
// belongs to one goroutine and one round; the next round takes a new one.
type Runner struct {
	c     *contract.Contract
	o     Options
	purse purse
	stood map[standingOf]*standing
	down  map[exchange.Origin]string // targets that did not answer, and why
	n     int                        // canaries sent
}

type standingOf struct {
	who *contract.Principal
	at  exchange.Origin
}

// standing is what one target made of one credential in this round.
type standing struct {
	accepted bool
	refused  int    // 401 and 407 that were counted, for all we know
	by       string // the row in which it was refused last
}

// NewRunner makes the runner of one round.
func NewRunner(c *contract.Contract, o Options) *Runner {
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.Dir == "" {
		o.Dir = filepath.Dir(c.File)
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	return &Runner{c: c, o: o, purse: purse{from: contract.Sources{Env: o.Env, Dir: o.Dir}, have: map[*contract.Principal]*held{}},
		stood: map[standingOf]*standing{}, down: map[exchange.Origin]string{}}
}

// Row runs one check.
func (r *Runner) Row(ctx context.Context, check Check) *RowResult {
	res := &RowResult{Check: check, Started: time.Now(), Answer: -1}
	r.row(ctx, res)
	res.Took = time.Since(res.Started)
	return res
}

func (r *RowResult) unclear(format string, args ...any) {
	r.State, r.Because = CouldNotTell, fmt.Sprintf(format, args...)
}

func (r *Runner) row(ctx context.Context, res *RowResult) {
	row := res.Check.Row
	at := row.Target.URL.Origin()
	st := r.standing(row.As, at)
	switch why := r.down[at]; {
	case why != "":
		res.unclear("%s", why)
		return
	case st.refused > 0 && st.by != "" && !mayRepeat(row, st):
		res.unclear("the credential of %s was refused in row %q; it is not sent again", row.As.Name, st.by)
		return
	}
	if row.Kind == contract.Login {
		r.login(ctx, res)
		return
	}
	in, err := intent(ctx, res.Check, &r.purse)
	if err != nil {
		res.unclear("%s: %v", row.As.Name, err)
		return
	}
	sender, err := probe.New(in, r.probing(row, st))
	if err != nil {
		res.unclear("%v", err)
		return
	}
	a := &asking{Runner: r, res: res, in: in, s: sender, st: st}
	a.run(ctx)
}

// probing are the sender's rules for a row. A row asks up to five requests, and its diagnosis the usual eight.
func (r *Runner) probing(row *contract.Row, st *standing) probe.Options {
	o := probe.Options{MaxRequests: 13, Refused: st.refused, StateDir: r.o.StateDir, Dial: r.o.Dial, Roots: r.o.Roots,
		AllowUnsafe: row.Unsafe, IKnow: r.o.IKnow || row.As.Wrong, ExchangeTime: min(r.o.Timeout, 10*time.Second), RunTime: 2 * r.o.Timeout}
	return o
}

func (r *Runner) standing(who *contract.Principal, at exchange.Origin) *standing {
	key := standingOf{who, at}
	if r.stood[key] == nil {
		r.stood[key] = &standing{}
	}
	return r.stood[key]
}

// mayRepeat reports that a credential which was refused may be sent once more: a token or key three times in a run, a
// password never (docs/safety.md, rule 2).
func mayRepeat(row *contract.Row, st *standing) bool {
	return row.As.Carrier != contract.Basic && row.As.Carrier != contract.Form && st.refused < 3
}

// withheld gives the words of a safety rule that kept a request back.
func withheld(err error) (string, bool) {
	var rule *probe.Refusal
	if errors.As(err, &rule) {
		return rule.Why, true
	}
	return "", false
}
