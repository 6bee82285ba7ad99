package lab

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// Options says how a scenario is diagnosed.
type Options struct {
	StateDir string    // where the ledger is kept; it must be a folder of the lab's own
	Trace    io.Writer // nil for silence
}

// Diagnose asks why401 about a request of the running world.
func (w *World) Diagnose(ctx context.Context, request string, o Options) (*report.Report, error) {
	in, err := w.read(request)
	if err != nil {
		return nil, err
	}
	opts := []why401.Option{why401.WithDial(w.Dial), why401.WithRoots(w.Roots), why401.WithStateDir(o.StateDir)}
	if o.Trace != nil {
		opts = append(opts, why401.WithTrace(o.Trace))
	}
	if w.Scenario.Replay {
		opts = append(opts, why401.AllowUnsafe())
	}
	for _, origin := range w.Scenario.SendTo {
		u, err := exchange.ParseURL(origin)
		if err != nil {
			return nil, fmt.Errorf("send_to %s: %w", origin, err)
		}
		opts = append(opts, why401.SendTo(u.Origin()))
	}
	for _, issuer := range w.Scenario.Issuers {
		u, err := exchange.ParseURL(issuer)
		if err != nil {
			return nil, fmt.Errorf("issuers %s: %w", issuer, err)
		}
		opts = append(opts, why401.TrustingIssuer(exchange.Issuer{Text: secret.Public(issuer), URL: u}))
	}
	for _, origin := range w.Scenario.Consult {
		u, err := exchange.ParseURL(origin)
		if err != nil {
			return nil, fmt.Errorf("consult %s: %w", origin, err)
		}
		opts = append(opts, why401.Consult(u.Origin()))
	}
	if in.Evidence.Exchanges, err = w.record(ctx, o); err != nil {
		return nil, err
	}
	return why401.Diagnose(ctx, in, opts...)
}

// record makes the scenario's recorded requests and gives them as a log would.
func (w *World) record(ctx context.Context, o Options) ([]*exchange.Exchange, error) {
	var out []*exchange.Exchange
	for _, request := range w.Scenario.Record {
		x, err := w.Retry(ctx, w.expand(request), o)
		if err != nil {
			return nil, fmt.Errorf("record a request of the scenario: %w", err)
		}
		x.Given = "a record"
		out = append(out, x)
	}
	return out, nil
}

// read takes the request as the command line would, in a home folder that holds the scenario's .netrc and nothing else.
func (w *World) read(request string) (why401.Input, error) {
	home, err := w.folder()
	if err != nil {
		return why401.Input{}, err
	}
	if n := w.Scenario.Netrc; n != "" {
		if err := os.WriteFile(filepath.Join(home, ".netrc"), []byte(w.expand(n)), 0o600); err != nil {
			return why401.Input{}, fmt.Errorf("write the scenario's .netrc: %w", err)
		}
	}
	got, err := input.Read([]string{request}, strings.NewReader(""), input.Options{Home: home})
	if err != nil {
		return why401.Input{}, fmt.Errorf("read the scenario's request: %w", err)
	}
	in := why401.Input{Intent: got.Intents[0], Read: got.What}
	env := func(name string) string { return w.expand(w.Scenario.Env[name]) }
	in.Facts = append(in.Facts, input.Ambient(env, home, in.Intent.Request.URL)...)
	return in, nil
}

// Retry sends request once and gives the last answer: the check after the fix.
func (w *World) Retry(ctx context.Context, request string, o Options) (*exchange.Exchange, error) {
	in, err := w.read(request)
	if err != nil {
		return nil, err
	}
	return why401.Once(ctx, in, why401.WithDial(w.Dial), why401.WithRoots(w.Roots), why401.WithStateDir(o.StateDir), why401.AllowUnsafe())
}

// Check compares a report with what the scenario expects and gives every difference in words.
func (e Expect) Check(rep *report.Report) []string {
	var wrong []string
	differ := func(what, want, got string) {
		if want != "" && want != got {
			wrong = append(wrong, fmt.Sprintf("%s: expected %s, got %s", what, want, got))
		}
	}
	outcome := e.Outcome
	if outcome == "" && e.Cause != "" {
		outcome = "found"
	}
	differ("outcome", outcome, string(rep.Outcome))
	differ("cause", e.Cause, rep.Verdict.Cause)
	differ("grade", e.Grade, rep.Verdict.Grade.String())
	differ("refused_by", e.RefusedBy, string(rep.Verdict.RefusedBy))
	differ("fault_at", e.FaultAt, string(rep.Verdict.FaultAt))
	has := map[string]bool{}
	for _, a := range rep.Also {
		has[a.Cause] = true
	}
	if most := cause.Unknown; e.AtMost != "" {
		if err := most.UnmarshalText([]byte(e.AtMost)); err != nil {
			wrong = append(wrong, err.Error())
		}
		for _, v := range append([]report.Verdict{rep.Verdict}, rep.Also...) {
			if v.Grade > most {
				wrong = append(wrong, fmt.Sprintf("%s is called %s; at most %s can be known here", v.Cause, v.Grade, most))
			}
		}
	}
	for _, id := range e.Also {
		if !has[id] {
			wrong = append(wrong, fmt.Sprintf("also: %s is missing", id))
		}
	}
	for _, id := range e.Not {
		if rep.Verdict.Cause == id || has[id] {
			wrong = append(wrong, fmt.Sprintf("it says %s, which is wrong here", id))
		}
	}
	suspected := map[string]bool{}
	for _, s := range rep.Suspects {
		suspected[s.Cause] = true
	}
	for _, id := range e.Suspects {
		if !suspected[id] {
			wrong = append(wrong, fmt.Sprintf("suspects: %s is missing", id))
		}
	}
	limit := e.Requests
	if limit == 0 {
		limit = 8
	}
	if len(rep.Sent) > limit {
		wrong = append(wrong, fmt.Sprintf("requests: at most %d, sent %d", limit, len(rep.Sent)))
	}
	var all strings.Builder
	for _, ev := range rep.Evidence {
		all.WriteString(ev.Fact + "\n")
	}
	for _, words := range e.Evidence {
		if !strings.Contains(all.String(), words) {
			wrong = append(wrong, fmt.Sprintf("evidence: %q is not in\n%s", words, all.String()))
		}
	}
	return wrong
}
