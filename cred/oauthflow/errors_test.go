package oauthflow

import (
	"strings"
	"testing"
)

// TestErrorResponses reads the same errors as an answer's JSON, as objects that languages print, as a redirect back, as
// exceptions of libraries and as lines of servers' logs.
func TestErrorResponses(t *testing.T) {
	for _, c := range []struct {
		text, code, about string
		step              Step
	}{
		{`{"error":"invalid_grant","error_description":"Code not valid"}`, "invalid_grant", "code not valid", AtToken},
		{`{"error_description":"It has \"expired\".","error":"invalid_grant"}`, "invalid_grant", `it has "expired".`, AtToken},
		{`{ error: 'invalid_scope', error_description: 'Scope orders is not known', state: 'x' }`, "invalid_scope", "scope orders is not known", SomeStep},
		{`{'error': 'unauthorized_client', 'error_description': "Grant isn't enabled"}`, "unauthorized_client", "grant isn't enabled", SomeStep},
		{`{:error=>"invalid_grant", :error_description=>"used"}`, "invalid_grant", "used", AtToken},
		{`{"msg":"{\"error\":\"invalid_client\",\"error_description\":\"no such \\\"client\\\"\"}"}`, "invalid_client", `no such \\"client\\"`, SomeStep},
		{`http://localhost:3000/cb?error=access_denied&error_description=User+is+not%20assigned.&state=1`, "access_denied", "user is not assigned.", AtAuthorize},
		{`oauthlib.oauth2.rfc6749.errors.InvalidGrantError: (invalid_grant) Missing code verifier.`, "invalid_grant", ") missing code verifier.", AtToken},
		{`authlib...OAuthError: invalid_request: PKCE is wanted`, "invalid_request", ": pkce is wanted", SomeStep},
		{`OPError: unauthorized_client (Client not enabled to retrieve service account)`, "unauthorized_client", "(client not enabled to retrieve service account)", SomeStep},
		{`oauth2: "invalid_grant" "Code not valid"`, "invalid_grant", `" "code not valid"`, AtToken},
		{`error: 'invalid_grant', error_description: 'bad', error_reason: 'auth_code_not_found'`, "invalid_grant", "bad auth_code_not_found", AtToken},
		{`type=CODE_TO_TOKEN_ERROR, realmId=shop, error=invalid_code, grant_type=authorization_code, reason="PKCE verification failed"`, "invalid_code", "pkce verification failed", AtToken},
		{"fail: IdentityServer4.Validation.TokenRequestValidator[0]\n      Invalid redirect_uri: https://a.test/cb/", "", "invalid redirect_uri: https://a.test/cb/", AtToken},
		{"fail: Duende.IdentityServer.Validation.AuthorizeRequestValidator[0]\n      Invalid redirect_uri: https://a.test/cb/", "", "invalid redirect_uri: https://a.test/cb/", AtAuthorize},
		{`{"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}`, "invalid_grant", "the .", AtToken},
	} {
		got := ErrorResponses(c.text)
		if len(got) != 1 || got[0] != (ErrorResponse{c.code, c.about, c.step}) {
			t.Errorf("%s\n got %+v\nwant %+v", c.text, got, ErrorResponse{c.code, c.about, c.step})
		}
	}
}

// TestNoErrorResponses: words that other protocols use as well, progress in a log, and a token that was used.
func TestNoErrorResponses(t *testing.T) {
	for _, text := range []string{
		`[access_denied] origin_type=[rest], principal=[beats_internal]`,
		`<Code>AccessDenied</Code> access_denied`,
		`the invalid_request counter is 3`,
		`2023-06-20 WARN [org.keycloak.events] type=USER_INFO_REQUEST_ERROR, realmId=x, error=access_denied, auth_method=validate_access_token`,
		"dbug: IdentityServer4.Validation.TokenRequestValidator[0]\n      Start validation of authorization code token request",
		`my_invalid_grant_handler`,
	} {
		if got := ErrorResponses(text); len(got) != 0 {
			t.Errorf("%s\n got %+v, want none", text, got)
		}
	}
}

func FuzzErrorResponses(f *testing.F) {
	f.Add(`{"error":"invalid_grant","error_description":"\\\""}`)
	f.Add(`?error=access_denied&error_description=%zz%`)
	f.Add("TokenRequestValidator[0]\n Invalid")
	f.Add(strings.Repeat(`error=invalid_scope `, 50))
	f.Fuzz(func(t *testing.T, text string) {
		got := ErrorResponses(text)
		if len(got) > maxErrors {
			t.Fatalf("%d errors", len(got))
		}
		for _, e := range got {
			if len(e.About) > 4*maxAbout {
				t.Fatalf("%d bytes are said of %s", len(e.About), e.Code)
			}
		}
	})
}
