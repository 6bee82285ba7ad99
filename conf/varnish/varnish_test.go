package varnish_test

import (
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/varnish"
)

const site = `vcl 4.1;
import std;
backend default {
	.host = "10.0.0.5";
	.port = "8080";
	.probe = { .url = "/health"; }
}
acl office { "10.0.0.0"/8; ! "10.1.0.0"/16; }
/* the door */
sub vcl_recv {
	if (client.ip !~ office) {
		return (synth(403, "no"));
	}
	if (req.http.Authorization !~ "^Basic ") {
		return (synth(401));
	}
	unset req.http.Authorization; # the application has its own
	if (req.url ~ "^/api") {
		set req.http.Host = "api.internal";
	} elsif (req.method == "PURGE") {
		return (purge);
	}
	include "more.vcl";
	return (hash);
}
sub vcl_backend_response {
	if (beresp.status == 401) {
		set beresp.ttl = 10m;
	}
}
`

func TestRead(t *testing.T) {
	c, err := varnish.Read(conf.Texts{"/etc/varnish/default.vcl": site}, "/etc/varnish/default.vcl")
	if err != nil || len(c.Scopes) != 1 || len(c.Unread) != 1 || c.Unread[0].Place.Line != 23 {
		t.Fatalf("%v %v %v", err, c.Scopes, c.Unread)
	}
	s := c.Scopes[0]
	if s.Pass.To != "10.0.0.5:8080" || s.Pass.Authorization.Now != conf.Unsure || s.Pass.Authorization.Place.Line != 17 || s.Pass.Host.Now != conf.Unsure {
		t.Errorf("pass: %+v", s.Pass)
	}
	if len(s.Auth) != 1 || s.Auth[0].Place.Line != 15 || len(s.Rules) != 1 || s.Rules[0].What != "if (client.ip !~ office)" {
		t.Errorf("auth %+v, rules %+v", s.Auth, s.Rules)
	}
	if s.Cache.Statuses["401"] != "10m" || s.Cache.Place.Line != 28 {
		t.Errorf("cache: %+v", s.Cache)
	}
	p := s.Pass.Authorization.Place
	if got := site[p.Start:p.End]; got != "unset req.http.Authorization;" {
		t.Errorf("span: %q", got)
	}
}

// TestWhatIsKept: the built-in VCL passes a request with Authorization; one that ends vcl_recv before it answers it from the cache.
func TestWhatIsKept(t *testing.T) {
	for text, bypass := range map[string]bool{
		"sub vcl_recv { set req.http.X = \"1\"; }":                                       true,
		"sub vcl_recv { return (hash); }":                                                false,
		"sub vcl_recv { if (req.http.Authorization) { return (pass); } return (hash); }": true,
		"sub vcl_recv { unset req.http.Authorization; }":                                 false,
	} {
		c, err := varnish.Read(conf.Texts{"v": "backend default { .host = \"a\"; }\n" + text}, "v")
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, b := range c.Scopes[0].Cache.Bypass {
			got = got || b == "req.http.Authorization"
		}
		if got != bypass {
			t.Errorf("%s: %+v", text, c.Scopes[0].Cache)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(site)
	f.Add("include \"f\"; sub a { call a; if ((((!x ~ {\"y\"} + ) { } else if { set req.http.X = regsub(req.url, \"(\", \"\\1\"); C{ }C")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := varnish.Read(conf.Texts{"f": text}, "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.Scopes {
			for _, x := range s.Pass.Set {
				if p := x.Place; p.Start < 0 || p.End > len(text) || p.Start > p.End {
					t.Fatalf("place %+v in %d bytes", p, len(text))
				}
			}
		}
		c.Tracer.Trace(conf.Request{})
	})
}
