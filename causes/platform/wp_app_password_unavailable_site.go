package platform

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
)

// appPasswordsOff names what switches application passwords off in files: a must-use plugin, or an address that is http on a
// site that is not local (wp_is_application_passwords_available, wp-includes/user.php).
func appPasswordsOff(in *site.Installation) []cause.Sighting {
	if in.Platform != site.WordPress || in.Version.Before("5.6") {
		return nil
	}
	var out []cause.Sighting
	for _, g := range in.Guards {
		if g.Hook != "wp_is_application_passwords_available" || g.Callback != "__return_false" {
			continue
		}
		s := cause.Sighting{Place: g.At, Grade: cause.Strong, Raise: wpAvailable(),
			Says: fmt.Sprintf("%s %s switches application passwords off: every Basic login at the REST API counts for nobody.", titled(g.How), g.Name),
			Remedies: []cause.Remedy{{ID: "remove-app-password-filter", Title: "take the filter out of the file", For: "server", Effect: "application passwords are offered, over https",
				Opens: "whoever holds an application password can call the REST API as that user", Steps: []string{fmt.Sprintf("# remove line %d of %s", g.At.Line, g.Name)},
				Verify: "/wp-json/ shows authentication.application-passwords", Undo: "put the line back"}}}
		if g.Inner {
			s.Grade = cause.Likely
			s.Says += " It does so under a condition."
		}
		out = append(out, s)
	}
	if one, ok := plainAddress(in); ok {
		out = append(out, one)
	}
	return out
}

// plainAddress is a site whose address is http, and whose environment is not "local".
func plainAddress(in *site.Installation) (cause.Sighting, bool) {
	var home site.Address
	for _, a := range in.Addresses() { // the files' first: they win
		if home.Name == "" && (a.Name == "WP_HOME" || a.Name == "home") {
			home = a
		}
	}
	env, known := in.Environment.Text()
	if !strings.HasPrefix(strings.ToLower(home.Value), "http://") || known && env == "local" {
		return cause.Sighting{}, false
	}
	at := in.Setting(home.Name).At
	if !home.Fixed {
		at = conf.Place{File: in.Stored.WordPress.Prefix + "options"}
	}
	line := site.DefineLine("WP_ENVIRONMENT_TYPE", "'local'")
	where := "wp-config.php, above the line that loads wp-settings.php:  "
	if in.Environment.Set() {
		where = fmt.Sprintf("%s, in place of what stands there:  ", in.Environment.At)
	}
	return cause.Sighting{Place: at, Grade: cause.Likely, Raise: wpAvailable(),
		Says: "The site's address is http, and its environment is not \"local\": WordPress offers application passwords over https alone, so a Basic login at the REST API counts for nobody.",
		Remedies: []cause.Remedy{
			{ID: "serve-https", Title: "serve the site over https", For: "server", Effect: "application passwords are offered", Opens: "nothing",
				Steps: []string{"# TLS in front, and https in WP_HOME and WP_SITEURL or the options home and siteurl"}, Verify: "/wp-json/ shows authentication.application-passwords", Undo: "write the old address back"},
			{ID: "mark-local", Title: "mark a developer's own machine as local", For: "server", Effect: "application passwords are offered over http, too",
				Opens: "over plain http the password can be read on the way: for a machine that nobody else reaches", Edits: in.SetConstant("WP_ENVIRONMENT_TYPE", "'local'"), Steps: []string{where + line},
				Verify: "/wp-json/ shows authentication.application-passwords", Undo: "take the line out again"}}}, true
}

func titled(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
