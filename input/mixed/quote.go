package mixed

import (
	"strings"

	"github.com/why401/why401/input/message"
	"github.com/why401/why401/internal/lazyregexp"
)

// quote is a piece of prose between quotation marks, or behind "says:".
type quote struct {
	text   string
	at     int
	before string // the words in front of it
	after  string // and a status in brackets behind it
}

// maxQuotes bounds the quotes of one paragraph.
const maxQuotes = 20

// spoken are words behind which what a program said follows without quotation marks.
var spoken = lazyregexp.New(`(?i)\b(?:says|console|log|said|reads|prints|printed|error|message|answer|answers|response|returns|shows|fails with|failed with)(?: is| was)?: +([^"'` + "`" + `\n]{8,300})`)

// oauthCode are error codes of OAuth 2.0 and its relatives (RFC 6749 4.1.2.1 and 5.2, RFC 6750 3.1, OpenID Connect Core
// 3.1.2.6), which mean the same wherever they stand.
var oauthCode = lazyregexp.New(`\b(?:invalid_(?:client|grant|token|request|scope|signature|audience|issuer|nonce|state|dpop_proof|redirect_uri)|unauthorized_client|access_denied|insufficient_scope|login_required|interaction_required|consent_required|redirect_uri_mismatch|unsupported_grant_type|rest_cookie_invalid_nonce|invalid_api_key|insufficient_user_authentication)\b`)

// quotes finds the pieces of a paragraph that are evidently error texts.
func quotes(text string) []quote {
	var out []quote
	seen := map[string]bool{}
	add := func(s string, at int) {
		s = strings.TrimSpace(s)
		if len(out) >= maxQuotes || seen[s] || !errorText(s) {
			return
		}
		seen[s] = true
		q := quote{text: s, at: at, before: text[max(0, at-24):at]}
		if rest := text[min(len(text), at+len(s)):]; len(rest) > 0 {
			if i := strings.IndexByte(rest[:min(len(rest), 8)], '('); i >= 0 {
				q.after = " HTTP " + rest[i+1:min(len(rest), i+6)]
			}
		}
		out = append(out, q)
	}
	limit := min(len(text), 64<<10)
	for i := 0; i < limit; i++ {
		shut := ""
		switch {
		case text[i] == '"':
			shut = `"`
		case text[i] == '`':
			shut = "`"
		case text[i] == '\'' && (i == 0 || strings.IndexByte(" \n(:,=[", text[i-1]) >= 0):
			shut = "'"
		case strings.HasPrefix(text[i:], "“"):
			shut = "”"
		case strings.HasPrefix(text[i:], "«"):
			shut = "»"
		default:
			continue
		}
		open := len(shut)
		if shut == "»" || shut == "”" {
			open = len("«")
			if shut == "”" {
				open = len("“")
			}
		}
		end := strings.Index(text[i+open:min(len(text), i+open+500)], shut)
		if end < 0 {
			continue
		}
		add(text[i+open:i+open+end], i)
		i += open + end + len(shut) - 1
	}
	for _, m := range spoken.FindAllStringSubmatchIndex(text[:limit], 8) {
		add(strings.TrimRight(text[m[2]:m[3]], " .;"), m[2])
	}
	for _, m := range oauthCode.FindAllStringIndex(text[:limit], 8) {
		if s := text[m[0]:m[1]]; !within(out, s) {
			add(s, m[0])
		}
	}
	return out
}

func within(qs []quote, s string) bool {
	for _, q := range qs {
		if strings.Contains(q.text, s) {
			return true
		}
	}
	return false
}

// refusal are the roots of words that errors about access have.
var refusal = []string{"unauthor", "not author", "forbid", "denied", "invalid", "expired", "credential", "authenticat", "authoris", "authoriz", "mismatch", "not allowed", "not permitted", "permission", "token", "signature", "nonce", "csrf", "crumb", "login", "log in", "password", "incorrect", "not configured", "certificate", "cookie", "rejected", "refused", "failed", "failure", "error", "bad ", "missing", "required", "blocked", "not valid", "cannot", "unable", "no valid"}

// errorText reports that a quoted piece is something a program said about a refusal: a sentence with a word of refusal, or
// a code such as jwt_auth_bad_config or InvalidProviderToken. Header fields, names of things, commands and code are not.
func errorText(s string) bool {
	if len(s) < 8 || len(s) > 500 || strings.ContainsAny(s[:1], "-$./<{[(%") && !strings.HasPrefix(s, "[") {
		return false
	}
	words := strings.Fields(s)
	low := strings.ToLower(s)
	if strings.Contains(" gh git npm yarn docker podman kubectl helm aws az gcloud pip mvn php python node sudo curl composer dotnet terraform vault cargo export set ", " "+words[0]+" ") {
		return false // a command
	}
	if name, _, ok := strings.Cut(s, ":"); ok && headerName(name) {
		return false
	}
	if strings.ContainsAny(s, "={}|;") && len(words) < 6 || strings.HasPrefix(low, "http") && !strings.HasPrefix(low, "http ") || strings.HasPrefix(low, "bearer ") || strings.HasPrefix(low, "basic ") || strings.HasPrefix(low, "curl ") || strings.Contains(s, "()") {
		return false
	}
	hits := 0
	for _, w := range refusal {
		if strings.Contains(low, w) {
			hits++
		}
	}
	if len(words) == 1 {
		return coded(s, low)
	}
	if len(words) == 2 && message.Status(s) == 0 && hits < 2 && !strings.ContainsAny(low, "!.") {
		return hits > 0 && (strings.Contains(low, "denied") || strings.Contains(low, "unauthor") || strings.Contains(low, "forbid") || strings.Contains(low, "invalid") || strings.Contains(low, "expired") || strings.Contains(low, "failed") || strings.Contains(low, "bad "))
	}
	return hits > 0 || message.Status(s) >= 400
}

// coded is a word in the form of an error code.
func coded(s, low string) bool {
	if strings.ContainsAny(s, "/@.,:=(") {
		return false
	}
	parts := strings.Contains(s, "_") || strings.Contains(s, "-") || strings.ToLower(s) != s && strings.ToUpper(s) != s && strings.IndexFunc(s[1:], func(r rune) bool { return r >= 'A' && r <= 'Z' }) >= 0
	if !parts {
		return low == "unauthorized" || low == "forbidden" || low == "access_denied"
	}
	for _, w := range []string{"unauthor", "notauthor", "not_author", "forbid", "denied", "invalid", "expired", "mismatch", "bad_", "failed", "failure", "error", "missing", "notauthentic", "doesnotmatch", "tooskewed", "required"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// headerName reports the name of a header field.
func headerName(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "authorization", "cookie", "set-cookie", "www-authenticate", "proxy-authorization", "host", "content-type", "accept", "origin", "referer", "user-agent", "location":
		return true
	}
	return strings.HasPrefix(strings.ToLower(s), "x-")
}
