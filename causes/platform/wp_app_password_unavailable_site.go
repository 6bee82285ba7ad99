package platform

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
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
				Opens: "whoever holds an application password can call the REST API as that user", Steps: []string{fmt.Sprintf("remove line %d of %s", g.At.Line, g.Name)},
				Verify: "/wp-json/ shows authentication.application-passwords", Undo: "put the line back"}}}
		if g.Inner {
			s.Grade = cause.Likely
			s.Says += " It does so under a condition."
		}
		out = append(out, s)
	}
	home := in.Setting("WP_HOME")
	t, ok := home.Text()
	env, envOK := in.Environment.Text()
	if !ok || !strings.HasPrefix(strings.ToLower(t), "http://") || envOK && env == "local" {
		return out
	}
	s := cause.Sighting{Place: home.At, Grade: cause.Likely, Raise: wpAvailable(),
		Says: "The site's address is http, and its environment is not \"local\": WordPress offers application passwords over https alone, so a Basic login at the REST API counts for nobody.",
		Remedies: []cause.Remedy{{ID: "serve-https", Title: "serve the site over https, or mark a machine of your own as local", For: "server", Effect: "application passwords are offered", Opens: "over plain http the password can be read on the way",
			Steps:  []string{"https in WP_HOME and WP_SITEURL, and TLS in front", "on a developer's machine alone: define('WP_ENVIRONMENT_TYPE', 'local');"},
			Verify: "/wp-json/ shows authentication.application-passwords", Undo: "write the old lines back"}}}
	return append(out, s)
}

func titled(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
