package fpm_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/fpm"
	"github.com/why401/why401/lab/real"
)

const site = `[global]
error_log = /var/log/fpm.log
include=pool.d/*.conf
`

const pool = `; the shop
[shop]
user = shop
group = shop
listen = /run/php/$pool.sock
listen.owner = www-data
listen.mode = 0600
pm = static
pm.max_children = 2
clear_env = no
env[HTTP_AUTHORIZATION] = $HTTP_AUTHORIZATION
env[API_KEY] = "s3cret-value" ; the key
security.limit_extensions = .php .html
user = second
`

func TestRead(t *testing.T) {
	c, pools, err := fpm.ReadPools(conf.Texts{"/etc/php/fpm/php-fpm.conf": site, "/etc/php/fpm/pool.d/shop.conf": pool}, "/etc/php/fpm/php-fpm.conf")
	if err != nil || len(pools) != 1 || len(c.Unread) > 0 || c.Worker != "second" {
		t.Fatalf("%v %v %+v", err, pools, c)
	}
	p := pools[0]
	if p.Listen != "/run/php/shop.sock" || p.SocketOwner != "www-data" || p.SocketMode != "0600" || p.ClearEnv || len(p.Extensions) != 2 || !strings.Contains(p.AccessFormat, "%u") {
		t.Errorf("%+v", p)
	}
	s := c.Scopes[0]
	if s.Server.Listen[0].Address != "unix:/run/php/shop.sock" || s.Server.Listen[0].Place.Line != 5 || s.Pass.Authorization.Place.Line != 11 {
		t.Errorf("%+v", s)
	}
	if v := s.Pass.Set[1]; v.Name != "API_KEY" || strings.Contains(v.Value, "s3cret") {
		t.Errorf("%+v", v)
	}
	if at := s.Pass.Set[0].Place; pool[at.Start:at.End] != "env[HTTP_AUTHORIZATION] = $HTTP_AUTHORIZATION" {
		t.Errorf("%q", pool[at.Start:at.End])
	}
}

// TestAgainstPHPFPM: what is read is what php-fpm -tt prints of its own configuration.
func TestAgainstPHPFPM(t *testing.T) {
	w := real.NewWorld(t)
	w.File("pool.d/shop.conf", strings.ReplaceAll(strings.ReplaceAll(pool, "shop\n", "nogroup\n"), "second", "nobody"))
	w.File("pool.d/second.conf", "[second]\nuser=nobody\nlisten = 127.0.0.1:@port:second@\nlisten.allowed_clients = 127.0.0.1, ::1\npm=ondemand\npm.max_children=1\n")
	main := w.File("php-fpm.conf", "[global]\ninclude = @dir@/pool.d/*.conf\n")
	out, err := exec.Command("php-fpm8.2", "-n", "-tt", "-y", main).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, pools, err := fpm.ReadPools(conf.Disk(), main)
	if err != nil || len(pools) != 2 {
		t.Fatal(err, pools)
	}
	for _, p := range pools {
		_, section, _ := strings.Cut(string(out), "["+p.Name+"]")
		section, _, _ = strings.Cut(section, "NOTICE: \n")
		for key, want := range map[string]string{"user": p.User, "listen": p.Listen, "listen.mode": p.SocketMode, "clear_env": map[bool]string{true: "yes", false: "no"}[p.ClearEnv],
			"security.limit_extensions": strings.Join(p.Extensions, " ")} {
			line := fmt.Sprintf("\t%s = %s\n", key, want)
			// What is not set is printed as undefined; the default then holds.
			if _, set := p.Get(key); set && !strings.Contains(section, line) {
				t.Errorf("%s: read %q, php-fpm says\n%s", p.Name, line, section)
			} else if !set && key == "clear_env" && !strings.Contains(section, line) {
				t.Errorf("%s: the default of %s is not %q:\n%s", p.Name, key, want, section)
			}
		}
	}
	if filepath.Base(pools[0].File) != "second.conf" {
		t.Errorf("files are not read in the order of their names: %s", pools[0].File)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(site)
	f.Add(pool)
	f.Add("[a]\ninclude = f\n[\nx = \"")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := fpm.Read(conf.Texts{"f": text}, "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.Scopes {
			if p := s.Place; p.Start < 0 || p.End > len(text) || p.Start > p.End {
				t.Fatalf("place %+v in %d bytes", p, len(text))
			}
		}
	})
}
