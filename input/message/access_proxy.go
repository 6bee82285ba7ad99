package message

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// haproxyLine is HAProxy's "option httplog" (configuration manual 8.2.3):
//
//	client:port [date] frontend backend/server Tq/Tw/Tc/Tr/Ta status bytes cc cs tsc ac/fc/bc/sc/rc sq/bq {hdrs} "request"
func haproxyLine(m *exchange.Message, line string) bool {
	w := words(line, 24)
	if len(w) > 3 && w[1][0] == '[' && len(w[1]) > 20 && digit(w[1][1]) && strings.HasSuffix(w[2], ":") && strings.Contains(w[2], "/") { // fe/1: SSL handshake failure
		m.Who = "haproxy"
		set(m, "client", host(w[0]))
		set(m, "frontend", strings.TrimSuffix(w[2], ":"))
		return true
	}
	if len(w) < 9 || w[1][0] != '[' || len(w[1]) < 12 || w[1][1] < '0' || w[1][1] > '9' || strings.Count(w[4], "/") < 3 || !strings.Contains(w[3], "/") {
		return false
	}
	if m.Status = number(w[5]); m.Status == 0 {
		return false
	}
	m.Who = "haproxy"
	set(m, "client", host(w[0]))
	set(m, "frontend", strings.TrimSuffix(w[2], "~"))
	backend, server, _ := strings.Cut(w[3], "/")
	set(m, "backend", backend)
	set(m, "server", server)
	if len(w) > 9 {
		set(m, "term", w[9])
	}
	for _, s := range w[8:] {
		if s[0] == '"' {
			setRequest(m, unquote(s))
		}
	}
	return true
}

// albLine is the log of AWS' Application Load Balancer (user guide, "Access log entries"), and of the Classic one, which
// has no type in front.
func albLine(m *exchange.Message, line string) bool {
	w := words(line, 40)
	if len(w) > 0 && !digit(w[0][0]) {
		switch w[0] {
		case "http", "https", "h2", "grpcs", "ws", "wss":
			w = w[1:]
		default:
			return false
		}
	}
	if len(w) < 12 || len(w[0]) < 20 || w[0][4] != '-' || w[11][0] != '"' || strings.Count(w[2], ":") == 0 {
		return false
	}
	if m.Status = number(w[7]); m.Status == 0 {
		return false
	}
	m.Who = "aws-elb"
	set(m, "client", host(w[2]))
	set(m, "backend", w[3])
	set(m, "upstream_status", w[8])
	if len(w) > 12 {
		set(m, "agent", unquote(w[12]))
	}
	if len(w) > 23 {
		set(m, "actions", unquote(w[21]))
		set(m, "reason", unquote(w[23]))
	}
	return setRequest(m, unquote(w[11]))
}

// envoyLine is Envoy's default format ("Access logging", default format string), with Istio's further fields:
//
//	[time] "METHOD path protocol" code flags [details transport-failure] received sent duration upstream "xff" "agent" "id" "authority" "upstream"
func envoyLine(m *exchange.Message, line string) bool {
	if line[0] != '[' || !digit(line[min(1, len(line)-1)]) || !strings.Contains(cut(line, 32), "T") {
		return false
	}
	w := words(line, 24)
	if len(w) < 10 || w[1][0] != '"' || number(w[2]) == 0 {
		return false
	}
	m.Who, m.Status = "envoy", number(w[2])
	set(m, "flags", w[3])
	if !digit(w[4][0]) {
		set(m, "details", w[4])
	}
	n := 0
	for _, s := range w[4:] {
		if s[0] != '"' {
			continue
		}
		switch n++; n - off(w[4:]) {
		case 1:
			set(m, "client", unquote(s))
		case 2:
			set(m, "agent", unquote(s))
		case 4:
			set(m, "host", unquote(s))
		case 5:
			set(m, "backend", unquote(s))
		}
	}
	return setRequest(m, unquote(w[1]))
}

// off is how many quoted words stand in front of the four that end Envoy's line: Istio's transport failure reason.
func off(w []string) int {
	n := 0
	for _, s := range w {
		if s[0] == '"' {
			n++
		}
	}
	return max(0, n-5)
}

// ginLine covers the short lines of frameworks: Gin, Fiber and chi with bars, morgan "dev", Uvicorn, Rails' "Completed"
// is a log line and not read here.
//
//	[GIN] 2021/05/05 - 10:00:00 | 401 | 12.3µs | 127.0.0.1 | GET "/api/x"
//	INFO:     127.0.0.1:53500 - "GET /me HTTP/1.1" 401 Unauthorized
//	GET /api/me 401 1.234 ms - 12
func ginLine(m *exchange.Message, line string) bool {
	if strings.Contains(line, " | ") {
		parts := strings.Split(cut(line, 1<<10), "|")
		for i, p := range parts {
			p = strings.TrimSpace(p)
			switch {
			case i > 0 && m.Status == 0 && number(p) != 0:
				m.Status = number(p)
			case m.Status != 0 && m.Fields["client"] == "" && strings.Count(p, ".") == 3 && !strings.ContainsAny(p, " /"):
				set(m, "client", p)
			default:
				f := strings.Fields(p)
				for j := range f {
					if isMethod(f[j]) {
						set(m, "method", f[j])
						if j+1 < len(f) {
							setURL(m, unquote(f[j+1]))
						} else if i+1 < len(parts) {
							setURL(m, strings.TrimSpace(parts[i+1]))
						}
						break
					}
				}
			}
		}
		if strings.HasPrefix(line, "[GIN]") {
			m.Who = "gin"
		}
		return m.Status != 0 && m.Fields["method"] != ""
	}
	w := words(line, 12)
	if len(w) >= 3 && isMethod(w[0]) && strings.HasPrefix(w[1], "/") && number(w[2]) != 0 {
		m.Status = number(w[2])
		set(m, "method", w[0])
		setURL(m, w[1])
		return true
	}
	if len(w) >= 5 && w[0] == "INFO:" && w[2] == "-" && w[3][0] == '"' && number(w[4]) != 0 {
		m.Who, m.Status = "uvicorn", number(w[4])
		set(m, "client", host(w[1]))
		return setRequest(m, unquote(w[3]))
	}
	return false
}

// squidLine is Squid's native format: time elapsed client code/status bytes method URL user hierarchy type.
func squidLine(m *exchange.Message, line string) bool {
	w := words(line, 12)
	if len(w) < 9 || !strings.Contains(w[0], ".") || !strings.HasPrefix(w[3], "TCP_") && !strings.HasPrefix(w[3], "NONE") || !isMethod(w[5]) {
		return false
	}
	code, status, _ := strings.Cut(w[3], "/")
	m.Who, m.Status = "squid", number(status)
	set(m, "client", w[2])
	set(m, "flags", code)
	set(m, "method", w[5])
	if w[5] == "CONNECT" {
		set(m, "host", w[6])
	} else {
		setURL(m, w[6])
	}
	set(m, "user", w[7])
	return true
}

// proxyManagerLine is nginx proxy manager's own format:
//
//	[time] cache upstream_status status - GET https host "/path" [Client 1.2.3.4] [Length 1] [Gzip -] [Sent-to x] "agent" "referer"
func proxyManagerLine(m *exchange.Message, line string) bool {
	i := strings.Index(line, " [Client ")
	if line[0] != '[' || i < 0 {
		return false
	}
	w := words(line, 24)
	for j := 1; j+3 < len(w); j++ {
		if n := number(w[j]); n != 0 {
			if m.Status != 0 {
				set(m, "upstream_status", w[j-1])
			}
			m.Status = n
		}
		if isMethod(w[j]) {
			set(m, "method", w[j])
			set(m, "host", w[j+2])
			setURL(m, unquote(w[j+3]))
			break
		}
	}
	m.Who = "nginx"
	client, rest, _ := strings.Cut(line[i+len(" [Client "):], "]")
	set(m, "client", client)
	if j := strings.IndexByte(rest, '"'); j >= 0 {
		if agent, _, ok := quoted(rest[j:]); ok {
			set(m, "agent", agent)
		}
	}
	return m.Status != 0
}

// zoraxyLine is Zoraxy's: [time] [router:x] [origin:host] [client: ip] [useragent: x] METHOD path status
func zoraxyLine(m *exchange.Message, line string) bool {
	i := strings.Index(line, " [origin:")
	if i < 0 || !strings.Contains(line, "[router:") {
		return false
	}
	m.Who = "zoraxy"
	set(m, "host", between(line, "[origin:", "]"))
	set(m, "client", between(line, "[client:", "]"))
	set(m, "agent", between(line, "[useragent:", "]"))
	w := strings.Fields(line[strings.LastIndexByte(line, ']')+1:])
	if len(w) < 3 || !isMethod(w[0]) {
		return false
	}
	m.Status = number(w[2])
	set(m, "method", w[0])
	setURL(m, w[1])
	return true
}

// host takes the port off an address.
func host(s string) string {
	if i := strings.LastIndexByte(s, ':'); i > 0 && (strings.Count(s, ":") == 1 || s[0] == '[') {
		return strings.Trim(s[:i], "[]")
	}
	return s
}
