package value

import (
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var headerForm = form.Form{
	Kind: "header", Also: []string{"headers", "header-line"}, What: "header lines",
	Is: func(text string) int {
		t := front(text)
		known, total := 0, 0
		for l := range strings.Lines(t) {
			c := strings.TrimSpace(l)
			if c == "" {
				continue
			}
			total++
			m := headerLine.FindStringSubmatch(c)
			if m != nil && sentence.MatchString(m[2]) {
				return 0
			}
			if m == nil && (total == 1 || l[0] != ' ' && l[0] != '\t') {
				return 0
			}
			if m != nil && (requestNames[strings.ToLower(m[1])] || answerNames[strings.ToLower(m[1])] || strings.HasPrefix(strings.ToLower(m[1]), "access-control-") || keyHeader.MatchString(m[1])) {
				known++
			}
		}
		switch {
		case known == 0 || known*2 < total:
			return 0
		case total <= 8:
			return 86
		}
		return 55 // a whole header: the reader of exchanges knows more of it
	},
	Read: readHeader,
}

var (
	headerLine   = lazyregexp.New(`^(?:[<>*-]\s+)?(?:-H\s+)?["']?([A-Za-z][A-Za-z0-9_-]{1,60})["']?\s?:\s?["']?(.*?)["',]{0,2}$`)
	requestNames = set("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey", "x-auth-token", "x-csrf-token", "x-xsrf-token", "origin", "referer",
		"private-token", "job-token", "x-access-token", "host", "x-amz-security-token", "x-goog-api-key", "dpop", "x-wp-nonce", "x-forwarded-user", "x-remote-user", "user-agent", "accept", "x-shopify-access-token",
		"x-forwarded-proto", "x-forwarded-for", "x-forwarded-host", "ocp-apim-subscription-key", "x-functions-key", "x-plex-token", "x-redmine-api-key", "authentication", "x-authorization", "x-civi-auth", "remote_user")
	answerNames = set("set-cookie", "location", "www-authenticate", "proxy-authenticate", "clear-site-data", "vary", "cache-control", "server", "via", "retry-after", "authentication-info",
		"x-cache", "age", "content-security-policy", "x-powered-by", "strict-transport-security", "allow", "cf-ray", "x-frame-options", "content-location", "docker-distribution-api-version", "x-ratelimit-remaining", "x-squid-error",
		"x-authentication-denied-reason", "x-seraph-loginreason", "x-amzn-errortype", "refresh", "date", "x-ms-diagnostics")
	sentence  = lazyregexp.New(`[a-z0-9]\. [A-Z][a-z]* [a-z]+ |^[A-Z][a-z]+ [a-z]+ [a-z]+ [a-z]+ [a-z]+\b[^;,=]*$`)
	keyHeader = lazyregexp.New(`(?i)(^|-)(api-?key|auth|token|session-id|signature)$`)
)

// readHeader makes one exchange of header lines: those of a request and those of an answer, which their names tell
// apart. A credential that a request field carries is kept as a token as well.
func readHeader(text string, o form.Options) (exchange.Evidence, error) {
	const expected = "header lines (Name: value)"
	text, err := open(text, expected)
	if err != nil {
		return exchange.Evidence{}, err
	}
	r := &reader{Options: o}
	x := &exchange.Exchange{Unseen: exchange.RequestLine | exchange.RequestHeader | exchange.RequestBody | exchange.WholeAnswer | exchange.ResponseBody}
	answer := &exchange.Response{}
	var credential bool
	n, first, folded, dir := 0, 0, 0, byte(0)
	for l := range strings.Lines(text) {
		n++
		t := strings.TrimSpace(l)
		if t == "" || len(x.Request.Header)+len(answer.Header) >= maxFields {
			continue
		}
		m := headerLine.FindStringSubmatch(t)
		if m == nil {
			if folded++; folded < 50 {
				r.unfold(x, answer, dir, t, n)
			}
			continue
		}
		if first == 0 {
			first = n
		}
		name, low := m[1], strings.ToLower(m[1])
		dir = 'q'
		if answerNames[low] || strings.HasPrefix(low, "access-control-") && !strings.HasPrefix(low, "access-control-request-") || strings.HasPrefix(t, "<") {
			dir = 'a'
		}
		if dir == 'a' {
			answer.Header = append(answer.Header, exchange.ResponseField(name, m[2]))
			continue
		}
		f := exchange.RequestField(name, m[2])
		x.Request.Header = append(x.Request.Header, f)
		credential = r.credential(n, f, low) || credential
	}
	if !credential {
		x.Unseen |= exchange.RequestCredentials
	}
	if len(answer.Header) > 0 {
		x.Response = answer
		if answer.Header.Has("WWW-Authenticate") {
			answer.Status = 401
		} else if answer.Header.Has("Proxy-Authenticate") {
			answer.Status = 407
		}
	}
	if first > 0 {
		x.Given = r.at(first).String()
		r.ev.Exchanges = append(r.ev.Exchanges, x)
	}
	return r.done(expected)
}

// unfold adds a line to the value before it: a field folded over lines (RFC 9112 5.2), or broken by the paste.
func (r *reader) unfold(x *exchange.Exchange, answer *exchange.Response, dir byte, t string, n int) {
	h := x.Request.Header
	if dir == 'a' {
		h = answer.Header
	}
	if len(h) == 0 || h[len(h)-1].Value.Len() > 64<<10 {
		return
	}
	f := &h[len(h)-1]
	r.say(n, "the value of %s goes on in the next line", shownName(f.Name))
	joined := f.Value.Reveal() + t
	if dir == 'a' {
		*f = exchange.ResponseField(f.Name, joined)
	} else {
		*f = exchange.RequestField(f.Name, joined)
		for i := range r.ev.Tokens {
			if last := &r.ev.Tokens[i]; strings.EqualFold(last.Place, f.Name) && i == len(r.ev.Tokens)-1 {
				last.Value = secret.New(challenge.Split(f.Value).Rest.Trim().Reveal())
			}
		}
	}
}

// credential keeps the credential of a request field as a token and says what is odd about its form; it reports whether
// the field is there to carry one.
func (r *reader) credential(n int, f exchange.Field, low string) bool {
	auth := low == "authorization" || low == "proxy-authorization" || low == "x-authorization"
	if !auth && !keyHeader.MatchString(low) && low != "cookie" && low != "private-token" {
		return false
	}
	if low == "cookie" {
		return true
	}
	flaws, v := cred.AnatomyOfKey(f.Value), f.Value
	if auth {
		flaws = cred.Anatomy(f.Value)
		v = challenge.Split(f.Value).Rest.Trim()
	}
	for _, w := range flaws {
		r.say(n, "%s: %s", shownName(f.Name), w.What)
	}
	if v.Empty() {
		return true
	}
	v = secret.New(v.Reveal())
	r.ev.Tokens = append(r.ev.Tokens, exchange.Token{Value: v, Place: f.Name, From: r.at(n), Whole: !masked(v.Reveal()) && (!strings.Contains(v.Reveal(), ".") || !v.HasPrefix("eyJ") || wholeToken(v))})
	return true
}
