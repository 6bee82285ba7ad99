package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// What the password files say about the login of a request that a configuration refuses. Each cause takes one answer.

func tracedMissing(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.NoFile {
		return nil
	}
	s := access.Found(cause.Proved, 0.97, l.At(), "The password file %s is not there: %s.", l.File.Path, withoutFile(c))
	s.RefusedBy, s.Remedies = exchange.WebServer, pathRemedies(c, named{t.Scope, l.Auth, l.File})
	return s
}

func tracedClosed(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.Closed {
		return nil
	}
	s := access.Found(cause.Strong, 0.95, l.At(), "The worker runs as %s, and may not read the password file %s: %s keeps it out.", c.Worker, l.File.Path, l.File.Seen.Blocks)
	if l.File.Seen.UID == 0 || l.File.Seen.Mode.Perm() == 0 {
		s.Grade = cause.Proved
	}
	return s
}

// ofEntry gives the sighting of an audit at the entry that decided about the login.
func ofEntry(c *conf.Config, t *conf.Trace, worths []access.Worth, audit func(*conf.Config) []cause.Sighting) *cause.Suspicion {
	l := access.Judge(c, t)
	fits := false
	for _, w := range worths {
		fits = fits || l.Worth == w
	}
	if !fits {
		return nil
	}
	for _, s := range audit(c) {
		if l.Entry != nil && s.Place != l.At() || l.Entry == nil && (l.File == nil || s.Place.File != l.File.Path) {
			continue
		}
		if l.Entry == nil && (l.User == "" || !strings.Contains(s.Says, "The entry of "+l.User+":")) {
			continue // another user's line
		}
		found := access.Found(s.Grade, 0.95, s.Place, "%s", s.Says)
		found.Remedies, found.Raise = s.Remedies, s.Raise
		return found
	}
	return nil
}

func tracedBroken(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	return ofEntry(c, t, []access.Worth{access.Mismatch, access.Stranger, access.Unchecked}, brokenLines)
}

func tracedUncheckable(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	return ofEntry(c, t, []access.Worth{access.Unchecked}, uncheckable)
}

func tracedDoubled(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.Later {
		return nil
	}
	return access.Found(cause.Proved, 0.97, l.At(), "The password is that of this entry, and %s stands further up already: the first entry wins.", l.Name())
}

// tracedUnlisted sees a right login that a Require line does not let in.
func tracedUnlisted(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.Right || access.Rule(t) != nil || len(l.Auth.Require) == 0 {
		return nil
	}
	at := t.Refusing.Place
	if !at.Known() {
		at = requireLine(t.Scope, l.Auth.Require[0], l.Auth.Place)
	}
	return access.Found(cause.Strong, 0.93, at, "User and password fit the password file, and the rule lets others in: %s.", strings.Join(l.Auth.Require, "; "))
}

// tracedBoth sees a right login that an address rule refuses all the same.
func tracedBoth(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	r := access.Rule(t)
	if r == nil || len(access.Passwords(t.Scope)) == 0 || t.Scope.Satisfy != conf.SatisfyAll || !access.Brought(t) {
		return nil
	}
	s := access.Found(cause.Strong, 0.9, r.Place, "The address is refused by %q, and the password rule of line %d does not count instead: both must be met (satisfy all).", r.What, access.Passwords(t.Scope)[0].Place.Line)
	s.Remedies = []cause.Remedy{{ID: "satisfy-any", Title: "let the password or the address be enough, if that is meant", For: "server", Effect: "users with a password get in from any address",
		Opens: "the place to users of the password file, from any address", Steps: []string{satisfyLine(c), reload(c)}, Verify: "the login passes from outside; without it the answer is 401", Undo: "take the line out and reload"}}
	return s
}

// tracedTwoLayers sees a token that a password rule takes for a login.
func tracedTwoLayers(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	l := access.Judge(c, t)
	if l.Worth != access.Other || t.Scope.Pass == nil {
		return nil
	}
	return access.Found(cause.Strong, 0.92, l.Auth.Place, "This rule asks for a password in Authorization, where the request brings %s: the application behind it is not reached, and one field cannot hold both.", l.Kind)
}

// tracedCovered sees a robot's request that the site's password refuses.
func tracedCovered(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	step, ok := access.Asked(t)
	if !ok || access.Brought(t) {
		return nil
	}
	for _, r := range robots {
		if r.paths.MatchString(t.Request.URL.Path) {
			g := cause.Likely
			if r.grade == cause.Proved {
				g = cause.Strong
			}
			return access.Found(g, 0.85, step.Place, "The password of this line covers %s: %s.", t.Request.URL.Path, r.who)
		}
	}
	return nil
}

// tracedWithheld sees Authorization that a program behind the web server does not get.
func tracedWithheld(c *conf.Config, t *conf.Trace, server string, ways ...conf.Way) *cause.Suspicion {
	step, lost := access.Lost(t)
	if !lost || t.Scope == nil || t.Scope.Pass == nil || !access.Is(c, server) || access.Takes(t.Scope) != nil {
		return nil
	}
	for _, w := range ways {
		if t.Scope.Pass.Way != w {
			continue
		}
		at := deciding(t.Scope.Pass, t.Scope)
		if step != nil && step.Place.Known() {
			at = step.Place
		}
		s := access.Found(cause.Strong, 0.9, at, "The request brings Authorization, and the program behind %s does not get it.", c.Program)
		if t.Answered == 401 && len(t.Open) == 0 {
			s.Grade = cause.Proved // it asked for what was brought, and was not handed on
		}
		if access.Is(c, "apache") {
			s.Remedies = []cause.Remedy{passAuth(c, t.Scope)}
		}
		return s
	}
	return nil
}

func tracedCGI(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	return tracedWithheld(c, t, "apache", conf.FastCGI, conf.CGI, conf.InProcess)
}

func tracedWSGI(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	return tracedWithheld(c, t, "apache", conf.WSGI)
}

func tracedFastCGI(c *conf.Config, t *conf.Trace) *cause.Suspicion {
	return tracedWithheld(c, t, "nginx", conf.FastCGI, conf.UWSGI, conf.SCGI)
}

// tracedNoCertificate sees a request that a rule refuses for want of a client certificate.
func tracedNoCertificate(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	if t.Refusing == nil || t.Scope == nil {
		return nil
	}
	for _, a := range t.Scope.Auth {
		if a.Scheme == conf.ClientCert && a.Place == t.Refusing.Place {
			return access.Found(cause.Likely, 0.6, a.Place, "This line wants a client certificate; whether the request brings one is not shown.")
		}
	}
	return nil
}
