package transcript

import "strings"

// readRaw reads messages as text (RFC 9112 2.1): a request line or a status line, fields, a blank line, a body; or
// fields alone, which go in the direction that their names have.
func readRaw(t *talk, i int) int {
	d := t.draft(i)
	n := i
	if r := t.rawRequest(d, i); r > i {
		n = r
		if ua := d.req.Text("User-Agent"); ua.HasPrefix("HTTPie/") || ua.HasPrefix("xh/") {
			t.kind = "httpie-output"
		}
		j := t.answerAt(n)
		if j < 0 {
			t.finish(d)
			return n
		}
		n = j
	} else if !t.statusAt(i) {
		return t.bareFields(d, i)
	}
	for n < len(t.ls) && t.statusAt(n) { // interim replies stand in front of the last one
		n = t.rawReply(d, n)
		if d.status/100 != 1 || d.status == 101 {
			break
		}
		for n < len(t.ls) && t.ls[n].blank() {
			n++
		}
	}
	if strings.EqualFold(d.reason, "Connection established") && !d.respHead && !d.reqLine {
		return n // a proxy's answer to CONNECT in front of the origin's: curl -i prints both
	}
	t.finish(d)
	return n
}

// draft begins an exchange at line i. What a command above says of the request is known.
func (t *talk) draft(i int) *draft {
	d := &draft{line: i}
	if t.cmd == nil {
		return d
	}
	if t.of == t.call { // the command's first reply was read already
		if s := t.last.Status(); s/100 == 3 || s == 401 || s == 407 || t.cmd.next+1 >= len(t.cmd.intents) {
			return d
		}
		t.cmd.next++
	}
	t.cmd.lend(d)
	return d
}

// answerAt is the line of the status line that answers the request above line i, or -1. Blank lines and a few short
// ones ("Response:") may stand between.
func (t *talk) answerAt(i int) int {
	for short := 0; i < len(t.ls) && short <= 2; i++ {
		switch {
		case t.ls[i].empty:
		case t.statusAt(i):
			return i
		case len(t.ls[i].text) > 80 || t.starts(i) || t.requestAt(i):
			return -1
		default:
			short++
		}
	}
	return -1
}

func (t *talk) statusAt(i int) bool {
	s := t.ls[i].text
	if _, _, _, ok := statusLine(s); ok {
		return true
	}
	if _, _, ok := bareStatus(s); ok && i+1 < len(t.ls) {
		name, _, ok := field(t.ls[i+1].text)
		return ok && known(name) || bodyLike(t.ls[i+1].text)
	}
	return false
}

func (t *talk) requestAt(i int) bool {
	s := t.ls[i].text
	if _, _, _, ok := requestLine(s); ok {
		return true
	}
	if _, _, ok := shortLine(s); ok && i+1 < len(t.ls) {
		name, _, ok := field(t.ls[i+1].text)
		if ok && known(name) {
			return true
		}
		_, _, _, ok = statusLine(t.ls[i+1].text)
		return ok
	}
	return false
}

func (t *talk) rawRequest(d *draft, i int) int {
	if !t.requestAt(i) {
		return i
	}
	s := t.ls[i].text
	if m, target, proto, ok := requestLine(s); ok {
		d.request(m, target, proto)
	} else {
		m, target, _ := shortLine(s)
		d.request(m, target, "")
	}
	n := t.fields(d, i+1, true)
	k := n
	for k < len(t.ls) && t.ls[k].empty {
		k++
	}
	if k == n || k >= len(t.ls) || t.statusAt(k) || t.starts(k) || t.requestAt(k) || !d.mayHaveBody(t.ls[k].text) {
		return n
	}
	if t.ls[k].brk {
		return n
	}
	end := t.bodyEnd(k)
	for ; k < end; k++ {
		d.requestBodyLine(t.ls[k].text)
	}
	return end
}

// mayHaveBody reports that s can be the body of d's request: it is announced, or has the look of one.
func (d *draft) mayHaveBody(s string) bool {
	return d.req.Has("Content-Length") && !d.req.Text("Content-Length").Is("0") || d.req.Has("Content-Type") ||
		d.req.Has("Transfer-Encoding") || !safe(d.method) && bodyLike(s)
}

// fields reads field lines from line i on, up to the blank line or to what is no field.
func (t *talk) fields(d *draft, i int, request bool) int {
	began := i
	for ; i < len(t.ls); i++ {
		s := t.ls[i].text
		if t.ls[i].empty || t.ls[i].brk && i > began {
			return i
		}
		if t.statusAt(i) || i > began && t.requestAt(i) {
			return i
		}
		if snip(s) {
			if request {
				d.reqCut = true
			} else {
				d.respCut = true
			}
			continue
		}
		if (s[0] == ' ' || s[0] == '\t') && i > began {
			if _, _, ok := field(strings.TrimSpace(s)); !ok {
				d.fold(request, s)
				continue
			}
		}
		name, value, ok := field(strings.TrimSpace(strings.TrimPrefix(s, ":")))
		if !ok {
			if bodyLike(s) || i == began || len(t.ls[i-1].text) < 70 {
				return i
			}
			d.fold(request, s) // a long value that was wrapped by a terminal or a mail program
			continue
		}
		if strings.HasPrefix(s, ":") {
			name = ":" + name
		}
		d.field(request, name, value)
	}
	return i
}

// rawReply reads the reply whose status line is at line i.
func (t *talk) rawReply(d *draft, i int) int {
	if proto, status, reason, ok := statusLine(t.ls[i].text); ok {
		d.reply(proto, status, reason)
	} else {
		status, reason, _ := bareStatus(t.ls[i].text)
		d.reply("", status, reason)
	}
	n := t.fields(d, i+1, false)
	return t.replyBody(d, n)
}

// replyBody reads the body behind the blank line at line n.
func (t *talk) replyBody(d *draft, n int) int {
	k := n
	for k < len(t.ls) && (t.ls[k].empty || noise(t.ls[k].text)) {
		k++
	}
	if k >= len(t.ls) || t.ls[k].brk || t.starts(k) || t.statusAt(k) || t.requestAt(k) || d.method == "HEAD" || k > n+3 {
		return n
	}
	if !bodyLike(t.ls[k].text) && !d.plainBody() {
		return n
	}
	end := t.bodyEnd(k)
	for ; k < end; k++ {
		d.bodyLine(t.ls[k].text)
	}
	return end
}

// plainBody reports that text without markup can be the body of d's reply, rather than prose behind it.
func (d *draft) plainBody() bool {
	l := d.resp.Text("Content-Length")
	if l.Is("0") || d.status == 204 || d.status == 304 || d.status/100 == 1 {
		return false
	}
	ct := d.resp.Text("Content-Type")
	return strings.HasPrefix(strings.ToLower(ct.Reveal()), "text/plain") || !l.Empty() && number(l.Reveal()) < 200 && ct.Empty()
}

// bareFields reads fields that stand without a start line.
func (t *talk) bareFields(d *draft, i int) int {
	name, value, ok := field(strings.TrimSpace(t.ls[i].text))
	if !ok || !known(name) || value == "" && i+1 < len(t.ls) && !strings.Contains(name, "-") {
		return i
	}
	if strings.HasSuffix(value, "',") || strings.HasSuffix(value, "\",") {
		return i // a program's own map
	}
	low := strings.ToLower(name)
	if (commonNames[low] || !strings.Contains(low, "-")) && !t.plausible(low, value, i) {
		return i
	}
	request, ok := t.direction(i)
	if !ok {
		return i
	}
	n := t.fields(d, i, request)
	if request {
		if j := t.answerAt(n); j >= 0 {
			n = t.rawReply(d, j)
		}
	} else {
		n = t.replyBody(d, n)
	}
	t.finish(d)
	return n
}

// prosaic are field names that begin a line of prose or of a form as well.
var prosaic = set("via allow link range priority upgrade age vary te expires location origin date connection")

// plausible keeps "Date: tomorrow", "Server: our own" and "Host: ..." of prose and configuration from being taken for
// fields: a name that is also a word needs a neighbour that is a field, or the value of its grammar.
func (t *talk) plausible(name, value string, i int) bool {
	if i+1 < len(t.ls) {
		if n, _, ok := field(t.ls[i+1].text); ok && known(n) && (!prosaic[name] || strings.Contains(n, "-")) {
			return true
		}
	}
	switch name {
	case "authorization", "cookie":
		return strings.Contains(value, "=") || strings.Contains(value, " ") && len(strings.Fields(value)) <= 3 || strings.Contains(value, ",")
	}
	return strings.HasPrefix(name, "x-")
}

// direction says whether the fields from line i on are a request's; ok is false when their names do not tell.
func (t *talk) direction(i int) (request, ok bool) {
	req, resp, n := 0, 0, 0
	for ; i < len(t.ls) && n < 60 && !t.ls[i].empty; i++ {
		n++
		name, _, isField := field(strings.TrimSpace(t.ls[i].text))
		low := strings.ToLower(name)
		if !isField {
			continue
		}
		if requestNames[low] {
			req++
		}
		if responseNames[low] {
			resp++
		}
	}
	return req > resp, req+resp > 0
}
