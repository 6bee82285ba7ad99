package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// realmInUse judges a realm by what came of asking it.
func realmInUse(v *cause.View) *cause.Suspicion {
	d, ok := danced(v)
	if !ok || d.badRealm != nil {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: d.steps(), RefusedBy: exchange.Application, FaultAt: exchange.Application}
	switch x := d.server; {
	case x == nil:
		if !registry.Inner(d.ask.Realm.Host) || registry.Inner(v.Request.URL.Host) {
			return nil // it was not asked for a reason of ours
		}
		s.Because = append(s.Because, fact.At(d.question.N, "The token server has an address of this machine or of a private network, and the registry is a public one: it was not asked."))
	case x.Response == nil:
		s.Weight = 0.88
	case x.Status() == 404, x.Status() == 405, x.Status() == 400 && plainToTLS(x), x.Status()/100 == 3:
	case x.OK() && registry.Token(x.Body()).Empty():
		s.Because = append(s.Because, fact.At(x.N, "What came back holds no token: it is not a token server's answer."))
	default:
		return nil
	}
	here := d.ask.URL("")
	here.Scheme, here.Host, here.Port, here.Explicit = v.Request.URL.Scheme, v.Request.URL.Host, v.Request.URL.Port, v.Request.URL.Explicit
	if here.Origin() != d.ask.Realm.Origin() {
		t := cause.At("realm at the registry", "the token server's path at the registry's own address, without a login", here)
		at := t.Edit
		t.Edit = func(r exchange.Request) exchange.Request { return at(cause.Anonymous().Edit(r)) }
		t.Fresh, t.Follow = true, false
		s.Trials = []cause.Trial{t.Predicting("a token comes back, or a question for a login", func(_, seen *exchange.Exchange) bool {
			return seen.OK() && !registry.Token(seen.Body()).Empty()
		})}
	}
	s.Raise = []cause.Raise{{Command: "curl -si " + cause.Quote(v.Request.URL) + " | grep -i www-authenticate", Where: "on the machine that runs docker",
		Would: "show the realm; this machine has to be able to open it"}}
	return s
}

// plainToTLS reports the answer of a TLS port that was spoken to without TLS.
func plainToTLS(x *exchange.Exchange) bool {
	body := strings.ToLower(string(x.Body()))
	return strings.Contains(body, "plain http request was sent to https port") || strings.Contains(body, "http request to an https server")
}
