package idp

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// insideAddress compares redirect_uri with the address at which the record shows the application: one that takes itself
// for what the proxy in front of it calls it builds the address of the inside. It reports whether it found that.
func insideAddress(v *cause.View, a *oauthflow.Authorization, s *cause.Suspicion) bool {
	began, x, ok := v.Flow().Origin(a, v.Flowing())
	uri, isURL := oauthflow.Address(a.Asked.Get("redirect_uri"))
	if !ok || !isURL || uri.Origin() == began {
		return false
	}
	what := "port"
	switch {
	case uri.Host != began.Host:
		what = "host"
	case uri.Scheme != began.Scheme:
		what = "scheme"
	}
	s.FaultAt = exchange.Application
	s.Title = "the application asks to return to another " + what + " than the browser's"
	s.Because = append(s.Because[:1],
		fact.At(x.N, "The browser opened the application at %s, and was sent from there to the login.", began),
		fact.At(a.X.N, "redirect_uri=%s: behind a proxy the application takes its address from a request that lost its %s (X-Forwarded-Proto, Host), or does not trust those fields.", oauthflow.Shown(a.Asked.Get("redirect_uri")), what))
	return true
}

// neighbour is an address that differs from a redirect_uri in one thing that is often mistaken.
type neighbour struct{ key, what, address string }

func neighbours(a *oauthflow.Authorization) []neighbour {
	t := a.Asked.Get("redirect_uri")
	u, ok := oauthflow.Address(t)
	if !ok || t.Closed() {
		return nil // what may hold a secret is not altered
	}
	s := t.String()
	var out []neighbour
	if before, found := strings.CutSuffix(s, "/"); found && u.Path != "/" {
		out = append(out, neighbour{"redirect-uri-slash", "the slash at its end", before})
	} else if u.Path != "" && !u.HasQuery && !found {
		out = append(out, neighbour{"redirect-uri-slash", "the slash at its end", s + "/"})
	}
	if rest, found := strings.CutPrefix(s, "http://"); found {
		out = append(out, neighbour{"redirect-uri-scheme", "its scheme", "https://" + rest})
	} else if rest, found := strings.CutPrefix(s, "https://"); found {
		out = append(out, neighbour{"redirect-uri-scheme", "its scheme", "http://" + rest})
	}
	if u.Scheme == "http" && !t.Match(loopback.Get()) {
		slices.Reverse(out) // an application behind TLS that takes itself for plain http is the commonest of all
	}
	return out
}

// addressTrials ask for the same login with neighbouring addresses. Nothing is followed: no code is given to anybody. An
// authorization request is a GET without credentials; a pushed or signed one, whose values work once, is left alone.
func addressTrials(v *cause.View, a *oauthflow.Authorization) []cause.Trial {
	if v.Recorded() || a.X.Request.Method != "GET" || a.Asked.Has("request") || a.Asked.Has("request_uri") {
		return nil
	}
	var out []cause.Trial
	for _, n := range neighbours(a) {
		out = append(out, cause.Trial{Key: n.key, Change: "redirect_uri with another form of " + n.what, Fresh: true,
			Edit: func(r exchange.Request) exchange.Request {
				for i, p := range r.URL.Query {
					if p.Name == "redirect_uri" {
						r.URL.Query[i].Value = secret.Public(url.QueryEscape(n.address))
					}
				}
				return r
			}}.Predicting("a login in place of the error", asksLogin))
	}
	return out
}

// asksLogin reports that a login is begun, or asked for, where the same request met an error before.
func asksLogin(failing, seen *exchange.Exchange) bool {
	if failing.Status()/100 != 4 {
		return false
	}
	if seen.Status()/100 == 3 {
		to := seen.Header().Text("Location")
		return !to.Empty() && !to.Contains("error=")
	}
	// A few providers show their errors with 200.
	return seen.OK() && !bytes.Contains(bytes.ToLower(seen.Body()), []byte("redirect_uri")) && !bytes.Contains(bytes.ToLower(seen.Body()), []byte("redirect uri"))
}
