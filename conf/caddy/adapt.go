package caddy

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// directiveOrder is Caddy's own (caddyserver.com/docs/caddyfile/directives, "Directive order"); names that older versions
// used stand beside the new ones.
var directiveOrder = strings.Fields(`tracing map vars fs root log_append skip_log log_skip log_name header copy_response_headers
	request_body redir method rewrite uri try_files basicauth basic_auth forward_auth request_header encode push intercept templates
	invoke handle handle_path route abort error copy_response respond metrics reverse_proxy php_fastcgi file_server acme_server`)

// noHandler are directives that set up a site and handle no request.
var noHandler = strings.Fields(`bind log tls handle_errors import`)

// reorder obeys the global option order: "order NAME first|last|before NAME|after NAME".
func (r *reader) reorder(o *node) {
	a := o.args()
	if len(a) < 2 {
		return
	}
	r.order = slices.DeleteFunc(r.order, func(s string) bool { return s == a[0] })
	at := len(r.order)
	switch a[1] {
	case "first":
		at = 0
	case "before", "after":
		if len(a) > 2 {
			if i := slices.Index(r.order, a[2]); i >= 0 {
				at = i
				if a[1] == "after" {
					at++
				}
			}
		}
	}
	r.order = slices.Insert(r.order, at, a[0])
}

// site adapts one site block.
func (r *reader) site(n *node) {
	if name := n.word(0); len(n.words) == 1 && strings.HasPrefix(name, "&(") {
		r.conf.Leave(n.place(), "a named route: the place that invokes it is judged without it")
		return
	}
	s := &site{Place: n.place()}
	for _, w := range n.words {
		for _, a := range strings.Split(w.text, ",") {
			if a != "" {
				s.addresses = append(s.addresses, r.address(a, w.env))
			}
		}
	}
	for _, d := range n.block {
		if d.word(0) == "handle_errors" {
			s.errors = append(s.errors, r.routes(s, d.block)...)
		}
	}
	s.routes = r.routes(s, n.block)
	r.sites = append(r.sites, s)
}

// address reads "scheme://host:port/path"; every part may be missing.
func (r *reader) address(s string, env bool) address {
	a := address{open: env}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		a.scheme, s = scheme, rest
	}
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, a.path = s[:i], s[i:]
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.Contains(s[i:], "]") {
		host, port = s[:i], s[i+1:]
	}
	a.host = strings.ToLower(strings.Trim(host, "[]"))
	a.port, _ = strconv.Atoi(port)
	httpPort, httpsPort := r.port("http_port", 80), r.port("https_port", 443)
	switch {
	case a.port != 0:
	case a.scheme == "http":
		a.port = httpPort
	default:
		a.port = httpsPort
	}
	if a.scheme == "" {
		a.scheme = "https"
		if a.port == httpPort || a.host == "" || r.options["auto_https"] != nil && r.options["auto_https"].word(1) == "off" && a.port != httpsPort {
			a.scheme = "http"
		}
	}
	return a
}

func (r *reader) port(option string, usual int) int {
	if o := r.options[option]; o != nil {
		if n, err := strconv.Atoi(o.word(1)); err == nil {
			return n
		}
	}
	return usual
}

// routes adapts the directives of a site's block.
func (r *reader) routes(s *site, block []*node) []*route {
	top := &scopeOf{reader: r, site: s, sets: map[string]*set{}}
	return top.inner(&node{block: block}, true)
}

// compare is Caddy's order: by directive; for the same one the longer path first, then what has a matcher before what has none.
func (r *reader) compare(a, b *route) int {
	if c := cmp.Compare(r.position(a.directive), r.position(b.directive)); c != 0 {
		return c
	}
	pa, pb := a.singlePath(), b.singlePath()
	if pa != "" && pb != "" {
		if strings.TrimSuffix(pa, "*") == strings.TrimSuffix(pb, "*") {
			return cmp.Compare(len(pa), len(pb))
		}
		return cmp.Compare(len(pb), len(pa))
	}
	return cmp.Compare(min(1, len(b.sets)), min(1, len(a.sets)))
}

// position of a directive; handle_path counts as handle.
func (r *reader) position(name string) int {
	if name == "handle_path" {
		name = "handle"
	}
	if i := slices.Index(r.order, name); i >= 0 {
		return i
	}
	return len(r.order)
}

// singlePath is the path of a route whose one matcher set has one path.
func (ro *route) singlePath() string {
	if len(ro.sets) != 1 {
		return ""
	}
	for _, m := range ro.sets[0].all {
		if m.kind == "path" && len(m.values) == 1 {
			return m.values[0]
		}
	}
	return ""
}

// group makes handle blocks (and rewrites, and roots) exclude each other, as Caddy does when there are several.
func (r *reader) group(all []*route) {
	for _, name := range []string{"rewrite", "handle", "root"} {
		var same []*route
		for _, ro := range all {
			if ro.directive == name || name == "handle" && ro.directive == "handle_path" {
				same = append(same, ro)
			}
		}
		if len(same) > 1 {
			r.groups++
			for _, ro := range same {
				ro.group = r.groups
			}
		}
	}
}

// scopeOf is a block whose directives are adapted: named matchers belong to it.
type scopeOf struct {
	*reader
	site *site
	sets map[string]*set
}

// match takes the matcher token behind a directive's name off.
func (s *scopeOf) match(d *node) (sets []*set, args []token) {
	args = d.words[1:]
	if len(args) == 0 || args[0].quoted {
		return nil, args
	}
	switch w := args[0].text; {
	case w == "*":
		return nil, args[1:]
	case strings.HasPrefix(w, "/"):
		return []*set{{Place: args[0].Place, name: w, all: []*matcher{{kind: "path", values: []string{w}, open: args[0].env}}}}, args[1:]
	case strings.HasPrefix(w, "@"):
		if m := s.sets[w]; m != nil {
			return []*set{m}, args[1:]
		}
		s.conf.Leave(args[0].Place, "no matcher is called %s in this block", w)
		return []*set{{Place: args[0].Place, name: w, all: []*matcher{{kind: w, open: true}}}}, args[1:]
	}
	return nil, args
}

// inner adapts a block; matchers of outer blocks are seen in it. sorted puts the directives into Caddy's order, which a route
// block does not.
func (s *scopeOf) inner(d *node, sorted bool) []*route {
	block := d.block
	saved := maps.Clone(s.sets)
	for _, b := range block {
		if strings.HasPrefix(b.word(0), "@") {
			saved[b.word(0)] = s.definition(b)
		}
	}
	sub := &scopeOf{reader: s.reader, site: s.site, sets: saved}
	var out []*route
	for _, b := range block {
		if name := b.word(0); !strings.HasPrefix(name, "@") && !slices.Contains(noHandler, name) {
			out = append(out, sub.directive(b)...)
		}
	}
	if sorted {
		slices.SortStableFunc(out, s.compare)
	}
	s.group(out)
	return out
}
