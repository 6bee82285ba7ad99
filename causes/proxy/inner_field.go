package proxy

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// identityFields are request fields by which a gateway tells the application who was let in. No client sends them.
var identityFields = lazyregexp.New(`(?i)\b(x-auth-request-(?:user|email|groups|preferred-username|access-token)|x-forwarded-(?:user|email|groups|preferred-username|access-token)|x-remote-(?:user|group|email)|remote-(?:user|email|groups|name)|x-webauth-(?:user|email|name)|x-authentik-[a-z]+|x-authenticated-[a-z]+|x-vouch-[a-z]+|x-userinfo|x-user-(?:id|email|name)|x-ssl-client-[a-z-]+|ssl-client-[a-z-]+|x-client-cert[a-z-]*|x-goog-authenticated-user-[a-z]+|x-amzn-oidc-[a-z]+)\b`)

// innerFields are fields that a gateway adds to show where a request came through.
var innerFields = lazyregexp.New(`(?i)\b(x-(?:internal|gateway|proxy|origin|upstream|edge|backend)-[a-z]+(?:-[a-z]+)*|x-forwarded-(?:for|host|proto|port|prefix)|x-real-ip|x-from-proxy)\b`)

// wantedField is a field that the refusal names, that only a gateway sends, and that the client did not send.
func wantedField(v *cause.View, fields *lazyregexp.Regexp) (name string, ok bool) {
	if !v.Refused() || v.Answer.Status() == 407 || v.Written && cause.InFront(v.Writer.Layer) {
		return "", false
	}
	for _, m := range fields.FindAllString(string(v.Answer.Body()), 4) {
		if len(m) <= 40 && !v.Answer.Request.Header.Has(m) {
			return m, true
		}
	}
	return "", false
}

// proxied reports the marks of a gateway, or that none shows.
func proxied(v *cause.View) (string, bool) {
	if mark, ok := gateway(v); ok {
		return mark, true
	}
	if s := v.Answer.Header().Get("Server"); s != "" && strings.Contains(strings.ToLower(s), "caddy") {
		return "Server: " + s, true
	}
	for _, m := range signature.Path(v.Answer) {
		if cause.InFront(m.Layer) {
			return m.Product, true
		}
	}
	return "", false
}
