package transcript

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// requestLine reads "GET /x HTTP/1.1". A target with blanks in it is taken as it was written.
func requestLine(s string) (method, target, proto string, ok bool) {
	method, rest, ok := strings.Cut(s, " ")
	if !ok || len(method) < 3 || len(method) > 20 || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != "" {
		return "", "", "", false
	}
	rest = strings.TrimSpace(rest)
	i := strings.LastIndexByte(rest, ' ')
	if i < 0 {
		return "", "", "", false
	}
	target, proto = strings.TrimSpace(rest[:i]), rest[i+1:]
	if !version(proto) || target == "" {
		return "", "", "", false
	}
	return method, target, proto, true
}

func version(s string) bool {
	v, ok := strings.CutPrefix(s, "HTTP/")
	return ok && len(v) >= 1 && len(v) <= 3 && v[0] >= '0' && v[0] <= '9'
}

var methods = set("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND PROPPATCH MKCOL REPORT SEARCH COPY MOVE LOCK UNLOCK QUERY")

// shortLine reads a request line that was written without its version: "GET /x", "POST https://h/x".
func shortLine(s string) (method, target string, ok bool) {
	method, target, ok = strings.Cut(s, " ")
	target = strings.TrimSpace(target)
	if !ok || !methods[method] || strings.ContainsAny(target, " \t") {
		return "", "", false
	}
	return method, target, strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")
}

var (
	statusRE = lazyregexp.New(`^HTTP(?:/(\d(?:\.\d)?))?[ \t]+(\d{3})(?:[ \t]+(.{0,200}))?[ \t]*$`)
	bareRE   = lazyregexp.New(`^(?:Status(?: Code)?: ?|HTTP (?:status|error|code):? ?)?([1-5]\d\d) ([A-Z][A-Za-z' -]{1,40})$`)
)

// knownReason are reason phrases that stand in a status line whose version was left out.
var knownReason = map[string]bool{"ok": true, "created": true, "no content": true, "moved permanently": true, "found": true, "see other": true,
	"temporary redirect": true, "permanent redirect": true, "not modified": true, "bad request": true, "unauthorized": true, "unauthorised": true,
	"forbidden": true, "not found": true, "method not allowed": true, "not acceptable": true, "proxy authentication required": true,
	"too many requests": true, "authorization required": true, "internal server error": true, "bad gateway": true, "service unavailable": true}

// statusLine reads "HTTP/1.1 401 Unauthorized", "HTTP/2 401".
func statusLine(s string) (proto string, status int, reason string, ok bool) {
	if !strings.HasPrefix(s, "HTTP") {
		return "", 0, "", false
	}
	m := statusRE.FindStringSubmatch(s)
	if m == nil || m[1] == "" && m[3] != "" && !knownReason[strings.ToLower(strings.TrimSpace(m[3]))] {
		return "", 0, "", false // "HTTP 401 Invalid credential" is how CiviCRM begins a body
	}
	if m[1] != "" {
		proto = "HTTP/" + m[1]
	}
	return proto, number(m[2]), strings.TrimSpace(m[3]), number(m[2]) >= 100
}

// bareStatus reads "401 Unauthorized", which counts only in front of header lines.
func bareStatus(s string) (status int, reason string, ok bool) {
	if len(s) > 80 {
		return 0, "", false
	}
	m := bareRE.FindStringSubmatch(s)
	if m == nil {
		return 0, "", false
	}
	return number(m[1]), m[2], true
}

func number(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 9; i++ {
		if s[i] < '0' || s[i] > '9' {
			return n
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// strong reports a line that only a conversation has.
func strong(s string) bool {
	if len(s) < 3 {
		return false
	}
	if s[0] == '*' || s[0] == '<' || s[0] == '>' {
		_, _, ok := mark(s)
		return ok
	}
	if _, _, _, ok := statusLine(s); ok {
		return true
	}
	_, _, _, ok := requestLine(s)
	return ok
}
