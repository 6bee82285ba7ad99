package proxy

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// CSRFOriginMismatchBehindProxy: the application compares Origin with the address it believes to have, and the proxy
// told it another scheme, host or port than the browser used.
var CSRFOriginMismatchBehindProxy = &cause.Cause{
	ID:        "csrf-origin-mismatch-behind-proxy",
	Title:     "the application compares Origin with an address the proxy made up",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"csrf-token-missing-or-mismatch", "403-means-401", "missing-www-authenticate", "no-credentials-sent", "cors-origin-not-allowed", "user-lacks-role-or-group"},
	Audit:     portLost,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := v.Answer.Status(); s != 403 && s != 400 && s != 422 {
			return nil
		}
		r := v.Answer.Request
		origin, own := r.Header.Get("Origin"), ownOrigin(r)
		// Only a request from the site's own page can be refused for this reason: a foreign Origin is meant to be.
		if origin == "" || origin != own {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Remedies: originRemedies(v)}
		named := namedOrigins(v.Answer)
		switch m, said := v.Means(signature.CSRFOrigin); {
		case said:
			s.Because = []fact.Fact{m.Because}
		case slices.Contains(named, origin) && slices.ContainsFunc(named, func(o string) bool { return o != origin && mistaken(o, own) }):
			s.Weight = 0.8
			s.Because = []fact.Fact{v.Saw("%d names the request's Origin and, beside it, an origin that nobody asked for.", v.Answer.Status())}
		default:
			return nil
		}
		s.Because = append(s.Because, v.Asked("Origin is %s, the very origin that was asked: the page and its target are one site.", own))
		if mark, ok := gateway(v); ok {
			s.Because = append(s.Because, v.Saw("A proxy is in front: %s.", mark))
		} else {
			s.Weight -= 0.1
		}
		s.Raise = []cause.Raise{{
			Command: "curl -i -X POST -H " + cause.QuoteWord("Origin: "+own) + " -H " + cause.QuoteWord("Host: "+authority(r)) + " -H " + cause.QuoteWord("X-Forwarded-Proto: "+r.URL.Scheme) +
				" http://127.0.0.1:PORT" + cause.QuoteWord(r.URL.Path),
			Where: "on the server, at the application's own port, around the proxy; it sends a POST without a session",
			Would: "no longer speak of the origin if Host or the scheme is what the proxy loses",
		}}
		return s
	},
}

// mistaken reports an origin that a proxy makes an application take for its own: an inner address, or the public host
// with another scheme or port. Any other address in a refusal may be a link.
func mistaken(o, own string) bool {
	_, a, _ := strings.Cut(o, "://")
	_, b, _ := strings.Cut(own, "://")
	return inside(a) || sameHost(a, b)
}

func originRemedies(v *cause.View) []cause.Remedy {
	own := ownOrigin(v.Answer.Request)
	return []cause.Remedy{{
		ID: "pass-public-address", Title: "let the proxy pass on the host, port and scheme that the browser used", For: "server",
		Effect: "the application's own address is the public one, so the browser's Origin fits",
		Opens:  "nothing, as long as the proxy overwrites what clients send",
		Steps: []string{
			"nginx:   proxy_set_header Host $http_host;  proxy_set_header X-Forwarded-Proto $scheme;      (in the block that holds proxy_pass)",
			"Apache:  ProxyPreserveHost On  and  RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}",
			"sudo nginx -t && sudo nginx -s reload",
		},
		Verify: "the form is accepted from the site's own page; with Origin: https://other.example it is still refused", Undo: "take the lines out and reload",
	}, {
		ID: "name-public-origin", Title: "tell the application its public origin", For: "server",
		Effect: "the check knows the address that browsers see", Opens: "forms from this one origin, which is the site itself",
		Steps: []string{
			"Django: CSRF_TRUSTED_ORIGINS = ['" + own + "'], and SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https') behind a proxy that sets the field",
			"Express: app.set('trust proxy', 'loopback')      Rails: config.action_controller.default_url_options, config.hosts",
		},
		Verify: "as above", Undo: "restore the former setting",
	}}
}
