package mixed

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/message"
	"github.com/why401/why401/secret"
)

// maxBlock is how many lines a body may have here.
const maxBlock = 400

// bodies finds objects and markup that begin on a line of their own (or behind "Response: ") and reads them as a reply's
// body; what holds the claims of a token becomes a token.
func (r *reader) bodies() {
	budget := 4 << 20 // bytes that may be tried in vain
	for i := 0; i < len(r.lines) && budget > 0; i++ {
		if r.used[i] {
			continue
		}
		from, ok := blockStart(r.lines[i])
		if !ok || message.IsRecord(r.lines[i]) {
			continue
		}
		end := i + 1
		for end < len(r.lines) && end < i+maxBlock && !r.used[end] && !fence(strings.TrimSpace(r.lines[end])) {
			end++
		}
		text := r.lines[i][from:]
		if end > i+1 {
			text += "\n" + strings.Join(r.lines[i+1:end], "\n")
		}
		if from > 0 && isLabel(r.lines[i][:from]) && (r.bias == toLog || message.Machine(r.lines[i])) && oneLine(text) {
			continue // the reader of messages finds it, and says who spoke
		}
		n := r.block(text, r.lines[i][:from], i)
		if n == 0 {
			budget -= len(text)
			continue
		}
		last := i + strings.Count(text[:n], "\n")
		if from == 0 || strings.TrimSpace(r.lines[i][:from]) == "" || isLabel(r.lines[i][:from]) {
			r.mark(i+1, last+1)
		} else if last > i {
			r.mark(i+2, last+1)
		}
		i = last
	}
}

// oneLine reports an object that ends on its first line.
func oneLine(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	_, _, whole, ok := message.Relaxed(first)
	return ok && whole
}

// blockStart is where an object or markup begins on a line: at its front or behind a label such as "Response body:".
func blockStart(l string) (int, bool) {
	t := strings.TrimLeft(l, " \t>")
	at := len(l) - len(t)
	if t == "" {
		return 0, false
	}
	if t[0] == '{' || t[0] == '[' && (len(t) == 1 || strings.IndexByte("{\"' ]", t[1]) >= 0) || strings.HasPrefix(t, "array(") || strings.HasPrefix(t, "array:") || t == "Array" {
		return at, true
	}
	if t[0] == '<' && len(t) > 3 {
		for _, p := range []string{"<?xml", "<!doctype", "<html", "<error", "<soap", "<s:env", "<d:error", "<env", "<errorresponse", "<response", "<h1", "<title"} {
			if len(t) >= len(p) && strings.EqualFold(t[:len(p)], p) {
				return at, true
			}
		}
		return 0, false
	}
	if i := strings.IndexAny(l, "{<"); i > 0 && i < 80 && isLabel(l[:i]) {
		return i, true
	}
	return 0, false
}

// isLabel reports a few words and a colon: what people put in front of a body.
func isLabel(s string) bool {
	s = strings.TrimSpace(s)
	return (strings.HasSuffix(s, ":") || strings.HasSuffix(s, "=") || strings.HasSuffix(s, "-") || strings.HasSuffix(s, "=>")) && len(strings.Fields(s)) <= 6 && !strings.ContainsAny(s, "[{\"'(")
}

// block reads one body and gives how much of the text it took; 0 when it is none.
func (r *reader) block(text, label string, i int) int {
	if text[0] == '<' {
		n := markupEnd(text)
		if n == 0 {
			return 0
		}
		r.body(text[:n], label, i)
		return n
	}
	out, n, whole, ok := message.Relaxed(text)
	if !ok || n == 0 || n > len(text) || !whole && strings.Count(text[:n], "\n") > 60 {
		return 0
	}
	var v map[string]any
	if json.Unmarshal([]byte(out), &v) == nil {
		if r.claimed(v, out, i) {
			return n
		}
	}
	if !message.Telling(out) {
		return 0
	}
	r.body(text[:n], label, i)
	return n
}

// body adds the exchanges of a body.
func (r *reader) body(text, label string, i int) {
	e := message.Body(text, r.sub(i))
	s := message.Status(label)
	for j := i - 1; s == 0 && j >= 0 && j >= i-2; j-- { // "401 Unauthorized" on a line of its own above
		if l := strings.TrimSpace(r.lines[j]); l != "" && !fence(l) {
			if s = message.Status(l); len(l) > 60 {
				s = 0
			}
			break
		}
	}
	if s != 0 {
		for _, x := range e.Exchanges {
			if x.Response.Status == 0 {
				x.Response.Status = s
			}
		}
	}
	r.out.Add(e)
}

// markupEnd is the end of the markup at the front of text: behind the end tag of its outermost element.
func markupEnd(text string) int {
	if len(text) > 64<<10 {
		text = text[:64<<10]
	}
	low := strings.ToLower(text)
	rest, off := low, 0
	for strings.HasPrefix(rest, "<?") || strings.HasPrefix(rest, "<!") {
		j := strings.IndexByte(rest, '>')
		if j < 0 {
			return 0
		}
		next := strings.TrimLeft(rest[j+1:], " \t\n")
		off += len(rest) - len(next)
		rest = next
	}
	end := strings.IndexAny(rest, " >\n/")
	if len(rest) < 2 || rest[0] != '<' || end < 2 {
		return 0
	}
	if j := strings.LastIndex(rest, "</"+rest[1:end]+">"); j >= 0 {
		return off + j + end + 2
	}
	return 0
}

// issued takes the tokens out of what an endpoint or a command gave: {"access_token": ...}, {"status": {"token": ...}}.
func (r *reader) issued(v map[string]any, i int) bool {
	if v["error"] != nil || v["message"] != nil {
		return false
	}
	if in, ok := v["status"].(map[string]any); ok {
		v = in
	}
	found := false
	for _, k := range []string{"access_token", "id_token", "refresh_token", "token", "accessToken", "idToken"} {
		s, ok := v[k].(string)
		if !ok || len(s) < 8 || placeholder(s) {
			continue
		}
		found = true
		whole := !strings.Contains(s, "...") && !strings.Contains(s, "***")
		r.out.Tokens = append(r.out.Tokens, exchange.Token{Value: secret.New(s), Place: k, From: r.at(i), Whole: whole})
	}
	return found
}

// claimed makes a token of claims that were pasted as JSON: without a signature, so not whole. A header pasted before
// them is its header.
func (r *reader) claimed(v map[string]any, text string, i int) bool {
	if _, ok := v["alg"].(string); ok && len(v) <= 8 && v["error"] == nil {
		r.claims = text
		return true
	}
	if r.issued(v, i) {
		return true
	}
	n := 0
	for _, k := range []string{"iss", "aud", "exp", "iat", "nbf", "sub", "azp", "scope", "scp", "jti", "typ"} {
		if _, ok := v[k]; ok {
			n++
		}
	}
	_, iss := v["iss"]
	_, exp := v["exp"]
	if n < 2 || !iss && !exp || v["error"] != nil || v["message"] != nil {
		return false
	}
	head := r.claims
	if head == "" {
		head = `{"typ":"JWT"}` // an alg was not seen, and "none" would be one
	}
	enc := base64.RawURLEncoding.EncodeToString
	r.out.Tokens = append(r.out.Tokens, exchange.Token{Value: secret.New(enc([]byte(head)) + "." + enc([]byte(text)) + "."), Place: "claims", From: r.at(i)})
	r.claims = ""
	return true
}
