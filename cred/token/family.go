package token

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// Family is the product that issued a token.
type Family string

// The families. Entra is told apart by version, Okta by server: their issuers differ.
const (
	UnknownFamily Family = ""
	EntraV1       Family = "Microsoft Entra ID (v1)"
	EntraV2       Family = "Microsoft Entra ID (v2)"
	AzureB2C      Family = "Azure AD B2C"
	Keycloak      Family = "Keycloak"
	OktaOrgServer Family = "Okta (org server)"
	OktaCustom    Family = "Okta (custom server)"
	Auth0         Family = "Auth0"
	Cognito       Family = "Amazon Cognito"
	Google        Family = "Google"
	Firebase      Family = "Firebase"
	Kubernetes    Family = "Kubernetes"
	GitHubActions Family = "GitHub Actions"
	GitLab        Family = "GitLab"
)

// familyOf reads the issuer, and for encrypted tokens the issuer in the header.
func familyOf(t *jwt.Token) Family {
	iss := t.Header.Issuer.Text.Reveal()
	if t.Claims != nil && t.Claims.Issuer.Present() {
		iss = t.Claims.Issuer.Text.Reveal() // to be recognised, not shown
	}
	if c := t.Claims; c != nil {
		if iss == "kubernetes/serviceaccount" || c.Has("kubernetes.io") || c.Has("kubernetes.io/serviceaccount/namespace") {
			return Kubernetes
		}
		if slices.ContainsFunc(c.Audience, func(a jwt.Name) bool { return strings.HasPrefix(a.Show, "https://identitytoolkit.googleapis.com/") }) {
			return Firebase
		}
	}
	if iss == "accounts.google.com" {
		return Google
	}
	u, err := url.Parse(iss)
	if err != nil {
		return UnknownFamily
	}
	host, path := strings.ToLower(u.Hostname()), u.Path
	under := func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
	switch {
	case host == "sts.windows.net", host == "sts.chinacloudapi.cn":
		return EntraV1
	case host == "login.microsoftonline.com", host == "login.microsoftonline.us", host == "login.partner.microsoftonline.cn", under("ciamlogin.com"):
		return EntraV2
	case under("b2clogin.com"):
		return AzureB2C
	case strings.Contains(path, "/realms/"):
		return Keycloak
	case under("okta.com"), under("oktapreview.com"), under("okta-emea.com"):
		if strings.HasPrefix(path, "/oauth2/") {
			return OktaCustom
		}
		return OktaOrgServer
	case strings.EqualFold(strings.TrimPrefix(strings.ToLower(t.Header.Typ), "application/"), "okta-internal-at+jwt"):
		return OktaOrgServer
	case under("auth0.com"):
		return Auth0
	case strings.HasPrefix(host, "cognito-idp."):
		return Cognito
	case host == "accounts.google.com":
		return Google
	case host == "securetoken.google.com", host == "session.firebase.google.com":
		return Firebase
	case host == "token.actions.githubusercontent.com":
		return GitHubActions
	case host == "gitlab.com":
		return GitLab
	case strings.HasPrefix(host, "kubernetes.default"), under("eks.amazonaws.com"), strings.HasPrefix(host, "oidc.eks."), host == "container.googleapis.com":
		return Kubernetes
	}
	return UnknownFamily
}

// microsoftOwn are resources of Microsoft's own that tokens are often fetched for by mistake.
var microsoftOwn = map[string]string{
	"00000003-0000-0000-c000-000000000000": "Microsoft Graph", "https://graph.microsoft.com": "Microsoft Graph", "https://graph.microsoft.us": "Microsoft Graph",
	"00000002-0000-0000-c000-000000000000": "Azure AD Graph", "https://graph.windows.net": "Azure AD Graph",
	"797f4846-ba00-4fd7-ba43-dac1f8f63013": "Azure Resource Manager", "https://management.azure.com": "Azure Resource Manager", "https://management.core.windows.net": "Azure Resource Manager",
	"cfa8b339-82a2-471a-a3c9-0fc0be7a4093": "Azure Key Vault", "https://vault.azure.net": "Azure Key Vault",
	"https://storage.azure.com": "Azure Storage", "https://database.windows.net": "Azure SQL", "https://ossrdbms-aad.database.windows.net": "Azure Database",
}

// microsoftAudience names Microsoft's own API that the token is for, "" when it is none.
func microsoftAudience(c *jwt.Claims) string {
	for _, a := range c.Audience {
		if name := microsoftOwn[strings.TrimRight(strings.ToLower(a.Show), "/")]; name != "" {
			return name
		}
	}
	return ""
}

// familyRemarks says what is known about tokens of the product.
func (j *judge) familyRemarks() {
	c := j.c
	if j.Token.Form == jwt.Encrypted && strings.EqualFold(j.Token.Header.Alg, "dir") && (j.Family == Auth0 || j.Family == UnknownFamily && j.Token.Header.Enc == "A256GCM") {
		j.add(Doubtful, Auth0Opaque, "", "The token is encrypted for its issuer alone (dir, five parts), as Auth0 makes it when no audience was asked for: only its /userinfo takes it. Ask for a token with the audience of the API.")
	}
	if c == nil {
		return
	}
	switch j.Family {
	case EntraV1, EntraV2, AzureB2C:
		own := microsoftAudience(c)
		switch {
		case own == "" || wants(j.want.Audiences, c):
		case own == "Microsoft Graph":
			j.add(Refused, GraphToken, "aud", "The token is for Microsoft Graph%s: only Graph takes and can verify it. Ask for a scope of your own API (api://.../.default).", map[bool]string{true: ", and its header holds the nonce that makes it unverifiable for others"}[j.Token.Header.Nonce])
		default:
			j.add(Doubtful, MicrosoftOwn, "aud", "The token is for %s, an API of Microsoft's own.", own)
		}
	case OktaOrgServer:
		if j.Kind != ID {
			j.add(Doubtful, OktaOrg, "iss", "The token comes from Okta's org server, whose access tokens are for Okta itself: APIs cannot verify them. Use a custom authorization server (/oauth2/default).")
		}
	case Kubernetes:
		if c.Has("kubernetes.io/serviceaccount/namespace") || c.Issuer.Text.Is("kubernetes/serviceaccount") {
			j.add(Remark, KubeLegacy, "iss", "This is a service account token of the old kind, from a Secret: it has no expiry and ends with the Secret or the account; clusters since 1.24 no longer make them, and clean up unused ones.")
		} else {
			j.add(Remark, KubeBound, "", "This is a bound service account token: it ends with its exp, and with the pod, Secret or node that it names.")
		}
	case Firebase:
		if slices.ContainsFunc(c.Audience, func(a jwt.Name) bool { return strings.HasPrefix(a.Show, "https://identitytoolkit.googleapis.com/") }) {
			j.add(Refused, FirebaseMint, "aud", "This is a Firebase custom token: it must be exchanged for an ID token (signInWithCustomToken) before any back end takes it.")
		}
	}
}
