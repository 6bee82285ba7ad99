package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// noise are request fields that differ between any two requests.
var noise = map[string]bool{"date": true, "content-length": true, "traceparent": true, "tracestate": true, "x-request-id": true,
	"x-correlation-id": true, "if-none-match": true, "if-modified-since": true, "cache-control": true, "pragma": true, "accept-encoding": true,
	"accept-language": true, "accept": true, "connection": true, "user-agent": true, "postman-token": true, "priority": true, "dnt": true,
	"x-b3-traceid": true, "x-b3-spanid": true, "x-amzn-trace-id": true, "sec-ch-ua": true, "sec-ch-ua-mobile": true, "sec-ch-ua-platform": true,
	"sec-gpc": true, "te": true, "upgrade-insecure-requests": true, "x-amz-date": true, "keep-alive": true, "x-client-data": true, "host": true}

// fields compares the header fields that are no credentials and no cookies, by name.
func fields(f *finder, a, b exchange.Request) {
	skip := map[string]bool{"cookie": true}
	for _, c := range append(cred.Of(a), cred.Of(b)...) {
		if c.In == cred.InHeader {
			skip[strings.ToLower(c.Place)] = true
		}
	}
	hostOnly := a.URL.Host == b.URL.Host // a Host field that follows the URL is no difference of its own
	for _, name := range names(a.Header, b.Header) {
		low := strings.ToLower(name)
		if skip[low] || low == "host" && !hostOnly {
			continue
		}
		area := Field
		if noise[low] || strings.HasPrefix(low, "sec-fetch-") {
			area = Noise
		}
		if low == "host" && a.Header.Has("Host") && b.Header.Has("Host") {
			area = Field
		}
		good, bad := value(a.Header, b.Header, name), value(b.Header, a.Header, name)
		if low == "user-agent" && (good == "" || bad == "") {
			area = Field // some servers refuse whoever does not say who they are
		}
		f.add(area, "header "+shownName(name), good, bad)
	}
}

func shownName(n string) string {
	if secret.Looks(n) {
		return secret.New(n).String()
	}
	return n
}

// names are the field names of both, in order of appearance.
func names(a, b exchange.Header) []string {
	var out []string
	for _, x := range append(slices.Clone(a), b...) {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, x.Name) }) {
			out = append(out, x.Name)
		}
	}
	return out
}

// value tells of a field in h; other is where it is compared with.
func value(h, other exchange.Header, name string) string {
	vs, os := h.Values(name), other.Values(name)
	switch {
	case len(vs) == 0:
		return ""
	case len(vs) > 1 && len(vs) != len(os):
		return fmt.Sprintf("%d times", len(vs))
	}
	var of secret.Text
	if len(os) > 0 {
		of = os[0]
	}
	return presence(vs[0], true, of)
}

// cookies compares what is sent, by name.
func cookies(f *finder, a, b exchange.Request) {
	read := func(r exchange.Request) (map[string]secret.Text, []string) {
		out, order := map[string]secret.Text{}, []string{}
		for _, v := range r.Header.Values("Cookie") {
			for _, p := range cookie.ParseCookie(v) {
				if _, ok := out[p.Name]; !ok {
					order = append(order, p.Name)
				}
				out[p.Name] = p.Value
			}
		}
		return out, order
	}
	ca, oa := read(a)
	cb, ob := read(b)
	seen := map[string]bool{}
	for _, n := range append(oa, ob...) {
		if seen[n] {
			continue
		}
		seen[n] = true
		va, oka := ca[n]
		vb, okb := cb[n]
		if analytics(n) {
			continue
		}
		f.add(Cookies, "cookie "+shownName(n), presence(va, oka, vb), presence(vb, okb, va))
	}
}

// analytics are cookies that count visitors; no login depends on them.
func analytics(name string) bool {
	for _, p := range []string{"_ga", "_gid", "_gat", "_fbp", "_hj", "__utm", "_pk_", "ajs_", "amplitude", "mp_", "optimizely", "intercom-", "_clck", "_clsk"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// answers compares the replies.
func answers(good, bad *exchange.Exchange) []Difference {
	f := &finder{}
	status := func(x *exchange.Exchange) string {
		switch {
		case x.Response == nil && x.Failure != nil:
			return "no answer: " + x.Failure.Step
		case x.Status() == 0:
			return "not known"
		}
		return fmt.Sprint(x.Status())
	}
	f.add(Answer, "status", status(good), status(bad))
	offered := func(x *exchange.Exchange) string {
		var out []string
		for _, v := range x.Header().Values("WWW-Authenticate") {
			word, _, _ := strings.Cut(strings.TrimSpace(v.String()), " ")
			if word = strings.TrimSuffix(word, ","); challenge.Known(word) {
				out = append(out, word)
			}
		}
		return strings.Join(out, ", ")
	}
	f.add(Answer, "WWW-Authenticate", offered(good), offered(bad))
	if good.Header() != nil && bad.Header() != nil {
		for _, n := range []string{"Server", "Via", "X-Powered-By", "X-Cache", "Content-Type"} {
			f.add(Answer, n, value(good.Header(), bad.Header(), n), value(bad.Header(), good.Header(), n))
		}
	}
	where := func(x *exchange.Exchange) string {
		u, ok, err := x.Location()
		if !ok || err != nil {
			return ""
		}
		p, _, _ := strings.Cut(u.String(), "?")
		return p
	}
	f.add(Answer, "Location", where(good), where(bad))
	sets := func(x *exchange.Exchange) string {
		var out []string
		for _, v := range x.Header().Values("Set-Cookie") {
			out = append(out, shownName(cookie.Parse(v).Name))
		}
		slices.Sort(out)
		return strings.Join(slices.Compact(out), ", ")
	}
	f.add(Answer, "Set-Cookie", sets(good), sets(bad))
	return f.list
}
