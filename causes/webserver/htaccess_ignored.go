package webserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// HtaccessIgnored: an .htaccess whose lines have no effect, because AllowOverride does not let them.
var HtaccessIgnored = &cause.Cause{
	ID:        "htaccess-ignored",
	Title:     "the .htaccess file is not read",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"auth-scope-too-wide", "apache-cgi-strips-authorization", "nginx-fastcgi-authorization-missing", "htaccess-authorization-rule-broken", "no-credentials-sent"},
	Audit:     unheeded,
}

var (
	ofAccess    = lazyregexp.New(`(?i)^(Auth|Require$|Satisfy$|Allow$|Deny$|Order$|CGIPassAuth$|SSLVerifyClient$|SSLRequire|AllowMethods$)`)
	ofPassing   = lazyregexp.New(`(?i)^(RewriteRule|SetEnvIf|SetEnvIfNoCase|SetEnvIfExpr|RequestHeader|Header)$`)
	namesAccess = lazyregexp.New(`(?i)authorization|www-authenticate|access-control-allow`)
)

// aboutAccess reports a directive that decides who is let in, or what an application learns of the login.
func aboutAccess(l conf.Line) bool {
	return ofAccess.MatchString(l.Name) || ofPassing.MatchString(l.Name) && namesAccess.MatchString(strings.Join(l.Args, " "))
}

// unheeded are .htaccess files with lines about access that AllowOverride keeps from having an effect.
func unheeded(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, u := range c.Unheeded {
		s := cause.Sighting{Place: u.By, Grade: cause.Proved, Scope: scopeAt(c, u.Block), Remedies: []cause.Remedy{overrideRemedy(c, u)}}
		if u.Refused {
			l := u.Lines[0]
			s.Says = fmt.Sprintf("AllowOverride lets %s in line %d of %s not stand there: every request below that folder is answered with 500.", l.Name, l.Place.Line, u.File)
			out = append(out, s)
			continue
		}
		lines := slices.DeleteFunc(slices.Clone(u.Lines), func(l conf.Line) bool { return !aboutAccess(l) })
		if len(lines) == 0 {
			continue // of indexes and the like: nobody is refused for want of them
		}
		var names []string
		for _, l := range lines {
			if !slices.Contains(names, l.Name) {
				names = append(names, l.Name)
			}
		}
		s.Says = fmt.Sprintf("AllowOverride None: %s is not read, and what it says of access has no effect (%s, from line %d on).", u.File, strings.Join(names, ", "), lines[0].Place.Line)
		out = append(out, s)
	}
	return out
}

// scopeAt is the scope that a block opens, nil when there is none.
func scopeAt(c *conf.Config, p conf.Place) *conf.Scope {
	if i := slices.IndexFunc(c.Scopes, func(s *conf.Scope) bool { return p.Known() && s.Place == p }); i >= 0 {
		return c.Scopes[i]
	}
	return nil
}

func overrideRemedy(c *conf.Config, u conf.Unheeded) cause.Remedy {
	words := u.Words
	if len(words) == 0 {
		words = []string{"AuthConfig", "FileInfo"}
	}
	line := "AllowOverride " + strings.Join(words, " ")
	r := cause.Remedy{ID: "allow-override", Title: "let the .htaccess file set what stands in it", For: "server", Effect: "the lines of " + u.File + " hold",
		Opens: "what .htaccess files below that folder say, to whoever may write them", Verify: "a request that the file is about is answered as it says; without a login a guarded one is 401",
		Steps: []string{line + "      in the innermost <Directory> block that covers the folder", reload(c)}, Undo: "put the old line back and reload"}
	switch {
	case u.Block.Known() && u.By.File == u.Block.File && u.By.Start >= u.Block.Start && u.By.End <= u.Block.End && !u.Refused:
		r.Edits = access.Become(u.By, line)
	case u.Block.Known() && !u.Refused:
		r.Edits = access.Within(u.Block, line)
	}
	return r
}
