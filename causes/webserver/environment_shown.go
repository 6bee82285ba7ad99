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
	serverName  = lazyregexp.New(`SERVER_SOFTWARE["'\]]*\s*(?:=>|=|:)\s*["']?([A-Za-z_-]{3,20})`)
	sentByHand  = lazyregexp.New(`(?i)\bauthorization["']?\s*:\s*["']?(?:bearer|basic|token|digest|apikey)\b`)
)

// withheldFrom knows a server that keeps Authorization to itself by what its program shows of the environment: fields of
// the request are there, and Authorization, which the client sent, is not. server is "apache", "nginx" or "mod_wsgi".
func withheldFrom(v *cause.View, server string) *cause.Suspicion {
	if !v.Recorded() || !sentLogin(v) {
		return nil
	}
	text := v.Heard().Join()
	if !handedHost.MatchString(text) || !handedOwn.MatchString(text) || handedLogin.MatchString(text) {
		return nil
	}
	name := ""
	if g := serverName.FindStringSubmatch(text); g != nil {
		name = strings.ToLower(g[1])
	}
	running := "" // under which server the program runs
	switch {
	case strings.Contains(text, "wsgi.version"), strings.Contains(text, "mod_wsgi"):
		running = "mod_wsgi"
	case strings.HasPrefix(name, "apache"), strings.HasPrefix(name, "litespeed"):
		running = "apache"
	case strings.HasPrefix(name, "nginx"):
		running = "nginx"
	}
	if running != server {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, Because: []fact.Fact{{
		Text: "What the program was handed holds the request's other fields and no Authorization, which the client sent."}}}
}

// sentLogin reports that the record shows a request with Authorization.
func sentLogin(v *cause.View) bool {
	if c, ok := v.Authorization(); ok && c.Kind != cred.Cookie {
		return true
	}
	_, _, said := v.Heard().First(sentByHand)
	return said
}
