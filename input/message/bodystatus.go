package message

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// lead reads a first line that speaks of the reply rather than being part of it: "HTTP 403 from https://...", "HTTP 401",
// "HTTPError: 403 Client Error: Forbidden for url: https://...", "Status: 401". rest is text when there is none, "" when
// there is nothing else.
func lead(text string) (status int, url, rest string) {
	first, after, _ := strings.Cut(text, "\n")
	first = strings.TrimSpace(first)
	if len(first) > 400 {
		return 0, "", text
	}
	low := strings.ToLower(first)
	switch {
	case strings.HasPrefix(low, "http ") || strings.HasPrefix(low, "http error ") || strings.HasPrefix(low, "status"):
		if status = Status(first); status == 0 || len(strings.Fields(first)) > 8 {
			return 0, "", text
		}
	case strings.Contains(first, " for url: ") || strings.Contains(first, " from https://") || strings.Contains(first, " from http://"):
		if status = Status(first); status == 0 {
			return 0, "", text
		}
	default:
		return 0, "", text
	}
	if strings.ContainsAny(first, "{<") {
		return 0, "", text
	}
	return status, urlIn(first), strings.TrimSpace(after)
}

// statusNames are the names under which bodies say their status.
var statusNames = map[string]bool{
	"status": true, "code": true, "statuscode": true, "status_code": true, "http_status": true, "httpstatus": true, "httpstatuscode": true,
	"http_code": true, "httpcode": true, "errorcode": true, "error_code": true, "responsecode": true, "response_code": true, "responsestatus": true, "status-code": true, "http_status_code": true, "errcode": true,
}

// bodyStatus is the status that a body names: a number by one of the usual names in JSON, the title or heading of a page,
// a status in front of a sentence. 0 when it names none.
func bodyStatus(body string) int {
	body = strings.TrimSpace(cut(body, maxBody))
	if body == "" {
		return 0
	}
	if c := body[0]; c == '{' || c == '[' {
		var v any
		if json.Unmarshal([]byte(body), &v) == nil {
			if n := walk(v, 0); n != 0 {
				return n
			}
			return spoken(v, 0)
		}
	}
	if body[0] == '<' {
		low := strings.ToLower(cut(body, 16<<10))
		for _, tag := range []string{"title", "h1", "h2", "status", "code", "statuscode", "httpstatus"} {
			if i := strings.Index(low, "<"+tag); i >= 0 {
				in := low[i:]
				if j := strings.IndexByte(in, '>'); j >= 0 && j < 80 {
					in, _, _ = strings.Cut(in[j+1:], "<")
					if n := opening(in); n != 0 {
						return n
					}
				}
			}
		}
		return 0
	}
	first, _, _ := strings.Cut(body, "\n")
	if n := opening(first); n != 0 {
		return n
	}
	return explicit(cut(body, 600))
}

// opening is the status that a title begins with or contains as "Error 403": "401 Authorization Required", "HTTP Error 401.2
// - Unauthorized", "Error 403 (Forbidden)!!1".
func opening(s string) int {
	s = strings.TrimSpace(s)
	if len(s) >= 3 && (len(s) == 3 || !digit(s[3]) && !letter(s[3])) {
		if n := number(s[:3]); n >= 400 && n < 600 {
			return n
		}
	}
	return explicit(s)
}

// explicit is Status where it is sure.
func explicit(s string) int {
	n := Status(s)
	if n < 400 {
		return 0
	}
	d := fmt.Sprint(n)
	i := strings.Index(s, d)
	if i >= 0 && weigh(s, i, i+3, n) >= strong {
		return n
	}
	return 0
}

// walk finds a status by its name, outer objects first.
func walk(v any, depth int) int {
	if depth > 4 {
		return 0
	}
	switch v := v.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		slices.SortStableFunc(names, func(a, b string) int { return said(b) - said(a) })
		for _, k := range names {
			if !statusNames[strings.ToLower(k)] {
				continue
			}
			if n := statusValue(v[k]); n != 0 {
				return n
			}
		}
		best := 0
		for _, x := range v {
			if n := walk(x, depth+1); n != 0 && (best == 0 || n < best) {
				best = n
			}
		}
		return best
	case []any:
		for i, x := range v {
			if i == 4 {
				break
			}
			if n := walk(x, depth+1); n != 0 {
				return n
			}
		}
	case string:
		if s := strings.TrimSpace(v); depth > 0 && len(s) > 2 && s[0] == '{' {
			var in any
			if json.Unmarshal([]byte(s), &in) == nil {
				return walk(in, depth+1)
			}
		}
	}
	return 0
}

// said puts names that speak of a status before those that say "code".
func said(name string) int {
	if strings.Contains(strings.ToLower(name), "status") {
		return 1
	}
	return 0
}

func statusValue(x any) int {
	switch x := x.(type) {
	case float64:
		if n := int(x); n >= 400 && n < 600 && float64(n) == x {
			return n
		}
		if n := int(x) / 100; x > 40000 && x < 60000 && (n == 401 || n == 403) { // Twilio and others: 40101 is one of the 401s
			return n
		}
	case string:
		if n := opening(x); n != 0 {
			return n
		}
	}
	return 0
}

// spoken finds a status that a message of the body says: {"message":"401 Unauthorized"}.
func spoken(v any, depth int) int {
	if depth > 3 {
		return 0
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range []string{"message", "error", "title", "detail", "msg", "name", "reason", "description"} {
			switch x := v[k].(type) {
			case string:
				if n := opening(cut(x, 400)); n != 0 {
					return n
				}
			case map[string]any:
				if n := spoken(x, depth+1); n != 0 {
					return n
				}
			}
		}
	case []any:
		if len(v) > 0 {
			return spoken(v[0], depth+1)
		}
	}
	return 0
}
