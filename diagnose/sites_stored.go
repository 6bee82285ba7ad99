package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/report"
	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

// storedIn writes down what a system's database says.
func storedIn(s *db.Settings) []report.Told {
	var out []report.Told
	told := func(name, table, format string, args ...any) {
		out = append(out, report.Told{About: "database", Name: name, Says: fmt.Sprintf(format, args...), File: conf.Place{File: s.Login.Name + "." + table}.File})
	}
	told("server", "", "read with its own login: %s", s.Server)
	if w := s.WordPress; w != nil {
		for _, o := range w.Options {
			switch o.Name {
			case "siteurl", "home", "using_application_passwords":
				told(o.Name, w.Prefix+"options", "%s", o.Value.Text())
			case "active_plugins":
				told(o.Name, w.Prefix+"options", "%s", phpWords(o.Value))
			}
		}
		for _, b := range w.Blogs {
			told("site "+b.ID+" of the network", w.Prefix+"blogs", "%s%s", b.Domain, b.Path)
			for _, o := range b.Options {
				if o.Name != "active_plugins" {
					told(o.Name, w.Prefix+b.ID+"_options", "%s", o.Value.Text())
				}
			}
		}
		for _, p := range w.Passwords {
			told("application password", w.Prefix+"usermeta", "%q of the user with the ID %s, made %s, last used %s", p.Name, p.User, day(p.Created), day(p.Used))
		}
	}
	if c := s.CiviCRM; c != nil {
		for _, v := range c.Settings {
			told(v.Name, "civicrm_setting", "domain %s: %s", v.Domain, phpWords(v.Value))
		}
	}
	if m := s.Magento; m != nil {
		storedMagento(m, told)
	}
	if d := s.Drupal; d != nil {
		for _, f := range d.Flood {
			told("flood", d.Prefix+"flood", "%s failures of %s count", f.Count, f.Event)
		}
	}
	return out
}

func storedMagento(m *db.Magento, told func(name, table, format string, args ...any)) {
	for _, c := range m.Config {
		told(c.Path, m.Prefix+"core_config_data", "%s %s: %s", c.Scope, c.ScopeID, c.Value.SQL())
	}
	for _, i := range m.Integrations {
		state := "switched off"
		if i.Active {
			state = "active"
		}
		told("integration", m.Prefix+"integration", "%q is %s, with %d tokens", i.Name, state, i.Tokens)
	}
	for _, r := range m.Roles {
		if r.Type == "U" && r.UserType == "1" {
			told("integration's resources", m.Prefix+"authorization_rule", "the integration with the ID %s may use %s", r.User, resources(r))
		}
	}
	for _, l := range m.Locked {
		told("failures", m.Prefix+"oauth_token_request_log", "%s of %q at the token endpoint; a lock would end %s", l.Failures, l.Name, l.Until.Format("2006-01-02 15:04 UTC"))
	}
	for _, a := range m.Admins {
		if !a.Active || a.Until.After(m.Now) {
			told("administrator", m.Prefix+"admin_user", "%q is inactive, or locked in the panel", a.Name)
		}
	}
}

// resources names what a role may use, the first ten of it.
func resources(r db.Role) string {
	switch n := len(r.Resources); {
	case n == 0:
		return "nothing"
	case n > 10:
		return fmt.Sprintf("%s and %d more", strings.Join(r.Resources[:10], ", "), r.Allow-10)
	}
	return strings.Join(r.Resources, ", ")
}

// phpWords shows a serialized value: scalars, and lists of them.
func phpWords(v db.Value) string {
	if v.Null() {
		return "NULL: the default"
	}
	read, err := php.Unserialize(v.Text())
	if err != nil {
		return "cannot be unserialized (" + err.Error() + "), so it counts as FALSE"
	}
	if t, ok := read.Text(); ok {
		return t
	}
	var words []string
	for _, it := range read.Array().Items() {
		if t, ok := it.Value.Text(); ok {
			words = append(words, t)
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// day shows a Unix time as WordPress keeps it.
func day(unix string) string {
	var n int64
	if _, err := fmt.Sscan(unix, &n); err != nil || n <= 0 {
		return "never"
	}
	return time.Unix(n, 0).UTC().Format("2006-01-02")
}
