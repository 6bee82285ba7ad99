package curl

import (
	"net"
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// schemes is a set of authentication schemes, as the options add them up.
type schemes uint8

const (
	basic schemes = 1 << iota
	digest
	ntlm
	negotiate
	bearer
	sigv4

	anyScheme = basic | digest | ntlm | negotiate
)

func (s *schemes) put(which schemes, on bool) {
	if on {
		*s |= which
	} else {
		*s &^= which
	}
}

// way is how curl uses a login under s; several schemes mean that it asks first.
func (s schemes) way() exchange.Auth {
	switch s {
	case 0, basic:
		return exchange.AuthBasic
	case digest:
		return exchange.AuthDigest
	case ntlm:
		return exchange.AuthNTLM
	case negotiate:
		return exchange.AuthNegotiate
	case sigv4:
		return exchange.AuthSigV4
	case bearer:
		return exchange.AuthHeader
	}
	return exchange.AuthAny
}

// login decides which user and password go to the origin: -u before the URL's userinfo, --netrc before both parts of
// a URL, --netrc-optional after them.
func (r *reader) login(op *operation, p place) (exchange.Login, bool, error) {
	if op.user != nil {
		if p.userinfo != nil && *p.userinfo != "" {
			r.note("the URL holds a login too; curl uses the one given with -u")
		}
		return given(*op.user, "-u"), true, nil
	}
	var l exchange.Login
	has := false
	if p.userinfo != nil {
		var err error
		if l, err = Userinfo(*p.userinfo); err != nil {
			return l, false, err
		}
		has = true
	}
	if op.netrc == netrcNo || op.netrc == netrcOptional && has && !l.Password.Empty() {
		return l, has, nil
	}
	e, ok := r.netrc(op, p.url.Host, l.User)
	if !ok {
		return l, has, nil
	}
	if op.netrc == netrcRequired && !l.Password.Empty() && e.HasPassword {
		r.note("--netrc makes curl ignore the login in the URL where the file has one: the password comes from .netrc, only the user name stays")
	}
	if e.HasPassword {
		l.Password, l.From = e.Password, ".netrc"
	}
	if l.From == "" {
		l.From = ".netrc"
	}
	l.User = e.User
	return l, true, nil
}

// given splits "user:password" at the first colon. Without a colon curl asks for the password.
func given(v, from string) exchange.Login {
	user, password, ok := strings.Cut(v, ":")
	return exchange.Login{User: userName(user), Password: secret.New(password), From: from, NeedPassword: !ok}
}

// forward works out the proxy for a URL: -x, else a variable that the text itself sets.
func (r *reader) forward(op *operation, u exchange.URL) (*exchange.Proxy, string, error) {
	noProxy := ""
	if op.noProxy != nil {
		noProxy = *op.noProxy
	} else if v, ok := r.variable("no_proxy"); ok {
		noProxy = v
	}
	raw, from, scheme := "", op.proxyFrom, op.proxyScheme
	switch {
	case op.proxy != nil && *op.proxy == "":
		return nil, "*", nil
	case op.proxy != nil:
		raw = *op.proxy
	default:
		var ok bool
		for _, name := range []string{u.Scheme + "_proxy", "all_proxy"} {
			if raw, ok = r.variable(name); ok && raw != "" {
				from = name
				break
			}
		}
	}
	if raw == "" || NoProxy(noProxy, u.Host) {
		return nil, noProxy, nil
	}
	p, err := ParseProxy(raw, scheme, from)
	if err != nil {
		return nil, noProxy, err
	}
	p.NoProxy, p.Tunnel, p.Insecure = noProxy, op.tunnel, op.proxyInsecure
	if op.proxyUser != nil {
		p.Login = given(*op.proxyUser, "-U")
	}
	if !p.Login.Empty() || p.Login.From != "" {
		p.Auth = op.proxyAuth.way()
	}
	for _, h := range op.toProxy {
		if f, ok := field(h); ok {
			p.Headers = append(p.Headers, f)
		}
	}
	return p, noProxy, nil
}

// variable is an environment variable that the text sets for curl; HTTP_PROXY counts in lower case only.
func (r *reader) variable(name string) (string, bool) {
	if v, ok := r.env[name]; ok {
		return v, true
	}
	if name == "http_proxy" {
		return "", false
	}
	v, ok := r.env[strings.ToUpper(name)]
	return v, ok
}

// ParseProxy reads a proxy as -x and the proxy variables name it, [scheme://][user:password@]host[:port]; the port is 1080 unless written, 443 for https.
// From says where it was named; an error names only that, never the text.
func ParseProxy(raw, scheme, from string) (*exchange.Proxy, error) {
	if s, rest, ok := strings.Cut(raw, "://"); ok {
		scheme, raw = strings.ToLower(s), rest
	}
	if scheme == "" {
		scheme = "http"
	}
	switch scheme {
	case "http", "https", "socks4", "socks4a", "socks5", "socks5h":
	case "socks":
		scheme = "socks4"
	default:
		return nil, usage(from, "proxy scheme %q: expected http, https, socks4, socks4a, socks5 or socks5h", scheme)
	}
	if i := strings.IndexAny(raw, "/?#"); i >= 0 {
		raw = raw[:i]
	}
	p := &exchange.Proxy{From: from}
	if i := strings.LastIndexByte(raw, '@'); i >= 0 {
		l, err := Userinfo(raw[:i])
		if err != nil {
			return nil, usage(from, "proxy: %%00 is not allowed in the login")
		}
		p.Login, raw = l, raw[i+1:]
		p.Login.From = from
	}
	host, port, err := hostPort(raw)
	if err != nil {
		return nil, usage(from, "proxy %s", err.Error())
	}
	if len(port) < 2 {
		port = ":1080"
		if scheme == "https" {
			port = ":443"
		}
	}
	if p.URL, err = exchange.ParseURL("http://" + host + port); err != nil {
		return nil, usage(from, "proxy %v", err)
	}
	p.URL.Scheme, p.URL.Explicit = scheme, true
	return p, nil
}

// NoProxy reports whether a no_proxy list names host, by curl's rules: "*" alone, names that match themselves and
// what lies below them, with or without a dot in front, addresses and CIDR blocks; separated by commas or blanks.
func NoProxy(list, host string) bool {
	list = strings.TrimSpace(list)
	if list == "*" {
		return true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip, notIP := netip.ParseAddr(strings.Trim(host, "[]"))
	for tok := range strings.FieldsFuncSeq(list, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }) {
		tok = strings.ToLower(strings.Trim(tok, "[]"))
		if notIP == nil {
			if block, err := netip.ParsePrefix(tok); err == nil && block.Contains(ip) {
				return true
			}
			if a, err := netip.ParseAddr(tok); err == nil && a == ip {
				return true
			}
			continue
		}
		tok = strings.TrimSuffix(strings.TrimPrefix(tok, "."), ".")
		if tok != "" && (host == tok || strings.HasSuffix(host, "."+tok)) {
			return true
		}
	}
	return false
}

// dial is where connections go instead: --resolve and --connect-to, both as "host:port" -> "host:port".
func (op *operation) dial(u exchange.URL) (map[string]string, error) {
	out := map[string]string{}
	for _, v := range op.resolve {
		entry := strings.TrimPrefix(v, "+")
		if strings.HasPrefix(entry, "-") {
			continue // removes an entry of a cache that is empty here
		}
		host, rest, ok := cutHost(entry)
		port, addrs, ok2 := strings.Cut(rest, ":")
		addr, _, _ := strings.Cut(addrs, ",")
		addr = strings.Trim(addr, "[]")
		if !ok || !ok2 || host == "" || net.ParseIP(addr) == nil {
			return nil, usage("--resolve", "expected host:port:address")
		}
		if _, _, err := hostPort("h:" + port); err != nil {
			return nil, usage("--resolve", "port: expected a number")
		}
		out[strings.ToLower(host)+":"+port] = net.JoinHostPort(addr, port)
	}
	for _, v := range op.connectTo {
		h1, rest, ok := cutHost(v)
		p1, rest, ok2 := strings.Cut(rest, ":")
		h2, p2, ok3 := cutHost(rest)
		if !ok || !ok2 || !ok3 {
			return nil, usage("--connect-to", "expected HOST1:PORT1:HOST2:PORT2, each of which may be empty")
		}
		fill := func(s *string, with string) {
			if *s == "" {
				*s = with
			}
		}
		fill(&h1, u.Host)
		fill(&p1, u.Port)
		fill(&h2, u.Host)
		fill(&p2, u.Port)
		key := strings.ToLower(h1) + ":" + p1
		if _, taken := out[key]; !taken || len(op.resolve) == 0 {
			out[key] = net.JoinHostPort(strings.Trim(h2, "[]"), p2)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// cutHost cuts "host:rest", where host may be an IPv6 address in brackets.
func cutHost(s string) (host, rest string, ok bool) {
	if strings.HasPrefix(s, "[") {
		if i := strings.Index(s, "]:"); i >= 0 {
			return s[1:i], s[i+2:], true
		}
		return "", "", false
	}
	return strings.Cut(s, ":")
}

// tls gathers the wishes about certificates.
func (op *operation) tls() exchange.TLSOptions {
	t := exchange.TLSOptions{Insecure: op.insecure, CAFile: op.ca, CADir: op.caDir, CertType: op.certType, KeyFile: op.key}
	name, password := op.cert, ""
	if !strings.HasPrefix(strings.ToLower(name), "pkcs11:") {
		name, password = splitCert(op.cert)
	}
	t.CertFile = name
	if op.pass != "" {
		password = op.pass
	}
	t.CertPassword = secret.New(password)
	return t
}

// splitCert splits -E certificate[:password] at the first colon; "\:" and "\\" are characters of the name.
func splitCert(v string) (name, password string) {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == ':' {
			return b.String(), v[i+1:]
		}
		if c == '\\' && i+1 < len(v) && (v[i+1] == '\\' || v[i+1] == ':') {
			i++
			c = v[i]
		}
		b.WriteByte(c)
	}
	return b.String(), ""
}
