package curl

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// place is a URL as curl understands it.
type place struct {
	url      exchange.URL
	host     string // value for Host: the host in the spelling of the command
	userinfo *string
}

// locate reads a URL the way libcurl does: guessed scheme, one to three slashes, userinfo cut off and decoded, dot
// segments removed, bytes outside ASCII in the path encoded. Errors never repeat the URL.
func (op *operation) locate(raw string) (place, error) {
	var p place
	if raw == "" {
		return p, usage("URL", "no URL: the word is empty")
	}
	if i := strings.IndexFunc(raw, func(c rune) bool { return c <= ' ' || c == 0x7f }); i >= 0 {
		return p, usage("URL", "blank or control character at position %d; curl wants %%20 or the like", i+1)
	}
	scheme, rest, err := op.scheme(raw)
	if err != nil {
		return p, err
	}
	if op.proto != nil && !slices.Contains(op.proto, scheme) {
		return p, usage("URL", "--proto forbids %s", scheme)
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	if info, host, ok := strings.Cut(authority, "@"); ok {
		if op.noUserInURL {
			return p, usage("URL", "holds a user name, which --disallow-username-in-url forbids")
		}
		p.userinfo, authority = &info, host
	}
	host, port, err := hostPort(authority)
	if err != nil {
		return p, err
	}
	fragment := ""
	if i := strings.IndexByte(path, '#'); i >= 0 {
		path, fragment = path[:i], path[i:]
	}
	query := ""
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path, query = path[:i], path[i:]
	}
	path = encodeHigh(path)
	if !op.asIs {
		path = dedot(path)
	}
	p.url, err = exchange.ParseURL(scheme + "://" + host + port + path + query + fragment)
	if err != nil {
		return p, usage("URL", "%v", err)
	}
	p.host = host
	if strings.IndexFunc(host, func(c rune) bool { return c > 0x7f }) >= 0 {
		p.host = p.url.Host
	}
	if p.url.Port != map[string]string{"http": "80", "https": "443"}[scheme] {
		p.host += ":" + p.url.Port
	}
	return p, nil
}

// scheme splits off http or https, guessing http when there is none. A name such as ftp.example.org makes curl guess
// another protocol.
func (op *operation) scheme(raw string) (scheme, rest string, err error) {
	i := strings.IndexByte(raw, ':')
	if i > 0 && isLetter(raw[0]) && strings.HasPrefix(raw[i:], ":/") &&
		strings.Trim(strings.ToLower(raw[:i]), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == "" {
		scheme = strings.ToLower(raw[:i])
		rest = strings.TrimLeft(raw[i+1:], "/")
		if n := len(raw) - i - 1 - len(rest); n > 3 {
			return "", "", usage("URL", "%d slashes behind the scheme; curl takes at most three", n)
		}
	} else {
		scheme, rest = op.protoDefault, raw
		for _, p := range []string{"ftp", "dict", "ldap", "imap", "smtp", "pop3"} {
			if scheme == "" && len(raw) > len(p) && strings.EqualFold(raw[:len(p)+1], p+".") {
				scheme = p
			}
		}
		if scheme == "" {
			scheme = "http"
		}
	}
	if scheme != "http" && scheme != "https" {
		return "", "", usage("URL", "scheme %q: expected http or https", scheme)
	}
	return scheme, rest, nil
}

// hostPort checks and normalises host and ":port".
func hostPort(authority string) (host, port string, err error) {
	host = authority
	if strings.HasPrefix(authority, "[") {
		n := ipv6Literal(authority)
		if n == 0 {
			return "", "", usage("URL", "host: bad IPv6 address")
		}
		host, port = authority[:n], authority[n:]
		if port != "" && port[0] != ':' {
			return "", "", usage("URL", "host: unexpected text behind ']'")
		}
	} else if i := strings.IndexByte(authority, ':'); i >= 0 {
		host, port = authority[:i], authority[i:]
	}
	if len(port) > 1 {
		n, err := strconv.ParseUint(port[1:], 10, 32)
		if err != nil || n > 65535 || port[1] == '+' {
			return "", "", usage("URL", "port: expected a number from 0 to 65535")
		}
		port = fmt.Sprintf(":%d", n)
	}
	if strings.HasPrefix(host, "[") {
		return host, port, nil
	}
	if strings.Contains(host, "%") {
		d, ok := unescape(host)
		if !ok || strings.IndexFunc(d, func(c rune) bool { return c < ' ' }) >= 0 {
			return "", "", usage("URL", "host: bad percent-encoding")
		}
		host = d
	}
	if host == "" {
		return "", "", usage("URL", "no host part")
	}
	if i := strings.IndexAny(host, " \r\n\t/:#?!@{}[]\\$'\"^`*<>=;,+&()%"); i >= 0 {
		return "", "", usage("URL", "host: character %q is not allowed in a host name", host[i])
	}
	return ipv4(host), port, nil
}

// ipv4 writes the short, octal and hexadecimal forms of an IPv4 address as four numbers; other names stay.
func ipv4(host string) string {
	parts := strings.Split(host, ".")
	if len(parts) > 4 || len(parts) == 0 {
		return host
	}
	var n [4]uint64
	for i, s := range parts {
		if s == "" || s[0] < '0' || s[0] > '9' || strings.Contains(s, "_") || strings.ContainsAny(s, "oObB") && !strings.HasPrefix(strings.ToLower(s), "0x") {
			return host
		}
		v, err := strconv.ParseUint(s, 0, 32)
		if err != nil {
			return host
		}
		n[i] = v
	}
	last := len(parts) - 1
	for i := range last {
		if n[i] > 255 {
			return host
		}
	}
	if n[last] >= 1<<(8*(4-last)) {
		return host
	}
	v := n[last]
	for i := range last {
		v |= n[i] << (8 * (3 - i))
	}
	return net.IPv4(byte(v>>24), byte(v>>16), byte(v>>8), byte(v)).String()
}

// encodeHigh percent-encodes bytes above ASCII in lower-case digits, as libcurl does with a path.
func encodeHigh(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] >= 0x80 {
			fmt.Fprintf(&b, "%%%02x", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// dedot removes dot segments (RFC 3986 5.2.4) from an absolute path; "%2e" is not a dot to this curl.
func dedot(path string) string {
	if path == "" {
		return ""
	}
	var out []string
	segs := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segs {
		last := i == len(segs)-1
		switch s {
		case ".", "..":
			if s == ".." && len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, s)
		}
	}
	return "/" + strings.Join(out, "/")
}

// unescape decodes percent-encoding; a "%" without two digits stays. It reports false for an encoded NUL.
func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil && s[i+1] != '+' {
				if v == 0 {
					return "", false
				}
				b.WriteByte(byte(v))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}

// appendQuery adds q to the query of a URL that is still text.
func appendQuery(url, q string) string {
	base, fragment := url, ""
	if i := strings.IndexByte(base, '#'); i >= 0 {
		base, fragment = base[:i], base[i:]
	}
	switch {
	case q == "":
	case !strings.Contains(base, "?"):
		base += "?" + q
	case strings.HasSuffix(base, "?") || strings.HasSuffix(base, "&"):
		base += q
	default:
		base += "&" + q
	}
	return base + fragment
}

// Userinfo takes the userinfo of a URL, without the "@", apart and decodes both parts once, as curl does.
func Userinfo(userinfo string) (exchange.Login, error) {
	user, password, _ := strings.Cut(userinfo, ":")
	u, ok1 := unescape(user)
	p, ok2 := unescape(password)
	if !ok1 || !ok2 {
		return exchange.Login{}, usage("URL", "userinfo: %%00 is not allowed in it")
	}
	return exchange.Login{User: userName(u), Password: secret.New(p), From: "URL userinfo"}, nil
}

// userName shows a name unless it looks like a token.
func userName(u string) secret.Text {
	if secret.Looks(u) {
		return secret.New(u)
	}
	return secret.Public(u)
}
