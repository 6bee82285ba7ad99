package copied

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

// Here is what this environment is.
type Here struct {
	URL         string // its address, "https://staging.example.test/"
	Prompt      bool   // the web server asks for a password in front of the site
	Environment string // what it is, in WordPress's words: "staging", "development", "local"; "staging" when ""
}

// Outcome is what has to change, and what a person should know.
type Outcome struct {
	Batches []db.Batch
	Edits   []conf.Edit // of configuration files
	Notes   []Note
}

// Note is one thing that was compared.
type Note struct {
	About string // "address", "cookies", "AuthX", "keys", "environment", "integrations"
	Says  string // one plain sentence
	Do    string // what a person may do, "" for nothing
}

// Compare holds the copy against the live site. The databases of in have to be read already.
func Compare(in *site.Installation, live *Live, here Here) (Outcome, error) {
	to, err := url.Parse(here.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return Outcome{}, fmt.Errorf("%q is no address of a site: expected https://host/ or http://host/path/", here.URL)
	}
	var out Outcome
	for _, i := range in.All() {
		was, known := live.of(i.Platform)
		if !known {
			out.note("address", "", "%s is not among the live settings: only what this environment needs by itself is looked at.", i.Platform)
		}
		c := &comparison{in: i, live: live, was: was, here: here, to: to, out: &out}
		c.keys()
		c.environment()
		switch {
		case i.Stored == nil:
		case i.Stored.WordPress != nil:
			c.wordpress(i.Stored.WordPress)
		case i.Stored.CiviCRM != nil:
			c.civicrm(i.Stored.CiviCRM)
		case i.Stored.Magento != nil:
			c.magento(i.Stored.Magento)
		}
		if len(c.changes) > 0 {
			out.Batches = append(out.Batches, db.Batch{Source: i.Source(), Changes: c.changes, Dir: i.Source().Site, Clean: c.clean})
		}
	}
	return out, nil
}

func (o *Outcome) note(about, do, format string, args ...any) {
	o.Notes = append(o.Notes, Note{about, fmt.Sprintf(format, args...), do})
}

type comparison struct {
	in      *site.Installation
	live    *Live
	was     System
	here    Here
	to      *url.URL
	out     *Outcome
	changes []db.Change
	clean   []string
}

// lives are the hosts of the live site.
func (c *comparison) lives() []string {
	var out []string
	for _, s := range c.live.Systems {
		for _, a := range s.Addresses {
			if u, err := url.Parse(a); err == nil && u.Host != "" && !slices.Contains(out, u.Host) {
				out = append(out, u.Host)
			}
		}
	}
	return out
}

// moved gives an address of the live site as it has to be here; false for one that stays: another host's, or already right.
func (c *comparison) moved(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !slices.Contains(c.lives(), u.Host) || u.Host == c.to.Host && u.Scheme == c.to.Scheme {
		return "", false
	}
	u.Scheme, u.Host, u.User = c.to.Scheme, c.to.Host, nil
	if base := strings.TrimSuffix(c.to.Path, "/"); base != "" && !strings.HasPrefix(u.Path, base) {
		u.Path = base + u.Path
	}
	return u.String(), true
}

// fixed reports a setting that a file decides, and says so.
func (c *comparison) fixed(about, name string) bool {
	s, ok := c.in.MandatorySetting(name)
	if ok {
		c.out.note(about, "change it there if it is not right", "%s is decided by %s; no row has a say.", name, s.At)
	}
	return ok
}

func (c *comparison) wordpress(w *db.WordPress) {
	for _, name := range []string{"siteurl", "home"} {
		o, ok := w.Option(name)
		if !ok {
			continue
		}
		to, moves := c.moved(o.Value.Text())
		if !moves || c.fixed("address", name) {
			continue
		}
		to = strings.TrimSuffix(to, "/") // WordPress keeps both without
		ch := w.Change(name, db.Bytes(to), "")
		ch.By = []string{"wp", "option", "update", name, to}
		c.changes = append(c.changes, ch)
	}
	c.network(w)
	if len(c.changes) > 0 {
		c.out.note("address", "wp search-replace "+strings.Join(c.lives(), " ")+" "+c.to.Host+" --skip-columns=guid", "Links inside posts still name the live site; they refuse nobody.")
	}
}

// network moves the sites of a network: the domains by which WordPress knows whose request it is, and the addresses of each.
func (c *comparison) network(w *db.WordPress) {
	if s, at := c.in.Setting("DOMAIN_CURRENT_SITE"), c.to.Host; len(w.Blogs) > 0 && s.Set() {
		if t, ok := s.Text(); ok && t != at && slices.Contains(c.lives(), t) {
			c.edit("address", s, php.Quote(at), "%s names the live site: WordPress sends every request there.", s.Name)
		}
	}
	for _, n := range w.Networks {
		if slices.Contains(c.lives(), n.Domain) && n.Domain != c.to.Host {
			c.changes = append(c.changes, w.ChangeNetworkDomain(n, c.to.Host))
		}
	}
	if o, ok := w.Network("siteurl"); ok {
		if to, moves := c.moved(o.Value.Text()); moves {
			c.changes = append(c.changes, w.ChangeNetwork("siteurl", db.Bytes(to), ""))
		}
	}
	others := 0
	for _, b := range w.Blogs {
		if slices.Contains(c.lives(), b.Domain) && b.Domain != c.to.Host {
			c.changes = append(c.changes, w.ChangeDomain(b, c.to.Host))
		} else if b.Domain != c.to.Host {
			others++
		}
		for _, o := range b.Options {
			if to, moves := c.moved(o.Value.Text()); moves && o.Name != "active_plugins" {
				c.changes = append(c.changes, w.ChangeBlogOption(o, db.Bytes(strings.TrimSuffix(to, "/"))))
			}
		}
	}
	if others > 0 {
		c.out.note("address", "see the table "+w.Prefix+"blogs", "%d sites of the network have domains of their own, which are not changed here.", others)
	}
}

// edit plans another value of a constant, where the file can be edited, and else says what a person has to write.
func (c *comparison) edit(about string, s site.Setting, written, format string, args ...any) {
	edits := c.in.SetConstant(s.Name, written)
	c.out.Edits = append(c.out.Edits, edits...)
	do := ""
	if len(edits) == 0 {
		do = fmt.Sprintf("%s: %s", s.At, site.DefineLine(s.Name, written))
	}
	c.out.note(about, do, format, args...)
}

func (c *comparison) civicrm(v *db.CiviCRM) {
	for _, d := range v.Domains {
		version := c.in.Version
		if !version.Known() {
			version = site.Version{Text: d.Version}
		}
		if c.here.Prompt && judges(version) {
			c.header(v, d.ID)
		}
		for _, s := range v.Settings {
			if s.Domain == d.ID && s.Name == "environment" {
				c.civiSays(v, s)
			}
			if s.Domain != d.ID || !strings.HasSuffix(s.Name, "URL") {
				continue
			}
			read, err := php.Unserialize(s.Value.Text())
			text, ok := read.Text()
			if err != nil || !ok {
				continue
			}
			if to, moves := c.moved(text); moves && !c.fixed("address", s.Name) {
				if written, err := php.Serialize(php.Text(to)); err == nil {
					c.changes = append(c.changes, v.Change(s.Name, d.ID, db.Bytes(written)))
				}
			}
		}
	}
}

// civiSays moves a row that calls this environment production, where mail and scheduled jobs are the live site's.
func (c *comparison) civiSays(v *db.CiviCRM, s db.CiviSetting) {
	read, err := php.Unserialize(s.Value.Text())
	if t, ok := read.Text(); err != nil || !ok || !strings.EqualFold(t, "production") || c.fixed("environment", s.Name) {
		return
	}
	to := civiEnvironment(cmp.Or(c.here.Environment, "staging"))
	written, err := php.Serialize(php.Text(to))
	if err != nil {
		return
	}
	ch := v.Change(s.Name, s.Domain, db.Bytes(written))
	if len(v.Domains) == 1 {
		ch.By = []string{"cv", "vset", s.Name + "=" + to}
	}
	c.changes = append(c.changes, ch)
}

// civiEnvironment is an environment in CiviCRM's words (settings/Core.setting.php, environment).
func civiEnvironment(e string) string {
	if e == "staging" {
		return "Staging"
	}
	return "Development"
}

// judges reports a version whose setting decides whether AuthX reads a prompt's login.
func judges(v site.Version) bool { return v.Known() && !v.Before("5.50") && v.Before("6.14") }

// header lets AuthX leave the Authorization header alone, which the prompt fills here.
func (c *comparison) header(v *db.CiviCRM, domain string) {
	const name = "authx_header_cred"
	s, ok := v.Setting(name, domain)
	if !ok || s.Value.Null() {
		return // the default of these versions is the empty list
	}
	read, err := php.Unserialize(s.Value.Text())
	if err != nil || read.Array().Len() == 0 || c.fixed("AuthX", name) {
		return // what PHP cannot read counts as an empty list
	}
	ch := v.Change(name, domain, db.Bytes("a:0:{}"))
	if len(v.Domains) == 1 {
		ch.By = []string{"cv", "vset", name + "=[]"}
	}
	c.changes = append(c.changes, ch)
	c.out.note("AuthX", `API clients send "X-Civi-Auth: Bearer KEY" here`, "With the prompt in front AuthX must not read Authorization; the price is that \"Authorization: Bearer KEY\" is passed over in silence here.")
}

func (c *comparison) magento(m *db.Magento) {
	for _, row := range m.Config {
		value := row.Value.Text()
		var to string
		switch {
		case strings.HasSuffix(row.Path, "base_url"), strings.HasSuffix(row.Path, "base_link_url"), row.Path == "admin/url/custom":
			moved, moves := c.moved(value)
			if !moves {
				continue
			}
			to = strings.TrimSuffix(moved, "/") + "/" // Magento wants the slash
		case row.Path == "web/cookie/cookie_domain":
			if value == "" || covers(value, c.to.Hostname()) {
				continue
			}
			c.out.note("cookies", "", "Cookies were made for %s, which browsers refuse from %s; without a domain they belong to the host itself.", value, c.to.Hostname())
		default:
			continue
		}
		if c.fixed("address", row.Path) {
			continue
		}
		ch := m.ChangeIn(row.Scope, row.ScopeID, row.Path, db.Bytes(to))
		ch.By = []string{"bin/magento", "config:set", row.Path, to}
		if row.Scope != "default" {
			ch.By = nil
		}
		c.changes = append(c.changes, ch)
	}
	const bearer = "oauth/consumer/enable_integration_as_bearer"
	if was, now := c.was.Settings[bearer+"@default:0"], value(m, bearer); was != now && c.was.Platform != "" {
		c.out.note("integrations", "bin/magento config:set "+bearer+" "+was, "Integration tokens as Bearer: %s on the live site, %s here.", switched(was), switched(now))
	}
	c.clean = []string{"bin/magento", "cache:clean", "config", "config_webservice"}
}

func value(m *db.Magento, path string) string { v, _ := m.Get(path); return v }

func switched(v string) string {
	if v == "1" {
		return "on"
	}
	return "off"
}

// covers reports that a cookie of domain is taken from host (RFC 6265, 5.1.3).
func covers(domain, host string) bool {
	d := strings.ToLower(strings.TrimPrefix(domain, "."))
	h := strings.ToLower(host)
	return h == d || strings.HasSuffix(h, "."+d)
}

func (c *comparison) keys() {
	for _, k := range c.in.Keys {
		was, known := c.was.Keys[k.Name]
		if !known || k.Value.Empty() {
			continue
		}
		p, err := c.live.print(k.Value)
		switch {
		case err != nil:
		case p == was && signs(k.Name):
			c.out.note("keys", "give the copy a key of its own if nobody needs live tokens here", "%s is the live site's (as far as a short print tells): tokens that the live site signs count here, and those signed here count there.", k.Name)
		case p != was && signs(k.Name):
			c.out.note("keys", "", "%s is another one than the live site's: tokens that the live site signed do not count here.", k.Name)
		}
	}
}

// signs reports a key that tokens or cookies are signed with.
func signs(name string) bool {
	return slices.Contains([]string{"CIVICRM_SIGN_KEYS", "crypt/key", "JWT_AUTH_SECRET_KEY", "AUTH_KEY", "LOGGED_IN_KEY", "SECURE_AUTH_KEY", "hash_salt"}, name)
}

func (c *comparison) environment() {
	e := c.in.Environment
	here := cmp.Or(c.here.Environment, "staging")
	switch t, ok := e.Text(); {
	case !ok || !strings.EqualFold(t, "production") || e.Name == "MAGE_MODE": // MAGE_MODE says how code is compiled, not where
	case e.Name == "WP_ENVIRONMENT_TYPE":
		c.edit("environment", e, php.Quote(here), "%s says production (%s), and this is %s.", e.Name, e.At, here)
	case e.Name == "CIVICRM_ENVIRONMENT":
		c.edit("environment", e, php.Quote(civiEnvironment(here)), "%s says production (%s), and this is %s.", e.Name, e.At, here)
	default:
		c.out.note("environment", "set it to "+here+" in "+e.At.File, "%s says production (%s).", e.Name, e.At)
	}
	if c.in.Platform == site.WordPress && !e.Set() {
		c.out.note("environment", "wp-config.php, above the line that loads wp-settings.php:  "+site.DefineLine("WP_ENVIRONMENT_TYPE", php.Quote(here)),
			"Nothing in the files says what this environment is: WordPress takes it for production, unless the environment variable WP_ENVIRONMENT_TYPE says otherwise.")
	}
	for _, k := range c.in.Cookies {
		if t, ok := k.Text(); ok && strings.HasSuffix(k.Name, "DOMAIN") && t != "" && !covers(t, c.to.Hostname()) {
			const says = "%s is %s (%s), which browsers refuse from %s: every login ends at the login page."
			if c.in.Platform == site.WordPress {
				c.edit("cookies", k, "false", says, k.Name, t, k.At, c.to.Hostname())
				continue
			}
			c.out.note("cookies", "take it out of "+k.At.File, says, k.Name, t, k.At, c.to.Hostname())
		}
	}
}
