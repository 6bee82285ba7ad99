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
	"github.com/why401/why401/secret"
)

// withheld gives the places of c from which programs of one of ways get no Authorization, where no password rule of the
// server's own asks for it.
func withheld(c *conf.Config, ways ...conf.Way) []*conf.Scope {
	var out []*conf.Scope
	for _, s := range c.Scopes {
		if s.Pass == nil || s.Pass.Authorization.Now != conf.Dropped || access.Takes(s) != nil {
			continue
		}
		for _, w := range ways {
			if s.Pass.Way == w {
				out = append(out, s)
			}
		}
	}
	return out
}

// deciding is the place of the line that decides what becomes of Authorization, else the one that passes on.
func deciding(p *conf.Pass, s *conf.Scope) conf.Place {
	switch {
	case p.Authorization.Place.Known():
		return p.Authorization.Place
	case p.Place.Known():
		return p.Place
	}
	return s.Place
}

// cgiWithheld are CGI, FastCGI and PHP programs behind Apache that get no Authorization. Apache withholds it unless told
// otherwise, and a CGI program seldom wants it, so that one is named only where a line says so.
func cgiWithheld(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "apache") {
		return nil
	}
	var out []cause.Sighting
	broken := brokenHandovers(c)
	for _, s := range withheld(c, conf.FastCGI, conf.CGI, conf.InProcess) {
		written := s.Pass.Authorization.Place.Known()
		if !written && handedBadly(c, s.Server, broken) {
			continue
		}
		if arrives(c, s) {
			continue // a rule of another block hands it on
		}
		if (s.Pass.Way == conf.CGI || cgiFolder.MatchString(s.Path)) && !written && !apiPath.MatchString(s.Path) {
			continue
		}
		sight := cause.Sighting{Place: deciding(s.Pass, s), Scope: s, Grade: cause.Likely, Remedies: passAuths(c, s),
			Says:  "Programs that are reached here do not get Authorization, which Apache withholds unless told otherwise: tokens and logins that they check themselves are refused.",
			Raise: []cause.Raise{{Command: `echo '<?php echo isset($_SERVER["HTTP_AUTHORIZATION"]) ? "arrives" : "withheld";' > auth-check.php`, Where: "in the document root; ask it with any Authorization, then delete it", Would: "print withheld"}}}
		if written {
			sight.Grade = cause.Strong
			sight.Says = "This line keeps Authorization from the programs that are reached here: tokens and logins that they check themselves are refused."
		}
		out = append(out, sight)
	}
	return out
}

// cgiFolder is a folder of CGI programs, also where mod_fcgid runs them: Debian's munin has /usr/lib/munin/cgi.
var cgiFolder = lazyregexp.New(`(?i)/cgi(-bin)?/?"?>?$`)

// arrives reports that a token gets to the programs of s after all, by the trace of a request for one of them.
func arrives(c *conf.Config, s *conf.Scope) bool {
	for _, path := range []string{s.Sample, "/index.php", "/api.php", "/"} {
		if path == "" {
			continue
		}
		t := access.Ask(c, s.Server, "GET", path, exchange.Field{Name: "Authorization", Value: secret.Public("Bearer why401-asks")})
		if t == nil {
			return false
		}
		if t.Next == nil {
			continue
		}
		_, lost := access.Lost(t)
		return !lost
	}
	return false
}

// passAuthEdits writes CGIPassAuth On in place of the line that says otherwise, or at the head of the block that the programs
// are in. Apache takes it in blocks of directories, files and places, and in .htaccess.
func passAuthEdits(s *conf.Scope) []conf.Edit {
	switch {
	case s == nil || s.Pass == nil:
		return nil
	case s.Pass.Authorization.Place.Known():
		return access.Become(s.Pass.Authorization.Place, "CGIPassAuth On")
	case strings.HasPrefix(s.Path, "<Directory") || strings.HasPrefix(s.Path, "<Location") || strings.HasPrefix(s.Path, "<Files"):
		return access.Within(s.Place, "CGIPassAuth On")
	}
	return nil
}

// passAuths are the ways to CGIPassAuth On: in the server's configuration, and where a document root may have a .htaccess and
// has none, in a new one, for whoever may not change the other.
func passAuths(c *conf.Config, s *conf.Scope) []cause.Remedy {
	out := []cause.Remedy{passAuth(c, s)}
	allow, root := access.Lines(s, "AllowOverride"), access.Lines(s, "DocumentRoot")
	if len(allow) == 0 || len(root) == 0 || !slices.Contains(allow[0].Args, "All") && !slices.Contains(allow[0].Args, "AuthConfig") || s.Pass.Authorization.Place.Known() {
		return out
	}
	file := strings.TrimSuffix(access.Arg(root[0], 0), "/") + "/.htaccess"
	if slices.Contains(c.Files, file) {
		return out
	}
	return append(out, cause.Remedy{ID: "htaccess-pass-auth", Title: "let the programs see Authorization, in a new .htaccess", For: "server", Effect: "they can check tokens and logins",
		Opens: "the field to the programs below " + access.Arg(root[0], 0) + ", which are meant to judge it", Edits: []conf.Edit{{Place: conf.Place{File: file, Line: 1}, How: conf.Make, Text: "CGIPassAuth On\n"}},
		Steps: []string{"echo CGIPassAuth On > " + cause.QuoteWord(file) + "      (Apache 2.4.13 and newer)"}, Verify: "the token is let in; without it, and with another one, the application refuses", Undo: "delete the file"})
}

func passAuth(c *conf.Config, s *conf.Scope) cause.Remedy {
	return cause.Remedy{ID: "cgi-pass-auth", Title: "let the programs see Authorization", For: "server", Effect: "they can check tokens and logins",
		Opens: "the field to these programs, which are meant to judge it", Edits: passAuthEdits(s), Steps: []string{"CGIPassAuth On      in the <Directory> of the application (Apache 2.4.13 and newer)", reload(c)},
		Verify: "the token is let in; without it, and with another one, the application refuses", Undo: "take the line out and reload"}
}

// wsgiWithheld are Python applications under mod_wsgi without WSGIPassAuthorization.
func wsgiWithheld(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range withheld(c, conf.WSGI) {
		sight := cause.Sighting{Place: deciding(s.Pass, s), Scope: s, Grade: cause.Likely,
			Says:  "The application under mod_wsgi does not get Authorization, since WSGIPassAuthorization is off unless written: tokens that it checks itself are refused.",
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Bearer x' URL", Where: "anywhere", Would: "give the answer for no token at all, not that for a bad one"}},
			Remedies: []cause.Remedy{{ID: "wsgi-pass", Title: "let the application see Authorization", For: "server", Effect: "it can check tokens and logins", Opens: "the field to this application", Edits: access.Above(s.Pass.Place, "WSGIPassAuthorization On"),
				Steps: []string{"WSGIPassAuthorization On      in the virtual host", reload(c)}, Verify: "the token is let in; without it the application refuses", Undo: "take the line out and reload"}}}
		if s.Pass.Authorization.Place.Known() {
			sight.Grade = cause.Strong
			sight.Remedies[0].Edits = access.Become(s.Pass.Authorization.Place, "WSGIPassAuthorization On")
			sight.Says = "WSGIPassAuthorization Off: the application never sees Authorization, and refuses the tokens that it checks itself."
		}
		out = append(out, sight)
	}
	return out
}

// fastcgiWithheld are FastCGI and like programs behind nginx that get no Authorization: nginx passes every field on, so a
// line keeps it back.
func fastcgiWithheld(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "nginx") {
		return nil
	}
	var out []cause.Sighting
	for _, s := range withheld(c, conf.FastCGI, conf.UWSGI, conf.SCGI) {
		at := deciding(s.Pass, s)
		for _, l := range access.Lines(s, "fastcgi_pass_request_headers", "uwsgi_pass_request_headers", "scgi_pass_request_headers") {
			if !s.Pass.Authorization.Place.Known() && access.Arg(l, 0) == "off" {
				at = l.Place
			}
		}
		out = append(out, cause.Sighting{Place: at, Scope: s, Grade: cause.Strong,
			Says:  "This line keeps Authorization from the application: the tokens and logins that it checks itself are refused.",
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Bearer x' URL", Where: "anywhere", Would: "give the answer for no token at all"}},
			Remedies: []cause.Remedy{{ID: "pass-on", Title: "pass Authorization on", For: "server", Effect: "the application sees tokens and logins", Opens: "the field to this application, which judges it",
				Edits: written(at, s), Steps: []string{"delete the line", reload(c)}, Verify: "the token is let in; without it the application refuses", Undo: "put the line back and reload"}}})
	}
	return out
}

// written takes the deciding line out, where one is written: the line that passes on, or opens the place, stays.
func written(at conf.Place, s *conf.Scope) []conf.Edit {
	if at == s.Pass.Place || at == s.Place {
		return nil
	}
	return access.Drop(at)
}

var placeholders = lazyregexp.New(`\{\{[^}]*\}\}|<%|%%[A-Z_]+%%|__[A-Z][A-Z0-9_]+__|\$\{[A-Z][A-Z0-9_]*\}|\$\([A-Z_]+\)|(?i)\bchange[-_]?me\b`)

// unfilled are values of access rules that a template was to fill in.
func unfilled(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	note := func(s *conf.Scope, at conf.Place, what, value string) {
		found := placeholders.FindString(value)
		if found == "" || access.Is(c, "haproxy", "traefik", "caddy") && strings.HasPrefix(found, "${") {
			return // these fill in ${NAME} themselves, from the environment
		}
		out = append(out, cause.Sighting{Place: at, Scope: s, Grade: cause.Strong,
			Says:  fmt.Sprintf("%s holds %s: a template was not filled in, and the server takes it as it stands.", what, found),
			Raise: []cause.Raise{{Command: "env | grep -c " + cause.QuoteWord(strings.Trim(found, "${}()% <>_")), Where: "where the configuration is made", Would: "print 0"}},
			Remedies: []cause.Remedy{{ID: "fill-in", Title: "fill the template in where the configuration is made", For: "server", Effect: "the rule holds what it was meant to hold", Opens: "what the rule was meant to let in",
				Steps: []string{"give " + found + " its value where the configuration is made, make it anew, and look that no " + found + " is left", reload(c)}, Verify: "the request is let in; without credentials it is refused", Undo: "put the old file back and reload"}}})
	}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			for _, f := range a.Files {
				note(s, f.Place, "The path of the password file", f.Path)
			}
			note(s, a.Place, "The realm", a.Realm)
			for _, r := range a.Require {
				note(s, a.Place, "The rule of who is let in", r)
			}
		}
		if s.Pass != nil {
			for _, f := range s.Pass.Set {
				note(s, f.Place, "The field "+f.Name+" that is passed on", f.Value)
			}
		}
	}
	return out
}
