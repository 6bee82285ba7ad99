package redirect

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
)

// RedirectCrossHostDropsAuth: a redirect leads to another host or port, and the client leaves the credential behind
// (RFC 9110 15.4: a client may drop what it was given for the first origin, and sane ones do).
var RedirectCrossHostDropsAuth = &cause.Cause{
	ID:      "redirect-cross-host-drops-auth",
	Title:   "a redirect to another host costs the credential",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"no-credentials-sent", "wrong-password", "missing-www-authenticate", "401-means-403", "403-means-401",
		"redirect-to-login-instead-of-401"},
	Partial: true,
	Traced:  tracedElsewhere,
	Suspect: recorded("redirect-cross-host-drops-auth", crossHost),
}

func crossHost(v *cause.View) *cause.Suspicion {
	d, ok := detourOf(v)
	if !ok || sameOrigin(d.from, d.to) || wwwTwins(d.from.Host, d.to.Host) || signedTarget(d.to) || d.toLogin(v) {
		return nil
	}
	if d.from.Host == d.to.Host && d.from.Scheme == "http" && d.to.Scheme == "https" {
		return nil // redirect-scheme-upgrade
	}
	if d.followed && d.arrived {
		return sentAnyway(v, d)
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Where: cause.Location{Hop: d.turn.N},
		Because: []fact.Fact{turned(d), dropped(v, d)}}
	if d.from.Host == d.to.Host {
		s.Title = "a redirect to another port costs the credential"
		if d.from.Scheme != d.to.Scheme {
			s.Title = "a redirect from https to http costs the credential"
		}
	}
	switch {
	case d.lost():
		if s.Grade, s.Weight, ok = d.refusal(v); !ok {
			return nil
		}
		s.Because = append(s.Because, v.Saw("There the request without it is answered %d.", v.Answer.Status()))
		if f, ok := others(v, d); ok {
			s.Because = append(s.Because, f)
		}
	case d.followed, !sameResource(d.from, d.to), d.kept == probe.Yes:
		return nil
	}
	s.Raise = []cause.Raise{{
		Command: command(d.carried, d.to),
		Where:   "here, if " + d.to.Origin().String() + " belongs to whoever gave you the credential",
		Would:   "be let in if the lost credential is all that is wrong",
	}}
	s.Remedies = []cause.Remedy{finalURL(d), {
		ID: "no-cross-host-redirect", Title: "answer on one host, or pass the request on in place of redirecting", For: "server",
		Effect: "clients that drop credentials at another host work as well", Opens: "nothing",
		Steps: []string{
			"make the load balancer or front-end proxy the request to the node instead of answering with its address",
			"or publish the final address as the API's base URL",
		},
		Verify: "the first answer to the same request is no redirect; without the credential it is still refused",
		Undo:   "put the redirect back",
	}}
	return s
}

// turned says where the chain left the first origin.
func turned(d detour) fact.Fact {
	return fact.At(d.turn.N, "%s answers %d and leads to %s.", d.from.Origin(), d.turn.Status(), d.to.Origin())
}

// dropped says what becomes of the credential.
func dropped(v *cause.View, d detour) fact.Fact {
	n := d.turn.N
	if d.followed {
		n = v.Answer.N
	}
	switch {
	case d.followed && v.Answer.Given != "":
		return fact.At(n, "The %s of the first request is not in this one.", d.carried)
	case d.kept == probe.No:
		return fact.At(n, "%s sends the %s to %s only, and not there.", program(v), d.carried, d.from.Origin())
	}
	return fact.At(n, "Most clients send the %s to %s only, and not there.", d.carried, d.from.Origin())
}

// finalURL is the remedy that all lost credentials share.
func finalURL(d detour) cause.Remedy {
	return cause.Remedy{
		ID: "call-final-url", Title: "call the address that the redirect leads to", For: "client",
		Effect: "there is no redirect left that could cost the credential",
		Opens:  "nothing new if " + d.to.Origin().String() + " belongs to the same operator; to anybody else the credential must not go",
		Steps:  []string{command(d.carried, d.to)},
		Verify: "the same request answers 2xx at once; without the credential it is still refused",
		Undo:   "call the former address",
	}
}

// sentAnyway is the case in which the user allowed why401 to take the credential to the other origin (--send-to):
// then the pair of answers, with and without it, is the proof.
func sentAnyway(v *cause.View, d detour) *cause.Suspicion {
	if d.kept != probe.No || v.Answer.Given != "" || !cause.Passed(v.Answer) || d.carried.Kind == cred.Cookie {
		return nil
	}
	at := v.Answer.Request.URL
	s := &cause.Suspicion{
		Grade: cause.Strong, Weight: 0.8, Where: cause.Location{Hop: d.turn.N},
		Because: []fact.Fact{turned(d), dropped(v, d), v.Saw("Sent there as you allowed, it is let in: %d.", v.Answer.Status())},
		Trials: []cause.Trial{cause.Anonymous().Predicting("401 at the address behind the redirect",
			func(_, seen *exchange.Exchange) bool {
				return cause.Refused(seen) && sameOrigin(seen.Request.URL, at) && seen.Request.URL.Path == at.Path
			}).OrOut()},
		Remedies: []cause.Remedy{finalURL(d), {
			ID: "trusted-redirect", Title: "let curl take the credential along", For: "client",
			Effect: "curl sends the credential to every host that a redirect names",
			Opens:  "the credential goes wherever the server redirects: only for servers you trust wholly",
			Steps:  []string{"curl --location-trusted " + option(d.carried) + " " + cause.Quote(d.from)},
			Verify: "the request answers 2xx; without the credential it is still refused",
			Undo:   "use -L in place of --location-trusted",
		}},
	}
	return s
}
