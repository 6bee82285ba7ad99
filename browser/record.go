package browser

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// maxBody is how much of an answer is kept; maxKept how many requests are.
const (
	maxBody = 64 << 10
	maxKept = 400
)

// recorder collects what the browser tells about each request. Its events come in any order between the two sources they
// have (the page and the network), and in order within each.
type recorder struct {
	in      *exchange.Intent
	program string
	frame   cdp.FrameID // of the page itself; "" when it does not matter

	mu     sync.Mutex
	reqs   map[network.RequestID]*requested
	order  []network.RequestID
	load   bool
	broken bool // the page could not be opened: there will be no load event
	errors []string
	says   []string // what the browser complained of
}

// requested is one request of the page with all its hops: redirects and logins share its id.
type requested struct {
	id     network.RequestID
	events []*network.EventRequestWillBeSent // one for each redirect hop
	sent   []*network.EventRequestWillBeSentExtraInfo
	got    []*network.EventResponseReceivedExtraInfo
	final  *network.Response
	fail   *network.EventLoadingFailed
	text   []byte
	whole  bool // text is known
	over   bool
	held   []exchange.BrowsedCookie
	seen   time.Time
}

func newRecorder(in *exchange.Intent) *recorder {
	return &recorder{in: in, reqs: map[network.RequestID]*requested{}}
}

// of gives the entry of id; nil when there are too many.
func (r *recorder) of(id network.RequestID) *requested {
	q := r.reqs[id]
	if q == nil && len(r.order) < maxKept {
		q = &requested{id: id, seen: time.Now()}
		r.reqs[id] = q
		r.order = append(r.order, id)
	}
	return q
}

func (r *recorder) with(id network.RequestID, f func(*requested)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q := r.of(id); q != nil {
		f(q)
	}
}

func (r *recorder) request(e *network.EventRequestWillBeSent) {
	r.with(e.RequestID, func(q *requested) {
		q.events = append(q.events, e)
		if e.Type == network.ResourceTypeDocument && e.FrameID == r.frame && r.frame != "" {
			r.load, r.broken = false, false // the next page
		}
	})
}

// count is how many requests were seen.
func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, q := range r.reqs {
		n += len(q.events)
	}
	return n
}

func (r *recorder) requestExtra(e *network.EventRequestWillBeSentExtraInfo) {
	r.with(e.RequestID, func(q *requested) { q.sent = append(q.sent, e) })
}

// replyExtra reports whether the request that e answers carried an Authorization field.
func (r *recorder) replyExtra(e *network.EventResponseReceivedExtraInfo) (authorized bool) {
	r.with(e.RequestID, func(q *requested) {
		q.got = append(q.got, e)
		if n := len(q.got); n <= len(q.sent) {
			authorized = headerHas(q.sent[n-1].Headers, "Authorization")
		}
	})
	return authorized
}

func (r *recorder) reply(e *network.EventResponseReceived) {
	r.with(e.RequestID, func(q *requested) { q.final = e.Response })
}

// finished reports whether the body is worth asking for.
func (r *recorder) finished(e *network.EventLoadingFinished) (wanted bool) {
	r.with(e.RequestID, func(q *requested) {
		q.over = true
		if q.final == nil || len(q.events) == 0 || e.EncodedDataLength > 4<<20 {
			return
		}
		switch q.events[len(q.events)-1].Type {
		case network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch:
			wanted = true
		default:
			wanted = q.final.Status >= 400
		}
	})
	return wanted
}

func (r *recorder) failed(e *network.EventLoadingFailed) {
	r.with(e.RequestID, func(q *requested) { q.over, q.fail = true, e })
}

func (r *recorder) body(id network.RequestID, b []byte, ok bool) {
	r.with(id, func(q *requested) { q.text, q.whole = b, ok })
}

func (r *recorder) loaded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.load = true
}

func (r *recorder) isLoaded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.load
}

func (r *recorder) empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.order) == 0
}

func (r *recorder) note(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors, r.broken = append(r.errors, why), true
}

// begin forgets the page that was shown: another is about to be opened.
func (r *recorder) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.load, r.broken = false, false
}

// maxComplaints is how many of the browser's complaints are kept, and maxComplaint how long one may be.
const (
	maxComplaints = 30
	maxComplaint  = 300
)

// complaint keeps what the browser itself complains of: CORS, cookies, what could not be loaded. It is foreign text.
func (r *recorder) complaint(e *log.Entry) {
	if e == nil || e.Level != log.EntryLevelError && e.Level != log.EntryLevelWarning {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.Join(strings.Fields(e.Text), " ")
	if len(text) > maxComplaint {
		text = strings.ToValidUTF8(text[:maxComplaint], "")
	}
	if len(r.says) < maxComplaints && !slices.Contains(r.says, text) {
		r.says = append(r.says, text)
	}
}

// complaints are those, with secrets scrubbed.
func (r *recorder) complaints() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, s := range r.says {
		out = append(out, secret.Scrub(s))
	}
	return out
}

// status is that of the last page that was answered in the tab itself, 0 when there is none.
func (r *recorder) status() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range slices.Backward(r.order) {
		q := r.reqs[id]
		if n := len(q.events); n == 0 || q.events[n-1].Type != network.ResourceTypeDocument || q.events[n-1].FrameID != r.frame {
			continue
		}
		if q.final == nil {
			return 0
		}
		return int(q.final.Status)
	}
	return 0
}

// trouble is the browser's own word for why nothing was exchanged.
func (r *recorder) trouble() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range r.order {
		if f := r.reqs[id].fail; f != nil {
			return errorWord(f.ErrorText)
		}
	}
	for _, e := range r.errors {
		if e != "" {
			return errorWord(e)
		}
	}
	return ""
}

// atRest reports that something was sent, and all of it is answered or failed.
func (r *recorder) atRest() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.reqs {
		if !q.over && q.final == nil && len(q.events) > 0 {
			return false
		}
	}
	return len(r.order) > 0 && (r.load || r.broken)
}

// asked names a request whose jar is to be looked at.
type asked struct {
	id  network.RequestID
	url string
}

// uncredentialed are the refused requests for which the browser considered no cookie at all: a script may have asked for
// that, and then the jar tells whether there was one.
func (r *recorder) uncredentialed() []asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []asked
	for _, id := range r.order {
		q := r.reqs[id]
		n := len(q.got)
		if n == 0 || n > len(q.sent) || len(q.events) == 0 || q.preflight() {
			continue
		}
		s := q.got[n-1].StatusCode
		if (s == 401 || s == 403 || s == 419 || s == 302 || s == 200) && len(q.sent[n-1].AssociatedCookies) == 0 && q.scripted() && len(out) < 20 {
			out = append(out, asked{id, q.events[len(q.events)-1].Request.URL})
		}
	}
	return out
}

// jar notes what the browser holds for the address of w. Partitioned cookies belong to other pages, perhaps.
func (r *recorder) jar(w asked, have []*network.Cookie) {
	r.with(w.id, func(q *requested) {
		for _, c := range have {
			if c.PartitionKey == nil && !c.PartitionKeyOpaque {
				q.held = append(q.held, cookieOf(c))
			}
		}
	})
}

func (q *requested) preflight() bool {
	return len(q.events) > 0 && q.events[0].Initiator != nil && q.events[0].Initiator.Type == network.InitiatorTypePreflight
}

// kind is what the request was for, in the browser's word.
func (q *requested) kind(e *network.EventRequestWillBeSent) string {
	if q.preflight() {
		return "preflight"
	}
	return strings.ToLower(string(e.Type))
}

func (q *requested) scripted() bool {
	t := q.events[len(q.events)-1].Type
	return t == network.ResourceTypeFetch || t == network.ResourceTypeXHR || t == network.ResourceTypeEventSource
}

// exchanges are what went over the wire, in order.
func (r *recorder) exchanges(l loan) []*exchange.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	cors := r.preflightErrors()
	var out []*exchange.Exchange
	for _, id := range r.order {
		q := r.reqs[id]
		if len(q.events) == 0 {
			continue // of another page, or cut off
		}
		xs := r.wire(q)
		if l.given && l.to == id && len(xs) > 0 {
			xs = r.login(xs)
		}
		for _, x := range xs {
			if e, ok := cors[id]; ok {
				x.Browser.CORS, x.Browser.CORSDetail = e.why, e.detail
			}
			if l.given && l.to != id && x.Request.Header.Has("Authorization") {
				x.Browser.Cached, x.Browser.Realm = true, l.realm
			}
		}
		out = append(out, xs...)
	}
	r.inOrder(out)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Sent.Before(out[j].Sent) })
	return out
}

// inOrder puts each preflight before the request it asks for: the browser tells of it later.
func (r *recorder) inOrder(xs []*exchange.Exchange) {
	for _, p := range xs {
		q := r.reqs[network.RequestID(p.Browser.Chain)]
		if q == nil || !q.preflight() {
			continue
		}
		for _, x := range xs {
			if x.Browser.Chain == string(q.events[0].Initiator.RequestID) {
				p.Sent = x.Sent.Add(-time.Microsecond)
				break
			}
		}
	}
}

// login makes two exchanges of the last of xs, for which the login was given: the browser tells of the pair as one, and
// shows the request as it was before.
func (r *recorder) login(xs []*exchange.Exchange) []*exchange.Exchange {
	x := xs[len(xs)-1]
	asked := *x
	b := *x.Browser
	asked.Browser, asked.Failure, asked.Key = &b, nil, "login "+b.Chain
	asked.Response, asked.Unseen = &exchange.Response{Proto: "HTTP/1.1", Status: 401}, exchange.ResponseHeader|exchange.ResponseBody
	b.Dropped, b.Jar = nil, nil
	x.Request = x.Request.Clone()
	x.Request.Header = append(x.Request.Header, r.in.Login.BasicField())
	x.Sent = x.Sent.Add(time.Microsecond)
	return append(xs[:len(xs)-1], &asked, x)
}

type corsError struct{ why, detail string }

// preflightErrors are the CORS errors by the id of the exchange whose answer is their ground: the preflight's, where
// there was one and it failed; else the request's own.
func (r *recorder) preflightErrors() map[network.RequestID]corsError {
	out := map[network.RequestID]corsError{}
	pre := map[network.RequestID]network.RequestID{}
	for _, id := range r.order {
		if q := r.reqs[id]; q.preflight() {
			pre[q.events[0].Initiator.RequestID] = id
		}
	}
	for _, id := range r.order {
		q := r.reqs[id]
		if q.fail == nil || q.fail.CorsErrorStatus == nil || q.preflight() {
			continue
		}
		ground := id
		if p, ok := pre[id]; ok && len(q.got) == 0 {
			ground = p
		}
		out[ground] = corsError{string(q.fail.CorsErrorStatus.CorsError), q.fail.CorsErrorStatus.FailedParameter}
	}
	return out
}

// wire makes the exchanges of one request: the i-th thing sent and the i-th thing got belong together. What the network
// did not tell of was not sent, or came out of the cache.
func (r *recorder) wire(q *requested) []*exchange.Exchange {
	var out []*exchange.Exchange
	hop, first, chain := 0, 0, string(q.id)
	for i, s := range q.sent {
		e := q.events[min(hop, len(q.events)-1)]
		if n := len(out); n > 0 && out[n-1].Request.Method == "POST" && e.Request.Method == "GET" {
			// Where a form leads is asked for anew, with GET (RFC 9110 15.4.4): a request of its own, that can be asked again.
			first, chain = hop, chain+" on"
		}
		u, err := exchange.ParseURL(e.Request.URL)
		if err != nil {
			continue
		}
		x := &exchange.Exchange{Purpose: "the page's own, in " + r.program, Hop: hop - first, Sent: q.at(e, i),
			Request: exchange.Request{Method: e.Request.Method, URL: u, Proto: "HTTP/1.1", Header: requestHeader(s.Headers, u)},
			Browser: &exchange.Browsed{Program: r.program, Chain: chain, Kind: q.kind(e)}}
		if e.Request.HasPostData {
			if x.Request.Body = postData(e.Request); x.Request.Body.Empty() {
				x.Unseen |= exchange.RequestBody
			}
		}
		if p, err := exchange.ParseURL(e.DocumentURL); err == nil && e.Type != network.ResourceTypeDocument {
			x.Browser.Page = &p
		}
		for _, c := range s.AssociatedCookies {
			if c.Cookie == nil {
				continue
			}
			if len(c.BlockedReasons) == 0 {
				x.Browser.Passed = append(x.Browser.Passed, c.Cookie.Name)
				continue
			}
			b := cookieOf(c.Cookie)
			for _, why := range c.BlockedReasons {
				b.Reasons = append(b.Reasons, string(why))
			}
			x.Browser.Kept = append(x.Browser.Kept, b)
		}
		last := i == len(q.sent)-1
		switch {
		case i < len(q.got):
			r.answer(x, q, q.got[i], last)
		case last && q.fail != nil:
			x.Failure = &exchange.Failure{Step: "read", Message: "the browser says " + errorWord(q.fail.ErrorText), Timeout: strings.Contains(q.fail.ErrorText, "TIMED_OUT")}
		case last && q.final != nil:
			x.Response = &exchange.Response{Proto: "HTTP/1.1", Status: int(q.final.Status), Reason: q.final.StatusText, Header: replyHeader(q.final.Headers, "")}
		default:
			x.Unseen |= exchange.WholeAnswer | exchange.ResponseBody
		}
		if last {
			x.Browser.Jar = q.held
		}
		out = append(out, x)
		if x.Status()/100 == 3 && x.Header().Has("Location") && hop+1 < len(q.events) {
			hop++
		}
	}
	return out
}

func (r *recorder) answer(x *exchange.Exchange, q *requested, g *network.EventResponseReceivedExtraInfo, last bool) {
	x.Response = &exchange.Response{Proto: "HTTP/1.1", Status: int(g.StatusCode), Header: replyHeader(g.Headers, g.HeadersText)}
	if last && q.final != nil {
		x.Response.Reason = q.final.StatusText
	}
	if line, _, _ := strings.Cut(g.HeadersText, "\r\n"); strings.HasPrefix(line, "HTTP/") {
		if p := strings.SplitN(line, " ", 3); len(p) == 3 {
			x.Response.Proto, x.Response.Reason = p[0], p[2]
		}
	}
	for _, b := range g.BlockedCookies {
		c := exchange.BrowsedCookie{Line: secret.New(b.CookieLine)}
		if b.Cookie != nil {
			c = cookieOf(b.Cookie)
			c.Line = secret.New(b.CookieLine)
		} else if name, value, ok := strings.Cut(b.CookieLine, "="); ok {
			value, _, _ = strings.Cut(value, ";")
			c.Name, c.Value = strings.TrimSpace(name), secret.New(strings.TrimSpace(value))
		}
		for _, why := range b.BlockedReasons {
			c.Reasons = append(c.Reasons, string(why))
		}
		x.Browser.Dropped = append(x.Browser.Dropped, c)
	}
	switch {
	case last && q.whole:
		text := q.text
		x.Response.Body.Size = int64(len(text))
		if len(text) > maxBody {
			text, x.Response.Body.Truncated = text[:maxBody], true
		}
		x.Response.Body.Bytes = text
	case g.StatusCode == 204 || g.StatusCode == 304 || x.Request.Method == "HEAD" || g.StatusCode/100 == 3:
	default:
		x.Unseen |= exchange.ResponseBody
	}
}

// at is when the i-th part of q was sent: the browser's clock for the first, and in order behind it for the rest.
func (q *requested) at(e *network.EventRequestWillBeSent, i int) time.Time {
	t := q.seen
	if s := e.WallTime.Float64(); s > 0 {
		t = time.Unix(0, int64(s*1e9))
	}
	return t.Add(time.Duration(i) * time.Microsecond)
}
