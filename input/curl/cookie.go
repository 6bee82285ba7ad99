package curl

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// cookie is one line of a -b file that is sent.
type cookie struct {
	domain, path, name, value string
	tail                      bool // subdomains too
	secure                    bool
}

// cookieHeader is the Cookie value: matching cookies of the -b files, longest path first, then the -b strings as they
// were given.
func (r *reader) cookieHeader(op *operation, u exchange.URL, host string) (string, error) {
	var jar []cookie
	for _, name := range op.cookieFiles {
		if name == "" {
			continue // -b "" switches the cookie engine on and reads nothing
		}
		b, err := r.file("-b", name)
		if err != nil {
			r.note("the cookie file %q could not be read: curl goes on without it", name)
			continue
		}
		for _, l := range lines(b) {
			if c, ok := parseCookie(l, op.junk); ok && c.goesTo(u, host) {
				jar = slices.DeleteFunc(jar, func(o cookie) bool { return o.name == c.name && o.domain == c.domain && o.path == c.path })
				jar = append(jar, c)
			}
		}
	}
	slices.Reverse(jar) // of equals, the later one goes first
	slices.SortStableFunc(jar, func(a, b cookie) int {
		return cmp.Or(len(b.path)-len(a.path), len(b.domain)-len(a.domain), len(b.name)-len(a.name))
	})
	var parts []string
	for _, c := range jar {
		parts = append(parts, c.name+"="+c.value)
	}
	if len(op.cookies) > 0 {
		parts = append(parts, strings.Join(op.cookies, ";"))
	}
	return strings.Join(parts, "; "), nil
}

// parseCookie reads a line of a Netscape cookie file (seven fields between tabs) or a Set-Cookie header.
func parseCookie(line string, junkSession bool) (cookie, bool) {
	var c cookie
	if v, ok := cutFold(line, "Set-Cookie:"); ok {
		return headerCookie(v, junkSession)
	}
	line, _ = strings.CutPrefix(line, "#HttpOnly_")
	if strings.HasPrefix(line, "#") {
		return c, false
	}
	f := strings.Split(line, "\t")
	if len(f) == 6 {
		f = append(f, "")
	}
	if len(f) != 7 {
		return c, false
	}
	expires, err := strconv.ParseInt(f[4], 10, 64)
	if err != nil || expires != 0 && expires < time.Now().Unix() || expires == 0 && junkSession {
		return c, false
	}
	c = cookie{domain: strings.TrimPrefix(f[0], "."), tail: strings.EqualFold(f[1], "TRUE"), path: f[2],
		secure: strings.EqualFold(f[3], "TRUE"), name: f[5], value: f[6]}
	return c, true
}

func headerCookie(v string, junkSession bool) (cookie, bool) {
	c := cookie{path: "/"}
	pair, rest, _ := strings.Cut(v, ";")
	var ok bool
	c.name, c.value, ok = strings.Cut(strings.TrimSpace(pair), "=")
	lasting := false
	for a := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(a), "=")
		switch strings.ToLower(name) {
		case "path":
			if strings.HasPrefix(value, "/") {
				c.path = value
			}
		case "domain":
			c.domain, c.tail = strings.TrimPrefix(value, "."), true
		case "secure":
			c.secure = true
		case "expires", "max-age":
			lasting = true
		}
	}
	return c, ok && (lasting || !junkSession)
}

// goesTo is RFC 6265 5.4 for the host as curl counts it; a plain-text loopback counts as secure.
func (c cookie) goesTo(u exchange.URL, host string) bool {
	secure := u.Scheme == "https" || host == "127.0.0.1" || host == "::1" || strings.EqualFold(host, "localhost")
	if c.secure && !secure {
		return false
	}
	if c.domain != "" && !strings.EqualFold(c.domain, host) &&
		!(c.tail && strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(c.domain))) {
		return false
	}
	path := u.Path
	if path == "" {
		path = "/"
	}
	want := c.path
	if len(want) > 1 {
		want = strings.TrimSuffix(want, "/")
	}
	return want == "" || want == "/" || path == want || strings.HasPrefix(path, want+"/")
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
