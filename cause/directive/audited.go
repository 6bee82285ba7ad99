package directive

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Audited makes a detector of pasted lines out of an audit of nginx's configuration: a paste is read by the reader of files, and
// what the audit finds in it is suspected with the weight w. Which place the failing request went to is not told by a paste.
func Audited(audit func(*conf.Config) []cause.Sighting, w float64) func(*cause.View) *cause.Suspicion {
	return func(v *cause.View) *cause.Suspicion {
		for rest := Of(v, "nginx"); len(rest) > 0; {
			paste := rest.Having(func(s exchange.Setting) bool { return SameFile(s, rest[0]) })
			rest = rest.Having(func(s exchange.Setting) bool { return !SameFile(s, paste[0]) })
			if found := audit(nginx.Fragment(paste)); len(found) > 0 {
				from := paste[0].From
				from.Line = found[0].Place.Line
				return Likely(w, fact.Fact{Text: found[0].Says, From: from})
			}
		}
		return nil
	}
}
