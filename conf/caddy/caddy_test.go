package caddy_test

import (
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/caddy"
)

const site = `{
	admin off
}
(login) {
	basic_auth {args[0]} bcrypt Orders {
		alice $2a$04$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEF
	}
}
api.example, www.api.example {
	import login /private/*
	@outside not remote_ip 10.0.0.0/8
	respond @outside 403
	request_header /legacy/* -Authorization
	handle_path /private/* {
		reverse_proxy 127.0.0.1:9000 {
			header_up Host {upstream_hostport}
			header_up X-Key s3cret-value
		}
	}
	handle /legacy/* {
		reverse_proxy 127.0.0.1:9001
	}
	handle {
		import extra/*.caddy
	}
}
http://plain.example:8080 {
	forward_auth auth:9091 {
		uri /api/verify
		copy_headers Remote-User X-Auth>Authorization
	}
	php_fastcgi unix//run/php.sock
}
`

func TestRead(t *testing.T) {
	c, err := caddy.Read(conf.Texts{"/etc/caddy/Caddyfile": site, "/etc/caddy/extra/a.caddy": "respond \"hi\" 200\n"}, "/etc/caddy/Caddyfile")
	if err != nil || len(c.Unread) > 0 || len(c.Files) != 2 {
		t.Fatalf("%v %v %v", err, c.Unread, c.Files)
	}
	var got []string
	for _, s := range c.Scopes {
		got = append(got, s.Place.String()+" "+s.Path)
	}
	want := []string{
		"/etc/caddy/Caddyfile:15 /private/*", "/etc/caddy/Caddyfile:21 /legacy/*", "/etc/caddy/extra/a.caddy:1 ",
		"/etc/caddy/Caddyfile:12 @outside (not remote_ip 10.0.0.0/8)", "/etc/caddy/Caddyfile:32 ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("scopes:\n%s", strings.Join(got, "\n"))
	}
	private, legacy, php := c.Scopes[0], c.Scopes[1], c.Scopes[4]
	if len(private.Auth) != 1 || private.Auth[0].Realm != "Orders" || private.Auth[0].Place.Line != 5 || private.Auth[0].Files[0].Seen.Users.Lines[0].N != 6 {
		t.Errorf("private: %+v", private.Auth)
	}
	if private.Pass.Host.Place.Line != 16 || private.Pass.Authorization.Now != conf.Kept || len(legacy.Auth) != 0 || legacy.Pass.Authorization.Now != conf.Dropped || legacy.Pass.Authorization.Place.Line != 13 {
		t.Errorf("private %+v, legacy %+v", private.Pass, legacy.Pass)
	}
	for _, f := range private.Pass.Set {
		if strings.Contains(f.Value, "s3cret") {
			t.Errorf("shown: %+v", f)
		}
	}
	if php.Pass.Way != conf.FastCGI || php.Auth[0].Ask != "auth:9091/api/verify" || php.Pass.Authorization.Now != conf.Replaced || php.Server.Listen[0].Port != 8080 || php.Server.Listen[0].TLS {
		t.Errorf("php: %+v %+v %+v", php, php.Pass, php.Auth)
	}
}

func TestSpans(t *testing.T) {
	c, err := caddy.Read(conf.Texts{"Caddyfile": site}, "Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	p := c.Scopes[1].Pass.Authorization.Place
	if got := site[p.Start:p.End]; got != "-Authorization" {
		t.Errorf("span of the line that drops: %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(site)
	f.Add("{\n\torder a before b\n}\n(x) {\n\timport x\n}\n:80 {\n\timport x\n\t@a {\n\t\tnot path /x*\n\t\theader !Y\n\t}\n\troute @a {\n\t\trespond <<E\n\tx\n\tE 200\n\t}\n}\n")
	f.Add(`{"apps":{"http":{"servers":{"a":{"listen":[":80"],"routes":[{"match":[{"not":[{"path":["/x"]}]}],"handle":[{"handler":"subroute","routes":[{"handle":[{"handler":"reverse_proxy"}]}]}]}]}}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := caddy.Read(conf.Texts{"f": text}, "f")
		if err != nil {
			return
		}
		for _, s := range c.Scopes {
			if p := s.Place; p.Start < 0 || p.End > len(text) || p.Start > p.End {
				t.Fatalf("place %+v in %d bytes", p, len(text))
			}
		}
		c.Tracer.Trace(conf.Request{Port: 80})
	})
}
