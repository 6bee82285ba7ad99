package idp

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// EntraV1V2Issuer: Entra issues tokens in two versions with two issuers, and token and API are of different ones.
var EntraV1V2Issuer = &cause.Cause{
	ID:        "entra-v1-v2-issuer",
	Title:     "the Entra token is of another version than the API expects",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.IdentityProvider,
	Hides:     []string{"token-iss-mismatch", "jwks-kid-not-found", "token-revoked", "token-aud-mismatch", "missing-www-authenticate", "token-wrong-environment"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c := claims(v)
		if c == nil || !refusedOrUnseen(v) || over(v, c) || microsoft(v.Answer.Request.URL.Host) {
			return nil
		}
		version := entraVersion(c)
		if version == "" || forMicrosoft(c) {
			return nil
		}
		m, said := v.Means(signature.IssuerMismatch)
		s := &cause.Suspicion{Remedies: versionRemedies(v, version), Raise: []cause.Raise{{
			Command: "az ad app show --id APP_ID --query api.requestedAccessTokenVersion",
			Where:   "where the Azure CLI is logged in; APP_ID is the API's", Would: "print null or 1 for v1.0 tokens and 2 for v2.0; the API's authority must fit",
		}}}
		s.Because = []fact.Fact{v.Asked("The token is a v%s token of Entra: iss is %q.", version, c.Issuer.Show)}
		v1, v2 := expects(v, c)
		foreign, far := v2, "v2.0"
		if version == "2.0" {
			foreign, far = v1, "v1.0"
		}
		switch {
		case v.Recorded() && foreign && !said && !speaksOfOther(v):
			s.Grade, s.Weight = cause.Likely, 0.8
			if len(v.Settings) > 0 || entraSetting.MatchString(v.MachineText(heardLimit)) {
				s.Grade = cause.Strong
			}
			s.Because = append(s.Because, v.Asked("The settings or code shown name the issuer or the metadata of %s.", far))
		case version == "1.0" && v1 || version == "2.0" && v2:
			return nil // an issuer of the same version is expected: another tenant
		case said && (v1 || v2):
			s.Grade, s.Weight = cause.Strong, 0.95
			s.Because = append(s.Because, v.Saw("The answer names an issuer of the other version as the one it expects."))
		case said && version == "1.0":
			// An API in whose manifest nothing is set gets v1.0 tokens, and validators by default look for v2.0.
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = append(s.Because, m.Because)
		case said:
			s.Grade, s.Weight = cause.Likely, 0.5
			s.Because = append(s.Because, m.Because)
		case len(v.Meanings) == 0 && version == "1.0":
			s.Grade, s.Weight = cause.Likely, 0.35
			s.Because = append(s.Because, v.Saw("The answer does not say what is wrong with it."))
		default:
			return nil
		}
		return s
	},
}

// entraVersion is the version of an Entra token by its issuer, "" for another issuer.
func entraVersion(c *jwt.Claims) string {
	iss := c.Issuer.Text
	switch {
	case iss.HasPrefix("https://sts.windows.net/"):
		return "1.0"
	case iss.HasPrefix("https://login.microsoftonline.com/") && iss.HasSuffix("/v2.0"):
		return "2.0"
	}
	return ""
}

// forMicrosoft reports a token for one of Microsoft's own APIs, which nobody else can check.
func forMicrosoft(c *jwt.Claims) bool {
	return slices.ContainsFunc(c.Audience, func(a jwt.Name) bool {
		return a.Text.Is("00000003-0000-0000-c000-000000000000") || a.Text.HasPrefix("https://graph.microsoft.com")
	})
}

func microsoft(host string) bool {
	host = strings.ToLower(host)
	return strings.HasSuffix(host, ".microsoft.com") || strings.HasSuffix(host, ".windows.net") || strings.HasSuffix(host, ".microsoftonline.com")
}

// entraSetting is a place where an issuer is configured, as against one that is told of.
var entraSetting = lazyregexp.New(`(?i)(issuer|authority|openid-config|metadata|instance|well-known)[^\n]{0,80}https://(login\.microsoftonline\.com|sts\.windows\.net)/`)

// speaksOfOther reports that the record names another reason than the issuer.
func speaksOfOther(v *cause.View) bool {
	_, ok := v.Means(signature.AudienceMismatch, signature.TokenExpired, signature.NotYetValid, signature.ScopeMissing)
	return ok
}

var issuers = lazyregexp.New(`https://(?:sts\.windows\.net/[a-z0-9-]*/?|login\.microsoftonline\.com/[a-z0-9-]*(?:/v2\.0)?)`)

// expects reports which version's issuers the answer names beside the token's own.
func expects(v *cause.View, c *jwt.Claims) (v1, v2 bool) {
	text := v.MachineText(heardLimit)
	for _, ch := range v.Challenges {
		text += "\n" + ch.Value("error_description")
	}
	for _, i := range issuers.FindAllString(strings.ToLower(strings.ReplaceAll(text, `\/`, "/")), 12) {
		if c.Issuer.Text.EqualFold(i) || c.Issuer.Text.EqualFold(i+"/") {
			continue
		}
		v1 = v1 || strings.HasPrefix(i, "https://sts.")
		v2 = v2 || strings.HasSuffix(i, "/v2.0")
	}
	for _, set := range v.Settings { // a tenant's id closes the value; its form can be asked for all the same
		for _, a := range set.Args {
			if a.Closed() && !a.Equal(c.Issuer.Text) {
				v1 = v1 || a.Match(v1Issuer)
				v2 = v2 || a.Match(v2Issuer)
			}
		}
	}
	return v1, v2
}

var (
	v1Issuer = lazyregexp.New(`^"?https://sts\.windows\.net/`)
	v2Issuer = lazyregexp.New(`^"?https://login\.microsoftonline\.com/[A-Za-z0-9{}-]+/v2\.0`)
)

func versionRemedies(v *cause.View, version string) []cause.Remedy {
	want, authority := "2", "https://login.microsoftonline.com/TENANT      (without /v2.0)"
	if version == "2.0" {
		want, authority = "null", "https://login.microsoftonline.com/TENANT/v2.0"
	}
	return []cause.Remedy{{
		ID: "token-version", Title: "let Entra issue tokens of the version that the API checks", For: "idp",
		Effect: "iss of new tokens is the one that the API expects", Opens: "nothing: the API still checks tenant, audience and signature",
		Steps:  []string{`in the API's app registration, Manifest: "requestedAccessTokenVersion": ` + want + "      (older manifests: accessTokenAcceptedVersion)", "get a new token; aud may change as well: v2.0 has the API's client id, v1.0 mostly api://..."},
		Verify: `curl -i -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL) + " answers 2xx; a token of another tenant is refused", Undo: "set the former value",
	}, {
		ID: "api-authority", Title: "or let the API expect the tokens it gets", For: "server",
		Effect: "the API takes the token's issuer for valid", Opens: "nothing, when the tenant is named: never /common, and never ValidateIssuer=false",
		Steps: []string{"Authority = " + authority}, Verify: "as above", Undo: "restore the former authority",
	}}
}
