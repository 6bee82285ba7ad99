package transcript

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// field splits "Name: value"; ok is false when s is no header line.
func field(s string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(s, ":")
	name = strings.TrimRight(name, " \t")
	if !ok || name == "" || len(name) > 80 || !token(name) || strings.HasPrefix(value, "//") {
		return "", "", false
	}
	return name, strings.Trim(value, " \t"), true
}

// token is RFC 9110 5.6.2.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// Names that stand in one direction only, and names that make a line a header line wherever it stands.
var (
	requestNames = set(`authorization proxy-authorization cookie host user-agent accept accept-language accept-encoding
		accept-charset referer origin if-none-match if-modified-since te expect x-api-key x-auth-token x-csrf-token
		x-xsrf-token x-requested-with x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port x-real-ip
		upgrade-insecure-requests dnt access-control-request-headers access-control-request-method sec-fetch-dest
		sec-fetch-mode sec-fetch-site sec-fetch-user sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform priority range
		x-access-token api-key apikey ocp-apim-subscription-key private-token x-vault-token x-gitlab-token
		sec-websocket-key sec-websocket-version x-amz-date x-amz-content-sha256 x-amz-security-token dpop x-wp-nonce
		x-forwarded-user x-forwarded-email x-forwarded-authorization x-original-url sec-gpc proxy-connection`)
	responseNames = set(`www-authenticate proxy-authenticate set-cookie server location etag last-modified expires age
		vary allow retry-after x-powered-by content-security-policy strict-transport-security x-frame-options
		x-content-type-options x-xss-protection access-control-allow-origin access-control-allow-headers
		access-control-allow-methods access-control-allow-credentials access-control-expose-headers
		access-control-max-age cf-ray x-cache referrer-policy permissions-policy authentication-info
		docker-distribution-api-version x-amzn-requestid x-amzn-errortype x-ms-diagnostics accept-ranges alt-svc
		x-request-id x-runtime content-disposition x-ratelimit-limit x-ratelimit-remaining x-aspnet-version
		proxy-authentication-info x-amz-cf-id x-served-by content-location`)
	commonNames = set(`content-type content-length connection cache-control date pragma via transfer-encoding
		keep-alive content-encoding content-language upgrade link`)
)

func known(name string) bool {
	n := strings.ToLower(name)
	return requestNames[n] || responseNames[n] || commonNames[n]
}

// credential reports a request field that carries one.
func credential(name string) bool {
	n := strings.ToLower(name)
	return n == "authorization" || n == "proxy-authorization" || n == "cookie" || n == "x-authorization" ||
		strings.Contains(n, "token") || strings.Contains(n, "api-key") || strings.Contains(n, "apikey") ||
		strings.HasSuffix(n, "-key") && n != "sec-websocket-key"
}

// cut is what a writer leaves in the place of what was taken out. A program's own slip ("Bearer undefined",
// "Bearer $TOKEN", "{{token}}") is none: it was sent like that.
var cut = lazyregexp.New(`(?i)\.\.\.|…|\*{3,}|^\S+ \*+$|^\*+$|\bx{3,}\b|x{6,}|•{3,}|█{2,}|` +
	`[<\[({]\s*-*\s*(?:\w+[ _-]){0,4}(?:redacted|removed|hidden|masked|snip(?:ped)?|omitted|secret|filtered|censored|stripped|sanitized|cut|deleted|scrubbed|obfuscated|truncated|elided|protected)\b[^>\])}]*[>\])}]|` +
	`\b(?:redacted\w*|snipped|censored)\b|^(?:\S+ )?<[^<>"=]{1,60}>$|^\S+ \[[\w -]{1,40}\]$|^\S+ \([\w -]{1,40}\)$`)

// elided reports a credential that the writer took out of the record, wholly or in part.
func elided(value string) bool {
	if strings.HasPrefix(value, "[object") || strings.Contains(value, " [object") {
		return false
	}
	if len(value) > 8<<10 {
		value = value[:4<<10] + value[len(value)-4<<10:]
	}
	return cut.MatchString(value)
}

var gone = lazyregexp.New(`(?i)^\s*(?:[<\[(]?\s*(?:\.{2,}|…|snip(?:ped)?|cut|more headers|other headers|some headers? (?:removed|omitted)|etc\.?)\s*(?:\.{2,}|…)?\s*[>\])]?|-+\s*8<\s*-+)\s*$`)

// snip reports a line that stands for lines left out.
func snip(s string) bool { return len(s) < 80 && gone.MatchString(s) }
