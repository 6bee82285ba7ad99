package guard

import (
	"context"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/probe"
)

// login runs a row of kind login by the browser that was handed in, and holds what came against the same expectations.
func (r *Runner) login(ctx context.Context, res *RowResult) {
	row := res.Check.Row
	if r.o.Login == nil {
		res.unclear("rows of kind login need a browser, and this run has none")
		return
	}
	user, word, err := r.purse.open(ctx, row.As)
	if err != nil {
		res.unclear("%s: %v", row.As.Name, err)
		return
	}
	req := LoginRequest{Check: res.Check, User: user, Password: word, Options: r.o}
	if req.URL, err = row.URL(); err == nil {
		req.Page = req.URL
		if row.Login.Page != "" {
			req.Page, err = row.Target.Route(row.Login.Page)
		}
	}
	if err != nil {
		res.unclear("%v", err)
		return
	}
	got, err := r.o.Login.Login(ctx, req)
	if err != nil {
		res.unclear("%v", err)
		return
	}
	res.Exchanges, res.Answer, res.Notes, res.Files = got.Exchanges, got.Answer, got.Notes, got.Files
	x := res.Judged()
	if x == nil || x.Response == nil {
		res.unclear("the protected page gave no answer")
		return
	}
	in := got.Intent
	if in == nil {
		in = &exchange.Intent{Agent: exchange.Agent{Name: "browser"}, Request: x.Request.Clone()}
	}
	st := r.standing(row.As, row.Target.URL.Origin())
	sender, err := probe.New(in, r.probing(row, st))
	if err != nil {
		res.unclear("%v", err)
		return
	}
	a := &asking{Runner: r, res: res, in: in, s: sender, st: st, own: got.Exchanges}
	res.Differences = append(append([]Difference(nil), got.Differences...), a.compare()...)
	if len(res.Differences) == 0 {
		st.accepted = true
		res.State = Held
		return
	}
	res.State = Broken
	if x.Status() == 401 && row.As.Carrier != contract.NoCarrier {
		st.refused, st.by = st.refused+1, res.Check.Name()
	}
	a.diagnose(ctx)
}
