package message

import (
	"encoding/json"
	"github.com/why401/why401/internal/lazyregexp"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

func isBody(text string) int {
	text = strings.TrimSpace(peek(text))
	if text == "" || !readable(text) || strings.HasPrefix(text, "HTTP/") {
		return 0
	}
	lines := strings.Count(text, "\n") + 1
	_, _, rest := lead(text)
	switch {
	case xmlStart(text):
		return 78
	case text[0] == '{' || text[0] == '[':
		if first, _, _ := strings.Cut(text, "\n"); lines > 1 && jsonRecord(first) {
			return 30 // records of a log
		}
		if jsonRecord(text) && (strings.Contains(text, "level\"") || strings.Contains(text, "\"@l") || strings.Contains(text, "\"severity\"")) {
			return 40
		}
		out, n, _, ok := Relaxed(text)
		if !ok || n*2 < len(text) {
			return 0
		}
		if telling(out) {
			return 78
		}
		return 62
	case fragment(text):
		return 66
	case lines <= 3 && text[0] == '"' && len(text) < 600:
		return 62
	}
	if rest != text {
		if xmlStart(rest) || rest != "" && rest[0] == '{' {
			return 84
		}
		if lines <= 6 {
			return 72
		}
	}
	if first, _, _ := strings.Cut(text, "\n"); stamped(first) {
		return 40
	}
	if assigned(text) {
		return 40 // a setting in code that holds an object
	}
	if i := start(text); i >= 0 && i < 200 && strings.Count(text[:i], "\n") < 2 && len(text)-i > i && lines < 30 && telling(text[i:]) {
		return 75
	}
	return sentence(text, lines)
}

// sentence says how surely a text without marks is a reply's body: a short one about a refusal.
func sentence(text string, lines int) int {
	switch {
	case strings.Contains(text, "\n\n") && len(strings.Fields(text)) > 12:
		return 35
	case lines > 3 || len(text) > 500 || prompt(text) || timeLen(text) > 0 || levelAt(text) != "" && strings.ToUpper(levelAt(text)) == levelAt(text):
		return 0
	case serverForm(text) != "" || strings.HasPrefix(text, "curl ") || strings.Contains(text, "://") && !hot(text):
		return 0
	case tools[Who(text)] && Who(text) != "openai":
		return 30
	case !hot(text):
		return 15
	case len(strings.Fields(text)) <= 30 && !sentenceLike(text):
		return 61
	}
	return 35
}

// telling reports that an object has a name which replies of a refusal have.
func telling(s string) bool {
	s = strings.ToLower(cut(s, 4<<10))
	for _, k := range []string{"error", "message", "\"code\"", "status", "detail", "reason", "fault", "title", "msg", "description", "unauthor", "denied", "'code'", "code:", "success"} {
		if strings.Contains(s, k) {
			return true
		}
	}
	return false
}

// xmlStart reports markup at the front of s.
func xmlStart(s string) bool {
	if len(s) < 4 || s[0] != '<' {
		return false
	}
	return s[1] == '?' || s[1] == '!' || letter(s[1]) && strings.IndexByte(cut(s, 400), '>') > 1 && strings.Contains(s, "</")
}

// fragment reports names and values of an object without its braces: "message":"...".
func fragment(s string) bool {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return false
	}
	i := strings.IndexByte(cut(s[1:], 60), s[0])
	if i < 1 || strings.ContainsAny(s[1:1+i], " \n") {
		return false
	}
	rest := strings.TrimLeft(s[i+2:], " \t")
	return strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "=>")
}

// start is where the first object or markup of a text stands, -1 when there is none.
func start(s string) int {
	s = cut(s, maxRecord)
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			r := strings.TrimLeft(cut(s[i+1:], 40), " \t\r\n\\")
			if r != "" && (r[0] == '"' || r[0] == '\'' || r[0] == ':' || wordColon(r)) {
				return i
			}
		case '[':
			if r := strings.TrimLeft(cut(s[i+1:], 10), " \n"); r != "" && r[0] == '{' {
				return i
			}
		case '<':
			for _, t := range []string{"<?xml", "<!DOCTYPE", "<!doctype", "<html", "<HTML", "<Error>", "<Error ", "<error", "<ErrorResponse", "<soap", "<SOAP", "<s:Env", "<env:", "<d:error", "<Response"} {
				if strings.HasPrefix(s[i:], t) {
					return i
				}
			}
		case 'a', 'A':
			if strings.HasPrefix(s[i:], "array:") || strings.HasPrefix(s[i:], "array(") || strings.HasPrefix(s[i:], "Array\n(") {
				return i
			}
		}
	}
	return -1
}

// wordColon reports a bare name and a colon.
func wordColon(s string) bool {
	i := 0
	for i < len(s) && (letter(s[i]) || s[i] == '_' || digit(s[i])) {
		i++
	}
	return i > 1 && i < len(s) && s[i] == ':' && !strings.HasPrefix(s[i:], "://")
}

func readBody(text string, o form.Options) (exchange.Evidence, error) {
	var e exchange.Evidence
	text = strings.Trim(Clean(text), " \t\n")
	if text == "" {
		return e, nil
	}
	if fragment(text) {
		text = "{" + text + "}"
	}
	if text[0] == '[' && strings.Contains(cut(text, 60), "] =>") { // the inside of PHP's print_r
		text = "Array\n(\n" + text + "\n)"
	}
	status, url, rest := lead(text)
	if rest == "" {
		rest = text
	}
	i := start(rest)
	if xmlStart(rest) || rest[0] == '{' || rest[0] == '[' {
		i = 0
	}
	before := ""
	if i > 0 {
		before = strings.TrimSpace(rest[:i])
		if status == 0 {
			status = Status(before)
		}
		if url == "" {
			url = urlIn(before)
		}
		rest = rest[i:]
	}
	n := 0
	for rest = strings.TrimSpace(rest); rest != "" && n < 16; n++ {
		x, used := one(rest, o)
		if x.Response.Status == 0 {
			x.Response.Status = status
		}
		if url != "" {
			x.Request.URL, _ = exchange.ParseURL(url)
		}
		e.Exchanges = append(e.Exchanges, x)
		rest = strings.TrimSpace(rest[used:])
		if j := start(rest); j != 0 {
			break
		}
	}
	if before != "" {
		m := ToolText(before)
		m.From = at(o.Source, 0)
		e.Messages = append(e.Messages, m)
	}
	return e, nil
}

// one makes an exchange of the body at the front of text and says how many bytes it took.
func one(text string, o form.Options) (x *exchange.Exchange, used int) {
	body, used := text, len(text)
	short := false
	if c := text[0]; c == '{' || c == '[' || c == 'a' || c == 'A' {
		if json.Valid([]byte(text)) {
			// as it is
		} else if out, n, whole, ok := Relaxed(unescaped(text)); ok {
			body, short = out, !whole
			if used = n; len(unescaped(text)) != len(text) {
				used = len(text)
			}
		}
	}
	x = &exchange.Exchange{Given: given(o.Source), Unseen: bodyUnseen}
	x.Response = &exchange.Response{Status: bodyStatus(body), Body: exchange.Body{Bytes: []byte(cut(body, maxBody)), Size: int64(used), Truncated: short || len(body) > maxBody}}
	return x, used
}

// unescaped takes the backslashes off an object that stands inside of a text: {\"error\":\"x\"}.
func unescaped(s string) string {
	if i := strings.IndexByte(s, '"'); i > 0 && s[i-1] == '\\' {
		return strings.NewReplacer(`\\\"`, `\"`, `\\n`, `\n`, `\"`, `"`, `\n`, "\n", `\/`, `/`).Replace(s)
	}
	return s
}

var assignment = lazyregexp.New(`\A[A-Z_]{3,} ?= ?[\[({'"]`)

// assigned reports code that gives a name a value: NAME = {...
func assigned(text string) bool { return assignment.MatchString(text) }
