package compare

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Certificate is what the server proves itself with.
const Certificate Area = "certificate"

// Times compares the same question asked at two times, each with all its redirects: what changed between them. Answers
// come first, where they began to differ: status, certificate, challenge, redirect, versions, cookies; then what differs in
// the requests themselves, but for Noise.
func Times(good, bad []*exchange.Exchange) []Difference {
	if len(good) == 0 || len(bad) == 0 {
		return nil
	}
	f := &finder{}
	f.add(Answer, "status", ending(good), ending(bad))
	if redirected(good) || redirected(bad) {
		f.add(Redirect, "way", route(good), route(bad))
	}
	n := 0 // the hop in which the answers part
	for n < len(good)-1 && n < len(bad)-1 && good[n].Status() == bad[n].Status() {
		n++
	}
	certificate(f, good[n].Conn.TLS, bad[n].Conn.TLS)
	if good[n].Header() != nil && bad[n].Header() != nil {
		replies(f, good[n], bad[n])
	}
	out := f.list
	for _, d := range Exchanges(good[0], bad[0]).Differences {
		if d.Area != Noise && d.Area != Redirect {
			out = append(out, d)
		}
	}
	return out
}

// ending is the status of the last answer, or why there was none.
func ending(hops []*exchange.Exchange) string {
	x := hops[len(hops)-1]
	switch {
	case x.Response == nil && x.Failure != nil:
		return "no answer (" + x.Failure.Error() + ")"
	case x.Status() == 0:
		return "not known"
	}
	return fmt.Sprint(x.Status())
}

// route is the way of the redirects: "302 to https://sso.example/login, 200".
func route(hops []*exchange.Exchange) string {
	var out []string
	for i, x := range hops {
		step := fmt.Sprint(x.Status())
		switch {
		case x.Response == nil:
			step = "no answer"
		case i+1 < len(hops) && x.Status()/100 == 3:
			step += " to " + whereTo(hops[i+1].Request.URL)
		default:
			if u, ok, err := x.Location(); ok && err == nil && x.Status()/100 == 3 {
				step += " to " + whereTo(u)
			}
		}
		out = append(out, step)
	}
	return strings.Join(out, ", ")
}

func redirected(hops []*exchange.Exchange) bool {
	return len(hops) > 1 || hops[0].Status()/100 == 3
}

// whereTo is a URL without its query, which mostly holds values made for one request.
func whereTo(u exchange.URL) string {
	s, _, _ := strings.Cut(u.String(), "?")
	return s
}

func certificate(f *finder, a, b *exchange.TLS) {
	if a == nil || b == nil {
		return // over http, or no handshake took place: the failure says which
	}
	f.add(Certificate, "certificate's name", a.Subject, b.Subject)
	f.add(Certificate, "certificate's issuer", a.Issuer, b.Issuer)
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.DateTime) + " UTC"
	}
	f.add(Certificate, "certificate ends", day(a.NotAfter), day(b.NotAfter))
	f.add(Certificate, "certificate's host names", strings.Join(a.Names, ", "), strings.Join(b.Names, ", "))
	problem := func(t *exchange.TLS) string {
		if t.VerifyProblem == "" {
			return "trusted"
		}
		return t.VerifyProblem
	}
	f.add(Certificate, "certificate", problem(a), problem(b))
	f.add(Certificate, "asks for a client certificate", yes(a.ClientCertAsked), yes(b.ClientCertAsked))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// versions are fields that name a product, its version, or who answered.
var versions = []string{"Server", "X-Powered-By", "X-Generator", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Jenkins", "Docker-Distribution-Api-Version", "Via", "X-Cache", "X-Served-By", "CF-Cache-Status"}

func replies(f *finder, a, b *exchange.Exchange) {
	for field, of := range map[string]func(*exchange.Exchange) challenge.Challenges{"WWW-Authenticate": challenge.Of, "Proxy-Authenticate": challenge.ProxyOf} {
		challenges(f, field, of(a), of(b))
	}
	for _, n := range versions {
		f.add(Answer, n, value(a.Header(), b.Header(), n), value(b.Header(), a.Header(), n))
	}
	f.add(Answer, "Content-Type", a.Header().Get("Content-Type"), b.Header().Get("Content-Type"))
	f.add(Answer, "Access-Control-Allow-Origin", a.Header().Get("Access-Control-Allow-Origin"), b.Header().Get("Access-Control-Allow-Origin"))
	stored(f, a, b)
}

// challenges compares scheme by scheme, and what stays the same from one answer to the next within each.
func challenges(f *finder, field string, a, b challenge.Challenges) {
	schemes := func(cs challenge.Challenges) string {
		var out []string
		for _, c := range cs {
			if c.Scheme != "" {
				out = append(out, c.Scheme)
			}
		}
		return strings.Join(out, ", ")
	}
	f.add(Answer, field, schemes(a), schemes(b))
	for _, ca := range a {
		cb := b.Find(ca.Scheme)
		if ca.Scheme == "" || cb == nil {
			continue
		}
		for _, name := range []string{"realm", "scope", "error", "error_description", "algorithm", "qop", "charset", "service", "resource_metadata", "authorization_uri"} {
			va, _ := ca.Param(name)
			vb, _ := cb.Param(name)
			f.add(Answer, field+" "+ca.Scheme+" "+name, shownValue(va), shownValue(vb))
		}
	}
}

func shownValue(v string) string {
	if secret.Looks(v) {
		return secret.New(v).String()
	}
	return v
}

// stored compares the cookies that are set: which, and with what attributes.
func stored(f *finder, a, b *exchange.Exchange) {
	read := func(x *exchange.Exchange) (map[string]string, []string) {
		out, order := map[string]string{}, []string{}
		for _, v := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(v)
			if analytics(c.Name) {
				continue
			}
			if _, ok := out[c.Name]; !ok {
				order = append(order, c.Name)
			}
			out[c.Name] = attributes(c)
		}
		return out, order
	}
	ca, oa := read(a)
	cb, ob := read(b)
	for _, n := range oa {
		f.add(Cookies, "cookie "+shownName(n)+" is set", ca[n], cb[n])
	}
	for _, n := range ob {
		if _, ok := ca[n]; !ok && !slices.Contains(oa, n) {
			f.add(Cookies, "cookie "+shownName(n)+" is set", "", cb[n])
		}
	}
}

func attributes(c cookie.Set) string {
	var out []string
	if c.HasDomain {
		out = append(out, "Domain="+c.Domain)
	}
	if c.HasPath {
		out = append(out, "Path="+c.Path)
	}
	for name, on := range map[string]bool{"Secure": c.Secure, "HttpOnly": c.HTTPOnly, "Partitioned": c.Partitioned} {
		if on {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	if c.SameSiteRaw != "" {
		out = append(out, "SameSite="+c.SameSiteRaw)
	}
	if c.MaxAge != nil && *c.MaxAge <= 0 {
		out = append(out, "removed")
	}
	if len(out) == 0 {
		return "without attributes"
	}
	return strings.Join(out, "; ")
}
