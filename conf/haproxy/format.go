package haproxy

import (
	"strconv"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var backReference = lazyregexp.New(`\\([0-9])`)

func itoa(n int) string { return strconv.Itoa(n) }

// text evaluates a log-format string (configuration manual, section 8.2.4) as far as its parts are known.
func (a *asked) text(s string) (v secret.Text, known bool) {
	known = true
	var all []secret.Text
	for s != "" {
		literal, rest, found := strings.Cut(s, "%")
		all = append(all, secret.Public(literal))
		if !found {
			break
		}
		switch {
		case strings.HasPrefix(rest, "%"):
			all = append(all, secret.Public("%"))
			s = rest[1:]
		case strings.HasPrefix(rest, "ci"):
			all = append(all, secret.Public(a.Client.Unmap().String()))
			s = rest[2:]
		case strings.HasPrefix(rest, "["):
			inside, after := bracket(rest[1:])
			v, ok := a.expression(inside)
			all = append(all, v)
			known = known && ok
			s = after
		default:
			known = false
			s = rest
		}
	}
	return secret.Join(all...), known
}

// bracket cuts at the bracket that closes, brackets inside of parentheses being part of the text.
func bracket(s string) (inside, after string) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ']':
			if depth <= 0 {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

func (a *asked) expression(s string) (secret.Text, bool) {
	t := a.file.test(line{}, []string{s})
	switch t.fetch {
	case "src":
		return secret.Public(a.Client.Unmap().String()), len(t.convert) == 0
	case "str":
		return secret.Public(t.arg), len(t.convert) == 0
	case "ssl_fc":
		if a.tls {
			return secret.Public("1"), true
		}
		return secret.Public("0"), true
	}
	if v, why := a.sample(t); why == "" {
		if len(v) == 0 {
			return secret.Text{}, true
		}
		return v[len(v)-1], true // req.hdr gives the last value
	}
	return secret.Text{}, false
}

// format is text for what may be shown: a path, a Location. known is false also when a closed value stands in it.
func (a *asked) format(s string) (string, bool) {
	v, known := a.text(s)
	return v.String(), known && !v.Closed()
}
