package probe

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// bound are the fields that belong to an origin whatever their value: a canary is public, and still not meant for
// anybody else.
var boundFields = []string{"Authorization", "Cookie", "Cookie2", "Proxy-Authorization", "Referer", "Origin", "Host",
	"Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Expect",
	"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded"}

// strip leaves of r what may go to an origin that the user gave nothing for: the keep-list of public fields. Body and
// the rest of what was typed stay behind.
func strip(r exchange.Request) exchange.Request {
	r = r.Clone()
	var h exchange.Header
	for _, f := range r.Header {
		bound := slices.ContainsFunc(boundFields, func(n string) bool { return strings.EqualFold(n, f.Name) })
		if !f.Value.Closed() && !bound {
			h = append(h, f)
		}
	}
	r.Header, r.Body, r.Target = h, secret.Text{}, secret.Text{}
	r.URL.User = secret.Text{}
	return r
}

// minKnown is the shortest secret that is searched for in an outgoing request: a shorter one occurs by chance.
const minKnown = 6

// knownSecrets are the byte strings of the user's input that must not turn up at another origin, because a redirect
// repeated them in its Location, say.
func knownSecrets(in *exchange.Intent) []string {
	var out []string
	bytes := func(s string) {
		if s = strings.TrimSpace(s); len(s) >= minKnown && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add := func(t secret.Text) {
		if t.Closed() {
			bytes(t.Reveal())
		}
	}
	for _, f := range in.Request.Header {
		switch {
		case strings.EqualFold(f.Name, "Authorization"), strings.EqualFold(f.Name, "Proxy-Authorization"):
			c := challenge.Split(f.Value)
			add(c.Rest)
			if strings.EqualFold(c.Scheme, "basic") {
				if user, password, ok := decodeBasic(c.Rest); ok {
					add(password)
					if user.Closed() && secret.Looks(user.Reveal()) {
						add(user)
					}
				}
			}
		case strings.EqualFold(f.Name, "Cookie"):
			for c := range strings.SplitSeq(f.Value.Reveal(), ";") {
				if _, v, ok := strings.Cut(c, "="); ok && len(strings.TrimSpace(v)) >= 8 {
					bytes(strings.Trim(v, ` "`)) // not closed by us: a short one would be scrubbed out of harmless text
				}
			}
		case strings.EqualFold(f.Name, "Referer"), strings.EqualFold(f.Name, "Origin"):
		default:
			add(f.Value)
		}
	}
	for _, p := range in.Request.URL.Query {
		if secretName(p.Name) || secret.Looks(p.Value.Reveal()) {
			add(p.Value)
		}
	}
	if _, password, ok := in.Request.URL.User.Cut(":"); ok {
		add(password)
	}
	add(in.Login.Password)
	if in.Proxy != nil {
		add(in.Proxy.Login.Password)
	}
	add(in.Request.Body)
	return out
}

// secretName recognises parameter names whose values are credentials.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, w := range []string{"token", "key", "secret", "sig", "auth", "pass", "pwd", "session", "sid", "jwt", "code", "credential", "otp", "ticket", "sas"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// carries reports that r's target or header holds one of the user's secrets, as it is or percent-encoded up to twice.
func (s *Sender) carries(r exchange.Request) bool {
	texts := []string{r.Head(r.RequestTarget())}
	for range 2 {
		d, err := url.QueryUnescape(strings.ReplaceAll(texts[len(texts)-1], "+", "%2B"))
		if err != nil {
			d = unescapeLoosely(texts[len(texts)-1])
		}
		texts = append(texts, d)
	}
	for _, k := range s.known {
		for _, sp := range append(secret.Spellings(k), unescapeLoosely(k)) {
			for _, t := range texts {
				if len(sp) >= minKnown && strings.Contains(t, sp) {
					return true
				}
			}
		}
	}
	return false
}

// unescapeLoosely decodes the percent signs that can be decoded.
func unescapeLoosely(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if d, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(d)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
