package redirect

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// RedirectForwardsAuthToPresigned: the API redirects to a presigned storage URL, and the client sends Authorization
// along. The storage service is then asked in two ways at once and refuses.
var RedirectForwardsAuthToPresigned = &cause.Cause{
	ID:      "redirect-forwards-auth-to-presigned",
	Title:   "Authorization goes along to a presigned URL",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"unsolicited-authorization-sent", "duplicate-authorization-headers", "redirect-cross-host-drops-auth", "wrong-password"},
	Partial: true,
	Suspect: recorded("redirect-forwards-auth-to-presigned", forwardsAuth),
}

func forwardsAuth(v *cause.View) *cause.Suspicion {
	if v.Answer == nil {
		return nil
	}
	at := v.Answer.Request
	signed, ok := presigned(at)
	_, two := v.Means(signature.TwoAuthMechanisms)
	if !ok && !two {
		return nil
	}
	a, sent := field(at, "Authorization")
	switch {
	case sent && refusesTwo(v.Answer, two):
		return both(v, at, a, signed, two)
	case !sent && ok && v.Answer.OK():
		return spared(v, at)
	}
	return nil
}

// refusesTwo reports a refusal that a storage service may give to a request with two credentials.
func refusesTwo(x *exchange.Exchange, two bool) bool {
	switch x.Status() {
	case 400, 401, 403:
		return true
	}
	return two
}

// storage is the layer of the product that keeps the object, which refuses two credentials itself.
func storage(x *exchange.Exchange) exchange.Layer {
	if ms := signature.Matches(x); len(ms) > 0 {
		return ms[0].Layer
	}
	return exchange.Application
}

// both is the request that carries a signed query and an Authorization field.
func both(v *cause.View, at exchange.Request, a, signed cred.Credential, two bool) *cause.Suspicion {
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.75, Where: cause.Location{Hop: v.Answer.N}, RefusedBy: storage(v.Answer)}
	if len(signed.Names) > 0 {
		s.Because = append(s.Because, fact.At(v.Answer.N, "The request carries a signed query (%s) and the %s.", strings.Join(signed.Names[:min(3, len(signed.Names))], ", "), a))
	}
	if two {
		s.Grade, s.Weight = cause.Strong, 0.95
		m, _ := v.Means(signature.TwoAuthMechanisms)
		s.Because = append(s.Because, m.Because)
	}
	if v.Answer.Hop == 0 {
		s.Title = "Authorization is sent along with a presigned URL"
	} else if f := v.First(); f != nil {
		s.Because = append(s.Because, fact.At(f.N, "%s answers %d and leads there.", f.Request.URL.Origin(), f.Status()))
	}
	u := at.URL
	s.Trials = []cause.Trial{{
		Key: "presigned-alone", Change: "the presigned URL alone, without Authorization", Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			r.URL = u
			r.Header = r.Header.Without("Authorization").With(exchange.Field{Name: "Host", Value: secret.Public(u.Authority())})
			return r
		},
	}}
	s.Trials[0] = s.Trials[0].Passing().OrOut()
	s.Raise = []cause.Raise{{
		Command: "curl -sS -o /dev/null -w '%{http_code}\\n' \"$URL\"", Where: "here, with the address from Location in $URL",
		Would: "print 200: the presigned URL needs nothing else",
	}}
	s.Remedies = presignedRemedies()
	return s
}

// spared is the chain in which why401 left the credential at its own origin and was let in, while the user's program
// would have taken it along.
func spared(v *cause.View, at exchange.Request) *cause.Suspicion {
	d, ok := detourOf(v)
	if !ok || d.arrived || sameOrigin(d.from, at.URL) || !strings.EqualFold(d.carried.Place, "Authorization") {
		return nil
	}
	trusted := v.Intent != nil && v.Intent.Trusted
	if !trusted && d.kept != probe.Yes || v.Answer.Given != "" {
		return nil
	}
	why := "%s sends Authorization along to %s."
	if trusted {
		why = "--location-trusted makes %s send Authorization along to %s."
	}
	return &cause.Suspicion{
		Grade: cause.Strong, Weight: 0.8, Where: cause.Location{Hop: d.turn.N}, RefusedBy: storage(v.Answer),
		Because: []fact.Fact{turned(d), v.Asked(why, program(v), at.URL.Origin()),
			v.Saw("There the presigned URL alone is let in: %d.", v.Answer.Status())},
		Raise: []cause.Raise{{
			Command: "curl -sS -o /dev/null -w '%{http_code}\\n' -L " + option(d.carried) + " " + cause.Quote(d.from),
			Where:   "here; curl -L without --location-trusted keeps the credential at the first host",
			Would:   "print 200, where the same with --location-trusted prints 400",
		}},
		Remedies: presignedRemedies(),
	}
}

func presignedRemedies() []cause.Remedy {
	return []cause.Remedy{{
		ID: "drop-header-on-redirect", Title: "leave Authorization at the host it was meant for", For: "client",
		Effect: "the storage service sees the signed query alone", Opens: "nothing; the token no longer reaches the storage service",
		Steps: []string{
			"curl -L (not --location-trusted)",
			"in code: do not follow; read Location and fetch it with a fresh request without Authorization",
		},
		Verify: "the download answers 200; the API without the credential is still refused", Undo: "none needed",
	}, {
		ID: "nginx-drop-authorization", Title: "where a proxy fetches the storage URL: clear the header there", For: "server",
		Effect: "the storage service gets no Authorization", Opens: "nothing",
		Steps:  []string{`proxy_set_header Authorization "";`},
		Verify: "the download answers 200 through the proxy; the API location still asks for the credential", Undo: "take the line out again",
	}}
}
