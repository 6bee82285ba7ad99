package edge

import (
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// page gives the match that says that x is a product's own page of the given kind ("waf-block", "bot-challenge").
func page(x *exchange.Exchange, kind string) (signature.Match, bool) {
	if x == nil || x.Response == nil {
		return signature.Match{}, false
	}
	for _, m := range signature.Matches(x) {
		if m.Says == signature.Wrote && m.Facts["refusal"] == kind {
			return m, true
		}
	}
	return signature.Match{}, false
}

// ownPage reports that the refusal is a page that a web server, gateway or CDN wrote by itself, without asking for a
// login: a rule refused, not an application and not a password.
func ownPage(v *cause.View) bool {
	return v.Answer.Status() == 403 && v.Written && cause.InFront(v.Writer.Layer) && v.Writer.Layer != exchange.Network && len(v.Challenges) == 0
}

// passwordSent reports a credential that a rule forbids to send again once it was refused.
func passwordSent(v *cause.View) bool {
	if v.Intent != nil && !v.Intent.Login.Empty() {
		return true
	}
	_, ok := v.Credential(cred.Basic, cred.Digest, cred.NTLM, cred.Negotiate, cred.Login)
	return ok
}

var tool = lazyregexp.New(`(?i)^$|^(curl|wget|python|go-http|java|okhttp|libwww|lwp|ruby|php|guzzle|node|axios|undici|got|httpie|postman|perl|apache-httpclient|dart|rust|reqwest|aiohttp|scrapy|insomnia|powershell|mozilla/5\.0 \(windows nt; windows nt)`)

// toolAgent gives the name of the program in User-Agent when it is one that rules against robots list.
func toolAgent(r exchange.Request) (name string, ok bool) {
	ua := r.Header.Get("User-Agent")
	if !tool.MatchString(ua) {
		return "", false
	}
	name, _, _ = strings.Cut(ua, "/")
	if name == "" {
		return "an empty User-Agent", true
	}
	if i := strings.IndexByte(name, ' '); i > 0 {
		name = name[:i]
	}
	return name, true
}

var varnishHit = lazyregexp.New(`^\d+ +\d+$`)

// cached gives the mark by which x shows that it came out of a cache, and the layer that holds the cache.
func cached(x *exchange.Exchange) (mark string, at exchange.Layer, ok bool) {
	h := x.Header()
	at = exchange.Gateway
	for _, m := range signature.Matches(x) {
		if m.Layer == exchange.Edge {
			at = exchange.Edge
		}
	}
	for _, name := range []string{"CF-Cache-Status", "X-Cache-Status", "X-Proxy-Cache", "X-Cache", "X-Varnish-Cache"} {
		if value := h.Get(name); strings.HasPrefix(strings.ToUpper(value), "HIT") || strings.Contains(strings.ToUpper(value), " HIT") || strings.HasPrefix(value, "Hit from") {
			return name + ": HIT", at, true
		}
	}
	if varnishHit.MatchString(h.Get("X-Varnish")) {
		return "X-Varnish with two request numbers", at, true
	}
	if age, err := strconv.Atoi(h.Get("Age")); err == nil && age > 0 {
		return "Age: " + strconv.Itoa(age), at, true
	}
	return "", at, false
}
