package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

// drupalBehindPrompt names a .htaccess whose prompt hands its login on to a Drupal: with the module basic_auth on, Drupal judges
// it on every request (core/modules/basic_auth).
func drupalBehindPrompt(in *site.Installation) []cause.Sighting {
	prompt, _, asks := in.Asks()
	if in.Platform != site.Drupal || !asks || in.Version.Before("8") {
		return nil
	}
	if on, known := basicAuthOn(in); known && !on {
		return nil
	}
	return []cause.Sighting{{Place: prompt.At, Grade: cause.Likely, Remedies: []cause.Remedy{hideBasic()},
		Says:  "If Drupal's module basic_auth is on, it judges the login of this prompt as one of its own: routes that do not list basic_auth answer 403 \"The used authentication method is not allowed on this route.\", and failures count against flood limits.",
		Raise: []cause.Raise{{Command: "drush pm:list --status=enabled --filter=basic_auth", Where: "on the web server", Would: "show whether the module is on"}}}}
}
