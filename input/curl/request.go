package curl

import (
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// expectAbove is the body size above which curl asks with Expect: 100-continue first (PUT always does).
const expectAbove = 1 << 20

// intents are the transfers of one operation.
func (r *reader) intents(op *operation) ([]*exchange.Intent, error) {
	fields := ""
	if op.hasData && op.get {
		k := kindGet
		if op.noBody {
			k = kindHead
		}
		if err := op.choose(k); err != nil {
			return nil, err
		}
		// curl forgets --url-query when -G has data to put there.
		fields, op.query, op.hasData = string(op.data), "", false
	} else if op.hasData {
		if err := op.choose(kindPost); err != nil {
			return nil, err
		}
	}
	for _, t := range op.targets {
		if t.upload != nil {
			if err := op.choose(kindPut); err != nil {
				return nil, err
			}
		}
	}
	if op.json {
		op.addMissing("Content-Type", "application/json")
		op.addMissing("Accept", "application/json")
	}
	if op.etag != nil {
		op.headers = append(op.headers, "If-None-Match: "+*op.etag)
	}
	if len(op.targets) == 0 || !op.targets[0].hasURL {
		return nil, usage("", "no URL specified")
	}
	var out []*exchange.Intent
	for _, t := range op.targets {
		if !t.hasURL {
			r.note("a -T has no URL of its own; curl leaves it out")
			continue
		}
		urls := []string{t.url}
		if !op.noGlob {
			var err error
			if urls, err = glob(t.url); err != nil {
				return nil, err
			}
		}
		for _, u := range urls {
			i, err := r.transfer(op, t, appendQuery(appendQuery(u, op.query), fields))
			if err != nil {
				return nil, err
			}
			out = append(out, i)
		}
	}
	return out, nil
}

func (op *operation) addMissing(name, value string) {
	if _, ok := op.custom(name); !ok {
		op.headers = append(op.headers, name+": "+value)
	}
}

// custom finds the -H that speaks of a field: "Name:" or "Name;", in any case.
func (op *operation) custom(name string) (string, bool) {
	for _, h := range op.headers {
		if len(h) > len(name) && strings.EqualFold(h[:len(name)], name) && (h[len(name)] == ':' || h[len(name)] == ';') {
			return h, true
		}
	}
	return "", false
}

func (op *operation) has(name string) bool { _, ok := op.custom(name); return ok }

// transfer makes one intent.
func (r *reader) transfer(op *operation, t *target, raw string) (*exchange.Intent, error) {
	if t.upload != nil && *t.upload != "-" && *t.upload != "." {
		raw = uploadURL(raw, *t.upload)
	}
	p, err := op.locate(raw)
	if err != nil {
		return nil, err
	}
	i := &exchange.Intent{
		Agent: exchange.Agent{Name: "curl", Version: Version}, Source: r.o.Source,
		Follow: op.follow, Trusted: op.trusted, KeepPost: op.keepPost,
		TLS: op.tls(), Iface: op.iface, HTTP: strings.TrimSuffix(op.http, "-prior-knowledge"),
		Timeout: op.maxTime, Connect: op.connect, IP: op.ip, Socket: op.socket, Netrc: op.netrc != netrcNo,
	}
	if op.maxRedirs != nil {
		switch i.MaxHops = *op.maxRedirs; {
		case i.MaxHops < 0:
			i.MaxHops = math.MaxInt32
		case i.MaxHops == 0 && i.Follow:
			i.Follow = false
			r.note("--max-redirs 0: curl stops with an error at the first redirect")
		}
	}
	if i.Proxy, i.NoProxy, err = r.forward(op, p.url); err != nil {
		return nil, err
	}
	if i.Resolve, err = op.dial(p.url); err != nil {
		return nil, err
	}
	m := message{r: r, op: op, place: p}
	if err := m.prepare(t); err != nil {
		return nil, err
	}
	if m.login, m.hasLogin, err = r.login(op, p); err != nil {
		return nil, err
	}
	r.authorise(op, i, &m)
	i.Request, err = m.build()
	if err != nil {
		return nil, err
	}
	if m.hollow {
		m.hollow = false
		full, err := m.build()
		if err != nil {
			return nil, err
		}
		i.Full = &full
	}
	if op.http == "2-prior-knowledge" && p.url.Scheme == "http" {
		r.note("--http2-prior-knowledge speaks HTTP/2 without TLS; the request is shown as HTTP/1.1 here")
	}
	return i, nil
}

// authorise settles how the login is used.
func (r *reader) authorise(op *operation, i *exchange.Intent, m *message) {
	way := op.auth.way()
	switch {
	case op.auth == bearer:
		if m.hasLogin {
			r.note("--oauth2-bearer is used; curl does not send the login beside it")
		}
		return
	case !m.hasLogin:
		if op.auth&^(basic|bearer) != 0 {
			r.note("an authentication scheme is chosen but no user is given (-u), so curl does not authenticate")
		}
		return
	}
	i.Login, i.Auth = m.login, way
	if op.auth&bearer != 0 && way == exchange.AuthAny {
		r.note("--oauth2-bearer together with another scheme: curl sends neither at first and picks by the challenge")
	}
	switch way {
	case exchange.AuthBasic:
		if op.has("Authorization") {
			i.Auth = exchange.AuthHeader
			r.note("-H sets Authorization itself; curl does not add the login")
		}
	case exchange.AuthDigest, exchange.AuthNTLM:
		// Not authenticated yet: curl sends an empty body until the challenge is answered.
		m.hollow = m.kind == kindPost || m.kind == kindForm || m.kind == kindPut
	case exchange.AuthSigV4:
		i.Login.Sigv4 = op.sigv4
	}
}

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
		b, err := m.r.file("-T", strings.Replace(*t.upload, ".", "-", b2i(*t.upload == ".")))
		if err != nil {
			return err
		}
		m.body, m.size = string(b), int64(len(b))
		if *t.upload == "-" || *t.upload == "." {
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

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
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
		req.Body = secret.New(m.body)
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
