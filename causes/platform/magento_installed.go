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
	out := idleIntegrations(m)
	allow := map[string]int{}
	for _, r := range m.Roles {
		allow[r.ID] = r.Allow
	}
	for _, r := range m.Roles {
		if r.Type != "U" || r.User == "0" || r.Allow > 0 || allow[r.Parent] > 0 {
			continue
		}
		who, where := "the administrator with the ID "+r.User, fmt.Sprintf("System, User Roles, the role %q, Role Resources", roleOf(m, r.Parent))
		if r.UserType == "1" {
			name := integrationOf(m, r.User)
			who, where = fmt.Sprintf("the integration %q (ID %s)", name, r.User), fmt.Sprintf("System, Integrations, %q, API: tick the resources, save, then Reauthorize", name)
		}
		out = append(out, cause.Sighting{Place: rowPlace(m.Prefix+"authorization_role", db.Bytes(r.ID)), Grade: cause.Strong,
			Says: fmt.Sprintf("The role of %s allows no resource: every call that wants one is refused with 401, as if the token were wrong.", who),
			Remedies: []cause.Remedy{{ID: "grant-resource", Title: "grant the resources in the panel", For: "server", Effect: "the role may do what is ticked", Opens: "what is ticked",
				Steps:  []string{where, fmt.Sprintf("what is there now: SELECT resource_id, permission FROM %s WHERE role_id IN (%s, %s); rows that are written by hand count after bin/magento cache:clean config", db.Quote(m.Prefix+"authorization_rule"), r.ID, r.Parent)},
				Verify: "the call that was refused answers 200", Undo: "take the ticks out again"}}})
	}
	return out
}

// idleIntegrations finds integrations that are switched off and whose tokens are there still, as a copy of the tables, or somebody
// who meant to renew one, leaves them; and active ones that have no role at all.
func idleIntegrations(m *db.Magento) []cause.Sighting {
	var out []cause.Sighting
	for _, i := range m.Integrations {
		place := rowPlace(m.Prefix+"integration", db.Bytes(i.ID))
		switch {
		case !i.Active && i.Tokens > 0:
			out = append(out, cause.Sighting{Place: place, Grade: cause.Strong,
				Says:  fmt.Sprintf("The integration %q is switched off (status 0) and has a token: requests that it signs (OAuth 1.0a) are refused with 401, in the words for a missing resource. As a Bearer token, where those count, it is let in all the same.", i.Name),
				Raise: []cause.Raise{{Command: fmt.Sprintf("SELECT name, status FROM %s WHERE integration_id = %s;", db.Quote(m.Prefix+"integration"), i.ID), Where: "in the Magento database", Would: "show status 0"}},
				Remedies: []cause.Remedy{{ID: "activate-integration", Title: "switch the integration on in the panel", For: "server", Effect: "its signed requests count again", Opens: "the resources of the integration to whoever has its four keys",
					Steps: []string{fmt.Sprintf("System, Integrations, %q: Activate, and allow the resources that it shows", i.Name), "give the program the keys that are shown then: activating may make new ones"}, Verify: "the signed request answers 200", Undo: "deactivate it there"}}})
		case i.Active && i.Tokens > 0 && !hasRole(m, i.ID):
			out = append(out, cause.Sighting{Place: place, Grade: cause.Strong,
				Says: fmt.Sprintf("The integration %q has a token and no role: every call that wants a resource is refused with 401, as if the token were wrong.", i.Name),
				Remedies: []cause.Remedy{{ID: "grant-resource", Title: "grant the resources in the panel", For: "server", Effect: "the integration may do what is ticked", Opens: "what is ticked",
					Steps: []string{fmt.Sprintf("System, Integrations, %q, API: tick the resources, save, then Reauthorize", i.Name)}, Verify: "the call that was refused answers 200", Undo: "take the ticks out again"}}})
		}
	}
	return out
}

// hasRole reports a role of an integration: a row of authorization_role of the kind U with user_type 1.
func hasRole(m *db.Magento, integration string) bool {
	for _, r := range m.Roles {
		if r.Type == "U" && r.UserType == "1" && r.User == integration {
			return true
		}
	}
	return false
}

func integrationOf(m *db.Magento, id string) string {
	for _, i := range m.Integrations {
		if i.ID == id {
			return i.Name
		}
	}
	return "?"
}

func roleOf(m *db.Magento, id string) string {
	for _, r := range m.Roles {
		if r.ID == id {
			return r.Name
		}
	}
	return "?"
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
