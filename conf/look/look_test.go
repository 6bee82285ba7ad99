package look_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/look"
	"github.com/why401/why401/cred/htpasswd"
)

// disk is a copy of a server's disk in a folder.
func disk(t *testing.T, files map[string]string) conf.Source {
	t.Helper()
	return conf.Root(folder(t, files))
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func ask(src conf.Source, kind conf.FileKind, path, worker string) *conf.Seen {
	f := &conf.CredFile{Path: path, Kind: kind}
	c := &conf.Config{Worker: worker, Files: []string{"/etc/nginx/nginx.conf"}, Scopes: []*conf.Scope{{Auth: []conf.Auth{{Files: []*conf.CredFile{f}}}}}}
	look.Files(c, src)
	return f.Seen
}

func TestMissingAndRead(t *testing.T) {
	src := disk(t, map[string]string{"etc/nginx/users": "\ufeffalice:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0\r\n", "etc/nginx/groups": "# who\nstaff: alice bob\nstaff: carol\n"})
	if s := ask(src, conf.Htpasswd, "/etc/nginx/nobody", ""); !s.Missing || !s.Here {
		t.Errorf("a file that is not there: %+v", s)
	}
	s := ask(src, conf.Htpasswd, "/etc/nginx/users", "")
	if s.Missing || !s.BOM || !s.Users.CRLF || len(s.Users.Lines) != 1 || s.Users.Lines[0].Kind != htpasswd.APR1 || s.Reads != "" {
		t.Errorf("a file with a byte order mark: %+v", s)
	}
	if s := ask(src, conf.Group, "/etc/nginx/groups", ""); len(s.Groups["staff"]) != 3 {
		t.Errorf("a group file: %+v", s)
	}
	if s := ask(src, conf.Htpasswd, "/etc/nginx", ""); s.Problem != "is a folder" {
		t.Errorf("a folder: %+v", s)
	}
	for _, p := range []string{"conf/users", "/etc/$host/users", ""} {
		if s := ask(src, conf.Htpasswd, p, ""); s != nil {
			t.Errorf("%q cannot be looked at: %+v", p, s)
		}
	}
}

// The test runs as anybody: the owner is whoever runs it, and the worker somebody else.
func TestReadableForTheWorker(t *testing.T) {
	uid := os.Getuid()
	other := 4711
	if uid == other {
		other++
	}
	for _, c := range []struct {
		about      string
		file, dir  os.FileMode
		want       string
		blocks     string
		workersOwn bool
	}{
		{"for everybody", 0o644, 0o755, "yes", "", false},
		{"for the owner only", 0o600, 0o755, "no", "/etc/nginx/users", false},
		{"for nobody", 0, 0o755, "no", "/etc/nginx/users", false},
		{"a folder above is closed", 0o644, 0o700, "no", "/etc/nginx", false},
		{"the worker owns it", 0o600, 0o700, "yes", "", true},
	} {
		root := t.TempDir()
		passwd := "root:x:0:0::/:/bin/sh\nwww:x:4711:4711::/:/bin/false\n"
		if other != 4711 {
			passwd = "www:x:4712:4712::/:/bin/false\n"
		}
		if c.workersOwn {
			passwd = "www:x:" + itoa(uid) + ":4711::/:/bin/false\n"
		}
		for name, text := range map[string]string{"etc/passwd": passwd, "etc/group": "", "etc/nginx/users": "alice:x\n"} {
			p := filepath.Join(root, name)
			must(t, os.MkdirAll(filepath.Dir(p), 0o755))
			must(t, os.WriteFile(p, []byte(text), 0o644))
		}
		must(t, os.Chmod(root, 0o755))
		must(t, os.Chmod(filepath.Join(root, "etc/nginx/users"), c.file))
		must(t, os.Chmod(filepath.Join(root, "etc/nginx"), c.dir))
		if s := ask(conf.Root(root), conf.Htpasswd, "/etc/nginx/users", "www"); s.Reads != c.want || s.Blocks != c.blocks {
			t.Errorf("%s: expected %q by %q, got %q by %q", c.about, c.want, c.blocks, s.Reads, s.Blocks)
		}
		must(t, os.Chmod(filepath.Join(root, "etc/nginx"), 0o755))
	}
}

func TestElsewhere(t *testing.T) {
	f := &conf.CredFile{Path: "/var/www/.htpasswd", Kind: conf.Htpasswd}
	c := &conf.Config{Files: []string{"/home/me/checkout/deploy/nginx.conf"}, Scopes: []*conf.Scope{{Auth: []conf.Auth{{Files: []*conf.CredFile{f}}}}}}
	look.Files(c, conf.Texts{"/etc/passwd": ""})
	if f.Seen == nil || !f.Seen.Missing || f.Seen.Here {
		t.Errorf("a configuration that was copied away says nothing about this disk: %+v", f.Seen)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
