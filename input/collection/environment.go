package collection

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

// isEnvironment looks for Postman's mark of an environment, or for its shape: a name and values with enabled.
func isEnvironment(s string) int {
	head := start(s)
	if !strings.HasPrefix(head, "{") || strings.Contains(head, "\"item\"") {
		return 0
	}
	tail := s[max(0, len(s)-2048):]
	switch {
	case strings.Contains(tail, "\"_postman_variable_scope\"") || strings.Contains(head, "\"_postman_variable_scope\""):
		return 98
	case strings.Contains(head, "\"values\"") && strings.Contains(head, "\"enabled\"") && strings.Contains(head, "\"key\""):
		return 80
	}
	return 0
}

// readEnvironment reads a Postman environment or globals: each variable is a Setting.
func readEnvironment(text string, o form.Options) (exchange.Evidence, error) {
	docs, err := documents(text)
	if err != nil {
		return exchange.Evidence{}, fmt.Errorf("reading the Postman environment: %w", err)
	}
	s := newSheet(o)
	for _, d := range docs {
		s.environment(members(d), text)
	}
	if len(s.ev.Settings) == 0 && len(s.ev.Facts) == 0 {
		return exchange.Evidence{}, errors.New("a Postman environment without values: expected {\"name\": ..., \"values\": [...]}")
	}
	return s.ev, nil
}

func (s *sheet) environment(m map[string]any, all string) {
	name := text(m["name"])
	if risky(name) || len(name) > 80 {
		name = ""
	}
	where := lines{text: all}
	var off []string
	for _, v := range items(m["values"]) {
		row := members(v)
		key := text(row["key"])
		if key == "" || len(s.ev.Settings) >= 2000 {
			continue
		}
		line := where.of(key)
		if on, has := row["enabled"]; has && !truth(on) || truth(row["disabled"]) {
			if !risky(key) && len(key) <= 60 && len(off) < 20 {
				off = append(off, key)
			}
			continue
		}
		value := secret.New(text(row["value"]))
		if text(row["type"]) != "secret" && harmless(text(row["value"])) {
			value = secret.Public(text(row["value"]))
		}
		set := exchange.Setting{System: "postman-environment", Name: key, Args: []secret.Text{value}, From: s.at(line)}
		if name != "" {
			set.Context = []string{name}
		}
		s.ev.Settings = append(s.ev.Settings, set)
	}
	if len(off) > 0 {
		s.say("switched off in the environment: %s", strings.Join(off, ", "))
	}
}

// harmless reports a value that may be shown: an address without login and query, a short number, a truth value.
func harmless(v string) bool {
	if v == "true" || v == "false" || len(v) <= 5 && strings.Trim(v, "0123456789") == "" {
		return true
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Contains(v, "{{") {
		return false
	}
	for seg := range strings.SplitSeq(u.Path, "/") {
		if secret.Looks(seg) {
			return false
		}
	}
	return true
}
