package cors

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// What a browser says itself about a script's call (DevTools protocol, Network.CorsError and the cookies it considered).

// withCredentials are the reasons that a browser gives only for a script that asked for credentials.
var withCredentials = []string{"WildcardOriginNotAllowed", "InvalidAllowCredentials", "PreflightWildcardOriginNotAllowed", "PreflightInvalidAllowCredentials"}

// saysCredentials reports that the browser kept x back because the script asked for credentials and the answer does not
// allow them.
func saysCredentials(x *exchange.Exchange) bool {
	return x.Browser != nil && slices.Contains(withCredentials, x.Browser.CORS)
}

// says is the browser's reason as a fact.
func says(x *exchange.Exchange) fact.Fact {
	return fact.At(x.N, "%s keeps the answer from the script: %s.", x.Browser.Program, x.Browser.CORS)
}

// asked is the preflight that a browser sent for the call x; nil when it sent none.
func asked(v *cause.View, x *exchange.Exchange) *exchange.Exchange {
	if x.Browser == nil {
		return nil
	}
	for _, p := range v.Exchanges {
		if p.Browser != nil && p.Browser.Kind == "preflight" && p.N < x.N && p.Response != nil && p.Request.URL.String() == x.Request.URL.String() {
			return p
		}
	}
	return nil
}

// opens reports that the record shows another answer of the same server that lets the page read it: the server does CORS.
func opens(v *cause.View, c call) (*exchange.Exchange, bool) {
	for _, p := range v.Exchanges {
		if p.Browser != nil && p != v.Answer && p.Response != nil && p.Request.URL.Origin() == v.Answer.Request.URL.Origin() && p.Request.Header.Get("Origin") == c.origin && c.permits(p) {
			return p, true
		}
	}
	return nil, false
}

var sessionName = lazyregexp.New(`(?i)sess|(^|[._-])sid($|[._-])|auth|token|jwt|login|remember|identity|ticket|sso|aspx|_ses$|^id$`)

// unasked is a session cookie that the browser holds for the refused call and did not consider, because the script's
// request was made without credentials. It must have been there before: an answer that came earlier set it.
func unasked(v *cause.View) (exchange.BrowsedCookie, bool) {
	x := v.Answer
	if len(x.Browser.Kept)+len(x.Browser.Passed) > 0 {
		return exchange.BrowsedCookie{}, false
	}
	for _, c := range x.Browser.Jar {
		if !sessionName.MatchString(c.Name) && c.Value.Len() < 16 || c.Value.Empty() {
			continue
		}
		for _, p := range v.Exchanges {
			if p.N >= x.N {
				break
			}
			for _, f := range p.Header().Values("Set-Cookie") {
				if f.HasPrefix(c.Name + "=") {
					return c, true
				}
			}
		}
	}
	return exchange.BrowsedCookie{}, false
}
