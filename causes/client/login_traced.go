package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// tracedNone sees a request without a login that a password rule refuses.
func tracedNone(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.NoLogin || t.Request.Method == "OPTIONS" {
		return nil
	}
	at := t.Refusing.Place
	if !at.Known() {
		at = l.Auth.Place
	}
	s := access.Found(cause.Proved, 0.75, at, "A password is asked for here, and the request brings none.")
	s.RefusedBy = exchange.WebServer
	return s
}

// tracedOther sees a credential of another scheme than the rule asks for, where nobody behind it could want it.
func tracedOther(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.Other {
		return nil
	}
	g, w := cause.Strong, 0.85
	if t.Scope.Pass != nil {
		g, w = cause.Likely, 0.6 // the token may be the application's
	}
	s := access.Found(g, w, l.Auth.Place, "This rule asks for %s, and the request brings %s.", l.Auth.Scheme, l.Kind)
	s.RefusedBy = exchange.WebServer
	return s
}

// tracedMalformed sees a Basic value that no server can decode.
func tracedMalformed(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.Malformed {
		return nil
	}
	return access.Found(cause.Proved, 0.95, l.Auth.Place, "This rule asks for Basic, and what stands behind the word Basic is not base64 of user:password.")
}
