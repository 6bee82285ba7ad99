package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// cookies holds the Set-Cookie fields of the row's answers against what the contract says of them, and asks whether a
// browser keeps them at all.
func (a *asking) cookies(want []*contract.Cookie) []Difference {
	var out []Difference
	for _, w := range want {
		out = append(out, cookieOf(a.own, w)...)
	}
	return out
}

// CookieDifferences compares one expected cookie with what exchanges set, the last one of that name counting; for rows of
// kind login.
func cookieOf(xs []*exchange.Exchange, w *contract.Cookie) []Difference {
	what := "cookie " + w.Name
	set, by := lastSet(xs, w.Name)
	switch {
	case by == nil && w.Absent:
		return nil
	case by == nil:
		return []Difference{{What: what, At: w.At, Expected: "set", Found: "not set"}}
	case w.Absent && set.Expired(time.Now()):
		return nil
	case w.Absent:
		return []Difference{{What: what, At: w.At, Expected: "not set", Found: "set"}}
	}
	var out []Difference
	differs := func(attribute, expected, found, id string) {
		out = append(out, Difference{What: what, At: w.At, Expected: attribute + expected, Found: attribute + found, Cause: id})
	}
	word := func(b bool) string {
		if b {
			return "yes"
		}
		return "no"
	}
	if w.Secure != nil && *w.Secure != set.Secure {
		id := ""
		if *w.Secure && by.Request.URL.Scheme == "https" {
			id = "forwarded-proto-missing" // applications set Secure by whether they think that they are on https
		}
		differs("Secure: ", word(*w.Secure), word(set.Secure), id)
	}
	if w.HTTPOnly != nil && *w.HTTPOnly != set.HTTPOnly {
		differs("HttpOnly: ", word(*w.HTTPOnly), word(set.HTTPOnly), "")
	}
	if w.SameSite != nil && !strings.EqualFold(*w.SameSite, string(set.SameSite)) {
		differs("SameSite: ", orNone(*w.SameSite), orNone(string(set.SameSite)), "")
	}
	if w.Domain != nil && strings.TrimPrefix(strings.ToLower(*w.Domain), ".") != set.Domain {
		differs("Domain: ", orNone(*w.Domain), orNone(set.Domain), "")
	}
	if w.Path != nil && *w.Path != set.EffectivePath(by.Request.URL) {
		differs("Path: ", *w.Path, set.EffectivePath(by.Request.URL), "")
	}
	if why := set.Stores(by.Request.URL, cookie.Context{Now: time.Now(), TopLevel: true}); why != cookie.OK && why != cookie.LocalhostDomain {
		out = append(out, Difference{What: what, At: w.At, Expected: "kept by a browser", Found: "dropped: " + string(why), Cause: dropped[why], Proved: dropped[why] != ""})
	}
	return out
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// dropped are the causes by which browsers do not keep a cookie. RFC 6265bis decides them from the field and the address
// alone.
var dropped = map[cookie.Reason]string{
	cookie.SecureOverHTTP: "cookie-secure-over-http",
	cookie.PortInDomain:   "cookie-domain-mismatch", cookie.SchemeInDomain: "cookie-domain-mismatch", cookie.DomainIsIP: "cookie-domain-mismatch",
	cookie.PublicSuffix: "cookie-domain-mismatch", cookie.DomainMismatch: "cookie-domain-mismatch",
	cookie.SecurePrefix: "cookie-host-prefix-rejected", cookie.HostPrefix: "cookie-host-prefix-rejected", cookie.HTTPPrefix: "cookie-host-prefix-rejected",
	cookie.Expired: "cookie-expired-on-arrival", cookie.TooLarge: "cookie-too-large", cookie.NoneWithoutSec: "cookie-not-sent-samesite",
}

// lastSet is the last Set-Cookie of that name, and the exchange that brought it.
func lastSet(xs []*exchange.Exchange, name string) (set cookie.Set, by *exchange.Exchange) {
	prefix, open := strings.CutSuffix(name, "*")
	for _, x := range xs {
		for _, v := range x.Header().Values("Set-Cookie") {
			if c := cookie.Parse(v); c.Name == name || open && strings.HasPrefix(c.Name, prefix) {
				set, by = c, x
			}
		}
	}
	return set, by
}

// corsOf holds an answer's CORS fields against what a page of want.Origin needs (Fetch standard, CORS check and
// CORS-preflight fetch).
func corsOf(x *exchange.Exchange, want *contract.CORS, preflight bool) []Difference {
	h := x.Header()
	d := Difference{What: "CORS", At: want.At, Expected: "pages of " + want.Origin + " may read it"}
	origins := h.Values("Access-Control-Allow-Origin")
	star := len(origins) == 1 && origins[0].Is("*")
	allowed := len(origins) == 1 && (origins[0].Is(want.Origin) || star && !want.Credentials)
	if !want.Allowed {
		d.Expected = "pages of " + want.Origin + " may not read it"
		if allowed || star {
			d.Found = "Access-Control-Allow-Origin: " + origins[0].String()
			return []Difference{d}
		}
		return nil
	}
	var out []Difference
	say := func(cause string, proved bool, format string, args ...any) {
		d.Found, d.Cause, d.Proved = fmt.Sprintf(format, args...), cause, proved
		out = append(out, d)
	}
	if preflight && x.Status()/100 != 2 {
		id := "cors-preflight-failed"
		if x.Status() == 401 || x.Status() == 403 || x.Status() == 407 {
			id = "cors-preflight-401"
		}
		say(id, true, "the preflight is answered with %d; a browser wants 2xx", x.Status())
		return out
	}
	switch {
	case len(origins) == 0 && x.Status() >= 400:
		say("cors-missing-on-401", x.Status() == 401, "no Access-Control-Allow-Origin on the %d", x.Status())
	case len(origins) == 0:
		say("cors-origin-not-allowed", true, "no Access-Control-Allow-Origin")
	case len(origins) > 1:
		say("cors-origin-not-allowed", true, "%d Access-Control-Allow-Origin fields; one is allowed", len(origins))
	case star && want.Credentials:
		say("cors-wildcard-with-credentials", true, "Access-Control-Allow-Origin: *, which does not hold for requests with credentials")
	case !allowed:
		say("cors-origin-not-allowed", true, "Access-Control-Allow-Origin: %s", shownText(origins[0].String()))
	}
	if want.Credentials && h.Get("Access-Control-Allow-Credentials") != "true" && !star {
		say("cors-wildcard-with-credentials", false, "no Access-Control-Allow-Credentials: true")
		out[len(out)-1].Cause = "" // the catalogue's cause is the star, not this
	}
	if preflight {
		methods := listOf(h.Values("Access-Control-Allow-Methods"))
		for _, m := range want.Methods {
			simple := m == "GET" || m == "HEAD" || m == "POST" // always allowed (Fetch, CORS-safelisted method)
			if !simple && !slices.Contains(methods, m) && !(slices.Contains(methods, "*") && !want.Credentials) {
				say("cors-method-not-allowed", true, "Access-Control-Allow-Methods does not name %s", m)
			}
		}
		headers := listOf(h.Values("Access-Control-Allow-Headers"))
		for _, name := range want.Headers {
			// The star does not stand for Authorization (Fetch, CORS-preflight fetch, step 7.7).
			anything := slices.Contains(headers, "*") && !want.Credentials && !strings.EqualFold(name, "Authorization")
			if !anything && !slices.ContainsFunc(headers, func(s string) bool { return strings.EqualFold(s, name) }) {
				say("cors-header-not-allowed", true, "Access-Control-Allow-Headers does not name %s", name)
			}
		}
	}
	exposed := listOf(h.Values("Access-Control-Expose-Headers"))
	for _, name := range want.Expose {
		if !slices.ContainsFunc(exposed, func(s string) bool {
			return strings.EqualFold(s, name) || s == "*" && !want.Credentials
		}) {
			say("", false, "Access-Control-Expose-Headers does not name %s", name)
		}
	}
	return out
}

func listOf(values []secret.Text) []string {
	var out []string
	for _, v := range values {
		for s := range strings.SplitSeq(v.String(), ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}
