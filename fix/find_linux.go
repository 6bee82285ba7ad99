package fix

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// program says how one server program is recognised, tested and reloaded.
type program struct {
	name     string
	exes     []string // names of the program file; "php-fpm*" for any version
	defaults []string // what it reads when its command line names no file
	configs  func(process) []string
	test     func(process, []string) *Command // nil when the program has no test
	reload   func(*Server, process, []string) error
}

// programs are those that can be tested and reloaded. The sources are the makers' own pages: nginx.org/en/docs/control.html,
// httpd.apache.org/docs/2.4/stopping.html, HAProxy's management.txt section 4, php-fpm(8), lighttpd(8), varnish-cli(7),
// squid(8), caddyserver.com/docs/command-line.
var programs = []program{
	{
		name: "nginx", exes: []string{"nginx", "openresty", "angie"}, defaults: []string{"/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf", "/usr/local/etc/nginx/nginx.conf"},
		configs: func(p process) []string {
			c, dir := option(words(p), "-c"), option(words(p), "-p")
			if c == "" {
				return nil
			}
			if !filepath.IsAbs(c) && dir != "" {
				c = filepath.Join(dir, c)
			}
			return []string{c}
		},
		test: func(p process, _ []string) *Command {
			argv := []string{p.exe, "-t"}
			for _, o := range []string{"-p", "-c", "-e"} {
				if v := option(words(p), o); v != "" {
					argv = append(argv, o, v)
				}
			}
			return p.command(argv)
		},
		reload: func(s *Server, p process, _ []string) error {
			s.Reload = p.send(syscall.SIGHUP, "HUP")
			s.follow(p)
			return nil
		},
	},
	{
		name: "Apache httpd", exes: []string{"apache2", "httpd"}, defaults: []string{"/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf", "/usr/local/apache2/conf/httpd.conf"},
		configs: func(p process) []string {
			f, dir := joined(p.args, "-f"), joined(p.args, "-d")
			if f == "" {
				return nil
			}
			if !filepath.IsAbs(f) && dir != "" {
				f = filepath.Join(dir, f)
			}
			return []string{f}
		},
		test: func(p process, _ []string) *Command {
			argv := []string{p.exe, "-t"}
			for i := 1; i < len(p.args); i++ {
				a := p.args[i]
				switch {
				case a == "-k":
					i++
				case a == "-D" && i+1 < len(p.args) && p.args[i+1] == "FOREGROUND":
					i++
				case a == "-DFOREGROUND", a == "-X":
				default:
					argv = append(argv, a)
				}
			}
			return p.command(argv)
		},
		reload: func(s *Server, p process, _ []string) error {
			s.Reload = p.send(syscall.SIGUSR1, "USR1")
			s.follow(p)
			return nil
		},
	},
	{
		name: "HAProxy", exes: []string{"haproxy"}, defaults: []string{"/etc/haproxy/haproxy.cfg"},
		configs: func(p process) []string { return haproxyFiles(p.args) },
		test: func(p process, files []string) *Command {
			argv := []string{p.exe, "-c"}
			for _, f := range files {
				argv = append(argv, "-f", f)
			}
			return p.command(argv)
		},
		reload: func(s *Server, p process, _ []string) error {
			if !slices.Contains(p.args, "-W") && !slices.Contains(p.args, "-Ws") {
				return fmt.Errorf("HAProxy (process %d) runs without a master (-W), so it has no reload: say how with --reload", p.pid)
			}
			s.Reload = p.send(syscall.SIGUSR2, "USR2")
			s.follow(p)
			return nil
		},
	},
	{
		name: "PHP-FPM", exes: []string{"php-fpm*"}, defaults: []string{"/etc/php-fpm.conf", "/usr/local/etc/php-fpm.conf", "/etc/php/*/fpm/php-fpm.conf"},
		configs: func(p process) []string {
			// The title is "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)".
			_, f, ok := strings.Cut(p.title(), "master process (")
			if !ok {
				return nil
			}
			return []string{strings.TrimSuffix(f, ")")}
		},
		test: func(p process, files []string) *Command {
			return p.command([]string{p.exe, "-t", "-y", files[0]})
		},
		reload: func(s *Server, p process, _ []string) error {
			s.Reload = p.send(syscall.SIGUSR2, "USR2")
			s.follow(p)
			return nil
		},
	},
	{
		name: "lighttpd", exes: []string{"lighttpd"}, defaults: []string{"/etc/lighttpd/lighttpd.conf"},
		configs: func(p process) []string { return one(joined(p.args, "-f")) },
		test: func(p process, files []string) *Command {
			return p.command([]string{p.exe, "-tt", "-f", files[0]})
		},
		reload: func(s *Server, p process, _ []string) error {
			s.Reload = p.send(syscall.SIGUSR1, "USR1")
			s.rest(p, 1500*time.Millisecond)
			return nil
		},
	},
	{
		name: "Caddy", exes: []string{"caddy"}, defaults: []string{"/etc/caddy/Caddyfile"},
		configs: func(p process) []string { return one(option(p.args, "--config")) },
		test: func(p process, files []string) *Command {
			return p.command(append([]string{p.exe, "validate", "--config", files[0]}, caddyAdapter(p)...))
		},
		reload: func(s *Server, p process, files []string) error {
			s.Reload = p.command(append([]string{p.exe, "reload", "--config", files[0]}, caddyAdapter(p)...))
			return nil // the command ends when the new configuration answers
		},
	},
	{
		name: "Varnish", exes: []string{"varnishd"}, defaults: []string{"/etc/varnish/default.vcl"},
		configs: func(p process) []string { return one(joined(p.args, "-f")) },
		test: func(p process, files []string) *Command {
			argv := []string{p.exe, "-C", "-f", files[0]}
			for i, a := range p.args {
				if i+1 < len(p.args) && (a == "-j" || a == "-p" && (strings.HasPrefix(p.args[i+1], "cc_command=") || strings.HasPrefix(p.args[i+1], "vcl_path="))) {
					argv = append(argv, a, p.args[i+1])
				}
			}
			return p.command(argv)
		},
		reload: func(s *Server, p process, files []string) error {
			adm := "varnishadm"
			if n := joined(p.args, "-n"); n != "" {
				adm += " -n " + quote(n)
			}
			// A label is used once only; the time makes it new whenever the command runs.
			s.Reload = Line(fmt.Sprintf("n=why401-$(date +%%s%%N) && %s vcl.load $n %s && %s vcl.use $n", adm, quote(files[0]), adm))
			return nil
		},
	},
	{
		name: "Squid", exes: []string{"squid"}, defaults: []string{"/etc/squid/squid.conf"},
		configs: func(p process) []string { return one(joined(p.args, "-f")) },
		test: func(p process, files []string) *Command {
			return p.command([]string{p.exe, "-k", "parse", "-f", files[0]})
		},
		reload: func(s *Server, p process, _ []string) error {
			s.Reload = p.send(syscall.SIGHUP, "HUP")
			s.rest(p, 1500*time.Millisecond)
			return nil
		},
	},
}

// FindServer finds the running program that reads the configuration file main, and how to test and reload it. A program that
// does not run is found, too: then there is nothing to reload. The error says what to name when it cannot be known.
func FindServer(name, main string) (*Server, error) {
	for _, pr := range programs {
		if !strings.EqualFold(pr.name, name) && !strings.HasPrefix(strings.ToLower(pr.name), strings.ToLower(name)) {
			continue
		}
		return pr.find(main)
	}
	return nil, fmt.Errorf("how %q is tested and reloaded is not known here: say it with --test and --reload", name)
}

func (pr program) find(main string) (*Server, error) {
	var found []process
	running := processes()
	for _, p := range running {
		if !pr.runs(p) || slices.ContainsFunc(running, func(q process) bool { return q.pid == p.parent && pr.runs(q) }) {
			continue // a worker, whose master is the one to tell
		}
		files := pr.configs(p)
		if len(files) == 0 {
			files = pr.usual()
		}
		if main == "" || slices.ContainsFunc(files, func(f string) bool { return sameFile(p.cwd, f, main) }) {
			found = append(found, p)
		}
	}
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("%s with the configuration %s: %w", pr.name, main, errNotRunning)
	case len(found) > 1:
		return nil, fmt.Errorf("%d processes of %s read %s: say which with --test and --reload", len(found), pr.name, main)
	}
	p := found[0]
	files := pr.configs(p)
	if len(files) == 0 {
		files = []string{main}
	}
	s := &Server{Name: pr.name, Found: fmt.Sprintf("%s, process %d", pr.name, p.pid)}
	if pr.test != nil {
		s.Test = pr.test(p, files)
	}
	if err := pr.reload(s, p, files); err != nil {
		return nil, err
	}
	// The service manager knows more than we do: what else hangs on a reload, and what runs before it.
	if u := p.unit(); u != "" {
		if systemctl, err := exec.LookPath("systemctl"); err == nil {
			s.Reload = &Command{Argv: []string{systemctl, "reload", u}}
			s.Found += ", service " + u
		}
	}
	return s, nil
}

func (pr program) runs(p process) bool {
	base := filepath.Base(p.exe)
	return slices.ContainsFunc(pr.exes, func(e string) bool {
		ok, _ := filepath.Match(e, base)
		return ok
	})
}

func (pr program) usual() []string {
	var out []string
	for _, d := range pr.defaults {
		m, _ := filepath.Glob(d)
		out = append(out, m...)
	}
	return out
}

func (p process) command(argv []string) *Command {
	// HAProxy's master tells its next self by variables what it is; a test is no master.
	env := slices.DeleteFunc(p.environ(), func(v string) bool { return strings.HasPrefix(v, "HAPROXY_") })
	return &Command{Argv: argv, Env: env, Dir: p.cwd}
}

// words is the command line of a process that wrote its title over it: nginx gives "nginx: master process nginx -c FILE".
func words(p process) []string { return strings.Fields(p.title()) }

// option is the word behind name.
func option(args []string, name string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, name+"="); ok && strings.HasPrefix(name, "--") {
			return v
		}
		if a == name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// joined is option, also where the value stands in the same word: -f/etc/x.conf.
func joined(args []string, name string) string {
	if v := option(args, name); v != "" {
		return v
	}
	for _, a := range args[min(1, len(args)):] {
		if v, ok := strings.CutPrefix(a, name); ok && strings.HasPrefix(v, "/") {
			return v
		}
	}
	return ""
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func haproxyFiles(args []string) []string {
	var out []string
	for i := 1; i < len(args); i++ {
		switch args[i] {
		case "-f":
			if i+1 < len(args) {
				out = append(out, args[i+1])
				i++
			}
		case "--":
			return append(out, args[i+1:]...)
		}
	}
	return out
}

func caddyAdapter(p process) []string {
	if a := option(p.args, "--adapter"); a != "" {
		return []string{"--adapter", a}
	}
	return nil
}
