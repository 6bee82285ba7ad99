package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ForwardedProtoMissing: TLS ends at the proxy, and the application behind it believes that it is on plain http: it
// redirects to where the client already is, writes http:// into links, or keeps back Secure cookies.
var ForwardedProtoMissing = &cause.Cause{
	ID:        "forwarded-proto-missing",
	Title:     "the application behind the proxy does not know that it is on https",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Gateway,
	Hides:     []string{"redirect-loop-login", "no-credentials-sent", "session-expired", "redirect-scheme-upgrade", "proxy-drops-set-cookie", "missing-www-authenticate", "csrf-token-missing-or-mismatch"},
	Partial:   true,
	Audit:     protoLost,
	Suspect: directive.Either(schemeLines, func(v *cause.View) *cause.Suspicion {
		if v.Request.URL.Scheme != "https" || v.First() != nil && assumed(v, v.First()) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Remedies: protoRemedies(v),
			Raise: []cause.Raise{{Command: "grep -rn 'X-Forwarded-Proto' /etc/nginx /etc/haproxy /etc/apache2 2>/dev/null || echo 'set nowhere'",
				Where: "on the proxy", Would: "settle it if the field is set nowhere, or in another block than this path's"}}}
		switch from, to, kind := misled(v); kind {
		case loop:
			s.Weight, s.Grade = 0.85, cause.Strong
			s.Because = []fact.Fact{fact.At(from.N, "%d leads back to the very URL that was asked: %s.", from.Status(), to)}
		case downgrade:
			s.Weight = 0.7
			s.Because = []fact.Fact{fact.At(from.N, "The request came by https, and %d leads to %s.", from.Status(), to)}
		case noCookie:
			s.Weight = 0.45
			if loginStep.MatchString(from.Request.URL.Path) {
				s.Weight = 0.6 // a login sets a cookie; that it sets none by https has this reason most often
			}
			s.Because = []fact.Fact{fact.At(from.N, "%d came back by https without a session cookie, and the next page knows nobody.", from.Status())}
		default:
			return nil
		}
		if mark, ok := gateway(v); ok {
			s.Because = append(s.Because, v.Saw("A proxy is in front: %s.", mark))
		}
		s.Trials = []cause.Trial{cause.Header("forwarded-proto", "X-Forwarded-Proto: https", "X-Forwarded-Proto", public("https")).
			Predicting("the page in place of the detour", reaches)}
		return s
	}),
}

const (
	loop      = "loop"
	downgrade = "downgrade"
	noCookie  = "no cookie"
)

// misled looks for an answer that only an application on plain http would give to a request by https.
func misled(v *cause.View) (from *exchange.Exchange, to exchange.URL, kind string) {
	hops := v.Hops()
	for i, x := range hops {
		u, ok, err := x.Location()
		if !ok || err != nil || x.Status()/100 != 3 || x.Request.URL.Scheme != "https" {
			continue
		}
		same := u.Host == x.Request.URL.Host && u.Path == x.Request.URL.Path
		switch {
		case same && u.Scheme == "https" && u.Port == x.Request.URL.Port && u.RawQuery().Equal(x.Request.URL.RawQuery()) && !x.Header().Has("Set-Cookie"):
			return x, u, loop
		case u.Scheme == "http" && u.Host == x.Request.URL.Host:
			return x, u, downgrade
		case i+1 < len(hops) && i+2 == len(hops) && !x.Header().Has("Set-Cookie") && !cause.Passed(hops[i+1]) &&
			u.Origin() == x.Request.URL.Origin() && !hops[i+1].Request.Header.Has("Cookie") && !x.Request.Header.Has("Authorization"):
			return x, u, noCookie
		}
	}
	return nil, to, ""
}

// reaches reports a page where there was a detour: 2xx in place of a redirect or a refusal.
func reaches(failing, seen *exchange.Exchange) bool {
	return !failing.OK() && seen.OK() && cause.Passed(seen)
}

func protoRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "set-forwarded-proto", Title: "let the proxy say which scheme the client used", For: "server",
		Effect: "the application builds https URLs and issues Secure cookies",
		Opens:  "nothing, as long as the proxy overwrites what clients send and the application trusts the proxy alone",
		Steps: []string{
			"nginx:   proxy_set_header X-Forwarded-Proto $scheme;      (in the block that holds proxy_pass)",
			"HAProxy: http-request set-header X-Forwarded-Proto https if { ssl_fc }",
			"Apache:  RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}",
		},
		Verify: "curl -sI " + cause.Quote(v.Request.URL) + " shows no redirect to itself", Undo: "take the line out and reload",
	}, {
		ID: "trust-proxy", Title: "let the application trust the proxy's word, and no one else's", For: "server",
		Effect: "the field is read", Opens: "the field is believed from the named addresses only",
		Steps: []string{"Express: app.set('trust proxy', 'loopback')      Django: SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')",
			"Rails: config.assume_ssl or trusted_proxies      ASP.NET Core: UseForwardedHeaders      Spring: server.forward-headers-strategy=framework"},
		Verify: "the login sets a cookie with Secure", Undo: "restore the former setting",
	}}
}
