package mixed

import (
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/message"
	"github.com/why401/why401/internal/lazyregexp"
)

// maxOutcomes bounds the short outcomes of one text.
const maxOutcomes = 200

var (
	// outcome is a request and its status in one breath: "GET /api/x 401", "POST /login -> 200", "`GET https://h/x` returns 403".
	outcome = lazyregexp.New("\\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|PROPFIND)\\s+[`\"'<]?((?:https?://|/|\\.\\.\\./)[^\\s`\"'<>]*)[`\"'>]?(?:\\s+HTTP/[0-9.]+)?[\"`]?(?:[\\s:=>→\\-|(,]+|(?i:returns|returned|gives|gave|answers|answered with|answered|responds with|responded with|responded|fails with|failed with|results in|got|is|was|with|status|code|a|an|HTTP)\\b){1,8}?\\b([1-5][0-9]{2})\\b(\\s+or\\b)?")
	// fetched is an address and its status: "https://h/x returned 401".
	fetched = lazyregexp.New("(https?://[^\\s`\"'<>]+?)[`\"'>,]?\\s+(?i:returns|returned|gives|gave|answers|answered with|answered|responds with|responded with|failed with|fails with|->|=>|→)\\s+(?i:with\\s+|an?\\s+|HTTP\\s+|status\\s+|code\\s+)*([1-5][0-9]{2})\\b(\\s+or\\b)?")
)

// signed is an address that carries a signature or a token itself.
var signed = lazyregexp.New("https?://[^\\s`\"'<>]+[?&](?i:X-Amz-Signature|X-Amz-Credential|X-Goog-Signature|Signature|sig|access_token|api_?key|api_?token|token|oauth_signature)=[^\\s`\"'<>]+")

const shortUnseen = exchange.RequestHeader | exchange.RequestCredentials | exchange.RequestBody | exchange.ResponseHeader | exchange.ResponseBody

// outcomes makes small exchanges of requests whose status is said beside them. Their lines stay what they are as well,
// unless nothing else stands on them.
func (r *reader) outcomes() {
	n := 0
	for i, l := range r.lines {
		if r.used[i] || len(l) < 8 || len(l) > 4<<10 || n >= maxOutcomes || message.Logged(l) {
			continue
		}
		if m := outcome.FindStringSubmatch(l); m != nil && m[4] == "" {
			if x := r.short(m[1], m[2], m[3]); x != nil {
				r.out.Exchanges = append(r.out.Exchanges, x)
				n++
				if rest := strings.TrimSpace(strings.Replace(l, m[0], "", 1)); rest == "" {
					r.used[i] = true
				}
			}
			continue
		}
		if strings.Contains(l, "://") {
			if m := signed.FindString(l); m != "" {
				if u, err := exchange.ParseURL(strings.TrimRight(m, ".,;:)")); err == nil {
					r.out.Exchanges = append(r.out.Exchanges, &exchange.Exchange{Given: r.given(), Request: exchange.Request{URL: u}, Response: &exchange.Response{},
						Unseen: shortUnseen | exchange.RequestLine | exchange.StatusLine})
					n++
				}
			}
			if m := fetched.FindStringSubmatch(l); m != nil && m[3] == "" {
				if x := r.short("", m[1], m[2]); x != nil {
					r.out.Exchanges = append(r.out.Exchanges, x)
					n++
				}
			}
		}
	}
}

// short is an exchange of which the request line (without a method, only the address) and the status are known.
func (r *reader) short(method, target, status string) *exchange.Exchange {
	code, _ := strconv.Atoi(status)
	target = strings.TrimRight(target, ".,;:)")
	x := &exchange.Exchange{Given: r.given(), Unseen: shortUnseen, Response: &exchange.Response{Status: code}}
	x.Request.Method = method
	if method == "" {
		x.Unseen |= exchange.RequestLine
	}
	if strings.Contains(target, "://") {
		u, err := exchange.ParseURL(target)
		if err != nil {
			return nil
		}
		x.Request.URL = u
		return x
	}
	path, query, has := strings.Cut(target, "?")
	x.Request.URL = exchange.URL{Path: path, HasQuery: has, Query: exchange.ParseQuery(query)}
	return x
}
