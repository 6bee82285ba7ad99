package proxy

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	ofSubrequest    = lazyregexp.New(`^\$upstream_(http|cookie)_\w+$`)
	authHeaderVar   = lazyregexp.New(`(?i)^\$upstream_http_authorization$`)
	oauth2Proxy     = lazyregexp.New(`(?i)oauth2[-_]?proxy|/oauth2/auth`)
	noUser          = lazyregexp.New(`(?i)\b(user|header|remote-user|x-[a-z-]+|authorization|token|identity|name)\b.{0,80}\b(not|never|missing|empty|none|no|without|anonymous|nobody|blank|undefined|null)\b|\b(not|never|missing|empty|no|without|anonymous|nobody)\b.{0,60}\b(user|header|authorization|token|login)\b|as if nobody|anonymous`)
	forwardAuthNote = lazyregexp.New(`(?i)forwardauth\.address|forward_auth\b|forwardAuth:|forwardauth\.trustForwardHeader`)
	answersCopied   = lazyregexp.New(`(?i)authResponseHeaders|auth-response-headers|copy_headers`)
	subrequestError = lazyregexp.New(`(?i)subrequest: "[^"]*`)
	tooLarge        = lazyregexp.New(`(?i)client intended to send too large body|request entity too large|\b413\b`)
	stalls          = lazyregexp.New(`(?i)\b(POST|PUT|PATCH|upload|body|form)\w*\b.{0,100}\b(hang|time[sd]? ?out|504|502|500|stall)`)
	uploads         = lazyregexp.New(`(?i)\b(POST|PUT|PATCH|upload|body)\w*\b.{0,100}\b(hang|time[sd]? ?out|504|502|500|400|fail|stall|wait|refus|401|408|413)|\bGET\b.{0,60}\b(works?|pass|fine|ok)\b`)
)

// copyLines finds what an auth service said and nobody hands on: a variable of another name than the service's field, one
// that is read and not used, or no line at all.
func copyLines(v *cause.View) *cause.Suspicion {
	if len(v.Settings) == 0 && !directive.Told(v, forwardAuthNote) {
		return nil // of the questions below this one is the quickest
	}
	nginx := directive.Of(v, "nginx")
	copied := nginx.Named("auth_request_set")
	for _, c := range copied {
		if len(c.Args) < 2 {
			continue
		}
		used := false
		for _, s := range nginx {
			if s.Name != "auth_request_set" {
				for _, a := range s.Args {
					used = used || a.Contains(c.Args[0].String())
				}
			}
		}
		switch {
		case directive.ArgMatches(c, 1, authHeaderVar) && (directive.Told(v, oauth2Proxy) || mentions(nginx, oauth2Proxy)):
			return directive.Likely(0.74, directive.Fact(c, "oauth2-proxy answers with an Authorization field only when told to (--set-authorization-header); its token comes in X-Auth-Request-Access-Token."))
		case !used && directive.ArgMatches(c, 1, ofSubrequest) && !strings.Contains(c.Args[0].String(), "cookie"):
			return directive.Likely(0.6, directive.Fact(c, "This variable takes what the auth service said, and no line shown uses it."))
		}
	}
	for _, s := range nginx.Named("proxy_set_header") {
		if len(s.Args) > 1 && s.Args[1].Match(ofSubrequest) && len(nginx.Named("auth_request")) > 0 {
			return directive.Likely(0.7, directive.Fact(s, "$upstream_http_... names the application's own answer here; what the auth service said needs auth_request_set."))
		}
	}
	if !directive.Told(v, noUser) {
		return nil
	}
	if ask := nginx.Named("auth_request"); len(ask) > 0 && len(copied) == 0 && !directive.ArgMatches(ask[0], 0, offWord) {
		return directive.Likely(0.55, directive.Fact(ask[0], "An auth service is asked, and no auth_request_set takes over what it said."))
	}
	caddy := directive.Of(v, "caddy")
	if ask := caddy.Named("forward_auth"); len(ask) > 0 && len(caddy.Named("copy_headers")) == 0 {
		return directive.Likely(0.7, directive.Fact(ask[0], "An auth service is asked, and no copy_headers takes over what it said."))
	}
	traefik := directive.Of(v, "traefik")
	var ask directive.Lines
	for _, s := range traefik {
		low := strings.ToLower(s.Name)
		if strings.Contains(low, "forwardauth.authresponseheaders") {
			return nil
		}
		if strings.Contains(low, "forwardauth.address") {
			ask = append(ask, s)
		}
	}
	if len(ask) > 0 {
		return directive.Likely(0.7, directive.Fact(ask[0], "An auth service is asked, and no authResponseHeaders takes over what it said."))
	}
	if directive.Told(v, forwardAuthNote) && !directive.Told(v, answersCopied) {
		return directive.Likely(0.62, fact.Given("the description", "The labels ask an auth service, and name no field of its answer to hand on."))
	}
	return nil
}

var offWord = lazyregexp.New(`(?i)^off$`)

func mentions(l directive.Lines, re *lazyregexp.Regexp) bool {
	for _, s := range l {
		if directive.Any(s, re) {
			return true
		}
	}
	return false
}

// askLines finds faults of the question to the auth service: it brings the body's length without the body, it fails as a
// log line with its name says, or the block says something that cannot work.
func askLines(v *cause.View) *cause.Suspicion {
	for _, m := range v.Messages {
		if at := subrequestError.FindString(string(m.Text)); at != "" && authPlace.MatchString(at) {
			if tooLarge.MatchString(string(m.Text)) {
				return &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: []fact.Fact{{Text: "The question to the auth service fails for its size: the log line names the subrequest.", From: m.From}}}
			}
			return &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Because: []fact.Fact{{Text: "The log line speaks of the question to the auth service, not of the request itself.", From: m.From}}}
		}
	}
	for _, x := range v.Exchanges {
		if oauth2Proxy.MatchString(x.Request.URL.Path) && x.Request.Method == "GET" {
			if n := x.Request.Header.Get("Content-Length"); n != "" && n != "0" {
				return directive.Likely(0.8, v.Asked("The question to the auth service announces a body (Content-Length: %s) that a GET does not bring.", n))
			}
		}
	}
	nginx := directive.Of(v, "nginx")
	for _, in := range judges(nginx) {
		// A subrequest never brings the body. Unless it is told otherwise it brings the length of it.
		stalled := bodyRefused(v) || directive.Told(v, stalls)
		if empty := nginx.Effective(in, "proxy_set_header").Header("proxy_set_header", "Content-Length"); len(empty) == 0 && (stalled || directive.Told(v, uploads)) {
			weight := 0.75
			if stalled {
				weight = 0.92
			}
			return directive.Likely(weight, directive.Fact(in, `The question to the auth service brings the request's Content-Length, and no body: proxy_set_header Content-Length "" is missing.`))
		}
		for _, h := range nginx.Named("proxy_pass_request_headers").At(in) {
			if directive.Arg(h, 0, "off") {
				return directive.Strong(0.88, directive.Fact(h, "The question to the auth service brings none of the caller's headers: neither cookie nor Authorization."))
			}
		}
		for _, h := range nginx.Named("proxy_set_header").At(in) {
			if (directive.Arg(h, 0, "Cookie") || directive.Arg(h, 0, "Authorization")) && len(h.Args) > 1 && h.Args[1].Empty() {
				return directive.Strong(0.86, directive.Fact(h, "The question to the auth service is asked without this header."))
			}
		}
	}
	return nil
}

// judges gives one line, its proxy_pass, of each location that answers an auth_request: those that auth_request names,
// and those that are internal and called so.
func judges(nginx directive.Lines) directive.Lines {
	asked := nginx.Named("auth_request")
	return nginx.Named("proxy_pass").Having(func(s exchange.Setting) bool {
		return asksAuth(nginx, s) || len(s.Context) > 0 && slices.ContainsFunc(asked, func(a exchange.Setting) bool {
			path, ok := strings.CutPrefix(s.Context[len(s.Context)-1], "location")
			return ok && len(a.Args) > 0 && strings.TrimLeft(path, " =^~") == a.Args[0].String()
		})
	})
}

// bodyRefused reports a request with a body, in a log or a recorded exchange, that ends in an error of the server.
func bodyRefused(v *cause.View) bool {
	withBody := func(method string) bool { return slices.Contains([]string{"POST", "PUT", "PATCH"}, method) }
	return slices.ContainsFunc(v.Messages, func(m exchange.Message) bool { return withBody(m.Fields["method"]) && m.Status >= 500 }) ||
		slices.ContainsFunc(v.Exchanges, func(x *exchange.Exchange) bool { return withBody(x.Request.Method) && x.Status() >= 500 })
}
