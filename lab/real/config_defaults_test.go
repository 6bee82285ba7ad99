package real

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	catalogue "github.com/why401/why401/causes/all"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/diagnose"
)

// defaults are the files that Debian's packages install, and a fault that somebody adds: what the audit must then say, and at
// the line that ends in "# fault".
var defaults = []struct {
	program string // as conf.Config calls it
	dir     string
	file    string // that the fault is added to, below dir
	fault   string
	cause   string // "" for a program whose files can hold none that is known
}{
	{"nginx", "/etc/nginx", "sites-enabled/default", "server {\n\tlisten 81;\n\tauth_basic x;\n\tauth_basic_user_file /etc/nginx/gone; # fault\n}\n", "htpasswd-path-wrong"},
	{"Apache httpd", "/etc/apache2", "apache2.conf", "<Location /x>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/apache2/gone\nRequire valid-user\n</Location>\n", "htpasswd-path-wrong"},
	{"HAProxy", "/etc/haproxy", "haproxy.cfg", "userlist staff\n  user alice password $9$none$x\nfrontend f\n  bind :81\n  http-request auth unless { http_auth(staff) }\n", ""},
	{"Caddy", "/etc/caddy", "Caddyfile", "", ""},
	{"lighttpd", "/etc/lighttpd", "lighttpd.conf", "server.modules += (\"mod_auth\", \"mod_authn_file\")\nauth.backend = \"htpasswd\"\nauth.backend.htpasswd.userfile = \"/etc/lighttpd/gone\"\n" +
		"auth.require = ( \"/x\" => (\"method\" => \"basic\", \"realm\" => \"x\", \"require\" => \"valid-user\") )\n", "htpasswd-path-wrong"},
	{"Squid", "/etc/squid", "squid.conf", "", ""},
	{"Varnish", "/etc/varnish", "default.vcl", "sub vcl_recv {\n  unset req.http.Authorization; # fault\n}\n", "reverse-proxy-strips-authorization"},
	{"PHP-FPM", "/etc/php", "8.2/fpm/pool.d/www.conf", "", ""},
}

// TestConfigDefaults reads what Debian installs: each program is told by its folder and by a single file of it, everything in
// it can be read, nothing is found; and a fault that is added is.
func TestConfigDefaults(t *testing.T) {
	mixed := filepath.Join(t.TempDir(), "etc")
	for _, d := range defaults {
		t.Run(d.program, func(t *testing.T) {
			copyTree(t, d.dir, filepath.Join(mixed, filepath.Base(d.dir)))
			whole := programsOf(t, conf.Disk(), d.dir)
			if !slices.Equal(whole, []string{d.program}) {
				t.Errorf("%s is read as %q", d.dir, whole)
			}
			if one := programsOf(t, conf.Disk(), filepath.Join(d.dir, d.file)); !slices.Equal(one, []string{d.program}) {
				t.Errorf("%s alone is read as %q", d.file, one)
			}
			if d.fault == "" {
				return
			}
			root := t.TempDir()
			copyTree(t, d.dir, filepath.Join(root, d.dir))
			name := filepath.Join(root, d.dir, d.file)
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, append(b, d.fault...), 0o644); err != nil {
				t.Fatal(err)
			}
			found, failed := programs.ReadPaths(conf.Root(root), []string{d.dir}, "")
			if len(failed) > 0 || len(found) != 1 {
				t.Fatalf("%d read, %v", len(found), failed)
			}
			rep := diagnose.Audit(catalogue.BuiltIn().Causes, nil, []diagnose.Configuration{{Path: d.dir, Config: found[0].Config}})
			for _, f := range rep.Findings {
				if f.Cause == d.cause && strings.HasSuffix(f.File, d.file) {
					return
				}
			}
			if d.cause != "" {
				t.Errorf("expected %s in %s:%s", d.cause, d.file, listed(rep.Findings))
			}
		})
	}
	var want []string
	for _, d := range defaults {
		want = append(want, d.program)
	}
	slices.Sort(want)
	if got := programsOf(t, conf.Disk(), mixed); !slices.Equal(got, want) {
		t.Errorf("a tree with all of them is read as %q", got)
	}
}

// programsOf reads what is at path, wants nothing in it to be found wrong, and gives the programs that it was.
func programsOf(t *testing.T, src conf.Source, path string) []string {
	t.Helper()
	found, failed := programs.ReadPaths(src, []string{path}, "")
	for _, err := range failed {
		t.Error(err)
	}
	var out []string
	for _, f := range found {
		out = append(out, f.Program)
		for _, u := range f.Unread {
			if !strings.Contains(u.What, "what a command prints") { // lighttpd's include_shell
				t.Errorf("%v", u)
			}
		}
		rep := diagnose.Audit(catalogue.BuiltIn().Causes, nil, []diagnose.Configuration{{Path: f.Path, Config: f.Config}})
		if len(rep.Findings) > 0 {
			t.Errorf("what Debian installs is found wrong:%s", listed(rep.Findings))
		}
	}
	slices.Sort(out)
	return out
}

// copyTree copies files and folders; a symbolic link becomes what it leads to.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		a, b := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		info, err := os.Stat(a)
		switch {
		case err != nil: // a link that leads nowhere
		case info.IsDir():
			copyTree(t, a, b)
		case info.Mode().IsRegular():
			text, err := os.ReadFile(a)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(b, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
