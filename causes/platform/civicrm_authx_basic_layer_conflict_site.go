package platform

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

// authxBehindPrompt names a civicrm.settings.php that makes AuthX read Authorization, and a .htaccess that puts a password prompt
// before a CiviCRM which reads it. What the database holds is not seen here; a mandatory setting wins over it.
func authxBehindPrompt(in *site.Installation) []cause.Sighting {
	if in.Platform != site.CiviCRM || !in.Version.Known() {
		return nil
	}
	var prompt site.Htaccess
	asks := false
	if in.Host != nil {
		var on bool
		prompt, on, asks = in.Host.Asks()
		asks = asks && on
	}
	m, mandatory := in.MandatorySetting("authx_header_cred")
	if in.Version.Before("5.50") {
		if !asks {
			return nil
		}
		return []cause.Sighting{{Place: prompt.At, Grade: cause.Strong, Raise: promptReached(),
			Says:     fmt.Sprintf("The prompt's login reaches CiviCRM %s, which before 5.50 judges every Authorization as a login of its own: every CiviCRM page answers 401. No setting of CiviCRM helps.", in.Version.Text),
			Remedies: []cause.Remedy{hideBasic()}}}
	}
	words, known := m.Words()
	switch {
	case !mandatory:
		if !asks || !in.Version.Before("6.14") {
			return nil
		}
		return []cause.Sighting{{Place: prompt.At, Grade: cause.Likely, Remedies: []cause.Remedy{hideBasic()},
			Says:  "The prompt's login reaches CiviCRM, whose AuthX takes it for a login of its own unless authx_header_cred is empty: then every CiviCRM page answers 401.",
			Raise: []cause.Raise{{Command: "cv vget authx_header_cred", Where: "on the web server", Would: "show [] where nothing is wrong"}}}}
	case !known && !m.Known() || !m.Sure():
		return []cause.Sighting{{Place: m.At, Grade: cause.Likely, Says: "authx_header_cred is mandatory here, and its value is only known while the program runs: if it is not empty, a password prompt in front makes every CiviCRM page answer 401, and neither cv vset nor SQL helps.",
			Raise: []cause.Raise{{Command: "cv vget authx_header_cred", Where: "on the web server", Would: "show the value, with the layer \"mandatory\""}}}}
	}
	// AuthX asks !empty(): null, false, an empty text and an empty array are the same to it.
	if truth, ok := m.True(); !ok || !truth {
		return nil
	}
	pass := false
	for _, w := range words {
		pass = pass || w == "pass"
	}
	if !in.Version.Before("6.14") && !pass {
		return nil // Basic and Digest are passed over
	}
	s := cause.Sighting{Place: m.At, Grade: cause.Likely, Raise: promptReached(), Remedies: []cause.Remedy{emptyMandatory(m), hideBasic()},
		Says: fmt.Sprintf("This line makes %s mandatory for authx_header_cred: behind a web server's password prompt every CiviCRM page answers 401, and neither cv vset nor SQL has an effect.", m.Shown())}
	if asks {
		s.Grade = cause.Strong
		s.Says = fmt.Sprintf("This line makes %s mandatory for authx_header_cred, and the prompt in line %d of the site's .htaccess hands its login on: every CiviCRM page answers 401, and neither cv vset nor SQL has an effect.", m.Shown(), prompt.At.Line)
	}
	return []cause.Sighting{s}
}

func promptReached() []cause.Raise {
	return []cause.Raise{{Command: "why401 curl -u USER https://SITE/civicrm/authx/id", Where: "anywhere, with the prompt's login", Would: "answer \"HTTP 401 Invalid credential\" as text/plain"}}
}

func emptyMandatory(m site.Setting) cause.Remedy {
	return cause.Remedy{ID: "empty-authx-header-cred", Title: "make the mandatory value an empty list", For: "server",
		Effect: "AuthX no longer reads Authorization", Opens: "nothing; API clients must send X-Civi-Auth, because their Bearer in Authorization is ignored without a word",
		Steps:  []string{fmt.Sprintf("in line %d of civicrm.settings.php: $civicrm_setting['domain']['authx_header_cred'] = [];", m.At.Line)},
		Verify: "the failing page passes; civicrm/authx/id shows nulls", Undo: "write the old value back"}
}

func hideBasic() cause.Remedy {
	return cause.Remedy{ID: "hide-basic-from-php", Title: "keep the prompt's login from PHP, in the web server", For: "server",
		Effect: "CiviCRM does not see Basic or Digest; Bearer still arrives", Opens: "nothing",
		Steps: []string{`Apache, before the rule with E=HTTP_AUTHORIZATION:  RewriteCond %{HTTP:Authorization} !^(Basic|Digest)\s [NC]`,
			`nginx:  map $http_authorization $php_authorization { default $http_authorization; "~*^(basic|digest) " ""; }  and  fastcgi_param HTTP_AUTHORIZATION $php_authorization;`},
		Verify: "the failing page passes with the prompt's login, and without it the prompt still asks", Undo: "take the line out and reload"}
}
