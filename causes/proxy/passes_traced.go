package proxy

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

// tracedTaken sees Authorization that does not reach the application.
func tracedTaken(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	step, lost := access.Lost(t)
	if !lost || t.Scope == nil || t.Scope.Pass == nil || t.Scope.Pass.Way != conf.HTTPProxy && t.Scope.Pass.Way != conf.GRPC || access.Takes(t.Scope) != nil {
		return nil
	}
	at := t.Scope.Pass.Authorization.Place
	if step != nil && step.Place.Known() {
		at = step.Place
	}
	if !at.Known() {
		at = t.Scope.Pass.Place
	}
	s := access.Found(cause.Strong, 0.9, at, "The request brings Authorization, and %s does not pass it on to %s.", c.Program, t.To)
	if t.Answered == 401 && len(t.Open) == 0 {
		s.Grade = cause.Proved
	}
	return s
}

// tracedSwapped sees another Authorization passed on than the client's.
func tracedSwapped(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	if !access.Swapped(t) || t.Scope == nil || t.Scope.Pass == nil {
		return nil
	}
	at := t.Scope.Pass.Authorization.Place
	if !at.Known() {
		at = t.Scope.Pass.Place
	}
	s := access.Found(cause.Strong, 0.88, at, "%s passes another Authorization on than the client's.", c.Program)
	if access.Takes(t.Scope) != nil {
		s.Grade = cause.Likely
	}
	return s
}

// tracedUnderscore sees fields of the request that are not passed on for their name's sake.
func tracedUnderscore(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	if t.Next == nil || !access.Is(c, "nginx") {
		return nil
	}
	for _, f := range t.Request.Header {
		if strings.Contains(f.Name, "_") && !t.Next.Header.Has(f.Name) && !t.Next.Header.Has("HTTP_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))) {
			at := t.Scope.Server.Place
			for i := range t.Steps {
				if t.Steps[i].Result == conf.Drops && strings.Contains(t.Steps[i].Says, f.Name) && t.Steps[i].Place.Known() {
					at = t.Steps[i].Place
				}
			}
			s := access.Found(cause.Strong, 0.92, at, "The field %s has an underscore in its name, and nginx drops such fields unless underscores_in_headers is on.", f.Name)
			if t.Answered == 401 && len(t.Open) == 0 {
				s.Grade = cause.Proved
			}
			s.Remedies = []cause.Remedy{{ID: "hyphen", Title: "write the name with a hyphen", For: "client", Effect: "the field arrives", Opens: "nothing",
				Steps: []string{fmt.Sprintf("send %s, and read it by that name", strings.ReplaceAll(f.Name, "_", "-"))}, Verify: "the request is let in; without the field it is refused", Undo: "send the old name"}}
			return s
		}
	}
	return nil
}
