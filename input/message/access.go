package message

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

func isAccess(text string) int {
	text = peek(text)
	if !readable(text) {
		return 0
	}
	if strings.HasPrefix(text, "#Fields:") || strings.HasPrefix(text, "#Software: Microsoft Internet Information") || strings.HasPrefix(text, "#Version:") && strings.Contains(cut(text, 1000), "#Fields:") {
		return 96
	}
	var w w3c
	weak := 0
	p, n := share(text, func(line string) bool {
		if w.header(line) {
			return true
		}
		m, sure := accessLine(line, &w)
		if !sure && m.Kind != "" && m.Status != 0 && len(strings.Fields(line)) <= 9 && timeLen(line) == 0 && levelAt(line) == "" {
			weak++
		}
		return sure
	})
	switch {
	case p < 50 && n > 0 && weak*100 >= 60*n:
		return 62
	case p >= 80 && n > 1:
		return 92
	case p >= 80:
		return 88
	case p >= 50:
		return 62
	case p >= 25 && n > 4:
		return 35
	}
	return 0
}

func readAccess(text string, o form.Options) (exchange.Evidence, error) {
	var w w3c
	text = Clean(text)
	e := gather(text, o, func(string) bool { return true }, func(s string) exchange.Message {
		if w.header(s) {
			return exchange.Message{}
		}
		m, _ := accessLine(s, &w)
		return m
	})
	kept := e.Messages[:0]
	unknown := 0
	for _, m := range e.Messages {
		switch {
		case m.Text == "":
		case m.Kind == "" && serverForm(string(m.Text)) != "":
			from := m.From
			m = ServerLine(string(m.Text))
			m.From = from
			kept = append(kept, m)
		case m.Kind == "":
			unknown++
			m.Kind, m.Status = "log", Status(string(m.Text))
			kept = append(kept, m)
		default:
			kept = append(kept, m)
		}
	}
	if e.Messages = kept; unknown > 0 && unknown == len(kept) {
		e.Facts = append(e.Facts, fact.Fact{Text: "no line has a form of access log that is known here; the lines are kept as text", From: o.Source})
	}
	return e, nil
}

// Access reads one line of an access log. ok is false when it has no form that only access logs have.
func Access(line string) (m exchange.Message, ok bool) { return accessLine(line, &w3c{}) }

// accessLine reads a line of an access log; sure is false when its form could be another's. A message without a Kind
// is none.
func accessLine(line string, w *w3c) (m exchange.Message, sure bool) {
	m.Text = exchange.Raw(line)
	line = strings.TrimSpace(unwrapped(line))
	if line == "" {
		return m, false
	}
	read := func(f func(*exchange.Message, string) bool) bool {
		try := exchange.Message{Text: m.Text}
		if !f(&try, line) {
			return false
		}
		m = try
		m.Kind = "access"
		return true
	}
	if w.fields != nil && read(w.line) {
		return m, true
	}
	if i := strings.IndexByte(line, '{'); i >= 0 && i < 40 && strings.HasSuffix(line, "}") && read(func(m *exchange.Message, s string) bool { return accessJSON(m, s[i:]) }) {
		return m, true
	}
	for _, f := range accessForms {
		if read(f) {
			return m, true
		}
	}
	if read(logfmtAccess) || read(looseAccess) {
		return m, false
	}
	return m, false
}

// accessForms are the forms of lines, each true when the line is of it. Their order is from special to general.
var accessForms = []func(*exchange.Message, string) bool{haproxyLine, albLine, envoyLine, clfLine, requestLine, ginLine, squidLine, proxyManagerLine, iisLine, zoraxyLine}

// unwrapped takes off what a collector put in front of a line: "web_1  | ", a container runtime's time and stream, the
// header of syslog.
func unwrapped(line string) string {
	line = strings.TrimLeft(line, " \t")
	if i := strings.Index(cut(line, 40), " | "); i > 0 && !strings.ContainsAny(line[:i], "[\"{") && !strings.Contains(line[i+3:], " | ") {
		line = strings.TrimLeft(line[i+3:], " ")
	}
	for _, s := range []string{" stdout F ", " stderr F ", " stdout P "} {
		if i := strings.Index(cut(line, 60), s); i > 0 {
			line = line[i+len(s):]
		}
	}
	// Sep 15 16:13:46 host nginx[2869]: ...
	if len(line) > 16 && letter(line[0]) && line[3] == ' ' && line[6] == ' ' && line[9] == ':' {
		if i := strings.Index(cut(line, 160), ": "); i > 15 {
			line = line[i+2:]
		}
	}
	return line
}

// clfLine is the common log format and what grew out of it (Apache mod_log_config "common", "combined",
// "vhost_combined"; nginx "combined"; Traefik; Django, Werkzeug, Gunicorn; Amazon S3):
//
//	[vhost] client ident user [time] "request" status size ["referer" "agent"] ...
func clfLine(m *exchange.Message, line string) bool {
	var head []string
	rest := line
	if i := strings.Index(line, " ["); i > 0 && i < 300 && line[0] != '"' {
		head, rest = strings.Fields(line[:i]), line[i+1:]
	}
	if rest[0] != '[' || len(rest) < 12 || !digit(rest[1]) || len(head) > 8 {
		return false
	}
	end := strings.IndexByte(rest, ']')
	if end < 10 || end > 60 {
		return false
	}
	rest = strings.TrimLeft(rest[end+1:], " -")
	if len(head) == 2 && len(head[0]) > 30 { // S3: owner bucket [time] client requester id operation key "request"
		return s3Line(m, head, rest)
	}
	req, rest, ok := quoted(rest)
	if !ok {
		return false
	}
	status, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if m.Status = number(status); m.Status == 0 && status != "-" {
		return false
	}
	if !setRequest(m, req) && len(req) < 2 && req != "-" && req != "" {
		return false
	}
	switch n := len(head); {
	case n >= 4 && strings.ContainsAny(head[n-4], ".:") && head[n-2] == "-":
		set(m, "host", strings.TrimSuffix(strings.TrimSuffix(head[n-4], ":80"), ":443"))
		fallthrough
	case n >= 3:
		set(m, "client", head[n-3])
		set(m, "user", unquote(head[n-1]))
	case n > 0:
		set(m, "client", head[0])
	}
	w := words(rest, 12)
	if len(w) > 0 {
		set(m, "size", w[0])
	}
	var agents []string
	for _, s := range w[min(1, len(w)):] {
		if s[0] == '"' {
			agents = append(agents, unquote(s))
		}
	}
	if len(agents) >= 2 {
		setReferer(m, agents[0])
		set(m, "agent", agents[1])
	}
	m.Who = clfWho(m, w)
	return true
}

// requestLine is what is left of such a line when the rest was cut off: "GET /path HTTP/1.1" 401
func requestLine(m *exchange.Message, line string) bool {
	in, rest, ok := quoted(line)
	if !ok || !strings.Contains(in, " HTTP/") {
		return false
	}
	status, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	m.Status = number(status)
	return m.Status != 0 && setRequest(m, in)
}

// clfWho tells servers apart by what they append: Traefik a counter, router and server; nginx the fields of
// $request_time, $upstream_response_time.
func clfWho(m *exchange.Message, w []string) string {
	if n := len(w); n >= 7 && strings.HasSuffix(w[n-1], "ms") {
		set(m, "router", unquote(w[n-3]))
		set(m, "backend", unquote(w[n-2]))
		return "traefik"
	}
	who := ""
	for _, s := range w {
		name, value, ok := strings.Cut(s, "=")
		switch {
		case !ok:
		case name == "us" || name == "upstream_status":
			set(m, "upstream_status", unquote(value))
			who = "nginx"
		case name == "urt" || name == "uct" || name == "uht" || strings.HasPrefix(name, "upstream_"):
			if unquote(value) == "-" {
				set(m, "upstream", "-")
			}
			who = "nginx"
		case name == "rt" || name == "request_time":
			who = "nginx"
		}
	}
	return who
}

func setReferer(m *exchange.Message, ref string) {
	if ref == "" || ref == "-" {
		return
	}
	if i := strings.IndexAny(ref, "?#"); i >= 0 {
		ref = ref[:i]
	}
	set(m, "referer", ref)
}

// s3Line is Amazon S3's server access log: the third word behind the status is the error code.
func s3Line(m *exchange.Message, head []string, rest string) bool {
	w := words(rest, 20)
	if len(w) < 9 || w[5][0] != '"' || number(w[6]) == 0 {
		return false
	}
	m.Who, m.Status = "s3", number(w[6])
	set(m, "host", head[1])
	set(m, "client", w[0])
	user := w[1]
	if user != "-" {
		user = user[strings.LastIndexByte(user, '/')+1:]
	}
	set(m, "user", user)
	set(m, "operation", w[3])
	set(m, "reason", w[7])
	if len(w) > 14 {
		set(m, "agent", unquote(w[len(w)-1]))
	}
	return setRequest(m, unquote(w[5]))
}
