package db

import (
	"context"
	"slices"
)

// WordPress is what its tables say.
type WordPress struct {
	Prefix  string
	Options []Option
	Sites   []Option // of a network: wp_sitemeta's rows for the first network
	Blogs   []Blog   // of a network
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

// Blog is a site of a network.
type Blog struct{ ID, Domain, Path string }

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
	for _, v := range r.optional("the sites of the network", "blogs", "SELECT blog_id, domain, path FROM "+r.table("blogs")+" LIMIT 500") {
		w.Blogs = append(w.Blogs, Blog{v[0].Text(), v[1].Text(), v[2].Text()})
	}
	if len(w.Blogs) > 0 {
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
