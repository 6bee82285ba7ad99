package signature

import (
	"cmp"
	"slices"
)

// What a refusal sentence can mean. The phrase files use these words and no others.
const (
	NoCredentials     = "no-credentials-reached"
	CredentialInvalid = "credential-invalid"
	TokenInvalid      = "token-invalid"
	TokenExpired      = "token-expired"
	TokenRevoked      = "token-revoked"
	TokenMalformed    = "token-malformed"
	TokenTypeWrong    = "token-type-wrong"
	SignatureInvalid  = "signature-invalid"
	IssuerMismatch    = "issuer-mismatch"
	AudienceMismatch  = "audience-mismatch"
	AlgMismatch       = "alg-mismatch"
	KidUnknown        = "kid-unknown"
	NotYetValid       = "not-yet-valid"
	ClockSkew         = "clock-skew"
	ClaimMissing      = "claim-missing"
	ScopeMissing      = "scope-missing"
	PermissionDenied  = "permission-denied"
	MalformedHeader   = "malformed-header"
	SchemeUnsupported = "scheme-unsupported"
	TwoAuthMechanisms = "two-auth-mechanisms"
	DuplicateHeader   = "duplicate-header"
	HeaderTooLarge    = "header-too-large"
	CSRFToken         = "csrf-token"
	CSRFOrigin        = "csrf-origin"
	NonceInvalid      = "nonce-invalid"
	SessionExpired    = "session-expired"
	LoginRequired     = "login-required"
	Locked            = "locked"
	AccountDisabled   = "account-disabled"
	RateLimited       = "rate-limited"
	Captcha           = "captcha"
	OTP               = "otp-or-2fa"
	SSORequired       = "sso-required"
	PasswordLoginOff  = "password-login-disabled"
	IPNotAllowed      = "ip-not-allowed"
	UserAgentRequired = "user-agent-required"
	OriginNotAllowed  = "origin-not-allowed"
	PolicyBlocked     = "policy-blocked"
	ClientCertMissing = "client-cert-missing"
	ClientCertInvalid = "client-cert-invalid"
	HTTPSRequired     = "https-required"
	ProxyAuth         = "proxy-auth-required"
	UnknownRoute      = "unknown-route"
	MissingKey        = "missing-subscription-key"
	FeatureDisabled   = "feature-disabled"
	SetupIncomplete   = "setup-incomplete"
	ClientUnknown     = "client-unknown"
	GrantInvalid      = "grant-invalid"
	RedirectURI       = "redirect-uri-mismatch"
	LinkExpired       = "link-expired"
	UserUnknown       = "user-unknown"
	BodyHashMismatch  = "body-hash-mismatch"
	WrongRegion       = "wrong-region"
	LicenceOrQuota    = "quota-or-billing"
	AuthServerBroken  = "auth-backend-broken"
)

// Word is one meaning with what it says.
type Word struct{ Meaning, Says string }

// Vocabulary lists every meaning, for documentation.
func Vocabulary() []Word { return slices.Clone(vocabulary) }

var vocabulary = []Word{
	{NoCredentials, "the server saw no credential at all"},
	{CredentialInvalid, "user, password or key is not accepted; which of them is not said"},
	{TokenInvalid, "the token is not accepted; why is not said"},
	{TokenExpired, "the token's time is over"},
	{TokenRevoked, "the token was withdrawn"},
	{TokenMalformed, "the token cannot be taken apart"},
	{TokenTypeWrong, "a token of another kind was wanted"},
	{SignatureInvalid, "the signature does not fit"},
	{IssuerMismatch, "the issuer is not the expected one"},
	{AudienceMismatch, "the token is meant for somebody else"},
	{AlgMismatch, "the signature algorithm is not accepted"},
	{KidUnknown, "no key fits the token's key id"},
	{NotYetValid, "the token's time has not come"},
	{ClockSkew, "the time of the request is too far from the server's"},
	{ClaimMissing, "the token lacks a claim"},
	{ScopeMissing, "the token lacks a scope"},
	{PermissionDenied, "the identity is known and may not do this"},
	{MalformedHeader, "the Authorization header cannot be read"},
	{SchemeUnsupported, "the auth scheme is not one the server takes"},
	{TwoAuthMechanisms, "two credentials of different kinds came at once"},
	{DuplicateHeader, "a header came twice"},
	{HeaderTooLarge, "the request header is too large"},
	{CSRFToken, "the CSRF token is missing or wrong"},
	{CSRFOrigin, "Origin or Referer does not fit"},
	{NonceInvalid, "the nonce is old, used or unknown"},
	{SessionExpired, "the session is over"},
	{LoginRequired, "a logged-in session is wanted"},
	{Locked, "the account is locked for now"},
	{AccountDisabled, "the account is switched off"},
	{RateLimited, "too many requests or attempts"},
	{Captcha, "a captcha must be solved first"},
	{OTP, "a second factor is wanted"},
	{SSORequired, "the token must be authorised for single sign-on"},
	{PasswordLoginOff, "passwords are not accepted here"},
	{IPNotAllowed, "the address is not on the list"},
	{UserAgentRequired, "a User-Agent header is wanted"},
	{OriginNotAllowed, "the web origin or referrer is not on the list"},
	{PolicyBlocked, "a firewall or policy rule refused"},
	{ClientCertMissing, "a TLS client certificate is wanted"},
	{ClientCertInvalid, "the TLS client certificate is not accepted"},
	{HTTPSRequired, "credentials are taken over https only"},
	{ProxyAuth, "the forward proxy wants credentials"},
	{UnknownRoute, "there is no such route, although it reads like a refusal"},
	{MissingKey, "an API or subscription key is missing"},
	{FeatureDisabled, "the login method or feature is switched off"},
	{SetupIncomplete, "the server's authentication is not set up"},
	{ClientUnknown, "the OAuth client is unknown or its secret is wrong"},
	{GrantInvalid, "the code or refresh token is not accepted"},
	{RedirectURI, "the redirect URI is not registered"},
	{LinkExpired, "the signed link's time is over"},
	{UserUnknown, "there is no such user or key"},
	{BodyHashMismatch, "the body is not what was signed"},
	{WrongRegion, "the signature names another region or service"},
	{LicenceOrQuota, "billing, licence or quota stands in the way"},
	{AuthServerBroken, "the server could not ask whoever checks credentials"},
}

func (s *Set) meanings(r *reply) []Meaning {
	var out []Meaning
	for _, p := range s.phrases {
		if !p.when.holds(r) {
			continue
		}
		m := Meaning{Meaning: p.meaning, Product: p.product, Layer: p.layer, Weight: p.weight}
		if e := evidence(p.when, r); len(e) > 0 {
			m.Because = e[0]
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Meaning) int { return cmp.Compare(b.Weight, a.Weight) })
	var uniq []Meaning
	for _, m := range out {
		if !slices.ContainsFunc(uniq, func(u Meaning) bool { return u.Meaning == m.Meaning && u.Product == m.Product }) {
			uniq = append(uniq, m)
		}
	}
	return uniq
}
