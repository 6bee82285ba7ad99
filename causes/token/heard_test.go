package token

import (
	"encoding/base64"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// wrote is a case of what a program and a person wrote, with a token beside it when one is given.
func wrote(program, person, token string) *cause.View {
	c := &exchange.Case{Messages: []exchange.Message{{Text: exchange.Raw(program)}}, Notes: []exchange.Note{{Text: exchange.Raw(person)}}}
	x := &exchange.Exchange{Given: "a", Response: &exchange.Response{}, Unseen: exchange.StatusLine | exchange.WholeRequest | exchange.ResponseHeader}
	if token != "" {
		c.Tokens = []exchange.Token{{Value: secret.New(token)}}
		x.Request.Header = exchange.Header{{Name: "Authorization", Value: secret.Join(secret.Public("Bearer "), c.Tokens[0].Value)}}
	}
	c.Add(x)
	return cause.NewView(c)
}

func TestWhatTheRecordSays(t *testing.T) {
	const (
		inside = `{"iss":"http://localhost:8080/realms/a","aud":"api","exp":1999999999}`
		rs256  = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln`
	)
	bare := "eyJhbGciOiIifQ." + b64(inside) + "."
	for _, c := range []struct {
		name                   string
		cause                  *cause.Cause
		program, person, token string
		want                   cause.Grade
	}{
		{"the issuer set differs in its host", TokenIssMismatch, "issuer-uri: http://keycloak:8080/realms/a", "", bare, cause.Strong},
		{"the issuer set is the token's", TokenIssMismatch, "issuer-uri: http://localhost:8080/realms/a", "", bare, cause.Unknown},
		{"a realm under two addresses", TokenIssMismatch, "401", "tokens come from http://localhost:8080/realms/a, the API uses http://keycloak:8080/realms/a", "", cause.Likely},
		{"two realms", TokenIssMismatch, "401", "http://localhost:8080/realms/a and http://keycloak:8080/realms/b", "", cause.Unknown},
		{"another audience is set", TokenAudMismatch, `options.Audience = "shop"`, "", bare, cause.Likely},
		{"a variable is no audience", TokenAudMismatch, `audience: process.env.AUD`, "", bare, cause.Unknown},
		{"the code takes another algorithm", JWTAlgMismatch, `jwt.decode(t, key, algorithms=["HS256"])`, "", rs256, cause.Strong},
		{"the code takes this algorithm", JWTAlgMismatch, `jwt.decode(t, key, algorithms=["HS256", "RS256"])`, "", rs256, cause.Unknown},
		{"claims alone show no algorithm", JWTAlgMismatch, "401", "", bare, cause.Unknown},
		{"a duration as a time", JWTClaimUnitWrong, `jwt expired, expiredAt: 1970-01-01T00:01:00.000Z`, "", "", cause.Strong},
		{"milliseconds in code", JWTClaimUnitWrong, `exp: Date.now() + 3600`, "", "", cause.Strong},
		{"seconds in code", JWTClaimUnitWrong, `exp: Math.floor(Date.now() / 1000) + 3600`, "", "", cause.Unknown},
		{"an ID token as access token", IDTokenAsAccessToken, `payload["access_token"] = result.IdToken;`, "", "", cause.Strong},
		{"an ID token where it is wanted", IDTokenAsAccessToken, `access_token: session.idToken // cognito`, "", "", cause.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cause.Unknown
			if s := c.cause.Suspect(wrote(c.program, c.person, c.token)); s != nil {
				got = s.Grade
			}
			if got != c.want {
				t.Errorf("grade %v, want %v", got, c.want)
			}
		})
	}
}

func FuzzRecords(f *testing.F) {
	f.Add("issuer-uri: http://keycloak:8080/realms/a", "fetched two seconds ago", "eyJhbGciOiIifQ."+b64(`{"iss":"http://localhost/realms/a","exp":1}`)+".")
	f.Add("algorithms=['HS256'] exp: Date.now()", "Date: Mon, 05 Jan 2026 11:02:10 GMT", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln")
	f.Fuzz(func(t *testing.T, program, person, token string) {
		v := wrote(program, person, token)
		for _, c := range Causes {
			if c.Suspect == nil {
				continue
			}
			if s := c.Suspect(v); s != nil && (s.Weight < 0 || s.Weight > 1) {
				t.Errorf("%s: weight %v", c.ID, s.Weight)
			}
		}
	})
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
