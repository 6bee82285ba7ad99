package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

// Contract asks the rows of a contract through package guard.
type Contract struct {
	c      *contract.Contract
	o      guard.Options
	key    []byte // of tags
	checks map[string]guard.Check
	rows   []state.Row
	left   []string // rows that are not watched, and why
}

var _ Asker = (*Contract)(nil)

// NewContract prepares the rows that may be watched. key is for tags; it belongs to the store.
func NewContract(c *contract.Contract, o guard.Options, key []byte) (*Contract, error) {
	w := &Contract{c: c, o: o, key: key, checks: map[string]guard.Check{}}
	if w.o.Env == nil {
		w.o.Env = os.Getenv
	}
	if w.o.Dir == "" {
		w.o.Dir = filepath.Dir(c.File)
	}
	for _, check := range guard.Checks(c) {
		if why := unwatched(check.Row); why != "" {
			w.left = append(w.left, check.Name()+": "+why)
			continue
		}
		r, err := w.row(check)
		if err != nil {
			return nil, err
		}
		w.checks[r.ID] = check
		w.rows = append(w.rows, r)
	}
	if len(w.rows) == 0 {
		return nil, fmt.Errorf("%s: no row may be watched: rows with a credential need watch: true", c.File)
	}
	return w, nil
}

func unwatched(r *contract.Row) string {
	switch {
	case r.Watches():
		return ""
	case r.As.Wrong:
		return "a wrong credential is not sent again and again"
	case r.Watched != nil:
		return "the contract says watch: false"
	}
	return "it carries a credential, and the contract does not say watch: true"
}

// Left are the rows that are not watched, each with the reason.
func (w *Contract) Left() []string { return w.left }

// Rows are those that are watched.
func (w *Contract) Rows() []state.Row { return w.rows }

func (w *Contract) row(check guard.Check) (state.Row, error) {
	u, err := check.Row.URL()
	if err != nil {
		return state.Row{}, fmt.Errorf("%s: row %s: %w", w.c.File, check.Row.Name, err)
	}
	shown, _, _ := strings.Cut(u.String(), "?")
	asked := check.Row.Method + " " + shown
	if p := check.Row.As; p.Carrier != contract.NoCarrier {
		asked += " as " + p.Name
	}
	return state.Row{ID: check.Name(), Target: u.Origin().String(), Every: w.c.Interval(check.Row), Shape: shape(check), Shown: asked}, nil
}

// shape is a sum over what the row says, so that a change of the contract is seen. Places in the file do not count.
func shape(check guard.Check) string {
	r := *check.Row
	r.Every, r.Watched = 0, nil
	text, err := json.Marshal(struct {
		Row    contract.Row
		Client *contract.Client
		URL    string
	}{r, check.Client, fmt.Sprint(r.URL())})
	if err != nil {
		text = fmt.Append(nil, err) // nothing in it fails to marshal; if it did, every start would count as a change
	}
	var v any
	if json.Unmarshal(text, &v) == nil {
		text, _ = json.Marshal(placeless(v))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// placeless takes out line and column.
func placeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "At")
		for k := range v {
			v[k] = placeless(v[k])
		}
	case []any:
		for i := range v {
			v[i] = placeless(v[i])
		}
	}
	return v
}

// Tag is that of the row's credential.
func (w *Contract) Tag(ctx context.Context, id string) (string, error) {
	check, ok := w.checks[id]
	if !ok || check.Row.As.Carrier == contract.NoCarrier {
		return "", nil
	}
	from := contract.Sources{Env: w.o.Env, Dir: w.o.Dir}
	user, err := check.Row.As.User.Read(ctx, from)
	if err != nil {
		return "", err
	}
	value, err := check.Row.As.Secret.Read(ctx, from)
	if err != nil {
		return "", err
	}
	return secret.Join(user, secret.Public("\x00"), value).Tag(w.key), nil
}

// anew is after how many equal answers a trouble is diagnosed again: its cause may have changed unseen.
const anew = 12

// Ask runs the row. The first answer of a trouble is diagnosed in full, and another look at the same one is not.
func (w *Contract) Ask(ctx context.Context, id string, s state.State) *Answer {
	check, ok := w.checks[id]
	if !ok {
		return nil // the contract changed meanwhile
	}
	tag, err := w.Tag(ctx, id)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return &Answer{At: time.Now(), Symptom: "secret", Standing: state.Standing{Outcome: state.Unclear, Step: "secret", Title: err.Error()}}
	}
	o := w.o
	known := s.Now.Outcome == state.Broken && s.Count%anew != 0
	if known {
		o.Diagnose = guard.NotAtAll
	}
	res := guard.RunRow(ctx, w.c, check, o)
	if known && res.State == guard.Broken && symptom(res) != s.Symptom && !refused(res) {
		o.Diagnose = guard.InFull
		known = false
		res = guard.RunRow(ctx, w.c, check, o)
	}
	if ctx.Err() != nil {
		return nil
	}
	a := w.answer(res)
	a.Tag = tag
	if known && a.Symptom == s.Symptom {
		status := a.Standing.Status
		a.Standing = s.Now
		a.Standing.Status = status
	}
	return a
}

// answer is what guard's result says to a watch.
func (w *Contract) answer(res *guard.RowResult) *Answer {
	a := &Answer{At: res.Started, Took: res.Took, Symptom: symptom(res)}
	a.Standing = standing(res)
	own := hops(res)
	for _, x := range res.Exchanges {
		if slices.Contains([]int{401, 403, 404, 407, 429}, x.Status()) {
			a.Refusals++
		}
	}
	if rep := res.Report; rep != nil {
		a.Refusals = 0
		for _, s := range rep.Sent {
			if slices.Contains([]int{401, 403, 404, 407, 429}, s.Status) {
				a.Refusals++
			}
		}
	}
	if refused(res) {
		a.Refused = true
		a.Why = fmt.Sprintf("the credential of %s was refused (%s); it is sent again when it changes, or after why401 watch --again", res.Check.Row.As.Name, answered(res))
	}
	if len(own) > 0 {
		a.Kept = keep(res.Started, own, w.key)
		a.Expiry = expiries(own)
	}
	return a
}

// hops are the row's own question with its redirects, up to the answer that was judged.
func hops(res *guard.RowResult) []*exchange.Exchange {
	judged := res.Judged()
	if judged == nil {
		return nil
	}
	from := res.Answer
	for from > 0 && res.Exchanges[from].Hop > 0 && res.Exchanges[from-1].Run == judged.Run && res.Exchanges[from-1].Hop < res.Exchanges[from].Hop {
		from--
	}
	return res.Exchanges[from : res.Answer+1]
}

func standing(res *guard.RowResult) state.Standing {
	s := state.Standing{Outcome: state.Held}
	if x := res.Judged(); x != nil {
		s.Status = x.Status()
	}
	switch res.State {
	case guard.CouldNotTell:
		s.Outcome, s.Title, s.Step = state.Unclear, res.Because, "not asked"
		for _, x := range res.Exchanges {
			if x.Failure != nil {
				s.Step = x.Failure.Step
			} else {
				s.Step = fmt.Sprint(x.Status())
			}
		}
	case guard.Broken:
		s.Outcome = state.Broken
		var what []string
		for _, d := range res.Differences {
			what = append(what, d.What)
		}
		s.Step = strings.Join(what, ", ")
		if len(res.Differences) > 0 {
			d := res.Differences[0]
			s.Title = fmt.Sprintf("expected %s %s, found %s", d.What, d.Expected, d.Found)
		}
		s.Cause = alert.UnknownCause
		if rep := res.Report; rep != nil && rep.Verdict.Cause != "" {
			v := rep.Verdict
			s.Cause, s.Title, s.Grade, s.RefusedBy, s.FaultAt = v.Cause, v.Title, v.Grade.String(), string(v.RefusedBy), string(v.FaultAt)
		}
	}
	return s
}

// symptom is what was seen, without why.
func symptom(res *guard.RowResult) string {
	parts := []string{string(res.State), answered(res)}
	for _, d := range res.Differences {
		parts = append(parts, d.What, d.Expected, d.Found)
	}
	if x := res.Judged(); x != nil {
		for _, v := range x.Header().Values("WWW-Authenticate") {
			word, _, _ := strings.Cut(v.String(), " ")
			parts = append(parts, word)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func answered(res *guard.RowResult) string {
	switch x := res.Judged(); {
	case x == nil:
		return "no answer"
	case x.Response == nil && x.Failure != nil:
		return x.Failure.Step
	default:
		return fmt.Sprint(x.Status())
	}
}

// refused reports that a credential was sent and not taken: by status, or by being led to a login. A target that is down or
// overloaded has judged nothing.
func refused(res *guard.RowResult) bool {
	row := res.Check.Row
	if row.As.Carrier == contract.NoCarrier || res.State != guard.Broken {
		return false
	}
	if row.Kind == contract.Login {
		return true // a password that did not lead in
	}
	for _, x := range res.Exchanges {
		if slices.Contains([]int{401, 403, 407, 423}, x.Status()) && len(cred.Of(x.Request)) > 0 {
			return true
		}
	}
	x := res.Judged()
	first := hops(res)
	return x != nil && len(first) > 0 && first[0].Status()/100 == 3 && !expectsRedirect(row)
}

func expectsRedirect(row *contract.Row) bool {
	return row.Expect.Redirect != nil || slices.ContainsFunc(row.Expect.Status, func(s contract.StatusRange) bool { return s.From/100 == 3 })
}

// expiries are the ends that show in the exchange itself: the server's certificate, and the token's exp.
func expiries(own []*exchange.Exchange) []state.Expiry {
	var out []state.Expiry
	if t := own[0].Conn.TLS; t != nil && !t.NotAfter.IsZero() {
		out = append(out, state.Expiry{What: "certificate", At: t.NotAfter})
	}
	for _, c := range cred.Of(own[0].Request) {
		if c.Kind != cred.JWT {
			continue
		}
		if t, err := jwt.Decode(c.Value); err == nil && t.Claims != nil && t.Claims.Exp.Present && !t.Claims.Exp.Invalid {
			out = append(out, state.Expiry{What: "token", At: t.Claims.Exp.Time})
		}
	}
	return out
}

// Channels makes the ways for messages that the contract names. Their secrets are read now.
func Channels(ctx context.Context, c *contract.Contract, o guard.Options, agent string) ([]alert.Channel, error) {
	if c.Watch == nil {
		return nil, nil
	}
	from := contract.Sources{Env: o.Env, Dir: o.Dir}
	if from.Env == nil {
		from.Env = os.Getenv
	}
	if from.Dir == "" {
		from.Dir = filepath.Dir(c.File)
	}
	var out []alert.Channel
	for _, h := range c.Watch.Webhooks {
		u, err := h.URL.Read(ctx, from)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", h.Name, err)
		}
		key, err := h.Secret.Read(ctx, from)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", h.Name, err)
		}
		hook := &alert.Webhook{Label: h.Name, URL: u, Secret: key, Keyed: h.Keyed, Agent: agent, Roots: o.Roots}
		if err := hook.Check(); err != nil {
			return nil, fmt.Errorf("webhook %s: %w", h.Name, err)
		}
		out = append(out, hook)
	}
	for _, m := range c.Watch.Mails {
		password, err := m.Password.Read(ctx, from)
		if err != nil {
			return nil, fmt.Errorf("mail %s: %w", m.Name, err)
		}
		out = append(out, &alert.Mail{Label: m.Name, Server: m.Server, TLS: alert.MailTLS(m.TLS), From: m.From, To: m.To, User: m.User, Password: password, Keyed: m.Keyed, Roots: o.Roots})
	}
	return out, nil
}
