package nginx

import (
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// TestFragment: lines of a paste give the scopes that a file with the same text gives.
func TestFragment(t *testing.T) {
	line := func(n int, context []string, name string, args ...string) exchange.Setting {
		s := exchange.Setting{System: "nginx", Context: context, Name: name, From: fact.Source{Line: n}}
		for _, a := range args {
			s.Args = append(s.Args, secret.Public(a))
		}
		return s
	}
	server := []string{"server"}
	ws := []string{"server", "location /ws"}
	c := Fragment([]exchange.Setting{
		line(1, nil, "server"), line(2, server, "server_name", "one.test"), line(3, server, "proxy_set_header", "Host", "$host"),
		line(4, server, "location", "/ws"), line(5, ws, "proxy_set_header", "Upgrade", "$http_upgrade"), line(6, ws, "proxy_pass", "http://app"),
		line(8, nil, "server"), line(9, server, "location", "/ws"), line(10, ws, "proxy_pass", "http://app"),
	})
	if len(c.Unread) > 0 || len(c.Scopes) != 4 {
		t.Fatalf("%d scopes, not read: %v", len(c.Scopes), c.Unread)
	}
	first, second := c.Scopes[1], c.Scopes[3]
	if first.Path != "/ws" || first.Pass == nil || len(first.Pass.Shadowed) != 1 || first.Pass.Shadowed[0].Place != (conf.Place{Line: 3}) || second.Pass == nil || len(second.Pass.Shadowed) != 0 {
		t.Errorf("first %+v\nsecond %+v", first.Pass, second.Pass)
	}
}

// TestFragmentFromInside: a paste that begins inside of a block whose head is not shown.
func TestFragmentFromInside(t *testing.T) {
	at := []string{"location /api"}
	c := Fragment([]exchange.Setting{{System: "nginx", Context: at, Name: "proxy_pass", Args: []secret.Text{secret.Public("http://app")}, From: fact.Source{Line: 1}}})
	if len(c.Scopes) != 2 || c.Scopes[1].Path != "/api" || c.Scopes[1].Pass == nil {
		t.Errorf("%+v", c.Scopes)
	}
}
