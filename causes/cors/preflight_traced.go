package cors

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

// tracedPreflight sees a preflight that is asked for a login.
func tracedPreflight(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	step, ok := access.Asked(t)
	if !ok || t.Request.Method != "OPTIONS" || !t.Request.Header.Has("Access-Control-Request-Method") {
		return nil
	}
	s := access.Found(access.Sure(t), 0.95, step.Place, "A preflight is asked for a login here, which browsers do not send with it.")
	s.Remedies = []cause.Remedy{answerPreflight(c, t.Scope)}
	return s
}
