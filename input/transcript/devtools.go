package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	paneTitle  = lazyregexp.New(`(?i)^[#*_ ]*(general|summary|request headers?|response headers?|request|response|query string parameters|form data|request payload|request data|request cookies|response cookies|payload|query parameters)(?: *\((?:\d+|[\d.,]+ ?k?B)\)| view (?:source|parsed|decoded)| raw| HTML| view URL[ -]encoded)*:?[*_ ]*:?$`)
	paneStatus = lazyregexp.New(`^(\d{3})(?:[ \t]+([A-Za-z][A-Za-z '-]*?))?(?: \(from [a-z ]+\)| OK)?$`)
	paneJunk   = lazyregexp.New(`(?i)^(?:view (?:source|parsed|decoded|url[ -]encoded)|copy|raw|learn more|.{0,4}provisional headers are shown.*|edit and resend|filter headers|blocked by .*|caution: .*|show more|decoded:)$`)
	paneNames  = map[string]string{"request url": "url", "request method": "method", "status code": "status", "remote address": "remote",
		"url": "url", "status": "status", "address": "remote", "scheme": "scheme", "host": "hostname", "filename": "path", "method": "method",
		"version": "", "transferred": "", "referrer policy": "", "source": "", "initiator": "", "request priority": "", "dns resolution": "", "blocking": "", "protocol": ""}
)

// pane is the state of reading a header pane.
type pane struct {
	t       *talk
	d       *draft
	part    string // "general", "request", "response", "data"
	scheme  string
	host    string
	path    string
	partial bool
}

// readDevtools reads header panes copied out of Chrome, Firefox and Safari: sections with titles, names and values on
// one line or on two.
func readDevtools(t *talk, i int) int {
	if !t.paneStart(i) {
		return i
	}
	p := &pane{t: t, d: t.draft(i), part: "general"}
	t.call++
	if strings.HasPrefix(t.ls[i].text, ":") {
		p.part = "request"
		if strings.HasPrefix(t.ls[i].text, ":status") {
			p.part = "response"
		}
	}
	n, empty := i, 0
	for n < len(t.ls) {
		if t.ls[n].empty {
			if empty++; empty > 2 || !p.near(n+1) {
				break
			}
			n++
			continue
		}
		if t.ls[n].brk && n > i && !p.near(n) {
			break
		}
		next := p.line(n)
		if next <= n {
			break
		}
		empty = 0
		n = next
	}
	p.end()
	for n > i+1 && t.ls[n-1].empty {
		n--
	}
	return n
}

// paneStart reports that a pane begins at line i: "Request URL:", a title with fields below, a pseudo field.
func (t *talk) paneStart(i int) bool {
	s := strings.TrimSpace(t.ls[i].text)
	low := strings.ToLower(s)
	if strings.HasPrefix(low, "request url\thttp") {
		return true
	}
	if strings.HasPrefix(low, "scheme") && i+2 < len(t.ls) && strings.HasPrefix(strings.ToLower(t.ls[i+1].text+t.ls[i+2].text), "host") {
		return true
	}
	if strings.HasPrefix(low, "request url:") || low == "request url" || strings.HasPrefix(low, "request method:") || strings.HasPrefix(low, "status code:") {
		return true
	}
	if name, _, ok := strings.Cut(strings.TrimPrefix(s, ":"), ":"); ok && strings.HasPrefix(s, ":") && pseudo[name] || strings.HasPrefix(s, ":") && pseudo[s[1:]] {
		return true
	}
	if low == "summary" || low == "general" || paneTitle.MatchString(s) || strings.Contains(low, "provisional headers are shown") {
		for k, seen := i+1, 0; k < len(t.ls) && seen < 3; k++ {
			v := strings.TrimSpace(t.ls[k].text)
			if v == "" {
				continue
			}
			seen++
			name, _, ok := field(v)
			if pl := strings.ToLower(v); strings.HasPrefix(pl, "url:") || strings.HasPrefix(pl, "request url") || strings.HasPrefix(v, ":") && len(v) > 5 ||
				ok && known(name) && (strings.Contains(low, "header") || strings.Contains(low, "provisional")) || known(v) && strings.Contains(low, "header") {
				return true
			}
			if t.requestAt(k) || t.statusAt(k) {
				return strings.Contains(low, "header") || low == "request" || low == "response"
			}
		}
	}
	return false
}

var pseudo = set("authority method path scheme status")

// near reports that one of the next lines belongs to a pane.
func (p *pane) near(n int) bool {
	for seen := 0; n < len(p.t.ls) && seen < 2; n++ {
		s := strings.TrimSpace(p.t.ls[n].text)
		if s == "" {
			continue
		}
		seen++
		name, _, ok := field(strings.TrimPrefix(s, ":"))
		if paneTitle.MatchString(s) || paneJunk.MatchString(s) || ok && (known(name) || pseudo[name]) || known(s) || strings.HasPrefix(s, ":") {
			return true
		}
		if k, _, ok := strings.Cut(s, ":"); ok && paneNames[strings.ToLower(k)] != "" {
			return true
		}
	}
	return false
}

func (p *pane) line(n int) int {
	t := p.t
	s := strings.TrimSpace(t.ls[n].text)
	low := strings.ToLower(s)
	if strings.Contains(low, "provisional headers are shown") {
		p.d.reqCut, p.partial = true, true
		if p.part == "general" {
			p.part = "request"
		}
		return n + 1
	}
	if paneJunk.MatchString(s) {
		return n + 1
	}
	if m := paneTitle.FindStringSubmatch(s); m != nil {
		switch title := strings.ToLower(m[1]); {
		case title == "general" || title == "summary":
			if p.d.haveURL && p.d.began() {
				p.end()
				p.d = t.draft(n)
			}
			p.part = "general"
		case strings.HasPrefix(title, "request h") || title == "request":
			p.part = "request"
		case strings.HasPrefix(title, "response h") || title == "response":
			p.part = "response"
		default:
			p.part = "data"
		}
		return n + 1
	}
	if p.part == "data" {
		return n + 1
	}
	if _, _, _, ok := statusLine(s); ok {
		proto, status, reason, _ := statusLine(s)
		p.part = "response"
		p.d.reply(proto, status, reason)
		return n + 1
	}
	if m, target, proto, ok := requestLine(s); ok {
		p.part = "request"
		p.d.method, p.d.proto = m, proto
		if !p.d.haveURL {
			p.d.request(m, target, proto)
		}
		return n + 1
	}
	return p.pair(n, s)
}

// pair reads a name and its value, on one line or on two.
func (p *pane) pair(n int, s string) int {
	t := p.t
	if m := firefoxRow.FindStringSubmatch(s); m != nil && p.part == "general" {
		p.general("status", m[2])
		return n + 1
	}
	colon := ""
	if strings.HasPrefix(s, ":") {
		colon, s = ":", s[1:]
	}
	name, value, ok := strings.Cut(s, ":")
	if tab, rest, has := strings.Cut(s, "\t"); has && !strings.Contains(tab, ":") {
		name, value, ok = tab, rest, true
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	next := n + 1
	if !ok || value == "" && !strings.Contains(s, "://") {
		name = strings.TrimSuffix(s, ":")
		if n+1 < len(t.ls) && !t.ls[n+1].empty && (ok || known(name) || token(name) && len(name) < 50 || paneNames[strings.ToLower(name)] != "") {
			v := strings.TrimSpace(t.ls[n+1].text)
			if !paneTitle.MatchString(v) && !(strings.HasSuffix(v, ":") && token(strings.TrimSuffix(v, ":"))) {
				value, next = v, n+2
			}
		}
		if next == n+1 && !ok {
			return n
		}
	}
	key := strings.ToLower(name)
	if what, has := paneNames[key]; has && colon == "" && (p.part == "general" || key != "host") {
		p.general(what, value)
		return next
	}
	if !token(name) {
		return n
	}
	request := p.part != "response"
	if colon == ":" && name == "status" {
		request = false
		p.part = "response"
	}
	if p.part == "general" {
		request = !responseNames[key]
	}
	if colon == ":" && request && !p.d.haveURL && name == "method" && p.d.reqLine {
		p.end()
		p.d = t.draft(n)
	}
	p.d.field(request, colon+name, value)
	return next
}

// firefoxRow are rows that Firefox copies without anything between name and value.
var firefoxRow = lazyregexp.New(`^(?:(Status):? ?(\d{3}.*)|(?:Version|Transferred|Referrer Policy|Request Priority|DNS Resolution):? ?[^:\s].*)$`)

func (p *pane) general(what, value string) {
	switch what {
	case "url":
		if u, err := exchange.ParseURL(value); err == nil {
			if p.d.haveURL {
				p.end()
				p.d = p.t.draft(p.d.line)
			}
			p.d.url, p.d.haveURL = u, true
		}
	case "method":
		p.d.method = value
	case "status":
		value = strings.TrimLeft(value, "●• ")
		if k := strings.TrimPrefix(value, "HTTP/1.1 "); len(k) >= 3 {
			value = k
		}
		if m := paneStatus.FindStringSubmatch(value); m != nil {
			p.d.reply("", number(m[1]), m[2])
		} else if n := number(value[:min(3, len(value))]); n >= 100 {
			p.d.reply("", n, "")
		}
	case "remote":
		p.d.conn.Remote = value
	case "scheme":
		p.scheme = value
	case "hostname":
		p.host = value
	case "path":
		p.path = value
	}
}

func (p *pane) end() {
	d := p.d
	if !d.haveURL && p.host != "" && p.scheme != "" {
		if u, err := exchange.ParseURL(p.scheme + "://" + p.host + p.path); err == nil {
			d.url, d.haveURL = u, true
		}
	}
	if d.haveURL && d.method == "" {
		d.method = "GET"
	}
	if d.haveURL {
		d.target, d.whole = "", true
		d.scheme, d.authority = d.url.Scheme, d.url.Authority()
		d.reqLine = d.reqHead
	}
	p.t.finish(d)
}
