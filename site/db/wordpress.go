package db

import (
	"context"
	"slices"
	"strings"
)

// WordPress is what its tables say.
type WordPress struct {
	Prefix   string
	Options  []Option
	Sites    []Option // of a network: wp_sitemeta's rows for the first network
	Blogs    []Blog   // of a network
	Networks []Network
	// Users counts who has application passwords, and Passwords says their names and dates.
	Users     int
	Passwords []AppPassword
}

// Option is a row of wp_options, or of wp_sitemeta.
type Option struct {
	Name  string
	Value Value
	Row   Row
	table string
}

// Blog is a site of a network. The first has the tables without a number.
type Blog struct {
	ID, Domain, Path string
	Options          []Option // its addresses and active plugins, from wp_2_options and so on; the first's are WordPress.Options
	Row              Row
}

// Network is a row of wp_site: the domain by which WordPress knows a network's requests.
type Network struct {
	ID, Domain, Path string
	Row              Row
}

// AppPassword is what may be told of an application password.
type AppPassword struct {
	User    string // the user's ID
	Name    string
	Created string // Unix time, "" when it is not known
	Used    string // "" for never
}

// wpOptions are the options that decide who is let in, and where.
var wpOptions = []string{"siteurl", "home", "active_plugins", "using_application_passwords", "permalink_structure", "db_version", "users_can_register", "template", "stylesheet"}

// Option gives an option, and whether there is one.
func (w *WordPress) Option(name string) (Option, bool) {
	i := slices.IndexFunc(w.Options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return w.Options[i], true
}

// Network gives an option of the network, and whether there is one.
func (w *WordPress) Network(name string) (Option, bool) {
	i := slices.IndexFunc(w.Sites, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return w.Sites[i], true
}

// ReadWordPress reads WordPress's tables. The hashes of application passwords stand in the same value as their names; they
// are dropped while it is read.
func ReadWordPress(ctx context.Context, c *Conn, prefix string) (*WordPress, []Gap) {
	r := &reader{ctx: ctx, c: c, prefix: prefix}
	w := &WordPress{Prefix: prefix}
	marks, args := list(wpOptions)
	rows, _ := r.whole("the site's address and its active plugins", "options", "option_name IN ("+marks+")", args...)
	for _, row := range rows {
		w.Options = append(w.Options, Option{row.Get("option_name").Text(), row.Get("option_value"), row, prefix + "options"})
	}
	for _, row := range r.wholeIf("the sites of the network", "blogs", "TRUE ORDER BY blog_id") {
		b := Blog{ID: row.Get("blog_id").Text(), Domain: row.Get("domain").Text(), Path: row.Get("path").Text(), Row: row}
		if b.ID != "1" && len(w.Blogs) < mostBlogs && number(b.ID) {
			table := b.ID + "_options"
			options, _ := r.whole("the address of the network's site "+b.Domain+b.Path, table, "option_name IN ('siteurl', 'home', 'active_plugins')")
			for _, o := range options {
				b.Options = append(b.Options, Option{o.Get("option_name").Text(), o.Get("option_value"), o, prefix + table})
			}
		}
		w.Blogs = append(w.Blogs, b)
	}
	if len(w.Blogs) > mostBlogs {
		r.gap("the addresses of the network's other sites", "the network has %d sites, of which %d are read", len(w.Blogs), mostBlogs)
	}
	if len(w.Blogs) > 0 {
		for _, row := range r.wholeIf("the domain of the network", "site", "TRUE ORDER BY id") {
			w.Networks = append(w.Networks, Network{row.Get("id").Text(), row.Get("domain").Text(), row.Get("path").Text(), row})
		}
		rows, _ := r.whole("the network's own options", "sitemeta", "site_id = 1 AND meta_key IN ('using_application_passwords', 'active_sitewide_plugins', 'siteurl')")
		for _, row := range rows {
			w.Sites = append(w.Sites, Option{row.Get("meta_key").Text(), row.Get("meta_value"), row, prefix + "sitemeta"})
		}
	}
	users, _ := r.rows("who has application passwords", "usermeta", "SELECT user_id, meta_value FROM "+r.table("usermeta")+" WHERE meta_key = '_application_passwords' LIMIT 500")
	for _, v := range users {
		names := appPasswords(v[0].Text(), v[1].Text())
		if len(names) > 0 {
			w.Users++
		}
		w.Passwords = append(w.Passwords, names...)
	}
	return w, r.gaps
}

// mostBlogs is how many sites of a network are read.
const mostBlogs = 100

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// ChangeBlogOption makes the change of an option of one of the network's sites. The row has to be there.
func (w *WordPress) ChangeBlogOption(o Option, to Value) Change {
	ch := change([]Option{o}, o.table, "option_name", "option_value", o.Name, to, "", nil)
	ch.Says += " in " + o.table
	return ch
}

// ChangeDomain makes the change of the domain of one of the network's sites.
func (w *WordPress) ChangeDomain(b Blog, to string) Change {
	return Change{Table: w.Prefix + "blogs", Column: "domain", To: Bytes(to), Says: "the domain of the network's site " + b.ID, Seen: b.Row, Key: []Cell{{"blog_id", b.Row.Get("blog_id")}}}
}

// ChangeNetworkDomain makes the change of the network's own domain.
func (w *WordPress) ChangeNetworkDomain(n Network, to string) Change {
	return Change{Table: w.Prefix + "site", Column: "domain", To: Bytes(to), Says: "the domain of the network " + n.ID, Seen: n.Row, Key: []Cell{{"id", n.Row.Get("id")}}}
}

// Change makes the change of an option. The row need not be there.
func (w *WordPress) Change(name string, to Value, form string) Change {
	return change(w.Options, w.Prefix+"options", "option_name", "option_value", name, to, form, nil)
}

// ChangeNetwork makes the change of an option of the network.
func (w *WordPress) ChangeNetwork(name string, to Value, form string) Change {
	return change(w.Sites, w.Prefix+"sitemeta", "meta_key", "meta_value", name, to, form, []Cell{{"site_id", Bytes("1")}})
}

func change(among []Option, table, key, column, name string, to Value, form string, also []Cell) Change {
	ch := Change{Table: table, Column: column, To: to, Form: form, Says: "the option " + name,
		Key: append(slices.Clone(also), Cell{key, Bytes(name)})}
	if i := slices.IndexFunc(among, func(o Option) bool { return o.Name == name }); i >= 0 {
		ch.Seen = among[i].Row
		ch.Key = []Cell{ch.Seen[0]} // option_id, meta_id: the first column of either table
	}
	return ch
}

// list makes "?, ?, ?" and its arguments.
func list(words []string) (marks string, args []any) {
	for i, w := range words {
		if i > 0 {
			marks += ", "
		}
		marks += "?"
		args = append(args, w)
	}
	return marks, args
}
