package ingress

import (
	"cmp"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/conf/internal/tree"
	"github.com/why401/why401/exchange"
)

// route is one path of one host of one Ingress.
type route struct {
	*conf.Scope
	host, path string
	kind       string // "Exact", "Prefix", "ImplementationSpecific"
	regex      bool
	tls        bool
	notes      *notes
	accounts   []step.Account
	digest     bool
	denied     string // why the controller answers 503
	open       string // why a password cannot be judged
	cors       bool
	redirect   *conf.Answer
}

// notes are the annotations of one Ingress.
type notes struct{ node *tree.Node }

func (n *notes) get(name string) *tree.Node {
	for _, c := range n.node.Each() {
		if c.Key == Prefix+name {
			return c
		}
	}
	return nil
}

func (n *notes) text(name string) string { return n.get(name).String() }

// ingress makes routes of one object.
func (r *reader) ingress(d *tree.Node) {
	n := &notes{d.Get("metadata", "annotations")}
	tls := map[string]bool{}
	for _, t := range d.Get("spec", "tls").Each() {
		for _, h := range t.Get("hosts").Strings() {
			tls[h] = true
		}
	}
	ns, _, _ := strings.Cut(nameOf(d), "/")
	for _, rule := range d.Get("spec", "rules").Each() {
		for _, p := range rule.Get("http", "paths").Each() {
			r.route(ns, n, rule.Get("host").String(), tls[rule.Get("host").String()], p, p.Get("backend"))
		}
	}
	for _, key := range []string{"defaultBackend", "backend"} {
		if b := d.Get("spec", key); b != nil && d.Get("spec", "rules") == nil {
			r.route(ns, n, "", false, b, b)
		}
	}
}

func (r *reader) route(ns string, n *notes, host string, tls bool, p, backend *tree.Node) {
	ro := &route{host: host, path: p.Get("path").String(), kind: p.Get("pathType").String(), tls: tls, notes: n, regex: n.get("use-regex").Bool() || n.get("rewrite-target") != nil}
	if ro.path == "" {
		ro.path = "/"
	}
	service := backend.Get("service", "name").String()
	port := backend.Get("service", "port", "number").String() + backend.Get("service", "port", "name").String()
	if service == "" { // extensions/v1beta1
		service, port = backend.Get("serviceName").String(), backend.Get("servicePort").String()
	}
	s := &conf.Scope{Place: p.Place, Path: ro.path, Sample: ro.path, Satisfy: conf.SatisfyAll, Server: conf.Server{Place: p.Place}}
	ro.Scope = s
	if host != "" {
		s.Server.Names = []string{host}
	} else {
		s.Server.Default = true
	}
	if ro.regex && strings.ContainsAny(ro.path, `()[]{}*+?|^$\.`) {
		s.Sample = ""
		s.Path = "~ " + ro.path
	}
	s.Server.Listen = []conf.Listen{{Port: 80}, {Port: 443, TLS: true}}
	s.Pass = &conf.Pass{Place: backend.At(), Way: conf.HTTPProxy, To: service + ":" + port, Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept},
		Proto: conf.Fate{Now: conf.Replaced, Value: "the scheme that the controller was asked with"}}
	if r.config.Get("use-forwarded-headers").Bool() {
		s.Pass.Proto = conf.Fate{Place: r.config.Get("use-forwarded-headers").Place, Now: conf.Kept}
	}
	switch strings.ToUpper(n.text("backend-protocol")) {
	case "FCGI":
		s.Pass.Way = conf.FastCGI
	case "GRPC", "GRPCS":
		s.Pass.Way = conf.GRPC
	}
	if v := n.get("upstream-vhost"); v != nil {
		s.Pass.Host = conf.Fate{Place: v.Place, Now: conf.Replaced, Value: v.String()}
		s.Pass.Set = append(s.Pass.Set, conf.Field{Place: v.Place, Name: "Host", Value: v.String()})
	}
	r.passwords(ns, ro)
	r.external(ro)
	r.certificates(ro)
	r.addresses(ro)
	r.snippets(ro)
	r.answers(ro)
	if strings.EqualFold(n.text("satisfy"), "any") {
		s.Satisfy = conf.SatisfyAny
	}
	r.routes = append(r.routes, ro)
	r.conf.Scopes = append(r.conf.Scopes, s)
}

// passwords reads auth-type and its companions.
func (r *reader) passwords(ns string, ro *route) {
	kind := ro.notes.get("auth-type")
	if kind == nil {
		return
	}
	a := conf.Auth{Place: kind.Place, Realm: ro.notes.text("auth-realm")}
	switch strings.ToLower(kind.String()) {
	case "basic":
		a.Scheme = conf.Basic
	case "digest":
		a.Scheme, ro.digest = conf.Digest, true
	default:
		r.conf.Leave(kind.Place, "auth-type must be basic or digest")
		return
	}
	secretName := ro.notes.text("auth-secret")
	if secretName == "" {
		ro.denied = "auth-secret is missing"
	} else if !strings.Contains(secretName, "/") {
		secretName = ns + "/" + secretName
	}
	if secretName != "" {
		f, problem := r.users(secretName, ro.notes.text("auth-secret-type"))
		if !f.Place.Known() {
			f.Place = ro.notes.get("auth-secret").At()
		}
		if ro.digest {
			f.Kind = conf.Htdigest
		}
		switch {
		case problem != "":
			ro.denied = "Secret " + secretName + ": " + problem
		case f.Seen == nil:
			ro.open = "the Secret " + secretName + " is not in the files that were read"
			a.Open = append(a.Open, ro.open)
		default:
			for _, l := range f.Seen.Users.Lines {
				ro.accounts = append(ro.accounts, step.Account{Name: l.User, Hash: l.Hash})
			}
		}
		a.Files = append(a.Files, f)
	}
	if ro.denied != "" {
		// The controller writes "return 503" for a location whose annotations it cannot use.
		ro.Answer = &conf.Answer{Place: ro.notes.get("auth-type").Place, Status: 503}
		a.Open = append(a.Open, ro.denied)
	}
	ro.Auth = append(ro.Auth, a)
	// The controller's template takes the login out behind basic and digest authentication.
	ro.Pass.Authorization = conf.Fate{Place: kind.Place, Now: conf.Dropped}
	ro.Pass.Set = append(ro.Pass.Set, conf.Field{Place: kind.Place, Name: "Authorization"})
}

// external reads auth-url, the annotation or the ConfigMap's for all.
func (r *reader) external(ro *route) {
	ask := ro.notes.get("auth-url")
	if ask == nil && ro.notes.text("enable-global-auth") != "false" {
		ask = r.config.Get("global-auth-url")
	}
	if ask.String() == "" {
		return
	}
	a := conf.Auth{Place: ask.Place, Scheme: conf.Subrequest, Ask: ask.String()}
	if s := ro.notes.get("auth-signin"); s != nil {
		a.Require = []string{"login at " + s.String()}
	}
	ro.Auth = append(ro.Auth, a)
	for _, h := range ro.notes.get("auth-response-headers").Strings() {
		ro.Pass.Set = append(ro.Pass.Set, conf.Field{Place: ro.notes.get("auth-response-headers").Place, Name: h, Value: "of the answer of " + a.Ask})
		if strings.EqualFold(h, "Authorization") {
			ro.Pass.Authorization = conf.Fate{Place: ro.notes.get("auth-response-headers").Place, Now: conf.Replaced, Value: "of the answer of " + a.Ask}
		}
	}
}

func (r *reader) certificates(ro *route) {
	s := ro.notes.get("auth-tls-secret")
	if s == nil || strings.EqualFold(ro.notes.text("auth-tls-verify-client"), "off") {
		return
	}
	a := conf.Auth{Place: s.Place, Scheme: conf.ClientCert}
	if v := ro.notes.text("auth-tls-verify-client"); v != "" && v != "on" {
		a.When = v
	}
	ro.Auth = append(ro.Auth, a)
}

// addresses reads the allow and deny lists. The deny list stands first in the template.
func (r *reader) addresses(ro *route) {
	rule := func(n *tree.Node, allow bool) bool {
		found := false
		for _, a := range n.Strings() {
			p, _ := conf.ParsePrefix(a)
			ro.Rules = append(ro.Rules, conf.Rule{Place: n.Place, Allow: allow, What: a, Prefix: p})
			found = true
		}
		return found
	}
	deny := ro.notes.get("denylist-source-range")
	if deny == nil {
		deny = r.config.Get("denylist-source-range")
	}
	rule(deny, false)
	for _, n := range []*tree.Node{ro.notes.get("whitelist-source-range"), ro.notes.get("allowlist-source-range"), r.config.Get("whitelist-source-range")} {
		if n != nil && rule(n, true) {
			ro.Rules = append(ro.Rules, conf.Rule{Place: n.Place, What: "all", All: true})
			return
		}
	}
}

// snippets reads the lines of nginx that annotations bring: those that write a field for the upstream, and those that answer.
func (r *reader) snippets(ro *route) {
	for _, name := range []string{"server-snippet", "configuration-snippet"} {
		n := ro.notes.get(name)
		if n == nil {
			continue
		}
		if v := r.config.Get("allow-snippet-annotations"); !v.Bool() {
			r.conf.Leave(n.Place, "%s counts only when the controller's ConfigMap allows snippets (allow-snippet-annotations, off since 1.9)", name)
		}
		for _, d := range directives(n.String()) {
			switch {
			case d[0] == "proxy_set_header" && len(d) == 3 && name == "configuration-snippet":
				ro.set(n.Place, d[1], d[2])
			case d[0] == "auth_basic" && len(d) == 2 && d[1] == "off", d[0] == "satisfy", d[0] == "return", d[0] == "deny", d[0] == "allow", d[0] == "if",
				d[0] == "auth_basic", d[0] == "auth_request", d[0] == "more_clear_input_headers", d[0] == "more_set_input_headers", d[0] == "rewrite", d[0] == "error_page":
				r.conf.Leave(n.Place, "%s holds %q, which is not judged here: read the controller's nginx.conf itself (kubectl exec ... nginx -T)", name, d[0])
			}
		}
	}
	if n := ro.notes.get("auth-snippet"); n != nil {
		r.conf.Leave(n.Place, "auth-snippet changes the request to auth-url, which is not judged here")
	}
}

func (ro *route) set(at conf.Place, name, value string) {
	v := value
	if !strings.Contains(value, "$") {
		v = exchange.RequestField(name, value).Value.String()
	}
	ro.Pass.Set = append(ro.Pass.Set, conf.Field{Place: at, Name: name, Value: v})
	f := conf.Fate{Place: at, Now: conf.Replaced, Value: v}
	switch {
	case value == "":
		f = conf.Fate{Place: at, Now: conf.Dropped}
	case strings.EqualFold(name, "Authorization") && value == "$http_authorization", strings.EqualFold(name, "Host") && (value == "$host" || value == "$http_host"):
		f = conf.Fate{Place: at, Now: conf.Kept}
	}
	ro.Pass.Becomes(name, f)
}

// directives cuts a snippet into directives and their words; blocks are flat.
func directives(s string) [][]string {
	var out [][]string
	var words []string
	var b strings.Builder
	quote, inside := byte(0), false
	end := func() {
		if inside {
			words = append(words, b.String())
		}
		b.Reset()
		inside = false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			b.WriteByte(c)
		case (c == '"' || c == '\'') && !inside:
			quote, inside = c, true
		case c == '#' && !inside:
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case c == ';' || c == '{' || c == '}':
			end()
			if len(words) > 0 {
				out = append(out, words)
			}
			words = nil
		case strings.IndexByte(" \t\r\n", c) >= 0:
			end()
		default:
			inside = true
			b.WriteByte(c)
		}
	}
	if end(); len(words) > 0 {
		out = append(out, words)
	}
	return out
}

// answers reads what is answered without the service.
func (r *reader) answers(ro *route) {
	n := ro.notes
	for _, a := range []struct {
		name   string
		status int
	}{{"permanent-redirect", 301}, {"temporal-redirect", 302}} {
		if to := n.get(a.name); to != nil && ro.Answer == nil {
			ro.redirect = &conf.Answer{Place: to.Place, Status: a.status, To: to.String()}
			ro.Answer = ro.redirect
		}
	}
	if c := n.get("enable-cors"); c.Bool() {
		ro.cors = true
		ro.Adds = append(ro.Adds, conf.Field{Place: c.Place, Name: "Access-Control-Allow-Origin", Value: first(n.text("cors-allow-origin"), "*"), When: "always"})
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// sort puts the routes in the order in which nginx finds them: exact paths first, then the longer path.
//
// A pattern on one path of a host makes all its paths patterns that heed no case.
func (r *reader) sort() {
	patterns := map[string]bool{}
	for _, ro := range r.routes {
		patterns[ro.host] = patterns[ro.host] || ro.regex
	}
	for _, ro := range r.routes {
		ro.regex = patterns[ro.host]
	}
	slices.SortStableFunc(r.routes, func(a, b *route) int {
		if c := cmp.Compare(exactness(b), exactness(a)); c != 0 {
			return c
		}
		return cmp.Compare(len(b.path), len(a.path))
	})
}

func exactness(r *route) int {
	if r.kind == "Exact" && !r.regex {
		return 1
	}
	return 0
}
