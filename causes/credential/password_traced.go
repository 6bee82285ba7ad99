package credential

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// tracedWrong sees a login that the password file knows and refuses, or does not know.
func tracedWrong(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	var s *cause.Suspicion
	switch l.Worth {
	case access.Mismatch:
		s = access.Found(cause.Strong, 0.9, l.At(), "The password is not that of %s's entry in the password file.", l.Name())
		s.Title = "the password is not the one in the password file"
	case access.Stranger:
		s = access.Found(cause.Strong, 0.9, l.At(), "The password file has no entry for %s.", l.Name())
		s.Title = "the password file does not know the user"
	default:
		return nil
	}
	if l.File != nil && l.File.Seen != nil && (l.File.Seen.Here || l.File.Kind == conf.Inline) && len(l.Auth.Files) == 1 {
		s.Grade = cause.Proved
	}
	s.RefusedBy, s.FaultAt = exchange.WebServer, exchange.Client
	return s
}
