package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// verbose is the state of reading curl's own account of its work.
type verbose struct {
	t     *talk
	d     *draft
	conn  exchange.Conn // of the request that comes next
	named string        // host:port the connection was made to
	again bool          // curl said that it sends another request
	dump  bool          // it shows the bytes in rows
	sent  bool          // the request's header section has ended
	ended bool          // the reply's has
	who   string
}

// readVerbose reads curl -v, curl --trace and --trace-ascii, and what git prints of its HTTP library.
func readVerbose(t *talk, i int) int {
	kind, _, ok := mark(t.ls[i].text)
	if !ok || !t.firmMark(i) {
		return i
	}
	v := &verbose{t: t, who: "curl"}
	t.kind = "curl-verbose"
	if kind == 'x' && rowRE.MatchString(t.ls[min(i+1, len(t.ls)-1)].text) {
		t.kind = "curl-trace"
	} else if t.ls[i].text[0] == '=' || strings.HasPrefix(t.ls[i].text, "<=") {
		t.kind = "git-curl-verbose"
	}
	n := i
	for n < len(t.ls) {
		if t.ls[n].empty {
			if !v.goesOn(n) {
				break
			}
			n++
			continue
		}
		if ev, next := t.events(n); ev != nil {
			v.dump = v.dump || next > n+1
			for _, e := range ev {
				v.event(n, e)
			}
			n = next
			continue
		}
		next := v.other(n)
		if next <= n {
			break
		}
		n = next
	}
	v.flush()
	if t.kind != "curl-verbose" && v.dump && v.who != "git" {
		t.kind = "curl-trace"
	}
	if v.who == "git" && t.kind == "curl-verbose" {
		t.kind = "git-curl-verbose"
	}
	if v.who == "guzzle" {
		t.kind = "http-debug"
	}
	for n > i+1 && t.ls[n-1].empty {
		n--
	}
	return n
}

// firmMark reports that line i is more than a quotation or a list item: a lone ">" or "<" needs a message near.
func (t *talk) firmMark(i int) bool {
	s := t.ls[i].text
	if s[0] != '>' && s[0] != '<' || len(s) > 2 {
		return true
	}
	for k := i + 1; k < len(t.ls) && k < i+3; k++ {
		if _, text, ok := mark(t.ls[k].text); ok && text != "" {
			return true
		}
	}
	return false
}

// goesOn reports that curl's account goes on behind the blank line n.
func (v *verbose) goesOn(n int) bool {
	t := v.t
	k := n
	for k < len(t.ls) && t.ls[k].empty {
		k++
	}
	if k >= len(t.ls) {
		return false
	}
	s := t.ls[k].text
	if _, text, ok := mark(s); ok && (text != "" || !t.ls[k].brk) {
		return true
	}
	if t.ls[k].brk {
		return false
	}
	return noise(s) || v.d != nil && v.d.respLine && !v.d.bodySeen && (bodyLike(s) || v.d.plainBody()) || strings.HasPrefix(s, "curl: (")
}

func (v *verbose) begin(n int) *draft {
	v.flush()
	v.d = v.t.draft(n)
	v.d.conn = v.conn
	v.d.authority, v.d.marked = v.named, true
	if v.again && v.t.last != nil {
		v.d.redirected = v.t.last.Status()/100 == 3
		v.d.leg = !v.d.redirected
	}
	v.again, v.sent, v.ended = false, false, false
	return v.d
}

func (v *verbose) flush() {
	if v.d != nil {
		if x := v.t.finish(v.d); x != nil {
			if x.Request.Method == "CONNECT" && x.OK() {
				if v.conn.Proxy == "" {
					v.conn.Proxy = v.named
				}
				v.conn.TLS, v.named = nil, x.Request.Target.Reveal()
			}
		}
		v.d = nil
	}
}

func (v *verbose) event(n int, e event) {
	switch e.kind {
	case '*':
		v.info(n, e.text)
	case '>':
		v.sentLine(n, e.text)
	case '<':
		v.gotLine(n, e.text)
	case '{':
		if v.d != nil && v.d.respLine {
			v.d.bodyBytes += int64(number(e.text))
		}
	case 'U':
		if v.d != nil && e.text != "" {
			v.d.requestBodyLine(e.text)
		}
	case 'D':
		if v.d != nil {
			v.d.bodyLine(e.text)
		}
	}
}

func (v *verbose) sentLine(n int, s string) {
	if s == "" {
		v.sent = true
		return
	}
	m, target, proto, ok := requestLine(s)
	switch {
	case ok && (v.d == nil || v.d.proto != "" || v.d.began()):
		v.begin(n).request(m, target, proto)
	case ok: // the pseudo fields stood before it
		v.d.req = nil
		v.d.request(m, target, proto)
	case v.d == nil || v.d.began() && v.d.status/100 != 1:
		v.begin(n)
	}
	if ok {
		return
	}
	if snip(s) {
		v.d.reqCut = true
	} else if name, value, isField := field(s); isField {
		v.requestField(name, value)
	} else {
		v.d.fold(true, s)
	}
}

// requestField takes a field, and from User-Agent who is speaking: git and Guzzle pass on what their libcurl says.
func (v *verbose) requestField(name, value string) {
	v.d.requestField(name, value)
	if !strings.EqualFold(name, "User-Agent") {
		return
	}
	if strings.HasPrefix(value, "git/") {
		v.who = "git"
	} else if strings.HasPrefix(value, "GuzzleHttp") {
		v.who = "guzzle"
	}
}

func (v *verbose) gotLine(n int, s string) {
	if v.d == nil {
		v.begin(n)
	}
	if s == "" {
		v.ended = v.d.respLine
		return
	}
	if proto, status, reason, ok := statusLine(s); ok {
		if v.d.respLine && v.d.status/100 != 1 {
			v.begin(n)
		}
		v.d.reply(proto, status, reason)
		v.ended = false
		return
	}
	if snip(s) {
		v.d.respCut = true
	} else if name, value, ok := field(s); ok {
		v.d.responseField(name, value)
	} else {
		v.d.fold(false, s)
	}
}

// other reads a line without a mark: a body, an error of the program, a field whose mark got lost.
func (v *verbose) other(n int) int {
	t, s := v.t, v.t.ls[n].text
	switch {
	case noise(s):
		return n + 1
	case strings.HasPrefix(s, "curl: ("):
		v.fail(n, s)
		return n + 1
	case t.ls[n].brk || commandLine(s):
		return n
	case strings.HasPrefix(s, "* ") || s == "*":
		if v.d != nil || v.conn.Remote != "" {
			return n + 1
		}
		return n
	case strings.HasPrefix(s, "fatal: ") || strings.HasPrefix(s, "remote: ") || strings.HasPrefix(s, "error: "):
		t.message(n, "error", "git", s, 0)
		return n + 1
	case (strings.HasPrefix(s, "> ") || strings.HasPrefix(s, "< ")) && v.d != nil:
		if s[0] == '>' && !v.d.began() || s[0] == '<' && v.d.respLine && !v.ended {
			v.event(n, event{s[0], s[2:]})
			return n + 1
		}
		return n
	case v.d == nil:
		return n
	}
	if _, status, _, ok := statusLine(s); ok {
		if !v.d.began() && v.d.reqLine { // a reply whose marks got lost
			v.event(n, event{'<', s})
			return n + 1
		}
		if v.d.status == status {
			return v.twice(n) // -i prints the header once more
		}
		return n
	}
	if v.dump {
		return n + 1 // the dump showed it already
	}
	if !v.ended && snip(s) {
		v.d.reqCut, v.d.respCut = v.d.reqCut || !v.d.began(), v.d.respCut || v.d.began()
		return n + 1
	}
	if name, value, ok := field(s); ok && known(name) && !v.ended && !v.d.bodySeen {
		if v.d.began() {
			v.d.responseField(name, value)
		} else {
			v.requestField(name, value)
		}
		return n + 1
	}
	if !v.d.began() || v.d.bodySeen && !bodyLike(s) {
		if !v.d.began() && v.sent && bodyLike(s) {
			return v.requestBody(n)
		}
		return n
	}
	end := t.bodyEnd(n)
	for k := n; k < end; k++ {
		body, remark, cut := strings.Cut(t.ls[k].text, "* Connection #")
		v.d.bodyLine(body)
		if cut {
			v.info(k, "Connection #"+remark)
		}
	}
	return end
}

// twice is the line behind a header section that the marks showed already.
func (v *verbose) twice(n int) int {
	for n++; n < len(v.t.ls) && !v.t.ls[n].empty; n++ {
		if _, _, ok := field(v.t.ls[n].text); !ok {
			break
		}
	}
	return n
}

func (v *verbose) requestBody(n int) int {
	end := v.t.bodyEnd(n)
	for k := n; k < end; k++ {
		v.d.requestBodyLine(v.t.ls[k].text)
	}
	return end
}

var curlError = lazyregexp.New(`^curl: \((\d+)\) (.*)$`)

// steps are the places where curl's exit codes say that a request ended.
var steps = map[int]string{5: "proxy", 6: "resolve", 7: "connect", 28: "read", 35: "tls", 51: "tls", 52: "read", 55: "write",
	56: "read", 58: "tls", 59: "tls", 60: "tls", 77: "tls", 83: "tls", 91: "tls", 92: "read", 97: "proxy"}

func (v *verbose) fail(n int, s string) {
	m := curlError.FindStringSubmatch(s)
	if m == nil {
		return
	}
	status := 0
	if k := returned.FindStringSubmatch(s); k != nil {
		status = number(k[1])
	}
	v.t.message(n, "error", "curl", s, status)
	step := steps[number(m[1])]
	if step == "" || v.d != nil && v.d.respLine {
		return
	}
	if v.d == nil {
		v.begin(n)
	}
	v.d.failure = &exchange.Failure{Step: step, Message: "curl error " + m[1], Timeout: m[1] == "28"}
}

var returned = lazyregexp.New(`(?:returned error: |HTTP code |response )(\d{3})`)
