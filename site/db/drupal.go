package db

import "context"

// Drupal is what its tables say.
type Drupal struct {
	Prefix string
	Config []DrupalConfig
	// Flood counts failures that block further logins, by what was tried: "basic_auth.failed_login_ip".
	Flood []DrupalFlood
}

// DrupalConfig is a row of config: a name and what PHP serialized under it.
type DrupalConfig struct {
	Name  string
	Value Value
	Row   Row
}

// DrupalFlood counts rows of flood.
type DrupalFlood struct{ Event, Count string }

// ReadDrupal reads Drupal's tables (core/lib/Drupal/Core/Config/DatabaseStorage.php: collection, name, data).
func ReadDrupal(ctx context.Context, c *Conn, prefix string) (*Drupal, []Gap) {
	r := &reader{ctx: ctx, c: c, prefix: prefix}
	d := &Drupal{Prefix: prefix}
	rows, _ := r.whole("which modules are on, and what the REST resources take", "config",
		`collection = '' AND (name IN ('core.extension', 'user.flood', 'user.settings', 'jsonapi.settings') OR name LIKE 'rest.resource.%') ORDER BY name`)
	for _, row := range rows {
		d.Config = append(d.Config, DrupalConfig{row.Get("name").Text(), row.Get("data"), row})
	}
	for _, v := range r.optional("who is blocked for failed logins", "flood", "SELECT event, COUNT(*) FROM "+r.table("flood")+" WHERE expiration > UNIX_TIMESTAMP() GROUP BY event LIMIT 50") {
		d.Flood = append(d.Flood, DrupalFlood{v[0].Text(), v[1].Text()})
	}
	return d, r.gaps
}

// Get gives a config object as PHP serialized it.
func (d *Drupal) Get(name string) (Value, bool) {
	for _, c := range d.Config {
		if c.Name == name {
			return c.Value, true
		}
	}
	return Value{}, false
}

// Change makes the change of a config object. to is what PHP serializes.
func (d *Drupal) Change(c DrupalConfig, to Value) Change {
	return Change{Table: d.Prefix + "config", Column: "data", To: to, Form: FormPHP, Says: "the config object " + c.Name, Seen: c.Row,
		Key: []Cell{{"collection", c.Row.Get("collection")}, {"name", c.Row.Get("name")}}}
}
