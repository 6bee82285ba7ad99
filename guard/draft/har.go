package draft

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// maxHAR is the size of the largest archive that is read for a first contract.
const maxHAR = 64 << 20

// archive is what a contract needs of a HAR.
type archive struct {
	Log struct {
		Entries []struct {
			Request struct {
				Method  string
				URL     string
				Headers []struct{ Name, Value string }
			}
			Response struct{ Status int }
		}
	}
}

// FromHAR writes a contract of the requests in an archive that carried a credential and were let in. The origin is that of
// the first such request. Credentials become principals whose secrets come from the environment.
func FromHAR(ctx context.Context, in io.Reader, by contract.Target, o guard.Options) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxHAR+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxHAR:
		return nil, fmt.Errorf("the archive is larger than %d MiB; export the part that matters", maxHAR>>20)
	}
	var a archive
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, errors.New("not a HAR: expected JSON with log.entries")
	}
	f := &file{Principals: map[string]any{}}
	p := &principals{of: f}
	seen := map[string]bool{}
	for _, e := range a.Log.Entries {
		r := exchange.Request{Method: e.Request.Method}
		if r.URL, err = exchange.ParseURL(e.Request.URL); err != nil || e.Response.Status/100 != 2 || r.Method != "GET" {
			continue
		}
		for _, h := range e.Request.Headers {
			if !strings.HasPrefix(h.Name, ":") { // pseudo-header fields of HTTP/2
				r.Header = append(r.Header, exchange.RequestField(h.Name, h.Value))
			}
		}
		found := cred.Of(r)
		if len(found) == 0 || f.Target != nil && r.URL.Origin() != by.URL.Origin() {
			continue
		}
		route, ok := open(r.URL)
		if !ok || seen[route] {
			continue
		}
		name := p.name(found)
		if name == "" {
			continue
		}
		by.URL = exchange.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Port: r.URL.Port}
		f.aim(&by)
		seen[route] = true
		f.add(row{Name: name + " gets " + route, Route: route, As: name, Expect: expect{Status: e.Response.Status}})
		f.add(row{Name: "nobody else gets " + route, Route: route, Expect: expect{Status: []any{401, 403}}})
	}
	if len(f.Rows) == 0 {
		return nil, errors.New("the archive has no GET with a credential that was let in; a HAR exported without sensitive data has none: export it with, it is not copied")
	}
	f.note("Written by why401 guard --init from a HAR: the requests with a credential that were let in.")
	p.explain()
	return f.settle(ctx, o)
}

// open is the route of u when it may stand in a file: no credential, nothing that looks like one.
func open(u exchange.URL) (string, bool) {
	if len(cred.Of(exchange.Request{Method: "GET", URL: u})) > 0 {
		return "", false
	}
	for s := range strings.SplitSeq(u.Path, "/") {
		if secret.Looks(s) {
			return "", false
		}
	}
	for _, p := range u.Query {
		if p.Value.Closed() {
			return "", false
		}
	}
	if u.Path == "" {
		return "/", true
	}
	return u.ShownPath(), true
}

// principals names who asks, by how they do.
type principals struct {
	of   *file
	vars []string
}

// name gives the principal for the first credential that a contract can carry, "" when there is none.
func (p *principals) name(found []cred.Credential) string {
	for _, c := range found {
		switch {
		case c.In == cred.InHeader && c.Kind == cred.Basic:
			return p.add("user", map[string]any{"basic": map[string]any{"user": env("WHY401_USER"), "password": env("WHY401_PASSWORD")}}, "WHY401_USER", "WHY401_PASSWORD")
		case c.In == cred.InHeader && strings.EqualFold(c.Place, "Authorization") && strings.EqualFold(c.Scheme, "Bearer"):
			return p.add("token", map[string]any{"bearer": env("WHY401_TOKEN")}, "WHY401_TOKEN")
		case c.In == cred.InHeader && c.Kind == cred.Cookie && len(c.Names) > 0:
			n := sessionCookie(c.Names)
			return p.add("session", map[string]any{"cookie": map[string]any{"name": n, "value": env("WHY401_SESSION")}}, "WHY401_SESSION")
		case c.In == cred.InHeader && c.Kind == cred.APIKey && !strings.EqualFold(c.Place, "Authorization"):
			return p.add("key", map[string]any{"header": map[string]any{"name": c.Place, "value": env("WHY401_KEY")}}, "WHY401_KEY")
		}
	}
	return ""
}

func env(name string) map[string]any { return map[string]any{"env": name} }

func (p *principals) add(name string, what map[string]any, vars ...string) string {
	if p.of.Principals[name] == nil {
		p.of.Principals[name] = what
		p.vars = append(p.vars, vars...)
	}
	return name
}

func (p *principals) explain() {
	if len(p.vars) > 0 {
		p.of.note("Set before it is run: %s. Rows whose secret is missing could not be told.", strings.Join(p.vars, ", "))
	}
}

// sessionCookie is the name that looks most like a session's, else the first.
func sessionCookie(names []string) string {
	for _, n := range names {
		if l := strings.ToLower(n); strings.Contains(l, "sess") || strings.Contains(l, "sid") || strings.Contains(l, "auth") || strings.Contains(l, "logged_in") {
			return n
		}
	}
	return names[0]
}
