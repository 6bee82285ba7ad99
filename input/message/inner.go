package message

import (
	"encoding/json"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// inner finds the bodies that an error text wraps ("Error code: 401 - {...}", "status=401, response={...}", "body:
// 'b'{...}'", "{\"error\":...}" inside of a quoted text) and makes exchanges of them, with what the text around says of
// the request and the status.
func inner(e *exchange.Evidence, text string, from fact.Source, o form.Options) {
	if len(e.Exchanges) >= 64 {
		return
	}
	whole := strings.TrimSpace(text)
	rest, skipped := text, 0
	if strings.HasPrefix(whole, "{") && jsonRecord(whole) {
		innerRecord(e, whole, from, o)
		return
	}
	for tries := 0; tries < 6; tries++ {
		i := start(rest)
		if i < 0 {
			return
		}
		x, used, ok := wrapped(rest[i:], o)
		if !ok {
			rest = rest[i+1:]
			skipped += i + 1
			continue
		}
		around(x, text[:skipped+i])
		e.Exchanges = append(e.Exchanges, x)
		rest = rest[i+used:]
		skipped += i + used
	}
}

// wrapped reads the body at the front of s when it is one: an object with a name that replies have, or markup.
func wrapped(s string, o form.Options) (x *exchange.Exchange, used int, ok bool) {
	if s[0] == '<' {
		used = len(s)
		low := strings.ToLower(s)
		for _, end := range []string{"</html>", "</error>", "</errorresponse>", "</response>", "</d:error>", "envelope>"} {
			if j := strings.LastIndex(low, end); j >= 0 {
				used = j + len(end)
				break
			}
		}
		x, _ = one(s[:used], o)
		return x, used, true
	}
	plain := unescaped(s)
	out, n, _, ok := Relaxed(plain)
	if !ok || len(out) < 8 || !telling(out) {
		return nil, 0, false
	}
	var v map[string]any
	if out[0] == '{' && (json.Unmarshal([]byte(out), &v) != nil || len(v) == 0) {
		return nil, 0, false
	}
	x, _ = one(out, o)
	if used = n; len(plain) != len(s) {
		used = len(s)
	}
	x.Response.Body.Size = int64(n)
	return x, used, true
}

// around takes from the words in front of a body what they say of its exchange.
func around(x *exchange.Exchange, before string) {
	if len(before) > 2<<10 {
		before = before[len(before)-2<<10:]
	}
	if x.Response.Status == 0 {
		x.Response.Status = Status(before)
	}
	var m exchange.Message
	requestIn(&m, before)
	if method := m.Fields["method"]; method != "" {
		x.Request.Method = method
	}
	if u, err := exchange.ParseURL(urlIn(before)); err == nil {
		if x.Request.URL = u; x.Request.Method != "" {
			x.Unseen &^= exchange.RequestLine
		}
	}
}

// innerRecord looks for bodies in the texts of a JSON record.
func innerRecord(e *exchange.Evidence, line string, from fact.Source, o form.Options) {
	var all map[string]any
	if len(line) > maxRecord || json.Unmarshal([]byte(line), &all) != nil {
		return
	}
	for _, name := range []string{"response", "body", "responseBody", "response_body", "error", "err", "message", "msg", "exception", "data", "details"} {
		if s, ok := all[name].(string); ok && strings.ContainsAny(s, "{<") && !jsonRecord(s) {
			inner(e, s, from, o)
		}
	}
}
