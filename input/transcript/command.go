package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/internal/lazyregexp"
)

// command is a command line whose output follows.
type command struct {
	intents []*exchange.Intent
	next    int // the intent whose reply comes next
	url     exchange.URL
	haveURL bool
	method  string
}

var commandRE = lazyregexp.New(`^(?:(?:sudo|time) )?(?:curl(?:\.exe)?|/\S{1,40}/curl|https?|xhs?) `)

func commandLine(s string) bool {
	if len(s) < 8 || !commandRE.MatchString(s) {
		return false
	}
	if strings.HasPrefix(s, "http") || strings.HasPrefix(s, "xh") {
		return httpie(s)
	}
	return strings.Contains(s, "://") || strings.Contains(s, " -") || strings.Contains(s, ".") || strings.Contains(s, "localhost")
}

var httpieRE = lazyregexp.New(`^(?:https?|xhs?) (?:-\S+ |'[^']*' )*(?:(?i:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) )?(?:-\S+ |\S+=\S+ )*(\S*(?:://|:\d|\.|localhost)\S*|:\d*/?\S*)(?: |$)`)

func httpie(s string) bool { return httpieRE.MatchString(s[:min(len(s), 2000)]) }

// readCommand reads a command together with the output below it. A command without output is none of its business.
func readCommand(t *talk, i int) int {
	if t.cmd != nil || !commandLine(t.ls[i].text) {
		return i
	}
	end := t.commandEnd(i)
	j := t.outputAt(end)
	if j < 0 {
		return i
	}
	var words strings.Builder
	for k := i; k < end; k++ {
		words.WriteString(t.ls[k].text)
		words.WriteByte('\n')
	}
	t.cmd = t.parse(words.String())
	defer func() { t.cmd = nil }()
	t.call++
	n, kind := t.output(j)
	if n <= j {
		return i
	}
	if kind == "http-exchange" && (strings.HasPrefix(t.ls[i].text, "http") || strings.HasPrefix(t.ls[i].text, "xh")) {
		kind = "httpie-output"
	}
	if kind == "http-exchange" && includes.MatchString(words.String()) {
		kind = "curl-include"
	}
	t.kind = kind
	t.ev.Intents = append(t.ev.Intents, t.cmd.intents...)
	return n
}

// output reads what a command printed, from line j on: messages until something else stands there.
func (t *talk) output(j int) (n int, kind string) {
	if bodyLike(t.ls[j].text) && !t.starts(j) {
		d := t.draft(j)
		n = t.bodyEnd(j)
		for k := j; k < n; k++ {
			d.bodyLine(t.ls[k].text)
		}
		t.finish(d)
		return n, "http-exchange"
	}
	for n = j; n < len(t.ls); {
		if t.ls[n].blank() || noise(t.ls[n].text) {
			n++
			continue
		}
		if commandLine(t.ls[n].text) || n > j && t.ls[n].brk {
			break
		}
		next := n
		for _, r := range []reader{{"curl-verbose", readVerbose}, {"http-exchange", readRaw}} {
			t.kind = ""
			if next = r.read(t, n); next > n {
				if kind == "" {
					kind = r.kind
				}
				if t.kind != "" {
					kind = t.kind
				}
				break
			}
		}
		if next <= n {
			break
		}
		n = next
	}
	for n > j && t.ls[n-1].empty {
		n--
	}
	return n, kind
}

// commandEnd is the line behind a command: it goes on over continuation marks and open quotation marks.
func (t *talk) commandEnd(i int) int {
	single, double := false, false
	for k := i; k < len(t.ls) && k < i+400; k++ {
		s := t.ls[k].text
		for j := 0; j < len(s); j++ {
			switch c := s[j]; {
			case c == '\\' && !single:
				j++
			case c == '\'' && !double:
				single = !single
			case c == '"' && !single:
				double = !double
			}
		}
		u := strings.TrimRight(s, " ")
		if !single && !double && !strings.HasSuffix(u, "\\") && !strings.HasSuffix(u, "^") && !strings.HasSuffix(u, "`") {
			return k + 1
		}
	}
	return i + 1
}

// outputAt is the line where a command's output begins, or -1.
func (t *talk) outputAt(i int) int {
	for k, short := i, 0; k < len(t.ls) && short <= 2; k++ {
		s := t.ls[k].text
		switch {
		case t.ls[k].empty || noise(s):
		case commandLine(s):
			return -1
		case t.starts(k) || t.statusAt(k) || t.requestAt(k):
			return k
		case bodyLike(s):
			if short == 0 && !t.ls[k].brk {
				return k
			}
			return -1
		case len(s) > 80:
			return -1
		default:
			short++
		}
	}
	return -1
}

var urlRE = lazyregexp.New(`https?://[^\s'"<>` + "`" + `\\^]+`)

// parse reads the command's text. Where curl's reader refuses it, the URL alone is taken.
func (t *talk) parse(text string) *command {
	c := &command{}
	if !strings.HasPrefix(text, "http") && !strings.HasPrefix(text, "xh") {
		in, err := curl.Commands(text, curl.Options{Dir: t.o.Dir, Home: t.o.Home, Source: t.o.Source})
		if err == nil && len(in) > 0 {
			c.intents = in
			return c
		}
	}
	if u, err := exchange.ParseURL(urlRE.FindString(text)); err == nil {
		c.url, c.haveURL = u, true
	} else if m := httpieRE.FindStringSubmatch(strings.TrimSuffix(text, "\n")); m != nil {
		s := m[1]
		if strings.HasPrefix(s, ":") {
			s = "localhost" + strings.TrimSuffix(s, ":")
		}
		scheme := "http://"
		if strings.HasPrefix(text, "https ") || strings.HasPrefix(text, "xhs ") {
			scheme = "https://"
		}
		if u, err := exchange.ParseURL(scheme + s); err == nil {
			c.url, c.haveURL = u, true
		}
	}
	if m := methodRE.FindStringSubmatch(text); m != nil {
		c.method = m[1]
	} else if !strings.Contains(text, " -d") && !strings.Contains(text, "--data") && !strings.Contains(text, " -F") && !strings.Contains(text, "=") {
		c.method = "GET"
	}
	return c
}

var methodRE = lazyregexp.New(`(?:\s-X ?|\s--request[ =]|^(?:https?|xhs?) (?:-\S+ )*)["']?([A-Z]{3,10})\b`)

// lend tells d what the command says of its request; what the record itself shows comes first.
func (c *command) lend(d *draft) {
	if c.next >= len(c.intents) {
		if c.haveURL {
			d.url, d.haveURL = c.url, true
			d.method = c.method
		}
		return
	}
	d.intent = c.intents[c.next]
	d.url, d.haveURL = d.intent.Request.URL, true
}

// fill takes the request from the command where the record does not show it.
func (d *draft) fill(x *exchange.Exchange) {
	in := d.intent
	if in == nil || d.reqHead || d.redirected {
		return
	}
	r := in.Request.Clone()
	if d.reqLine { // the record shows no more than the request line
		if d.method == r.Method {
			x.Request.Header, d.req, d.reqHead = r.Header, r.Header, true
			x.Request.Body = r.Body
		}
		return
	}
	x.Request, d.req = r, r.Header
	d.reqLine, d.reqHead, d.method, d.target = true, true, r.Method, ""
	d.fromCommand = true
	if in.Auth != exchange.AuthHeader && in.Auth != exchange.AuthBasic || in.Login.NeedPassword {
		d.unseenCredent = d.unseenCredent || !in.Login.Empty()
	}
	for _, f := range r.Header {
		if credential(f.Name) && (elided(f.Value.Reveal()) || variable.MatchString(f.Value.Reveal())) {
			d.unseenCredent = true
		}
	}
}

// includes are the options by which curl shows the reply's header.
var includes = lazyregexp.New(`\s(?:-[A-Za-z]*[iI][A-Za-z]*|--include|--head|-D ?-|--dump-header -|--show-headers)\b`)

var variable = lazyregexp.New(`\$\{?[A-Za-z_]|\$\(|%[A-Za-z_]+%`)
