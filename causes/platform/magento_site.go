package platform

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

const bearerSetting = "oauth/consumer/enable_integration_as_bearer"

// bearerLocked names a file that forbids integration tokens as Bearer, whatever the database says. Magento before 2.4.4 does
// not ask for the setting.
func bearerLocked(in *site.Installation) []cause.Sighting {
	m, ok := in.MandatorySetting(bearerSetting)
	if in.Platform != site.Magento || !ok {
		return nil
	}
	truth, known := m.True()
	s := cause.Sighting{Place: m.At, Grade: cause.Likely,
		Raise: []cause.Raise{{Command: "bin/magento config:show " + bearerSetting, Where: "in the shop's folder", Would: "print 1 where integration tokens are accepted"}},
		Remedies: []cause.Remedy{{ID: "allow-integration-bearer", Title: "sign the calls with OAuth 1.0a, or set the value in this file", For: "server",
			Effect: "integration tokens are accepted as Bearer", Opens: "whoever holds an integration's access token can call without its secrets",
			Steps:  []string{fmt.Sprintf("in line %d: 'enable_integration_as_bearer' => '1'", m.At.Line), "bin/magento app:config:import", "bin/magento cache:clean config"},
			Verify: "GET /rest/V1/modules with the token answers 200, and without it 401", Undo: "write the old value back and clean the cache again"}}}
	switch {
	case !known || !m.Sure():
		s.Says = "This line decides whether integration tokens are accepted as Bearer, whatever the database says, and its value is only known while the program runs."
	case truth || in.Version.Before("2.4.4"):
		return nil
	case !in.Version.Known():
		s.Says = "This line forbids integration tokens as Bearer in Magento 2.4.4 and later, whatever the database says: config:set refuses to change it. The version could not be read."
	default:
		s.Grade, s.Raise = cause.Proved, nil
		s.Says = fmt.Sprintf("This line forbids integration tokens as Bearer: Magento %s answers 401 to every call that uses one, and config:set refuses to change it.", in.Version.Text)
	}
	return []cause.Sighting{s}
}

// magentoBehindPrompt names a .htaccess that asks for a password at the web API, whose tokens stand in the same header.
func magentoBehindPrompt(in *site.Installation) []cause.Sighting {
	prompt, _, asks := in.Asks()
	if in.Platform != site.Magento || !asks {
		return nil
	}
	return []cause.Sighting{{Place: prompt.At, Grade: cause.Strong,
		Says:  "This prompt covers /rest: a call that carries Magento's token in Authorization is refused by Apache before Magento sees it. One header cannot hold both.",
		Raise: []cause.Raise{{Command: "why401 curl -H 'Authorization: Bearer TOKEN' https://SHOP/rest/V1/modules", Where: "anywhere", Would: "be refused by Apache, with WWW-Authenticate: Basic"}}}}
}
