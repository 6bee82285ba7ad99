package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	// What a program was handed for one request (RFC 3875 4.1), as print_r, var_dump and a dictionary show it.
	handedHost  = lazyregexp.New(`(?m)["'\[ ]?\bHTTP_(?:HOST|USER_AGENT|ACCEPT|CONNECTION|CACHE_CONTROL)\b["'\]]*\s*(?:=>|=|:)`)
	handedOwn   = lazyregexp.New(`(?m)["'\[ ]?\b(?:REQUEST_METHOD|SERVER_SOFTWARE|GATEWAY_INTERFACE|SCRIPT_NAME|REQUEST_URI|wsgi\.version)\b["'\]]*\s*(?:=>|=|:)`)
	handedLogin = lazyregexp.New(`(?i)\b(?:(?:REDIRECT_)*HTTP_AUTHORIZATION|PHP_AUTH_(?:USER|DIGEST)|REMOTE_USER)\b`)
	sentByHand  = lazyregexp.New(`(?i)\bauthorization["']?\s*:\s*["']?(?:bearer|basic|token|digest|apikey)\b`)
)

// orWithheld looks at a record by lines and by what withheldFrom tells.
func orWithheld(server string, lines func(*cause.View) *cause.Suspicion) func(*cause.View) *cause.Suspicion {
	return func(v *cause.View) *cause.Suspicion { return cause.Weightier(withheldFrom(v, server), lines(v)) }
}

// withheldFrom knows a server that keeps Authorization to itself by what its program shows of the environment: fields of
// the request are there, and Authorization, which the client sent, is not. server is "apache", "nginx" or "mod_wsgi".
func withheldFrom(v *cause.View, server string) *cause.Suspicion {
	if !v.Recorded() || !sentLogin(v) {
		return nil
	}
	text := v.AllText()
	shown := handedHost.MatchString(text) && handedOwn.MatchString(text) && !handedLogin.MatchString(text)
	if !shown && !dumped(v) {
		return nil
	}
	running := "apache" // GATEWAY_INTERFACE and its like are CGI's, and of those who speak it Apache alone withholds by default
	switch low := strings.ToLower(text); {
	case strings.Contains(low, "wsgi"):
		running = "mod_wsgi"
	case strings.Contains(low, "nginx") && !strings.Contains(low, "apache"):
		running = "nginx"
	}
	if running != server {
		return nil
	}
	grade, weight := cause.Likely, 0.78
	if strings.Contains(strings.ToLower(text), strings.TrimPrefix(server, "mod_")) {
		grade, weight = cause.Strong, 0.88 // the server is named
	}
	return &cause.Suspicion{Grade: grade, Weight: weight, Because: []fact.Fact{{
		Text: "What the program was handed holds the request's other fields and no Authorization, which the client sent."}}}
}

// dumped reports an exchange that a reader made of such a dump: its request holds fields of CGI and no Authorization.
func dumped(v *cause.View) bool {
	for _, x := range v.Exchanges {
		h := x.Request.Header
		if x.Given != "" && (h.Has("GATEWAY_INTERFACE") || h.Has("SERVER_SOFTWARE") || h.Has("REQUEST_METHOD")) && !h.Has("Authorization") {
			return true
		}
	}
	return false
}

// sentLogin reports that the record shows a request with Authorization.
func sentLogin(v *cause.View) bool {
	if c, ok := v.Authorization(); ok && c.Kind != cred.Cookie {
		return true
	}
	for _, x := range v.Exchanges {
		if x.Request.Header.Has("Authorization") {
			return true
		}
	}
	_, _, said := v.Heard().First(sentByHand)
	return said
}
