package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ModWSGIStripsAuthorization: mod_wsgi hands Authorization to the Python application only under WSGIPassAuthorization.
var ModWSGIStripsAuthorization = &cause.Cause{
	ID:        "mod-wsgi-strips-authorization",
	Title:     "mod_wsgi keeps Authorization from the Python application",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"reverse-proxy-strips-authorization", "no-credentials-sent", "django-drf-auth-classes", "missing-www-authenticate", "403-means-401"},
	Partial:   true,
	Audit:     wsgiWithheld,
	Traced:    tracedWSGI,
	Suspect: directive.Either(orWithheld("mod_wsgi", wsgiLines), func(v *cause.View) *cause.Suspicion {
		l, ok := cause.LostAuthorization(v)
		if !ok {
			return nil
		}
		server, isApache := apache(v)
		python, isPython := runsPython(v)
		if !isApache || !isPython {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.5,
			Because: append(l.Because, v.Saw("%s and %s: mod_wsgi does not pass Authorization by default.", server, python)),
			Trials:  []cause.Trial{cause.TokenInQuery(l.Credential)},
			Raise: []cause.Raise{{
				Command: "sudo grep -rin WSGIPassAuthorization /etc/apache2 /etc/httpd 2>/dev/null || echo 'not set: off'",
				Where:   "on the web server", Would: "prove it when it is not set, or Off, for this application",
			}},
			Remedies: []cause.Remedy{{
				ID: "wsgi-pass-authorization", Title: "let mod_wsgi pass the header on", For: "server",
				Effect: "the application sees HTTP_AUTHORIZATION", Opens: "nothing: the application judges the header as it should have",
				Steps:  []string{"in the vhost, beside WSGIScriptAlias:  WSGIPassAuthorization On", "sudo apachectl configtest && sudo apachectl graceful"},
				Verify: "the same request answers 2xx; without the token it is still refused", Undo: "take the line out and reload",
			}, {
				ID: "wsgi-check-after-deploy", Title: "call one protected address after each deployment", For: "server",
				Effect: "the next vhost without the line is noticed at once", Opens: "nothing",
				Steps: []string{`curl -fsS -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL) + " >/dev/null"}, Undo: "leave the check out",
			}},
		}
		if l.Said {
			s.Weight = 0.8
		}
		if x := l.InQuery; x != nil && cause.Passed(x) {
			s.Because = append(s.Because, fact.At(x.N, "The same token in the query is accepted, so the token is good and the header is lost."))
			s.Weight = 0.95
		}
		return s
	}),
}
