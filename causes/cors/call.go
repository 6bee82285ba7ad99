package cors

import (
	"bytes"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// call is a request that a script of one origin makes to another, as read from a command copied out of a browser, or
// from the preflight for it.
type call struct {
	origin   string // the page's, as it stands in Origin
	site     string // Sec-Fetch-Site, "" when it was not given
	declared bool   // Sec-Fetch-Mode says cors
	method   string // of the real request
	headers  []string
	cookies  bool               // the browser sent cookies with it: the script asked for credentials
	exact    bool               // the answer is the one to the very request the script made: no GET stood in, no redirect came first
	own      *exchange.Exchange // the preflight itself, when that is what the user has in hand
}

// callOf reads it; ok is false when no other origin is named, or the browser's mode is one without CORS.
func callOf(v *cause.View) (c call, ok bool) {
	r := v.Request
	h := r.Header
	c.origin, c.site = h.Get("Origin"), strings.ToLower(h.Get("Sec-Fetch-Site"))
	if c.origin == "" || c.site == "same-origin" {
		return c, false
	}
	if p, err := exchange.ParseURL(c.origin); err == nil && p.Origin() == r.URL.Origin() || err != nil && c.origin != "null" {
		return c, false
	}
	switch mode := strings.ToLower(h.Get("Sec-Fetch-Mode")); mode {
	case "":
	case "cors":
		c.declared = true
	default:
		return c, false
	}
	c.method = r.Method
	if v.Intent != nil {
		c.method = v.Intent.Request.Method
	}
	c.cookies = h.Has("Cookie")
	if c.method == "OPTIONS" {
		if c.method = h.Get("Access-Control-Request-Method"); c.method == "" {
			return c, false
		}
		c.own, c.headers = v.First(), list(h.Get("Access-Control-Request-Headers"))
		if t := v.Trial(cause.KeyPreflight); c.own != nil && c.own.Browser != nil && t != nil && t.Status() == c.own.Status() {
			c.own = t // the same answer with its body, which browsers do not show
		}
		return c, c.own != nil && c.own.Response != nil
	}
	full := h
	if v.Intent != nil {
		full = v.Intent.Request.Header // a GET that stands in for a POST has lost its Content-Type
	}
	c.headers = unsafelisted(full)
	if v.Answer == nil || v.Answer.Response == nil || v.Answer.Request.Header.Get("Origin") != c.origin {
		return c, false // behind a redirect to another host Origin is left out, and the answer tells nothing about CORS
	}
	c.exact = v.Answer.Hop == 0 && v.Answer.Request.Method == c.method
	return c, true
}

// preflighted reports that the browser asks before it sends the request (Fetch standard, "CORS-preflight fetch").
func (c call) preflighted() bool {
	return c.own != nil || len(c.headers) > 0 || c.method != "GET" && c.method != "HEAD" && c.method != "POST"
}

// preflight is the preflight's exchange, the user's own or the experiment's; nil when there is none.
func (c call) preflight(v *cause.View) *exchange.Exchange {
	if c.own != nil {
		return c.own
	}
	if x := v.Trial(cause.KeyPreflight); x != nil && x.Response != nil {
		return x
	}
	return asked(v, v.Answer)
}

// trial is the preflight for this call.
func (c call) trial(predict string, holds func(seen *exchange.Exchange) bool) cause.Trial {
	return cause.Preflight(c.origin, c.method, c.headers...).Predicting(predict,
		func(_, seen *exchange.Exchange) bool { return seen.Request.Method == "OPTIONS" && holds(seen) }).OrOut()
}

// browserFields are set by the browser itself, or need no leave to be set (Fetch standard, CORS-safelisted and
// forbidden request-header names). Cache-Control and Pragma come from the developer tools' "disable cache".
var browserFields = []string{"accept", "accept-language", "content-language", "range", "host", "user-agent", "origin", "referer",
	"connection", "content-length", "accept-encoding", "accept-charset", "cookie", "dnt", "pragma", "cache-control", "priority", "te",
	"trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "save-data", "via", "date", "expect", "keep-alive",
	"if-none-match", "if-modified-since", "access-control-request-method", "access-control-request-headers"}

// unsafelisted are the names a browser must ask leave for, in lower case and order.
func unsafelisted(h exchange.Header) []string {
	var out []string
	for _, f := range h {
		n := strings.ToLower(f.Name)
		switch {
		case slices.Contains(browserFields, n), strings.HasPrefix(n, "sec-"), strings.HasPrefix(n, "proxy-"), slices.Contains(out, n):
			continue
		case n == "content-type":
			kind, _, _ := strings.Cut(strings.ToLower(f.Value.String()), ";")
			switch strings.TrimSpace(kind) {
			case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
				continue
			}
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// list splits a comma-separated field value into lower-case names.
func list(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.ToLower(strings.TrimSpace(p)); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// permits reports that a reply lets the page's origin read it (Fetch standard, "CORS check", without the part about
// credentials).
func (c call) permits(x *exchange.Exchange) bool {
	vs := x.Header().Values("Access-Control-Allow-Origin")
	return len(vs) == 1 && (vs[0].Is("*") || vs[0].Is(c.origin))
}

// missing are the header names that a preflight's reply does not allow. A star does not cover Authorization, and covers
// nothing when the script asked for credentials.
func (c call) missing(x *exchange.Exchange) []string {
	var allowed []string
	for _, f := range x.Header().Values("Access-Control-Allow-Headers") {
		allowed = append(allowed, list(f.String())...)
	}
	star := slices.Contains(allowed, "*") && !c.cookies
	var out []string
	for _, h := range c.headers {
		if !slices.Contains(allowed, h) && !(star && h != "authorization") {
			out = append(out, h)
		}
	}
	return out
}

// invalidOrigin reports a refusal that names the origin as its reason: Spring's DefaultCorsProcessor says so in words.
func invalidOrigin(x *exchange.Exchange) bool {
	if x.Status() != 403 && x.Status() != 400 {
		return false
	}
	for _, m := range signature.Meanings(x) {
		if m.Meaning == signature.OriginNotAllowed {
			return true
		}
	}
	return bytes.Contains(x.Body(), []byte("Invalid CORS request")) || bytes.Contains(x.Body(), []byte("CORS origin denied")) || bytes.Contains(x.Body(), []byte("Not allowed by CORS"))
}

// asksLogin reports a reply that wants a credential: a 401, or the way to a login page.
func asksLogin(x *exchange.Exchange) bool {
	_, login := signature.LoginPage(x)
	return x.Status() == 401 || login
}

// refusesAll reports a preflight that is refused for want of a credential, or forbidden without a word about the origin.
func refusesAll(x *exchange.Exchange) bool {
	return asksLogin(x) || x.Status() == 403 && !invalidOrigin(x)
}

// page says in a fact where the call comes from.
func (c call) page(v *cause.View) fact.Fact {
	return fact.Given("the request", "A page of %s calls %s.", c.origin, v.Request.URL.Origin())
}

// fault is the layer that must be mended: the one that wrote x when that is a server in front, else the application.
func fault(x *exchange.Exchange) exchange.Layer {
	if w, ok := signature.Writer(x); ok && cause.InFront(w.Layer) {
		return w.Layer
	}
	if ownFile(x) {
		return exchange.WebServer
	}
	return exchange.Application
}

// ask is the preflight as a command.
func (c call) ask(v *cause.View) string {
	s := "curl -i -X OPTIONS -H " + cause.QuoteWord("Origin: "+c.origin) + " -H " + cause.QuoteWord("Access-Control-Request-Method: "+c.method)
	if len(c.headers) > 0 {
		s += " -H " + cause.QuoteWord("Access-Control-Request-Headers: "+strings.Join(c.headers, ","))
	}
	return s + " " + cause.Quote(v.Request.URL)
}

// bears reports that the request carries a credential of any kind.
func bears(r exchange.Request) bool { return len(cred.Of(r)) > 0 }
