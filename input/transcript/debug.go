package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// readDebug reads the debug output of HTTP libraries.
func readDebug(t *talk, i int) int {
	s := t.ls[i].text
	if len(s) < 8 {
		return i
	}
	switch {
	case strings.HasPrefix(s, "--> ") && okStart.MatchString(s), strings.HasPrefix(s, "<-- ") && okAnswer.MatchString(s):
		return readOkHttp(t, i)
	case strings.Contains(s[:min(len(s), 120)], "round_trippers.go"):
		return readKube(t, i)
	}
	if n := readWire(t, i); n > i {
		return n
	}
	return readOneLine(t, i)
}

var (
	okStart  = lazyregexp.New(`^--> (?:END )?([A-Z]{3,10})(?: (https?://\S+))?`)
	okAnswer = lazyregexp.New(`^<-- (?:(\d{3})(?: ([^h(][^(]*?))??(?: (https?://\S+))?(?: \((?:\d+|unknown).*\))?|END HTTP.*|HTTP FAILED: .*)$`)
)

// readOkHttp reads what OkHttp's logging interceptor prints at any of its levels.
func readOkHttp(t *talk, i int) int {
	d := t.draft(i)
	t.call++
	request, header := true, true
	n := i
	for ; n < len(t.ls); n++ {
		s := t.ls[n].text
		switch {
		case t.ls[n].brk && n > i:
			t.finish(d)
			return n
		case strings.HasPrefix(s, "--> END"):
			header = false
		case strings.HasPrefix(s, "--> "):
			m := okStart.FindStringSubmatch(s)
			if m == nil {
				t.finish(d)
				return n
			}
			if d.reqLine {
				t.finish(d)
				d = t.draft(n)
			}
			d.request(m[1], m[2], "")
			d.whole = true
			request, header = true, true
		case strings.HasPrefix(s, "<-- END HTTP"):
			t.finish(d)
			return n + 1
		case strings.HasPrefix(s, "<-- HTTP FAILED"):
			d.failure = &exchange.Failure{Step: "read", Message: "the library gave up"}
			t.message(n, "error", "okhttp", s, 0)
			t.finish(d)
			return n + 1
		case strings.HasPrefix(s, "<-- "):
			m := okAnswer.FindStringSubmatch(s)
			if m == nil || m[1] == "" {
				t.finish(d)
				return n
			}
			if m[3] != "" && d.target == "" {
				d.target, d.reqLine = m[3], true
			}
			d.reply("", number(m[1]), strings.TrimSpace(m[2]))
			request, header = false, true
		case t.ls[n].empty:
			header = false
			if !t.okGoesOn(n) {
				t.finish(d)
				return n
			}
		default:
			name, value, ok := field(s)
			switch {
			case header && ok:
				d.field(request, name, value)
			case !request && (bodyLike(s) || d.bodySeen):
				d.bodyLine(s)
			case request:
				d.requestBodyLine(s)
			default:
				t.finish(d)
				return n
			}
		}
	}
	t.finish(d)
	return n
}

func (t *talk) okGoesOn(n int) bool {
	for k := n + 1; k < len(t.ls) && k < n+40; k++ {
		if s := t.ls[k].text; strings.HasPrefix(s, "<-- ") || strings.HasPrefix(s, "--> ") {
			return true
		}
	}
	return false
}

var (
	kubeLine  = lazyregexp.New(`round_trippers\.go:\d+\](\s+)(.*)$`)
	kubeStart = lazyregexp.New(`^([A-Z]{3,7}) (https?://\S+)(?: (\d{3}) .* in \d+ milliseconds)?$`)
	kubeState = lazyregexp.New(`^Response Status: (\d{3}) ?(.*?) in \d+ milliseconds`)
	kubeNew   = lazyregexp.New(`^"(Request|Response)" verb="?([A-Z]+)"? url="([^"]*)"(?: status="?(\d*) ?([^"]*?)"?)?(?: headers=(.*?))?(?: milliseconds=.*)?$`)
	kubeBody  = lazyregexp.New(`^[IEWF]\d{4} .*?\] "?Response Body"?(?::| body=) ?(.*)$`)
)

// readKube reads what kubectl and other Kubernetes clients log at -v=6 and above.
func readKube(t *talk, i int) int {
	var d *draft
	t.call++
	request, n, last := true, i, i
	flush := func() {
		if d != nil {
			t.finish(d)
		}
		d = nil
	}
	for ; n < len(t.ls) && n < last+12; n++ {
		s := t.ls[n].text
		if t.ls[n].brk && n > i {
			break
		}
		if m := kubeBody.FindStringSubmatch(s); m != nil && d != nil && d.respLine {
			d.bodyLine(strings.Trim(m[1], `"<`))
			last = n
			continue
		}
		m := kubeLine.FindStringSubmatch(s)
		if m == nil {
			if d != nil && strings.HasPrefix(s, "\t") {
				if name, value, ok := field(strings.TrimSpace(s)); ok && !d.bodySeen {
					d.field(request, name, value)
				} else if d.bodySeen {
					d.bodyLine(strings.TrimSpace(s))
				}
				last = n
			} else if strings.HasPrefix(s, "error: ") || strings.HasPrefix(s, "Error from server") {
				t.message(n, "error", "kubectl", s, 0)
				last = n
			}
			continue
		}
		last = n
		text := m[2]
		switch {
		case kubeStart.MatchString(text):
			flush()
			k := kubeStart.FindStringSubmatch(text)
			d = t.draft(n)
			d.request(k[1], k[2], "")
			d.whole = true
			if k[3] != "" {
				d.reply("", number(k[3]), "")
			}
		case kubeNew.MatchString(text):
			k := kubeNew.FindStringSubmatch(text)
			if k[1] == "Request" || d == nil || d.respLine {
				flush()
				d = t.draft(n)
				d.request(k[2], k[3], "")
				d.whole = true
			}
			if request = k[1] == "Request"; !request {
				d.reply("", number(k[4]), k[5])
			}
		case kubeState.MatchString(text) && d != nil:
			k := kubeState.FindStringSubmatch(text)
			d.reply("", number(k[1]), k[2])
		case text == "Request Headers:":
			request = true
		case text == "Response Headers:":
			request = false
		case d != nil && len(m[1]) > 2:
			if name, value, ok := field(text); ok {
				d.field(request, name, value)
			}
		}
	}
	flush()
	return last + 1
}

// oneLine are log lines that hold method, URL and status: urllib3, httpx, .NET, containerd, skopeo.
var oneLine = []*lazyregexp.Regexp{
	lazyregexp.New(`(?P<u>https?://[^\s"]+) "(?P<m>[A-Z]{3,7}) (?P<p>\S+) HTTP/\d(?:\.\d)?" (?P<s>\d{3})\b`),
	lazyregexp.New(`(?:urllib3|connectionpool).{0,80}?"(?P<m>[A-Z]{3,7}) (?P<p>\S+) HTTP/\d(?:\.\d)?" (?P<s>\d{3})\b`),
	lazyregexp.New(`HTTP Request: (?P<m>[A-Z]{3,7}) (?P<u>https?://\S+) "HTTP/\d(?:\.\d)? (?P<s>\d{3})`),
	lazyregexp.New(`Received HTTP response (?:headers )?after [\d.]+ms - (?P<s>\d{3})`),
	lazyregexp.New(`Sending HTTP request (?P<m>[A-Z]{3,7}) (?P<u>https?://\S+)`),
	lazyregexp.New(`(?:DEBU\[\d+\]|level=debug).{0,40}(?:GET|Ping|HEAD) (?P<u>https?://\S+?)"? (?:status|err Get).{0,3}?(?P<s>\d{3})?`),
	lazyregexp.New(`(?:DEBU\[\d+\]|level=debug).{0,40}?(?P<m>GET|HEAD|POST) (?P<u>https?://[^\s"]+)`),
	lazyregexp.New(`fetch response received.*?response\.status="(?P<s>\d{3}) .*?url="?(?P<u>https?://[^\s"]+)`),
	lazyregexp.New(`"?HTTP (?P<m>GET|POST|PUT|DELETE|PATCH|HEAD) "?(?P<u>https?://[^\s"]+)`),
}

var starting = lazyregexp.New(`Starting new (HTTPS?) connection \(\d+\): (\S+?)(?::(\d+))?$`)

// bearing is the challenge in a log line of containerd or Docker.
var bearing = lazyregexp.New(`(?:www-authenticate=|header=)"((?:Bearer|Basic) (?:[^"\\]|\\.)*)"`)

// readOneLine reads log lines of libraries.
func readOneLine(t *talk, i int) int {
	s := t.ls[i].text
	if len(s) > 8<<10 {
		return i
	}
	if m := starting.FindStringSubmatch(s); m != nil {
		if i+1 < len(t.ls) && strings.Contains(t.ls[i+1].text, "HTTP/1") {
			if n := readOneLine(t, i+1); n > i+1 {
				if x := t.last; x != nil && x.Request.URL.Host == "" && x.Request.Method != "" {
					t.rebase(x, strings.ToLower(m[1]), m[2], m[3])
				}
				return n
			}
		}
		return i
	}
	if !strings.Contains(s, "http") && !strings.Contains(s, "HTTP") {
		return i
	}
	for _, re := range oneLine {
		m := re.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		get := func(n string) string {
			if k := re.Get().SubexpIndex(n); k > 0 {
				return m[k]
			}
			return ""
		}
		status := number(get("s"))
		if get("u") == "" && get("p") == "" {
			return i // a status alone: the line before it took it along
		}
		if t.told(get("m"), get("u")+get("p"), status) {
			return i + 1
		}
		d := t.draft(i)
		t.call++
		d.method, d.reqLine, d.target = get("m"), true, get("u")
		if p := get("p"); p != "" {
			d.target = strings.TrimSuffix(get("u"), "/") + p
		}
		if d.method == "" {
			d.method = "GET"
		}
		if status > 0 {
			d.reply("", status, "")
		} else if k := t.laterStatus(i); k > 0 {
			d.reply("", k, "")
		}
		if b := bearing.FindStringSubmatch(s); b != nil {
			d.responseField("WWW-Authenticate", strings.ReplaceAll(b[1], `\"`, `"`))
			d.respCut = true
		}
		t.finish(d)
		return i + 1
	}
	return i
}

// told reports that the exchange a log line speaks of was read in full just before.
func (t *talk) told(method, url string, status int) bool {
	x := t.last
	if x == nil || len(x.Request.Header) == 0 || x.Status() != status || x.Request.Method != method || status == 0 {
		return false
	}
	return strings.HasSuffix(strings.Replace(url, ":443/", "/", 1), x.Request.URL.Target().Reveal())
}

var laterRE = lazyregexp.New(`(?:Received HTTP response (?:headers )?after [\d.]+ms - |\bResponse )(\d{3})\b`)

// laterStatus is the status that one of the next lines gives.
func (t *talk) laterStatus(i int) int {
	for k := i + 1; k < len(t.ls) && k < i+4; k++ {
		if m := laterRE.FindStringSubmatch(t.ls[k].text); m != nil {
			return number(m[1])
		}
	}
	return 0
}

// rebase gives x the origin that another line named.
func (t *talk) rebase(x *exchange.Exchange, scheme, host, port string) {
	if port != "" {
		host += ":" + port
	}
	if u, err := exchange.ParseURL(scheme + "://" + host); err == nil {
		u.Path, u.Query, u.HasQuery = x.Request.URL.Path, x.Request.URL.Query, x.Request.URL.HasQuery
		x.Request.URL, x.Request.Target = u, secret.Text{}
	}
}
