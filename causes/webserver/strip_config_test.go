package webserver

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/why401/why401/conf"
	httpd "github.com/why401/why401/conf/apache"
)

// TestCGIFolder: Debian's munin runs the programs of its own CGI folder with mod_fcgid, and they ask for nothing. A PHP
// application behind mod_fcgid is told of.
func TestCGIFolder(t *testing.T) {
	for folder, want := range map[string]int{"/usr/lib/munin/cgi": 0, "/usr/lib/cgi-bin": 0, "/srv/shop": 1} {
		file := filepath.Join(t.TempDir(), "apache2.conf")
		text := "<Directory " + folder + ">\nRequire all granted\nOptions +ExecCGI\nSetHandler fcgid-script\n</Directory>\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := httpd.Read(conf.Disk(), file)
		if err != nil {
			t.Fatal(err)
		}
		if got := cgiWithheld(c); len(got) != want {
			t.Errorf("%s: %d findings, expected %d: %+v", folder, len(got), want, got)
		}
	}
}
