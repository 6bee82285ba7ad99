package apache

import "github.com/why401/why401/conf"

type tracer struct{ w *world }

// Trace follows a request.
func (t *tracer) Trace(r conf.Request) *conf.Trace {
	return &conf.Trace{Open: []string{"not yet traced"}}
}
