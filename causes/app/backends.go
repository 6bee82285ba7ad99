package app

import (
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// fresh gives the name of a session cookie that an earlier answer of this very chain set and that the refused request
// brought back to the same origin: it is seconds old and cannot have ended. "" when there is none.
func fresh(v *cause.View) string {
	at := v.Answer.Request
	if _, login := signature.LoginPage(v.Answer); v.Answer.Status() != 401 && !login {
		return ""
	}
	brought := cookie.ParseCookie(at.Header.Text("Cookie"))
	for _, x := range v.Hops() {
		if x == v.Answer || x.Request.URL.Origin() != at.URL.Origin() || slices.ContainsFunc(cred.Of(x.Request), func(c cred.Credential) bool { return c.Kind != cred.Cookie }) {
			continue
		}
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if !c.HTTPOnly || c.Value.Len() < 8 || balancers.MatchString(c.Name) {
				continue
			}
			if slices.ContainsFunc(brought, func(p cookie.Pair) bool { return p.Name == c.Name && p.Value.Equal(c.Value) }) {
				return quoted(c.Name)
			}
		}
	}
	return ""
}

// freshSuspicion proposes the refused request once more, cookie and all: with stores of their own, backends that take
// turns answer it otherwise.
func freshSuspicion(v *cause.View, s *cause.Suspicion, name string) *cause.Suspicion {
	s.Grade, s.Weight = cause.Likely, 0.45
	s.Title = "the session that was just made is not known to whoever answers next"
	s.Because = []fact.Fact{v.Saw("The request brings the cookie %s, which an answer before it set; the answer is %d all the same.", name, v.Answer.Status())}
	if n := repeated(v); n <= cause.Repeats {
		at := v.Answer.Request
		s.Trials = []cause.Trial{{Key: cause.Repeat(n), Change: "nothing changed but the time, once more", Follow: true,
			Edit: func(exchange.Request) exchange.Request { return at.Clone() }}}
		s.Trials[0] = s.Trials[0].Passing().Carrying(cause.Likely)
	}
	return s
}

// repeated is the number of the next request that changes nothing.
func repeated(v *cause.View) int {
	n := 1
	for n <= cause.Repeats && v.Trial(cause.Repeat(n)) != nil {
		n++
	}
	return n
}

// balancers are the cookies in which load balancers write the backend: HAProxy, Apache, AWS, Azure, Google, F5, Citrix,
// Cloudflare, ingress-nginx, Traefik, Caddy.
var balancers = lazyregexp.New(`^(SERVERID|SRV|SRVNAME|SERVER_?ID|ROUTEID|BALANCEID|AWSALB(CORS|TG|TGCORS)?|AWSELB(CORS)?|ARRAffinity(SameSite)?|ApplicationGatewayAffinity(CORS)?|GCLB|GCILB|BIGipServer[A-Za-z0-9_.~-]*|NSC_[A-Za-z0-9_-]+|__cflb|INGRESSCOOKIE|route|lb|sticky|_?traefik_?[a-z0-9_]*|srv_id|X-Oracle-BMC-LBS-Route)$`)

// balancerCookie is the name of such a cookie that an answer set and that the user's own request does not bring.
func balancerCookie(v *cause.View) string {
	mine := cookie.ParseCookie(v.Request.Header.Text("Cookie"))
	if len(mine) == 0 {
		return ""
	}
	for _, x := range v.Exchanges {
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if balancers.MatchString(c.Name) && !slices.ContainsFunc(mine, func(p cookie.Pair) bool { return p.Name == c.Name }) {
				return quoted(c.Name)
			}
		}
	}
	return ""
}

func allCookies(v *cause.View, name string) cause.Remedy {
	return cause.Remedy{
		ID: "bring-all-cookies", Title: "bring the balancer's cookie along with the session's", For: "client",
		Effect: "the request goes to the backend that knows the session", Opens: "nothing",
		Steps: []string{
			"copy the whole Cookie header, " + name + " included: curl -i -H \"Cookie: $COOKIES\" " + cause.Quote(v.Request.URL),
			"a program: one cookie store for the login and all that follows (curl -b jar.txt -c jar.txt, requests.Session())",
		},
		Verify: "six requests in a row are let in; without the session's cookie they are refused", Undo: "leave it out again",
	}
}

// quoted shows a cookie's name; one that is long or odd is described.
func quoted(name string) string {
	if len(name) > 60 || secret.Looks(name) || !plainName.MatchString(name) {
		return "of the session"
	}
	return fmt.Sprintf("%q", name)
}

var plainName = lazyregexp.New(`^[A-Za-z0-9_.:~-]+$`)
