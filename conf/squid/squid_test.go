package squid_test

import (
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/squid"
)

const site = `# an office proxy
http_port 3128
http_port 192.0.2.1:80 accel defaultsite=shop.example
auth_param basic program /usr/lib/squid/basic_ncsa_auth /etc/squid/users
auth_param basic realm Our office
acl staff proxy_auth alice \
  bob
acl office src 10.0.0.0/8 192.168.0.0/255.255.0.0
acl bad dstdomain "/etc/squid/bad"
http_access deny bad
http_access allow office staff
http_access deny all
cache_peer 10.0.0.5 parent 8080 0 no-query originserver
request_header_access X-Forwarded-Proto deny all
include conf.d/*.conf
`

func TestRead(t *testing.T) {
	c, err := squid.Read(conf.Texts{"/etc/squid/squid.conf": site, "/etc/squid/users": "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"}, "/etc/squid/squid.conf")
	if err != nil || len(c.Scopes) != 2 || len(c.Unread) != 2 || c.Unread[0].Place.Line != 9 || c.Unread[1].Place.Line != 15 {
		t.Fatalf("%v %v %v", err, c.Scopes, c.Unread)
	}
	forward, accel := c.Scopes[0], c.Scopes[1]
	a := forward.Auth[0]
	if a.Realm != "Our office" || a.Place.Line != 4 || len(a.Require) != 2 || a.Files[0].Seen == nil || len(a.Files[0].Seen.Users.Lines) != 1 {
		t.Errorf("auth: %+v", a)
	}
	if accel.Pass.Authorization.Now != conf.Dropped || accel.Pass.Authorization.Place.Line != 13 || forward.Pass.Authorization.Now != conf.Kept || accel.Pass.Proto.Now != conf.Dropped {
		t.Errorf("pass: %+v %+v", forward.Pass, accel.Pass)
	}
	if len(forward.Rules) != 3 || !forward.Rules[2].All || forward.Rules[2].Place.Line != 12 {
		t.Errorf("rules: %+v", forward.Rules)
	}
	if p := a.Place; site[p.Start:p.End] != "auth_param basic program /usr/lib/squid/basic_ncsa_auth /etc/squid/users" {
		t.Errorf("span: %q", site[p.Start:p.End])
	}
}

func FuzzRead(f *testing.F) {
	f.Add(site)
	f.Add("include f\nacl a any-of a b\nhttp_access allow !a \"\nacl b src 1-2 \\\n\\\nhttp_access deny")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := squid.Read(conf.Texts{"f": text}, "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.Scopes {
			if p := s.Place; p.Start < 0 || p.End > len(text) || p.Start > p.End {
				t.Fatalf("place %+v in %d bytes", p, len(text))
			}
		}
		c.Tracer.Trace(conf.Request{})
	})
}
