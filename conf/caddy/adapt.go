package caddy

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
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
		r.unread(n.place(), "a named route: the place that invokes it is judged without it")
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
		s.unread(args[0].Place, "no matcher is called %s in this block", w)
		return []*set{{Place: args[0].Place, name: w, all: []*matcher{{kind: w, open: true}}}}, args[1:]
	}
	return nil, args
}

func (s *scopeOf) directive(d *node) []*route {
	name := d.word(0)
	sets, args := s.match(d)
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a.text
	}
	ro := &route{Place: d.place(), directive: name, sets: sets}
	h := &handler{Place: d.place(), kind: name}
	ro.handlers = []*handler{h}
	switch name {
	case "basicauth", "basic_auth":
		s.basicAuth(h, words, d)
	case "request_header":
		h.kind, h.ops = "headers", &headerOps{}
		h.ops.line(args)
	case "header":
		h.kind, h.answer = "headers", &headerOps{}
		h.answer.line(args)
		for _, l := range d.block {
			h.answer.line(l.words)
		}
	case "handle", "route", "handle_path":
		h.kind = "subroute"
		h.routes = s.inner(d, name != "route")
		if name == "handle_path" && len(sets) == 1 {
			strip := &handler{Place: d.place(), kind: "rewrite", strip: strings.TrimSuffix(ro.singlePath(), "*")}
			strip.strip = strings.TrimSuffix(strip.strip, "/")
			h.routes = append([]*route{{Place: d.place(), handlers: []*handler{strip}}}, h.routes...)
		}
	case "rewrite", "uri", "method":
		s.rewrite(h, name, words)
	case "redir":
		h.kind, h.status, h.location = "static_response", 302, word(words, 0)
		switch code := word(words, 1); code {
		case "permanent":
			h.status = 301
		case "temporary", "":
		default:
			if n, err := strconv.Atoi(code); err == nil {
				h.status = n
			} else {
				h.status = 200 // "html": a page that redirects
			}
		}
	case "respond":
		h.kind, h.status = "static_response", 200
		for i, w := range args {
			if n, err := strconv.Atoi(w.text); err == nil && (i > 0 || len(args) == 1) && len(w.text) == 3 && !w.quoted {
				h.status = n
			}
		}
	case "error":
		h.status = 500
		for _, w := range words {
			if n, err := strconv.Atoi(w); err == nil && len(w) == 3 {
				h.status = n
			}
		}
	case "abort":
		h.closes = true
	case "reverse_proxy", "forward_auth", "php_fastcgi":
		s.proxy(h, name, words, d)
	case "file_server", "metrics", "acme_server", "try_files":
	default:
		if !silent[name] {
			s.unread(d.place(), "the directive %s is not known here", name)
		}
	}
	return []*route{ro}
}

func word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
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

// basicAuth is "basic_auth [matcher] [algorithm [realm]] { user hash }".
func (s *scopeOf) basicAuth(h *handler, words []string, d *node) {
	h.kind, h.realm = "authentication", "restricted"
	if len(words) > 1 {
		h.realm = words[1]
	}
	for _, l := range d.block {
		h.account(l.word(0), l.word(1), l.place().Line)
	}
}

// account adds a user. Hashes of old Caddyfiles are in base64.
func (h *handler) account(name, hash string, line int) {
	if b, err := base64.StdEncoding.DecodeString(hash); err == nil && strings.HasPrefix(string(b), "$") {
		hash = string(b)
	}
	a := step.Account{Name: secret.Public(name), Hash: secret.New(hash)}
	h.accounts = append(h.accounts, a)
	for _, l := range htpasswd.Parse("x:" + hash + "\n").Lines {
		l.User, l.N = a.Name, line
		h.users.Lines = append(h.users.Lines, l)
	}
}

func (s *scopeOf) rewrite(h *handler, name string, words []string) {
	h.kind = "rewrite"
	switch {
	case name == "method":
		h.method = word(words, 0)
	case name == "rewrite":
		h.uri = word(words, 0)
	case word(words, 0) == "strip_prefix":
		h.strip = "/" + strings.Trim(word(words, 1), "/")
	default:
		h.uri = "{...}" // another way of changing it, which is not evaluated here
	}
}

// line reads "[+|-|>|?]Field [value [replacement]]".
func (o *headerOps) line(words []token) {
	if len(words) == 0 {
		return
	}
	name := words[0].text
	f := conf.Field{Place: words[0].Place, Name: strings.TrimSuffix(name, ":")}
	if len(words) > 1 {
		f.Value = words[1].text
		f.Place.End = words[1].End
	}
	switch {
	case len(words) > 2:
		f.When = "where it fits " + f.Value
		o.replace = append(o.replace, f)
	case strings.HasPrefix(name, "+"):
		f.Name = f.Name[1:]
		o.add = append(o.add, f)
	case strings.HasPrefix(name, "-"):
		f.Name = f.Name[1:]
		o.del = append(o.del, f)
	case strings.HasPrefix(name, ">"), strings.HasPrefix(name, "?"):
		f.Name = f.Name[1:]
		o.set = append(o.set, f)
	default:
		o.set = append(o.set, f)
	}
}

// proxy is reverse_proxy and the two directives that are shorthands of it.
func (s *scopeOf) proxy(h *handler, name string, words []string, d *node) {
	h.kind, h.ops, h.upstreams = name, &headerOps{}, words
	h.fastcgi = name == "php_fastcgi"
	for _, l := range d.block {
		switch l.word(0) {
		case "to":
			h.upstreams = append(h.upstreams, l.args()...)
		case "header_up":
			h.ops.line(l.words[1:])
		case "uri":
			h.ask = l.word(1)
		case "copy_headers":
			for _, c := range append(l.args(), blockWords(l)...) {
				if _, to, ok := strings.Cut(c, ">"); ok {
					c = to
				}
				h.copied = append(h.copied, c)
			}
		case "transport":
			h.fastcgi = h.fastcgi || l.word(1) == "fastcgi"
			for _, t := range l.block {
				h.tls = h.tls || t.word(0) == "tls"
			}
		case "env":
			f := conf.Field{Place: l.place(), Name: l.word(1), Value: l.word(2)}
			h.ops.set = append(h.ops.set, f)
		case "handle_response", "replace_status", "rewrite", "method":
			s.unread(l.place(), "%s inside of %s is not judged", l.word(0), name)
		}
	}
	for _, u := range h.upstreams {
		h.tls = h.tls || strings.HasPrefix(u, "https://") || strings.HasSuffix(u, ":443")
	}
}

func blockWords(n *node) []string {
	var out []string
	for _, l := range n.block {
		if len(l.words) > 1 {
			out = append(out, l.word(0)+">"+l.word(1))
		} else {
			out = append(out, l.word(0))
		}
	}
	return out
}
