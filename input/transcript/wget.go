package transcript

import (
	"net"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	wgetStart   = lazyregexp.New(`^--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d--\s+(\S+)`)
	wgetConnect = lazyregexp.New(`^Connecting to (\S+?)(?: \([^)]*\))?(?:\|([^|]+)\|)?:(\d+)\.\.\. ?(.*)$`)
	wgetAnswer  = lazyregexp.New(`^(?:Proxy|HTTP) request sent, awaiting response\.\.\. ?(?:(\d{3}) ?(.*)|(.*))$`)
	wgetChose   = lazyregexp.New(`^Authentication selected: (\w+)(.*)$`)
	wgetError   = lazyregexp.New(`^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )?ERROR (\d{3}): `)
	wgetTwo     = lazyregexp.New(`^HTTP (?:ERROR )?response (\d{3}) ?([A-Za-z ]*?) *\[(https?://[^\]]+)\]`)
	wgetTLS     = lazyregexp.New(`^(?:The certificate.s owner does not match|ERROR: cannot verify|ERROR: The certificate of|ERROR: no certificate subject|Unable to establish SSL)`)
	wgetBusy    = lazyregexp.New(`^wget: server returned error: (HTTP/\d(?:\.\d)? \d{3}.*)$`)
	wgetWords   = lazyregexp.New(`^(?:\[\d+\] Downloading |Connecting to \S+ \([^)]*\)$|DEBUG output created by Wget|Setting --|Reading HSTS|Saving HSTS|Resolving |Caching |Created socket|Releasing |Initiating SSL|Handshake successful|certificate:|  subject:|  issuer:|X509 |Registered socket|Disabling further|Closed (?:\d|fd)|Skipping \d|Reusing (?:existing|fd)|Length: |Saving to:|Username/Password Auth|Authorization failed|Unknown authentication|Loading SSL|Loaded CA|URI encoding|Converted file name|hsts:|Found no|Host .* has|Auth scheme|Inserted |Stored cookie|\s+\d+%\[|\S+\s+\d+%\[|\s*0K |Location: .*\[following\]|ERROR: |Unable to |To connect to |Proxy tunneling failed|Giving up|Retrying|Failed |GnuTLS|OpenSSL|WARNING: |Self-signed|Issued certificate|Unable|seconds |Disabling |Deferring|Parsing|Cookie|cdm:|Unexpected|Remote file)`)
)

// wget is the state of reading what wget printed.
type wget struct {
	t         *talk
	d         *draft
	url       exchange.URL
	haveURL   bool
	conn      exchange.Conn
	debug     bool
	status    int // of the reply before this one, for redirects
	answering bool
	login     string // the scheme wget chose
}

// readWget reads what wget prints, with -S, with -d, and plain.
func readWget(t *talk, i int) int {
	s := t.ls[i].text
	if !wgetStart.MatchString(s) && s != "---request begin---" && s != "---response begin---" && !wgetConnect.MatchString(s) && !wgetAnswer.MatchString(s) &&
		!wgetTwo.MatchString(s) && !wgetBusy.MatchString(s) && !strings.HasPrefix(s, "DEBUG output created by Wget") && !t.wgetCall(i) {
		return i
	}
	w := &wget{t: t}
	t.call++
	n := i
	for n < len(t.ls) {
		next := w.line(n)
		if next <= n {
			break
		}
		n = next
	}
	w.flush()
	for n > i+1 && t.ls[n-1].empty {
		n--
	}
	return n
}

// wgetCall reports a wget command whose output follows.
func (t *talk) wgetCall(i int) bool {
	if !strings.HasPrefix(t.ls[i].text, "wget ") && !strings.HasPrefix(t.ls[i].text, "wget2 ") {
		return false
	}
	for k := i + 1; k < len(t.ls) && k < i+4; k++ {
		s := t.ls[k].text
		if wgetStart.MatchString(s) || wgetBusy.MatchString(s) || wgetTwo.MatchString(s) || strings.HasPrefix(s, "DEBUG output created") || strings.HasPrefix(s, "Setting --") || wgetWords.MatchString(s) || wgetConnect.MatchString(s) {
			return true
		}
	}
	return false
}

func (w *wget) begin(n int) *draft {
	w.flush()
	w.d = &draft{line: n, conn: w.conn, leg: w.status == 401 || w.status == 407, redirected: w.status/100 == 3}
	if w.haveURL {
		w.d.url, w.d.haveURL = w.url, true
		w.d.method = "GET"
	}
	return w.d
}

func (w *wget) flush() {
	if w.d == nil {
		return
	}
	if w.d.redirected && w.haveURL && !w.d.reqLine {
		w.d.haveURL = true
	}
	if x := w.t.finish(w.d); x != nil {
		w.status = x.Status()
	}
	w.d, w.answering = nil, false
}

// line reads line n; what it gives is the line behind it, or n at the end of the output.
func (w *wget) line(n int) int {
	t, s := w.t, w.t.ls[n].text
	if t.ls[n].empty {
		return w.goesOn(n)
	}
	switch {
	case strings.HasPrefix(s, "wget ") || strings.HasPrefix(s, "wget2 "):
		if w.d != nil || w.haveURL {
			return n
		}
		if u, err := exchange.ParseURL(urlRE.FindString(s)); err == nil {
			w.url, w.haveURL = u, true
		}
	case s == "---request begin---":
		w.begin(n)
		w.debug = true
		return w.section(n+1, true)
	case s == "---response begin---":
		if w.d == nil {
			w.begin(n)
		}
		w.debug = true
		return w.section(n+1, false)
	case wgetTwo.MatchString(s), wgetBusy.MatchString(s):
		w.short(n, s)
	case wgetChose.MatchString(s):
		m := wgetChose.FindStringSubmatch(s)
		w.login = m[1]
		if w.d != nil && w.d.respLine && !w.d.respHead && m[2] != "" {
			w.d.responseField("WWW-Authenticate", m[1]+m[2])
			w.d.respCut = true
		}
		t.fact(n, "wget chose "+m[1]+" for the login")
		w.flush()
	case w.place(n, s):
	case wgetError.MatchString(s):
		t.message(n, "error", "wget", s, number(wgetError.FindStringSubmatch(s)[1]))
	case wgetTLS.MatchString(s):
		t.message(n, "error", "wget", s, 0)
		if w.d == nil && w.haveURL {
			w.begin(n).failure = &exchange.Failure{Step: "tls", Message: "wget does not trust the server's certificate"}
			w.flush()
		}
	case strings.HasPrefix(s, "Username/Password Auth"):
		if w.login != "" { // else it had none that the server takes, and says the same
			s = "Authentication selected: " + w.login + ". " + s
		}
		t.message(n, "error", "wget", s, 0)
	case strings.HasPrefix(s, "ERROR: ") || strings.HasPrefix(s, "Unknown authentication") || strings.HasPrefix(s, "Authorization failed"):
		t.message(n, "error", "wget", s, 0)
	case strings.HasPrefix(s, "Location: ") && strings.HasSuffix(s, "[following]"):
		if w.d != nil && !w.d.resp.Has("Location") {
			w.d.responseField("Location", strings.TrimSuffix(strings.TrimPrefix(s, "Location: "), " [following]"))
			w.d.respCut = true
		}
		w.flush()
	case wgetWords.MatchString(s):
	case w.answering && w.d != nil && w.reply(s):
	case w.debug && len(s) < 300 && !t.ls[n].brk && !t.starts(n) && !t.statusAt(n):
	default:
		return n
	}
	return n + 1
}

// place reads the lines that say where wget goes and what came back.
func (w *wget) place(n int, s string) bool {
	if m := wgetStart.FindStringSubmatch(s); m != nil {
		w.flush()
		if u, err := exchange.ParseURL(m[1]); err == nil {
			w.url, w.haveURL = u, true
		}
		return true
	}
	if m := wgetConnect.FindStringSubmatch(s); m != nil {
		w.flush()
		w.t.conn++
		w.conn = exchange.Conn{ID: w.t.conn}
		if m[2] != "" {
			w.conn.Remote = net.JoinHostPort(m[2], m[3])
		}
		if w.haveURL && !strings.EqualFold(w.url.Host, m[1]) {
			w.conn.Proxy = net.JoinHostPort(m[1], m[3])
		}
		if strings.HasPrefix(m[4], "failed") {
			w.begin(n).failure = &exchange.Failure{Step: "connect", Message: "wget could not connect"}
		}
		return true
	}
	m := wgetAnswer.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	if w.d == nil || w.d.began() {
		w.begin(n)
	}
	if m[1] != "" {
		w.d.reply("", number(m[1]), strings.TrimSpace(m[2]))
		if w.d.method == "" {
			w.d.method = "GET"
		}
	} else if strings.HasPrefix(m[3], "No data received") {
		w.d.failure = &exchange.Failure{Step: "read", Message: "no data received"}
	}
	w.answering = true
	return true
}

// reply reads a line of the header as -S shows it.
func (w *wget) reply(s string) bool {
	s = strings.TrimSpace(s)
	if proto, status, reason, ok := statusLine(s); ok {
		w.d.reply(proto, status, reason)
		return true
	}
	name, value, ok := field(s)
	if ok && w.d.respLine {
		w.d.responseField(name, value)
	}
	return ok && w.d.respLine
}

// section reads a header section of -d up to its end mark.
func (w *wget) section(n int, request bool) int {
	for ; n < len(w.t.ls); n++ {
		s := w.t.ls[n].text
		if s == "---request end---" || s == "---response end---" {
			return n + 1
		}
		if strings.HasPrefix(s, "---") || w.t.ls[n].brk {
			return n
		}
		if m, target, proto, ok := requestLine(s); ok && request {
			w.d.request(m, target, proto)
		} else if request && w.d.reqLine {
			if name, value, ok := field(s); ok {
				w.d.requestField(name, value)
			}
		} else if !request {
			w.reply(s)
		}
	}
	return n
}

// short reads the one line by which wget2 and BusyBox tell of a refusal.
func (w *wget) short(n int, s string) {
	d := w.begin(n)
	if m := wgetTwo.FindStringSubmatch(s); m != nil {
		if u, err := exchange.ParseURL(m[3]); err == nil {
			d.url, d.haveURL, d.method = u, true, "GET"
		}
		d.reply("", number(m[1]), m[2])
	} else if m := wgetBusy.FindStringSubmatch(s); m != nil {
		proto, status, reason, _ := statusLine(strings.TrimSpace(m[1]))
		d.reply(proto, status, reason)
		w.t.message(n, "error", "wget", s, status)
	}
	w.flush()
}

// goesOn is the line of wget's output behind the blank line n, or n.
func (w *wget) goesOn(n int) int {
	k := n
	for k < len(w.t.ls) && w.t.ls[k].empty {
		k++
	}
	for j := k; j < len(w.t.ls) && j < k+2; j++ {
		s := w.t.ls[j].text
		if wgetStart.MatchString(s) || wgetWords.MatchString(s) || wgetAnswer.MatchString(s) || wgetConnect.MatchString(s) ||
			wgetError.MatchString(s) || strings.HasPrefix(s, "---re") || strings.HasPrefix(s, "Location: ") {
			return k
		}
	}
	return n
}
