package redirect

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
)

// RedirectWWWApex: example.com and www.example.com are two hosts to every client, and the redirect between them costs
// the header field or the cookie.
var RedirectWWWApex = &cause.Cause{
	ID:        "redirect-www-apex",
	Title:     "the redirect between www and the bare name costs the credential",
	Family:    family,
	Installed: wwwBesideApex,
	FaultAt:   exchange.Client,
	Hides: []string{"redirect-cross-host-drops-auth", "no-credentials-sent", "wrong-password", "missing-www-authenticate", "401-means-403",
		"403-means-401", "redirect-to-login-instead-of-401", "session-expired"},
	Partial: true,
	Traced:  tracedApex,
	Suspect: recorded("redirect-www-apex", wwwApex),
}

func wwwApex(v *cause.View) *cause.Suspicion {
	d, ok := detourOf(v)
	if !ok || !wwwTwins(d.from.Host, d.to.Host) || d.arrived {
		return nil
	}
	s := &cause.Suspicion{Where: cause.Location{Hop: d.turn.N}, Because: []fact.Fact{turned(d), dropped(v, d)}}
	switch {
	case d.lost():
		if s.Grade, s.Weight, ok = d.refusal(v); !ok {
			return nil
		}
		s.Because = append(s.Because, v.Saw("There the request without it is answered %d.", v.Answer.Status()))
	case d.followed, !sameResource(d.from, d.to), d.kept == probe.Yes:
		return nil
	default:
		s.Grade, s.Weight = cause.Strong, 0.7
		s.Title = "the address answers with a redirect to " + d.to.Host + " and nothing else"
		if len(s.Title) > 100 {
			s.Title = ""
		}
	}
	s.Raise = []cause.Raise{{
		Command: command(d.carried, d.to), Where: "here",
		Would: "be let in if the other host name is all that is wrong",
	}}
	s.Remedies = []cause.Remedy{finalURL(d), {
		ID: "one-canonical-host", Title: "use one of the two names everywhere", For: "server",
		Effect: "links, base URLs and cookies belong to one host", Opens: "nothing",
		Steps: []string{
			"write " + d.to.Origin().String() + " into every base URL, webhook and SDK setting",
			"keep the redirect for people only",
		},
		Verify: "no request of a program is answered with a redirect any more", Undo: "put the former base URL back",
	}}
	if d.carried.Kind == cred.Cookie {
		s.Remedies = append(s.Remedies, cause.Remedy{
			ID: "cookie-for-both", Title: "set the session cookie for both names", For: "server",
			Effect: "a session begun on one of the two holds on the other",
			Opens:  "the cookie goes to every sub-domain of the name: only where all of them are yours",
			Steps:  []string{"Set-Cookie: session=...; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax"},
			Verify: "log in on one name, open the other: the session holds; in a private window it does not", Undo: "leave Domain out again",
		})
	}
	return s
}
