package platform

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
)

func init() {
	alsoStored(MagentoBearerDisabled, magentoSigningOnly)
	alsoStored(MagentoACL, magentoEmptyRoles)
	alsoStored(Magento2FA, secondFactorUnset)
}

const asBearer = "oauth/consumer/enable_integration_as_bearer"

// magentoSigningOnly finds integrations whose tokens do not count as Bearer tokens.
func magentoSigningOnly(in *site.Installation) []cause.Sighting {
	if in.Platform != site.Magento || in.Stored == nil || in.Stored.Magento == nil {
		return nil
	}
	m := in.Stored.Magento
	if !in.Version.Known() || in.Version.Before("2.4.4") {
		return nil // before 2.4.4 there is no such setting, and every integration's token counts
	}
	var names []string
	for _, i := range m.Integrations {
		if i.Active && i.Tokens > 0 {
			names = append(names, i.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	s := cause.Sighting{Place: conf.Place{File: m.Prefix + "core_config_data"}, Grade: cause.Likely}
	said := "no row says otherwise, and off is the default"
	locked, mandatory := in.MandatorySetting(asBearer)
	switch value, there := m.Get(asBearer); {
	case mandatory:
		if on, known := locked.True(); !known || on {
			return nil
		}
		s.Place, said = locked.At, "a line of "+locked.At.String()+" says so, and wins over the database"
	case there && value == "1":
		return nil
	case there:
		said = "a row says so"
	}
	for _, c := range m.Config {
		if c.Path == asBearer && c.Scope == "default" && !mandatory {
			s.Place = rowPlace(m.Prefix+"core_config_data", c.Row.Get("config_id"))
		}
	}
	s.Says = fmt.Sprintf("Magento %s takes tokens of integrations for signing (OAuth 1.0a) only: %s. Active integrations with a token: %s. Sent as a Bearer token it is passed over, and the request refused with 401.", in.Version.Text, said, few(names))
	s.Raise = []cause.Raise{{Command: `curl -si -H "Authorization: Bearer $TOKEN" https://THIS-SHOP/rest/V1/modules`, Where: "anywhere", Would: "answer 401 when the token does not count as Bearer"}}
	r := cause.Remedy{ID: "integration-as-bearer", Title: "let integration tokens count as Bearer tokens", For: "server", Effect: "an integration's access token lets its bearer in without a signature",
		Opens: "every active integration's token counts by itself, without its secret, and does not end until it is revoked",
		Steps: []string{"bin/magento config:set " + asBearer + " 1"}, Verify: "GET /rest/V1/modules with the token answers 200",
		Undo: "bin/magento config:set " + asBearer + " 0"}
	sign := cause.Remedy{ID: "sign-requests", Title: "sign the requests with OAuth 1.0a (HMAC-SHA256)", For: "client", Effect: "the token counts as it is", Opens: "nothing",
		Steps: []string{"sign with the consumer's key and secret and the token's secret, method HMAC-SHA256"}, Verify: "the signed request answers 200", Undo: "send it as before"}
	if mandatory {
		r.Steps = []string{fmt.Sprintf("%s: set it to '1' there, then bin/magento cache:clean config; config:set says \"already been locked\"", locked.At)}
	} else {
		ch := m.Change(asBearer, db.Bytes("1"))
		ch.By = []string{"bin/magento", "config:set", asBearer, "1"}
		r.Steps = append(r.Steps, "or, when bin/magento does not start:  "+ch.Statement()+"  and clear the configuration cache")
		r.Rows = []db.Batch{{Source: in.Source(), Changes: []db.Change{ch}, Dir: in.Root, Clean: []string{"bin/magento", "cache:clean", "config"}}}
	}
	s.Remedies = []cause.Remedy{r, sign}
	return []cause.Sighting{s}
}

// magentoEmptyRoles finds integrations and people whose role allows nothing at all.
func magentoEmptyRoles(in *site.Installation) []cause.Sighting {
	if in.Platform != site.Magento || in.Stored == nil || in.Stored.Magento == nil {
		return nil
	}
	m := in.Stored.Magento
	allow := map[string]int{}
	for _, r := range m.Roles {
		allow[r.ID] = r.Allow
	}
	var out []cause.Sighting
	for _, r := range m.Roles {
		if r.Type != "U" || r.User == "0" || r.Allow > 0 || allow[r.Parent] > 0 {
			continue
		}
		who := "the administrator with the ID " + r.User
		if r.UserType == "1" {
			who = "the integration with the ID " + r.User
		}
		out = append(out, cause.Sighting{Place: rowPlace(m.Prefix+"authorization_role", db.Bytes(r.ID)), Grade: cause.Strong,
			Says: fmt.Sprintf("The role of %s allows no resource: every call that wants one is refused with 401, as if the token were wrong.", who),
			Remedies: []cause.Remedy{{ID: "grant-resource", Title: "grant the resources in the panel", For: "server", Effect: "the role may do what is ticked", Opens: "what is ticked",
				Steps:  []string{"an integration: System, Integrations, the integration, API; tick the resources, then Reauthorize", "a person: System, User Roles, the role, Role Resources"},
				Verify: "the call that was refused answers 200", Undo: "take the ticks out again"}}})
	}
	return out
}

func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}

// secondFactorUnset finds a second factor that is on and has no provider: then nobody gets an administrator's token.
func secondFactorUnset(in *site.Installation) []cause.Sighting {
	if in.Platform != site.Magento || in.Stored == nil || in.Stored.Magento == nil {
		return nil
	}
	const path = "twofactorauth/general/force_providers"
	on := in.Setting("modules/Magento_TwoFactorAuth")
	if yes, known := on.True(); !known || !yes {
		return nil
	}
	if _, mandatory := in.MandatorySetting(path); mandatory {
		return nil
	}
	if v, ok := in.Stored.Magento.Get(path); ok && v != "" {
		return nil
	}
	return []cause.Sighting{{Place: on.At, Grade: cause.Strong, Says: "The second factor is on and no provider is chosen: nobody gets an administrator's token, right password or not; the endpoint answers 400.",
		Remedies: []cause.Remedy{{ID: "set-up-second-factor", Title: "choose a provider of the second factor", For: "server", Effect: "administrators set it up at their next login, and get tokens with a code", Opens: "nothing",
			Steps:  []string{"Stores, Configuration, Security, 2FA: choose the providers", "or: bin/magento config:set " + path + " google"},
			Verify: "POST /rest/V1/tfa/provider/google/authenticate with otp answers 200", Undo: "choose the former ones again"}}}}
}
