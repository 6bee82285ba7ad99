package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// page is one code of an error_page directive: what is answered in its place.
type page struct {
	conf.Line
	code   int
	status int    // that is answered, 0 when the page decides, code when it stays
	to     string // URI, address or @name
}

// pages reads the error_page directives in force (nginx, ngx_http_core_module).
func pages(s *conf.Scope) []page {
	var out []page
	for _, l := range access.Lines(s, "error_page") {
		if len(l.Args) < 2 {
			continue
		}
		to := l.Args[len(l.Args)-1]
		codes := l.Args[:len(l.Args)-1]
		status := -1
		if last := codes[len(codes)-1]; strings.HasPrefix(last, "=") {
			status, _ = strconv.Atoi(last[1:])
			codes = codes[:len(codes)-1]
		}
		for _, c := range codes {
			n, err := strconv.Atoi(c)
			if err != nil {
				continue
			}
			p := page{Line: l, code: n, status: status, to: to}
			if status < 0 {
				p.status = n
				if strings.Contains(to, "://") {
					p.status = 302
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// askedHere gives the password rule of s, whose 401 an error_page changes.
func askedHere(s *conf.Scope) *conf.Auth {
	for i, a := range s.Auth {
		if a.Scheme == conf.Basic || a.Scheme == conf.Digest {
			return &s.Auth[i]
		}
	}
	return nil
}

// changed gives the places whose question for a password leaves as another status, for which is says yes.
func changed(c *conf.Config, code int, is func(p page) bool, says string) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		a := askedHere(s)
		if a == nil {
			continue
		}
		for _, p := range pages(s) {
			if p.code != code || !is(p) {
				continue
			}
			out = append(out, cause.Sighting{Place: p.Place, Scope: s, Grade: cause.Proved, Says: fmt.Sprintf(says, a.Place.Line, p.status), Remedies: []cause.Remedy{keepStatus(c, p)}})
		}
	}
	return out
}

// keeps lets p's code keep its status; other codes of the line go on as they did. A page at another address is always a redirect,
// so there the code goes from the line.
func keeps(p page) []conf.Edit {
	var line []string
	if others := slices.DeleteFunc(slices.Clone(p.Args[:len(p.Args)-1]), func(a string) bool { return a == strconv.Itoa(p.code) }); slices.ContainsFunc(others, func(a string) bool { return !strings.HasPrefix(a, "=") }) {
		line = append(line, "error_page "+strings.Join(others, " ")+" "+access.Word(p.to)+";")
	}
	if !strings.Contains(p.to, "://") {
		line = append(line, fmt.Sprintf("error_page %d %s;", p.code, access.Word(p.to)))
	}
	if len(line) == 0 {
		return access.Drop(p.Place)
	}
	return access.Become(p.Place, strings.Join(line, " "))
}

func keepStatus(c *conf.Config, p page) cause.Remedy {
	return cause.Remedy{ID: "keep-status", Title: "let the status stand, and change the page alone", For: "server", Effect: "clients see the 401 and its challenge", Opens: "nothing",
		Edits:  keeps(p),
		Steps:  []string{fmt.Sprintf("error_page %d %s;      without the = and what follows it", p.code, p.to), "sudo nginx -t && sudo nginx -s reload"},
		Verify: "without a login the answer is 401 with WWW-Authenticate; with it the page comes", Undo: "put the old line back and reload"}
}

func questionAsRedirect(c *conf.Config) []cause.Sighting {
	return changed(c, 401, func(p page) bool { return p.status/100 == 3 },
		"The password question of line %d leaves as a redirect (%d): no client is asked for the password, and nobody can give it.")
}

func questionAsPage(c *conf.Config) []cause.Sighting {
	return changed(c, 401, func(p page) bool { return p.status/100 == 2 },
		"The password question of line %d leaves as %d: clients take the page for the answer, and nobody is asked for the password.")
}

func questionAs403(c *conf.Config) []cause.Sighting {
	return changed(c, 401, func(p page) bool { return p.status == 403 },
		"The password question of line %d leaves as %d: browsers and programs that wait to be asked never send the password.")
}

func questionAs404(c *conf.Config) []cause.Sighting {
	return changed(c, 401, func(p page) bool { return p.status == 404 },
		"The password question of line %d leaves as %d: browsers and programs that wait to be asked never send the password.")
}

// refusalAs401 are address rules whose 403 leaves as 401: a login is asked for that helps nobody.
func refusalAs401(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if len(s.Rules) == 0 {
			continue
		}
		for _, p := range pages(s) {
			if p.code == 403 && p.status == 401 {
				out = append(out, cause.Sighting{Place: p.Place, Scope: s, Grade: cause.Strong,
					Says:  fmt.Sprintf("What the address rules from line %d on refuse leaves as 401: the client is told to log in, and no login helps an address that is kept out.", s.Rules[0].Place.Line),
					Raise: []cause.Raise{{Command: "curl -s -o /dev/null -D - URL", Where: "from an address that is kept out", Would: "show 401 without a challenge"}},
					Remedies: []cause.Remedy{{ID: "keep-403", Title: "let the 403 stand, and change the page alone", For: "server", Effect: "clients learn that no login helps", Opens: "nothing",
						Edits: keeps(p), Steps: []string{"error_page 403 " + p.to + ";      without the = and what follows it", "sudo nginx -t && sudo nginx -s reload"},
						Verify: "an address that is kept out is answered 403; one that is let in gets the page", Undo: "put the old line back and reload"}}})
			}
		}
	}
	return out
}

// noChallenge are 401 answers that the configuration writes itself and that name no scheme (RFC 9110 15.5.2 wants one).
func noChallenge(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Answer == nil || s.Answer.Status != 401 || len(access.Lines(s, "internal")) > 0 || strings.HasPrefix(s.Path, "@") {
			continue
		}
		challenges := access.Adds(s, "WWW-Authenticate")
		sometimes := slices.ContainsFunc(challenges, func(f conf.Field) bool { return f.When != "always" && access.Is(c, "nginx") })
		if len(challenges) > 0 && !sometimes {
			continue
		}
		says := "This line answers 401 without a challenge: programs that wait to be told the scheme (browsers, --anyauth, Java, .NET) never send their login."
		if sometimes {
			says = "The challenge is added to successful answers only, so this 401 has none: programs that wait to be told the scheme never send their login."
		}
		out = append(out, cause.Sighting{Place: s.Answer.Place, Scope: s, Grade: cause.Strong, Says: says,
			Raise: []cause.Raise{{Command: "curl -s -o /dev/null -D - URL | grep -i www-authenticate", Where: "anywhere", Would: "print nothing"}},
			Remedies: []cause.Remedy{{ID: "add-challenge", Title: "say in the 401 which login is wanted", For: "server", Effect: "clients send their login", Opens: "nothing", Edits: challengeFor(c, s, challenges),
				Steps: []string{`add_header WWW-Authenticate 'Basic realm="NAME"' always;      or Bearer, as the place wants`, "sudo nginx -t && sudo nginx -s reload"}, Verify: "the 401 has WWW-Authenticate; with the login the page comes", Undo: "take the line out and reload"}}})
	}
	return out
}

// wanted finds the scheme in a condition on Authorization.
var wanted = lazyregexp.New(`\$http_authorization\b[^"']*["']?\^?\(?(Basic|Bearer|Digest|Negotiate)\b`)

// challengeFor writes the challenge where the configuration says which scheme it wants: in a condition on Authorization, or in
// a challenge that error answers lack. The realm is the site's own name.
func challengeFor(c *conf.Config, s *conf.Scope, there []conf.Field) []conf.Edit {
	if !access.Is(c, "nginx") || len(s.Within) == 0 {
		return nil
	}
	if len(there) > 0 {
		return access.Behind(c, there[0].Place, " always")
	}
	m := wanted.FindStringSubmatch(s.Path)
	if m == nil || m[1] == "Digest" { // whose challenge needs a nonce
		return nil
	}
	line := `add_header WWW-Authenticate '` + m[1] + ` realm="$server_name"' always;`
	if m[1] == "Negotiate" { // RFC 4559 4.1 has no realm
		line = "add_header WWW-Authenticate Negotiate always;"
	}
	return access.Within(s.Place, line)
}
