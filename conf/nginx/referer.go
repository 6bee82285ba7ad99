package nginx

import "strings"

// invalidReferer is $invalid_referer (ngx_http_referer_variable): "1" when Referer is none of those that valid_referers names.
func (r *run) invalidReferer() string {
	const invalid = "1"
	ds := r.at.all("valid_referers")
	none, blocked := false, false
	hosts := &mapping{exact: map[string]string{}} // with the path that must follow
	var patterns []*pattern
	var servers []*pattern // of server_names
	add := func(text string) {
		host, path, cut := strings.Cut(text, "/")
		if cut {
			path = "/" + path
		}
		if host = lower(host); strings.HasPrefix(host, "*.") || strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".*") {
			hosts.names = append(hosts.names, mapEntry{text: host, value: path})
		} else if _, twice := hosts.exact[host]; !twice {
			hosts.exact[host] = path
		}
	}
	pattern := func(to *[]*pattern, text string, fold bool) {
		p, _ := r.m.pattern(text, fold)
		*to = append(*to, p)
	}
	for _, d := range ds {
		for _, a := range d.Texts() {
			text, regex := strings.CutPrefix(a, "~")
			switch {
			case a == "none":
				none = true
			case a == "blocked":
				blocked = true
			case a == "server_names":
				names := r.server.names
				if len(names) == 0 {
					names = []string{""}
				}
				for _, n := range names {
					if p, regex := strings.CutPrefix(n, "~"); regex {
						pattern(&servers, p, false)
					} else {
						add(n)
					}
				}
			case regex:
				pattern(&patterns, text, true)
			default:
				add(a)
			}
		}
	}
	if len(hosts.exact)+len(hosts.names)+len(patterns)+len(servers) == 0 {
		return "" // valid_referers is not set here; none and blocked alone are an error
	}
	r.lookAt("http_referer")
	if !r.header.has("Referer") {
		return unless(none, invalid)
	}
	rest, ok := withoutScheme(r.header.first("Referer"))
	if !ok {
		return unless(blocked, invalid)
	}
	host := lower(rest[:hostEnd(rest)])
	if len(host) > 256 {
		return invalid
	}
	if path, found := hosts.host(host); found {
		at := strings.IndexByte(rest, '/')
		return unless(path == "" || at >= 0 && strings.HasPrefix(rest[at:], path), invalid)
	}
	return unless(r.any(servers, host) || r.any(patterns, rest), invalid)
}

func unless(valid bool, otherwise string) string {
	if valid {
		return ""
	}
	return otherwise
}

// withoutScheme cuts http:// or https:// off; ok is false for what is no such URL, or too short for one.
func withoutScheme(s string) (string, bool) {
	if len(s) >= len("http://i.ru") {
		for _, scheme := range []string{"http://", "https://"} {
			if strings.EqualFold(s[:len(scheme)], scheme) {
				return s[len(scheme):], true
			}
		}
	}
	return "", false
}

func hostEnd(s string) int {
	if i := strings.IndexAny(s, "/:"); i >= 0 {
		return i
	}
	return len(s)
}

// any reports that one of the patterns matches. Their groups are not kept.
func (r *run) any(ps []*pattern, s string) bool {
	for _, p := range ps {
		if p == nil {
			r.open("a pattern that cannot be followed")
			continue
		}
		if g, err := p.match(s); err != nil {
			r.open("a pattern that takes too long")
		} else if g != nil {
			return true
		}
	}
	return false
}
