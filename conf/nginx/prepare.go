package nginx

import "strings"

// prepare reads what nginx compiles while it reads: patterns, and which variables there are.
func (m *model) prepare(body []*Directive) {
	for _, d := range body {
		m.prepareOne(d)
		m.prepare(d.Body)
	}
}

func (m *model) prepareOne(d *Directive) {
	switch d.Name {
	case "rewrite":
		m.compile(d, d.Arg(0), false)
	case "fastcgi_split_path_info":
		m.compile(d, d.Arg(0), false)
	case "if":
		if w := condition(d); len(w) == 3 && strings.Contains(w[1], "~") {
			m.compile(d, w[2], strings.HasSuffix(w[1], "*"))
		}
	case "set", "auth_request_set":
		m.settable[strings.TrimPrefix(d.Arg(0), "$")] = true
	case "perl_set", "js_set", "set_by_lua", "set_by_lua_file", "set_by_lua_block", "split_clients", "auth_jwt_claim_set", "auth_jwt_header_set",
		"geoip2", "js_var", "keyval", "set_escape_uri", "set_unescape_uri", "encrypted_session":
		for _, a := range d.Texts() {
			if v, ok := strings.CutPrefix(a, "$"); ok {
				m.unknown[v] = d.Name
			}
		}
	case "valid_referers":
		for _, a := range d.Texts() {
			if text, ok := strings.CutPrefix(a, "~"); ok {
				if _, err := m.pattern(text, true); err != nil {
					m.unread(d, "valid_referers %s: %v", a, err)
				}
			}
		}
	case "upstream":
		m.upstreams[lower(d.Arg(0))] = true
	case "proxy_pass":
		if u, ok := readUpstream(d.Arg(0)); ok && !strings.Contains(d.Arg(0), "$") {
			m.upstreams[lower(u.hostHeader)] = true
		}
	case "server_name":
		for _, n := range d.Texts() {
			if text, ok := strings.CutPrefix(n, "~"); ok {
				if _, err := m.pattern(text, false); err != nil {
					m.unread(d, "server_name %s: %v", n, err)
				}
			}
		}
	}
}

func (m *model) compile(d *Directive, text string, fold bool) {
	p, err := m.pattern(text, fold)
	if err != nil {
		m.unread(d, "%s %s: %v", d.Name, text, err)
		return
	}
	m.patterns[d] = p
}

// compiled is a pattern that was compiled, or why it could not be.
type compiled struct {
	p   *pattern
	err error
}

// pattern compiles a pattern once: thousands of sites have the same. Its named groups are variables from then on.
func (m *model) pattern(text string, fold bool) (*pattern, error) {
	key := "c" + text
	if fold {
		key = "i" + text
	}
	c, ok := m.compiled[key]
	if !ok {
		c.p, c.err = compile(text, fold)
		m.compiled[key] = c
		if c.p != nil {
			for n := range c.p.names {
				m.settable[n], m.grouped[n] = true, true
			}
		}
	}
	return c.p, c.err
}

// size64 reads a size with k, m or g behind it.
func size64(d *Directive, otherwise int64) int64 {
	if d == nil || d.Arg(0) == "" {
		return otherwise
	}
	s, unit := d.Arg(0), int64(1)
	switch s[len(s)-1] | 0x20 {
	case 'k':
		unit = 1 << 10
	case 'm':
		unit = 1 << 20
	case 'g':
		unit = 1 << 30
	}
	if unit > 1 {
		s = s[:len(s)-1]
	}
	n := int64(0)
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > 1<<40 {
			return otherwise
		}
		n = n*10 + int64(c-'0')
	}
	return n * unit
}
