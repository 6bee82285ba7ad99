package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// keyWithout is an experiment of this family: the last address without the cookie.
const keyWithout = "without-the-cookie"

// given is a cookie that a reply of the chain under examination sets.
type given struct {
	by  *exchange.Exchange
	set cookie.Set
}

// givens are the session-like cookies that the chain sets, in order; deletions are left out.
func givens(v *cause.View) []given {
	var out []given
	for _, x := range v.Hops() {
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if sessionLike(c) && !c.Expired(x.Sent) && !c.Value.Empty() {
				out = append(out, given{x, c})
			}
		}
	}
	return out
}

var (
	sessionName = lazyregexp.New(`(?i)sess|(^|[._-])sid($|[._-])|auth|token|jwt|login|remember|identity|ticket|sso|oauth|saml|oidc|(^|[._-])state|aspx|_ses$|^id$`)
	noiseName   = lazyregexp.New(`(?i)^(_ga|_gid|_gat|_gcl|_fb|__utm|_pk_|__cf|cf_|awsalb|visid_|incap_|nlbi_|ak_bmsc|bm_|datadome|lang|locale|theme|tz)|consent|optanon|csrf|xsrf`)
)

// sessionLike reports a cookie that can carry a login, by its name, or by being hidden from scripts and long.
func sessionLike(c cookie.Set) bool {
	if noiseName.MatchString(c.Name) {
		return false
	}
	return sessionName.MatchString(c.Name) || c.HTTPOnly && c.Value.Len() >= 16
}

// refused finds the first cookie of the chain that no browser stores for one of the reasons.
func refused(v *cause.View, reasons ...cookie.Reason) (given, cookie.Reason, bool) {
	for _, g := range givens(v) {
		if r := g.set.Stores(g.by.Request.URL, cookie.Context{Now: g.by.Sent}); r != cookie.OK && slices.Contains(reasons, r) {
			return g, r, true
		}
	}
	return given{}, cookie.OK, false
}

// name is the cookie's name as it may be shown.
func (g given) name() string { return shown(g.set.Name, "a cookie") }

// shown quotes a piece of foreign text that names something; what could be a secret or is not plain is described.
func shown(s, otherwise string) string {
	if s == "" || len(s) > 60 || secret.Looks(s) || strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > 0x7e || r == '"' || r == '\\' }) >= 0 {
		return otherwise
	}
	return fmt.Sprintf("%q", s)
}

// says is the fact that a reply sets the cookie, and how.
func (g given) says(format string, args ...any) fact.Fact {
	return fact.At(g.by.N, "The answer %d sets the cookie %s: "+format, append([]any{g.by.Status(), g.name()}, args...)...)
}

// loginWanted reports an answer that asks for a login: a refusal, a login page, the way to one, or a loop.
func loginWanted(v *cause.View) bool {
	if v.Answer == nil || v.Answer.Response == nil {
		return false
	}
	switch v.Answer.Status() {
	case 401, 403, 419, 440:
		return true
	}
	_, login := signature.LoginPage(v.Answer)
	return login || looped(v)
}

// looped reports a chain of redirects that comes back to an address it has been at.
func looped(v *cause.View) bool {
	hops := v.Hops()
	if v.Answer == nil || len(hops) < 2 || v.Answer.Status()/100 != 3 {
		return false
	}
	to, ok, err := v.Answer.Location()
	return ok && err == nil && slices.ContainsFunc(hops, func(x *exchange.Exchange) bool { return sameAddress(x.Request.URL, to) })
}

func sameAddress(a, b exchange.URL) bool { return a.Origin() == b.Origin() && path(a) == path(b) }

func path(u exchange.URL) string {
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

// carries reports that r's Cookie field holds a cookie of that name.
func carries(r exchange.Request, name string) bool {
	for _, f := range r.Header.Values("Cookie") {
		if slices.ContainsFunc(cookie.ParseCookie(f), func(p cookie.Pair) bool { return p.Name == name }) {
			return true
		}
	}
	return false
}

// lostCookie grades a cookie that browsers do not store or do not send, and proposes the experiment that decides: the
// refused request with the cookie by hand, or, where why401's own jar brought it along, the same without it.
func lostCookie(v *cause.View, g given) *cause.Suspicion {
	s := &cause.Suspicion{Where: cause.Location{Hop: g.by.N}}
	at := v.Answer.Request
	own := len(v.Hops()) > 0 && at.URL.Origin() == v.Request.URL.Origin()
	switch {
	case carries(v.Request, g.set.Name):
		return nil // the user's own request brings one: this reply only renews it
	case loginWanted(v) && carries(at, g.set.Name):
		// why401's own jar is no browser and brought it; it holds no login yet, and cannot get one in a browser.
		s.Grade, s.Weight = cause.Strong, 0.75
		s.Because = append(s.Because, v.Saw("The answer asks for a login, whose session that cookie is to hold."))
	case loginWanted(v) && g.by != v.Answer:
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Because = append(s.Because, v.Saw("The request that is answered %d goes out without it.", v.Answer.Status()))
		t := byHand(at, g)
		if !keeps(v) {
			// Without a cookie store every cookie is lost: that it would have helped says nothing about its attributes.
			t = t.Carrying(cause.Strong)
			s.Because = append(s.Because, fact.Given("the request", "%s keeps no cookies of its own here; a program that does would drop this one.", program(v)))
		}
		if own && !password(at) {
			s.Trials = []cause.Trial{t}
		}
	case loginWanted(v):
		s.Grade, s.Weight = cause.Strong, 0.75 // the cookie that a login would fill cannot be kept
		s.Because = append(s.Because, v.Saw("The same answer asks for a login, whose session that cookie is to hold."))
	case carries(at, g.set.Name) && cause.Passed(v.Answer):
		s.Grade, s.Weight = cause.Strong, 0.75
		s.Because = append(s.Because, v.Saw("Only a client that ignores the rule gets in, as why401 did here: %d.", v.Answer.Status()))
		if own && !password(at) {
			s.Trials = []cause.Trial{without(v, at, g)}
		}
	case cause.Passed(v.Answer) && sessionName.MatchString(g.set.Name):
		s.Grade, s.Weight = cause.Likely, 0.5
	default:
		return nil
	}
	switch other := rival(v, g); {
	case other == sameName:
		return nil
	case other == otherName && s.Grade > cause.Likely:
		s.Grade, s.Weight = cause.Likely, 0.5
		s.Because = append(s.Because, fact.At(g.by.N, "Another cookie that can hold a session is set properly, so this one may be a left-over."))
	}
	return s
}

type rivalry int

const (
	noRival rivalry = iota
	otherName
	sameName
)

// rival looks for another cookie of the chain that browsers do keep: of the same name, which makes g harmless, or of
// another, which may be the one that counts.
func rival(v *cause.View, g given) rivalry {
	out := noRival
	for _, h := range givens(v) {
		if h.set.Stores(h.by.Request.URL, cookie.Context{Now: h.by.Sent}) != cookie.OK || h.set.Sends(h.by.Request.URL, v.Answer.Request.URL, cookie.Context{Now: h.by.Sent}) != cookie.OK {
			continue
		}
		if h.set.Name == g.set.Name {
			return sameName
		}
		if sessionName.MatchString(h.set.Name) {
			out = otherName
		}
	}
	return out
}

// password reports a request that carries a password: such a one is not sent a second time, and without it two things
// would differ at once.
func password(r exchange.Request) bool {
	return slices.ContainsFunc(cred.Of(r), func(c cred.Credential) bool {
		switch c.Kind {
		case cred.Basic, cred.Digest, cred.NTLM, cred.Negotiate, cred.Login:
			return true
		}
		return false
	})
}

// byHand is the refused request with the cookie put in.
func byHand(at exchange.Request, g given) cause.Trial {
	return cause.CookieByHand(at, g.set.Name, g.set.Value)
}

// without is the last request with that one cookie left out.
func without(v *cause.View, at exchange.Request, g given) cause.Trial {
	var rest []secret.Text
	for _, p := range cookie.ParseCookie(at.Header.Text("Cookie")) {
		if p.Name == g.set.Name {
			continue
		}
		if len(rest) > 0 {
			rest = append(rest, secret.Public("; "))
		}
		rest = append(rest, secret.Public(p.Name+"="), p.Value)
	}
	return cause.Trial{Key: keyWithout, Change: "that cookie left out, as a browser sends it",
		Edit: func(exchange.Request) exchange.Request {
			r := at.Clone()
			r.Header = r.Header.Without("Cookie")
			if len(rest) > 0 {
				r.Header = append(r.Header, exchange.Field{Name: "Cookie", Value: secret.Join(rest...)})
			}
			return r
		}}.
		Predicting("a refusal, the login page or the way back to it", func(failing, seen *exchange.Exchange) bool {
			_, login := signature.LoginPage(seen)
			to, moved, err := seen.Location()
			// Back to where it has been on its way here: a login that needs no page of its own.
			back := moved && err == nil && seen.Status()/100 == 3 && slices.ContainsFunc(v.Hops(), func(x *exchange.Exchange) bool { return sameAddress(x.Request.URL, to) })
			return failing.OK() && cause.Passed(failing) && (login || cause.Refused(seen) || back)
		}).OrOut()
}

// keeps reports that the program whose request this is keeps cookies. Recorded exchanges speak for themselves.
func keeps(v *cause.View) bool { return v.Intent == nil || probe.KeepsCookies(v.Intent) }

// program names the user's program in a sentence.
func program(v *cause.View) string {
	if v.Intent == nil || v.Intent.Agent.Name == "" || v.Intent.Agent.Name == "why401" {
		return "The client"
	}
	return v.Intent.Agent.Name
}

// lookInJar is the observation that decides where no experiment can: what the browser itself says.
func lookInJar(u exchange.URL) cause.Raise {
	return cause.Raise{
		Command: "curl -sS -D - -o /dev/null " + cause.Quote(u) + " | grep -i '^set-cookie'",
		Where:   "here; then open the same address in a browser with the developer tools at Network, Cookies",
		Would:   "show the cookie on the reply, crossed out with the browser's reason, and missing from the next request",
	}
}

// generalities are the causes that a lost session cookie explains.
var generalities = []string{"redirect-loop-login", "no-credentials-sent", "missing-www-authenticate", "401-means-403", "403-means-401",
	"200-login-page-instead-of-401", "redirect-to-login-instead-of-401", "session-expired", "csrf-token-missing-or-mismatch"}
