package proxy

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// gateway gives the mark by which an answer shows that a proxy handed it on: a product on the way, a Via field, or a
// web server's name over a reply that an application wrote.
func gateway(v *cause.View) (mark string, ok bool) {
	if v.Answer == nil || v.Answer.Response == nil {
		return "", false
	}
	for _, m := range signature.Path(v.Answer) {
		if cause.InFront(m.Layer) {
			return m.Product, true
		}
	}
	if via := v.Answer.Header().Get("Via"); via != "" {
		return "Via: " + via, true
	}
	server := v.Answer.Header().Get("Server")
	for _, p := range []string{"nginx", "openresty", "Apache", "Caddy", "cloudflare", "envoy", "istio-envoy", "LiteSpeed", "lighttpd", "AkamaiGHost", "Varnish"} {
		if strings.HasPrefix(strings.ToLower(server), strings.ToLower(p)) && (!v.Written || !cause.InFront(v.Writer.Layer)) {
			return "Server: " + server, true
		}
	}
	return "", false
}

// product is the gateway's name for a title: the first word of the mark, or "a proxy".
func product(mark string) string {
	mark = strings.TrimPrefix(mark, "Server: ")
	if strings.HasPrefix(mark, "Via") || mark == "" {
		return "a proxy in front"
	}
	name, _, _ := strings.Cut(mark, "/")
	return name
}

// verifyThrough is the check after a change at a gateway.
func verifyThrough(u exchange.URL) string {
	return fmt.Sprintf("curl -i -H \"Authorization: Bearer $TOKEN\" %s answers 2xx, and without the header it is still refused", cause.Quote(u))
}

// public is a header value that holds no secret.
func public(s string) secret.Text { return secret.Public(s) }
