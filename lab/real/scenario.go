package real

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// Scenario is one failure on running servers, from refusal to success.
type Scenario struct {
	Name    string                  // "nginx-basic-wrong-password"
	Servers func(w *World)          // starts what is needed, broken
	Input   func(w *World) []string // arguments for why401: {"curl", "-u", ...} or {"http://..."}
	Want    Want
	Mend    func(w *World) []string // mends and gives the curl arguments that must now pass; nil for a healthy scenario

	// Status is what curl must end with while the fault is there; 0 means 401, noReply that no HTTP answer comes. A
	// healthy scenario must answer 2xx.
	Status int
	// Refused checks more about the refusal than its status, or Passes more about the success than 2xx: each
	// returns "" or what is wrong. With Passes set, the status is left to it.
	Refused func(Reply) string
	Passes  func(Reply) string
	// Issuers are the authorization servers that the user names (--issuer); nil for none.
	Issuers func(w *World) []exchange.Issuer
	// Options are why401's own, before the words of Input: "--key FILE", "--replay-unsafe".
	Options func(w *World) []string
	// Program plays the failure with another client than curl (npm, git, pip, a registry client), before and after the
	// mend; what Mend gives is then not used.
	Program func(w *World) Reply
	// Login plays a login, or another flow of several steps, in place of Input: it is recorded, and the record is what
	// is diagnosed. It gives "" when all went well, else what was refused. After the mend, for which mended is set, it
	// must go well, and nothing may be found in the record of that.
	Login func(w *World, r *Recorder, mended bool) string
	// Unsafe marks a request that why401 must not send without being told to (a POST).
	Unsafe bool
	// Visit makes it a scenario for a browser: Chromium, not curl, shows that it is broken and that the mend helps.
	Visit *Visit
}

// noReply is the Status of a scenario whose server ends the connection without an HTTP answer: in TLS.
const noReply = -1

// Want is what a right diagnosis says.
type Want struct {
	Cause     string           // "" for a healthy scenario: why401 must find nothing wrong
	Accept    []string         // causes that are right as well, because nobody can tell them apart from outside
	RefusedBy exchange.Layer   // who wrote the refusal
	FaultAt   exchange.Layer   // where the mistake sits
	FaultAlso []exchange.Layer // layers that are as good an answer, because nobody outside can tell who added the field
	// RefusedAlso are layers that are as good for RefusedBy: a TLS alert does not say whether a web server or a load
	// balancer sent it.
	RefusedAlso []exchange.Layer
	Grade       string // the highest grade that may be claimed from outside: "proved", "strong", "likely"
	Product     string // what refused: "nginx", "Apache", ...
}

// Right reports whether cause is the wanted one or as good.
func (w Want) Right(cause string) bool { return cause == w.Cause || slices.Contains(w.Accept, cause) }

// Verdict is what a diagnosis said.
type Verdict struct {
	Cause     string // "" when nothing is wrong or nothing was found: see Exit
	RefusedBy exchange.Layer
	FaultAt   exchange.Layer
	Grade     string
	Product   string
	Also      []string // further independent causes
	Sent      int      // requests that the report lists
	Exit      int      // the exit code: 0 nothing wrong, 1 a cause, 3 refused but unknown
}

// Diagnose runs a diagnosis for args with its state (ledger) in stateDir. Whoever wants one sets it; while it is nil,
// Run only shows that the servers refuse and that the mend works.
var Diagnose func(ctx context.Context, args []string, stateDir string, issuers ...exchange.Issuer) (Verdict, error)

// Result is how a scenario went.
type Result struct {
	Err     error // a server did not start, curl was not refused, the mend did not help, the diagnosis failed to run
	Refused Reply
	Passed  Reply
	Verdict *Verdict // nil when there was no diagnosis
	// What the diagnosis sent, as the servers saw it: all requests, those with a credential that counts against an
	// account, and how many of these were refused.
	Requests, Attempts, RefusedAttempts int
	Started, Took                       time.Duration // until the servers answered; everything
	Logs                                string        // the ends of the servers' error logs, when Err is set
}

// Run plays one scenario and ends all its servers.
func Run(ctx context.Context, sc Scenario) (res Result) {
	begin := time.Now()
	tb := &runTB{}
	var w *World
	defer func() {
		if p := recover(); p != nil {
			f, ours := p.(fatal)
			if !ours {
				tb.end()
				panic(p)
			}
			res.Err = errors.New(string(f))
		}
		if res.Err != nil && w != nil {
			res.Logs = w.Logs()
		}
		tb.end()
		res.Took = time.Since(begin)
	}()
	w = NewWorld(tb)
	sc.Servers(w)
	res.Started = time.Since(begin)
	res.Err = play(ctx, sc, w, &res)
	return res
}

func play(ctx context.Context, sc Scenario, w *World, res *Result) (err error) {
	if sc.Login != nil {
		return playLogin(ctx, sc, w, res)
	}
	input := sc.Input(w)
	if sc.Visit != nil {
		if err := w.shows(ctx, input, sc.Visit, sc.Visit.Broken); err != nil {
			return err
		}
		input = slices.Concat(sc.Visit.flags(w), input)
	} else {
		if res.Refused, err = sc.run(ctx, w, input); err != nil {
			return err
		}
		if err := sc.checkRefused(res.Refused); err != nil {
			return err
		}
	}
	if Diagnose != nil {
		state := w.Dir + "/state"
		if err := os.Mkdir(state, 0o700); err != nil {
			return err
		}
		w.Mark()
		asked := input
		if sc.Options != nil {
			asked = slices.Concat(sc.Options(w), input)
		}
		var issuers []exchange.Issuer
		if sc.Issuers != nil {
			issuers = sc.Issuers(w)
		}
		v, err := Diagnose(ctx, asked, state, issuers...)
		if err != nil {
			return fmt.Errorf("diagnosing: %w", err)
		}
		res.Verdict = &v
		for _, a := range w.Accesses() {
			res.Requests++
			if a.Attempt() {
				res.Attempts++
				if a.Refused() {
					res.RefusedAttempts++
				}
			}
		}
	}
	if sc.Mend == nil {
		return nil
	}
	if sc.Visit != nil {
		return w.shows(ctx, sc.Mend(w), sc.Visit, sc.Visit.Mended)
	}
	if res.Passed, err = sc.run(ctx, w, sc.Mend(w)); err != nil {
		return err
	}
	return sc.checkPassed(res.Passed)
}

// run plays the request once, with curl or the scenario's own program.
func (sc Scenario) run(ctx context.Context, w *World, args []string) (Reply, error) {
	if sc.Program != nil {
		return sc.Program(w), nil
	}
	asked, err := ask401(args)
	if err != nil {
		return Reply{}, err
	}
	return w.Curl(ctx, asked.rest)
}

func (sc Scenario) checkRefused(r Reply) error {
	want := sc.Status
	if want == 0 && sc.Mend != nil {
		want = 401
	}
	if want == 0 && !r.OK() {
		return fmt.Errorf("a healthy scenario was not answered: %v", r)
	}
	if want == noReply {
		if want = 0; r.Status != 0 || r.Error == "" {
			return fmt.Errorf("curl should have got no answer: %v", r)
		}
	}
	if want != 0 && r.Status != want {
		return fmt.Errorf("curl should have ended with %d: %v", want, r)
	}
	if sc.Refused != nil {
		if wrong := sc.Refused(r); wrong != "" {
			return fmt.Errorf("the refusal is another than meant: %s: %v", wrong, r)
		}
	}
	return nil
}

func (sc Scenario) checkPassed(r Reply) error {
	if sc.Passes != nil {
		if wrong := sc.Passes(r); wrong != "" {
			return fmt.Errorf("not mended: %s: %v", wrong, r)
		}
		return nil
	}
	if !r.OK() {
		return fmt.Errorf("still refused after mending: %v", r)
	}
	return nil
}

// Scenarios are all scenarios, by server family.
func Scenarios() []Scenario {
	return slices.Concat(nginxAccess, nginxAnswers, nginxProxy, nginxTLS, apacheScenarios, proxyScenarios, tokenScenarios,
		sessionScenarios, loginScenarios, corsScenarios, staticCORSScenarios, mtlsScenarios, ntlmScenarios, browserScenarios,
		idpScenarios, flowScenarios, signatureScenarios, registryScenarios, packageScenarios, wordpressScenarios, wordpressOutside, wordpressLogins, networkScenarios, civicrmScenarios, magentoScenarios, drupalScenarios,
		healthyScenarios, idpHealthy, flowHealthy, healthySignatures, wordpressHealthy, wordpressOutsideHealthy, wordpressLoginsHealthy, networkHealthy, civicrmHealthy, magentoHealthy, drupalHealthy)
}

// runTB is the TB of Run: it collects what must be undone and turns Fatalf into a panic that Run catches.
type runTB struct{ cleanups []func() }

type fatal string

func (*runTB) Helper()                           {}
func (*runTB) Logf(string, ...any)               {}
func (*runTB) Fatalf(format string, args ...any) { panic(fatal(fmt.Sprintf(format, args...))) }
func (t *runTB) Cleanup(f func())                { t.cleanups = append(t.cleanups, f) }

func (t *runTB) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
	t.cleanups = nil
}

// has makes a check that the answer carries field with a value that contains part.
func has(field, part string) func(Reply) string {
	return func(r Reply) string {
		for _, v := range r.Header.Values(field) {
			if strings.Contains(v, part) {
				return ""
			}
		}
		return fmt.Sprintf("no %s with %q", field, part)
	}
}

// hasNot makes a check that the answer lacks field.
func hasNot(field string) func(Reply) string {
	return func(r Reply) string {
		if len(r.Header.Values(field)) > 0 {
			return fmt.Sprintf("there is a %s", field)
		}
		return ""
	}
}
