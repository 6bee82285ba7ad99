package real

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
)

// Trace, when set, hears why each experiment was chosen and what it told.
var Trace io.Writer

// Why401 diagnoses args as the command line would and gives the verdict in the form that Run compares. It is what
// Diagnose is set to by the scoreboard and by the tests.
func Why401(ctx context.Context, args []string, stateDir string, issuers ...exchange.Issuer) (Verdict, error) {
	asked, err := ask401(args)
	if err != nil {
		return Verdict{}, err
	}
	got, err := input.Read(asked.rest, nil, input.Options{})
	if err != nil {
		return Verdict{}, fmt.Errorf("read %q: %w", args, err)
	}
	in := why401.Input{Read: got.What, Evidence: got.Evidence}
	if !got.Recorded() {
		in.Intent = got.Intents[0]
	}
	opts, err := asked.input(in.Intent)
	if err != nil {
		return Verdict{}, err
	}
	if in.Keys, err = asked.keys(); err != nil {
		return Verdict{}, err
	}
	opts = append(opts, why401.WithStateDir(stateDir))
	for _, i := range issuers {
		opts = append(opts, why401.TrustingIssuer(i))
	}
	if Trace != nil {
		opts = append(opts, why401.WithTrace(Trace))
	}
	rep, err := why401.Diagnose(ctx, in, opts...)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Cause: rep.Verdict.Cause, RefusedBy: rep.Verdict.RefusedBy, FaultAt: rep.Verdict.FaultAt,
		Grade: rep.Verdict.Grade.String(), Exit: rep.Outcome.ExitCode()}
	v.Sent = len(rep.Sent)
	for _, s := range rep.Sent {
		if strings.HasPrefix(s.Purpose, "the page's own") {
			v.Sent-- // counted are ours
		}
	}
	for _, a := range rep.Also {
		v.Also = append(v.Also, a.Cause)
	}
	if Trace != nil {
		for _, g := range rep.Ladder {
			fmt.Fprintf(Trace, "ladder: %s %s %s\n", g.Step, g.Result, g.Detail)
		}
		for _, x := range rep.Evidence {
			fmt.Fprintf(Trace, "evidence: %s\n", x.Fact)
		}
		for _, n := range rep.Notes {
			fmt.Fprintf(Trace, "note: %s\n", n)
		}
		for _, s := range rep.Sent {
			fmt.Fprintf(Trace, "sent: %d %s %s %d (%s, %s)\n", s.N, s.Method, s.URL, s.Status, s.Purpose, s.Credential)
		}
		for _, x := range rep.Suspects {
			fmt.Fprintf(Trace, "suspect: %s (%s): %s\n", x.Cause, x.Grade, x.Because)
		}
	}
	for _, s := range rep.Path {
		if s.Result == "refused" {
			v.Product = s.Product
		}
	}
	return v, nil
}

// Line is one scenario's line on the scoreboard.
type Line struct {
	Name string
	Want Want
	Result
}

// Healthy reports a scenario in which nothing is wrong.
func (l Line) Healthy() bool { return l.Want.Cause == "" }

// Right reports that the cause is the wanted one, or one that nobody can tell from it from outside; for a healthy
// scenario, that nothing was found.
func (l Line) Right() bool {
	if l.Verdict == nil {
		return false
	}
	if l.Healthy() {
		return l.Verdict.Exit == 0
	}
	return l.Want.Right(l.Verdict.Cause)
}

// WrongProved is the defect that counts most: a proof of something that is not so, or a proof where the scenario says
// that none can be had from outside.
func (l Line) WrongProved() bool {
	return l.Verdict != nil && l.Verdict.Grade == "proved" && !l.Right()
}

// LayersRight reports that refused-by and fault-at are as wanted. They are judged where the cause is named and right.
func (l Line) LayersRight() bool {
	if l.Verdict == nil || l.Healthy() || l.Verdict.Cause != l.Want.Cause {
		return true
	}
	fault := l.Verdict.FaultAt == l.Want.FaultAt || slices.Contains(l.Want.FaultAlso, l.Verdict.FaultAt)
	refused := l.Verdict.RefusedBy == l.Want.RefusedBy || slices.Contains(l.Want.RefusedAlso, l.Verdict.RefusedBy)
	return refused && fault
}

// Scoreboard is the outcome of all scenarios.
type Scoreboard []Line

// Play runs the scenarios, a few at a time, and gives their lines in the given order. done, if not nil, hears of each
// as it ends.
func Play(ctx context.Context, scs []Scenario, atOnce int, done func(Line)) Scoreboard {
	Diagnose = Why401
	board := make(Scoreboard, len(scs))
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, sc := range scs {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer wg.Done()
			defer func() { <-slots }()
			board[i] = Line{sc.Name, sc.Want, Run(ctx, sc)}
			if done != nil {
				mu.Lock()
				defer mu.Unlock()
				done(board[i])
			}
		}()
	}
	wg.Wait()
	return board
}

// Summary is the scoreboard in numbers. Median and Most count the requests of broken scenarios.
type Summary struct {
	Broken, Right, Named, LayersRight, WrongProved, Unknown, Errors, Healthy, HealthyRight int
	Median, Most, MostRefused                                                              int
}

// Sum counts.
func (b Scoreboard) Sum() Summary {
	var s Summary
	var requests []int
	for _, l := range b {
		switch {
		case l.Err != nil || l.Verdict == nil:
			s.Errors++
			continue
		case l.Healthy():
			s.Healthy++
			if l.Right() {
				s.HealthyRight++
			}
			continue
		}
		s.Broken++
		if l.Right() {
			s.Right++
		}
		if l.Verdict.Cause == "" {
			s.Unknown++
		}
		if l.Verdict.Cause == l.Want.Cause {
			s.Named++
			if l.LayersRight() {
				s.LayersRight++
			}
		}
		if l.WrongProved() {
			s.WrongProved++
		}
		requests = append(requests, l.Verdict.Sent)
		s.Most, s.MostRefused = max(s.Most, l.Verdict.Sent), max(s.MostRefused, l.RefusedAttempts)
	}
	sort.Ints(requests)
	if n := len(requests); n > 0 {
		s.Median = requests[n/2]
	}
	return s
}

// Print writes the scoreboard, one line for each scenario and the numbers below.
func (b Scoreboard) Print(w io.Writer) {
	for _, l := range b {
		fmt.Fprintln(w, l.String())
	}
	s := b.Sum()
	fmt.Fprintf(w, "\n%d broken scenarios: cause right in %d (%.1f %%), unknown in %d, wrong proved %d\n", s.Broken, s.Right, percent(s.Right, s.Broken), s.Unknown, s.WrongProved)
	fmt.Fprintf(w, "refused_by and fault_at right in %d of the %d whose very cause was named\n", s.LayersRight, s.Named)
	fmt.Fprintf(w, "%d healthy scenarios: nothing found in %d\n", s.Healthy, s.HealthyRight)
	fmt.Fprintf(w, "requests: median %d, most %d; refused requests with a credential: most %d\n", s.Median, s.Most, s.MostRefused)
	if s.Errors > 0 {
		fmt.Fprintf(w, "%d scenarios could not be played\n", s.Errors)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

// String is the scenario's line.
func (l Line) String() string {
	if l.Err != nil || l.Verdict == nil {
		return fmt.Sprintf("ERROR  %-44s %v", l.Name, l.Err)
	}
	mark := "ok    "
	switch {
	case l.WrongProved():
		mark = "FALSE "
	case !l.Right():
		mark = "wrong "
	case !l.LayersRight():
		mark = "layer "
	}
	v := l.Verdict
	got := v.Cause
	if got == "" {
		got = fmt.Sprintf("(exit %d)", v.Exit)
	}
	out := fmt.Sprintf("%s %-44s %-36s %-7s refused by %-17s fault at %-17s %d requests", mark, l.Name, got, v.Grade, v.RefusedBy, v.FaultAt, v.Sent)
	if !l.Right() || !l.LayersRight() {
		out += fmt.Sprintf("  (want %s, %s, %s)", l.Want.Cause, l.Want.RefusedBy, l.Want.FaultAt)
	}
	if len(v.Also) > 0 {
		also := slices.Clone(v.Also)
		out += fmt.Sprintf("  also %v", also)
	}
	return out
}
