package message

import (
	"encoding/json"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// IsLog says how surely text is an application's log, 0 to 100: most lines begin a record or continue one.
func IsLog(text string) int {
	text = peek(text)
	if !readable(text) {
		return 0
	}
	n, hits, lines := 0, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		switch lines++; {
		case stamped(line) && !strings.HasPrefix(line, "{"), jsonRecord(line), pairs(cut(line, 400), func(string, string) {}) >= 3:
			hits++
			n++
		case hits > 0 && continues(line):
			n++
		}
		if lines == 60 {
			break
		}
	}
	switch {
	case hits == 0:
		return 0
	case n*100 >= 80*lines:
		return 72
	case n*100 >= 40*lines:
		return 60
	}
	return 30
}

// Log reads lines of applications' logs: a record is a line that begins with a time, a level or a brace of JSON, and the
// lines under it. Bodies inside of records ("response={...}") become exchanges of their own.
func Log(text string, o form.Options) exchange.Evidence {
	text = Clean(text)
	stamps := 0
	starts := func(line string) bool {
		if stamped(line) {
			stamps++
			return true
		}
		return !continues(line) && (stamps == 0 || !unstamped(line))
	}
	e := gather(text, o, starts, LogRecord)
	for _, m := range e.Messages {
		inner(&e, string(m.Text), m.From, o)
	}
	return e
}

// unstamped reports a line that goes on with the record before it although it is not indented: an exception's head or a
// wrapped body.
func unstamped(line string) bool {
	return isHead(line) || line != "" && (line[0] == '{' || line[0] == '<')
}

// LogRecord reads one record of a log.
func LogRecord(s string) exchange.Message {
	first, _, _ := strings.Cut(cut(s, maxLine), "\n")
	if m, sure := accessIn(first); sure && m.Kind != "" && m.Fields["method"] != "" && (m.Fields["client"] != "" || m.Fields["user"] != "" || m.Who != "") {
		m.Text = exchange.Raw(s)
		return m
	}
	if serverForm(first) != "" {
		return ServerLine(s)
	}
	m := exchange.Message{Text: exchange.Raw(s), Kind: "log", Who: Who(s)}
	set(&m, "level", levelOf(s))
	if i := strings.IndexByte(first, '{'); i >= 0 && i < 80 && recordJSON(&m, first[i:]) {
		return m
	}
	if m.Who == "" || tools[m.Who] {
		if w := logForm(s); w != "" {
			m.Who = w
		}
	}
	m.Status = Status(s)
	set(&m, "logger", logger(first))
	if n := pairs(first, func(string, string) {}); n >= 2 {
		pairs(first, func(name, value string) {
			field := logfmtNames[strings.ToLower(name)]
			switch {
			case field == "status":
				if n := number(value); n != 0 {
					m.Status = n
				}
			case field == "path":
				setURL(&m, value)
			case field != "" && m.Fields[field] == "":
				set(&m, field, value)
			}
		})
	}
	if m.Fields["method"] == "" {
		requestIn(&m, s)
	}
	loginUser(&m, s)
	if c := headClass(s); c != "" {
		set(&m, "class", c)
	}
	return m
}

// accessIn reads a line of an access log that stands among others.
func accessIn(line string) (exchange.Message, bool) {
	if !strings.Contains(line, "HTTP/") && !strings.Contains(line, "TCP_") && !strings.HasPrefix(line, "[GIN]") && !strings.HasPrefix(strings.TrimSpace(line), "{") {
		return exchange.Message{}, false
	}
	return accessLine(line, &w3c{})
}

// marks are blanked before a request is looked for in a sentence.
var marks = strings.NewReplacer("'", " ", "`", " ", "\"", " ", "(", " ", "method=", " ")

// requestIn finds the request a record speaks of: "POST /login", "GET https://...: 403", with what stands around it.
func requestIn(m *exchange.Message, s string) {
	loose(m, marks.Replace(cut(s, 2<<10)))
	if m.Fields["path"] == "" {
		if u := urlIn(s); u != "" {
			setURL(m, u)
		}
	}
}

// headClass is the class of the exception that a record names, in its first line or under it.
func headClass(s string) string {
	for line := range strings.SplitSeq(cut(s, 8<<10), "\n") {
		if c := class(strings.TrimSpace(line)); c != "" {
			return c
		}
		for _, w := range strings.Fields(cut(line, 600)) {
			if strings.HasSuffix(w, ":") && len(w) > 8 {
				if c := class(w); c != "" && strings.ContainsAny(c, ".\\:") && !strings.HasPrefix(c, "http") {
					return c
				}
			}
		}
	}
	return ""
}

// logger is who logs inside of the program: "Microsoft.AspNetCore.Hosting.WebHost" of .NET, "o.s.s.w.FilterChainProxy" of
// Spring, "[org.keycloak...]" of JBoss; "" when the line's form does not say.
func logger(line string) string {
	if !stamped(line) {
		return ""
	}
	line = unwrapped(line)
	if l := levelAt(line); l != "" && strings.HasPrefix(line[len(l):], ": ") { // info: X[1]
		name, _, ok := strings.Cut(line[len(l)+2:], "[")
		if ok && !strings.Contains(name, " ") {
			return name
		}
	}
	for _, w := range strings.Fields(cut(line, 300)) {
		bare := strings.Trim(w, "[]():")
		if strings.Count(bare, ".") >= 2 && !digit(bare[0]) && !strings.ContainsAny(bare, "/@=,\"'\\:;{}") && len(bare) < 120 && !strings.HasPrefix(bare, "eyJ") && !strings.HasSuffix(bare, ".") && letter(bare[len(bare)-1]) {
			return bare
		}
	}
	return ""
}

// logForm tells frameworks by the form of their records.
func logForm(s string) string {
	line, _, _ := strings.Cut(cut(s, 400), "\n")
	line = unwrapped(line)
	switch {
	case klog(line):
		return "kubernetes"
	case strings.HasPrefix(line, "info: ") || strings.HasPrefix(line, "fail: ") || strings.HasPrefix(line, "warn: ") || strings.HasPrefix(line, "dbug: ") || strings.HasPrefix(line, "crit: "):
		if strings.Contains(line, "[") {
			return "dotnet"
		}
	case strings.Contains(line, " --- [") && strings.Contains(line, "] "):
		return "spring"
	case strings.Contains(cut(line, 60), " [ERR] ") || strings.Contains(cut(line, 60), " [WRN] ") || strings.Contains(cut(line, 60), " [INF] "), strings.Contains(cut(line, 40), " ERR]") || strings.Contains(cut(line, 40), " INF]") || strings.Contains(cut(line, 40), " WRN]"):
		return "serilog"
	}
	if i := strings.Index(cut(line, 70), "] "); i > 0 && line[0] == '[' {
		rest := line[i+2:]
		channel, _, ok := strings.Cut(cut(rest, 60), ": ")
		if name, level, dot := strings.Cut(channel, "."); ok && dot && levelAt(level+":") == level && !strings.Contains(name, " ") {
			return "monolog"
		}
	}
	return ""
}

// jsonRecord reports a line that is a record in JSON: an object with a time, level or message.
func jsonRecord(line string) bool {
	line = strings.TrimSpace(unwrapped(cut(line, maxLine)))
	if len(line) < 20 || line[0] != '{' || line[len(line)-1] != '}' {
		return false
	}
	head := cut(line, 4<<10)
	if strings.Contains(head, "\"status") || strings.Contains(head, "\"errorCode\"") { // Spring's error body has a timestamp and a message, too
		if !strings.Contains(head, "level\"") && !strings.Contains(head, "\"msg\"") && !strings.Contains(head, "\"severity\"") && !strings.Contains(head, "\"logger") && !strings.Contains(head, "\"@") && !strings.Contains(head, "\"ts\"") && !strings.Contains(head, "\"event\"") {
			return false
		}
	}
	n := 0
	for _, k := range []string{"\"level\"", "\"msg\"", "\"message\"", "\"time\"", "\"timestamp\"", "\"ts\"", "\"@timestamp\"", "\"event\"", "\"logger\"", "\"severity\"", "\"levelname\"", "\"@t\"", "\"@mt\"", "\"log.level\"", "\"logger_name\"", "\"RequestPath\"", "\"reqId\""} {
		if strings.Contains(head, k) {
			n++
		}
	}
	return n >= 2
}

// recordJSON reads a record in JSON: level, logger, request and status; the words stay in Text.
func recordJSON(m *exchange.Message, line string) bool {
	var all map[string]any
	if !strings.HasSuffix(strings.TrimSpace(line), "}") || json.Unmarshal([]byte(line), &all) != nil {
		return false
	}
	if !jsonRecord(line) {
		return false
	}
	for _, n := range JSONNames {
		for _, name := range n.Names {
			if v := lookup(all, name); v != "" && m.Fields[n.Field] == "" {
				if n.Field == "path" {
					setURL(m, v)
				} else if n.Field == "client" {
					set(m, n.Field, host(v))
				} else if n.Field == "level" {
					set(m, n.Field, strings.ToLower(v))
				} else if n.Field != "reason" {
					set(m, n.Field, v)
				}
			}
		}
	}
	for _, name := range []string{"logger", "logger_name", "name", "SourceContext", "log.logger", "channel"} {
		if v := lookup(all, name); v != "" && !strings.Contains(v, " ") {
			set(m, "logger", v)
			break
		}
	}
	for _, name := range []string{"severity", "levelname", "level_name", "@l", "log.level"} {
		if v := lookup(all, name); v != "" && m.Fields["level"] == "" {
			set(m, "level", strings.ToLower(v))
		}
	}
	for _, name := range JSONStatus {
		if s := lookup(all, name); number(s) != 0 {
			m.Status = number(s)
			break
		}
	}
	for _, name := range []string{"msg", "message", "@m", "@mt", "event", "error", "err", "exception", "@x", "exc_info", "stack_trace"} {
		if v := lookup(all, name); v != "" {
			if m.Status == 0 {
				m.Status = Status(v)
			}
			if m.Fields["class"] == "" {
				set(m, "class", headClass(v))
			}
			if m.Fields["method"] == "" {
				loose(m, v)
			}
			loginUser(m, v)
		}
	}
	return true
}
