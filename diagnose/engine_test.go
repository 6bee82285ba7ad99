package diagnose

import (
	"context"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// scripted is a Prober that answers by a function and keeps what it was asked.
type scripted struct {
	answer func(n int, r exchange.Request) int // status
	asked  []exchange.Request
	deny   func(r exchange.Request) error
}

func (s *scripted) Do(_ context.Context, r exchange.Request, how How) ([]*exchange.Exchange, error) {
	if s.deny != nil {
		if err := s.deny(r); err != nil {
			return nil, err
		}
	}
	s.asked = append(s.asked, r)
	status := s.answer(len(s.asked), r)
	return []*exchange.Exchange{{Key: how.Key, Purpose: how.Purpose, Request: r, Response: &exchange.Response{Status: status, Reason: "X"}}}, nil
}
func (s *scripted) Stopped() string                  { return "" }
func (s *scripted) Refusable(exchange.Request) error { return nil }

type denied struct{ rule string }

func (d denied) Error() string      { return "not sent: " + d.rule }
func (d denied) WithheldBy() string { return d.rule }

func intent(token string) *exchange.Intent {
	u, _ := exchange.ParseURL("http://api.test/v1")
	r := exchange.Request{Method: "GET", URL: u, Header: exchange.Header{exchange.RequestField("Host", "api.test")}}
	if token != "" {
		r.Header = append(r.Header, exchange.RequestField("Authorization", token))
	}
	return &exchange.Intent{Agent: exchange.Agent{Name: "curl"}, Request: r}
}

// prefix is a cause that predicts that a word in front lets the token in.
func prefix(id string, weight float64) *cause.Cause {
	return &cause.Cause{ID: id, Title: id, Family: "test", FaultAt: exchange.Client, Suspect: func(v *cause.View) *cause.Suspicion {
		a, ok := v.Authorization()
		if !ok || !v.Refused() {
			return nil
		}
		return &cause.Suspicion{Grade: cause.Likely, Weight: weight, Because: []fact.Fact{v.Asked("no scheme")},
			Trials: []cause.Trial{cause.Authorization("prefix", "a prefix", secret.Join(secret.Public("Bearer "), a.Value)).Passing().OrOut()}}
	}}
}

func wants(value string) func(int, exchange.Request) int {
	return func(_ int, r exchange.Request) int {
		if r.Header.Text("Authorization").Is(value) {
			return 200
		}
		return 401
	}
}

func diagnosed(t *testing.T, p Prober, in *exchange.Intent, causes ...*cause.Cause) *report.Report {
	t.Helper()
	var trace strings.Builder
	e := &Engine{Causes: causes, Prober: p, Trace: &trace}
	rep, err := e.Run(t.Context(), &exchange.Case{Intent: in})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(trace.String())
	return rep
}

func TestAFlipIsProvedOnlyWhenSeenTwice(t *testing.T) {
	p := &scripted{answer: wants("Bearer tok-1234567")}
	rep := diagnosed(t, p, intent("tok-1234567"), prefix("a", 0.8))
	if rep.Verdict.Grade != cause.Proved || len(p.asked) != 4 {
		t.Fatalf("grade %v after %d requests, want proved after 4", rep.Verdict.Grade, len(p.asked))
	}
	if rep.Witness == nil || rep.Witness.Failing != 1 || rep.Witness.Passing != 2 {
		t.Errorf("witness %+v", rep.Witness)
	}
	if p.asked[3].Header.Has("Authorization") {
		t.Error("the last control repeats a credential; it is to go without")
	}
	for i, r := range p.asked[1:3] {
		if !r.Header.Text("Authorization").Is("Bearer tok-1234567") {
			t.Errorf("request %d repeats the refused credential; the passing side is to be repeated", i+2)
		}
	}
}

func TestAServerThatChangesItsMindProvesNothing(t *testing.T) {
	p := &scripted{answer: func(n int, _ exchange.Request) int { return []int{401, 200, 401, 401, 401, 401, 401, 401, 401}[n-1] }}
	rep := diagnosed(t, p, intent("tok-1234567"), prefix("a", 0.8))
	if rep.Verdict.Grade > cause.Likely {
		t.Fatalf("grade %v although the repeat was refused", rep.Verdict.Grade)
	}
}

func TestAFlipWhereEverybodyIsLetInAfterwardsIsNoProof(t *testing.T) {
	p := &scripted{answer: func(n int, _ exchange.Request) int {
		if n == 1 {
			return 401
		}
		return 200
	}}
	rep := diagnosed(t, p, intent("tok-1234567"), prefix("a", 0.8))
	if rep.Verdict.Grade > cause.Strong {
		t.Fatalf("grade %v although the request without a credential is let in as well", rep.Verdict.Grade)
	}
}

func TestAnAnonymousControlIsAskedBeforeAndAfter(t *testing.T) {
	c := &cause.Cause{ID: "origin", Title: "o", Family: "test", FaultAt: exchange.Client, Suspect: func(v *cause.View) *cause.Suspicion {
		if !v.Refused() {
			return nil
		}
		return &cause.Suspicion{Grade: cause.Likely, Weight: 0.8, Trials: []cause.Trial{cause.Without("no-origin", "no Origin", "Origin").Passing()}}
	}}
	in := intent("")
	in.Request.Header = append(in.Request.Header, exchange.RequestField("Origin", "http://app.test"))
	p := &scripted{answer: func(_ int, r exchange.Request) int {
		if r.Header.Has("Origin") {
			return 403
		}
		return 200
	}}
	rep := diagnosed(t, p, in, c)
	if rep.Verdict.Grade != cause.Proved || len(p.asked) != 4 || p.asked[2].Header.Has("Origin") || !p.asked[3].Header.Has("Origin") {
		t.Fatalf("grade %v, %d requests; want F P P F", rep.Verdict.Grade, len(p.asked))
	}
}

func TestOneExperimentServesAllWhoAskForIt(t *testing.T) {
	p := &scripted{answer: wants("nothing")}
	rep := diagnosed(t, p, intent("tok-1234567"), prefix("a", 0.8), prefix("b", 0.6))
	if len(p.asked) != 2 {
		t.Fatalf("%d requests for one shared experiment, want 2", len(p.asked))
	}
	if rep.Outcome != report.NotKnown || len(rep.RuledOut) != 2 {
		t.Errorf("outcome %s, ruled out %v; both predictions failed", rep.Outcome, rep.RuledOut)
	}
}

func TestASecondFaultIsLookedForBehindTheFirst(t *testing.T) {
	second := &cause.Cause{ID: "second", Title: "s", Family: "test", FaultAt: exchange.Client, Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 403 {
			return nil
		}
		return &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{v.Saw("403")}}
	}}
	front := prefix("first", 0.8)
	inner := front.Suspect
	front.Suspect = func(v *cause.View) *cause.Suspicion {
		s := inner(v)
		if v.Answer.Status() == 403 {
			return nil
		}
		if s != nil {
			s.Trials[0] = s.Trials[0].Predicting("403", func(f, x *exchange.Exchange) bool { return f.Status() == 401 && x.Status() == 403 })
		}
		return s
	}
	p := &scripted{answer: func(_ int, r exchange.Request) int {
		if r.Header.Text("Authorization").HasPrefix("Bearer ") {
			return 403
		}
		return 401
	}}
	rep := diagnosed(t, p, intent("tok-1234567"), front, second)
	if rep.Verdict.Cause != "first" || len(rep.Also) != 1 || rep.Also[0].Cause != "second" {
		t.Fatalf("verdict %s, also %v", rep.Verdict.Cause, rep.Also)
	}
}

func TestAnUnsafeMethodIsStoodInForByGet(t *testing.T) {
	in := intent("tok-1234567")
	in.Request.Method, in.Request.Body = "POST", secret.New("a=1&b=2")
	p := &scripted{answer: wants("Bearer tok-1234567"), deny: func(r exchange.Request) error {
		if r.Method == "POST" {
			return denied{"unsafe-method"}
		}
		return nil
	}}
	rep := diagnosed(t, p, in, prefix("a", 0.8))
	for _, r := range p.asked {
		if r.Method != "GET" || !r.Body.Empty() {
			t.Fatalf("sent %s with a body of %d bytes", r.Method, r.Body.Len())
		}
	}
	if rep.Verdict.Cause != "a" || !strings.Contains(strings.Join(rep.Notes, "\n"), "unsafe-method") {
		t.Errorf("verdict %s, notes %q", rep.Verdict.Cause, rep.Notes)
	}
}

func TestAHealthyTargetCostsOneRequest(t *testing.T) {
	p := &scripted{answer: func(int, exchange.Request) int { return 200 }}
	rep := diagnosed(t, p, intent(""), prefix("a", 0.8))
	if rep.Outcome != report.Healthy || len(p.asked) != 1 {
		t.Fatalf("outcome %s after %d requests", rep.Outcome, len(p.asked))
	}
}

func TestTwoEquallyLikelyCausesAreUnknown(t *testing.T) {
	likely := func(id string, w float64) *cause.Cause {
		return &cause.Cause{ID: id, Title: id, Family: "test", FaultAt: exchange.Client, Suspect: func(v *cause.View) *cause.Suspicion {
			return &cause.Suspicion{Grade: cause.Likely, Weight: w, Raise: []cause.Raise{{Command: "look " + id, Where: "there", Would: "decide"}}}
		}}
	}
	p := &scripted{answer: func(int, exchange.Request) int { return 401 }}
	rep := diagnosed(t, p, intent(""), likely("a", 0.6), likely("b", 0.55))
	if rep.Outcome != report.NotKnown || len(rep.Suspects) != 2 || len(rep.Raise) != 2 {
		t.Fatalf("outcome %s, suspects %v, raise %v", rep.Outcome, rep.Suspects, rep.Raise)
	}
}

func TestForeseeListsWhatMayBeSent(t *testing.T) {
	fs := Foresee([]*cause.Cause{prefix("a", 0.8)}, intent("tok-1234567"))
	if len(fs) != 2 || fs[0].Purpose != "your request" || !fs[1].Request.Header.Text("Authorization").HasPrefix("Bearer ") {
		t.Fatalf("%+v", fs)
	}
	if len(cred.Of(fs[1].Request)) != 1 {
		t.Errorf("credentials %v", cred.Of(fs[1].Request))
	}
}
