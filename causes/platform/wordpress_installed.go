package platform

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
)

func init() { alsoStored(WPAppPassword, wpPasswordsNotLookedAt) }

// wpPasswordsNotLookedAt finds application passwords that WordPress never looks at: it asks for the option
// using_application_passwords first (WP_Application_Passwords::is_in_use), which a copy of some tables alone leaves behind.
func wpPasswordsNotLookedAt(in *site.Installation) []cause.Sighting {
	if in.Platform != site.WordPress || in.Stored == nil || in.Stored.WordPress == nil {
		return nil
	}
	w := in.Stored.WordPress
	if w.Users == 0 {
		return nil
	}
	const name = "using_application_passwords"
	network := len(w.Blogs) > 0
	opt, there := w.Option(name)
	if network {
		opt, there = w.Network(name)
	}
	if there && opt.Value.Text() != "" && opt.Value.Text() != "0" {
		return nil
	}
	ch := w.Change(name, db.Bytes("1"), "")
	by := []string{"wp", "option", "update", name, "1"}
	table := w.Prefix + "options"
	if network {
		ch, by, table = w.ChangeNetwork(name, db.Bytes("1"), ""), []string{"wp", "network", "meta", "update", "1", name, "1"}, w.Prefix+"sitemeta"
	}
	ch.By = by
	place := conf.Place{File: table}
	if there {
		place = rowPlace(table, opt.Row[0].Value)
	}
	return []cause.Sighting{{Place: place, Grade: cause.Strong,
		Says: fmt.Sprintf("%d accounts have application passwords, and the option %s is not set: WordPress looks at none of them, and requests with one are answered as if nobody asked.", w.Users, name),
		Remedies: []cause.Remedy{{ID: "use-application-passwords", Title: "let WordPress look at application passwords", For: "server", Effect: "the application passwords that exist count again",
			Opens: "the REST API and XML-RPC to whoever has one of them; revoke those that nobody knows", Steps: []string{"wp option update " + name + " 1", "or:  " + ch.Statement()},
			Verify: "/wp-json/wp/v2/users/me with an application password answers 200", Undo: ch.Back(),
			Rows: []db.Batch{{Source: in.Source(), Changes: []db.Change{ch}, Dir: in.Root, Clean: nil}}}}}}
}
