package probe

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// agreed applies what depends on the kind of a request that is not the user's own or derived from it: where it may go at
// all. It gives the request as it may go there.
func (s *Sender) agreed(r exchange.Request, k Kind) (exchange.Request, error) {
	origin := exchange.Origin{Scheme: r.URL.Scheme, Host: r.URL.Host, Port: r.URL.Port}
	switch k {
	case Document:
		if !same(r.URL, s.intent.Request.URL) && !slices.Contains(s.o.Consult, origin) {
			return r, &Refusal{Rule: RuleNotNamed, Why: "nobody has agreed that " + r.URL.Origin().String() + " is asked for its published documents"}
		}
		if r.Method != "GET" {
			return r, &Refusal{Rule: RuleMethod, Why: "a published document is read with GET"}
		}
		return strip(r), nil
	case Introspection:
		if !slices.Contains(s.o.Introspect, origin) {
			return r, &Refusal{Rule: RuleNotNamed, Why: "nobody has agreed that " + r.URL.Origin().String() + " is asked about the token"}
		}
		if r.Method != "POST" || !r.Body.HasPrefix("token=") || !strings.EqualFold(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			return r, &Refusal{Rule: RuleMethod, Why: "it is no introspection request (RFC 7662 2.1)"}
		}
	}
	return r, nil
}
