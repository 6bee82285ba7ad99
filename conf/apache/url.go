package apache

import "strings"

// normalize takes dots and doubled slashes out of a path and decodes what need not be encoded. ok is false for a path that
// leads above the root or does not begin with a slash.
func normalize(p string, mergeSlashes bool) (out string, ok bool) {
	p = decodeUnreserved(p)
	if !strings.HasPrefix(p, "/") {
		return p, false
	}
	b := []byte{'/'}
	for i := 1; i < len(p); {
		if b[len(b)-1] == '/' {
			if mergeSlashes && p[i] == '/' {
				i++
				continue
			}
			if p[i] == '.' {
				rest := p[i+1:]
				if rest == "" || rest[0] == '/' {
					i += min(2, len(p)-i)
					continue
				}
				if rest[0] == '.' && (len(rest) == 1 || rest[1] == '/') {
					if len(b) == 1 {
						return p, false
					}
					b = b[:len(b)-1]
					for len(b) > 0 && b[len(b)-1] != '/' {
						b = b[:len(b)-1]
					}
					i += min(3, len(p)-i)
					continue
				}
			}
		}
		b = append(b, p[i])
		i++
	}
	return string(b), true
}

// decodeUnreserved decodes %41 and its like: letters, digits, - . _ ~ (RFC 3986 2.3).
func decodeUnreserved(p string) string {
	if !strings.Contains(p, "%") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] == '%' && i+2 < len(p) && isHex(p[i+1]) && isHex(p[i+2]) {
			if c := unhex(p[i+1])<<4 | unhex(p[i+2]); letter(c) || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '~' {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(p[i])
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// unescape decodes a path. A slash or a zero byte in it gives 404, a percent sign without two digits 400. keep leaves %2F as it
// is; slash decodes it.
func unescape(p string, keep, slash bool) (out string, status int) {
	if !strings.Contains(p, "%") {
		return p, 0
	}
	var b strings.Builder
	bad, path := false, false
	for i := 0; i < len(p); i++ {
		if p[i] != '%' {
			b.WriteByte(p[i])
			continue
		}
		if i+2 >= len(p) || !isHex(p[i+1]) || !isHex(p[i+2]) {
			bad = true
			b.WriteByte('%')
			continue
		}
		c := unhex(p[i+1])<<4 | unhex(p[i+2])
		switch {
		case c == '/' && keep:
			b.WriteString(p[i : i+3])
		case c == '/' && !slash, c == 0:
			path = true
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
		i += 2
	}
	switch {
	case bad:
		return b.String(), 400
	case path:
		return b.String(), 404
	}
	return b.String(), 0
}

// escapePath encodes a path for a URL, as httpd does for redirects.
func escapePath(p string) string { return escapeBut(p, "$-_.+!*'(),:;@&=/~") }

func escapeBut(p, safe string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		c := p[i]
		if c != '_' && letter(c) || c >= '0' && c <= '9' || strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// absolute gives the length of "scheme://" when s is an absolute URL that mod_rewrite knows, 0 otherwise.
func absolute(s string) int {
	for _, scheme := range []string{"http", "https", "ftp", "ldap", "ldaps", "ws", "wss", "ajp", "balancer", "fcgi", "scgi", "uwsgi", "gopher", "h2", "h2c", "nntp"} {
		if len(s) > len(scheme)+3 && strings.EqualFold(s[:len(scheme)], scheme) && s[len(scheme):len(scheme)+3] == "://" {
			return len(scheme) + 3
		}
	}
	for _, scheme := range []string{"mailto:", "news:", "unix:"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			return len(scheme)
		}
	}
	return 0
}
