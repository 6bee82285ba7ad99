package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// maxBody is what is kept of a body.
const maxBody = 64 << 10

// talk is the state of one reading.
type talk struct {
	o    form.Options
	ls   []line
	ev   exchange.Evidence  // what the conversation being read gave so far
	kind string             // what the reader says its form is, when it is not its own
	cmd  *command           // the command above the output that is being read
	last *exchange.Exchange // the exchange read before, for redirects and legs
	call int                // calls of a program seen so far: a new one begins no hop
	of   int                // the call that last belongs to
	run  int
	conn int // connections numbered so far
	said map[string]bool
}

func newTalk(ls []line, o form.Options) *talk {
	return &talk{o: o, ls: ls, said: map[string]bool{}}
}

func (t *talk) from(i int) fact.Source { return at(t.o.Source, i+1) }

// message keeps what a program said at line i.
func (t *talk) message(i int, kind, who, text string, status int) {
	t.ev.Messages = append(t.ev.Messages, exchange.Message{Text: exchange.Raw(text), Kind: kind, Who: who, Status: status, From: t.from(i)})
}

// fact says something once.
func (t *talk) fact(i int, text string) {
	if !t.said[text] {
		t.said[text] = true
		t.ev.Facts = append(t.ev.Facts, fact.Fact{Text: text, From: t.from(i)})
	}
}

// draft is an exchange that is being read.
type draft struct {
	line    int
	purpose string
	conn    exchange.Conn
	failure *exchange.Failure

	method, target, proto string
	scheme, authority     string // what the record says besides Host: pseudo header fields, the command's URL
	req                   exchange.Header
	reqLine, reqHead      bool // seen
	reqCut, credCut       bool // lines were left out; a credential was
	reqBody               strings.Builder

	status        int
	reason, ver   string
	resp          exchange.Header
	respLine      bool
	respHead      bool
	respCut       bool
	interim       []int
	body          strings.Builder
	bodySeen      bool
	bodyBytes     int64
	bodyCut       bool
	redirected    bool // the record says that it follows the redirect before it
	leg           bool // or that it repeats the request before it for a handshake
	url           exchange.URL
	haveURL       bool
	unseenCredent bool
	intent        *exchange.Intent // the command's, when one stands above
	marked        bool             // curl told it
	whole         bool             // the record shows the whole request although no Host is among it
	fromCommand   bool             // the request was taken from it
}

// request takes a request line.
func (d *draft) request(method, target, proto string) {
	d.method, d.target, d.proto, d.reqLine = method, target, proto, true
}

// requestField takes a request field; pseudo fields of HTTP/2 say what a request line says.
func (d *draft) requestField(name, value string) {
	switch strings.ToLower(name) {
	case ":method":
		d.method, d.reqLine = value, true
		return
	case ":path":
		d.target = value
		return
	case ":scheme":
		d.scheme = value
		return
	case ":authority":
		d.authority = value
		return
	}
	if strings.HasPrefix(name, ":") {
		return
	}
	d.reqHead = true
	if credential(name) && elided(value) {
		d.credCut = true
	}
	if len(d.req) < 500 {
		d.req = append(d.req, exchange.RequestField(name, value))
	}
}

// reply takes a status line. An interim one is kept by its number.
func (d *draft) reply(proto string, status int, reason string) {
	if d.respLine && d.status/100 == 1 && d.status != 101 {
		d.interim = append(d.interim, d.status)
		d.resp = nil
	}
	d.ver, d.status, d.reason, d.respLine = proto, status, reason, true
}

// responseField takes a response field.
func (d *draft) responseField(name, value string) {
	if strings.EqualFold(name, ":status") {
		d.status, d.respLine = number(value), true
		return
	}
	if strings.HasPrefix(name, ":") {
		return
	}
	d.respHead = true
	if len(d.resp) < 500 {
		d.resp = append(d.resp, exchange.ResponseField(name, value))
	}
}

func (d *draft) field(request bool, name, value string) {
	if request {
		d.requestField(name, value)
	} else {
		d.responseField(name, value)
	}
}

// fold adds a continuation line to the last field (RFC 9112 5.2).
func (d *draft) fold(request bool, s string) {
	h := d.resp
	if request {
		h = d.req
	}
	if n := len(h); n > 0 && h[n-1].Value.Len() < 64<<10 {
		h[n-1].Value = h[n-1].Value.Map(func(v string) string { return v + " " + strings.TrimSpace(s) })
	}
}

func (d *draft) bodyLine(s string) {
	d.bodySeen = true
	if d.body.Len() > 0 {
		d.body.WriteByte('\n')
	}
	if room := maxBody - d.body.Len(); len(s) > room {
		s, d.bodyCut = s[:max(room, 0)], true
	}
	d.body.WriteString(s)
}

func (d *draft) requestBodyLine(s string) {
	if d.reqBody.Len() > 0 {
		d.reqBody.WriteByte('\n')
	}
	if d.reqBody.Len()+len(s) < 1<<20 {
		d.reqBody.WriteString(s)
	}
}

// began reports that anything of the reply was read.
func (d *draft) began() bool { return d.respLine || d.respHead || d.bodySeen }

// finish makes an exchange of d and keeps it.
func (t *talk) finish(d *draft) *exchange.Exchange {
	if d == nil || !d.reqLine && !d.reqHead && !d.began() && d.failure == nil && !d.haveURL {
		return nil
	}
	x := &exchange.Exchange{Purpose: d.purpose, Conn: d.conn, Failure: d.failure, Given: t.o.Source.String()}
	x.Request = exchange.Request{Method: d.method, Proto: d.proto, Header: d.req, Body: exchange.CloseBody(d.reqBody.String())}
	d.fill(x)
	t.address(d, x)
	x.Unseen = d.unseen(x)
	if d.began() {
		r := &exchange.Response{Proto: d.ver, Status: d.status, Reason: d.reason, Header: d.resp, Interim: d.interim}
		b := strings.TrimRight(d.body.String(), "\n")
		r.Body = exchange.Body{Bytes: []byte(b), Size: max(int64(len(b)), d.bodyBytes), Truncated: d.bodyCut}
		x.Response = r
		if x.Request.Method == "CONNECT" {
			x.Conn.FromProxy = true
		}
	}
	t.order(d, x)
	t.ev.Exchanges = append(t.ev.Exchanges, x)
	t.last, t.of = x, t.call
	return x
}

// unseen says what the record does not show of x.
func (d *draft) unseen(x *exchange.Exchange) exchange.Parts {
	var p exchange.Parts
	if !d.reqLine && !d.haveURL || x.Request.URL.Host == "" && x.Request.Method == "" {
		p |= exchange.RequestLine
	}
	if !d.reqHead || d.reqCut || d.partRequest() {
		p |= exchange.RequestHeader
		if !d.shows() {
			p |= exchange.RequestCredentials
		}
	}
	if d.credCut || d.unseenCredent {
		p |= exchange.RequestCredentials
	}
	if x.Request.Body.Empty() && d.sendsBody(x) {
		p |= exchange.RequestBody
	}
	if !d.respLine {
		p |= exchange.StatusLine
	}
	if !d.respHead || d.respCut || d.partReply() {
		p |= exchange.ResponseHeader
	}
	if d.failure != nil {
		p &^= exchange.StatusLine | exchange.ResponseHeader
		return p
	}
	if !d.bodySeen && !d.empty(x) {
		p |= exchange.ResponseBody
	}
	return p
}

// shows reports that a credential of the request is in the record.
func (d *draft) shows() bool {
	for _, f := range d.req {
		if credential(f.Name) {
			return true
		}
	}
	return false
}

// partRequest reports that the writer picked fields out of the request: HTTP/1.1 cannot do without Host.
func (d *draft) partRequest() bool {
	return !d.reqLine || !d.req.Has("Host") && d.authority == "" && !d.fromCommand && !d.whole
}

// partReply reports that the writer picked fields out of the reply: servers date theirs or say how long they are.
func (d *draft) partReply() bool {
	if !d.respLine {
		return true
	}
	for _, n := range []string{"Date", "Server", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection"} {
		if d.resp.Has(n) {
			return false
		}
	}
	return len(d.resp) < 6
}

// sendsBody reports that the request may have had a body that is not shown.
func (d *draft) sendsBody(x *exchange.Exchange) bool {
	if !d.reqHead || d.reqCut {
		return true
	}
	l := x.Request.Header.Text("Content-Length")
	if l.Is("0") {
		return false
	}
	return !l.Empty() || x.Request.Header.Has("Transfer-Encoding") || d.reqLine && !safe(x.Request.Method)
}

func safe(m string) bool {
	return m == "GET" || m == "HEAD" || m == "OPTIONS" || m == "TRACE" || m == "CONNECT" || m == "DELETE"
}

// empty reports a reply that has no body.
func (d *draft) empty(x *exchange.Exchange) bool {
	return d.status == 204 || d.status == 304 || d.status/100 == 1 || x.Request.Method == "HEAD" ||
		x.Request.Method == "CONNECT" && d.status/100 == 2 || d.resp.Text("Content-Length").Is("0")
}
