package expiry

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
)

// upgrade is a change that a version brings to who is let in.
type upgrade struct {
	platform site.Platform
	from     string // the oldest version that it concerns, "" for any
	to       string // the version that brings it
	what, do string
	because  string
	// unless names a setting in the files that keeps it from mattering: it has a value there.
	unless string
}

// upgrades are those that are documented by the makers, and were measured where they could be.
var upgrades = []upgrade{
	{site.CiviCRM, "5.36", "5.50", "from 5.50 AuthX ignores Authorization unless authx_header_cred has a value: API clients that send Bearer there are nobody then, and get 200 without rows",
		"set authx_header_cred, or send X-Civi-Auth", "CiviCRM 5.50.0 release notes, PR 22837", "authx_header_cred"},
	{site.CiviCRM, "5.50", "6.14", `from 6.14 authx_header_cred is ["jwt","api_key"] where nothing is set: a Bearer token in Authorization that is not CiviCRM's is refused with 401`,
		"set authx_header_cred to what is meant, [] to go on ignoring it", "CiviCRM 6.14.0 release notes, PR 34844", "authx_header_cred"},
	{site.Magento, "", "2.4.4", "from 2.4.4 integration tokens are not accepted as Bearer tokens unless oauth/consumer/enable_integration_as_bearer is on: 401",
		"sign with OAuth 1.0a, or switch it on after the upgrade: bin/magento config:set oauth/consumer/enable_integration_as_bearer 1", "Adobe Commerce 2.4.4 release notes, token-based authentication", ""},
	{site.WordPress, "", "5.6", "from 5.6 WordPress writes a rule into .htaccess that passes Authorization to PHP: a password that a proxy or the web server asked for is then judged by plugins such as CiviCRM's AuthX",
		"keep Basic from PHP with a condition on the rule", "wp-includes/class-wp-rewrite.php of 5.6", ""},
}

func (e *endings) site(in *site.Installation) {
	for _, s := range in.All() {
		for _, u := range upgrades {
			if s.Platform != u.platform || !s.Version.Before(u.to) || u.from != "" && s.Version.Before(u.from) || set(s, u.unless) {
				continue
			}
			e.add(Ending{Kind: Setting, With: "the upgrade to " + string(u.platform) + " " + u.to, What: string(s.Platform) + " " + s.Version.Text + ": " + u.what, Do: u.do,
				Source: place(s.Version.At, s.Root), Because: u.because})
		}
	}
}

func place(p conf.Place, otherwise string) string {
	if p.Known() {
		return p.String()
	}
	return otherwise
}

// set reports that the files give the setting a value; the database may as well, which is not looked at here.
func set(s *site.Installation, name string) bool {
	if name == "" {
		return false
	}
	for _, list := range [][]site.Setting{s.Mandatory, s.Settings} {
		for _, x := range list {
			if x.Name == name || strings.HasSuffix(x.Name, "/"+name) {
				return true
			}
		}
	}
	return false
}
