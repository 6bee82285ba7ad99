package message

import (
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// set keeps a field of a message. Blank values are no fields; a value in the form of a token is closed and kept as its
// number, an overlong one is cut.
func set(m *exchange.Message, name, value string) {
	value = strings.TrimSpace(value)
	if value == "" || name == "" {
		return
	}
	if m.Fields == nil {
		m.Fields = map[string]string{}
	}
	if len(m.Fields) >= maxFields {
		return
	}
	if !plain[name] && secret.Looks(value) {
		value = secret.New(value).String()
	}
	m.Fields[name] = cut(value, 300)
}

// plain are the fields that hold no credential by their nature, or are made of printable parts already.
var plain = map[string]bool{
	"agent": true, "frames": true, "class": true, "logger": true, "path": true, "host": true, "client": true, "level": true, "backend": true,
	"server": true, "upstream": true, "router": true, "module": true, "method": true, "frontend": true, "rule_msg": true, "rule_id": true, "reason": true, "details": true, "actions": true, "code": true,
}

// setURL keeps a request target: its path without values of the query, and the host where it names one.
func setURL(m *exchange.Message, target string) {
	target = strings.TrimSpace(target)
	if target == "" || target == "-" {
		return
	}
	if _, rest, ok := strings.Cut(target, "://"); ok {
		host, path := rest, "/"
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			host, path = rest[:i], rest[i:]
		}
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			host = host[i+1:]
		}
		set(m, "host", host)
		target = path
	}
	set(m, "path", Path(target))
}

// Path is a request target as it may be shown: names of the query without their values, segments that look like tokens
// by number.
func Path(target string) string {
	target, _, _ = strings.Cut(cut(target, 2<<10), "#")
	path, query, has := strings.Cut(target, "?")
	if strings.IndexByte(path, '/') >= 0 && len(path) > 20 {
		segs := strings.Split(path, "/")
		for i, s := range segs {
			if secret.Looks(s) {
				segs[i] = secret.New(s).String()
			}
		}
		path = strings.Join(segs, "/")
	}
	if !has {
		return path
	}
	var b strings.Builder
	b.WriteString(path + "?")
	for i, p := range strings.Split(query, "&") {
		if i == 16 {
			break
		}
		if i > 0 {
			b.WriteByte('&')
		}
		name, _, eq := strings.Cut(p, "=")
		if secret.Looks(name) {
			name = secret.New(name).String()
		}
		b.WriteString(cut(name, 60))
		if eq {
			b.WriteByte('=')
		}
	}
	return b.String()
}

// setRequest takes "GET /path HTTP/1.1" apart.
func setRequest(m *exchange.Message, line string) bool {
	method, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
	if !ok || !isMethod(method) {
		return false
	}
	target, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	set(m, "method", method)
	setURL(m, target)
	return true
}

var methods = []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "PROPFIND", "TRACE", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "PROPPATCH", "REPORT", "SEARCH", "PRI", "RPC_IN_DATA", "RPC_OUT_DATA", "PURGE"}

func isMethod(s string) bool {
	if len(s) < 3 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for _, m := range methods {
		if s == m {
			return true
		}
	}
	return false
}

// number reads a status: three digits, 0 for anything else.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 100 || n > 999 || len(s) != 3 {
		return 0
	}
	return n
}

// quoted takes the quoted text at the front of s, with \" inside; ok is false when there is none.
func quoted(s string) (in, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:], true
		}
	}
	return "", s, false
}

// words splits s at blanks, keeping "quoted" and [bracketed] parts as one word with their marks; at most n.
func words(s string, n int) []string {
	var out []string
	for len(out) < n {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			break
		}
		end := -1
		switch s[0] {
		case '"':
			if in, _, ok := quoted(s); ok {
				end = len(in) + 2
			}
		case '[':
			if i := strings.IndexByte(s, ']'); i > 0 {
				end = i + 1
			}
		}
		if end < 0 {
			if end = strings.IndexAny(s, " \t"); end < 0 {
				end = len(s)
			}
		}
		out = append(out, s[:end])
		s = s[end:]
	}
	return out
}

func unquote(s string) string { return strings.Trim(s, "\"'[]") }
