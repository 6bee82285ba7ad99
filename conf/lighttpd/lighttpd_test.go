package lighttpd_test

import (
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/lighttpd"
)

const site = `server.modules = ( "mod_access", "mod_auth" )
server.modules += ( "mod_setenv", "mod_proxy" )
server.port = 8080
server.username = "www-data"
var.base = "/etc/lighttpd"
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = var.base + "/users"
$HTTP["host"] == "shop.test" {
	auth.require = ( "/admin/" => ( "method" => "basic", "realm" => "Orders", "require" => "user=alice|group=staff" ) )
	setenv.set-request-header = ( "Authorization" => "" )
	proxy.server = ( "" => ( ( "host" => "10.0.0.5", "port" => 8080 ) ) )
	$HTTP["remoteip"] != "10.0.0.0/8" {
		url.access-deny = ( "" )
	}
} else $HTTP["host"] =~ "^mail\." {
	include "mail.conf"
}
include_shell "print-more"
`

func TestRead(t *testing.T) {
	c, err := lighttpd.Read(conf.Texts{"/etc/lighttpd/lighttpd.conf": site, "/etc/lighttpd/mail.conf": "fastcgi.server = ( \".php\" => ( ( \"socket\" => \"/run/php.sock\" ) ) )",
		"/etc/lighttpd/users": "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"}, "/etc/lighttpd/lighttpd.conf")
	if err != nil || len(c.Unread) != 1 || c.Unread[0].Place.Line != 18 || c.Worker != "www-data" || len(c.Files) != 2 {
		t.Fatalf("%v %v %q %v", err, c.Unread, c.Worker, c.Files)
	}
	var admin, denied, mail *conf.Scope
	for _, s := range c.Scopes {
		switch s.Path {
		case `$HTTP["host"] == "shop.test" /admin/`:
			admin = s
		case `$HTTP["remoteip"] != "10.0.0.0/8" /admin/`:
			denied = s
		case `else $HTTP["host"] =~ "^mail\\." .php`:
			mail = s
		default:
			t.Log(s.Path)
		}
	}
	if admin == nil || denied == nil || mail == nil {
		t.Fatal("a scope is missing")
	}
	a := admin.Auth[0]
	if a.Realm != "Orders" || a.Place.Line != 9 || len(a.Require) != 2 || a.Require[0] != "user alice" || a.Files[0].Path != "/etc/lighttpd/users" || len(a.Files[0].Seen.Users.Lines) != 1 {
		t.Errorf("auth: %+v", a)
	}
	if admin.Pass.Authorization.Now != conf.Dropped || admin.Pass.Authorization.Place.Line != 10 || admin.Pass.To != "10.0.0.5:8080" || admin.Server.Names[0] != "shop.test" {
		t.Errorf("admin: %+v", admin.Pass)
	}
	if len(denied.Rules) != 2 || !denied.Rules[0].Allow || !denied.Rules[1].All || mail.Pass.Way != conf.FastCGI || mail.Pass.To != "unix:/run/php.sock" {
		t.Errorf("denied %+v, mail %+v", denied.Rules, mail.Pass)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(site)
	f.Add("a = ( ( ( \"x\" => ( 1, ( + \nelse { } $HTTP[\"url\"] =~ \"(\" { include \"f\" } else if $X[\"y\"] == var.z + { }")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := lighttpd.Read(conf.Texts{"f": text}, "f")
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
