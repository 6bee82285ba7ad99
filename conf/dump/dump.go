// Package dump asks the servers of this machine where and how they read their configuration: nginx -V and nginx -T, apache2ctl
// -V and -t -D DUMP_CONFIG. It runs these programs and nothing else, with a time limit, and only when the user named no
// path. A server that will not say (its configuration is broken, or not ours to read) is read from the files in its place.
package dump

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/conf/look"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/internal/lazyregexp"
)

// patience is how long a server may take to print its configuration.
const patience = 20 * time.Second

// most is how much of an answer is read.
const most = 64 << 20

// Server is what one server of this machine gave.
type Server struct {
	Program string // "nginx", "apache"
	programs.Read
	Err error // it is installed, and nothing could be read
}

// System asks the servers that are installed here.
func System() []Server {
	var out []Server
	if bin := find("nginx"); bin != "" {
		r, err := system(bin, askNginx)
		out = append(out, Server{"nginx", r, err})
	}
	if bin := find("apache2ctl", "apachectl", "httpd"); bin != "" {
		r, err := system(bin, askApache)
		out = append(out, Server{"apache", r, err})
	}
	return out
}

func system(bin string, ask func(bin string) (programs.Read, error)) (programs.Read, error) {
	r, err := ask(bin)
	if err != nil {
		return r, fmt.Errorf("%s: %w", bin, err)
	}
	look.Files(r.Config, conf.Disk())
	return r, nil
}

// find gives the path of the first of names that is there. The folders of servers are not always in a user's PATH.
func find(names ...string) string {
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
		for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin", "/opt/homebrew/bin"} {
			if st, err := os.Stat(filepath.Join(dir, n)); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
				return filepath.Join(dir, n)
			}
		}
	}
	return ""
}

// run gives what a program prints on both streams.
func run(bin string, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout = &limited{&out}
	cmd.Stderr = cmd.Stdout
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("did not answer within %v", patience)
	}
	return out.String(), err
}

type limited struct{ b *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > most {
		return 0, errors.New("prints too much")
	}
	return l.b.Write(p)
}

var (
	nginxConf    = lazyregexp.New(`--conf-path=(\S+)`)
	nginxPrefix  = lazyregexp.New(`--prefix=(\S+)`)
	nginxVersion = lazyregexp.New(`nginx version: \S+/(\S+)`)
	apacheRoot   = lazyregexp.New(`HTTPD_ROOT="([^"]+)"`)
	apacheFile   = lazyregexp.New(`SERVER_CONFIG_FILE="([^"]+)"`)
	apacheVer    = lazyregexp.New(`Apache/(\S+)`)
)

func group(r *lazyregexp.Regexp, text string) string {
	if m := r.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// askNginx reads the file that nginx itself reads, with the prefix that it was built with. nginx -T prints the same files: what
// it reads is compared, so that a reader's mistake about includes is said.
func askNginx(bin string) (programs.Read, error) {
	built, err := run(bin, "-V")
	if err != nil && built == "" {
		return programs.Read{}, err
	}
	file := group(nginxConf, built)
	if file == "" {
		file = filepath.Join(group(nginxPrefix, built), "conf/nginx.conf")
	}
	c, err := nginx.Options{Prefix: group(nginxPrefix, built), Version: group(nginxVersion, built)}.Read(conf.Disk(), file)
	if err != nil {
		return programs.Read{}, err
	}
	if text, err := run(bin, "-T"); err == nil {
		for _, f := range dumped(text) {
			if !contains(c.Files, f) {
				c.Unread = append(c.Unread, conf.Unread{Place: conf.Place{File: f}, What: "nginx -T reads this file, and it was not found through the includes"})
			}
		}
	}
	return programs.Read{Path: file, Config: c, Source: conf.Disk()}, nil
}

var dumpedFile = lazyregexp.New(`(?m)^# configuration file (.+):$`)

func dumped(text string) []string {
	var out []string
	for _, m := range dumpedFile.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

func contains(files []string, f string) bool {
	for _, g := range files {
		if g == f || filepath.Clean(g) == filepath.Clean(f) {
			return true
		}
	}
	return false
}

// askApache reads the file that Apache itself reads.
func askApache(bin string) (programs.Read, error) {
	built, err := run(bin, "-V")
	if err != nil && built == "" {
		return programs.Read{}, err
	}
	file := group(apacheFile, built)
	if file == "" {
		return programs.Read{}, errors.New("-V does not say which file it reads")
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(group(apacheRoot, built), file)
	}
	c, err := apache.Read(conf.Disk(), file)
	if err != nil {
		return programs.Read{}, err
	}
	if c.Version == "" {
		c.Version = group(apacheVer, built)
	}
	if text, err := run(bin, "-t", "-D", "DUMP_CONFIG"); err == nil {
		for l := range strings.Lines(text) {
			f, ok := strings.CutPrefix(strings.TrimSpace(l), "# In file: ")
			if ok && !contains(c.Files, f) {
				c.Unread = append(c.Unread, conf.Unread{Place: conf.Place{File: f}, What: "Apache reads this file, and it was not found through the includes"})
			}
		}
	}
	return programs.Read{Path: file, Config: c, Source: conf.Disk()}, nil
}
