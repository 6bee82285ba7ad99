package varnish

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/secret"
)

// value evaluates an expression that gives a text.
func (m *machine) value(e *expr) (secret.Text, bool) {
	switch e.op {
	case "str", "num":
		return secret.Public(e.text), true
	case "+":
		a, ok1 := m.value(e.of[0])
		b, ok2 := m.value(e.of[1])
		return secret.Join(a, b), ok1 && ok2
	case "call":
		return m.function(e)
	case "name":
		if name, ok := headerOf(e.text, "req.http.", "bereq.http."); ok {
			return m.rec.Header().Text(name), true
		}
		if name, ok := headerOf(e.text, "resp.http."); ok {
			return m.resp.Text(name), true
		}
		switch e.text {
		case "req.url", "bereq.url":
			if m.url == step.PathOf(m.Request.Request) {
				return m.RequestTarget(), true
			}
			return secret.Public(m.url), true
		case "req.method", "bereq.method":
			return secret.Public(m.Method), true
		case "req.proto":
			return secret.Public(m.Proto), true
		case "client.ip":
			return secret.Public(m.Client.Unmap().String()), true
		case "req.restarts", "req.esi_level":
			return secret.Public("0"), true
		case "resp.status":
			return secret.Public(fmt.Sprint(m.status)), true
		}
		m.open = e.text + " is not known here"
	}
	return secret.Text{}, false
}

func (m *machine) function(e *expr) (secret.Text, bool) {
	var args []secret.Text
	for _, a := range e.of {
		v, ok := m.value(a)
		if !ok {
			return secret.Text{}, false
		}
		args = append(args, v)
	}
	switch {
	case e.text == "std.tolower" && len(args) == 1:
		return args[0].Map(strings.ToLower), true
	case e.text == "std.toupper" && len(args) == 1:
		return args[0].Map(strings.ToUpper), true
	case (e.text == "regsub" || e.text == "regsuball") && len(args) == 3:
		re, err := regexp.Compile(args[1].String())
		if err != nil {
			break
		}
		to := backReference.ReplaceAllString(strings.ReplaceAll(args[2].String(), "$", "$$"), "$${$1}")
		return args[0].Map(func(s string) string {
			if e.text == "regsuball" {
				return re.ReplaceAllString(s, to)
			}
			if at := re.FindStringIndex(s); at != nil {
				return s[:at[0]] + re.ReplaceAllString(s[at[0]:at[1]], to) + s[at[1]:]
			}
			return s
		}), true
	}
	m.open = "the function " + e.text + " is not evaluated here"
	return secret.Text{}, false
}

// truth evaluates a condition.
func (m *machine) truth(e *expr) step.Truth {
	switch e.op {
	case "||":
		return m.truth(e.of[0]).Or(m.truth(e.of[1]))
	case "&&":
		return m.truth(e.of[0]).And(m.truth(e.of[1]))
	case "!":
		return m.truth(e.of[0]).Not()
	case "==", "!=", "~", "!~":
		t := m.compare(e)
		if strings.HasPrefix(e.op, "!") {
			return t.Not()
		}
		return t
	case "name":
		if name, ok := headerOf(e.text, "req.http.", "bereq.http."); ok {
			return step.Of(m.rec.Header().Has(name))
		}
		if name, ok := headerOf(e.text, "resp.http."); ok {
			return step.Of(m.resp.Has(name))
		}
		switch e.text {
		case "true":
			return step.Yes
		case "false":
			return step.No
		}
	}
	if _, ok := m.value(e); !ok && m.open != "" {
		return step.Open
	}
	m.open = "this form of condition is not evaluated here"
	return step.Open
}

func (m *machine) compare(e *expr) step.Truth {
	have, ok := m.value(e.of[0])
	if !ok {
		return step.Open
	}
	if strings.HasSuffix(e.op, "~") {
		if a := m.acls[e.of[1].text]; a != nil && e.of[1].op == "name" {
			return m.inACL(a, e.of[0])
		}
		pattern, ok := m.value(e.of[1])
		if !ok {
			return step.Open
		}
		re, err := regexp.Compile(pattern.String())
		if err != nil || pattern.Closed() {
			m.open = "a pattern that is not evaluated here"
			return step.Open
		}
		return step.Of(have.Match(re))
	}
	want, ok := m.value(e.of[1])
	if !ok {
		return step.Open
	}
	// A field that is not there equals nothing, not even the empty string.
	if name, header := headerOf(e.of[0].text, "req.http.", "bereq.http."); header && e.of[0].op == "name" && !m.rec.Header().Has(name) {
		return step.No
	}
	return step.Of(have.Equal(want))
}

func (m *machine) inACL(a *acl, e *expr) step.Truth {
	if e.text != "client.ip" {
		m.open = e.text + " is not known here"
		return step.Open
	}
	best, in := -1, false
	for _, x := range a.entries {
		p, ok := prefixOf(x.text)
		if !ok {
			m.open = "a name in place of an address"
			return step.Open
		}
		if p.Contains(m.Client.Unmap()) && p.Bits() > best {
			best, in = p.Bits(), !x.not
		}
	}
	return step.Of(in)
}
