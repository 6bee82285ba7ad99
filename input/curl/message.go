package curl

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// expectAbove is the body size above which curl asks with Expect: 100-continue first (PUT always does).
const expectAbove = 1 << 20

// message builds one request.
type message struct {
	r        *reader
	op       *operation
	place    place
	login    exchange.Login
	hasLogin bool
	hollow   bool // the first leg of a negotiation: empty body

	kind     kind
	body     string
	size     int64  // -1 when curl cannot know it before
	formType string // Content-Type of a multipart body
	cookies  string
	since    string // time condition, as a whole field
}

func (m *message) prepare(t *target) error {
	op := m.op
	switch {
	case t.upload != nil:
		m.kind = kindPut
		name := *t.upload
		if name == "." {
			name = "-" // standard input too, read without waiting
		}
		b, err := m.r.file("-T", name)
		if err != nil {
			return err
		}
		if m.body, m.size = string(b), int64(len(b)); name == "-" {
			m.size = -1
		}
	case op.kind == kindPut:
		m.kind = kindGet // only as many URLs as there are -T get a body
	case op.kind == kindForm:
		m.kind = kindForm
		m.formType, m.body = op.multipart()
		m.size = int64(len(m.body))
	case op.hasData:
		m.kind, m.body, m.size = kindPost, string(op.data), int64(len(op.data))
	case op.noBody:
		m.kind = kindHead
	default:
		m.kind = kindGet
	}
	var err error
	if m.cookies, err = m.r.cookieHeader(op, m.place.url, m.place.url.Host); err != nil {
		return err
	}
	m.since = m.r.condition(op.timeCond)
	return nil
}

// build writes the header section in libcurl's order: Host, Authorization, Range, User-Agent, Accept, TE,
// Accept-Encoding, Referer, Transfer-Encoding, the h2c upgrade, Cookie, the time condition, -H fields in their order,
// then what describes the body.
func (m *message) build() (exchange.Request, error) {
	op := m.op
	req := exchange.Request{Method: m.method(), URL: m.place.url, Proto: "HTTP/1.1", Target: targetText(op.target)}
	if op.http == "1.0" {
		req.Proto = "HTTP/1.0"
	}
	add := func(name, value string) { req.Header = append(req.Header, exchange.RequestField(name, value)) }

	host, customHost := op.custom("Host")
	switch {
	case !customHost:
		add("Host", m.place.host)
	case host != "Host:":
		f, ok := field("Host:" + host[5:])
		if !ok {
			f = exchange.Field{Name: "Host", Sep: ":" + host[5:]} // sent empty
		}
		req.Header = append(req.Header, f)
	}
	hasHost := len(req.Header) > 0

	if !op.has("Authorization") {
		if op.auth.way() == exchange.AuthBasic && m.hasLogin && !m.login.NeedPassword {
			req.Header = append(req.Header, m.login.BasicField())
		} else if op.auth == bearer {
			add("Authorization", "Bearer "+op.bearer)
		}
	}
	m.addRange(add)
	if !op.has("User-Agent") && (op.agent == nil || *op.agent != "") {
		ua := "curl/" + Version
		if op.agent != nil {
			ua = *op.agent
		}
		add("User-Agent", ua)
	}
	if !op.has("Accept") {
		add("Accept", "*/*")
	}
	connection := op.te && !op.has("TE")
	if connection {
		v := "TE"
		if c, ok := op.custom("Connection"); ok {
			if f, ok := field(c); ok && !f.Value.Empty() {
				v = f.Value.Reveal() + ", TE"
			}
		}
		add("Connection", v)
		add("TE", "gzip")
	}
	if op.compressed && !op.has("Accept-Encoding") {
		add("Accept-Encoding", "deflate, gzip, br, zstd")
	}
	if op.referer != nil && !op.has("Referer") {
		add("Referer", *op.referer)
	}
	chunked, err := m.chunked(add)
	if err != nil {
		return req, err
	}
	if op.http == "2" && m.place.url.Scheme == "http" {
		add("Connection", "Upgrade, HTTP2-Settings")
		add("Upgrade", "h2c")
		add("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA")
	}
	if m.cookies != "" {
		m.addCookies(add)
	}
	if m.since != "" {
		if f, ok := field(m.since); ok && !op.has(f.Name) {
			req.Header = append(req.Header, f)
		}
	}
	for _, h := range op.headers {
		f, ok := field(h)
		switch {
		case !ok:
		case strings.EqualFold(f.Name, "Host") && hasHost,
			strings.EqualFold(f.Name, "Content-Type") && m.kind == kindForm,
			strings.EqualFold(f.Name, "Content-Length") && m.hollow,
			strings.EqualFold(f.Name, "Connection") && connection:
		default:
			req.Header = append(req.Header, f)
		}
	}
	m.describeBody(add, chunked)
	if !m.hollow {
		req.Body = exchange.CloseBody(m.body)
	}
	return req, nil
}

func (m *message) method() string {
	switch {
	case m.op.method != nil:
		return *m.op.method
	case m.op.noBody:
		return "HEAD"
	case m.kind == kindPost, m.kind == kindForm:
		return "POST"
	case m.kind == kindPut:
		return "PUT"
	}
	return "GET"
}

func targetText(s string) secret.Text {
	path, query, ok := strings.Cut(s, "?")
	if !ok {
		return secret.Public(path)
	}
	return secret.Join(secret.Public(path+"?"), secret.New(query))
}

func (m *message) addRange(add func(name, value string)) {
	op := m.op
	span := op.ranges
	if op.resume != "" && op.resume != "0" {
		span = op.resume + "-" // wins over -r
	}
	if span == "" {
		return
	}
	switch m.kind {
	case kindGet, kindHead:
		if !op.has("Range") {
			add("Range", "bytes="+span)
		}
	default:
		if !op.has("Content-Range") && op.ranges != "" {
			add("Content-Range", "bytes "+span+"/"+strconv.FormatInt(m.size, 10))
		}
	}
}

// chunked decides on a chunked body and announces it when the command does not do so itself.
func (m *message) chunked(add func(name, value string)) (bool, error) {
	if h, ok := m.op.custom("Transfer-Encoding"); ok {
		return strings.Contains(strings.ToLower(h), "chunked"), nil
	}
	if m.kind != kindPut || m.size >= 0 || m.hollow {
		return false, nil
	}
	if m.op.http == "1.0" {
		return false, usage("-T -", "a chunked upload is not possible with HTTP/1.0")
	}
	add("Transfer-Encoding", "chunked")
	return true, nil
}

func (m *message) addCookies(add func(name, value string)) {
	if !m.op.has("Cookie") {
		add("Cookie", m.cookies)
		return
	}
	// With a Cookie of -H, the strings of -b stay away; cookies out of files do not.
	fromFiles := strings.TrimSuffix(m.cookies, strings.Join(m.op.cookies, ";"))
	if fromFiles = strings.TrimSuffix(fromFiles, "; "); fromFiles != "" {
		add("Cookie", fromFiles)
	}
}

// describeBody adds Content-Length, Content-Type and Expect.
func (m *message) describeBody(add func(name, value string), chunked bool) {
	op := m.op
	size := m.size
	switch {
	case m.kind != kindPost && m.kind != kindForm && m.kind != kindPut:
		return
	case m.hollow:
		add("Content-Length", "0")
		size = 0
	case size >= 0 && !chunked && !op.has("Content-Length"):
		add("Content-Length", strconv.FormatInt(size, 10))
	}
	expect := size > expectAbove || size < 0
	switch m.kind {
	case kindPost:
		if !op.has("Content-Type") {
			add("Content-Type", "application/x-www-form-urlencoded")
		}
	case kindForm:
		if m.hollow {
			return
		}
		typ := "multipart/form-data"
		if h, ok := op.custom("Content-Type"); ok {
			typ = strings.TrimLeft(h[len("Content-Type:"):], " ")
		}
		add("Content-Type", typ+"; boundary="+m.formType)
	case kindPut:
		expect = size != 0
	}
	if expect && !op.has("Expect") && op.http != "1.0" {
		add("Expect", "100-continue")
	}
}

// field reads a -H the way libcurl does when it sends it: "Name: value" as it stands, "Name;" as an empty field,
// "Name:" and anything without a colon not at all.
func field(h string) (exchange.Field, bool) {
	i := strings.IndexByte(h, ':')
	if i < 0 {
		name, rest, ok := strings.Cut(h, ";")
		if !ok || name == "" || rest != "" {
			return exchange.Field{}, false
		}
		f := exchange.RequestField(name, "")
		f.Sep = ":"
		return f, true
	}
	if i == 0 || strings.TrimLeft(h[i+1:], " \t\r\n\v\f") == "" {
		return exchange.Field{}, false
	}
	value := strings.TrimLeft(h[i+1:], " \t")
	sep := h[i : len(h)-len(value)]
	core := strings.TrimRight(value, " \t")
	f := exchange.RequestField(h[:i], core)
	f.Tail = value[len(core):]
	if sep != ": " {
		f.Sep = sep
	}
	return f, true
}

// condition is -z: a date, or a file whose modification time is meant. "-" in front asks for older, "=" for
// Last-Modified.
func (r *reader) condition(v string) string {
	if v == "" {
		return ""
	}
	name := "If-Modified-Since"
	switch v[0] {
	case '+':
		v = v[1:]
	case '-':
		name, v = "If-Unmodified-Since", v[1:]
	case '=':
		name, v = "Last-Modified", v[1:]
	}
	t, ok := date(v)
	if !ok {
		st, err := os.Stat(r.path(v))
		if err != nil {
			r.note("-z: neither a date that curl understands nor a file; left out")
			return ""
		}
		t = st.ModTime()
	}
	return name + ": " + t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
}

// date knows the common ones among curl's date forms. "2020-01-02" is none of them.
func date(v string) (time.Time, bool) {
	for _, l := range []string{
		time.RFC1123, time.RFC1123Z, time.RFC850, time.ANSIC, "20060102", "2 Jan 2006 15:04:05", "2 Jan 2006",
		"Jan 2 2006", "Jan 2, 2006", "Mon, 02 Jan 2006", "2006 Jan 2",
	} {
		if t, err := time.Parse(l, v); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
