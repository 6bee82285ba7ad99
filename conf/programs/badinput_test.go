package programs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
)

// sound are small configurations, one for each program that is read, in two parts that stand by themselves, with what goes
// between them: a line that is wrong, and the way in which another file is included, "" for programs that have none.
var sound = []struct {
	program, file string
	first, wrong  string
	second        string
	include       string // of FILE
}{
	{"nginx", "nginx.conf", "events {}\nhttp {\nserver { server_name a.test; listen 80; location /first/ { auth_basic x; auth_basic_user_file /none; } }\n", "server { location ~ ( { } }\n",
		"server { server_name b.test; listen 80; location /second/ { auth_basic x; auth_basic_user_file /none; } }\n}\n", "include FILE;\n"},
	{"apache", "httpd.conf", "Listen 80\n<Location /first/>\nRequire ip 10.0.0.0/8\n</Location>\n", "<Location>\nNonsense x\n</Location>\n", "<Location /second/>\nRequire ip 10.0.0.0/8\n</Location>\n", "Include FILE\n"},
	{"haproxy", "haproxy.cfg", "frontend first\n  bind :80\n  default_backend b\n", "backend broken from nowhere\n", "backend b\nfrontend second\n  bind :81\n  default_backend b\n", ""},
	{"caddy", "Caddyfile", "first.test {\n\trespond 200\n}\n", "broken.test {\n\tnonsense x\n}\n", "second.test {\n\trespond 200\n}\n", "import FILE\n"},
	{"traefik", "traefik.yml", "http:\n  routers:\n    first:\n      rule: PathPrefix(`/first`)\n      service: s\n", "    broken:\n      rule: PathPrefix((((\n      service: s\n",
		"    second:\n      rule: PathPrefix(`/second`)\n      service: s\n  services:\n    s:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1\n", ""},
	{"ingress", "ingress.yaml", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: first\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /first\n        pathType: Prefix\n        backend: {service: {name: s, port: {number: 80}}}\n---\n",
		"kind: [\n---\n", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: second\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /second\n        pathType: Prefix\n        backend: {service: {name: s, port: {number: 80}}}\n", ""},
	{"lighttpd", "lighttpd.conf", "server.modules = (\"mod_access\")\n$HTTP[\"url\"] =~ \"^/first/\" {\n  url.access-deny = (\"\")\n}\n", "server.tag = = 5\n", "$HTTP[\"url\"] =~ \"^/second/\" {\n  url.access-deny = (\"\")\n}\n", "include \"FILE\"\n"},
	{"varnish", "default.vcl", "vcl 4.1;\nbackend first { .host = \"127.0.0.1\"; }\n", "sub vcl_recv { set = ; }\n", "backend second { .host = \"127.0.0.1\"; }\n", "include \"FILE\";\n"},
	{"squid", "squid.conf", "http_port 3128\nacl first src 10.0.0.0/8\nhttp_access allow first\n", "nonsense_directive (\nacl broken\n", "acl second src 10.1.0.0/16\nhttp_access allow second\nhttp_access deny all\n", "include FILE\n"},
	{"php-fpm", "php-fpm.conf", "[global]\n[first]\nuser = www-data\nlisten = /run/first.sock\n", "nonsense\n[\n", "[second]\nuser = www-data\nlisten = /run/second.sock\n", "[global]\ninclude=FILE\n"},
}

// TestBadInput gives each reader what lies about on real disks: the rest is still read, in no time, and what was not read is
// said with its file.
func TestBadInput(t *testing.T) {
	for _, k := range sound {
		p, ok := programs.Find(k.program)
		if !ok {
			t.Fatalf("%s is not read", k.program)
		}
		read := func(t *testing.T, files map[string]string) (scopes int, said string) {
			t.Helper()
			dir := t.TempDir()
			for n, text := range files {
				if err := os.WriteFile(filepath.Join(dir, n), []byte(strings.ReplaceAll(text, "DIR", dir)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			return readAt(t, p, filepath.Join(dir, k.file))
		}
		whole, said := read(t, map[string]string{k.file: k.first + k.second})
		if whole == 0 || said != "" {
			t.Errorf("%s: the sound form has %d places, and it says: %s", k.program, whole, said)
			continue
		}
		t.Run(k.program, func(t *testing.T) {
			for _, bad := range []struct {
				what   string
				files  map[string]string
				places int    // that are still found
				says   string // of what it says; "" when nothing has to be said
			}{
				{"a mistake in the middle", map[string]string{k.file: k.first + k.wrong + k.second}, whole, k.file},
				{"CR LF", map[string]string{k.file: strings.ReplaceAll(k.first+k.second, "\n", "\r\n")}, whole, ""},
				{"Latin-1", map[string]string{k.file: comment(k.program) + " caf\xe9\n" + k.first + k.second}, whole, ""},
				{"UTF-16", map[string]string{k.file: "\xff\xfes\x00e\x00r\x00"}, 0, "UTF-16"},
				{"nothing but zeros", map[string]string{k.file: strings.Repeat("\x00", 4096)}, 0, ""},
				{"cut off", map[string]string{k.file: (k.first + k.second)[:len(k.first)+len(k.second)/2]}, 0, ""},
				{"deep", map[string]string{k.file: strings.Repeat("a { [ ( <a>\n", 20_000)}, 0, ""},
			} {
				n, said := read(t, bad.files)
				if n < bad.places || !strings.Contains(said, bad.says) {
					t.Errorf("%s: %d places of %d, and it says: %.300s", bad.what, n, bad.places, said)
				}
			}
			if k.include == "" {
				return
			}
			line := func(to string) string { return strings.ReplaceAll(k.include, "FILE", "DIR/"+to) }
			put := func(l string) string { // the include where another directive may stand
				if k.program == "nginx" {
					return strings.Replace(k.first, "http {\n", "http {\n"+l, 1) + k.second
				}
				return k.first + l + k.second
			}
			for _, bad := range []struct {
				what  string
				files map[string]string
				says  string
			}{
				{"an include that is missing", map[string]string{k.file: put(line("gone.inc"))}, "gone.inc"},
				{"an include of itself", map[string]string{k.file: put(line(k.file))}, k.file},
				{"includes in a circle", map[string]string{k.file: put(line("a.inc")), "a.inc": line("b.inc"), "b.inc": line("a.inc")}, ".inc"},
				{"an include in UTF-16", map[string]string{k.file: put(line("a.inc")), "a.inc": "\xff\xfea\x00"}, "UTF-16"},
			} {
				n, said := read(t, bad.files)
				if n < whole || !strings.Contains(said, bad.says) {
					t.Errorf("%s: %d places of %d, and it says: %.300s", bad.what, n, whole, said)
				}
			}
		})
		t.Run(k.program+" at 100 MB", func(t *testing.T) {
			name := filepath.Join(t.TempDir(), k.file)
			if err := os.WriteFile(name, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(name, 100<<20); err != nil {
				t.Fatal(err)
			}
			if n, said := readAt(t, p, name); n > 1 || !strings.Contains(said, "larger than 16 MB") || !strings.Contains(said, k.file) {
				t.Errorf("%d places, and it says: %s", n, said)
			}
		})
	}
}

// comment begins a comment of the program.
func comment(program string) string {
	switch program {
	case "php-fpm":
		return ";"
	case "varnish":
		return "//"
	}
	return "#"
}

// readAt reads a file, and gives how many places it found and everything that it says it could not read.
func readAt(t *testing.T, p programs.Program, name string) (scopes int, all string) {
	t.Helper()
	start := time.Now()
	found, failed := programs.ReadPaths(conf.Disk(), []string{name}, p.Name)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	var said strings.Builder
	for _, err := range failed {
		said.WriteString(err.Error() + "\n")
	}
	for _, f := range found {
		scopes += len(f.Scopes)
		for _, u := range f.Unread {
			if !u.Place.Known() || u.What == "" {
				t.Errorf("without a place: %+v", u)
			}
			said.WriteString(u.Error() + "\n")
		}
	}
	return scopes, said.String()
}
