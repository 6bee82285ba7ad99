package proxy

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// UnderscoreHeaderDropped: a server drops header fields whose names hold an underscore, nginx and Apache 2.4 among them.
var UnderscoreHeaderDropped = &cause.Cause{
	ID:        "underscore-header-dropped",
	Title:     "a header with an underscore in its name is dropped on the way",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"no-credentials-sent", "token-wrong-location", "missing-www-authenticate", "403-means-401", "reverse-proxy-strips-authorization"},
	Partial:   true,
	Audit:     underscores,
	Traced:    tracedUnderscore,
	Suspect: directive.Either(underscoreLines, func(v *cause.View) *cause.Suspicion {
		if !v.Refused() || v.Answer.Status() == 407 {
			return nil
		}
		var key cred.Credential
		for _, c := range v.Credentials {
			if c.In == cred.InHeader && strings.Contains(c.Place, "_") {
				key = c
				break
			}
		}
		if key.Place == "" {
			return nil
		}
		hyphen := strings.ReplaceAll(key.Place, "_", "-")
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.6,
			Because: []fact.Fact{v.Asked("The key is sent in %q, a name with an underscore; nginx and Apache drop such fields unless told otherwise.", key.Place)},
			Trials: []cause.Trial{{Key: "hyphen:" + key.Place, Follow: true,
				Change: fmt.Sprintf("the same key in %q in place of %q", hyphen, key.Place),
				Edit: func(r exchange.Request) exchange.Request {
					for i, f := range r.Header {
						if strings.EqualFold(f.Name, key.Place) {
							r.Header[i].Name = hyphen
						}
					}
					return r
				}}},
			Raise: []cause.Raise{{
				Command: "curl -i -H " + cause.QuoteWord(key.Place+": ") + `"$KEY" http://127.0.0.1:PORT` + cause.QuoteWord(v.Request.URL.Path),
				Where:   "on the server, at the application's own port, around the web server",
				Would:   "be let in if the name is what the web server drops",
			}},
			Remedies: []cause.Remedy{{
				ID: "hyphen-name", Title: "send the key under a name with a hyphen, if the application takes it", For: "client",
				Effect: "the field passes every server", Opens: "nothing",
				Steps:  []string{"curl -H " + cause.QuoteWord(hyphen+": ") + `"$KEY" ` + cause.Quote(v.Request.URL)},
				Verify: "2xx", Undo: "use the former name",
			}, {
				ID: "underscores-in-headers", Title: "let the web server accept the name", For: "server",
				Effect: "fields with underscores reach the application",
				Opens:  "X_Forwarded_For and X-Forwarded-For look alike to CGI programs: a client may then forge fields that the server sets",
				Steps:  []string{"nginx, in the default server block:  underscores_in_headers on;", "sudo nginx -t && sudo nginx -s reload"},
				Verify: "the request passes; without the key it is still refused", Undo: "take the line out and reload",
			}},
		}
		s.Trials[0] = s.Trials[0].Passing()
		if mark, ok := gateway(v); ok {
			s.Weight = 0.75
			s.Because = append(s.Because, v.Saw("The answer came through a proxy: %s.", mark))
			return s
		}
		// Nobody is seen who drops it: the application may as well look for the other name alone.
		s.Title, s.FaultAt = "the key is taken under a name with a hyphen", exchange.Client
		s.Trials[0] = s.Trials[0].Carrying(cause.Strong)
		return s
	}),
}
