package idp

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/internal/lazyregexp"
)

// wording is what an error code and the sentence beside it say together. The code alone seldom decides: invalid_grant is
// said of a code that was used, of one that is redeemed with another redirect_uri, and of a wrong verifier.
type wording struct {
	id     string
	codes  []string // any of them; "" is the log of a server that names none
	step   oauthflow.Step
	about  *lazyregexp.Regexp // nil: whatever is said
	except *lazyregexp.Regexp
	grade  cause.Grade
	topic  string // what the sentence speaks of, for the report
}

// gone are words for a code that the server no longer has.
const gone = `expired|\bused\b|redeemed|consumed|replay|not[ _]found|cannot be found|(?:not|n't) exist|unknown|too old|no longer`

var (
	grantCodes = []string{"invalid_grant", "invalid_request", "bad_verification_code", "invalid_code", "code_already_used", ""}
	anyRequest = []string{"invalid_request", "invalid_client", "unauthorized_client", "invalid_grant", ""}

	ofPKCE     = lazyregexp.New(`\bpkce\b|proof key|code[ _]?challenge|code[ _]?verifier`)
	ofVerifier = lazyregexp.New(`code[ _]?verifier|verif(?:y|ied|ication)|mismatch|(?:not|n't) match|incorrect|wrong`)
	ofRedirect = lazyregexp.New(`redirect(?:ion)?[ _]?ur[il]|redirection endpoint|repl(?:y|ies) (?:address|url)|callback ur[il]`)
	ofFirst    = lazyregexp.New(`redirect.{0,120}(?:original|authori[sz](?:e|ation) request|initial(?:ly)?\b|dialog request|when requesting|in the request for the code|used to (?:get|obtain|request))`)
	ofOwner    = lazyregexp.New(`(?:another|a different|other|wrong) client|client(?:[ _]id)?\b.{0,40}(?:(?:not|n't) match|mismatch|differ)|issued to\b`)
	ofCode     = lazyregexp.New(`\bcode\b`)
	ofAge      = lazyregexp.New(`(?:\bcode\b|auth_code).{0,80}(?:` + gone + `)|(?:` + gone + `).{0,40}\bcode\b`)
	otherCode  = lazyregexp.New(`(?:user|device|country|status|sms|totp|otp|mfa|2fa|backup|pin)[ _-]?code|one[ -]time`)
	ofDevice   = lazyregexp.New(`device`)
	ofGrant    = lazyregexp.New(`\bgrant|response[ _]?type|\bflow\b|service account|direct access|implicit|token exchange|using this method|client.{0,20}not (?:allowed|enabled|permitted)`)
	ofType     = lazyregexp.New(`(?:grant|response)[ _]?type.{0,60}(?:\bnot\b|n't|unsupported|disabled)|(?:\bnot\b|n't|unsupported|disabled).{0,40}(?:grant|response)[ _]?type`)
	ofForm     = lazyregexp.New(`content[ -]?type|urlencoded|json`)
	ofSecret   = lazyregexp.New(`credential|secret|client authentication|invalid client\b`)
	ofPlace    = lazyregexp.New(`(?:secret|client[ _](?:id|credentials?|authentication|assertion)|credentials?|token_endpoint_auth_method)\b.{0,60}\b(?:must|should|needs?|has to|have to|expected|only|provided|sent|configured?|match).{0,60}\b(?:header|basic|body|post|form|query|mechanism|auth_?method)` +
		`|\bauth(?:entication|_)? ?(?:method|mechanism)\b.{0,80}(?:not|n't|mismatch|unsupported|but)|client_secret_(?:basic|post).{0,60}(?:not|n't|but|required|must)|(?:multiple|more than one|two) (?:client )?(?:credentials|authentication)`)
	ofConsent = lazyregexp.New(`\bden(?:y|ied)|declin|cancel|abort|reject|consent|not assigned|not allowed|not (?:a )?member|polic(?:y|ies)|restricted|not granted`)
)

// wordings are asked in this order; the first that fits is what an error says.
var wordings = []wording{
	{id: "device-code-expired", codes: []string{"expired_token", "invalid_grant"}, about: ofDevice, grade: cause.Strong, topic: "the device code"},
	{id: "pkce-required", codes: append(slices.Clone(anyRequest), "access_denied"), about: ofPKCE, except: ofVerifier, grade: cause.Strong, topic: "PKCE or code_challenge"},
	{id: "pkce-verification-failed", codes: append(slices.Clone(grantCodes), "access_denied"), about: ofPKCE, grade: cause.Strong, topic: "the code verifier"},
	{id: "oauth-client-auth-method", codes: anyRequest, about: ofPlace, except: ofRedirect, grade: cause.Strong, topic: "the way in which the client's secret is sent"},
	{id: "authorization-code-binding-mismatch", codes: []string{"invalid_grant"}, about: ofRedirect, grade: cause.Strong, topic: "the redirect_uri of a code that is redeemed"},
	{id: "authorization-code-binding-mismatch", codes: grantCodes, step: oauthflow.AtToken, about: ofRedirect, grade: cause.Strong, topic: "the redirect_uri of a code that is redeemed"},
	{id: "authorization-code-binding-mismatch", codes: grantCodes, about: ofFirst, grade: cause.Strong, topic: "the redirect_uri of the authorization request"},
	{id: "authorization-code-binding-mismatch", codes: []string{"invalid_grant"}, about: ofOwner, grade: cause.Strong, topic: "the client that the code was issued to"},
	{id: "authorization-code-used-or-expired", codes: []string{"bad_verification_code", "code_already_used"}, grade: cause.Strong, topic: "the code"},
	{id: "oauth-grant-not-allowed", codes: []string{"unsupported_grant_type", "unsupported_response_type"}, about: ofType, grade: cause.Strong, topic: "the grant or response type"},
	// A form that was sent as JSON has no grant_type for the server, either.
	{id: "oauth-grant-not-allowed", codes: []string{"unsupported_grant_type", "unsupported_response_type"}, except: ofForm, grade: cause.Likely, topic: "no more than that"},
	{id: "oauth-grant-not-allowed", codes: []string{"unauthorized_client"}, about: ofGrant, except: ofSecret, grade: cause.Strong, topic: "what this client may do"},
	{id: "oauth-grant-not-allowed", codes: []string{"invalid_request", "invalid_grant", "invalid_client", ""}, about: ofType, grade: cause.Strong, topic: "the grant or response type"},
	{id: "authorization-code-used-or-expired", codes: grantCodes, step: oauthflow.AtToken, about: ofAge, except: otherCode, grade: cause.Strong, topic: "a code that was used, or is too old"},
	{id: "authorization-code-used-or-expired", codes: []string{"invalid_grant", "invalid_code"}, about: ofCode, except: otherCode, grade: cause.Likely, topic: "the code"},
	{id: "oauth-scope-or-resource-refused", codes: []string{"invalid_scope", "invalid_target"}, grade: cause.Strong, topic: "the scope or resource"},
	{id: "oauth-access-denied", codes: []string{"access_denied"}, about: ofConsent, grade: cause.Strong, topic: "consent, or who may use the application"},
	{id: "oauth-access-denied", codes: []string{"access_denied"}, step: oauthflow.AtAuthorize, grade: cause.Likely, topic: "no reason"},
}

func (w wording) fits(e oauthflow.ErrorResponse) bool {
	return slices.Contains(w.codes, e.Code) && (w.step == oauthflow.SomeStep || w.step == e.Step) &&
		(w.about == nil || w.about.MatchString(e.About)) && (w.except == nil || !w.except.MatchString(e.About))
}

// orQuoted is a detector that reads recorded exchanges, and where the record has none of a login's steps the errors that
// its texts quote.
func orQuoted(id string, look func(*cause.View) *cause.Suspicion) func(*cause.View) *cause.Suspicion {
	return func(v *cause.View) *cause.Suspicion {
		if s := look(v); s != nil || !v.Recorded() || v.TokenRequest() != nil || v.CameBack() != nil {
			return s
		}
		return quoted(v, id)
	}
}

// quoted suspects the cause called id when the first error that says anything says this.
func quoted(v *cause.View, id string) *cause.Suspicion {
	for _, e := range v.QuotedErrors() {
		i := slices.IndexFunc(wordings, func(w wording) bool { return w.fits(e.ErrorResponse) })
		if i < 0 {
			continue
		}
		w := wordings[i]
		if w.id != id {
			return nil
		}
		what := "The authorization server's log"
		if e.Code != "" {
			what = "The error is " + e.Code + ", and what is said of it"
		}
		s := cause.SuspectAt(w.grade, 0.9, e.From, what+" speaks of "+w.topic+".")
		if w.grade < cause.Strong {
			s.Weight = 0.7
		}
		if e.Told {
			s.Grade, s.Weight = cause.Likely, min(s.Weight, 0.8)
		}
		return s
	}
	return nil
}
