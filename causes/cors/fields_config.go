package cors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

const (
	allowOrigin  = "Access-Control-Allow-Origin"
	allowHeaders = "Access-Control-Allow-Headers"
	allowLogin   = "Access-Control-Allow-Credentials"
)

// guarded reports that s asks for credentials that a script sends in Authorization or as a login.
func guarded(s *conf.Scope) bool { return access.Takes(s) != nil }

// refusedPreflights are places that speak CORS and ask the preflight for a login, which no browser sends with it (Fetch,
// "CORS-preflight request").
func refusedPreflights(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		fields := access.Adds(s, allowOrigin)
		if len(fields) == 0 || !guarded(s) || s.Answer != nil {
			continue
		}
		path := s.Sample
		if path == "" && s.Path == "" {
			path = "/"
		}
		if path == "" {
			continue
		}
		t := preflight(c, s, path)
		step, ok := access.Asked(t)
		if !ok || t.Scope != s && t.Scope != nil && t.Scope.Place != s.Place {
			continue
		}
		at := step.Place
		if !at.Known() {
			at = s.Auth[0].Place
		}
		out = append(out, cause.Sighting{Place: at, Scope: s, Grade: access.Sure(t),
			Says:     fmt.Sprintf("Scripts of other sites may call %s (line %d), and the preflight is asked for a login that browsers do not send with it: such calls fail before they begin.", shown(s), fields[0].Place.Line),
			Raise:    []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -X OPTIONS -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: GET' URL", Where: "anywhere", Would: "print 401"}},
			Remedies: []cause.Remedy{answerPreflight(c, s)}})
	}
	return out
}

func shown(s *conf.Scope) string {
	if s.Path == "" {
		return "this site"
	}
	return s.Path
}

func answerPreflight(c *conf.Config, s *conf.Scope) cause.Remedy {
	var edits []conf.Edit
	steps := []string{"answer OPTIONS with 204 and the Access-Control-Allow fields before the login is asked for"}
	switch {
	case access.Is(c, "nginx"):
		if s != nil {
			edits = access.Within(s.Place, "if ($request_method = OPTIONS) { return 204; }")
		}
		steps = []string{"in the location: if ($request_method = OPTIONS) { return 204; }      with the add_header lines repeated inside, each with always", "sudo nginx -t && sudo nginx -s reload"}
	case access.Is(c, "apache"):
		steps = []string{"<LimitExcept OPTIONS> around the Require lines, and Header always set for the Access-Control-Allow fields", "sudo apachectl configtest && sudo apachectl graceful"}
	}
	return cause.Remedy{ID: "answer-preflight", Title: "answer the preflight without a login", For: "server", Effect: "scripts may call", Opens: "the preflight alone, which carries no data",
		Edits: edits, Steps: steps, Verify: "OPTIONS is answered 204 with the fields; GET without a login is still 401", Undo: "take the lines out and reload"}
}

// fieldsOnlyOnSuccess are CORS fields that error answers lack, where a login is asked for: the script sees no 401.
func fieldsOnlyOnSuccess(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "nginx", "apache") {
		return nil // the others add to all answers, or do not say
	}
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if !guarded(s) && (s.Pass == nil || s.Pass.Way != conf.HTTPProxy) || s.Answer != nil {
			continue
		}
		fs := access.Adds(s, allowOrigin)
		if len(fs) == 0 || slices.ContainsFunc(fs, func(f conf.Field) bool {
			return f.When == "always" || strings.Contains(f.When, "always") || access.Is(c, "haproxy") && f.When == ""
		}) {
			continue
		}
		f := fs[0]
		sight := cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Proved, Remedies: []cause.Remedy{always(c, f)},
			Says: "This field is on successful answers only, and a login is asked for here: browsers report the 401 as a CORS error, and the script learns neither status nor challenge."}
		if !guarded(s) {
			sight.Grade = cause.Likely
			sight.Says = "This field is on successful answers only: when the application refuses, browsers report a CORS error in place of the 401."
			sight.Raise = []cause.Raise{{Command: "curl -s -D - -o /dev/null -H 'Origin: https://app.example' URL | grep -i access-control", Where: "anywhere, without a login", Would: "show nothing beside the 401"}}
		}
		out = append(out, sight)
	}
	return out
}

func always(c *conf.Config, f conf.Field) cause.Remedy {
	steps := []string{"add_header " + f.Name + " ... always;", "sudo nginx -t && sudo nginx -s reload"}
	var edits []conf.Edit
	switch {
	case access.Is(c, "nginx"):
		edits = access.Behind(c, f.Place, " always")
	case access.Is(c, "apache"):
		steps = []string{"Header always set " + f.Name + " ...", "sudo apachectl configtest && sudo apachectl graceful"}
	}
	return cause.Remedy{ID: "always", Title: "put the field on error answers as well", For: "server", Effect: "the script sees the 401", Opens: "nothing: the origin may read successful answers already",
		Edits: edits, Steps: steps, Verify: "a request with Origin and without a login is answered 401 with the field", Undo: "take the word out and reload"}
}

// starWithLogin are places that allow any origin and a login at once, which browsers take for neither.
func starWithLogin(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		login := slices.IndexFunc(access.Adds(s, allowLogin), func(f conf.Field) bool { return strings.EqualFold(f.Value, "true") })
		if login < 0 {
			continue
		}
		for _, f := range access.Adds(s, allowOrigin) {
			if strings.Trim(f.Value, `"' `) == "*" {
				out = append(out, cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Proved,
					Says: "Any origin and a login are allowed together: browsers refuse the answer of every call with cookies or a login (Fetch, \"CORS check\").",
					Remedies: []cause.Remedy{{ID: "one-origin", Title: "name the origin that may call", For: "server", Effect: "calls of that origin with a login work", Opens: "answers with a login to that one origin",
						Steps: []string{allowOrigin + ": https://the-one-site.example, and Vary: Origin"}, Verify: "a call of that site is answered; one of another site is refused by the browser", Undo: "put the star back and reload"}}})
			}
		}
	}
	return out
}

// loginNotAllowed are lists of allowed fields without Authorization, where Authorization is what lets a call in.
func loginNotAllowed(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		fs := access.Adds(s, allowHeaders)
		if len(fs) == 0 || strings.ContainsAny(fs[0].Value, "$%{") {
			continue
		}
		f := fs[0]
		listed := slices.ContainsFunc(fs, func(f conf.Field) bool { return strings.Contains(strings.ToLower(f.Value), "authorization") })
		wants := guarded(s) || s.Pass != nil && s.Pass.Authorization.Now == conf.Kept && s.Pass.Authorization.Place.Known()
		star := strings.Trim(f.Value, `"' `) == "*"
		if listed || !wants && !star {
			continue
		}
		sight := cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Strong, Says: "Authorization is read here, and the list of fields that scripts may send has not got it: browsers do not send the call.",
			Raise: []cause.Raise{{Command: "curl -s -D - -o /dev/null -X OPTIONS -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: GET' -H 'Access-Control-Request-Headers: authorization' URL | grep -i allow-headers", Where: "anywhere", Would: "show a list without authorization"}},
			Remedies: []cause.Remedy{{ID: "list-authorization", Title: "name Authorization in the list", For: "server", Effect: "scripts may send their token", Opens: "nothing: the token is judged as before",
				Edits: access.Swap(f.Place, f.Value, strings.TrimRight(f.Value, ", ")+",Authorization"), Steps: []string{allowHeaders + ": Authorization, " + strings.Trim(f.Value, `"'* `)}, Verify: "the call is answered; without a token it is 401", Undo: "put the old list back and reload"}}}
		if star {
			sight.Says = "A star covers every field but Authorization, which must be named (Fetch, \"CORS non-wildcard request-header name\"): calls with a token are not sent."
			if !wants {
				sight.Grade = cause.Likely
			}
		}
		out = append(out, sight)
	}
	return out
}

// impossibleOrigins are allowed origins that no browser ever sends, and two where one may stand.
func impossibleOrigins(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		fs := access.Adds(s, allowOrigin)
		if len(fs) == 0 {
			continue
		}
		for _, f := range fs {
			v := strings.Trim(f.Value, `"' `)
			_, rest, web := strings.Cut(v, "://")
			why := ""
			switch {
			case v == "" || v == "*" || v == "null" || strings.HasPrefix(v, "secret#") || strings.ContainsAny(v, "$%{"):
			case strings.ContainsAny(v, ", ") && web:
				why = "it lists several, and browsers take one or a star"
			case web && strings.Contains(rest, "/"):
				why = "an origin ends with the host or the port, without a slash or path"
			case !web && !strings.Contains(v, "%"):
				why = "an origin begins with https:// or http://"
			case strings.Contains(rest, "*"):
				why = "a star is no part of an origin"
			}
			if why != "" {
				out = append(out, cause.Sighting{Place: f.Place, Scope: s, Grade: cause.Proved, Says: fmt.Sprintf("The allowed origin %s is never that of a page: %s. Browsers keep every answer from the script.", v, why),
					Remedies: []cause.Remedy{oneOrigin(f, v)}})
			}
		}
		if len(fs) > 1 && access.Is(c, "nginx") && fs[0].Value != "" && !strings.ContainsAny(fs[0].Value+fs[1].Value, "$") {
			out = append(out, cause.Sighting{Place: fs[1].Place, Scope: s, Grade: cause.Proved, Says: fmt.Sprintf("The field is added twice (line %d as well), and browsers refuse an answer with two: name one origin, or choose it by map.", fs[0].Place.Line),
				Remedies: []cause.Remedy{twice(fs)}})
		}
	}
	return out
}

// oneOrigin writes the origin as browsers send it where only a path or a slash stands behind it (RFC 6454 6.2). Which one of
// several is meant, and its scheme, is for a person.
func oneOrigin(f conf.Field, v string) cause.Remedy {
	r := cause.Remedy{ID: "write-origin", Title: "write the origin as browsers send it", For: "server", Effect: "scripts of that origin see the answers", Opens: "answers to that one origin, as the line means it",
		Steps:  []string{allowOrigin + ": https://the-one-site.example      scheme, host and port, nothing behind them; one origin, chosen by map where there are several"},
		Verify: "a call of that site is answered; one of another site is refused by the browser", Undo: "put the old value back and reload"}
	scheme, rest, web := strings.Cut(v, "://")
	host, _, _ := strings.Cut(rest, "/")
	if web && host != "" && host != rest && !strings.ContainsAny(v, ", *$%") {
		r.Edits = access.Swap(f.Place, v, scheme+"://"+host)
	}
	return r
}

// twice takes out the second of two lines that say the same; which of two different ones is meant is for a person.
func twice(fs []conf.Field) cause.Remedy {
	r := cause.Remedy{ID: "one-field", Title: "add the field once", For: "server", Effect: "browsers take the answer", Opens: "nothing",
		Steps: []string{"keep one add_header " + allowOrigin + " line", "sudo nginx -t && sudo nginx -s reload"}, Verify: "the answer has the field once", Undo: "put the line back and reload"}
	if fs[0].Value == fs[1].Value {
		r.Edits = access.Drop(fs[1].Place)
	}
	return r
}
