package probe

import (
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// jar keeps the cookies that a redirect chain sets, for agents that have one. A cookie goes back to the exact origin
// that set it and nowhere else: narrower than RFC 6265, because Domain, ports and trailing dots are how cookies leak.
type jar struct {
	on      bool
	cookies []cookie
	wider   bool // a Domain attribute asked for more than the jar gives
}

type cookie struct {
	from        exchange.URL
	name, value string
	path        string
	expires     time.Time // zero: with the session
}

const maxCookies = 60

func newJar(in *exchange.Intent) *jar { return &jar{on: KeepsCookies(in)} }

// KeepsCookies reports whether the user's program sends back on a redirect what the redirecting reply set: by its
// nature, or because it was asked to.
func KeepsCookies(in *exchange.Intent) bool { return in.Jar || keepsCookies(in.Agent.Name) }

// keepsCookies reports whether the agent sends back, on a redirect, a cookie that the redirecting reply set, without
// being asked to. curl has a cookie engine only with -b or -c, Go only with a Jar.
func keepsCookies(agent string) bool {
	switch agent {
	case "browser", "requests", "wget", "postman", "dotnet", "why401", "":
		return true
	}
	return false
}

// keep takes the cookies of a reply from u.
func (j *jar) keep(u exchange.URL, h exchange.Header, now time.Time) {
	if !j.on {
		return
	}
	for _, v := range h.Values("Set-Cookie") {
		parts := strings.Split(v.Reveal(), ";")
		name, value, ok := strings.Cut(parts[0], "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || strings.ContainsAny(name+value, "\r\n\x00") {
			continue
		}
		c := cookie{from: u, name: name, value: value, path: defaultPath(u.Path)}
		for _, a := range parts[1:] {
			k, val, _ := strings.Cut(a, "=")
			val = strings.TrimSpace(val)
			switch strings.ToLower(strings.TrimSpace(k)) {
			case "path":
				if strings.HasPrefix(val, "/") {
					c.path = val
				}
			case "domain":
				j.wider = j.wider || val != ""
			case "expires":
				if t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 MST", strings.ReplaceAll(val, "-", " ")); err == nil && c.expires.IsZero() {
					c.expires = t
				}
			case "max-age":
				if n, err := strconv.Atoi(val); err == nil {
					c.expires = now.Add(time.Duration(n) * time.Second)
				}
			}
		}
		kept := j.cookies[:0]
		for _, old := range j.cookies {
			if !(same(old.from, u) && old.name == c.name && old.path == c.path) {
				kept = append(kept, old)
			}
		}
		j.cookies = kept
		if (c.expires.IsZero() || c.expires.After(now)) && len(j.cookies) < maxCookies {
			if secret.Looks(value) {
				secret.New(value) // so that the last alarm of the reports knows it
			}
			j.cookies = append(j.cookies, c)
		}
	}
}

// defaultPath is RFC 6265 5.1.4.
func defaultPath(p string) string {
	if i := strings.LastIndexByte(p, '/'); i > 0 {
		return p[:i]
	}
	return "/"
}

// add puts the cookies for r's URL into its Cookie field; one of the same name replaces what the user gave, as the
// newer value.
func (j *jar) add(r exchange.Request, now time.Time) exchange.Request {
	var pairs []string
	mine := map[string]bool{}
	path := r.URL.Path
	if path == "" {
		path = "/"
	}
	for _, c := range j.cookies {
		within := path == c.path || strings.HasPrefix(path, strings.TrimSuffix(c.path, "/")+"/")
		if same(c.from, r.URL) && within && (c.expires.IsZero() || c.expires.After(now)) {
			pairs = append(pairs, c.name+"="+c.value)
			mine[c.name] = true
		}
	}
	if len(pairs) == 0 {
		return r
	}
	var given []string
	for p := range strings.SplitSeq(r.Header.Text("Cookie").Reveal(), ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(p), "=")
		if p = strings.TrimSpace(p); p != "" && !mine[name] {
			given = append(given, p)
		}
	}
	r.Header = r.Header.With(exchange.Field{Name: "Cookie", Value: secret.New(strings.Join(append(given, pairs...), "; "))})
	return r
}
