package site

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site/db"
)

// Login is how the installation's own configuration reaches its database. The error says what is not known, in words.
func (in *Installation) Login() (db.Login, error) {
	d := in.Database
	switch {
	case d == nil:
		return db.Login{}, fmt.Errorf("the configuration of %s names no database", in.Platform)
	case d.Driver != "mysql":
		return db.Login{}, fmt.Errorf("the database of %s is one of %s; only MySQL and MariaDB are read", in.Platform, d.Driver)
	case d.Name == "" || d.User == "":
		var on []string
		for _, n := range d.Needs {
			on = append(on, n.String())
		}
		if len(on) > 0 {
			return db.Login{}, fmt.Errorf("the login of the database is not known: it depends on %s", strings.Join(on, ", "))
		}
		return db.Login{}, fmt.Errorf("the configuration of %s names no database user or no database", in.Platform)
	}
	l := db.Login{Host: d.Host, User: d.User, Password: d.Password, Name: d.Name}
	switch {
	case d.Socket != "":
		l.Host = d.Socket
	case d.Port != 0 && d.Host == "":
		l.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(d.Port))
	case d.Port != 0:
		l.Host = net.JoinHostPort(d.Host, strconv.Itoa(d.Port))
	}
	return l, nil
}

// AskDatabase reads the settings that decide out of the installation's database into Stored, with the login l. What could not
// be read becomes gaps, of which no connection at all is one.
func (in *Installation) AskDatabase(ctx context.Context, l db.Login) {
	at := conf.Place{File: "the database " + l.Name}
	c, err := db.Open(ctx, l)
	if err != nil {
		in.gap(at, err.Error(), "what is set in the database: addresses, plugins, which logins count")
		return
	}
	defer c.Close()
	s := &db.Settings{Server: c.Server, Login: l, Identity: c.Identity(ctx)}
	prefix := ""
	if in.Database != nil {
		prefix = in.Database.Prefix
	}
	switch in.Platform {
	case WordPress:
		s.WordPress, s.Gaps = db.ReadWordPress(ctx, c, prefix)
	case CiviCRM:
		s.CiviCRM, s.Gaps = db.ReadCiviCRM(ctx, c)
	case Magento:
		s.Magento, s.Gaps = db.ReadMagento(ctx, c, prefix)
	case Drupal, Backdrop:
		s.Drupal, s.Gaps = db.ReadDrupal(ctx, c, prefix)
	}
	for _, g := range s.Gaps {
		in.gap(at, g.What, g.Leave)
	}
	in.Stored = s
}

// Source says, for a plan, whose configuration holds the login.
func (in *Installation) Source() db.Source {
	root := in.Root
	if in.Host != nil {
		root = in.Host.Root // where Open finds it again
	}
	return db.Source{Site: root, Which: strings.ToLower(string(in.Platform))}
}

// Unasked notes that the database was not asked, and why.
func (in *Installation) Unasked(why error) {
	in.gap(conf.Place{File: in.Root}, why.Error(), "what is set in the database: addresses, plugins, which logins count")
}

// Address is a URL that an installation takes for its own, and where it says so.
type Address struct {
	Name  string // "WP_HOME", "siteurl", "web/secure/base_url"
	Value string
	Fixed bool // by a file, so that the database has no say
}

// Addresses are the URLs that the files and, where it was read, the database have. What wins over the database comes first.
func (in *Installation) Addresses() []Address {
	var out []Address
	for _, u := range in.URLs {
		if t, ok := u.Text(); ok && t != "" {
			out = append(out, Address{u.Name, t, true})
		}
	}
	if in.Stored == nil {
		return out
	}
	if w := in.Stored.WordPress; w != nil {
		for _, n := range []string{"home", "siteurl"} {
			if o, ok := w.Option(n); ok && o.Value.Text() != "" {
				out = append(out, Address{n, o.Value.Text(), false})
			}
		}
	}
	if w := in.Stored.WordPress; w != nil {
		for _, b := range w.Blogs {
			for _, o := range b.Options {
				if o.Name != "active_plugins" && o.Value.Text() != "" {
					out = append(out, Address{o.Name + " of the network's site " + b.ID, o.Value.Text(), false})
				}
			}
		}
	}
	if m := in.Stored.Magento; m != nil {
		for _, c := range m.Config {
			if strings.HasSuffix(c.Path, "base_url") && strings.Contains(c.Value.Text(), "://") {
				out = append(out, Address{c.Path, c.Value.Text(), false})
			}
		}
	}
	return out
}
