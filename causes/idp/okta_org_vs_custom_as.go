package idp

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// OktaOrgVsCustomAS: an access token of Okta's org authorization server is for Okta's own APIs; nobody else can check it.
var OktaOrgVsCustomAS = &cause.Cause{
	ID:        "okta-org-vs-custom-as",
	Title:     "the token is of Okta's own authorization server, not for this API",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"token-iss-mismatch", "token-aud-mismatch", "jwks-kid-not-found", "jwt-signature-invalid-wrong-key", "token-revoked", "missing-www-authenticate", "token-wrong-environment"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c := claims(v)
		if c == nil && v.Recorded() {
			return oktaInSettings(v)
		}
		if c == nil || !refusedOrUnseen(v) || over(v, c) {
			return nil
		}
		host := strings.ToLower(v.Answer.Request.URL.Host)
		if !c.Issuer.Text.Match(oktaOrg) || host != "" && c.Issuer.Text.HasPrefix("https://"+host) || c.Has("at_hash") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6,
			Because: []fact.Fact{v.Asked("The token's iss is %q, with no /oauth2/ behind it: Okta's org authorization server, whose access tokens are for Okta's own APIs.", c.Issuer.Show)},
			Raise: []cause.Raise{{Command: "curl -s " + cause.QuoteWord(strings.TrimSuffix(c.Issuer.Show, "/")+"/oauth2/default/.well-known/openid-configuration") + " | tr ',' '\\n' | grep '\"issuer\"'",
				Where: "here", Would: "show the issuer of the custom authorization server, if there is one; compare it with the API's setting"}},
			Remedies: oktaRemedies(v)}
		if m, ok := v.Means(signature.SignatureInvalid, signature.KidUnknown, signature.IssuerMismatch, signature.AudienceMismatch, signature.TokenInvalid); ok {
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = append(s.Because, m.Because)
		} else if len(v.Meanings) > 0 {
			s.Weight = 0.3 // it speaks of something else
		}
		return s
	},
}

// orgIssuer is a setting or line of code that makes Okta's org server the issuer of an API's tokens.
var orgIssuer = lazyregexp.New(`(?i)issuer(?:[-_]?ur[il])?\b[^\n]{0,60}https://[a-z0-9.-]+\.(?:okta|oktapreview|okta-emea|okta-gov)\.com(?:/oauth2)?/?(?:["'\s,;)]|$)`)

// toldIssuer is an issuer that a person read in a token, or was told by a verifier: Okta's org, with no server behind it.
var toldIssuer = lazyregexp.New(`(?i)\biss(?:uer)?\b[^\n]{0,80}https://[a-z0-9-]+\.(?:okta|oktapreview|okta-emea|okta-gov)\.com/?(?:["'\s,;)]|\.?$|\.\s)`)

// oktaInSettings knows it by the API's own settings, when a token is refused and none is shown.
func oktaInSettings(v *cause.View) *cause.Suspicion {
	named := "The settings name"
	if !orgIssuer.MatchString(v.MachineText(heardLimit)) {
		if text := v.HumanText(heardLimit); !toldIssuer.MatchString(text) || !strings.Contains(text, "/oauth2/") {
			return nil
		}
		named = "What is told of the token names"
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.55, Remedies: oktaRemedies(v),
		Because: []fact.Fact{v.Asked("%s Okta's org as the issuer, with no authorization server behind /oauth2/: the access tokens of the org are for Okta's own APIs.", named)},
		Raise: []cause.Raise{{Command: `curl -s "$OKTA_ORG_URL/oauth2/default/.well-known/openid-configuration" | tr ',' '\n' | grep '"issuer"'`,
			Where: "here", Would: "show the issuer of the custom authorization server, if there is one"}}}
	if m, ok := v.Means(signature.SignatureInvalid, signature.KidUnknown, signature.IssuerMismatch, signature.AudienceMismatch, signature.TokenInvalid); ok {
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Because = append(s.Because, m.Because)
	} else if keySpoken.MatchString(v.MachineText(heardLimit)) {
		s.Grade, s.Weight = cause.Strong, 0.85
	}
	return s
}

// keySpoken are words about a key or signature in what programs say.
var keySpoken = lazyregexp.New(`(?i)no key found|\bkid\b|signing ?key|signature (verification|is)? ?(failed|invalid)|invalid signature`)

func oktaRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{newToken(v, "custom-server", "get the token from a custom authorization server", "iss, aud and key are those that the API can check",
		"use the endpoints under /oauth2/default (or another server's id) in place of /oauth2/v1: authorize, token, keys",
		"ask for a scope that is defined on that server"), {
		ID: "api-audience", Title: "define the API on a custom authorization server", For: "idp",
		Effect: "tokens for the API name it as their audience", Opens: "nothing until an access policy lets a client in",
		Steps:  []string{"Okta: Security > API > Authorization Servers > Add (or default): audience, scopes, access policy for the client", "in the API: issuer = https://TENANT.okta.com/oauth2/default"},
		Verify: "a new token passes; one of the org server is still refused", Undo: "delete the server or policy again",
	}}
}

var oktaOrg = lazyregexp.New(`^https://[a-z0-9-]+\.(okta|oktapreview|okta-emea|okta-gov|trexcloud)\.com/?$`)
