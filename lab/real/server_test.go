package real

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// kinds starts one server of every kind, all asking for alice's password or passing on to one that does.
var kinds = []struct {
	name  string
	start func(w *World)
}{
	{"nginx", func(w *World) {
		w.Passwords("htpasswd", "-m", "alice", "wonderland")
		w.Nginx("front", `server { listen @front@; root /usr/share/doc/nginx-light; autoindex on; auth_basic "in"; auth_basic_user_file @dir@/htpasswd; }`)
	}},
	{"apache", func(w *World) {
		w.Passwords("htpasswd", "-B", "alice", "wonderland")
		w.Apache("front", apacheBasic)
	}},
	{"apache-php", func(w *World) {
		w.Passwords("htpasswd", "-B", "alice", "wonderland")
		w.ApachePHP("front", apacheBasic)
		w.File("front/htdocs/index.php", `<?php echo "inside";`)
	}},
	{"apache-wsgi", func(w *World) {
		w.Passwords("htpasswd", "-B", "alice", "wonderland")
		w.File("app.wsgi", "def application(env, start):\n    start('200 OK', [])\n    return [b'inside']\n")
		w.ApacheWSGI("front", apacheBasic+"WSGIScriptAlias / @dir@/app.wsgi\n<Directory @dir@>\nRequire all granted\n</Directory>\n")
	}},
	{"php-fpm", func(w *World) {
		w.Passwords("htpasswd", "-B", "alice", "wonderland")
		w.PHPFPM("php", "")
		w.Apache("front", apacheBasic+"<FilesMatch \"\\.php$\">\nSetHandler \"proxy:fcgi://@php@\"\n</FilesMatch>\n")
		w.File("front/htdocs/index.php", `<?php echo "inside";`)
	}},
	{"apache-fcgid", func(w *World) {
		w.Passwords("htpasswd", "-B", "alice", "wonderland")
		w.ApacheFCGID("front", apacheBasic+"FcgidIPCDir @dir:front@/fcgid\nFcgidProcessTableFile @dir:front@/fcgid_shm\n")
	}},
	{"haproxy", func(w *World) {
		w.Nginx("app", `server { listen @app@; location / { return 200 "inside"; } }`)
		w.HAProxy("front", "userlist known\n\tuser alice insecure-password wonderland\nfrontend f from logged\n\tbind @front@\n\thttp-request auth realm in unless { http_auth(known) }\n\tdefault_backend b\nbackend b\n\tserver app @app@\n")
	}},
	{"varnish", func(w *World) {
		w.Passwords("htpasswd", "-m", "alice", "wonderland")
		w.Nginx("app", `server { listen @app@; auth_basic "in"; auth_basic_user_file @dir@/htpasswd; root /usr/share/doc/nginx-light; autoindex on; }`)
		w.Varnish("front", "vcl 4.1;\nbackend default { .host = \"127.0.0.1\"; .port = \"@port:app@\"; }\nsub vcl_recv { return (pass); }\n")
	}},
	{"lighttpd", func(w *World) {
		w.Passwords("htpasswd", "-m", "alice", "wonderland")
		w.Lighttpd("front", `auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "@dir@/htpasswd"
auth.require = ("" => ("method" => "basic", "realm" => "in", "require" => "valid-user"))
`)
	}},
	{"caddy", func(w *World) {
		_, hash, _ := cut(w.HashPassword("-B", "alice", "wonderland"))
		w.Caddy("front", "basicauth bcrypt in {\n"+caddyUser("alice", hash)+"}\nrespond \"inside\"\n")
	}},
	{"node", func(w *World) { w.Node("front", "tokens.js", Settings{"TOKEN": "t-0123456789abcdef"}) }},
	{"python", func(w *World) { w.Python("front", pythonBasic, nil) }},
}

// TestServers starts every kind of server, is refused, is let in, finds both requests in the access log, and sees
// the processes and the directory gone at the end.
func TestServers(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			limit(t)
			tb := &runTB{}
			defer tb.end()
			var w *World
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Fatalf("%v", p)
					}
				}()
				w = NewWorld(tb)
				begin := time.Now()
				k.start(w)
				t.Logf("answers after %v", time.Since(begin).Round(time.Millisecond))
			}()
			url, in := w.URL("front"), []string{"-u", "alice:wonderland"}
			if k.name == "node" {
				url, in = w.URL("front", "private"), []string{"-H", "Authorization: Bearer t-0123456789abcdef"}
			}
			w.Mark()
			for _, try := range []struct {
				args []string
				want int
			}{{[]string{"curl", url}, 401}, {append(in, url), 200}} {
				r, err := w.Curl(context.Background(), try.args)
				if err != nil || r.Status != try.want {
					t.Errorf("%v: %v %v, want %d\n%s", try.args, r, err, try.want, w.Logs())
				}
			}
			seen := w.Accesses()
			if len(seen) != 2 || seen[0].Status != 401 || seen[0].Attempt() || seen[1].Status != 200 || !seen[1].Attempt() {
				t.Errorf("access log: %+v", seen)
			}
			var groups []int
			for _, s := range w.order {
				for _, p := range s.running {
					groups = append(groups, p.cmd.Process.Pid)
				}
			}
			tb.end()
			for _, g := range groups {
				// Killed grandchildren are buried by process 1, in its own time.
				for begin := time.Now(); !errors.Is(syscall.Kill(-g, 0), syscall.ESRCH); time.Sleep(10 * time.Millisecond) {
					if time.Since(begin) > 5*time.Second {
						t.Fatalf("process group %d is still there", g)
					}
				}
			}
			if _, err := os.Stat(w.Dir); !os.IsNotExist(err) {
				t.Errorf("%s is still there", w.Dir)
			}
		})
	}
}

// TestSquid is apart because a forward proxy is asked differently.
func TestSquid(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	w.Passwords("htpasswd", "-m", "alice", "wonderland")
	w.Nginx("app", `server { listen @app@; location / { return 200 "inside"; } }`)
	w.Squid("front", "auth_param basic program "+SquidPasswords+" @dir@/htpasswd\nauth_param basic realm in\nacl known proxy_auth REQUIRED\nhttp_access allow known\n")
	w.Mark()
	for args, want := range map[string]int{"": 407, "alice:wonderland": 200} {
		r, err := w.Curl(context.Background(), []string{"curl", "--noproxy", "", "-x", w.URL("front"), "-U", args, w.URL("app")})
		if err != nil || r.Status != want {
			t.Errorf("proxy user %q: %v %v, want %d\n%s", args, r, err, want, w.Logs())
		}
	}
	attempts := 0
	for _, a := range w.Accesses() {
		if a.Attempt() {
			attempts++
		}
	}
	if attempts != 2 {
		t.Errorf("access log: %+v", w.Accesses())
	}
}

// TestNotInstalled wants a sentence that helps when a program is missing.
func TestNotInstalled(t *testing.T) {
	if _, err := findProgram("no-such-server"); err == nil || err.Error() != "no-such-server is not installed: run tools/install-servers.sh" {
		t.Errorf("got %v", err)
	}
}

// TestServerThatCannotStart wants the server's own complaint.
func TestServerThatCannotStart(t *testing.T) {
	limit(t)
	res := Run(context.Background(), Scenario{Name: "broken", Servers: func(w *World) { w.Nginx("front", "no_such_directive;") }})
	if res.Err == nil || !contains(res.Err.Error(), "no_such_directive") {
		t.Errorf("got %v", res.Err)
	}
}
