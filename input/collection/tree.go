package collection

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// documents decodes the JSON texts of an input, one behind the other: a collection and the environment for it may be
// given together. encoding/json bounds the depth.
func documents(text string) ([]any, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("larger than %d MiB", maxText>>20)
	}
	d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	d.UseNumber()
	var out []any
	for len(out) < 20 {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return out, fmt.Errorf("line %d: the text ends in the middle of the JSON", 1+strings.Count(text, "\n"))
			}
			at := int(d.InputOffset())
			if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
				at = int(bad.Offset)
			}
			return out, fmt.Errorf("line %d: not JSON", 1+strings.Count(text[:min(max(at, 0), len(text))], "\n"))
		}
		out = append(out, v)
	}
	return out, nil
}

func members(v any) map[string]any { m, _ := v.(map[string]any); return m }
func items(v any) []any            { l, _ := v.([]any); return l }

// text is a scalar as text; anything else is "".
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	case bool, int, int64, uint64, float64:
		return fmt.Sprint(v)
	}
	return ""
}

// truth is a boolean, also one in quotes.
func truth(v any) bool { b, ok := v.(bool); return ok && b || text(v) == "true" }

// rows reads [{"key"|"name":..., "value":..., "disabled"|"enabled":...}, ...] without the rows that are switched off.
// Postman also writes header fields as one text.
func rows(v any) []pair {
	var out []pair
	if s, ok := v.(string); ok {
		for line := range strings.Lines(s) {
			if name, value, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "//") {
				out = append(out, pair{strings.TrimSpace(name), strings.TrimSpace(value)})
			}
		}
		return out
	}
	for _, r := range items(v) {
		m := members(r)
		on, has := m["enabled"]
		if truth(m["disabled"]) || has && !truth(on) {
			continue
		}
		name := text(m["key"])
		if name == "" {
			name = text(m["name"])
		}
		if name != "" {
			out = append(out, pair{name, text(m["value"])})
		}
	}
	return out
}

// switchedOff notes header fields that carry credentials and are listed but not sent.
func switchedOff(v any) (notes []string) {
	for _, r := range items(v) {
		m := members(r)
		name := text(m["key"]) + text(m["name"])
		if on, has := m["enabled"]; (truth(m["disabled"]) || has && !truth(on)) && carrier(name) {
			notes = append(notes, name+" is listed but switched off: it is not sent")
		}
	}
	return notes
}

// carrier reports a header field that carries credentials.
func carrier(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "cookie", "x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "proxy-authorization", "private-token", "x-csrf-token":
		return true
	}
	return false
}

// table is rows as a map; the last of a name counts.
func table(v any) map[string]string {
	out := map[string]string{}
	for _, p := range rows(v) {
		out[p.name] = p.value
	}
	return out
}

// lines finds the line of the next place where a name is written; the names are asked for in their order.
type lines struct {
	text     string
	at, line int
}

func (l *lines) of(name string) int {
	if name == "" || len(name) > 200 {
		return 0
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		return 0
	}
	i := strings.Index(l.text[l.at:], string(quoted))
	if i < 0 {
		return 0
	}
	l.line += strings.Count(l.text[l.at:l.at+i], "\n")
	l.at += i
	line := l.line + 1
	l.at += len(quoted)
	return line
}
