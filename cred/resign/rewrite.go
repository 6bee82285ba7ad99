package resign

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/cred/hmac"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Rewrite is something that proxies and frameworks do to a request before its signature is checked.
type Rewrite struct {
	ID    string // stable: "host-without-port"
	Part  Part
	How   string // "the host without its port"
	Apply func(exchange.Request) exchange.Request
}

// Rewrites are those that change something in what s covers, likeliest first: few of them can be tried on a server.
//
//   - nginx's $host is the name without the port, and a balancer that ends TLS speaks http to what is behind it;
//   - a location with a path behind proxy_pass cuts its prefix, and decodes and cleans what is left of the path;
//   - a body parser that runs before the check leaves the values, not the bytes.
func Rewrites(req exchange.Request, s Signature) []Rewrite {
	var out []Rewrite
	add := func(on bool, w Rewrite) {
		if on && s.Fits(w.Part) {
			out = append(out, w)
		}
	}
	u := req.URL
	tls, port := u.Scheme == "https", u.Authority() != hostOnly(u.Authority())
	path := clean(u.Path)
	forwarded := req.Header.Text("X-Forwarded-Host").Trim().Reveal()
	add(forwarded != "", Rewrite{"forwarded-host", Host, "the host that X-Forwarded-Host names", func(r exchange.Request) exchange.Request { return withHost(r, forwarded) }})
	add(tls, Rewrite{"http", Scheme, "http: in place of https:", overHTTP})
	add(path != u.Path, Rewrite{"path-decoded", Path, "the path decoded and cleaned, as nginx hands it on", withPath(func(string) string { return path })})
	add(port, Rewrite{"host-without-port", Host, "the host without its port", withoutPort})
	add(tls && port && s.Fits(Scheme), Rewrite{"http-without-port", Host, "http: in place of https:, and the host without its port", func(r exchange.Request) exchange.Request { return withoutPort(overHTTP(r)) }})
	rest, cut := prefix(u.Path)
	add(cut, Rewrite{"prefix-cut", Path, "the path without its first part", withPath(func(string) string { return rest })})
	if s.Kind == Webhook && !req.Body.Empty() {
		var bodies []Rewrite
		for i, b := range hmac.Bodies(req) {
			bodies = append(bodies, Rewrite{fmt.Sprintf("%s-%d", b.Word, i), Body, b.How, func(r exchange.Request) exchange.Request {
				r.Body = b.Text
				return r
			}})
		}
		// What a parser and a writer of JSON leave comes first, then what the end of the text may lose.
		slices.SortStableFunc(bodies, func(a, b Rewrite) int { return cmp.Compare(bodyRank(a.ID), bodyRank(b.ID)) })
		out = append(out, bodies...)
	}
	if s.Fits(Body) && s.Kind == SigV4 && !req.Body.Empty() {
		add(true, Rewrite{"body-empty", Body, "an empty body", func(r exchange.Request) exchange.Request {
			r.Body = secret.Text{}
			return r
		}})
	}
	return out
}

func bodyRank(id string) int {
	for i, word := range []hmac.Word{hmac.BodyRewrit, hmac.BodyEnd, hmac.BodyOther} {
		if strings.HasPrefix(id, string(word)) {
			return i
		}
	}
	return 3
}

// Changes reports that s would be another one over seen than over req: a rewrite that what is signed does not show is no
// suspect.
func (s Signature) Changes(req, seen exchange.Request) bool {
	a, b := s.lines(req), s.lines(seen)
	_, first := form.Beside(a, b)
	return first >= 0
}

func (s Signature) lines(req exchange.Request) []form.Line {
	if u, ok := Of(req, nil); ok && u.Kind == s.Kind {
		return u.Lines
	}
	return nil
}

// Seen are the lines over which a server signs that reads seen.
func (s Signature) Seen(seen exchange.Request) []form.Line { return s.lines(seen) }

func hostOnly(authority string) string {
	if i := strings.LastIndexByte(authority, ':'); i > 0 && i > strings.LastIndexByte(authority, ']') {
		return authority[:i]
	}
	return authority
}

func withHost(r exchange.Request, authority string) exchange.Request {
	if u, err := exchange.ParseURL(r.URL.Scheme + "://" + authority + "/"); err == nil {
		r.URL.Host, r.URL.Port = u.Host, u.Port
	}
	r.Header = r.Header.With(exchange.Field{Name: "Host", Value: secret.Public(authority)})
	return r
}

func withoutPort(r exchange.Request) exchange.Request {
	return withHost(r, hostOnly(r.URL.Authority()))
}

// overHTTP is the request as a server reads it behind a proxy that ends TLS: the same Host, and http.
func overHTTP(r exchange.Request) exchange.Request {
	authority := r.URL.Authority()
	r.URL.Scheme = "http"
	return withHost(r, authority)
}

func withPath(change func(string) string) func(exchange.Request) exchange.Request {
	return func(r exchange.Request) exchange.Request {
		r.URL.Path, r.Target = change(r.URL.Path), secret.Text{}
		return r
	}
}

// clean is what nginx makes of a path when it replaces the location's part of it (ngx_escape_uri): percent-encoding is undone,
// slashes are merged, and blanks, percent signs and bytes beyond ASCII are encoded again.
func clean(path string) string {
	u, err := url.PathUnescape(path)
	if err != nil || strings.ContainsAny(u, "?#") {
		return path
	}
	var b strings.Builder
	for i := range len(u) {
		switch c := u[i]; {
		case c == '/' && i > 0 && u[i-1] == '/':
		case c <= ' ' || c >= 0x7f || c == '%':
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// prefix cuts the first part of a path of two parts or more.
func prefix(path string) (rest string, ok bool) {
	i := strings.IndexByte(strings.TrimPrefix(path, "/"), '/')
	if i <= 0 {
		return "", false
	}
	return path[i+1:], true
}
