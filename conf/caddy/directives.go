package caddy

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

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
			s.conf.Leave(d.place(), "the directive %s is not known here", name)
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
			s.conf.Leave(l.place(), "%s inside of %s is not judged", l.word(0), name)
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
