package look_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/look"
)

// TestNear: which file a line may have meant whose own is missing.
func TestNear(t *testing.T) {
	const entry = "alice:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0\n"
	for _, c := range []struct {
		name, asked, in string // in: the file in which the line stands
		files           map[string]string
		want            string
	}{
		{"another ending", "/etc/nginx/htpasswd.old", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd": entry}, "/etc/nginx/htpasswd"},
		{"a dot in front", "/etc/nginx/htpasswd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/.htpasswd": entry}, "/etc/nginx/.htpasswd"},
		{"a letter once", "/etc/nginx/htpaswd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd": entry}, "/etc/nginx/htpasswd"},
		{"beside the line", "/etc/apache2/.htpasswd", "/srv/www/.htaccess", map[string]string{"srv/www/.htpasswd": entry}, "/srv/www/.htpasswd"},
		{"two of them", "/etc/nginx/ht-passwd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd": entry, "etc/nginx/.htpasswd": entry}, "/etc/nginx/.htpasswd /etc/nginx/htpasswd"},
		{"a copy", "/etc/nginx/htpasswd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd.bak": entry, "etc/nginx/htpasswd~": entry}, ""},
		{"another number", "/etc/nginx/users2", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/users1": entry, "etc/nginx/users": entry}, ""},
		{"another name", "/etc/nginx/shop-a.users", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/shop-b.users": entry}, ""},
		{"no password file", "/etc/nginx/htpasswd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd.txt": "how to make one\n"}, ""},
		{"one of Digest", "/etc/nginx/htpasswd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd.txt": "alice:Shop:0123456789abcdef0123456789abcdef\n"}, ""},
		{"an empty one", "/etc/nginx/htpasswd", "/etc/nginx/nginx.conf", map[string]string{"etc/nginx/htpasswd.txt": ""}, ""},
	} {
		f := &conf.CredFile{Path: c.asked, Kind: conf.Htpasswd, Place: conf.Place{File: c.in, Line: 1}}
		look.Files(&conf.Config{Files: []string{"/etc/nginx/nginx.conf", c.in}, Scopes: []*conf.Scope{{Auth: []conf.Auth{{Files: []*conf.CredFile{f}}}}}}, disk(t, c.files))
		if got := strings.Join(f.Seen.Near, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestLets: the least rights by which the worker may read the file, and none where somebody else would lose or gain.
func TestLets(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test gives files to others and needs root")
	}
	users := "root:x:0:0::/root:/bin/sh\nweb:x:501:601::/:/bin/false\nguest:x:502:602::/:/bin/false\nother:x:503:602::/:/bin/false\n"
	for _, c := range []struct {
		name, worker string
		mode         os.FileMode
		uid, gid     int
		want         *conf.Rights
	}{
		{"root's own", "web", 0o600, 0, 0, &conf.Rights{Mode: 0o640, UID: -1, GID: 601}},
		{"root's group could write", "web", 0o660, 0, 0, &conf.Rights{Mode: 0o640, UID: -1, GID: 601}},
		{"somebody else's", "web", 0o600, 700, 700, &conf.Rights{Mode: 0o640, UID: -1, GID: 601}},
		{"the worker's group", "web", 0o600, 0, 601, &conf.Rights{Mode: 0o640, UID: -1, GID: -1}},
		{"a group from the list of groups", "web", 0o600, 0, 610, &conf.Rights{Mode: 0o640, UID: -1, GID: -1}},
		{"the worker's own", "web", 0o040, 501, 0, &conf.Rights{Mode: 0o440, UID: -1, GID: -1}},
		{"another group reads it", "web", 0o640, 0, 700, nil},
		{"the worker's group is another's, too", "guest", 0o600, 0, 0, nil},
	} {
		root := folder(t, map[string]string{"etc/passwd": users, "etc/group": "extra:x:610:web\n", "etc/nginx/users": "alice:x\n"})
		must(t, os.Chmod(root, 0o755))
		must(t, os.Chown(filepath.Join(root, "etc/nginx/users"), c.uid, c.gid))
		must(t, os.Chmod(filepath.Join(root, "etc/nginx/users"), c.mode))
		got := ask(conf.Root(root), conf.Htpasswd, "/etc/nginx/users", c.worker)
		if got.Reads != "no" || got.Blocks != "/etc/nginx/users" || !slices.Equal(both(got.Lets), both(c.want)) {
			t.Errorf("%s: reads %q, blocks %q, %+v, want %+v", c.name, got.Reads, got.Blocks, got.Lets, c.want)
		}
	}
}

func both(r *conf.Rights) []conf.Rights {
	if r == nil {
		return nil
	}
	return []conf.Rights{*r}
}
