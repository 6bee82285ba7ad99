package redact

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// header replaces what is secret in the value of a header field, by the keep-lists of package exchange.
func (r *Redactor) header(name, v string) string {
	return r.within(name, func() string { return r.fieldValue(strings.ToLower(strings.TrimSpace(name)), v) })
}

func (r *Redactor) fieldValue(name, v string) string {
	switch {
	case name == "cookie":
		return r.cookies(v)
	case name == "set-cookie", name == "set-cookie2":
		return r.setCookie(v)
	case strings.HasSuffix(name, "authorization"):
		return r.authorization(v)
	case name == "www-authenticate", name == "proxy-authenticate":
		return r.challenge(v)
	case name == "authentication-info", name == "proxy-authentication-info":
		return r.params(v)
	case addresses[name]:
		return r.text(v)
	case !exchange.RequestField(name, "x").Value.Closed(), !exchange.ResponseField(name, "x").Value.Closed():
		return r.persons(v)
	case openHeaders[name]:
		return r.text(v)
	case !secretName(name) && harmless(v):
		return v
	case userHeaders[name]:
		return r.user(v)
	}
	sort := Value
	if secretName(name) {
		sort = sortOf(name)
	}
	return r.value(sort, v)
}

// addresses are fields that hold URLs, in which queries and userinfo are replaced.
var addresses = set("location referer referrer link refresh origin content-location content-security-policy content-security-policy-report-only report-to reporting-endpoints nel x-original-url x-rewrite-url x-forwarded-uri destination soapaction access-control-allow-origin alt-svc")

// openHeaders are fields beside those of package exchange whose values tell a version, a mode or a name of software.
var openHeaders = set("anthropic-version openai-version openai-beta anthropic-beta x-github-api-version x-ms-version api-version accept-version x-api-version traceparent_ x-goog-api-client x-amz-target x-amz-algorithm x-restli-protocol-version grpc-message grpc-encoding x-envoy-original-path x-application-context x-confluence-request-time feature-policy permissions-policy sec-websocket-protocol sec-websocket-extensions")

var userHeaders = set("x-remote-user remote-user x-forwarded-user x-forwarded-email x-forwarded-preferred-username x-auth-request-user x-auth-request-email x-webauth-user x-user x-username x-auth-user x-auth-username x-ausername x-authenticated-user x-forwarded-login x-openidm-username")

// harmless is a value that can be no secret: a short number, a date, a version, a switch, a word of HTTP's own.
func harmless(v string) bool { return len(v) <= 40 && plainValue.MatchString(strings.TrimSpace(v)) }

var plainValue = lazyregexp.New(`^(?i:|[0-9]{1,6}|[0-9]{10}|-1|true|false|yes|no|on|off|null|none|undefined|enabled|disabled|default|auto|\*|` +
	`[0-9]{4}-[0-9]{2}-[0-9]{2}(t[0-9:.]+(z|[+-][0-9:]+)?)?|v?[0-9]{1,4}(\.[0-9]{1,6}){1,3}(-(beta|preview|alpha|rc)[.0-9]*)?|` +
	`[a-z]{3}, [0-9]{2} [a-z]{3} [0-9]{4} [0-9:]{8} gmt|[0-9]{8}t[0-9]{6}z|(get|post|put|patch|delete|head|options)|` +
	`https?|h2|h3|basic|bearer|digest|negotiate|ntlm|token|jwt|oauth|aws4-hmac-sha256|xmlhttprequest|` +
	`[a-z]+/[a-z0-9.+-]+(; ?charset=[a-z0-9-]+)?|utf-?8|iso-8859-1|sha-?(1|256|512)|md5|hmac-sha(1|256)|[rhep]s(256|384|512)|eddsa|` +
	`open(id)?|profile|email|offline_access|s256|plain|code|id_token|client_credentials|password|refresh_token|authorization_code|implicit)$`)

// authorization replaces the credential of an Authorization field, or of one of its relatives.
func (r *Redactor) authorization(v string) string {
	if basicOnly.MatchString(v) {
		i := strings.IndexAny(v, " \t")
		rest := strings.TrimLeft(v[i:], " \t")
		return v[:len(v)-len(rest)] + r.basic(rest)
	}
	return r.value(Token, v)
}

var basicOnly = lazyregexp.New(`^(?i)basic[ \t]+[^ \t,"]+$`)

// challenge keeps a challenge but for what the server will want to see again.
func (r *Redactor) challenge(v string) string {
	return nonces.ReplaceAllStringFunc(r.persons(v), func(m string) string {
		eq := strings.IndexByte(m, '=')
		return m[:eq+1] + r.leaf(Token, m[eq+1:])
	})
}

var nonces = lazyregexp.New(`(?i)\b(nonce|opaque|nextnonce|rspauth)\s*=\s*("[^"]*"|[^\s,"]+)`)

// cookies replaces the values of a Cookie field; names, order and blanks stay.
func (r *Redactor) cookies(v string) string {
	parts := strings.Split(v, ";")
	for i, p := range parts {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			if strings.TrimSpace(p) != "" && len(parts) == 1 {
				parts[i] = r.value(Cookie, p)
			}
			continue
		}
		parts[i] = r.cookieName(name) + "=" + r.cookie(strings.TrimSpace(name), value)
	}
	return strings.Join(parts, ";")
}

// setCookie replaces the value of a Set-Cookie field; name and attributes stay.
func (r *Redactor) setCookie(v string) string {
	pair, attributes, more := strings.Cut(v, ";")
	name, value, ok := strings.Cut(pair, "=")
	if !ok {
		return r.value(Cookie, v)
	}
	out := r.cookieName(name) + "=" + r.cookie(strings.TrimSpace(name), value)
	if more {
		out += ";" + attributes
	}
	return out
}

func (r *Redactor) cookie(name, v string) string {
	if strings.TrimSpace(v) == "" || v == "deleted" || len(v) < 2 {
		return v
	}
	return r.within("cookie "+name, func() string { return r.value(Cookie, v) })
}

// cookieName keeps a name but for what looks like a key in it.
func (r *Redactor) cookieName(name string) string {
	n := strings.TrimSpace(name)
	if secret.Looks(n) && len(n) >= 32 {
		if i := strings.LastIndexAny(n, "_-."); i > 0 && !secret.Looks(n[:i]) {
			return strings.Replace(name, n, n[:i+1]+r.leaf(ID, n[i+1:]), 1)
		}
		return strings.Replace(name, n, r.leaf(ID, n), 1)
	}
	return name
}

// openQuery are parameters of queries and forms that tell how to log in, not who.
var openQuery = set(`grant_type response_type response_mode scope redirect_uri redirect_url return_to returnurl next rd service realm audience
	resource issuer iss error error_description error_uri prompt display action api-version format lang locale page per_page limit
	offset sort order fields type method algorithm x-amz-algorithm x-amz-date x-amz-expires x-amz-signedheaders x-amz-content-sha256
	x-goog-algorithm x-goog-date x-goog-expires x-goog-signedheaders expires se st sp sv sr ss srt spr code_challenge_method
	client_assertion_type subject_token_type requested_token_type token_type acr_values max_age ui_locales claims_ post_logout_redirect_uri
	xdebug view tab mode include expand filter select top skip wsdl version v query op operation`)

var userQuery = set("username user login email mail login_hint j_username account upn sub")

// param replaces the value of one parameter of a query or a form, given as written.
func (r *Redactor) param(name, v string) string {
	low := strings.ToLower(strings.TrimSpace(name))
	if v == "" {
		return v
	}
	return r.within(name, func() string {
		switch {
		case low == "x-amz-credential" || low == "x-goog-credential":
			if i := strings.IndexAny(v, "/%"); i > 0 {
				return r.leaf(ID, v[:i]) + r.persons(v[i:])
			}
		case openQuery[low]:
			return r.text(v)
		case userQuery[low]:
			return r.userEscaped(v)
		case secretName(low) || low == "code" || low == "state" || low == "sig" || low == "key" || low == "nonce" || low == "ticket" || low == "samlresponse" || low == "assertion":
			return r.value(sortOf(low), v)
		case harmless(v), wordy.MatchString(v):
			return v
		}
		return r.value(Value, v)
	})
}

// wordy is a value of plain words: no digits, no capitals inside.
var wordy = lazyregexp.New(`^[A-Z]?[a-z]{1,14}([._-][a-z]{1,14}){0,3}$|^(%2F|/)[A-Za-z/._-]{0,60}$`)
