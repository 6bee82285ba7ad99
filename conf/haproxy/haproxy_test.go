package haproxy_test

import (
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/haproxy"
)

const site = `
global
	user haproxy
defaults
	mode http
	option forwardfor
userlist staff
	group admins users alice
	user alice password $5$fakesalt$N8y678TUbmylkA2HN1KOLqpZ7fJikPCcyqlG5z5Xn7.
	user bob insecure-password "fake word # 2" groups readers
	user carol password fake-word-3
frontend web
	bind :80
	bind :443 ssl crt /etc/ssl/site.pem
	acl is_api path_beg /api/
	acl inside src 10.0.0.0/8 192.168.0.0/16
	http-request deny unless inside
	http-request auth realm Orders unless { http_auth(staff) }
	http-request set-header X-Forwarded-Proto https if { ssl_fc }
	use_backend api if is_api
	default_backend app
backend api
	http-request del-header Authorization
	http-request set-header Host internal.example
	server a1 10.0.0.5:8080 check
backend app
	server a2 10.0.0.6:8080
`

func read(t *testing.T, text string) *conf.Config {
	t.Helper()
	c, err := haproxy.Read(conf.Texts{"haproxy.cfg": text}, "haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRead(t *testing.T) {
	c := read(t, site)
	if c.Worker != "haproxy" || len(c.Unread) > 0 || len(c.Scopes) != 2 {
		t.Fatalf("worker %q, unread %v, %d scopes", c.Worker, c.Unread, len(c.Scopes))
	}
	api, app := c.Scopes[0], c.Scopes[1]
	if api.Sample != "/api/" || api.Pass.To != "10.0.0.5:8080" || api.Pass.Authorization.Now != conf.Dropped ||
		api.Pass.Authorization.Place.String() != "haproxy.cfg:23" || api.Pass.Host.Value != "internal.example" || api.Pass.Proto.Now != conf.Unsure {
		t.Errorf("api: %+v %+v", api, api.Pass)
	}
	if app.Pass.Authorization.Now != conf.Kept || app.Place.Line != 21 || len(app.Server.Listen) != 2 || !app.Server.Listen[1].TLS || app.Server.Listen[1].Port != 443 {
		t.Errorf("app: %+v %+v", app, app.Pass)
	}
	if len(api.Auth) != 1 || api.Auth[0].Realm != "Orders" || api.Auth[0].When != "unless { http_auth(staff) }" || len(api.Auth[0].Files) != 1 {
		t.Fatalf("auth: %+v", api.Auth)
	}
	users := api.Auth[0].Files[0].Seen.Users.Lines
	if len(users) != 3 || users[2].N != 11 || len(users[2].Problems) == 0 || len(users[0].Problems) > 0 {
		t.Errorf("users: %+v", users)
	}
	if len(app.Rules) != 3 || !app.Rules[0].Allow || !app.Rules[2].All || app.Rules[2].Allow {
		t.Errorf("rules: %+v", app.Rules)
	}
	place := c.Scopes[0].Auth[0].Place
	if got := site[place.Start:place.End]; got != "http-request auth realm Orders unless { http_auth(staff) }" {
		t.Errorf("span: %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(site)
	f.Add("frontend f\nhttp-request deny if !{ src 1.2.3.4 } or { path -m reg ( }\nbind [::]:80,*:81\nuse_backend %[req.hdr(x),lower]\n")
	f.Add("defaults a from a\ndefaults a from a\nlisten l from a\n http-request set-header A \"%[\" if TRUE\nserver s :80")
	f.Add(".if\n'\"\\")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := haproxy.Read(conf.Texts{"f": text}, "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.Scopes {
			if p := s.Place; p.Start < 0 || p.End > len(text) || p.Start > p.End || p.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("place %+v in %d bytes", p, len(text))
			}
		}
		c.Tracer.Trace(conf.Request{})
	})
}
