package exchange

import (
	"slices"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Field is one header field as it stood on the wire: name in its own case, value without the blanks around it.
type Field struct {
	Name  string
	Value secret.Text

	Sep  string // what stood between name and value when it was not ": ", such as ":" or ":  "
	Tail string // blanks that stood behind the value
}

// Header is a header section in wire order; a name may repeat.
type Header []Field

// RequestField makes a request field, closing its value unless the name is known to be harmless. It is a keep-list:
// a header nobody has thought of is taken for a secret (docs/safety.md, rule 6).
func RequestField(name, value string) Field {
	if slices.Contains(harmlessRequest, strings.ToLower(name)) {
		return Field{Name: name, Value: secret.Public(value)}
	}
	if address(value) {
		return Field{Name: name, Value: secret.Hide(value)}
	}
	return Field{Name: name, Value: secret.New(value)}
}

// address reports a value that is a URL or a host, as in Referer and X-Forwarded-Server: closed like the rest, and not looked
// for elsewhere, where the same host must be said.
func address(value string) bool {
	return webAddress.MatchString(value) || hostPort.MatchString(value) && !secret.Looks(value)
}

// sayable reports a response's value that is an address, or words such as a server writes in a field of its own
// ("X-Environment: production"). A server must not blacken the report by naming what the report has to name.
func sayable(name, value string) bool {
	return address(value) || words.MatchString(value) && !secretName.MatchString(name)
}

var (
	webAddress = lazyregexp.New(`(?i)^https?://`)
	hostPort   = lazyregexp.New(`(?i)^([a-z0-9_-]+(\.[a-z0-9_-]+)+|localhost|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)
	words      = lazyregexp.New(`^[A-Z]?[a-z]+([-_ ,;:/.]{1,2}[A-Z]?[a-z]+)*$`)
	secretName = lazyregexp.New(`(?i)token|secret|key|pass|csrf|xsrf|nonce|session|auth|cookie|sid|code|sig`)
)

// ResponseField makes a response field. Replies are foreign text, and a few fields carry secrets of the session;
// names that are not known to be harmless are closed too. An address is closed as a whole and not looked for elsewhere:
// where a redirect leads must be said, and a code in its query is closed when the address is read.
func ResponseField(name, value string) Field {
	if slices.Contains(addresses, strings.ToLower(name)) {
		return Field{Name: name, Value: secret.Hide(value)}
	}
	if slices.Contains(harmlessResponse, strings.ToLower(name)) {
		return Field{Name: name, Value: secret.Public(value)}
	}
	if sayable(name, value) {
		return Field{Name: name, Value: secret.Hide(value)}
	}
	return Field{Name: name, Value: secret.New(value)}
}

// Get is the first value of name as it may be shown: a closed value gives secret#n, an absent one "".
func (h Header) Get(name string) string { return h.Text(name).String() }

// Text is the first value of name, closed or public; empty when absent.
func (h Header) Text(name string) secret.Text {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return secret.Text{}
}

// Has reports whether name is present, even with an empty value.
func (h Header) Has(name string) bool {
	return slices.ContainsFunc(h, func(f Field) bool { return strings.EqualFold(f.Name, name) })
}

// Values are all values of name in order.
func (h Header) Values(name string) []secret.Text {
	var out []secret.Text
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			out = append(out, f.Value)
		}
	}
	return out
}

// With is h with every field called name replaced by one; it stands where the first stood, or at the end.
func (h Header) With(f Field) Header {
	out := make(Header, 0, len(h)+1)
	done := false
	for _, g := range h {
		if !strings.EqualFold(g.Name, f.Name) {
			out = append(out, g)
		} else if !done {
			out = append(out, f)
			done = true
		}
	}
	if !done {
		out = append(out, f)
	}
	return out
}

// Without is h without the named fields.
func (h Header) Without(names ...string) Header {
	out := make(Header, 0, len(h))
	for _, g := range h {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, g.Name) }) {
			out = append(out, g)
		}
	}
	return out
}

// harmlessRequest are request fields whose value never carries a credential.
var harmlessRequest = []string{
	"accept", "accept-charset", "accept-encoding", "accept-language", "access-control-request-headers",
	"access-control-request-method", "cache-control", "connection", "content-encoding", "content-length",
	"content-type", "date", "dnt", "expect", "forwarded", "host", "if-modified-since", "if-unmodified-since",
	"keep-alive", "max-forwards", "origin", "pragma", "priority", "proxy-connection", "range", "sec-ch-ua",
	"sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user",
	"sec-websocket-version", "te", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent", "via",
	"x-amz-content-sha256", "x-amz-date", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
	"x-forwarded-proto", "x-requested-with",
}

// addresses are response fields that hold a URL.
var addresses = []string{"content-location", "link", "location", "refresh"}

// harmlessResponse are response fields that may be shown and reasoned about as text.
var harmlessResponse = []string{
	"accept-ranges", "access-control-allow-credentials", "access-control-allow-headers",
	"access-control-allow-methods", "access-control-allow-origin", "access-control-expose-headers",
	"access-control-max-age", "age", "allow", "alt-svc", "apigw-requestid", "cache-control", "cf-cache-status",
	"cf-mitigated", "cf-ray", "connection", "content-encoding", "content-language", "content-length",
	"content-security-policy", "content-type", "date", "docker-distribution-api-version", "expires", "grpc-status",
	"keep-alive", "last-modified", "mime-version", "pragma", "proxy-authenticate", "proxy-connection",
	"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "referrer-policy", "retry-after", "server",
	"server-timing", "strict-transport-security", "trailer", "transfer-encoding", "upgrade", "vary", "via",
	"www-authenticate", "x-akamai-request-id", "x-amz-apigw-id", "x-amz-cf-id", "x-amz-cf-pop", "x-amz-id-2",
	"x-amz-request-id", "x-amzn-errortype", "x-amzn-requestid", "x-aspnet-version", "x-aspnetmvc-version",
	"x-authentication-denied-reason", "x-cache", "x-cache-hits", "x-cache-status", "x-content-type-options",
	"x-drupal-cache", "x-drupal-dynamic-cache", "x-envoy-upstream-service-time", "x-forms_based_auth_required",
	"x-frame-options", "x-generator", "x-github-media-type", "x-github-request-id", "x-github-sso",
	"x-gitlab-meta", "x-jenkins", "x-kong-response-latency", "x-kong-upstream-latency", "x-litespeed-cache",
	"x-ms-diagnostics", "x-ms-middleware-request-id", "x-ms-request-id", "x-permitted-cross-domain-policies",
	"x-pingback", "x-powered-by", "x-proxy-cache", "x-ratelimit-limit", "x-ratelimit-remaining",
	"x-ratelimit-reset", "x-request-id", "x-robots-tag", "x-runtime", "x-seraph-loginreason", "x-served-by",
	"x-squid-error", "x-timer", "x-turbo-charged-by", "x-varnish", "x-varnish-cache", "x-wp-nonce-age",
	"x-wp-total", "x-xss-protection", "location-host",
}
