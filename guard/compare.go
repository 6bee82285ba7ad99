package guard

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// compare holds what came against what should have come. It decides a cause only where the difference itself shows one;
// the diagnosis does the rest.
func (a *asking) compare() []Difference {
	e, x := a.res.Check.Row.Expect, a.res.Judged()
	var out []Difference
	out = append(out, statusOf(x, e)...)
	wrongStatus := len(out) > 0
	out = append(out, challengeOf(x, e.Challenge)...)
	out = append(out, redirectOf(x, e.Redirect, a.res.Check.Row.Target)...)
	out = append(out, a.cookies(e.Cookies)...)
	if e.CORS != nil {
		out = append(out, corsOf(x, e.CORS, a.res.Check.Row.Kind == contract.Preflight)...)
	}
	if !wrongStatus { // what follows speaks of an answer that let the caller in
		out = append(out, a.identity(x)...)
		out = append(out, a.private(x)...)
		out = append(out, a.reaches(x)...)
	}
	return out
}

func statusOf(x *exchange.Exchange, e contract.Expect) []Difference {
	if len(e.Status) == 0 {
		return nil
	}
	var want []string
	refusal := true
	for _, s := range e.Status {
		if s.Has(x.Status()) {
			if d, soft := softRefusal(x); soft && s.From < 300 {
				d.At = e.At
				return []Difference{d}
			}
			return nil
		}
		refusal = refusal && s.From >= 400
		if s.From == s.To {
			want = append(want, fmt.Sprint(s.From))
		} else {
			want = append(want, fmt.Sprintf("%dxx", s.From/100))
		}
	}
	d := Difference{What: "status", At: e.At, Expected: strings.Join(want, " or "), Found: fmt.Sprint(x.Status())}
	if l := whereTo(x); l != "" {
		d.Found += " to " + l
	}
	return []Difference{d}
}

// softRefusal is a 2xx that holds a refusal: a login page, an error in place of content.
func softRefusal(x *exchange.Exchange) (Difference, bool) {
	if x.Status()/100 == 2 && !cause.Passed(x) && cause.SoftOf(x) != cause.SoftError {
		return Difference{What: "status", Expected: "an answer that lets the caller in", Found: fmt.Sprintf("%d that holds a refusal or a login page", x.Status())}, true
	}
	return Difference{}, false
}

// whereTo is where a redirect leads, as it may be shown.
func whereTo(x *exchange.Exchange) string {
	u, ok, err := x.Location()
	switch {
	case !ok || x.Status()/100 != 3:
		return ""
	case err != nil:
		return "what is no http address"
	}
	return u.String()
}

func challengeOf(x *exchange.Exchange, want *contract.Challenge) []Difference {
	if want == nil {
		return nil
	}
	have := challenge.Of(x)
	d := Difference{What: "challenge", At: want.At, Expected: wantedChallenge(want), Found: "none"}
	if len(have) > 0 {
		d.Found = have.String()
	}
	if want.None {
		if len(have) == 0 {
			return nil
		}
		return []Difference{d}
	}
	for i := range have {
		if c := have[i]; c.Is(want.Scheme) && fits(&c, want) {
			return nil
		}
	}
	if len(have) == 0 && x.Status() == 401 {
		// RFC 9110 15.5.2: a 401 MUST bring a challenge. The answer itself shows that it does not.
		d.Cause, d.Proved = "missing-www-authenticate", true
	}
	return []Difference{d}
}

func wantedChallenge(want *contract.Challenge) string {
	if want.None {
		return "none"
	}
	c := challenge.Challenge{Scheme: want.Scheme}
	if want.Realm != nil {
		c.Params = append(c.Params, challenge.Param{Name: "realm", Value: *want.Realm, Quoted: true})
	}
	for _, p := range want.Params {
		c.Params = append(c.Params, challenge.Param{Name: p.Name, Value: p.Value, Quoted: true})
	}
	return challenge.Challenges{c}.String()
}

func fits(c *challenge.Challenge, want *contract.Challenge) bool {
	if want.Realm != nil && c.Realm() != *want.Realm {
		return false
	}
	for _, p := range want.Params {
		v, ok := c.Param(p.Name)
		if !ok || p.Value != "*" && v != p.Value {
			return false
		}
	}
	return true
}

func redirectOf(x *exchange.Exchange, want *contract.Redirect, t *contract.Target) []Difference {
	if want == nil {
		return nil
	}
	d := Difference{What: "redirect", At: want.At, Expected: "to " + want.To, Found: "no redirect"}
	u, ok, err := x.Location()
	switch {
	case !ok || x.Status()/100 != 3:
		return []Difference{d}
	case err != nil:
		d.Found = "a Location that is no http address"
		return []Difference{d}
	}
	prefix, open := strings.CutSuffix(want.To, "*")
	goal, err := t.URL.Resolve(prefix)
	if err != nil {
		return nil // the contract's reader has looked at it
	}
	d.Found = "to " + u.String()
	same := u.Origin() == goal.Origin()
	if same && (u.Target().Equal(goal.Target()) || open && u.Target().HasPrefix(pathOf(goal))) {
		return nil
	}
	d.Cause = whyElsewhere(x.Request.URL, goal, u)
	return []Difference{d}
}

// whyElsewhere names what sends a redirect to another place than the goal, as far as the addresses tell.
func whyElsewhere(asked, goal, u exchange.URL) string {
	switch {
	case u.Host == goal.Host && u.Scheme == "http" && goal.Scheme == "https":
		return "forwarded-proto-missing" // the application does not know that it is behind TLS
	case u.Host == "www."+goal.Host || goal.Host == "www."+u.Host:
		return "redirect-www-apex"
	case u.Origin() == asked.Origin() && u.Path == asked.Path+"/":
		return "redirect-trailing-slash"
	case u.Origin() != goal.Origin() && u.Path == goal.Path:
		return "proxy-host-header-mismatch" // the right page, at a name that the application was asked under
	}
	return ""
}

// pathOf is path and query as the contract wrote them.
func pathOf(u exchange.URL) string {
	if u.HasQuery {
		return u.Path + "?"
	}
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

// sameBody reports that two answers bring the same content. Two empty ones say nothing.
func sameBody(a, b *exchange.Exchange) bool {
	return len(a.Body()) > 0 && bytes.Equal(a.Body(), b.Body())
}

// shownText is a value of an answer as it may be shown: a long one and one that looks like a credential is closed.
func shownText(s string) string {
	if len(s) > 80 || secret.Looks(s) {
		return secret.New(s).String()
	}
	return s
}
