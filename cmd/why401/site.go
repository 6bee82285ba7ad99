package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/why401/why401"
	"github.com/why401/why401/diagnose"
	"github.com/why401/why401/site"
)

// siteCheck is why401 site.
type siteCheck struct {
	app *app

	auditForms
	database bool
	db       databaseFlags
	save     string
	plugins  pluginSearch
}

func (a *app) site() *cobra.Command {
	d := &siteCheck{app: a, plugins: pluginSearch{app: a}}
	c := &cobra.Command{
		Use:   "site DIR",
		Short: "Say what WordPress, CiviCRM, Magento or Drupal in a folder will refuse",
		Long: "Finds WordPress, CiviCRM, Magento 2 and Drupal in or below DIR, and reads their\n" +
			"configuration, .htaccess, plugins, permissions and logs. PHP is read, never run.\n" +
			"It says what the files decide about logins, what is refused wrongly, and what\n" +
			"only the database knows; with --database that is read as well. Nothing is sent,\n" +
			"and nothing is written, but by --bisect-plugins with --apply, which finds the\n" +
			"WordPress plugin that refuses a request (docs/platforms.md).\n" +
			"Exit code: 0 nothing wrong, 1 something was found, 4 nothing could be read.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("why401 site /var/www/html", "expected one folder, got %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args[0]) },
	}
	f := c.Flags()
	d.auditForms.register(f)
	f.BoolVar(&d.database, "database", false, "read the database, too, with the site's own login")
	f.StringVar(&d.save, "save-settings", "", "write settings for why401 after-sync to a `FILE`; keys only as short prints")
	d.db.register(f)
	d.plugins.register(f)
	return c
}

func (d *siteCheck) run(dir string) error {
	a := d.app
	if err := d.auditForms.check(); err != nil {
		return err
	}
	known, err := a.catalogue()
	if err != nil {
		return err
	}
	in, err := site.Open(dir)
	if errors.Is(err, site.ErrNothing) {
		return unreadable(err, "name the folder that holds wp-config.php, app/etc/env.php or sites/")
	}
	if err != nil {
		return unreadable(err, "why401 site /var/www/html")
	}
	if d.plugins.asked() {
		if d.json || d.sarif || d.github {
			return usage("without --json, --sarif and --github", "--bisect-plugins writes text only")
		}
		return d.plugins.run(in)
	}
	if d.database || d.save != "" || d.db.given() {
		d.db.ask(in)
	}
	if d.save != "" {
		return a.saveLive(in, d.save)
	}
	rep := diagnose.AuditSites(known.Causes, known.Page, in.All())
	rep.Tool.Version = why401.Version()
	shorten(rep)
	return a.printAudit(rep, &d.auditForms, len(rep.Findings) > 0)
}
