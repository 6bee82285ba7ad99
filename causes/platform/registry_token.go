package platform

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// dance is what a registry and its token server answered when they were asked as docker asks: the registry's question, the
// token server's answer, and the registry's answer to the token.
type dance struct {
	question *exchange.Exchange // the registry's 401
	ask      registry.Ask
	badRealm error              // why the realm cannot be asked
	server   *exchange.Exchange // the token server's answer; nil when it was not asked
	answer   *exchange.Exchange // the registry's answer to the token; nil when there was none
	loggedIn bool               // the token was asked for with the login
	grant    registry.Grant
	readable bool // the token is a JWT, so that grant is what it says
}

// keyDance is the experiment that does it where the user's own program did not.
const keyDance = "registry dance"

// danced finds what was asked of token servers: in the user's own request when it was made as docker makes it, else in the
// experiment.
func danced(v *cause.View) (d dance, ok bool) {
	for _, key := range []string{v.Subject, keyDance} {
		if d, ok = read(v, key); ok {
			return d, true
		}
	}
	return d, false
}

func read(v *cause.View, key string) (d dance, ok bool) {
	for _, x := range v.Keyed(key) {
		switch {
		case x.Given != "":
			return d, false
		case d.question == nil && x.Status() == 401:
			cs := challenge.Of(x)
			c := cs.Find("Bearer")
			if c == nil || !registryChallenge(x, c) {
				return d, false
			}
			d.question = x
			d.ask, d.badRealm = registry.AskOf(cs)
		case d.question != nil && x.Request.Header.Has("Authorization"):
			d.answer = x
		}
	}
	if d.question == nil || v.Intent == nil || key == "" && v.Intent.Auth != exchange.AuthRegistry {
		return d, false
	}
	for _, x := range v.Keyed(exchange.TokenKey(key)) {
		d.server, d.loggedIn = x, x.Request.Header.Has("Authorization")
		if t := registry.Token(x.Body()); x.OK() && !t.Empty() {
			d.grant, d.readable = registry.GrantOf(t)
		}
	}
	return d, true
}

// asked are the scopes that the token was asked for: those of the request to the token server.
func (d dance) asked() []registry.Scope {
	var out []registry.Scope
	if d.server == nil {
		return d.ask.Scopes
	}
	for _, s := range d.server.Request.URL.Query {
		if s.Name == "scope" {
			out = append(out, registry.ParseScope(unescaped(s.Value.String())))
		}
	}
	return out
}

// steps tells the dance as a ladder, one line for each rung.
func (d dance) steps() []fact.Fact {
	out := []fact.Fact{fact.At(d.question.N, "The registry asks for a token of %s for the service %q%s.", d.ask.Realm.Origin(), d.ask.Service, forScopes(d.ask.Scopes))}
	if d.server != nil {
		with := "without a login"
		if d.loggedIn {
			with = "with the login"
		}
		switch {
		case d.server.Response == nil && d.server.Failure != nil:
			out = append(out, fact.At(d.server.N, "The token server was asked %s and gave no answer: %s.", with, d.server.Failure.Error()))
		case !d.server.OK():
			out = append(out, fact.At(d.server.N, "The token server was asked %s and answered %d.", with, d.server.Status()))
		case !d.readable:
			out = append(out, fact.At(d.server.N, "The token server was asked %s and gave a token that does not tell what it is for.", with))
		default:
			out = append(out, fact.At(d.server.N, "The token server was asked %s and granted %s.", with, granted(d.grant.Access)))
		}
	}
	if d.answer != nil {
		text := fmt.Sprintf("With that token the registry answers %d", d.answer.Status())
		if e := errorOf(d.answer); e != "" {
			text += ", " + e
		}
		out = append(out, fact.At(d.answer.N, "%s.", text))
	}
	return out
}

func forScopes(ss []registry.Scope) string {
	if len(ss) == 0 {
		return ""
	}
	return " and the scope " + scopes(ss)
}

func granted(ss []registry.Scope) string {
	if len(ss) == 0 {
		return "nothing: the token's access is empty"
	}
	return scopes(ss)
}

func scopes(ss []registry.Scope) string {
	var out []string
	for _, s := range ss[:min(len(ss), 3)] {
		if len(s.Actions) == 0 {
			s.Actions = []string{"(no action)"}
		}
		out = append(out, s.String())
	}
	return strings.Join(out, " ")
}

// errorOf is the error that the Bearer challenge of x names (RFC 6750, 3.1).
func errorOf(x *exchange.Exchange) string {
	if c := challenge.Of(x).Find("Bearer"); c != nil {
		return c.Value("error")
	}
	return ""
}

// registryChallenge reports a challenge of the distribution API: it says so itself, or names the service that tokens are for.
func registryChallenge(x *exchange.Exchange, c *challenge.Challenge) bool {
	_, service := c.Param("service")
	return service || x.Header().Has("Docker-Distribution-Api-Version")
}

// tokenTrial asks as docker does, without any login.
func tokenTrial() cause.Trial {
	return cause.Trial{Key: keyDance, Change: "a token that the token server gives to anybody", Token: true, Fresh: true, Edit: cause.Anonymous().Edit}
}

// host names the registry for a command.
func host(v *cause.View) string { return cause.QuoteWord(v.Request.URL.Authority()) }

// fact is one about the token, which came with the token server's answer.
func (d dance) fact(format string, args ...any) fact.Fact {
	return fact.At(d.server.N, format, args...)
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// untimely reports a token whose times, by the registry's clock, do not fit; the registry allows a minute
// (registry/auth/token, Leeway).
func (d dance) untimely() bool {
	at, ok := d.answer.Date()
	if !ok {
		return false
	}
	now := at.Unix()
	const leeway = 60
	return d.grant.NotBefore > now+leeway || d.grant.Expires != 0 && d.grant.Expires < now-leeway
}
