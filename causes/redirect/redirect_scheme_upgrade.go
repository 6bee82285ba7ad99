package redirect

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
)

// RedirectSchemeUpgrade: the request goes to http://, is sent on to https://, and the client does not carry the
// credential over; it went out in clear text besides.
var RedirectSchemeUpgrade = &cause.Cause{
	ID:      "redirect-scheme-upgrade",
	Title:   "the redirect from http to https costs the credential",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"no-credentials-sent", "wrong-password", "missing-www-authenticate", "401-means-403", "403-means-401",
		"redirect-to-login-instead-of-401"},
	Partial: true,
	Traced:  tracedUpgrade,
	Suspect: recorded("redirect-scheme-upgrade", schemeUpgrade),
}

func schemeUpgrade(v *cause.View) *cause.Suspicion {
	d, ok := detourOf(v)
	if !ok || d.from.Scheme != "http" || d.to.Scheme != "https" || d.arrived {
		return nil
	}
	s := &cause.Suspicion{Where: cause.Location{Hop: d.turn.N}, Because: []fact.Fact{turned(d)}}
	exposed := !local(d.from.Host) && d.carried.Kind != cred.Digest
	if exposed {
		s.Because = append(s.Because, fact.At(v.First().N, "The %s went out in clear text on the first request.", d.carried))
	}
	same := d.from.Host == d.to.Host
	switch {
	case d.lost():
		if s.Grade, s.Weight, ok = d.refusal(v); !ok {
			return nil
		}
		s.Because = append(s.Because, dropped(v, d))
	case d.followed, !sameResource(d.from, d.to), d.kept == probe.Yes:
		return nil
	default:
		// The answer is the redirect itself, and the command does not follow.
		s.Grade, s.Weight = cause.Strong, 0.75
		s.Title = "http is answered with a redirect to https and nothing else"
	}
	if !same {
		if !exposed || !wwwTwins(d.from.Host, d.to.Host) && !d.lost() {
			return nil
		}
		// The other host is the fault; that the credential was readable on the way is one of its own.
		s.Grade, s.Weight, s.Independent = cause.Strong, 0.4, true
		s.Title = "the credential went out in clear text before the redirect to https"
	}
	https := d.to
	s.Raise = []cause.Raise{{
		Command: command(d.carried, https), Where: "here",
		Would: "be let in if the lost credential is all that is wrong",
	}}
	s.Remedies = []cause.Remedy{{
		ID: "use-https", Title: "write https:// from the start", For: "client",
		Effect: "the credential is encrypted and there is no redirect to lose it on", Opens: "nothing",
		Steps:  []string{command(d.carried, https)},
		Verify: "the same request answers 2xx at once; without the credential it is still refused", Undo: "none needed",
	}}
	if exposed {
		s.Remedies = append(s.Remedies, replaceExposed)
	}
	s.Remedies = append(s.Remedies, refusePlain)
	return s
}

var replaceExposed = cause.Remedy{
	ID: "replace-exposed-credential", Title: "replace the credential: it was readable on the way", For: "client",
	Effect: "whoever read it can no longer use it", Opens: "nothing",
	Steps:  []string{"make a new token or password at the service and revoke this one", "search scripts and settings for http:// with the same host"},
	Verify: "the former credential is refused over https, the new one is let in", Undo: "none: a revoked credential stays revoked",
}

var refusePlain = cause.Remedy{
	ID: "refuse-plain-http", Title: "refuse credentials over http in place of redirecting", For: "server",
	Effect: "a client that begins with http fails loudly at once instead of leaking quietly", Opens: "nothing",
	Steps: []string{
		"nginx, for API paths, in the server block of port 80: location /api/ { return 403; }",
		"in the https server block: add_header Strict-Transport-Security \"max-age=31536000\" always;",
	},
	Verify: "http is refused, https still answers as before", Undo: "put the redirect back: location /api/ { return 301 https://$host$request_uri; }",
}

// local reports this machine's own names: what goes over loopback is not readable on the way.
func local(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
