package diagnose

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/report"
	"github.com/why401/why401/site"
)

// AuditSites asks every cause for the places in the files of installed systems, and in their databases where those were read, at
// which it will refuse somebody. Nothing is sent, and nothing is run. pages is as for Audit.
func AuditSites(causes []*cause.Cause, pages func(id string) (cause.Page, bool), installed []*site.Installation) *report.Audit {
	a := &report.Audit{}
	for _, in := range installed {
		a.Sites = append(a.Sites, siteOf(in))
		for _, g := range in.Gaps {
			a.Unread = append(a.Unread, report.Unread{File: g.At.File, Line: g.At.Line, What: g.What, Opens: g.Opens})
		}
		for _, k := range causes {
			if k.Installed != nil {
				a.Findings = append(a.Findings, findings(k, pages, string(in.Platform), k.Installed(in))...)
			}
		}
	}
	sortFindings(a.Findings)
	return a
}

// siteOf writes down what is known of one system.
func siteOf(in *site.Installation) report.Site {
	s := report.Site{Platform: string(in.Platform), Version: in.Version.Text, VersionAt: atOf(in.Version.At), Root: in.Root}
	if in.Host != nil {
		s.Inside = string(in.Host.Platform)
	}
	told := func(about, name, says, depends string, at conf.Place) {
		s.Facts = append(s.Facts, report.Told{About: about, Name: name, Says: says, Depends: depends, File: at.File, Line: at.Line})
	}
	set := func(about string, list ...site.Setting) {
		for _, v := range list {
			if v.Set() {
				told(about, v.Name, v.Shown(), v.Depends(), v.At)
				for _, o := range v.Or {
					if other := (site.Setting{Name: v.Name, Value: o}); other.Shown() != v.Shown() {
						told(about, v.Name, "or "+other.Shown(), other.Depends(), o.At)
					}
				}
			}
		}
	}
	set("address", in.URLs...)
	set("environment", in.Environment)
	for _, n := range []string{"MULTISITE", "SUBDOMAIN_INSTALL", "DOMAIN_CURRENT_SITE", "PATH_CURRENT_SITE"} {
		set("network", in.Setting(n))
	}
	set("cookies", in.Cookies...)
	if d := in.Database; d != nil {
		told("database", "database", databaseOf(d), needsOf(d), d.At)
		if d.Prefix != "" {
			told("database", "table prefix", fmt.Sprintf("%q", d.Prefix), "", d.PrefixAt)
		}
	}
	for _, k := range in.Keys {
		says := "set, not shown"
		switch {
		case k.Default != "":
			says = k.Default
		case k.Value.Empty():
			says = "only known while the program runs"
		}
		told("keys", k.Name, says, "", k.At)
	}
	for _, m := range in.Mandatory {
		if authentic(m.Name) && (in.Platform == site.CiviCRM || !addressed(in, m)) {
			told("mandatory", m.Name, m.Shown()+", whatever the database says", m.Depends(), m.At)
		}
	}
	for _, p := range in.Guards {
		told("plugins", p.Name, p.How+" that "+p.Does, "", p.At)
	}
	for _, p := range in.Plugins {
		told("plugins", p.Name, p.Does, "whether it is active in the database", p.At)
	}
	for _, h := range in.Htaccess {
		told("htaccess", string(h.What), h.Says, "whether Apache serves the site", h.At)
	}
	if in.Stored != nil {
		s.Facts = append(s.Facts, storedIn(in.Stored)...)
	}
	for _, p := range in.Permissions {
		told("permissions", p.Mode+" "+p.Owner, p.Says, "", conf.Place{File: p.Path})
	}
	for _, l := range in.Logs {
		says := "no line about logins"
		if l.About > 0 {
			says = fmt.Sprintf("%d about logins, the last is line %d: why401 logs reads them", l.About, l.Last)
		}
		told("logs", path.Base(l.Path), says, "", conf.Place{File: l.Path, Line: l.Last})
	}
	return s
}

func atOf(p conf.Place) report.At { return report.At{File: p.File, Line: p.Line} }

// addressed reports a setting that is shown as an address or a cookie's already.
func addressed(in *site.Installation, m site.Setting) bool {
	for _, s := range slices.Concat(in.URLs, in.Cookies) {
		if s.At == m.At {
			return true
		}
	}
	return false
}

// authentic reports a setting that has a say in who is let in.
func authentic(name string) bool {
	for _, part := range []string{"authx", "web/", "oauth", "webapi", "twofactor", "admin/url", "admin/security", "cookie", "flood", "home", "siteurl", "environment", "session", "ssl", "basic_auth"} {
		if strings.Contains(strings.ToLower(name), part) {
			return true
		}
	}
	return false
}

// databaseOf names a database without its password.
func databaseOf(d *site.Database) string {
	where := cmp.Or(d.Host, "localhost")
	switch {
	case d.Socket != "":
		where = d.Socket
	case d.Port != 0:
		where = fmt.Sprintf("%s:%d", where, d.Port)
	}
	says := fmt.Sprintf("%s %q at %s", cmp.Or(d.Driver, "database"), d.Name, where)
	if d.User != "" {
		says += ", user " + d.User
	}
	if d.Password.Empty() {
		return says + ", no password known"
	}
	return says + ", with a password"
}

func needsOf(d *site.Database) string {
	var parts []string
	for _, n := range d.Needs {
		parts = append(parts, n.String())
	}
	return strings.Join(parts, ", ")
}
