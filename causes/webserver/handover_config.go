package webserver

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// askedToken is the token of a request that is followed through a configuration: made up here, so that it may be shown.
const askedToken = "Bearer why401-asks"

// handed is what a program gets of a token.
type handed int

const (
	notAsked   handed = iota // no program was reached
	asSent                   // as it was sent
	redirected               // as REDIRECT_HTTP_AUTHORIZATION alone
	another                  // another text
	withheldAll
)

// gets follows a request with a token to a program.
func gets(c *conf.Config, site conf.Server, path string) (handed, *conf.Trace) {
	t := access.Ask(c, site, "GET", path, exchange.Field{Name: "Authorization", Value: secret.Public(askedToken)})
	if t == nil || t.Next == nil {
		return notAsked, t
	}
	for _, name := range []string{"HTTP_AUTHORIZATION", "Authorization"} {
		switch v := t.Next.Header.Text(name); {
		case v.Is(askedToken):
			return asSent, t
		case !v.Empty() || t.Next.Header.Has(name):
			return another, t
		}
	}
	if t.Next.Header.Text("REDIRECT_HTTP_AUTHORIZATION").Is(askedToken) {
		return redirected, t
	}
	return withheldAll, t
}

// tried is what came of a line for all sites that it is for.
type tried struct {
	conf.Handover
	got   handed // the worst
	path  string
	trace *conf.Trace
	fine  bool // a program gets the token as it was sent
}

// brokenHandovers are lines that are to hand Authorization to programs, and through which it arrives at none of them.
func brokenHandovers(c *conf.Config) []cause.Sighting {
	var lines []*tried
	at := map[conf.Place]*tried{}
	if len(c.Handovers) == 0 {
		return nil
	}
	type atSite struct{ line, site conf.Place }
	keptBy := map[atSite]bool{} // lines by which a site's programs get the field whatever the request: they need no trial
	for _, s := range c.Scopes {
		if s.Pass != nil && s.Pass.Authorization.Now == conf.Kept {
			keptBy[atSite{s.Pass.Authorization.Place, s.Server.Place}] = true
		}
	}
	for _, h := range c.Handovers {
		l := at[h.Place]
		if l == nil {
			l = &tried{Handover: h}
			at[h.Place], lines = l, append(lines, l)
		}
		if keptBy[atSite{h.Place, h.Server.Place}] {
			l.fine = true
			continue
		}
		for _, path := range h.Samples {
			switch got, t := gets(c, h.Server, path); {
			case got == asSent:
				l.fine = true
			case got > l.got:
				l.got, l.path, l.trace = got, path, t
			}
		}
	}
	var out []cause.Sighting
	for _, l := range lines {
		if l.got != notAsked && (!l.fine || l.got == redirected) {
			out = append(out, handoverSighting(c, l))
		}
	}
	return out
}

func handoverSighting(c *conf.Config, h *tried) cause.Sighting {
	s := cause.Sighting{Place: h.Place, Scope: h.trace.Scope, Grade: min(cause.Strong, access.Sure(h.trace))}
	why := ""
	if h.Why != "" {
		why = ": " + h.Why
	}
	switch h.got {
	case redirected:
		s.Grade = cause.Likely
		s.Says = fmt.Sprintf("This line hands Authorization on, and a program that is reached by a rewrite (%s) finds it as REDIRECT_HTTP_AUTHORIZATION alone%s.", h.path, why)
	case another:
		s.Says = fmt.Sprintf("This line is to hand Authorization to the programs, and %s gets another text in its place%s.", h.path, why)
	default:
		s.Says = fmt.Sprintf("This line is to hand Authorization to the programs, and %s does not get it%s.", h.path, why)
	}
	s.Raise = []cause.Raise{{Command: `echo '<?php var_dump(getenv("HTTP_AUTHORIZATION"));' > auth-check.php`, Where: "beside the application; ask it with any Authorization, then delete it", Would: "print another text than was sent"}}
	r := cause.Remedy{ID: "cgi-pass-auth", Title: "put CGIPassAuth in place of the line", For: "server", Effect: "programs see Authorization exactly as it was sent", Opens: "the field to these programs, which are meant to judge it",
		Steps:  []string{"CGIPassAuth On      in the <Directory> or .htaccess of the application (Apache 2.4.13 and newer), in place of line " + fmt.Sprint(h.Place.Line), reload(c)},
		Verify: "the token is let in; without it, and with another one, the application refuses", Undo: "put the line back and reload"}
	if h.Alone {
		r.Edits = access.Become(h.Place, "CGIPassAuth On")
	}
	s.Remedies = []cause.Remedy{r}
	return s
}

// handedBadly reports a site in which a line that is there to hand Authorization on does not: that is said, and not once more
// that Apache withholds the field unless told otherwise.
func handedBadly(c *conf.Config, site conf.Server, broken []cause.Sighting) bool {
	for _, h := range c.Handovers {
		for _, s := range broken {
			if h.Place == s.Place && h.Server.Place == site.Place {
				return true
			}
		}
	}
	return false
}
