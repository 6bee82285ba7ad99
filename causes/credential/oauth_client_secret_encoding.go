package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// OAuthClientSecretEncoding: RFC 6749 2.3.1 wants client id and secret form-encoded before they are put into Basic. A
// grant is never replayed, so the evidence is the secret's characters and the endpoint's words.
var OAuthClientSecretEncoding = &cause.Cause{
	ID:      "oauth-client-secret-encoding",
	Title:   "the client secret has characters that OAuth wants encoded",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"wrong-password", "oauth-client-auth-failed", "oauth-client-auth-method", "missing-www-authenticate", "url-userinfo-encoding"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(secretSent(v), secretRecorded(v))
	},
}

// secretSent judges the request itself.
func secretSent(v *cause.View) *cause.Suspicion {
	if _, ok := withLogin(v); !ok && v.Answer.Status() != 400 || !tokenEndpoint(v) {
		return nil
	}
	l, ok := basicLogin(v)
	if !ok {
		return nil
	}
	secret := l.pair.Password
	encoded := l.pair.Has(basic.PercentEncoded) && oauthflow.Encoded(secret)
	special := secret.Match(mustEncode)
	m, said := says(v, signature.ClientUnknown)
	if judgedAs(v, signature.ClientUnknown) {
		return nil
	}
	s := &cause.Suspicion{}
	if v.TokenRequest() != nil {
		s.RefusedBy = exchange.IdentityProvider
	}
	switch {
	case special && !encoded && said:
		s.Grade, s.Weight = cause.Likely, 0.75
		if v.Recorded() {
			s.Grade, s.Weight = cause.Strong, 0.85 // no experiment follows
		}
		s.Because = []fact.Fact{m.Because}
	case special && !encoded:
		s.Grade, s.Weight = cause.Likely, 0.6
	case encoded && said:
		s.Grade, s.Weight = cause.Likely, 0.6
		s.Title = "the client secret was sent encoded, and the server may not decode it"
		s.Because = []fact.Fact{m.Because}
	default:
		return nil
	}
	what := "holds + / % or others that change when they are form-decoded, and was not encoded"
	if encoded {
		what = "was percent-encoded before it was put into Basic"
	}
	s.Because = append(s.Because, v.Asked("The client secret (%d characters) %s.", secret.Len(), what))
	u := cause.Quote(v.Request.URL)
	enc := `curl -i -u "$(python3 -c 'import os,urllib.parse as u;print(u.quote_plus(os.environ["CLIENT_ID"])+":"+u.quote_plus(os.environ["CLIENT_SECRET"]))')" -d grant_type=client_credentials ` + u
	body := `curl -i --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "client_secret=$CLIENT_SECRET" -d grant_type=client_credentials ` + u
	s.Raise = []cause.Raise{{Command: enc, Where: "where the client's secret is kept", Would: "give a token if the encoding is all that is wrong"},
		{Command: body, Where: "the same place", Would: "give a token if the secret is right: in the body there is one encoding only"}}
	// Client credentials hold nothing that works once: when the user lets a POST be repeated, the other form may be tried.
	if t := v.TokenRequest(); t != nil && t.Grant() == oauthflow.ClientGrant && !v.Recorded() {
		trial := cause.Trial{Key: "client-secret-encoded", Change: "the same id and secret, form-encoded before Basic", Edit: oauthflow.FormEncoded}
		if encoded {
			trial = cause.Trial{Key: "client-secret-decoded", Change: "the same id and secret without the encoding", Edit: oauthflow.NotEncoded}
		}
		s.Trials = []cause.Trial{trial.Passing().OrOut()}
	}
	s.Remedies = []cause.Remedy{{
		ID: "encode-client-secret", Title: "form-encode client id and secret before Basic", For: "client", Effect: "the server decodes the very secret (RFC 6749 2.3.1)", Opens: "nothing",
		Steps:  []string{enc, `JavaScript: btoa(encodeURIComponent(id).replace(/%20/g, "+") + ":" + encodeURIComponent(secret).replace(/%20/g, "+"))`},
		Verify: "the token endpoint answers 200; a wrong secret is still refused", Undo: "take the encoding out again",
	}, {
		ID: "plain-client-secret", Title: "let the identity provider make a secret of letters, digits, - and _", For: "idp", Effect: "encoded or not, it is the same", Opens: "nothing",
		Steps:  []string{"openssl rand -hex 32      (set it as the client's secret, and in the client)"},
		Verify: "the token endpoint answers 200; the former secret is refused", Undo: "set the former secret",
	}}
	if encoded {
		s.Remedies[0] = cause.Remedy{ID: "secret-in-body", Title: "send id and secret in the body, if the server allows it", For: "client", Effect: "there is one encoding only", Opens: "nothing",
			Steps: []string{body}, Verify: "the token endpoint answers 200; a wrong secret is still refused", Undo: "put Basic back"}
	}
	return s
}

// mustEncode are characters that form-decoding changes or takes for its own.
var mustEncode = lazyregexp.New(`[+%&= ]|[^\x00-\x7f]`)

// tokenEndpoint reports that the request is one to an OAuth token endpoint.
func tokenEndpoint(v *cause.View) bool {
	if v.Intent != nil && v.Intent.Request.Body.Contains("grant_type=") || v.Answer.Request.Body.Contains("grant_type=") {
		return true
	}
	p := strings.ToLower(strings.TrimSuffix(v.Answer.Request.URL.ShownPath(), "/"))
	return strings.HasSuffix(p, "/oauth2/token") || strings.HasSuffix(p, "/oauth/token") || strings.HasSuffix(p, "/connect/token") ||
		strings.HasSuffix(p, "/protocol/openid-connect/token") || strings.HasSuffix(p, "/oauth2/v2.0/token")
}
