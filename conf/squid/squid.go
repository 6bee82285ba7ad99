// Package squid reads squid.conf: who is asked for credentials (auth_param, acl proxy_auth), the order of http_access and its
// outcome, and what is passed on (cache_peer login=, request_header_access), as a forward proxy and as an accelerator.
//
// Source: www.squid-cache.org/Doc/config; what Squid 5.7 does was measured.
package squid

import (
	"fmt"
	"net"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// Program is the name under which the configuration is reported.
const Program = "Squid"

// line is one directive.
type line struct {
	conf.Place
	words []string
}

func (l line) word(i int) string {
	if i < len(l.words) {
		return l.words[i]
	}
	return ""
}

// acl is a named list; several lines of one name are alternatives.
type acl struct {
	conf.Place
	name, kind string
	arg        string // of req_header: the field's name
	values     []string
	fold       bool
	open       string
}

// access is one line of http_access or a list like it.
type access struct {
	conf.Place
	allow bool
	acls  []string // with their "!"
	text  string
}

// port is one http_port.
type port struct {
	conf.Listen
	accel bool
	site  string // defaultsite
	name  string
}

type reader struct {
	src    conf.Source
	conf   *conf.Config
	acls   map[string]*acl
	http   []access
	ports  []port
	peers  []line
	strip  map[string][]access // request_header_access by field, in lower case
	add    []line              // request_header_add
	info   map[string]line     // deny_info by ACL
	realm  map[string]string   // by scheme
	scheme []string            // that auth_param configures, in order
	files  map[string]*conf.CredFile
	params map[string]conf.Place
	users  conf.Users
	depth  int
	other  map[string]line
}

// maxDepth is how deep Squid lets files include each other.
const maxDepth = 16

// Read reads squid.conf files in order. The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	r := &reader{src: src, conf: &conf.Config{Program: Program, Worker: "proxy"}, acls: map[string]*acl{}, strip: map[string][]access{}, info: map[string]line{},
		realm: map[string]string{}, files: map[string]*conf.CredFile{}, params: map[string]conf.Place{}, users: conf.ReadUsers(src), other: map[string]line{}}
	for _, w := range []struct{ name, kind, value string }{
		{"all", "src", "0.0.0.0/0 ::/0"}, {"localhost", "src", "127.0.0.1/32 ::1"}, {"manager", "url_regex", "^cache_object:// +i ^[^:]+://[^/]+/squid-internal-mgr(/[^/]*)*$"},
		{"to_localhost", "dst", "127.0.0.0/8 0.0.0.0/32 ::1/128 ::/128"}, {"CONNECT", "method", "CONNECT"},
	} {
		r.acls[w.name] = &acl{name: w.name, kind: w.kind, values: strings.Fields(w.value)}
	}
	if err := r.conf.ReadEach(paths, "squid.conf", r.file); err != nil {
		return nil, err
	}
	for _, f := range r.files {
		f.Seen = conf.Look(src, f.Path, r.users, r.conf.Worker)
	}
	r.scopes()
	r.conf.Tracer = &tracer{r}
	return r.conf, nil
}

func (r *reader) file(name string) error {
	b, err := r.src.ReadFile(name)
	if err != nil {
		return err
	}
	if len(r.conf.Files) > 1000 {
		return fmt.Errorf("too many files")
	}
	r.conf.Files = append(r.conf.Files, name)
	offset, skip := 0, 0
	lines := strings.SplitAfter(string(b), "\n")
	for n := 0; n < len(lines); n++ {
		start, at := offset, n+1
		text := strings.TrimRight(lines[n], "\r\n")
		offset += len(lines[n])
		for strings.HasSuffix(text, "\\") && n+1 < len(lines) { // a line that goes on
			n++
			text = strings.TrimSuffix(text, "\\") + strings.TrimRight(lines[n], "\r\n")
			offset += len(lines[n])
		}
		words := split(text)
		if len(words) == 0 {
			continue
		}
		l := line{Place: conf.Place{File: name, Line: at, Start: start + len(text) - len(strings.TrimLeft(text, " \t")), End: start + len(strings.TrimRight(text, " \t"))}, words: words}
		l.End = max(min(l.End, offset), l.Start)
		switch words[0] {
		case "if":
			skip++
			r.conf.Leave(l.Place, "a conditional block: whether it holds depends on the process")
		case "endif":
			skip = max(0, skip-1)
		case "include":
			for _, p := range words[1:] {
				r.include(l, p)
			}
		default:
			if skip == 0 {
				r.directive(l)
			}
		}
	}
	return nil
}

func (r *reader) include(l line, pattern string) {
	if !path.IsAbs(pattern) {
		pattern = path.Join(path.Dir(l.File), pattern)
	}
	names, err := conf.Glob(r.src, pattern)
	if err != nil || len(names) == 0 {
		r.conf.Leave(l.Place, "include %q matches no file", pattern)
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	for _, n := range names {
		if r.depth > maxDepth {
			r.conf.Leave(l.Place, "files include each other")
			return
		}
		if err := r.file(n); err != nil {
			r.conf.Leave(l.Place, "include %q cannot be read: %v", n, err)
		}
	}
}

// split cuts at blanks; double quotes hold together and stay, because they mean a file; # begins a comment.
func split(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			return out
		case c == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				end = len(s) - i - 2
			}
			to := min(len(s), i+max(0, end)+2)
			out = append(out, s[i:to])
			i = to
		default:
			j := i
			for j < len(s) && s[j] != ' ' && s[j] != '\t' && s[j] != '\r' {
				j++
			}
			out = append(out, s[i:j])
			i = j
		}
	}
	return out
}

func (r *reader) directive(l line) {
	switch name := l.words[0]; name {
	case "acl":
		r.acl(l)
	case "http_access":
		if a, ok := accessOf(l, 1); ok {
			r.http = append(r.http, a)
		} else {
			r.conf.Leave(l.Place, "allow or deny is expected behind http_access")
		}
	case "request_header_access":
		if a, ok := accessOf(l, 2); ok {
			key := strings.ToLower(l.word(1))
			r.strip[key] = append(r.strip[key], a)
		}
	case "request_header_add":
		r.add = append(r.add, l)
	case "http_port", "https_port":
		p := port{Listen: conf.Listen{Place: l.Place, TLS: name == "https_port"}}
		host, number, err := net.SplitHostPort(l.word(1))
		if err != nil {
			number = l.word(1)
		}
		p.Address = host
		p.Port, _ = strconv.Atoi(number)
		for _, w := range l.words[min(2, len(l.words)):min(len(l.words), 64)] {
			p.accel = p.accel || w == "accel"
			if v, ok := strings.CutPrefix(w, "defaultsite="); ok {
				p.site, p.accel = v, true
			}
			if v, ok := strings.CutPrefix(w, "name="); ok {
				p.name = v
			}
		}
		r.ports = append(r.ports, p)
	case "cache_peer":
		r.peers = append(r.peers, l)
	case "deny_info":
		for _, a := range l.words[min(2, len(l.words)):] {
			r.info[a] = l
		}
	case "auth_param":
		r.authParam(l)
	case "cache_effective_user":
		r.conf.Worker = l.word(1)
	case "adapted_http_access", "http_access2", "url_rewrite_program", "external_acl_type", "follow_x_forwarded_for", "icap_enable", "never_direct", "always_direct",
		"cache_peer_access", "cache_peer_domain", "request_header_replace", "forwarded_for", "via", "refresh_pattern", "cache", "authenticate_ip_ttl":
		r.other[name] = l
	}
}

func accessOf(l line, i int) (access, bool) {
	a := access{Place: l.Place, allow: l.word(i) == "allow", text: strings.Join(l.words[min(i, len(l.words)):], " ")}
	if i+1 < len(l.words) {
		a.acls = l.words[i+1:]
	}
	return a, a.allow || l.word(i) == "deny"
}

func (r *reader) acl(l line) {
	name, kind := l.word(1), l.word(2)
	if kind == "" {
		r.conf.Leave(l.Place, "a name and a type are expected behind acl")
		return
	}
	a := r.acls[name]
	if a == nil {
		a = &acl{Place: l.Place, name: name, kind: kind}
		r.acls[name] = a
	}
	values := l.words[min(3, len(l.words)):]
	if a.kind == "req_header" && len(values) > 0 {
		a.arg, values = values[0], values[1:]
	}
	for _, v := range values {
		switch {
		case v == "-i":
			a.fold = true
		case v == "+i":
			a.fold = false
		case strings.HasPrefix(v, "-") && len(v) <= 3:
		case strings.HasPrefix(v, `"`):
			r.aclFile(l, a, strings.Trim(v, `"`))
		default:
			a.values = append(a.values, v)
		}
	}
}

func (r *reader) aclFile(l line, a *acl, name string) {
	b, err := r.src.ReadFile(name)
	if err != nil {
		a.open = "its values stand in " + name + ", which could not be read"
		r.conf.Leave(l.Place, "the list %q cannot be read: %v", name, err)
		return
	}
	for v := range strings.Lines(string(b)) {
		if v = strings.TrimSpace(v); v != "" && !strings.HasPrefix(v, "#") {
			a.values = append(a.values, v)
		}
	}
}

// authParam reads "auth_param SCHEME KEY VALUE...".
func (r *reader) authParam(l line) {
	scheme := strings.ToLower(l.word(1))
	switch l.word(2) {
	case "program":
		if !slices.Contains(r.scheme, scheme) {
			r.scheme = append(r.scheme, scheme)
		}
		r.params[scheme] = l.Place
		helper := path.Base(l.word(3))
		file := l.word(len(l.words) - 1)
		if len(l.words) < 5 || strings.HasPrefix(file, "-") {
			return
		}
		switch {
		case strings.Contains(helper, "ncsa_auth"):
			r.files[scheme] = &conf.CredFile{Path: file, Place: l.Place, Kind: conf.Htpasswd}
		case strings.Contains(helper, "digest_file_auth"):
			r.files[scheme] = &conf.CredFile{Path: file, Place: l.Place, Kind: conf.Htdigest}
		}
	case "realm":
		r.realm[scheme] = strings.Join(l.words[3:], " ")
	}
}

func prefixOf(s string) (netip.Prefix, bool) {
	host, bits, ok := strings.Cut(s, "/")
	if mask := net.ParseIP(bits).To4(); ok && mask != nil { // 10.0.0.0/255.0.0.0
		ones, _ := net.IPMask(mask).Size()
		s = host + "/" + strconv.Itoa(ones)
	}
	return conf.ParsePrefix(s)
}
