package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/dump"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/diagnose"
	"github.com/why401/why401/report"
)

// configCheck is why401 config.
type configCheck struct {
	app *app

	as, request, client string
	user                string
	passwordStdin       bool
	auditForms
	configs []programs.Read
	failed  []error
}

func (a *app) config() *cobra.Command {
	d := &configCheck{app: a}
	c := &cobra.Command{
		Use:   "config [PATH...]",
		Short: "Say which places in a server's configuration will refuse somebody",
		Long: "Reads configurations of nginx, Apache, HAProxy, Caddy, Traefik and others, and\n" +
			"names every line that refuses somebody wrongly. With --request it follows one\n" +
			"request through it, line by line. Without PATH the system's nginx and Apache\n" +
			"are read, as they print themselves (nginx -T, apache2ctl). Nothing is sent.\n" +
			"Exit code: 0 nothing wrong, 1 something was found, 4 nothing could be read.",
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args) },
	}
	f := c.Flags()
	f.StringVar(&d.as, "as", "", "read PATH as this `PROGRAM`'s: "+strings.Join(programs.Names(), ", "))
	f.StringVar(&d.request, "request", "", "follow this `REQUEST`: a curl command or a URL")
	f.StringVar(&d.client, "from", "", "the request comes from this `ADDRESS`")
	f.StringVar(&d.user, "user", "", "check the password of user `NAME`, which is asked for")
	f.BoolVar(&d.passwordStdin, "password-stdin", false, "with --user: read the password from standard input")
	d.auditForms.register(f)
	return c
}

func (d *configCheck) run(args []string) error {
	if err := d.auditForms.check(); err != nil {
		return err
	}
	switch {
	case d.passwordStdin && d.user == "":
		return usage("why401 config PATH --user NAME --password-stdin", "--password-stdin without --user")
	case d.client != "" && d.request == "":
		return usage("why401 config PATH --request 'curl ...' --from 192.0.2.7", "--from goes with --request")
	case d.request != "" && (d.sarif || d.github || d.user != ""):
		return usage("why401 config PATH --request 'curl ...'", "--request is one question, and --sarif, --github and --user are others")
	case d.as != "":
		if _, ok := programs.Find(d.as); !ok {
			return usage("one of "+strings.Join(programs.Names(), ", "), "--as %q: no such program", d.as)
		}
	}
	// Reading thousands of files needs more room than one answer does.
	debug.SetMemoryLimit(224 << 20)
	if err := d.read(args); err != nil {
		return err
	}
	if d.request != "" {
		return d.trace()
	}
	return d.audit()
}

// read reads what was named, or the system's own configurations.
func (d *configCheck) read(args []string) error {
	if len(args) == 0 {
		return d.system()
	}
	var paths []string
	for _, a := range args {
		p, err := filepath.Abs(a)
		if err != nil {
			return unreadable(fmt.Errorf("%s: %w", a, err), "")
		}
		paths = append(paths, p)
	}
	d.configs, d.failed = programs.ReadPaths(conf.Disk(), paths, d.as)
	if len(d.configs) == 0 {
		return unreadable(errors.Join(d.failed...), "why401 config /etc/nginx, or name the program with --as")
	}
	return nil
}

// system reads the configurations that the programs of this machine print themselves.
func (d *configCheck) system() error {
	for _, s := range dump.System() {
		if d.as != "" && s.Program != d.as {
			continue
		}
		if s.Err != nil {
			d.failed = append(d.failed, s.Err)
			continue
		}
		d.configs = append(d.configs, s.Read)
	}
	if len(d.configs) == 0 {
		err := errors.Join(d.failed...)
		if err == nil {
			err = errors.New("no nginx and no Apache is installed here")
		}
		return unreadable(err, "why401 config PATH")
	}
	return nil
}

func (d *configCheck) configurations() []diagnose.Configuration {
	var out []diagnose.Configuration
	for _, c := range d.configs {
		out = append(out, diagnose.Configuration{Path: shorter(c.Path), Config: c.Config})
	}
	return out
}

func (d *configCheck) audit() error {
	a := d.app
	known, err := a.catalogue()
	if err != nil {
		return err
	}
	logins, err := d.logins()
	if err != nil {
		return err
	}
	rep := diagnose.Audit(known.Causes, known.Page, d.configurations())
	rep.Tool.Version = why401.Version()
	rep.Logins = logins
	for _, e := range d.failed {
		rep.Unread = append(rep.Unread, unreadOf(e))
	}
	shorten(rep)
	return a.printAudit(rep, &d.auditForms, len(rep.Findings) > 0 || refusedLogin(logins))
}

func refusedLogin(logins []report.Login) bool {
	for _, l := range logins {
		if l.Result == "fits" && l.Server != "no" {
			return false
		}
	}
	return len(logins) > 0
}

// unreadOf is a path that gave nothing.
func unreadOf(err error) report.Unread {
	var u conf.Unread
	if errors.As(err, &u) {
		return report.Unread{File: u.Place.File, Line: u.Place.Line, What: u.What}
	}
	file, what, ok := strings.Cut(err.Error(), ": ")
	if !ok {
		file, what = "", err.Error()
	}
	return report.Unread{File: file, What: what}
}

// shorter is path as the user would write it: relative when it is below the folder that they are in.
func shorter(path string) string {
	dir, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) || dir == "/" {
		return path
	}
	if rel, err := filepath.Rel(dir, path); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return rel
	}
	return path
}

func shorten(rep *report.Audit) {
	dir, err := os.Getwd()
	if err != nil || dir == "/" {
		return
	}
	prefix := dir + string(filepath.Separator)
	for i := range rep.Findings {
		f := &rep.Findings[i]
		f.File, f.Says = strings.TrimPrefix(f.File, prefix), strings.ReplaceAll(f.Says, prefix, "")
		for j := range f.Remedies {
			for k := range f.Remedies[j].Steps {
				f.Remedies[j].Steps[k] = strings.ReplaceAll(f.Remedies[j].Steps[k], prefix, "")
			}
		}
	}
	for i := range rep.Sites {
		at := &rep.Sites[i]
		at.VersionAt.File = strings.TrimPrefix(at.VersionAt.File, prefix)
		for j := range at.Facts {
			at.Facts[j].File, at.Facts[j].Says = strings.TrimPrefix(at.Facts[j].File, prefix), strings.ReplaceAll(at.Facts[j].Says, prefix, "")
		}
	}
	for i := range rep.Unread {
		rep.Unread[i].File = strings.TrimPrefix(rep.Unread[i].File, prefix)
		rep.Unread[i].What = strings.ReplaceAll(rep.Unread[i].What, prefix, "")
	}
	for i := range rep.Logins {
		rep.Logins[i].File = strings.TrimPrefix(rep.Logins[i].File, prefix)
		for j := range rep.Logins[i].Named {
			rep.Logins[i].Named[j].File = strings.TrimPrefix(rep.Logins[i].Named[j].File, prefix)
		}
	}
}
