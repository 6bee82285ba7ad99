// Package access asks a configuration the questions that causes of several families share: what guards a scope, what a site
// answers to a request that somebody will send, and what a login in that request is worth by the password files.
package access

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Passwords gives the demands for a password in s: Basic and Digest.
func Passwords(s *conf.Scope) []conf.Auth {
	var out []conf.Auth
	for _, a := range s.Auth {
		if a.Scheme == conf.Basic || a.Scheme == conf.Digest {
			out = append(out, a)
		}
	}
	return out
}

// Takes gives the demand that reads Authorization in s; nil when none does.
func Takes(s *conf.Scope) *conf.Auth {
	for i, a := range s.Auth {
		switch a.Scheme {
		case conf.Basic, conf.Digest, conf.Bearer, conf.Negotiate:
			return &s.Auth[i]
		}
	}
	return nil
}

// Site is a server with its scopes.
type Site struct {
	conf.Server
	Scopes []*conf.Scope
}

// Sites groups the scopes of c by their server, in the order of the files.
func Sites(c *conf.Config) []Site {
	var out []Site
	at := map[conf.Place]int{}
	for _, s := range c.Scopes {
		i, ok := at[s.Server.Place]
		if !ok {
			i = len(out)
			at[s.Server.Place] = i
			out = append(out, Site{Server: s.Server})
		}
		out[i].Scopes = append(out[i].Scopes, s)
	}
	return out
}

// TLS reports that every address of the site speaks TLS, and Plain that none does.
func (s Site) TLS() bool {
	return len(s.Listen) > 0 && !slices.ContainsFunc(s.Listen, func(l conf.Listen) bool { return !l.TLS })
}

// Plain reports that the site has addresses, and none of them speaks TLS.
func (s Site) Plain() bool {
	return len(s.Listen) > 0 && !slices.ContainsFunc(s.Listen, func(l conf.Listen) bool { return l.TLS })
}

// outsider is a client that no rule names: an address of RFC 5737's documentation range.
var outsider = netip.MustParseAddr("203.0.113.77")

// Ask follows a request to path of the site through c: what a stranger would get. It is nil when c cannot be traced or the
// site has no address to be asked at.
func Ask(c *conf.Config, site conf.Server, method, path string, fields ...exchange.Field) *conf.Trace {
	if c.Tracer == nil {
		return nil
	}
	r := question(site, method, path, fields)
	t := c.Tracer.Trace(r)
	if t != nil {
		t.Request = r
	}
	return t
}

// Turns reports that what becomes of a request to path of the site turns on the request's field, which a stranger may send or
// leave out. It is false for a program whose trace does not say so.
func Turns(c *conf.Config, site conf.Server, method, path, field string) bool {
	if c.Tracer == nil {
		return false
	}
	turns := false
	r := question(site, method, path, nil)
	r.Partly = &conf.Partly{
		Shows: func(f string) bool { return !strings.EqualFold(f, field) },
		Choose: func(_ conf.Place, f string, _, natural int) int {
			turns = turns || strings.EqualFold(f, field)
			return natural
		},
	}
	c.Tracer.Trace(r)
	return turns
}

// question is a stranger's request to path of the site.
func question(site conf.Server, method, path string, fields []exchange.Field) conf.Request {
	scheme, port, host := "http", 80, name(site)
	for i, l := range site.Listen {
		if i == 0 || !l.TLS && scheme == "https" { // where both are served, plain http is what redirects
			port = l.Port
		}
		if l.TLS {
			scheme, port = "https", l.Port
			break
		}
	}
	if port == 0 {
		port = map[string]int{"http": 80, "https": 443}[scheme]
	}
	r := conf.Request{Client: outsider, Port: port}
	r.Method = method
	r.URL = exchange.URL{Scheme: scheme, Host: host, Path: path}
	r.Header = append(exchange.Header{{Name: "Host", Value: secret.Public(host)}}, fields...)
	return r
}

// name is a host by which the site is asked.
func name(s conf.Server) string {
	for _, n := range s.Names {
		switch {
		case strings.HasPrefix(n, "*."):
			return "www" + n[1:]
		case strings.HasPrefix(n, "."):
			return n[1:]
		case n != "" && n != "_" && !strings.ContainsAny(n, "*~^$ "):
			return n
		}
	}
	for _, l := range s.Listen {
		if l.Address != "" && !strings.HasPrefix(l.Address, "unix:") && l.Address != "0.0.0.0" && l.Address != "::" && l.Address != "*" {
			return l.Address
		}
	}
	return "localhost"
}

// Asked reports that the trace ended in a question for credentials, and by which step.
func Asked(t *conf.Trace) (*conf.Step, bool) {
	if t == nil || t.Refusing == nil || t.Status != 401 && t.Status != 407 {
		return nil, false
	}
	return t.Refusing, true
}

// Sure is Proved where the trace leaves nothing open, else Likely.
func Sure(t *conf.Trace) cause.Grade {
	if t == nil || len(t.Open) > 0 {
		return cause.Likely
	}
	return cause.Proved
}

// Lines gives the directives of s that are called one of names.
func Lines(s *conf.Scope, names ...string) []conf.Line {
	var out []conf.Line
	for _, l := range s.Lines {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, l.Name) }) {
			out = append(out, l)
		}
	}
	return out
}

// Arg is argument n of a directive, from 0; "" when there is none.
func Arg(l conf.Line, n int) string {
	if n < len(l.Args) {
		return l.Args[n]
	}
	return ""
}

// Adds gives the response fields called name that s adds.
func Adds(s *conf.Scope, name string) []conf.Field {
	var out []conf.Field
	for _, f := range s.Adds {
		if strings.EqualFold(f.Name, name) {
			out = append(out, f)
		}
	}
	return out
}

// Is reports that c's program is one of names, by the word it begins with: "nginx", "apache".
func Is(c *conf.Config, names ...string) bool {
	p := strings.ToLower(c.Program)
	return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(p, n) })
}
