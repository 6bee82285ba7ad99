package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/site"
)

// authxWithoutKeys names a CiviCRM that has no key to check JWTs with, while its files make it accept nothing else.
func authxWithoutKeys(in *site.Installation) []cause.Sighting {
	if in.Platform != site.CiviCRM {
		return nil
	}
	var out []cause.Sighting
	for _, k := range in.Keys {
		if k.Name != "CIVICRM_SIGN_KEYS" || k.Default == "" {
			continue
		}
		out = append(out, cause.Sighting{Place: k.At, Grade: cause.Likely,
			Says:  "CIVICRM_SIGN_KEYS: " + k.Default + ". CiviCRM can neither make nor check a JWT: clients that send one are refused. API keys are not affected.",
			Raise: []cause.Raise{{Command: "cv ev 'echo Civi::service(\"crypto.registry\")->findKey(\"SIGN\")[\"id\"];'", Where: "on the web server", Would: "fail with \"Failed to find key by ID or tag (SIGN)\""}},
			Remedies: []cause.Remedy{{ID: "set-sign-keys", Title: "give this site a signing key of its own", For: "server", Effect: "JWTs can be made and checked", Opens: "nothing",
				Steps:  []string{"openssl rand -hex 32", "define('CIVICRM_SIGN_KEYS', 'jwt-hs256:hkdf-sha256:<the output>');  in civicrm.settings.php"},
				Verify: "a JWT that cv makes is accepted in X-Civi-Auth", Undo: "write the old line back; JWTs that were signed since are void"}}})
	}
	return out
}
