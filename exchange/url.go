package exchange

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/why401/why401/secret"
	"golang.org/x/net/idna"
)

// URL is an absolute http or https URL, kept as it was written: nothing is decoded, re-encoded or cleaned, because
// how it was written may be the fault.
type URL struct {
	Scheme   string // "http" or "https"
	Host     string // lower case, IDN as xn--, IPv6 without brackets
	Port     string // always filled: "80" and "443" by default
	Explicit bool   // the port was written
	Path     string // as written, "" when absent
	Query    []Param
	HasQuery bool // a "?" was written, even with nothing behind it
	Fragment string
	User     secret.Text // userinfo as written, closed
}

// Param is one name=value of a query, both as written.
type Param struct {
	Name  string
	Value secret.Text
	Eq    bool // an "=" was written
}

// Origin is what credentials are bound to (RFC 6454): scheme, host, port.
type Origin struct{ Scheme, Host, Port string }

func (o Origin) String() string {
	if o.Port == defaultPort(o.Scheme) {
		return o.Scheme + "://" + bracket(o.Host)
	}
	return o.Scheme + "://" + net.JoinHostPort(o.Host, o.Port)
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

func bracket(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// ParseURL reads an absolute URL. A missing scheme is an error; callers that follow curl's guess add "http://"
// before. Errors name the part and what was expected, and never repeat userinfo or query.
func ParseURL(s string) (URL, error) {
	var u URL
	s = strings.TrimSpace(s)
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return u, fmt.Errorf("not an absolute URL: expected http:// or https:// in front")
	}
	u.Scheme = strings.ToLower(scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return u, fmt.Errorf("scheme %q: expected http or https", scheme)
	}
	auth := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		auth, rest = rest[:i], rest[i:]
	} else {
		rest = ""
	}
	if i := strings.LastIndex(auth, "@"); i >= 0 {
		u.User, auth = secret.New(auth[:i]), auth[i+1:]
	}
	if err := u.setHost(auth); err != nil {
		return u, err
	}
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		u.Fragment, rest = rest[i+1:], rest[:i]
	}
	var query string
	u.Path, query, u.HasQuery = strings.Cut(rest, "?")
	u.Query = ParseQuery(query)
	if i := strings.IndexFunc(u.Path, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return u, fmt.Errorf("path: blank or control character at position %d; expected %%20 or the like", i+1)
	}
	return u, nil
}

func (u *URL) setHost(auth string) error {
	host, port := auth, ""
	if strings.HasPrefix(auth, "[") {
		end := strings.IndexByte(auth, ']')
		if end < 0 {
			return fmt.Errorf("host: '[' without ']'")
		}
		host, port = auth[1:end], strings.TrimPrefix(auth[end+1:], ":")
		u.Explicit = strings.HasPrefix(auth[end+1:], ":")
	} else if i := strings.LastIndexByte(auth, ':'); i >= 0 {
		host, port, u.Explicit = auth[:i], auth[i+1:], true
	}
	if host == "" {
		return fmt.Errorf("host is empty")
	}
	if n, err := strconv.Atoi("0" + port); err != nil || n > 65535 || strings.Trim(port, "0123456789") != "" {
		return fmt.Errorf("port %q: expected a number up to 65535", port)
	}
	for _, r := range host {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`<>"{}|\^`+"`", r) {
			return fmt.Errorf("host: character %q is not allowed in a host name", r)
		}
	}
	u.Host = strings.ToLower(host)
	if !strings.Contains(host, ":") {
		if a, err := idna.Lookup.ToASCII(host); err == nil {
			u.Host = a
		}
	}
	if u.Port = port; port == "" {
		u.Port, u.Explicit = defaultPort(u.Scheme), false
	}
	return nil
}

// ParseQuery splits a query at & without decoding.
func ParseQuery(q string) []Param {
	if q == "" {
		return nil
	}
	var out []Param
	for p := range strings.SplitSeq(q, "&") {
		name, value, eq := strings.Cut(p, "=")
		v := secret.Public(value)
		if !harmlessParam(value) && !OpenParam(name, value) {
			v = secret.New(value)
		}
		out = append(out, Param{name, v, eq})
	}
	return out
}

// harmlessParam keeps short plain words and numbers: page=2, sort=name, format=json. Anything longer than a word
// may be a key.
func harmlessParam(v string) bool {
	if len(v) > 8 {
		return false
	}
	return strings.Trim(v, "0123456789") == "" && len(v) <= 4 || v == "true" || v == "false" || v == "json" || v == "xml" || v == "asc" || v == "desc"
}

// Origin is what credentials sent to u are bound to.
func (u URL) Origin() Origin { return Origin{u.Scheme, strings.TrimSuffix(u.Host, "."), u.Port} }

// Authority is host and, when it was written or is not the scheme's own, port: the value for Host.
func (u URL) Authority() string {
	if u.Port != defaultPort(u.Scheme) {
		return net.JoinHostPort(u.Host, u.Port)
	}
	return bracket(u.Host)
}

// Address is host:port for dialling.
func (u URL) Address() string { return net.JoinHostPort(u.Host, u.Port) }

// Param gives the first value of the query parameter name.
func (u URL) Param(name string) (secret.Text, bool) {
	for _, p := range u.Query {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return secret.Text{}, false
}

// Target is the request-target in origin form, closed: the query may hold keys.
func (u URL) Target() secret.Text {
	t := u.Path
	if t == "" {
		t = "/"
	}
	parts := []secret.Text{secret.Public(t)}
	if u.HasQuery {
		parts = append(parts, secret.Public("?"), u.RawQuery())
	}
	return secret.Join(parts...)
}

// RawQuery is the query as written, without the question mark.
func (u URL) RawQuery() secret.Text {
	var parts []secret.Text
	for i, p := range u.Query {
		if i > 0 {
			parts = append(parts, secret.Public("&"))
		}
		parts = append(parts, secret.Public(p.Name))
		if p.Eq {
			parts = append(parts, secret.Public("="), p.Value)
		}
	}
	return secret.Join(parts...)
}

// String is u as it may be shown: userinfo left out, closed query values and token-like path segments by number.
func (u URL) String() string {
	if u.Host == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(u.Scheme + "://" + u.Authority() + u.ShownPath())
	return b.String()
}

// ShownPath is path and query as they may be shown.
func (u URL) ShownPath() string {
	segs := strings.Split(u.Path, "/")
	for i, s := range segs {
		if secret.Looks(s) {
			segs[i] = secret.New(s).String()
		}
	}
	out := strings.Join(segs, "/")
	if u.HasQuery {
		out += "?"
		for i, p := range u.Query {
			if i > 0 {
				out += "&"
			}
			name := p.Name
			if secret.Looks(name) {
				name = secret.New(name).String()
			}
			out += name
			if p.Eq {
				out += "=" + p.Value.String()
			}
		}
	}
	return out
}

// MarshalText is the shown form.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// Resolve gives the URL that a Location value means, seen from u (RFC 3986 5.2). The reference keeps its spelling.
func (u URL) Resolve(ref string) (URL, error) {
	ref = strings.TrimSpace(ref)
	switch {
	case ref == "":
		return u, nil
	case strings.HasPrefix(ref, "//"):
		return ParseURL(u.Scheme + ":" + ref)
	case hasScheme(ref):
		return ParseURL(ref)
	}
	v := u
	v.User, v.Fragment, v.Query, v.HasQuery = secret.Text{}, "", nil, false
	path, rest := ref, ""
	if i := strings.IndexAny(ref, "?#"); i >= 0 {
		path, rest = ref[:i], ref[i:]
	}
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		v.Fragment, rest = rest[i+1:], rest[:i]
	}
	if strings.HasPrefix(rest, "?") {
		v.HasQuery, v.Query = true, ParseQuery(rest[1:])
	}
	switch {
	case strings.HasPrefix(path, "/"):
		v.Path = path
	case path == "":
		v.Path = u.Path
	default:
		v.Path = u.Path[:strings.LastIndexByte(u.Path, '/')+1] + path
		if !strings.HasPrefix(v.Path, "/") {
			v.Path = "/" + v.Path
		}
	}
	v.Path = removeDots(v.Path)
	return v, nil
}

func hasScheme(ref string) bool {
	i := strings.IndexByte(ref, ':')
	if i <= 0 {
		return false
	}
	for j, r := range ref[:i] {
		alpha := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !alpha && (j == 0 || !strings.ContainsRune("0123456789+-.", r)) {
			return false
		}
	}
	return true
}

// removeDots is RFC 3986 5.2.4.
func removeDots(p string) string {
	var out []string
	segs := strings.Split(p, "/")
	for i, s := range segs {
		last := i == len(segs)-1
		switch s {
		case ".":
			if last {
				out = append(out, "")
			}
		case "..":
			if len(out) > 1 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, s)
		}
	}
	return strings.Join(out, "/")
}
