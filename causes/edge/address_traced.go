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
	if s := notAmong(r, t); s != nil {
		return s
	}
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

// notAmong is a refusal by a line that names who is let in (Apache's Require ip), and the client is not one of them. It is
// decided where addresses alone let anybody in, and none of them is the client's.
func notAmong(r *conf.Rule, t *conf.Trace) *cause.Suspicion {
	if r == nil || !r.Allow || !r.Prefix.IsValid() || t.Status != 403 || !t.Request.Client.IsValid() || r.Prefix.Contains(t.Request.Client) {
		return nil
	}
	g := cause.Proved
	if len(t.Open) > 0 || len(t.Scope.Auth) > 0 {
		g = cause.Strong
	}
	for _, o := range t.Scope.Rules {
		if o.Allow && (!o.Prefix.IsValid() || o.Prefix.Contains(t.Request.Client)) {
			g = cause.Strong
		}
	}
	s := access.Found(g, 0.85, r.Place, "The request comes from %s, and \"Require ip %s\" lets in others only.", t.Request.Client, r.Prefix)
	s.RefusedBy, s.FaultAt = exchange.WebServer, exchange.WebServer
	return s
}
