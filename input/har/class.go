package har

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// web reports an entry of HTTP or of a WebSocket; data:, blob: and extension pages are none.
func (e *entry) web() bool {
	u := e.text[e.url.from:e.url.to]
	for _, scheme := range []string{"http://", "https://", "ws://", "wss://"} {
		if len(u) > len(scheme) && strings.EqualFold(string(u[:len(scheme)]), scheme) {
			return true
		}
	}
	return false
}

// ofFlow reports a step of an OAuth login (package oauthflow reads them): a request for a login or for tokens, a redirect
// with a code, a device's question, or the metadata in front of it.
func (e *entry) ofFlow() bool {
	has := func(text []byte, words ...string) bool {
		for _, w := range words {
			if !bytes.Contains(text, []byte(w)) {
				return false
			}
		}
		return true
	}
	for _, at := range [][]byte{e.text[e.url.from:e.url.to], []byte(e.location())} {
		if has(at, "client_id=", "response_type=") || has(at, "code=", "state=") || has(at, "error=", "state=") {
			return true
		}
	}
	if has(e.text[e.url.from:e.url.to], "/.well-known/") {
		return has(e.text[e.url.from:e.url.to], "openid-configuration") || has(e.text[e.url.from:e.url.to], "oauth-authorization-server")
	}
	return has(e.text[e.post.from:e.post.to], "grant_type") || has(e.text[e.body.from:min(e.body.to, e.body.from+4096)], `"device_code"`)
}

// web writes the URL of a WebSocket as that of the request that opened it.
func web(url string) string {
	if len(url) > 3 && strings.EqualFold(url[:2], "ws") {
		return "http" + url[2:]
	}
	return url
}

// refused reports an entry that somebody turned away: a status that says so, a redirect to a login, no reply at all for
// a reason that is not the browser's own.
func (e *entry) refused() bool {
	switch e.status {
	case 401, 403, 407, 419, 440, 511:
		return true
	case 0:
		return !e.hasHeader(e.reply, "") && e.failure() != "" && !harmlessFailure(e.failure())
	case 301, 302, 303, 307, 308:
		return e.toLogin()
	}
	return false
}

// label is a refusal in a word: "401", "302 to a login", "no reply".
func (e *entry) label() string {
	switch {
	case e.status == 0:
		return "no reply"
	case e.status/100 == 3:
		return strconv.Itoa(e.status) + " to a login"
	}
	return strconv.Itoa(e.status)
}

// odd reports an entry that failed in another way, or whose 2xx holds an error: a refusal may hide in it.
func (e *entry) odd() bool {
	switch {
	case e.status == 0:
		return e.failure() != "" && !harmlessFailure(e.failure()) || e.failure() == "" && e.hasResponse
	case e.status >= 400:
		return true
	case e.status/100 != 2:
		return false
	}
	body := e.text[e.body.from:min(e.body.to, e.body.from+4096)]
	if !bytes.Contains(body, []byte("rror")) || !bytes.Contains(e.text[e.bodyType.from:e.bodyType.to], []byte("json")) {
		return false
	}
	lower := bytes.ToLower(body)
	for _, word := range []string{"unauthori", "unauthenticated", "forbidden", "permission", "access denied", "invalid_token", "not authenticated", "not authorized"} {
		if bytes.Contains(lower, []byte(word)) {
			return true
		}
	}
	return false
}

// failure is the exporter's word for why there was no reply: "net::ERR_FAILED", "NS_BINDING_ABORTED".
func (e *entry) failure() string {
	if !e.fail.empty() {
		return e.str(e.fail)
	}
	return e.str(e.blocked)
}

// harmlessFailure reports that the browser itself ended the request: the person left the page, or a blocker did it.
func harmlessFailure(why string) bool {
	for _, w := range []string{"ERR_ABORTED", "BLOCKED_BY_CLIENT", "BINDING_ABORTED", "ERR_CACHE_MISS", "cancelled", "canceled"} {
		if strings.Contains(why, w) {
			return true
		}
	}
	return false
}

// preflight reports a CORS preflight (Fetch standard 4.8).
func (e *entry) preflight() bool {
	return e.preflightOf || e.is(e.method, "OPTIONS") && e.hasHeader(e.header, "access-control-request-method")
}

func (e *entry) setsCookie() bool { return e.gaveCookies || e.hasHeader(e.reply, "set-cookie") }

// static reports what makes up a page: images, fonts, styles, programs. That it was let in says little.
func (e *entry) static() bool {
	t := e.text[e.bodyType.from:min(e.bodyType.to, e.bodyType.from+40)]
	for _, kind := range []string{"image/", "font/", "video/", "audio/", "text/css", "javascript", "application/font", "application/wasm", "ecmascript"} {
		if bytes.Contains(t, []byte(kind)) {
			return true
		}
	}
	return e.status == 304
}

func (e *entry) is(p span, s string) bool { return string(e.text[p.from:p.to]) == s }

// hasHeader reports a field of that name; "" means any field.
func (e *entry) hasHeader(list []pair, name string) bool {
	if name == "" {
		return len(list) > 0
	}
	return slices.ContainsFunc(list, func(f pair) bool { return e.named(f, name) })
}

func (e *entry) named(f pair, name string) bool {
	return int(f.name.to-f.name.from) == len(name) && strings.EqualFold(string(e.text[f.name.from:f.name.to]), name)
}

// location is where a redirect leads, as written.
func (e *entry) location() string {
	for _, f := range e.reply {
		if e.named(f, "location") {
			return e.str(f.value)
		}
	}
	return e.str(e.redirect)
}

// toLogin reports a redirect from a page that is no login to one that is: an answer to "who are you" for browsers.
func (e *entry) toLogin() bool {
	to := e.location()
	if to == "" || loginPlace(e.str(e.url)) {
		return false
	}
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		to = to[:i]
	}
	return loginPlace(to)
}

// loginPlace reads host and path word by word: "login.example.com", "/users/sign_in", "/realms/x/protocol/openid-connect/auth".
func loginPlace(url string) bool {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	for w := range strings.FieldsFuncSeq(strings.ToLower(url), func(r rune) bool { return strings.ContainsRune("/:.-_;", r) }) {
		switch w {
		case "login", "signin", "logon", "sso", "auth", "authorize", "oauth", "oauth2", "saml", "saml2", "adfs", "cas",
			"idp", "oidc", "openid", "authenticate", "authentication", "wplogin", "sign", "accounts", "userlogin", "expired":
			return true
		}
	}
	return false
}

// look notes what the whole archive shows of credentials and of who wrote it.
func (k *keeper) look(e *entry) {
	if e.overlong {
		k.overlong++
	}
	if len(e.cookies) > 0 || e.gaveCookies || e.hasHeader(e.reply, "set-cookie") {
		k.credentials = true
	}
	hidden := false
	for _, f := range e.header {
		switch {
		case e.named(f, "authorization"), e.named(f, "cookie"), e.named(f, "proxy-authorization"):
			k.credentials = true
			hidden = hidden || masked(e.text[f.value.from:f.value.to])
		case e.named(f, "sec-fetch-mode"), e.named(f, "sec-ch-ua"):
			k.browser = true
		case e.named(f, "user-agent"):
			v := e.text[f.value.from:f.value.to]
			k.browser = k.browser || bytes.HasPrefix(v, []byte("Mozilla/"))
			k.chrome = max(k.chrome, chromeMajor(v))
		}
	}
	if hidden {
		e.masked = true
		k.masked++
	}
}

// masked reports a credential that somebody overwrote before giving the file away.
func masked(v []byte) bool {
	if len(v) > 200 {
		return false
	}
	s := strings.ToLower(string(v))
	for _, w := range []string{"redacted", "[filtered]", "*****", "xxxxxxxx", "removed", "sanitized", "hidden>"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return strings.TrimSpace(s) == "..." // an empty value may well have been sent
}

func chromeMajor(agent []byte) int {
	_, rest, ok := bytes.Cut(agent, []byte("Chrome/"))
	if !ok {
		return 0
	}
	n := 0
	for n < len(rest) && n < 4 && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	v, _ := strconv.Atoi(string(rest[:n]))
	return v
}
