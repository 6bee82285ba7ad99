package guard

import (
	"fmt"
	"github.com/why401/why401/internal/lazyregexp"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/signature"
)

// reaches holds what the application says it received against the canary that was sent.
func (a *asking) reaches(x *exchange.Exchange) []Difference {
	want := a.res.Check.Row.Expect.Reaches
	if want == nil {
		return nil
	}
	sent := a.canary.Value
	v, why := found(x, want.Echo)
	if v.Equal(sent) || want.Echo.JSON == "" && v.Contains(sent.String()) {
		return nil
	}
	d := Difference{What: "reaches", At: want.At, Expected: want.Field + " reaches the application", Found: "the application did not receive it"}
	switch {
	case why != "" && v.Empty():
		d.Found += " (" + why + ")"
		d.Cause = lostOnTheWay(x, want.Field)
	case !v.Empty():
		d.Found = "the application received another value"
		if strings.EqualFold(want.Field, "Authorization") {
			d.Cause = "proxy-injects-own-authorization"
		}
	default:
		d.Cause = lostOnTheWay(x, want.Field)
	}
	return []Difference{d}
}

// lostOnTheWay names where a field that left here and did not arrive is lost as a rule, by what the answer says about who
// handled it. It is never proved from outside.
func lostOnTheWay(x *exchange.Exchange, field string) string {
	if strings.Contains(field, "_") {
		return "underscore-header-dropped"
	}
	if !strings.EqualFold(field, "Authorization") {
		return "proxy-header-inheritance-lost"
	}
	server, php := strings.ToLower(x.Header().Get("Server")), strings.HasPrefix(x.Header().Get("X-Powered-By"), "PHP")
	for _, m := range signature.Path(x) {
		if m.Layer == exchange.Edge {
			return "cdn-strips-authorization"
		}
	}
	switch {
	case php && strings.HasPrefix(server, "apache"):
		return "apache-cgi-strips-authorization"
	case php && strings.HasPrefix(server, "nginx"):
		return "nginx-fastcgi-authorization-missing"
	case strings.Contains(server, "mod_wsgi"):
		return "mod-wsgi-strips-authorization"
	}
	return "reverse-proxy-strips-authorization"
}

func writer(x *exchange.Exchange) (exchange.Layer, bool) {
	w, ok := signature.Writer(x)
	return w.Layer, ok
}

func inFront(l exchange.Layer) bool { return cause.InFront(l) }

// hitMarks are fields by which caches say that an answer was stored.
var hitMarks = []struct {
	field string
	hit   *lazyregexp.Regexp
}{
	{"X-Cache", lazyregexp.New(`(?i)\bhit\b`)}, {"X-Cache-Status", lazyregexp.New(`(?i)^(hit|stale|updating|revalidated)`)},
	{"X-Proxy-Cache", lazyregexp.New(`(?i)^hit`)}, {"CF-Cache-Status", lazyregexp.New(`(?i)^(hit|stale|updating|revalidated)`)},
	{"X-Varnish", lazyregexp.New(`^\d+ \d+$`)}, {"X-LiteSpeed-Cache", lazyregexp.New(`(?i)^hit`)}, {"X-Drupal-Cache", lazyregexp.New(`(?i)^hit`)},
	{"X-Cache-Hits", lazyregexp.New(`(^|[ ,])[1-9]`)},
}

// fromCache gives the mark by which x shows that it comes out of a shared cache (RFC 9111 5.1 for Age).
func fromCache(x *exchange.Exchange) (mark string, ok bool) {
	for _, m := range hitMarks {
		if v := x.Header().Get(m.field); m.hit.MatchString(v) {
			return m.field + ": " + v, true
		}
	}
	if age := x.Header().Get("Age"); age != "" && age != "0" && strings.Trim(age, "0123456789") == "" {
		return "Age: " + age, true
	}
	return "", false
}

// private looks for what lets a cache give this caller's answer to somebody else.
func (a *asking) private(x *exchange.Exchange) []Difference {
	want := a.res.Check.Row.Expect.Private
	if want == nil || a.res.Check.Row.As.Carrier == contract.NoCarrier {
		return nil
	}
	d := Difference{What: "cache", At: want.At, Expected: "an answer that no cache keeps for others"}
	if a.anon != nil && a.anon.Status()/100 == 2 && sameBody(x, a.anon) {
		mark, hit := fromCache(a.anon)
		d.Found = "a request without the credential gets the same answer"
		if a.fresh != nil && cause.Refused(a.fresh) {
			d.Cause = "cdn-cached-auth-response"
			d.Found += fmt.Sprintf(", and is refused with %d past the caches", a.fresh.Status())
			// The same request, once from a cache that says so and once from the server behind it, ends differently.
			d.Proved = hit
		} else if a.fresh != nil {
			d.Found += ": it is not kept from anybody"
		}
		if hit {
			d.Found += " (" + mark + ")"
		}
		return []Difference{d}
	}
	if mark, hit := fromCache(x); hit && !varies(x, a.in.Request) {
		d.Found, d.Cause = "it comes out of a cache ("+mark+")", "cdn-cached-auth-response"
		return []Difference{d}
	}
	if why := storable(x, a.in.Request); why != "" {
		d.Found, d.Cause = why, "cdn-cached-auth-response"
		return []Difference{d}
	}
	return nil
}

// varies reports that Vary keeps answers to different callers apart.
func varies(x *exchange.Exchange, r exchange.Request) bool {
	for _, v := range x.Header().Values("Vary") {
		for name := range strings.SplitSeq(v.String(), ",") {
			name = strings.TrimSpace(name)
			f := r.Header.Text(name)
			if name == "*" || !f.Empty() && f.Closed() {
				return true
			}
		}
	}
	return false
}

// storable says what lets a shared cache keep x (RFC 9111 3 and 3.5), or "". A request with Authorization needs an explicit
// leave; one with a cookie or a field of its own does not, so its answer has to say that it is private.
func storable(x *exchange.Exchange, r exchange.Request) string {
	directives := map[string]bool{}
	all := ""
	for _, v := range x.Header().Values("Cache-Control") {
		all += v.String() + " "
		for d := range strings.SplitSeq(v.String(), ",") {
			name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(d)), "=")
			directives[name] = true
		}
	}
	all = strings.TrimSpace(all)
	switch {
	case directives["private"] || directives["no-store"]:
		return ""
	case directives["public"] || directives["s-maxage"]:
		return "Cache-Control: " + all + " lets shared caches keep it"
	case r.Header.Has("Authorization") && !directives["must-revalidate"], directives["no-cache"], varies(x, r):
		return ""
	case all == "":
		return "nothing in it (Cache-Control: private or no-store) tells a cache to leave it alone"
	}
	return "Cache-Control: " + all + " lets shared caches keep it"
}
