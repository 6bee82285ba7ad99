package session

import (
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// recorded answers for the cause called id from a record that need not show whole exchanges. live is the detector that
// wants to see all; what it finds goes before.
func recorded(id string, live func(*cause.View) *cause.Suspicion) func(*cause.View) *cause.Suspicion {
	read := cause.OnRecordToo(live, func(v *cause.View) *cause.Suspicion { return cause.WeightiestOf(id, findings(v)) })
	return func(v *cause.View) *cause.Suspicion {
		if v.Recorded() && signed(v.Answer) {
			return nil
		}
		if v.Answer.Browser != nil {
			return inBrowser(id, v)
		}
		return read(v)
	}
}

// signed reports a request with a signature of its own: a cookie that its answer sets along decides nothing there.
func signed(x *exchange.Exchange) bool {
	if x == nil {
		return false
	}
	return slices.ContainsFunc(cred.Of(x.Request), func(c cred.Credential) bool {
		return strings.EqualFold(c.Scheme, "OAuth") || strings.HasPrefix(strings.ToUpper(c.Scheme), "AWS4")
	})
}

// maxCookies is how many Set-Cookie fields of a record are judged.
const maxCookies = 40

// findings are what the record tells about its cookies.
func findings(v *cause.View) []*cause.Finding {
	var out []*cause.Finding
	said := hear(texts(v))
	n := 0
	for _, x := range v.Exchanges {
		if x.Given == "" {
			continue
		}
		for _, f := range x.Header().Values("Set-Cookie") {
			c := cookie.Parse(f)
			if n++; n > maxCookies || !sessionLike(c) && !(c.HTTPOnly && loginStep.MatchString(x.Request.URL.Path+queryShown(x))) || c.Value.Empty() || c.Expired(x.Sent) && !x.Sent.IsZero() || c.MaxAge != nil && *c.MaxAge <= 0 {
				continue
			}
			g := given{x, c}
			out = append(out, unstored(g, said)...)
			out = append(out, unsent(g, said)...)
		}
		if quiet(x) {
			out = append(out, cause.Found("cookie-third-party-blocked", cause.Likely, 0.78,
				fact.At(x.N, "A frame on a page of another site asks for a login without a prompt (prompt=none), and none is found.")))
		}
	}
	return append(out, told(v, said)...)
}

// cookieless are the words for a request that its cookie did not join.
var cookieless = lazyregexp.New(`no cookies?\b|without (the|a|any|its|that) (session )?cookie|cookies? (is|are|was|were) (not|never) (sent|there|included|returned)|(does not|doesn't|not|never) (send|return|carry|include)s? (the|a|any|that|its) (session )?cookie`)

// texts is what people and programs wrote, in lower case; it is matched and never shown.
func texts(v *cause.View) string { return strings.ToLower(v.Excerpts(60, 30, 8<<10).Join()) }

var (
	plainAddress = lazyregexp.New(`\bhttp://[^\s"'<>)]+`)
	loopback     = lazyregexp.New(`^http://(localhost|127\.|\[::1\]|[a-z0-9.-]+\.localhost)`)
	terminated   = lazyregexp.New(`terminat|x-forwarded-proto|reverse proxy|behind|offload|load balancer`)
	framed       = lazyregexp.New(`\biframes?\b|\bframes?\b|\bembed|cross[- ]site|(another|other|third|different) (site|company|domain|party)|form_post|\bsaml|facebook|shopify admin`)
	linked       = lazyregexp.New(`address bar|coming from|(link|click\w*|tile|button) (in|from|on|out of)|mail (client|link)|from (a|an|the) (mail|e-?mail|other|another)|external link|typed|bookmark`)
	noTLS        = lazyregexp.New(`https? (is )?disabled|tls (is )?disabled|no (tls|ssl|https)|without (tls|ssl|https)|plain http|over http\b|http only|http://(192\.168|10\.|172\.(1[6-9]|2\d|3[01]))`)
	secureCode   = lazyregexp.New(`secure["']?\s*(:|=>?)\s*["']?(true|1|on|rails\.env|process\.env|production|!?\s*dev|app\.isprod)|cookie_secure|force_ssl`)
	cookieSize   = lazyregexp.New(`\b(\d{4,6})[ -]?(bytes?|characters|chars|b)\b`)
)

// heard is what the texts say, looked for once.
type heard struct {
	text                                                          string
	plain, terminated, framed, linked, noTLS, secureCode, without bool
}

func hear(text string) heard {
	return heard{text: text, plain: plain(text), terminated: terminated.MatchString(text), framed: framed.MatchString(text),
		linked: linked.MatchString(text), noTLS: noTLS.MatchString(text), secureCode: secureCode.MatchString(text), without: cookieless.MatchString(text)}
}

// plain reports that the record names an http address which is not this machine's own.
func plain(said string) bool {
	for _, u := range plainAddress.FindAllString(said, 20) {
		if !loopback.MatchString(u) {
			return true
		}
	}
	return false
}

// unstored are the reasons for which no browser keeps the cookie, as far as the field itself and its URL show them.
func unstored(g given, said heard) []*cause.Finding {
	c, u := g.set, g.by.Request.URL
	known := g.by.Unseen&exchange.RequestLine == 0 && u.Host != ""
	lower := strings.ToLower(c.Name)
	strong := func(id, format string, args ...any) []*cause.Finding {
		return []*cause.Finding{cause.Found(id, cause.Strong, 0.88, g.says(format, args...))}
	}
	switch {
	case c.Size > cookie.MaxSize:
		return strong("cookie-too-large", "name and value have %d bytes, and browsers ignore more than %d.", c.Size, cookie.MaxSize)
	case strings.HasPrefix(lower, "__host-") && (!c.Secure || c.HasDomain || c.Path != "/"):
		return strong("cookie-host-prefix-rejected", "its name begins with __Host-, which wants Secure, Path=/ and no Domain.")
	case strings.HasPrefix(lower, "__secure-") && !c.Secure:
		return strong("cookie-host-prefix-rejected", "its name begins with __Secure-, and Secure is missing.")
	case c.SameSite == cookie.None && !c.Secure:
		return strong("cookie-secure-over-http", "SameSite=None without Secure, which browsers drop.")
	}
	if known {
		if r := c.Stores(u, cookie.Context{Now: g.by.Sent}); slices.Contains(domainReasons, r) {
			return strong("cookie-domain-mismatch", "Domain is %s, the host is %q.", shown(c.DomainAsSet, "another name"), u.Host)
		}
	} else if strings.ContainsAny(c.DomainAsSet, ":/") || c.Domain == "localhost" {
		return strong("cookie-domain-mismatch", "Domain is %s, which no browser takes for the host of a page.", shown(c.DomainAsSet, "no host name"))
	}
	if c.Secure {
		switch {
		case known && u.Scheme == "http" && !loopback.MatchString(u.String()):
			return strong("cookie-secure-over-http", "it has Secure, and %s is not https.", u.Origin())
		case said.plain && !said.terminated:
			return []*cause.Finding{cause.Found("cookie-secure-over-http", cause.Likely, 0.74,
				g.says("it has Secure."), fact.Given("the record", "An address that is opened is plain http."))}
		}
	}
	return nil
}

var domainReasons = []cookie.Reason{cookie.PortInDomain, cookie.SchemeInDomain, cookie.DomainIsIP, cookie.PublicSuffix, cookie.LocalhostDomain, cookie.DomainMismatch}

// unsent are the reasons for which the browser keeps the cookie back.
func unsent(g given, said heard) []*cause.Finding {
	c, u := g.set, g.by.Request.URL
	var out []*cause.Finding
	if c.SameSite != cookie.None {
		how := "SameSite=" + string(c.SameSite)
		if c.SameSite == cookie.Default {
			how = "no SameSite, which most browsers take for Lax"
		}
		switch {
		case formPosts(g.by):
			out = append(out, cause.Found("cookie-not-sent-samesite", cause.Likely, 0.78, g.says("%s.", how),
				fact.At(g.by.N, "The same answer asks the identity provider to come back by POST (response_mode=form_post), which such a cookie never joins.")))
		case c.SameSite != cookie.Default && said.framed, c.SameSite == cookie.Strict && said.linked:
			out = append(out, cause.Found("cookie-not-sent-samesite", cause.Likely, 0.74, g.says("%s.", how),
				fact.Given("the record", "The request is started by a page of another site.")))
		}
	}
	if loginPath.MatchString(c.Path) && said.without {
		return append(out, cause.Found("cookie-path-mismatch", cause.Likely, 0.66,
			g.says("Path is %s, where one logs in.", shown(c.Path, "a directory")),
			fact.Given("the record", "A later request is said to go without the cookie.")))
	}
	if g.by.Unseen&exchange.RequestLine != 0 || c.Path == "" || c.Path == "/" || cookie.PathMatch(path(u), c.Path) {
		return out
	}
	asked, set := segments(u.Path), segments(c.Path)
	if len(asked) > 1 && len(set) > 0 && slices.Contains(asked[1:], set[0]) {
		out = append(out, cause.Found("cookie-path-mismatch", cause.Likely, 0.8,
			g.says("Path is %s, and the public address that set it has more in front: %s.", shown(c.Path, "a directory"), shown(u.Path, "another path"))))
	}
	return out
}

// formPosts reports an answer that begins a login which comes back by POST.
func formPosts(x *exchange.Exchange) bool {
	to, ok, err := x.Location()
	if !ok || err != nil {
		if v := x.Header().Text("Location"); !v.Empty() {
			return v.Contains("response_mode=form_post") || v.Contains("SAMLRequest=")
		}
		return false
	}
	mode, _ := to.Param("response_mode")
	_, saml := to.Param("SAMLRequest")
	return mode.Is("form_post") || saml
}

// quiet reports a request for a silent login out of a frame of another site, which found nobody.
func quiet(x *exchange.Exchange) bool {
	h := x.Request.Header
	framed := strings.EqualFold(h.Get("Sec-Fetch-Dest"), "iframe") && strings.EqualFold(h.Get("Sec-Fetch-Site"), "cross-site")
	prompt, _ := x.Request.URL.Param("prompt")
	if !framed || h.Has("Cookie") {
		return false
	}
	return prompt.Is("none") || x.Header().Text("Location").Contains("error=login_required")
}

func segments(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
}

// told is what prose, logs and configurations say about a cookie that no Set-Cookie of the record shows.
func told(v *cause.View, said heard) []*cause.Finding {
	var out []*cause.Finding
	for _, m := range cookieSize.FindAllStringSubmatch(said.text, 10) {
		if n, _ := strconv.Atoi(m[1]); n > 4000 && n < 100000 && (strings.Contains(said.text, "cookie") || strings.Contains(said.text, "id_token")) && !strings.Contains(said.text, "http2") {
			out = append(out, cause.Found("cookie-too-large", cause.Likely, 0.66,
				fact.Given("the record", "It speaks of %d bytes for a cookie; browsers keep 4096, and servers take some 4 to 16 KiB.", n)))
			break
		}
	}
	if said.noTLS && !said.terminated && (said.secureCode || loginLost(v)) {
		w := 0.62
		if said.secureCode {
			w = 0.74
		}
		out = append(out, cause.Found("cookie-secure-over-http", cause.Likely, w,
			fact.Given("the record", "The page is plain http, and the session that a login begins is not there in the next request.")))
	}
	return append(out, mapped(v, said)...)
}

// loginLost reports a login that succeeds and a next request that is refused, in log lines or exchanges.
func loginLost(v *cause.View) bool {
	ok := false
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 60)] {
		switch r := x.Request; {
		case r.Method == "POST" && loginPath.MatchString(r.URL.Path) && (x.OK() || x.Status() == 302 || x.Status() == 303):
			ok = true
		case ok && (x.Status() == 401 || x.Status() == 403) && !r.Header.Has("Cookie") && !r.Header.Has("Authorization"):
			return true
		}
	}
	ok = false
	for _, m := range v.Messages {
		p := m.Fields["path"]
		switch {
		case m.Fields["method"] == "POST" && loginPath.MatchString(p) && (m.Status == 200 || m.Status == 302 || m.Status == 303 || m.Status == 204):
			ok = true
		case ok && (m.Status == 401 || m.Status == 403):
			return true
		}
	}
	return false
}

// mapped is a proxy that serves the application under another path than the application knows, and leaves the paths of
// its cookies as they are.
func mapped(v *cause.View, said heard) []*cause.Finding {
	if !strings.Contains(said.text, "cookie") && !strings.Contains(said.text, "jsessionid") {
		return nil
	}
	var from fact.Source
	found := false
	for _, s := range v.Settings {
		switch name := strings.ToLower(s.Name); {
		case name == "proxypassreversecookiepath" || name == "proxy_cookie_path":
			return nil
		case name == "proxypass" && len(s.Args) >= 2 && !s.Args[0].Closed() && !s.Args[1].Closed():
			if u, err := exchange.ParseURL(s.Args[1].String()); err == nil && strings.Trim(u.Path, "/") != strings.Trim(s.Args[0].String(), "/") &&
				(strings.Trim(s.Args[0].String(), "/") != "" || said.without || strings.Contains(said.text, "jsessionid")) {
				found, from = true, s.From
			}
		}
	}
	if !found {
		return nil
	}
	f := fact.Given("the configuration", "The proxy serves the application under another path than its own, and no line rewrites the paths of its cookies.")
	f.From = from
	return []*cause.Finding{cause.Found("cookie-path-mismatch", cause.Likely, 0.66, f)}
}

// loginStep is the address of a login: the cookie that its answer sets is the session's, whatever its name.
var loginStep = lazyregexp.New(`(?i)(?:^|[/?=&_.-])(?:log-?in|sign-?in|logon|auth|session)(?:$|[/?=&_.-])`)

// queryShown is the query of x's address without values that are closed.
func queryShown(x *exchange.Exchange) string {
	out := ""
	for _, p := range x.Request.URL.Query {
		out += "?" + p.Name
		if !p.Value.Closed() {
			out += "=" + p.Value.String()
		}
	}
	return out
}
