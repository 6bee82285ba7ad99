package message

import (
	"strings"
)

// Status finds the HTTP status that a text speaks of: "401 Unauthorized", "HTTP 403", "status=407", "returned error:
// 403", "(Unauthorized)". Numbers that are a line, a port, a size or a duration do not count. It gives 0 when the text
// names none.
func Status(text string) int {
	best, score := 0, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < '0' || c > '9' {
			continue
		}
		j := i
		for j < len(text) && text[j] >= '0' && text[j] <= '9' {
			j++
		}
		if j-i == 3 && c >= '1' && c <= '5' {
			n := int(c-'0')*100 + int(text[i+1]-'0')*10 + int(text[i+2]-'0')
			if s := weigh(text, i, j, n); s > score {
				best, score = n, s
			}
		}
		i = j
	}
	if score < strong {
		if n := named(text); n != 0 && best == 0 {
			return n
		}
	}
	return best
}

const strong = 10

// before are the words that stand in front of a status.
var before = []string{
	"http", "status", "status code", "statuscode", "status_code", "http_status", "http_code", "http code", "httpstatus",
	"httpcode", "http status", "response code", "response status", "responsecode", "got code", "error code", "returned error",
	"returned", "returns", "responded with", "responded", "response", "failed with", "failed with code", "resulted in a",
	"unexpected status", "unexpected response", "received", "answered", "answers", "error", "error:", "err", "code", "e", "got",
	"httperror", "http error", "gives", "with", "a", "reply", "answer", "was", "is", "->", "=>", "a status of", "status of",
	"answer is", "failure", "exit code http", "npm error code e", "code e", "sc", "rc",
}

// weigh says how surely the number at text[i:j] is a status; 0 when it is none.
func weigh(text string, i, j, n int) int {
	if known := reasons[n] != "" || n >= 440 && n <= 499 && strings.Contains("419 440 444 460 463 494 495 496 497 498 499", text[i:j]) || n == 419 || n >= 520 && n < 530 || n == 561; !known {
		return 0
	}
	pre, post := text[max(0, i-28):i], text[j:min(len(text), j+28)]
	var p, q byte = ' ', ' '
	if pre != "" {
		p = pre[len(pre)-1]
	}
	if post != "" {
		q = post[0]
	}
	if p == '.' || p == '-' || p == '/' && !strings.HasSuffix(pre, "TCP_DENIED/") && !strings.HasSuffix(pre, "MISS/") || p == '#' || p == '$' || p >= 0x80 {
		return 0
	}
	if p == ',' && len(pre) > 1 && digit(pre[len(pre)-2]) { // 11:14:02,463
		return 0
	}
	low := strings.ToLower(pre)
	if letter(p) || p == '_' {
		if p == 'E' && !(len(pre) > 1 && letter(pre[len(pre)-2])) || strings.HasSuffix(low, "http") || strings.HasSuffix(low, "error") || strings.HasSuffix(low, "http_") {
			return strong + 2
		}
		return 0
	}
	if letter(q) || q == '_' || q == '%' || q == '/' && !(n >= 400 && n < 500) || q == '.' && len(post) > 1 && digit(post[1]) && n != 401 && n != 403 {
		return 0
	}
	if q == '-' || q == ':' && len(post) > 1 && digit(post[1]) {
		return 0
	}
	score := 0
	if p == '(' && (q == ')' || q == ',' && (n == 401 || n == 403 || n == 407)) && n >= 400 {
		score = strong
	}
	if after(post, n) {
		score = strong + 4
	}
	word := strings.TrimRight(low, " \t\"'`:=([{\\|,>*")
	for _, w := range before {
		if strings.HasSuffix(word, w) && (len(word) == len(w) || !letter(word[len(word)-len(w)-1])) {
			score = max(score, strong)
			if n < 400 && (w == "a" || w == "is" || w == "was" || w == "with" || w == "code" || w == "got") {
				score = 0
			}
			if len(w) > 5 || w == "http" {
				score = max(score, strong+3)
			}
			break
		}
	}
	if score == 0 && (strings.HasSuffix(low, "http/1.1\" ") || strings.HasSuffix(low, "http/1.0\" ") || strings.HasSuffix(low, "http/2.0\" ") || strings.HasSuffix(low, "http/1.1 ") || strings.HasSuffix(low, "http/2 ")) {
		score = strong + 3
	}
	if score == 0 && p == ':' { // server.go:401
		return 0
	}
	if score == 0 && unit(post) {
		return 0
	}
	if score == 0 && (n == 401 || n == 403 || n == 407) && !strings.HasSuffix(word, "line") && !strings.HasSuffix(word, "port") {
		score = 3
	}
	if score > 0 && n >= 400 {
		score++ // of two, the refusal
	}
	return score
}

// after reports that the words behind the number are the reason phrase of status n, or say that it is one.
func after(post string, n int) bool {
	low := strings.ToLower(strings.TrimLeft(post, " :-(\"'`*,"))
	reason := strings.ToLower(reasons[n])
	if reason != "" && strings.HasPrefix(low, cut(reason, 20)) && n >= 400 {
		return true
	}
	for _, w := range []string{"unauthorized", "unauthorised", "client error", "server error", "authorization required", "access denied", "response", "status", "error", "forbidden", "not authorized"} {
		if n >= 400 && strings.HasPrefix(low, w) {
			return true
		}
	}
	return reason != "" && len(reason) > 4 && strings.HasPrefix(low, cut(reason, 20))
}

func unit(post string) bool {
	low := strings.ToLower(strings.TrimLeft(post, " "))
	for _, u := range []string{"ms", "sec", "bytes", "byte", "kb", "mb", "items", "rows", "records", "times", "lines", "µs", "users", "of"} {
		if strings.HasPrefix(low, u) {
			return true
		}
	}
	return false
}

// named finds a status that is said by its reason phrase alone: "(Unauthorized)", "...: Forbidden" at a line's end.
func named(text string) int {
	for _, w := range []struct {
		word   string
		status int
	}{{"Unauthorized", 401}, {"Forbidden", 403}, {"Proxy Authentication Required", 407}} {
		rest, from := text, 0
		for {
			i := strings.Index(rest, w.word)
			if i < 0 {
				break
			}
			i += from
			end := i + len(w.word)
			p := strings.TrimRight(text[:i], " ")
			open := p == "" || strings.HasSuffix(p, "(") || strings.HasSuffix(p, ":") || strings.HasSuffix(p, "\n")
			shut := end == len(text) || strings.IndexByte(")\n.,:;\"'", text[end]) >= 0
			if open && shut {
				return w.status
			}
			from = end
			rest = text[from:]
		}
	}
	return 0
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// reasons are the reason phrases of RFC 9110 15 and its relatives, as programs print them behind a status.
var reasons = map[int]string{
	100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
	204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status", 300: "Multiple Choices", 301: "Moved Permanently",
	302: "Found", 303: "See Other", 304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
	400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
	412: "Precondition Failed", 413: "Request Entity Too Large", 414: "Request URI Too Long", 415: "Unsupported Media Type",
	416: "Requested Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a teapot", 421: "Misdirected Request",
	422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required",
	428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
	500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
	505: "HTTP Version Not Supported", 507: "Insufficient Storage", 508: "Loop Detected", 511: "Network Authentication Required",
}
