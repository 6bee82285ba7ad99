package browser

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// requestHeader is what was sent. The protocol gives it as an object, whose order is lost: names stand in order.
func requestHeader(h network.Headers, u exchange.URL) exchange.Header {
	out := fieldsOf(h, exchange.RequestField)
	if !out.Has("Host") {
		out = append(exchange.Header{exchange.RequestField("Host", u.Authority())}, out...)
	}
	return out
}

// replyHeader is what was got; the text, where the browser gives it, keeps order and repeated fields.
func replyHeader(h network.Headers, text string) exchange.Header {
	if _, block, ok := strings.Cut(text, "\r\n"); ok {
		var out exchange.Header
		for line := range strings.SplitSeq(block, "\r\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				out = append(out, exchange.ResponseField(name, strings.Trim(value, " \t")))
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return fieldsOf(h, exchange.ResponseField)
}

func fieldsOf(h network.Headers, field func(name, value string) exchange.Field) exchange.Header {
	var names []string
	for name := range h {
		if !strings.HasPrefix(name, ":") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out exchange.Header
	for _, name := range names {
		s, ok := h[name].(string)
		if !ok {
			s = fmt.Sprint(h[name])
		}
		// Repeated fields are joined with line breaks.
		for v := range strings.SplitSeq(s, "\n") {
			out = append(out, field(name, v))
		}
	}
	return out
}

func headerHas(h network.Headers, name string) bool {
	for n := range h {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func cookieOf(c *network.Cookie) exchange.BrowsedCookie {
	return exchange.BrowsedCookie{Name: c.Name, Value: secret.New(c.Value), SameSite: string(c.SameSite), Secure: c.Secure,
		Partitioned: c.PartitionKey != nil || c.PartitionKeyOpaque}
}

// cookiesOf are the cookies that the command gives by hand.
func cookiesOf(r exchange.Request) []cookie.Pair {
	var out []cookie.Pair
	for _, f := range r.Header.Values("Cookie") {
		for _, p := range cookie.ParseCookie(f) {
			if p.Name != "" {
				out = append(out, p)
			}
		}
	}
	return out
}

// browsers set these themselves, or are not to be told.
var notGiven = []string{"host", "user-agent", "accept", "accept-encoding", "accept-language", "connection", "cookie", "content-length", "content-type",
	"origin", "referer", "proxy-authorization", "proxy-connection", "te", "transfer-encoding", "upgrade", "expect"}

// ownFields are the fields that the command gives by hand and a browser can take along: a token, a key. A login that
// belongs to a challenge waits for one.
func ownFields(in *exchange.Intent) exchange.Header {
	var out exchange.Header
	for _, f := range in.Request.Header {
		n := strings.ToLower(f.Name)
		if slices.Contains(notGiven, n) || strings.HasPrefix(n, "sec-") || n == "authorization" && !in.Login.Empty() {
			continue
		}
		out = append(out, f)
	}
	return out
}

// errorWord is the name of a network error ("net::ERR_CONNECTION_REFUSED"); other text is not repeated.
func errorWord(s string) string {
	if len(s) > 60 || !strings.HasPrefix(s, "net::") || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789") != "" {
		return "that it failed"
	}
	return s
}

// programName is "Chromium 156.0" out of "HeadlessChrome/156.0.8078.79".
func programName(product string) string {
	_, v, _ := strings.Cut(product, "/")
	major, _, _ := strings.Cut(v, ".")
	if major == "" || len(major) > 4 || strings.Trim(major, "0123456789") != "" {
		return "Chromium"
	}
	return "Chromium " + major
}

// startTrouble says in words why the browser did not start; its own output is long and holds paths.
func startTrouble(err error) string {
	s := err.Error()
	switch {
	case strings.Contains(s, "No usable sandbox"):
		return "this system forbids the sandbox to an ordinary user (kernel.unprivileged_userns_clone, AppArmor); --no-sandbox goes without, for a page that you trust"
	case strings.Contains(s, "without --no-sandbox"):
		return "as root it has no sandbox; run why401 as an ordinary user"
	case strings.Contains(s, "shared libraries"):
		return "a shared library of it is missing"
	case strings.Contains(s, "deadline exceeded"):
		return "it was not ready in time"
	}
	return "its program ended at once"
}
