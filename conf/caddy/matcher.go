package caddy

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// definition reads the body of a named matcher.
func (r *reader) definition(n *node) *set {
	s := &set{Place: n.place(), name: n.word(0)}
	lines := n.block
	if len(n.words) > 1 { // on one line
		inline := &node{words: n.words[1:], block: n.block, has: n.has}
		if strings.HasPrefix(inline.words[0].text, "`") || inline.words[0].quoted {
			s.all = append(s.all, &matcher{kind: "expression", open: true})
			return s
		}
		lines = []*node{inline}
	}
	byKey := map[string]*matcher{}
	for _, l := range lines {
		for _, m := range r.matchers(l) {
			// The same matcher twice in a set is one with more values; of a header, for the same field only.
			key := m.kind + "\x00" + strings.ToLower(m.field)
			if old := byKey[key]; old != nil && len(m.values) > 0 && m.kind != "not" && m.kind != "expression" {
				old.values = append(old.values, m.values...)
				continue
			}
			byKey[key] = m
			s.all = append(s.all, m)
		}
	}
	return s
}

// matchers reads one line of a definition.
func (r *reader) matchers(n *node) []*matcher {
	m := &matcher{kind: n.word(0), values: n.args()}
	for _, t := range n.words {
		m.open = m.open || t.env
	}
	switch m.kind {
	case "header":
		if len(n.block) > 0 {
			var out []*matcher
			for _, l := range n.block {
				out = append(out, r.matchers(&node{words: append([]token{{text: "header"}}, l.words...)})...)
			}
			return out
		}
		if len(m.values) > 0 {
			m.field, m.values = m.values[0], m.values[1:]
		}
		if f, ok := strings.CutPrefix(m.field, "!"); ok {
			m.field, m.absent = f, true
		}
	case "header_regexp":
		switch len(m.values) {
		case 2:
			m.field, m.values = m.values[0], m.values[1:]
		case 3: // with a name
			m.field, m.values = m.values[1], m.values[2:]
		}
	case "path_regexp":
		if len(m.values) == 2 {
			m.values = m.values[1:]
		}
	case "remote_ip", "client_ip":
		var ranges []string
		for _, v := range m.values {
			switch v {
			case "forwarded":
				m.open = true
			case "private_ranges":
				ranges = append(ranges, privateRanges...)
			default:
				ranges = append(ranges, v)
			}
		}
		m.values = ranges
	case "not":
		inner := &node{words: append([]token{{Place: n.words[0].Place, text: "not"}}, n.words[1:]...), block: n.block, has: n.has}
		m.values, m.not = nil, []*set{r.definition(inner)}
	}
	return []*matcher{m}
}

// privateRanges is what private_ranges stands for.
var privateRanges = []string{"192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "127.0.0.1/8", "fd00::/8", "::1"}

// text is the matcher as it may be written.
func (s *set) text() string {
	if s.name != "" && !strings.HasPrefix(s.name, "@") {
		return s.name
	}
	var out []string
	for _, m := range s.all {
		if m.kind == "not" && len(m.not) == 1 {
			out = append(out, "not "+(&set{all: m.not[0].all}).text())
			continue
		}
		f := m.field
		if m.absent {
			f = "!" + f
		}
		out = append(out, m.closed(strings.Join(strings.Fields(m.kind+" "+f+" "+strings.Join(m.values, " ")), " ")))
	}
	if s.name != "" {
		return s.name + " (" + strings.Join(out, ", ") + ")"
	}
	return strings.Join(out, ", ")
}

// closed is a text without the values that the matcher compares a field or the query with.
func (m *matcher) closed(text string) string {
	switch m.kind {
	case "header", "header_regexp":
		return step.Close(text, m.field, m.values...)
	case "query":
		for _, v := range m.values {
			_, v, _ = strings.Cut(v, "=")
			text = step.Close(text, "Cookie", v)
		}
	}
	return text
}

// view is what matchers look at: the request as it stands at this point.
type view struct {
	conf.Request
	method string
	path   string // may have been rewritten
	query  secret.Text
	header func() exchange.Header
	open   string // why a matcher could not be evaluated
}

// holds says whether one of the sets does.
func (v *view) holds(sets []*set) step.Truth {
	if len(sets) == 0 {
		return step.Yes
	}
	out := step.No
	for _, s := range sets {
		all := step.Yes
		for _, m := range s.all {
			all = all.And(v.matcher(m))
		}
		out = out.Or(all)
	}
	return out
}

func (v *view) unknown(m *matcher) step.Truth {
	v.open = "the matcher " + m.kind + " cannot be evaluated from the files"
	return step.Open
}

func (v *view) hidden(m *matcher) step.Truth {
	v.open = "the record of the request does not show " + m.field
	return step.Open
}

func (v *view) matcher(m *matcher) step.Truth {
	if m.open {
		return v.unknown(m)
	}
	switch m.kind {
	case "path":
		return v.paths(m)
	case "path_regexp":
		return v.pattern(m, secret.Public(clean(v.path)))
	case "host":
		host := step.HostOf(v.Request.Request)
		for _, h := range m.values {
			if strings.ContainsAny(h, "{") {
				return v.unknown(m)
			}
			if hostFits(h, host) {
				return step.Yes
			}
		}
		return step.No
	case "method":
		for _, x := range m.values {
			if strings.EqualFold(x, v.method) {
				return step.Yes
			}
		}
		return step.No
	case "header":
		if v.Partly.Hides(m.field) {
			return v.hidden(m)
		}
		return v.headers(m)
	case "header_regexp":
		if v.Partly.Hides(m.field) {
			return v.hidden(m)
		}
		out := step.No
		for _, x := range v.header().Values(m.field) {
			out = out.Or(v.pattern(m, x))
		}
		return out
	case "remote_ip", "client_ip":
		for _, x := range m.values {
			p, ok := conf.ParsePrefix(x)
			if !ok {
				return v.unknown(m)
			}
			if p.Contains(v.Client.Unmap()) {
				return step.Yes
			}
		}
		return step.No
	case "protocol":
		if len(m.values) == 1 && (m.values[0] == "https" || m.values[0] == "http") {
			return step.Of(m.values[0] == v.URL.Scheme)
		}
	case "query":
		for _, x := range m.values {
			key, want, _ := strings.Cut(x, "=")
			got, ok := v.URL.Param(key)
			if strings.Contains(x, "{") {
				return v.unknown(m)
			}
			if ok && (want == "*" || got.Is(want)) {
				return step.Yes
			}
		}
		return step.No
	case "not":
		return v.holds(m.not).Not()
	}
	return v.unknown(m)
}

// clean is the path as the path matchers see it: decoded, without dots and doubled slashes, a slash at the end kept.
func clean(p string) string {
	if d, err := url.PathUnescape(p); err == nil {
		p = d
	}
	return cleaned(p)
}

func cleaned(p string) string {
	c := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && c != "/" {
		c += "/"
	}
	return c
}

// paths compares without regard to case; a star stands at an end, at both, or is a shell pattern.
func (v *view) paths(m *matcher) step.Truth {
	have := strings.ToLower(clean(v.path))
	for _, p := range m.values {
		p = strings.ToLower(p)
		if strings.ContainsAny(p, "%{") {
			return v.unknown(m)
		}
		if pathFits(p, have) {
			return step.Yes
		}
	}
	return step.No
}

func pathFits(p, have string) bool {
	stars := strings.Count(p, "*")
	switch {
	case p == "*":
		return true
	case stars == 2 && strings.HasPrefix(p, "*") && strings.HasSuffix(p, "*"):
		return strings.Contains(have, p[1:len(p)-1])
	case stars == 1 && strings.HasPrefix(p, "*"):
		return strings.HasSuffix(have, p[1:])
	case stars == 1 && strings.HasSuffix(p, "*"):
		return strings.HasPrefix(have, p[:len(p)-1])
	case stars == 0 && !strings.ContainsAny(p, "?["):
		return have == p
	}
	ok, err := path.Match(p, have)
	return err == nil && ok
}

func hostFits(pattern, host string) bool {
	pattern = strings.ToLower(pattern)
	if !strings.Contains(pattern, "*") {
		return pattern == host
	}
	a, b := strings.Split(pattern, "."), strings.Split(host, ".")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != "*" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// headers compares one field: any value of it with any of the wanted.
func (v *view) headers(m *matcher) step.Truth {
	values := v.header().Values(m.field)
	if strings.EqualFold(m.field, "Host") {
		values = []secret.Text{secret.Public(v.URL.Host)}
		if t := v.header().Text("Host"); !t.Empty() {
			values[0] = t
		}
	}
	if m.absent {
		return step.Of(len(values) == 0)
	}
	if len(m.values) == 0 {
		return step.Of(len(values) > 0)
	}
	for _, have := range values {
		for _, want := range m.values {
			hit := false
			switch {
			case strings.Contains(want, "{"):
				return v.unknown(m)
			case want == "*":
				hit = true
			case strings.HasPrefix(want, "*") && strings.HasSuffix(want, "*"):
				hit = have.Contains(want[1 : len(want)-1])
			case strings.HasPrefix(want, "*"):
				hit = have.HasSuffix(want[1:])
			case strings.HasSuffix(want, "*"):
				hit = have.HasPrefix(want[:len(want)-1])
			default:
				hit = have.Is(want)
			}
			if hit {
				return step.Yes
			}
		}
	}
	return step.No
}

func (v *view) pattern(m *matcher, have secret.Text) step.Truth {
	for _, p := range m.values {
		re, err := regexp.Compile(p)
		if err != nil || strings.Contains(p, "{$") {
			return v.unknown(m)
		}
		if have.Match(re) {
			return step.Yes
		}
	}
	return step.No
}
