package nginx

import (
	"net/netip"
	"slices"
	"strings"
)

// site is what nginx holds for one address and port: its servers in the order of the file.
type site struct {
	listen  listen
	servers []*server
	def     *server
}

// sites gives the addresses that are listened on at port, in the order of the file.
func (m *model) sites(port int) []*site {
	var out []*site
	for _, s := range m.servers {
		for _, l := range s.listens {
			if l.Port != port || strings.HasPrefix(l.Address, "unix:") {
				continue
			}
			i := slices.IndexFunc(out, func(o *site) bool { return o.listen.address() == l.address() && v6(o.listen) == v6(l) })
			if i < 0 {
				out = append(out, &site{listen: l, def: s})
				i = len(out) - 1
			} else if l.isDefault && !out[i].listen.isDefault {
				out[i].def, out[i].listen.isDefault = s, true
			}
			out[i].listen.TLS = out[i].listen.TLS || l.TLS
			if !slices.Contains(out[i].servers, s) {
				out[i].servers = append(out[i].servers, s)
			}
		}
	}
	return out
}

func v6(l listen) bool { return strings.HasPrefix(l.Address, "[") }

// arrive gives the site that a connection to address gets. sure is false when address is not known and more than one fits.
func (m *model) arrive(address netip.Addr, port int) (s *site, sure bool) {
	all := m.sites(port)
	if len(all) == 0 {
		return nil, true
	}
	if address.IsValid() {
		for _, o := range all {
			if o.listen.address() == address {
				return o, true
			}
		}
	}
	var wild []*site
	for _, o := range all {
		if !o.listen.address().IsValid() && (!address.IsValid() || v6(o.listen) == address.Is6()) {
			wild = append(wild, o)
		}
	}
	switch {
	case len(wild) > 0:
		return wild[0], address.IsValid() || len(all) == 1
	case address.IsValid():
		return nil, true
	}
	return all[0], len(all) == 1
}

// named gives the server of s that host names: exactly, by the longest *.name, by the longest name.*, by the first pattern
// that matches (ngx_http_find_virtual_server). nil leaves the default. The groups are those of a pattern.
func (s *site) named(host string) (found *server, by *pattern, groups []string) {
	if len(s.servers) == 1 && !hasGroups(s.def) {
		return nil, nil, nil
	}
	exact, head, tail := (*server)(nil), (*server)(nil), (*server)(nil)
	headLen, tailLen := 0, 0
	for _, v := range s.servers {
		if len(v.names) == 0 && host == "" && exact == nil {
			exact = v // no server_name is the empty name
		}
		for _, n := range v.names {
			dot := strings.HasPrefix(n, ".")
			switch {
			case strings.HasPrefix(n, "~"):
			case n == host && exact == nil:
				exact = v
			case dot || strings.HasPrefix(n, "*."):
				if end := strings.TrimPrefix(n, "*"); len(end) > headLen && (strings.HasSuffix(host, end) && len(host) > len(end) || dot && host == end[1:]) {
					head, headLen = v, len(end)
				}
			case strings.HasSuffix(n, ".*"):
				if begin := strings.TrimSuffix(n, "*"); len(begin) > tailLen && strings.HasPrefix(host, begin) && len(host) > len(begin) {
					tail, tailLen = v, len(begin)
				}
			}
		}
	}
	for _, v := range []*server{exact, head, tail} {
		if v != nil {
			return v, nil, nil
		}
	}
	if host == "" {
		return nil, nil, nil
	}
	for _, v := range s.servers {
		for _, n := range v.names {
			text, ok := strings.CutPrefix(n, "~")
			if !ok {
				continue
			}
			if p := v.patternOf(text); p != nil {
				if g, err := p.match(host); err == nil && g != nil {
					return v, p, g
				}
			}
		}
	}
	return nil, nil, nil
}

// patternOf compiles a server_name's pattern once. A pattern with capital letters matches without regard to case, because
// the host is in lower case (ngx_http_core_server_name).
func (s *server) patternOf(text string) *pattern {
	p, ok := s.patterns[text]
	if !ok {
		p, _ = compile(text, strings.IndexFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' }) >= 0)
		if s.patterns == nil {
			s.patterns = map[string]*pattern{}
		}
		s.patterns[text] = p
	}
	return p
}

// hasGroups reports that the last pattern among the names has groups: then the names are asked even when there is but one
// server, because the groups set variables.
func hasGroups(s *server) bool {
	has := false
	for _, n := range s.names {
		if text, ok := strings.CutPrefix(n, "~"); ok {
			p := s.patternOf(text)
			has = p != nil && p.groups > 0
		}
	}
	return has
}

// firstName is $server_name.
func (s *server) firstName() string {
	if len(s.names) == 0 {
		return ""
	}
	return strings.TrimPrefix(s.names[0], ".")
}

// validHost is ngx_http_validate_host: the name in lower case, without port and without a last dot.
func validHost(h string) (string, bool) {
	dot, n := len(h), len(h)
	literal, rest := false, false
	for i := 0; i < len(h); i++ {
		switch c := h[i]; {
		case c == '.':
			if dot == i-1 {
				return "", false
			}
			dot = i
		case c == ':':
			if !literal && !rest {
				n, rest = i, true
			}
		case c == '[':
			literal = literal || i == 0
		case c == ']':
			if literal && !rest {
				n, rest = i+1, true
			}
		case c == '/' || c <= ' ' || c == 0x7f:
			return "", false
		}
	}
	if dot == n-1 {
		n--
	}
	if n <= 0 {
		return "", false
	}
	return lower(h[:n]), true
}

// lower changes ASCII letters alone, as ngx_strlow.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r | 0x20
		}
		return r
	}, s)
}
