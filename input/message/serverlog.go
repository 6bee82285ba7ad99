package message

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// isServerLog knows nginx by "[error] 12#12:", Apache 2.4 by "[module:level] [pid 1:tid 2]", and the rest by the program
// that syslog names.
func isServerLog(text string) int {
	text = peek(text)
	if !readable(text) {
		return 0
	}
	lines, hits := 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if lines++; serverForm(cut(line, 2<<10)) != "" {
			hits++
		} else if continues(line) && hits > 0 {
			lines--
		}
		if lines == 40 {
			break
		}
	}
	switch {
	case lines == 0:
	case hits*100 >= 70*lines:
		return 93
	case hits*100 >= 40*lines:
		return 66
	case hits > 0 && lines < 6:
		return 40
	}
	return 0
}

// serverForm is the server whose error log has lines of this form: "nginx", "apache", "php-fpm", "haproxy", "sshd", ...;
// "" when it is no server's.
func serverForm(line string) string {
	line = strings.TrimLeft(line, " ")
	bare := unwrapped(line)
	switch {
	case nginxError(bare) || nginxError(line):
		if strings.Contains(line, "ModSecurity") {
			return "modsecurity"
		}
		return "nginx"
	case apacheError(bare):
		if strings.Contains(line, "ModSecurity") || strings.Contains(line, "[security2:") {
			return "modsecurity"
		}
		return "apache"
	case strings.Contains(cut(bare, 60), "[pool ") || strings.HasPrefix(bare, "PHP ") && strings.Contains(bare, ":  ") || strings.Contains(cut(bare, 80), "] PHP "):
		return "php"
	case strings.HasPrefix(bare, "[") && strings.Contains(cut(bare, 60), "NOTICE: fpm"), strings.Contains(cut(bare, 60), "] WARNING: [pool"):
		return "php"
	}
	return syslogProgram(line)
}

// nginxError is "2021/09/30 09:23:53 [error] 1925800#1925800: *17 ...", or what was pasted of it from the level on.
func nginxError(s string) bool {
	s = cut(s, 80)
	i := strings.IndexByte(s, '[')
	if i < 0 || i > 26 {
		return false
	}
	j := strings.IndexByte(s, ']')
	if j < i {
		return false
	}
	switch s[i+1 : j] {
	case "debug", "info", "notice", "warn", "error", "crit", "alert", "emerg":
	default:
		return false
	}
	rest := strings.TrimLeft(s[j+1:], " ")
	n := 0
	for n < len(rest) && digit(rest[n]) {
		n++
	}
	return n > 0 && n < len(rest) && rest[n] == '#'
}

// apacheError is "[Wed Nov 05 21:54:18.279595 2025] [module:level] [pid ...", 2.2's "[date] [error] [client ...", or a line
// with a message number (AH01617).
func apacheError(s string) bool {
	if strings.HasPrefix(s, "[") {
		end := strings.Index(s, "] [")
		if end > 0 && end < 40 && weekday(cut(s[1:], 3)) && timeLen(s) > 0 {
			return true
		}
		if rest := cut(s, 60); strings.Contains(rest, ":error] ") || strings.Contains(rest, ":warn] ") || strings.Contains(rest, ":crit] ") || strings.Contains(rest, ":info] [") || strings.Contains(rest, ":debug] ") {
			return !strings.Contains(rest, " ") || strings.Contains(rest, "[pid") || strings.Contains(rest, "[client")
		}
	}
	return ahNumber(cut(s, 400)) != ""
}

// ahNumber is the number of Apache's message: "AH01617".
func ahNumber(s string) string {
	for from := 0; ; {
		i := strings.Index(s[from:], "AH")
		if i < 0 {
			return ""
		}
		i += from
		if len(s) >= i+8 && digits(s[i+2:i+7]) && s[i+7] == ':' {
			return s[i : i+7]
		}
		from = i + 2
	}
}

var daemons = []string{"sshd", "haproxy", "pam_unix", "sudo", "httpd", "apache2", "nginx", "squid", "slapd", "winbindd", "krb5kdc", "dovecot", "authelia", "keycloak", "oauth2-proxy", "vsftpd", "proftpd", "lighttpd", "varnishd", "cockpit-ws", "su", "sssd", "radiusd", "gssproxy"}

// syslogProgram is the program of a syslog line ("Nov 22 10:00:00 host sshd[12]: ...") when it is a server that judges
// logins; "" otherwise.
func syslogProgram(line string) string {
	n := timeLen(line)
	if n == 0 || strings.Contains(line, " HTTP/") && strings.Contains(line, "\"") && !strings.Contains(line, "pam_") {
		return "" // an access log that came by syslog
	}
	rest := strings.Fields(cut(line[n:], 120))
	for i, w := range rest {
		if i > 2 {
			break
		}
		name, _, ok := strings.Cut(w, ":")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, "[")
		name, _, _ = strings.Cut(name, "(")
		for _, d := range daemons {
			if name == d {
				return strings.NewReplacer("apache2", "apache", "httpd", "apache").Replace(d)
			}
		}
	}
	if strings.Contains(line, "pam_unix(") || strings.Contains(line, "pam_sss(") {
		return "pam"
	}
	if strings.Contains(line, "SSL handshake failure") && strings.Contains(line, "/") {
		return "haproxy"
	}
	return ""
}

func readServerLog(text string, o form.Options) (exchange.Evidence, error) {
	text = Clean(text)
	any := false
	starts := func(line string) bool {
		if serverForm(line) != "" || stamped(line) {
			any = true
			return true
		}
		return !any || !continues(line)
	}
	return gather(text, o, starts, ServerLine), nil
}

// ServerLine reads a record of a server's error log.
func ServerLine(s string) exchange.Message {
	m := exchange.Message{Text: exchange.Raw(s), Kind: "log", Who: serverForm(s)}
	if m.Who == "" {
		m.Who = Who(s)
	}
	m.Status = Status(withoutRequest(s))
	set(&m, "level", levelOf(s))
	if n := ahNumber(s); n != "" {
		set(&m, "code", n)
	}
	switch m.Who {
	case "nginx", "modsecurity", "apache":
		nginxTail(&m, s)
		apacheHead(&m, s)
	}
	if m.Who == "modsecurity" || strings.Contains(s, "ModSecurity:") {
		for _, name := range []string{"id", "msg", "uri", "hostname", "severity"} {
			set(&m, "rule_"+name, between(s, "["+name+" \"", "\"]"))
		}
		if strings.Contains(s, "with code ") {
			m.Status = number(cut(after3(s, "with code "), 3))
		}
	}
	loginUser(&m, s)
	return m
}

func after3(s, mark string) string {
	_, rest, _ := strings.Cut(s, mark)
	return rest
}

// withoutRequest blanks the quoted request and names of files, whose numbers are no status.
func withoutRequest(s string) string {
	if i := strings.Index(s, ", request: \""); i >= 0 {
		if _, rest, ok := quoted(s[i+len(", request: "):]); ok {
			return s[:i] + rest
		}
	}
	return s
}

// between is what stands between two marks, "" when either is missing.
func between(s, from, to string) string {
	i := strings.Index(s, from)
	if i < 0 {
		return ""
	}
	s = s[i+len(from):]
	if j := strings.Index(s, to); j >= 0 {
		return cut(s[:j], 400)
	}
	return ""
}

// nginxTail reads ", client: 1.2.3.4, server: _, request: "GET / HTTP/1.1", host: "localhost"".
func nginxTail(m *exchange.Message, s string) {
	i := strings.Index(s, "client: ")
	if i < 0 {
		return
	}
	s = s[i:]
	client, _, _ := strings.Cut(s[len("client: "):], ",")
	set(m, "client", client)
	set(m, "server", between(s, "server: ", ","))
	setRequest(m, between(s, "request: \"", "\""))
	set(m, "host", between(s, "host: \"", "\""))
	if up := between(s, "upstream: \"", "\""); up != "" {
		if i := strings.IndexByte(up, '?'); i >= 0 {
			up = up[:i]
		}
		set(m, "upstream", up)
	}
}

// apacheHead reads "[time] [module:level] [pid 5448:tid 5497] [client 192.168.0.41:61174] AH01617: ...".
func apacheHead(m *exchange.Message, s string) {
	if !strings.HasPrefix(s, "[") {
		return
	}
	for i := 0; i < 6 && strings.HasPrefix(s, "["); i++ {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return
		}
		in := s[1:end]
		s = strings.TrimLeft(s[end+1:], " ")
		name, rest, ok := strings.Cut(in, " ")
		switch {
		case ok && name == "client":
			set(m, "client", host(rest))
		case !ok && strings.Contains(in, ":"):
			module, level, _ := strings.Cut(in, ":")
			set(m, "module", module)
			set(m, "level", level)
		case !ok && levelAt("["+in+"]") != "":
			set(m, "level", in)
		}
	}
	if path := between(s, "for \"", "\""); strings.HasPrefix(path, "/") {
		setURL(m, path)
	}
}

// loginUser finds the user that a login line names: "user alice: ", "user "foo" was not found", "for user barryn", "for
// invalid user x from", "uid=0 user=root".
func loginUser(m *exchange.Message, s string) {
	for _, mark := range []string{"for invalid user ", "Failed password for ", "for user ", "user \"", "invalid user ", "ruser=", " user=", "user '", "] user ", ": user ", "user "} {
		i := strings.Index(s, mark)
		if i < 0 {
			continue
		}
		rest := s[i+len(mark):]
		end := strings.IndexAny(rest, " :\"',;)\n")
		if end < 0 {
			end = len(rest)
		}
		name := rest[:end]
		if name == "" || name == "name" || name == "agent" || name == "is" || name == "not" || name == "does" || name == "has" || name == "or" || name == "was" || name == "and" || name == "unknown" {
			continue
		}
		set(m, "user", name)
		return
	}
}

// levelOf is the level that a log record names near its beginning, in lower case.
func levelOf(s string) string {
	line, _, _ := strings.Cut(cut(s, 300), "\n")
	line = unwrapped(line)
	if klog(line) {
		return map[byte]string{'I': "info", 'W': "warning", 'E': "error", 'F': "fatal"}[line[0]]
	}
	rest := line
	if n := timeLen(line); n > 0 {
		rest = line[min(n, len(line)):]
	}
	for i := 0; i < 6 && rest != ""; i++ {
		rest = strings.TrimLeft(rest, " ]\t|-:")
		if l := levelAt(rest); l != "" {
			return long(l)
		}
		if j := strings.IndexAny(rest, "]/|"); j > 2 && j < 9 && levelAt(rest[:j]+":") != "" { // 09:14:02 ERR], ERROR/ForkPoolWorker-1]
			return long(rest[:j])
		}
		_, after, ok := strings.Cut(rest, " ")
		if j := strings.IndexByte(rest, '.'); j > 0 && j < 24 && levelAt(rest[j+1:]) != "" { // production.ERROR:
			return long(levelAt(rest[j+1:]))
		}
		if !ok {
			break
		}
		rest = after
	}
	return ""
}

// long spells an abbreviated level out.
func long(l string) string {
	l = strings.ToLower(l)
	if full, ok := abbreviated[l]; ok {
		return full
	}
	return l
}

var abbreviated = map[string]string{"dbg": "debug", "dbug": "debug", "inf": "info", "wrn": "warning", "warn": "warning", "err": "error", "fail": "error", "ftl": "fatal", "crit": "critical", "trce": "trace", "vrb": "verbose"}
