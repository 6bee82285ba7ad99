package har

import (
	"encoding/base64"
	"math"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

// exchange is e as one exchange. An error is that of its URL.
func (e *entry) exchange(o form.Options) (*exchange.Exchange, error) {
	u, err := exchange.ParseURL(web(e.str(e.url)))
	if err != nil {
		return nil, err
	}
	x := &exchange.Exchange{Given: given(o), Took: e.duration()}
	x.Sent, _ = time.Parse(time.RFC3339Nano, e.str(e.started))
	x.Request = exchange.Request{Method: e.str(e.method), URL: u, Proto: protocol(e.str(e.proto)), Header: e.requestHeader(u)}
	if x.Request.Method == "" {
		x.Request.Method, x.Unseen = "GET", x.Unseen|exchange.RequestLine
	}
	if len(e.header) == 0 {
		x.Unseen |= exchange.RequestHeader | exchange.RequestCredentials
	}
	if e.masked {
		x.Unseen |= exchange.RequestCredentials
	}
	switch body := e.sentBody(); {
	case body != "":
		x.Request.Body = exchange.CloseBody(body)
		if e.postCut {
			x.Unseen |= exchange.RequestBody
		}
	case !e.hasPost && e.sentSize > 0:
		x.Unseen |= exchange.RequestBody
	}
	if addr, err := netip.ParseAddr(strings.Trim(e.str(e.ip), "[]")); err == nil {
		x.Conn.Remote = net.JoinHostPort(addr.String(), u.Port)
	}
	if e.status == 0 {
		x.Unseen |= exchange.WholeAnswer | exchange.ResponseBody
		if why := e.failure(); why != "" {
			x.Unseen &^= exchange.WholeAnswer | exchange.ResponseBody
			x.Failure = &exchange.Failure{Step: step(why), Message: "the exporter says " + word(why), Timeout: strings.Contains(why, "TIMED_OUT") || strings.Contains(why, "TIMEOUT")}
		}
		return x, nil
	}
	x.Response = e.response()
	switch {
	case len(e.reply) == 0 || e.torn && !e.hasBody:
		x.Unseen |= exchange.ResponseHeader
	}
	if e.bodyless() {
		return x, nil
	}
	if !e.hasBody && e.size != 0 || !e.hasBody && e.wire > 0 {
		x.Unseen |= exchange.ResponseBody
	}
	return x, nil
}

// bodyless reports a reply that has no body by its nature (RFC 9110 6.4.1), or a preflight or redirect whose body
// nobody looks at.
func (e *entry) bodyless() bool {
	return e.is(e.method, "HEAD") || e.status < 200 || e.status == 204 || e.status == 304 || !e.hasBody && e.status/100 == 3
}

func given(o form.Options) string {
	switch {
	case o.Source.File != "":
		return o.Source.File
	case o.Source.Input != "":
		return o.Source.Input
	}
	return "HAR file"
}

func (e *entry) duration() time.Duration {
	if !(e.took > 0) || math.IsInf(e.took, 0) || e.took > 1e9 {
		return 0
	}
	return time.Duration(e.took * float64(time.Millisecond))
}

// protocol writes the exporters' ways to say it as one: "http/2.0" (Chrome), "h2", "HTTP/2" (Firefox), "h3".
func protocol(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case s == "http/1.0", s == "http/1.1":
		return strings.ToUpper(s)
	case strings.HasPrefix(s, "http/2+quic"), strings.HasPrefix(s, "h3"), strings.HasPrefix(s, "http/3"), strings.HasPrefix(s, "quic"):
		return "HTTP/3"
	case strings.HasPrefix(s, "h2"), strings.HasPrefix(s, "http/2"), s == "spdy/3.1":
		return "HTTP/2"
	}
	return ""
}

// requestHeader is the header in its order. Of the pseudo fields of HTTP/2 (RFC 9113 8.3.1) :authority becomes Host.
// Exporters that list cookies apart only get their Cookie field back.
func (e *entry) requestHeader(u exchange.URL) exchange.Header {
	var out exchange.Header
	host := e.hasHeader(e.header, "host")
	for _, f := range e.header {
		name := e.str(f.name)
		switch {
		case strings.EqualFold(name, ":authority") && !host:
			out = append(out, exchange.RequestField("Host", e.str(f.value)))
			host = true
		case strings.HasPrefix(name, ":"):
		default:
			out = append(out, exchange.RequestField(name, e.str(f.value)))
		}
	}
	if len(e.header) > 0 && !host {
		out = append(exchange.Header{exchange.RequestField("Host", u.Authority())}, out...)
	}
	if len(e.cookies) > 0 && !out.Has("Cookie") {
		var list []string
		for _, c := range e.cookies {
			list = append(list, e.str(c.name)+"="+e.str(c.value))
		}
		out = append(out, exchange.RequestField("Cookie", strings.Join(list, "; ")))
	}
	return out
}

// sentBody is the request's body: as text, or put together from form fields.
func (e *entry) sentBody() string {
	if !e.post.empty() || len(e.params) == 0 || !strings.Contains(e.str(e.postType), "urlencoded") {
		return e.str(e.post)
	}
	var list []string
	for _, p := range e.params {
		list = append(list, formText(e.str(p.name))+"="+formText(e.str(p.value)))
	}
	body := strings.Join(list, "&")
	return body[:min(len(body), maxBody)]
}

// formText encodes s for a form unless the exporter left it encoded (Chrome does).
func formText(s string) string {
	if d, err := url.QueryUnescape(s); err == nil && d != s {
		return s
	}
	return url.QueryEscape(s)
}

func (e *entry) response() *exchange.Response {
	r := &exchange.Response{Proto: protocol(e.str(e.replyProto)), Status: e.status, Reason: e.str(e.reason)}
	for _, f := range e.reply {
		name := e.str(f.name)
		if strings.HasPrefix(name, ":") {
			continue
		}
		// Chrome and Playwright join fields of one name with line breaks.
		for v := range strings.SplitSeq(e.str(f.value), "\n") {
			r.Header = append(r.Header, exchange.ResponseField(name, strings.TrimSuffix(v, "\r")))
		}
	}
	if !e.redirect.empty() && !r.Header.Has("Location") && e.status/100 == 3 {
		r.Header = append(r.Header, exchange.ResponseField("Location", e.str(e.redirect)))
	}
	text := e.text[e.body.from:e.body.to]
	cut := e.bodyCut || e.torn
	if e.is(e.coding, "base64") {
		dec := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, err := base64.StdEncoding.Decode(dec, text)
		if text = dec[:n]; err != nil && !cut {
			r.Body.Problem = "not base64"
		}
	}
	if len(text) > maxBody {
		text, cut = text[:maxBody], true
	}
	r.Body.Bytes = append([]byte(nil), text...)
	r.Body.Size, r.Body.Truncated = max(e.wire, int64(len(text))), cut
	if e.wire < 0 {
		r.Body.Size = max(e.size, int64(len(text)))
	}
	if c := r.Header.Text("Content-Encoding"); !c.Closed() {
		r.Body.Coding = strings.ToLower(c.String()) // exporters give bodies decoded
	}
	return r
}

// step is where a request without reply failed, by the names of Chromium (net/base/net_error_list.h) and Firefox.
func step(why string) string {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(why, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("NAME_", "UNKNOWN_HOST", "DNS"):
		return "resolve"
	case has("PROXY", "TUNNEL", "SOCKS"):
		return "proxy"
	case has("CERT", "SSL", "TLS"):
		return "tls"
	case has("ERR_CONNECTION_REFUSED", "CONNECTION_FAILED", "CONNECTION_TIMED_OUT", "ADDRESS_", "INTERNET_DISCONNECTED", "NETWORK_", "NET_RESET", "NET_TIMEOUT", "CONNECTION_REFUSED"):
		return "connect"
	case has("INVALID_RESPONSE", "INVALID_HTTP", "HTTP2_PROTOCOL", "RESPONSE_HEADERS"):
		return "parse"
	}
	return "read"
}

// word is the name in an exporter's error, "net::ERR_FAILED"; anything else is not repeated.
func word(why string) string {
	why, _, _ = strings.Cut(strings.TrimSpace(why), " ")
	if why == "" || len(why) > 60 || strings.Trim(why, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789") != "" || secret.Looks(why) && !strings.Contains(why, "_") {
		return "that no reply came"
	}
	return why
}
