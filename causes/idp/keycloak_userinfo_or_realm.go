package idp

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// KeycloakUserinfoOrRealm: Keycloak refuses a token of its own: without the scope openid at userinfo, or of another
// realm than the path names.
var KeycloakUserinfoOrRealm = &cause.Cause{
	ID:        "keycloak-userinfo-or-realm",
	Title:     "Keycloak wants another scope or realm for this address",
	Family:    family,
	RefusedBy: exchange.IdentityProvider,
	FaultAt:   exchange.Client,
	Hides:     []string{"scope-missing-401", "token-iss-mismatch", "token-revoked", "missing-www-authenticate", "403-means-401", "token-wrong-environment", "user-lacks-role-or-group", "wrong-endpoint-or-host"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !refusedOrUnseen(v) {
			return nil
		}
		c := claims(v)
		if f, ok := says(v, "Missing openid scope"); ok {
			s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Title: "Keycloak's userinfo wants a token with the scope openid", Because: []fact.Fact{f},
				Raise:    []cause.Raise{{Command: `printf %s "$TOKEN" | cut -d. -f2 | tr '_-' '/+' | base64 -d 2>/dev/null | tr ',' '\n' | grep '"scope"'`, Where: "here", Would: "show the token's scopes; openid must be among them"}},
				Remedies: []cause.Remedy{openidScope(v), defaultScope()}}
			if c != nil && len(c.Scopes) > 0 && !slices.Contains(c.Scopes, "openid") {
				s.Grade = cause.Proved
				s.Because = append(s.Because, v.Asked("The token has %d scopes, and openid is not among them.", len(c.Scopes)))
			}
			return s
		}
		if c == nil || over(v, c) {
			return nil
		}
		path := v.Answer.Request.URL.Path
		asked, own := segment(path, "realms"), realmOf(c.Issuer.Text)
		admin := segment(path, "admin") == "realms"
		if asked == "" || own == "" || own == asked || admin && own == "master" {
			return nil
		}
		return &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Title: "the token is of another Keycloak realm than the address",
			Because: []fact.Fact{
				v.Asked("The address is of the realm %q, the token's issuer ends in /realms/%s.", asked, own),
				v.Saw("The answer is %d.", v.Answer.Status()),
			},
			Raise: []cause.Raise{{Command: "curl -s " + cause.QuoteWord(v.Answer.Request.URL.Origin().String()+"/realms/"+asked+"/.well-known/openid-configuration"), Where: "here", Would: "show the issuer and token endpoint of the realm that the address is in"}},
			Remedies: []cause.Remedy{newToken(v, "token-of-realm", "get the token from the realm that the address is in", "iss and the address name one realm",
				`curl -d grant_type=client_credentials -d client_id="$CLIENT_ID" --data-urlencode "client_secret=$CLIENT_SECRET" `+cause.QuoteWord(v.Answer.Request.URL.Origin().String()+"/realms/"+asked+"/protocol/openid-connect/token"),
				"for the admin API: a token of master, or one of this realm with the roles of realm-management"),
				{ID: "one-realm-setting", Title: "keep the realm's name in one setting of the client", For: "client", Effect: "token endpoint and API cannot drift apart", Opens: "nothing",
					Steps: []string{"derive every address from ISSUER=" + cause.QuoteWord(v.Answer.Request.URL.Origin().String()+"/realms/"+asked)}, Undo: "restore the former settings"}},
		}
	},
}

// realmOf is the realm of a Keycloak issuer, "" for another issuer.
func realmOf(issuer secret.Text) string {
	if issuer.Closed() {
		return ""
	}
	return segment(issuer.String(), "realms")
}

func openidScope(v *cause.View) cause.Remedy {
	return newToken(v, "scope-openid", "ask for the scope openid", "userinfo accepts the token",
		"add scope=openid to the authorization or token request: -d 'scope=openid profile email'")
}

func defaultScope() cause.Remedy {
	return cause.Remedy{ID: "client-scope", Title: "check what the client asks for after an upgrade of Keycloak", For: "idp",
		Effect: "clients that call userinfo get a token for it", Opens: "nothing beyond the user's own profile to clients that ask for it",
		Steps: []string{"since Keycloak 19 userinfo wants openid: clients that are OIDC in name only must send the scope themselves; for service accounts switch \"Service accounts roles\" on"}, Undo: "take the scope out again"}
}
