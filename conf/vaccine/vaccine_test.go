package vaccine_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/conf/vaccine"
	"github.com/why401/why401/lab/differ"
	"github.com/why401/why401/lab/real"
)

// What no log may hold: the password, its encoding, a key in the query, a cookie, a key in a field.
var secrets = []string{"fake-word-1", "YWxpY2U6ZmFrZS13b3JkLTE", "query-key-77", "cookie-key-88", "field-key-99"}

// refused is a request that brings a wrong login and everything else that must not be written.
var refused = differ.Ask{Path: "/private/x?access_token=query-key-77", Fields: []string{
	differ.Login("YWxpY2U6ZmFrZS13b3JkLTE="), "Cookie: session=cookie-key-88", "X-Api-Key: field-key-99", "Referer: http://site.test/?t=query-key-77"}}

// snippet is the vaccine's, with its log in the test's own folder.
func snippet(t *testing.T, w *real.World, product string) (text, log string) {
	t.Helper()
	v, ok := vaccine.For(product)
	if !ok || !v.Tried {
		t.Fatalf("no vaccine for %s that is said to be tried", product)
	}
	log = filepath.Join(w.Dir, "why401.log")
	if !strings.HasPrefix(v.Log, "/") {
		return v.Snippet, log
	}
	if !strings.Contains(v.Snippet, v.Log) {
		t.Errorf("%s: the snippet does not write to %s", product, v.Log)
	}
	w.File("why401.log", "") // every server's user may write to it
	w.Chmod("why401.log", 0o666)
	return strings.ReplaceAll(v.Snippet, v.Log, log), log
}

// explains asks for the page and looks at what the log then holds.
func explains(t *testing.T, ask differ.Ask, port, status int, line func() string, want ...string) {
	t.Helper()
	got, err := ask.Send(port)
	if err != nil || got.Status != status {
		t.Fatalf("not refused with %d: %+v %v", status, got, err)
	}
	text := ""
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if text = line(); strings.Contains(text, want[0]) {
			break
		}
	}
	for _, x := range want {
		if !strings.Contains(text, x) {
			t.Errorf("the log does not say %s:\n%s", x, text)
		}
	}
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("the log holds %s:\n%s", s, text)
		}
	}
}

func reading(file string) func() string {
	return func() string {
		b, _ := os.ReadFile(file)
		return string(b)
	}
}

func TestNginx(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "nginx")
	w.Passwords("users", "-m", "alice", "another")
	w.Nginx("front", text+`server { listen @front@; server_name door.test; auth_basic Orders; auth_basic_user_file @dir@/users; }`)
	explains(t, refused, w.Port("front"), 401, reading(log), "status=401", "authorization=Basic", `user="alice"`, `upstream_status="-"`, `path="/private/x"`, `server="door.test"`, "challenge=\"Basic realm=")
}

// TestNginxUpstream: the upstream's refusal is told from nginx's own.
func TestNginxUpstream(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "nginx")
	w.Nginx("app", `server { listen @app@; return 401; }`)
	w.Nginx("front", text+`server { listen @front@; location / { proxy_pass http://@app@; } }`)
	explains(t, refused, w.Port("front"), 401, reading(log), "status=401", `upstream_status="401"`, "authorization=Basic")
}

func TestApache(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "Apache httpd")
	w.Passwords("users", "-m", "alice", "another")
	s := w.Apache("front", text+"<Location />\nAuthType Basic\nAuthName Orders\nAuthUserFile @dir@/users\nRequire valid-user\n</Location>\n")
	explains(t, refused, w.Port("front"), 401, reading(log), "status=401", "authorization=Basic", `user="alice"`, `path="/private/x"`, "challenge=\"Basic realm=")
	_, id, _ := strings.Cut(reading(log)(), " id=")
	id, _, _ = strings.Cut(id, " ")
	errors := reading(s.ErrorLog)()
	if id == "-" || !strings.Contains(errors, "[id "+id+"]") || !strings.Contains(errors, "AH01617") {
		t.Errorf("the request's number %q is not in the error log:\n%s", id, errors)
	}
	for _, x := range secrets {
		if strings.Contains(errors, x) {
			t.Errorf("the error log holds %s:\n%s", x, errors)
		}
	}
}

func TestHAProxy(t *testing.T) {
	w := real.NewWorld(t)
	text, _ := snippet(t, w, "HAProxy")
	s := w.HAProxy("front", "userlist staff\n\tuser alice insecure-password another\nfrontend web from plain\n\tbind @front@\n\tlog stdout format raw local0\n"+text+
		"\thttp-request auth realm Orders unless { http_auth(staff) }\n\tdefault_backend app\nbackend app from plain\n\tserver s @app@\n")
	explains(t, refused, w.Port("front"), 401, reading(filepath.Join(s.Dir, "stdout.log")), "status=401", "authorization=Basic", "user=alice", "path=/private/x", "upstream_status=-", "termination=LR")
}

func TestCaddy(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "Caddy")
	_, hash, _ := strings.Cut(w.HashPassword("-B", "alice", "another"), ":")
	// The lab's Caddy has log_credentials on: the worst case.
	w.Caddy("front", "respond ok\n}\nhttp://door.test:@port:front@ {\n"+text+"basicauth bcrypt Orders {\nalice "+hash+"\n}\nrespond inside\n")
	ask := refused
	ask.Host = "door.test:" + strconv.Itoa(w.Port("front"))
	explains(t, ask, w.Port("front"), 401, reading(log), `"status":401`, `"Authorization":"present"`, `"uri":"/private/x"`, `"user_id":""`, `"Www-Authenticate":["Basic realm=`)
}

func TestPHPFPM(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "PHP-FPM")
	nginx, _ := snippet(t, w, "nginx")
	w.File("door.php", "<?php http_response_code(401); echo 'no';")
	w.PHPFPM("php", text)
	w.Nginx("front", nginx+`server { listen @front@; location / { fastcgi_pass @php@; fastcgi_param SCRIPT_FILENAME @dir@/door.php; fastcgi_param REQUEST_METHOD $request_method;
		fastcgi_param REQUEST_URI $request_uri; fastcgi_param QUERY_STRING $query_string; fastcgi_param SCRIPT_NAME $uri; fastcgi_param HTTP_HOST $host; fastcgi_param WHY401_AUTHORIZATION $why401_authorization; } }`)
	explains(t, refused, w.Port("front"), 401, reading(log), "why401 pool=www", "status=401", "authorization=Basic", "method=GET", "path=/private/x")
}

func TestLighttpd(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "lighttpd")
	w.Passwords("users", "-m", "alice", "another")
	// The lab's own file sets accesslog before; a setting stands once in a block, so the snippet's goes into one of its own.
	s := w.Lighttpd("front", "$HTTP[\"url\"] =~ \"^/\" {\n"+text+"}\n"+
		"auth.backend = \"htpasswd\"\nauth.backend.htpasswd.userfile = \"@dir@/users\"\nauth.require = (\"\" => (\"method\" => \"basic\", \"realm\" => \"Orders\", \"require\" => \"valid-user\"))\n")
	line := func() string {
		w.Accesses() // lighttpd keeps lines for seconds unless it is asked to write them
		return reading(log)() + reading(filepath.Join(s.Dir, "access.log"))()
	}
	explains(t, refused, w.Port("front"), 401, line, "status=401", "authorization=Basic", `path="/private/x"`, "challenge=\"Basic realm=")
}

func TestVarnish(t *testing.T) {
	w := real.NewWorld(t)
	text, _ := snippet(t, w, "Varnish")
	s := w.Varnish("front", "vcl 4.1;\n"+text+"backend default none;\nsub vcl_recv { return (synth(401)); }\n")
	v, _ := vaccine.For("Varnish")
	// The command as it is written, against this test's Varnish and what it has logged so far.
	command := strings.Replace(v.Log, "varnishncsa ", "varnishncsa -d -n "+filepath.Join(s.Dir, "vsm")+" ", 1)
	explains(t, refused, w.Port("front"), 401, func() string {
		out, _ := exec.Command("/bin/sh", "-c", command).CombinedOutput()
		return string(out)
	}, "status=401", "authorization=Basic", "handling=synth", "path=/private/x")
}

func TestSquid(t *testing.T) {
	w := real.NewWorld(t)
	text, log := snippet(t, w, "Squid")
	w.Passwords("users", "-m", "alice", "another")
	w.Squid("front", "auth_param basic program "+real.SquidPasswords+" @dir@/users\nauth_param basic realm Office\nacl known proxy_auth REQUIRED\nhttp_access allow known\n"+text)
	ask := refused
	ask.Proxy, ask.Host = true, "site.test"
	ask.Fields = append([]string{"Proxy-Authorization: Basic YWxpY2U6ZmFrZS13b3JkLTE="}, refused.Fields...)
	explains(t, ask, w.Port("front"), 407, reading(log), "status=407", "proxy_authorization=Basic", "authorization=present", "result=TCP_DENIED", "url=http://site.test/private/x")
}

// TestAll: every vaccine says what it is for, and which program it was tried with.
func TestAll(t *testing.T) {
	for _, v := range vaccine.All() {
		if v.Where == "" || v.Snippet == "" || v.Reload == "" || len(v.Fields) < 3 {
			t.Errorf("%s is not whole", v.Product)
		}
		if !v.Tried && v.Product != "Traefik" {
			t.Errorf("%s was not tried", v.Product)
		}
	}
	if _, ok := vaccine.For("NGINX"); !ok {
		t.Error("the case of a product's name matters")
	}
}
