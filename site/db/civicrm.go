package db

import "context"

// CiviCRM is what its tables say.
type CiviCRM struct {
	Domains    []CiviDomain
	Settings   []CiviSetting // those about AuthX, addresses and the environment
	Extensions []CiviExtension
}

// CiviDomain is a site of a multi-domain installation.
type CiviDomain struct {
	ID, Name, Version string // Version is the one that the tables were last upgraded to
}

// CiviSetting is a row of civicrm_setting.
type CiviSetting struct {
	Name   string
	Domain string // its ID, "" for none
	Value  Value  // PHP's serialize(), or NULL for the default
	Row    Row
}

// CiviExtension is a row of civicrm_extension.
type CiviExtension struct {
	Key    string
	Active bool
}

// Setting gives the row of a setting for one domain.
func (c *CiviCRM) Setting(name, domain string) (CiviSetting, bool) {
	for _, s := range c.Settings {
		if s.Name == name && s.Domain == domain {
			return s, true
		}
	}
	return CiviSetting{}, false
}

// civiTable has CiviCRM's settings: id, name, value, domain_id, contact_id, is_domain, component_id, created_date, created_id.
const civiTable = "civicrm_setting"

// ReadCiviCRM reads CiviCRM's tables; they carry no prefix. What could not be read comes as gaps.
func ReadCiviCRM(ctx context.Context, c *Conn) (*CiviCRM, []Gap) {
	r := &reader{ctx: ctx, c: c}
	out := &CiviCRM{}
	rows, _ := r.rows("which sites (domains) this database holds", "civicrm_domain", "SELECT id, name, version FROM civicrm_domain ORDER BY id LIMIT 200")
	for _, v := range rows {
		out.Domains = append(out.Domains, CiviDomain{v[0].Text(), v[1].Text(), v[2].Text()})
	}
	whole, _ := r.whole("which credentials AuthX takes, and by which way", civiTable,
		`(name LIKE 'authx\_%' OR name IN ('environment', 'userFrameworkResourceURL', 'imageUploadURL', 'extensionsURL', 'customCSSURL', 'enableSSL', 'verifySSL')) AND contact_id IS NULL ORDER BY domain_id, name`)
	for _, w := range whole {
		out.Settings = append(out.Settings, CiviSetting{w.Get("name").Text(), w.Get("domain_id").Text(), w.Get("value"), w})
	}
	rows, _ = r.rows("whether AuthX is switched on", "civicrm_extension", "SELECT full_name, is_active FROM civicrm_extension WHERE type = 'module' ORDER BY full_name LIMIT 500")
	for _, v := range rows {
		out.Extensions = append(out.Extensions, CiviExtension{v[0].Text(), v[1].Text() == "1"})
	}
	return out, r.gaps
}

// Change makes the change of a setting of one domain. The row need not be there.
func (c *CiviCRM) Change(name, domain string, to Value) Change {
	ch := Change{Table: civiTable, Column: "value", To: to, Form: FormPHP, Says: name + " of domain " + domain}
	if s, ok := c.Setting(name, domain); ok {
		ch.Seen, ch.Key = s.Row, []Cell{{"id", s.Row.Get("id")}}
		return ch
	}
	ch.Key = []Cell{{"domain_id", Bytes(domain)}, {"contact_id", Value{}}, {"name", Bytes(name)}, {"is_domain", Bytes("1")}}
	return ch
}
