package nginx

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
)

// gateway passes the request on as parameters: FastCGI, uwsgi, SCGI.
func (r *run) gateway(d *Directive, way conf.Way) {
	defer r.atOnce()()
	module := string(way)
	cached := r.caches(module)
	var out []field
	names := map[string]bool{}
	if way == conf.SCGI { // ngx_http_scgi_create_request writes it in front of what is configured
		out = append(out, field{name: "CONTENT_LENGTH", value: strconv.FormatInt(max(0, r.bodyLength("scgi")), 10)})
	}
	for _, p := range r.at.all(module + "_param") {
		name, v := p.Arg(0), r.value(p.Arg(1))
		if rest, ok := strings.CutPrefix(name, "HTTP_"); ok && rest != "" {
			names[strings.ToUpper(rest)] = true
			if p.Arg(1) == "" { // it takes the client's field out
				continue
			}
		}
		if p.Arg(2) == "if_not_empty" && v == "" {
			continue
		}
		out = append(out, field{name: name, value: v})
	}
	if cached {
		for _, f := range cacheDefaults {
			names[strings.ToUpper(strings.ReplaceAll(f[0], "-", "_"))] = true
		}
	}
	if r.at.on(module+"_pass_request_headers", true) {
		for _, f := range r.header {
			if name := strings.ToUpper(strings.ReplaceAll(f.name, "-", "_")); !names[name] {
				out = append(out, field{name: "HTTP_" + name, value: f.value})
			}
		}
	}
	q := r.next(out)
	q.Target = secret.Hide(r.target.raw)
	r.passedTo(d, module, module+"://"+r.value(d.Arg(0)), "", q)
}

// splitScript is $fastcgi_script_name and $fastcgi_path_info.
func (r *run) splitScript() (name, info string) {
	name = r.uri
	if d := r.at.one("fastcgi_split_path_info"); d != nil {
		if p := r.m.patterns[d]; p != nil {
			if g, err := p.match(r.uri); err == nil && len(g) > 2 {
				return g[1], g[2]
			}
		} else {
			r.open("a pattern that cannot be followed: fastcgi_split_path_info")
		}
	}
	if strings.HasSuffix(name, "/") {
		if d := r.at.one("fastcgi_index"); d != nil {
			name += d.Arg(0)
		}
	}
	return name, info
}
