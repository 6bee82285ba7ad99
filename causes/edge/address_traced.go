package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// tracedAddress sees a request whose address a rule refuses.
func tracedAddress(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	r := access.Rule(t)
	if r == nil || r.Allow || !r.Prefix.IsValid() && !r.All {
		return nil
	}
	g := cause.Proved
	if len(access.Passwords(t.Scope)) > 0 || len(t.Open) > 0 {
		g = cause.Strong
	}
	s := access.Found(g, 0.85, r.Place, "The request comes from %s, which \"deny %s\" keeps out, and no allow line lets it in before.", t.Request.Client, r.What)
	s.RefusedBy, s.FaultAt = exchange.WebServer, exchange.WebServer
	return s
}
