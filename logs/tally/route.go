package tally

import (
	"bytes"
	"math"
)

// maxSegments is how much of a path is told apart.
const maxSegments = 8

// appendRoute writes the route of a path: what changes from one object to the next becomes {n}, {uuid}, {hex}, {email},
// {date} or {token}. It looks at one path alone, so the same path has the same route in every part of a log; what only
// many paths can show (that /shop/anna and /shop/ben are one route) is found when the tally is read.
func appendRoute(to, path []byte) []byte {
	if i := bytes.Index(path, []byte("://")); i >= 0 && i < 8 { // the absolute form of a proxy's log
		path = path[i+3:]
		if j := bytes.IndexByte(path, '/'); j >= 0 {
			path = path[j:]
		} else {
			path = []byte("/")
		}
	}
	for n := 0; len(path) > 0; n++ {
		if path[0] == '/' {
			to = append(to, '/')
			path = path[1:]
		}
		if n == maxSegments && len(path) > 0 {
			return append(to, "..."...)
		}
		i := bytes.IndexByte(path, '/')
		if i < 0 {
			i = len(path)
		}
		to = appendSegment(to, path[:i])
		path = path[i:]
	}
	return to
}

// RouteOf is the route of a path, for those who keep requests by it.
func RouteOf(path []byte) string { return string(appendRoute(nil, path)) }

func appendSegment(to, s []byte) []byte {
	if len(s) == 0 {
		return to
	}
	var is [8]int
	for rest := s; len(rest) > 0; {
		n := min(len(rest), math.MaxUint8)
		counts := uint64(0)
		for _, c := range rest[:n] {
			counts += counters[c]
		}
		if len(s) < 20 && counts&telling == 0 {
			return append(to, s...)
		}
		for k := range is {
			is[k] += int(counts >> (8 * k) & math.MaxUint8)
		}
		rest = rest[n:]
	}
	digit, dash, other := is[isDigit], is[isDash], is[isOther]+is[isAt]
	hex, upper, lower := digit+is[isLowerHex]+is[isUpperHex], is[isUpper]+is[isUpperHex], is[isLower]+is[isLowerHex]
	switch n := len(s); {
	case digit == n:
		return append(to, "{n}"...)
	case n == 36 && hex == 32 && dash == 4:
		return append(to, "{uuid}"...)
	case n == 10 && digit == 8 && dash == 2 && s[4] == '-':
		return append(to, "{date}"...)
	case n >= 8 && hex == n && digit > 0:
		return append(to, "{hex}"...)
	case bytes.IndexByte(s, '@') > 0 || bytes.Contains(s, []byte("%40")):
		return append(to, "{email}"...)
	case n >= 20 && digit >= 2 && upper > 0 && lower > 0, n >= 24 && digit >= 4 && other <= 2, n > 64:
		return append(to, "{token}"...)
	case digit == 0:
		return append(to, s...)
	}
	// Runs of digits of three and more inside a word: order-10023.html. Shorter ones are versions: v2, oauth2.
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		switch {
		case j-i >= 3 || j > i && j < len(s) && s[j] == '.' && i == 0:
			to = append(to, "{n}"...)
		case j > i:
			to = append(to, s[i:j]...)
		default:
			to = append(to, s[i])
			j = i + 1
		}
		i = j
	}
	return to
}

// What a byte of a segment is.
const (
	isDigit = iota
	isLowerHex
	isUpperHex
	isLower // and no hexadecimal digit
	isUpper
	isDash
	isAt
	isOther
)

// telling is what a short segment that stays as it is has none of.
const telling = math.MaxUint8<<(8*isDigit) | math.MaxUint8<<(8*isAt)

// counters have a 1 for each byte in one of eight counters of eight bits, so that up to 255 bytes are counted by adding.
var counters = func() (of [256]uint64) {
	for i := range of {
		is := isOther
		switch c := byte(i); {
		case c >= '0' && c <= '9':
			is = isDigit
		case c >= 'a' && c <= 'f':
			is = isLowerHex
		case c >= 'A' && c <= 'F':
			is = isUpperHex
		case c >= 'a' && c <= 'z':
			is = isLower
		case c >= 'A' && c <= 'Z':
			is = isUpper
		case c == '-' || c == '_':
			is = isDash
		case c == '@':
			is = isAt
		}
		of[i] = 1 << (8 * is)
	}
	return of
}()

// isStatic reports a file that a page is made of.
func isStatic(path []byte) bool {
	end := path[max(0, len(path)-len(".woff2")):]
	i := bytes.LastIndexByte(end, '.')
	if i < 0 {
		return false
	}
	switch string(end[i+1:]) {
	case "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "avif", "woff", "woff2", "ttf", "eot", "mp4", "webm":
		return true
	}
	return false
}

// logins are the words of a path segment at which people log in, in small letters.
var logins = [][]byte{[]byte("login"), []byte("signin"), []byte("sign-in"), []byte("sign_in"), []byte("logon"), []byte("log-in"), []byte("j_security_check"),
	[]byte("authenticate"), []byte("/sso"), []byte("/oauth2/start"), []byte("/oauth2/auth"), []byte("openid-connect/auth"), []byte("/authorize")}

// loginsBy are logins by the byte that they begin with, in either case.
var loginsBy = func() (by [256][][]byte) {
	for _, w := range logins {
		by[w[0]] = append(by[w[0]], w)
		if upper := bytes.ToUpper(w[:1])[0]; upper != w[0] {
			by[upper] = append(by[upper], w)
		}
	}
	return by
}()

// isLogin reports the address of a login.
func isLogin(path []byte) bool {
	for i, c := range path {
		if c == '?' {
			return false
		}
		for _, w := range loginsBy[c] {
			if beginsFold(path[i:], w) {
				return true
			}
		}
	}
	return false
}

// IsLogin reports that a route is the address of a login.
func IsLogin(route string) bool { return isLogin([]byte(route)) }

// beginsFold is bytes.HasPrefix without regard to ASCII case in b; w is in small letters.
func beginsFold(b, w []byte) bool {
	if len(b) < len(w) {
		return false
	}
	for i, c := range w {
		d := b[i]
		if d >= 'A' && d <= 'Z' {
			d += 'a' - 'A'
		}
		if c != d {
			return false
		}
	}
	return true
}
