package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/secret"
)

var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

const fake = "obviously-fake-secret-of-more-than-32-bytes"

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func signed(header, claims string) secret.Text {
	in := b64(header) + "." + b64(claims)
	h := hmac.New(sha256.New, []byte(fake))
	h.Write([]byte(in))
	return secret.New(in + "." + b64(string(h.Sum(nil))))
}

// at gives a NumericDate so many seconds from now.
func at(d time.Duration) string { return fmt.Sprint(now.Add(d).Unix()) }

func words(j Judgement) string {
	var out []string
	for _, f := range j.Findings {
		out = append(out, string(f.Word)+":"+string(f.Severity))
	}
	return strings.Join(out, " ")
}

func judged(t *testing.T, header, claims string, want Expect) Judgement {
	t.Helper()
	j := Judge(signed(header, claims), now, 2*time.Second, jose.Set{}, want)
	for _, f := range j.Findings {
		if f.Text == "" || strings.Contains(f.Text, "alice") || strings.Contains(f.Text, "%!") {
			t.Errorf("%s: %q", f.Word, f.Text)
		}
	}
	return j
}

const head = `{"alg":"HS256","typ":"at+jwt"}`

func TestTimes(t *testing.T) {
	minute := time.Minute
	ms := func(d time.Duration) string { return fmt.Sprint(now.Add(d).UnixMilli()) }
	for _, c := range []struct {
		name, claims string
		leeway       *time.Duration
		want         string
	}{
		{"good", `"exp":` + at(minute) + `,"iat":` + at(-minute), nil, ""},
		{"expired", `"exp":` + at(-time.Hour), nil, "expired:refused"},
		{"expired within usual leeway", `"exp":` + at(-minute), nil, "expired:doubtful"},
		{"known leeway", `"exp":` + at(-minute), new(time.Duration), "expired:refused"},
		{"known leeway, forgiven", `"exp":` + at(-minute), &minute, "expired:doubtful"},
		{"at this moment", `"exp":` + at(time.Second), nil, "expired:doubtful"},
		{"at this moment, past", `"exp":` + at(-time.Second), new(time.Duration), "expired:doubtful"},
		{"not yet", `"exp":` + at(3*time.Hour) + `,"nbf":` + at(10*minute), nil, "not-yet-valid:refused"},
		{"not yet, by seconds", `"exp":` + at(3*time.Hour) + `,"nbf":` + at(30*time.Second), nil, "not-yet-valid:doubtful"},
		{"issued ahead", `"exp":` + at(3*time.Hour) + `,"iat":` + at(10*minute), nil, "issued-ahead:doubtful"},
		{"local time", `"exp":` + at(3*time.Hour) + `,"nbf":` + at(2*time.Hour-4*time.Second), nil, "not-yet-valid:refused time-zone:doubtful"},
		{"milliseconds", `"exp":` + ms(minute) + `,"iat":` + ms(-minute), nil, "milliseconds:doubtful"},
		{"nbf in milliseconds", `"exp":` + at(minute) + `,"nbf":` + ms(-minute), nil, "milliseconds:refused"},
		{"strings", `"exp":"` + at(minute) + `"`, nil, "time-as-string:doubtful"},
		{"words", `"exp":"tomorrow"`, nil, "time-invalid:refused"},
		{"none", ``, nil, "no-expiry:doubtful"},
		{"zero", `"exp":` + at(minute) + `,"iat":` + at(minute), nil, "zero-lifetime:refused issued-ahead:doubtful"},
		{"negative", `"exp":` + at(minute) + `,"iat":` + at(2*time.Hour), nil, "negative-lifetime:refused issued-ahead:doubtful time-zone:doubtful"},
		{"long", `"exp":` + at(10*366*24*time.Hour) + `,"iat":` + at(-minute), nil, "long-lifetime:remark"},
	} {
		claims := `{"iss":"https://issuer.test","aud":"a","sub":"alice"`
		if c.claims != "" {
			claims += "," + c.claims
		}
		if got := words(judged(t, head, claims+"}", Expect{Leeway: c.leeway})); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if j := Judge(signed(head, `{"iss":"i","aud":"a","sub":"s","exp":1}`), time.Time{}, 0, jose.Set{}, Expect{}); j.Has(Expired) {
		t.Error("judged by a clock that is not known")
	}
	if at, within := Clock(now, time.Second); !at.Equal(now.Add(time.Second/2)) || within != 1500*time.Millisecond {
		t.Error("clock", at, within)
	}
}

func TestIssuerAndAudience(t *testing.T) {
	const tid = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	v1, v2 := "https://sts.windows.net/"+tid+"/", "https://login.microsoftonline.com/"+tid+"/v2.0"
	for _, c := range []struct {
		iss, aud string
		want     Expect
		word     Word
	}{
		{"https://i.test", `"a"`, Expect{Issuers: []string{"https://i.test"}, Audiences: []string{"a"}}, ""},
		{"https://i.test", `["x","a"]`, Expect{Audiences: []string{"b", "a"}}, ""},
		{"https://i.test/", `"a"`, Expect{Issuers: []string{"https://i.test"}}, IssuerSlash},
		{"http://i.test", `"a"`, Expect{Issuers: []string{"https://i.test"}}, IssuerScheme},
		{"https://I.test", `"a"`, Expect{Issuers: []string{"https://i.test"}}, IssuerCase},
		{"https://kc.test/realms/shop", `"a"`, Expect{Issuers: []string{"https://kc.test/auth/realms/shop"}}, IssuerAuthPath},
		{"http://keycloak:8080/realms/shop", `"a"`, Expect{Issuers: []string{"https://kc.test/realms/shop"}}, IssuerHost},
		{"https://kc.test/realms/master", `"a"`, Expect{Issuers: []string{"https://kc.test/realms/shop"}}, IssuerRealm},
		{v1, `"a"`, Expect{Issuers: []string{v2}}, IssuerVersion},
		{v2, `"a"`, Expect{Issuers: []string{v1}}, IssuerVersion},
		{v2, `"a"`, Expect{Issuers: []string{"https://login.microsoftonline.com/common/v2.0"}}, IssuerCommon},
		{"https://dev-1.okta.com/oauth2/default", `"a"`, Expect{Issuers: []string{"https://dev-1.okta.com"}}, IssuerRealm},
		{"https://a.test", `"a"`, Expect{Issuers: []string{"https://b.test"}}, IssuerOther},
		{"", `"a"`, Expect{Issuers: []string{"https://b.test"}}, NoIssuer},
		{"https://i.test", `"https://api.test/"`, Expect{Audiences: []string{"https://api.test"}}, AudienceNear},
		{v2, `"` + tid + `"`, Expect{Audiences: []string{"api://" + tid}}, AudienceNear},
		{"https://i.test", `"a,b"`, Expect{Audiences: []string{"b"}}, AudienceGlued},
		{"https://i.test", `"[\"a\",\"b\"]"`, Expect{Audiences: []string{"b"}}, AudienceGlued},
		{"https://i.test", `"c"`, Expect{Audiences: []string{"b"}}, AudienceOther},
		{"https://i.test", `[]`, Expect{Audiences: []string{"b"}}, NoAudience},
		{"https://kc.test/realms/shop", `"account"`, Expect{Audiences: []string{"orders"}}, KeycloakNoAud},
		{v1, `"00000003-0000-0000-c000-000000000000"`, Expect{Audiences: []string{"api://x"}}, GraphToken},
		{v2, `"https://management.azure.com/"`, Expect{}, MicrosoftOwn},
	} {
		j := judged(t, head, fmt.Sprintf(`{"iss":%q,"aud":%s,"sub":"alice","exp":%s}`, c.iss, c.aud, at(time.Hour)), c.want)
		if c.word == "" && len(j.Findings) > 0 || c.word != "" && !j.Has(c.word) {
			t.Errorf("%s %s for %v: %q, want %s", c.iss, c.aud, c.want, words(j), c.word)
		}
	}
	if j := judged(t, head, `{"iss":"https://i.test","aud":"a","sub":"alice","scope":"read","exp":`+at(time.Hour)+`}`, Expect{Scopes: []string{"read", "write"}}); words(j) != "scope-missing:doubtful" {
		t.Error(words(j))
	}
}

// Shapes of real products, with made-up values.
func TestKinds(t *testing.T) {
	jwtHead := `{"alg":"HS256","typ":"JWT"}`
	tail := `,"sub":"alice","exp":` + at(time.Hour) + `}`
	for _, c := range []struct {
		name, header, claims string
		kind                 Kind
		family               Family
		word                 Word
	}{
		{"RFC 9068", head, `{"iss":"https://i.test","aud":"a","client_id":"c"`, Access, "", ""},
		{"OIDC ID token", jwtHead, `{"iss":"https://i.test","aud":"c","nonce":"n","at_hash":"h"`, ID, "", KindOther},
		{"ID token with azp", jwtHead, `{"iss":"https://i.test","aud":"c","azp":"c"`, ID, "", KindOther},
		{"Keycloak access", jwtHead, `{"iss":"https://k.test/realms/r","aud":"account","typ":"Bearer","azp":"web","scope":"openid"`, Access, Keycloak, ""},
		{"Keycloak refresh", jwtHead, `{"iss":"https://k.test/realms/r","aud":"https://k.test/realms/r","typ":"Refresh"`, Refresh, Keycloak, KindOther},
		{"Keycloak offline", jwtHead, `{"iss":"https://k.test/realms/r","aud":"https://k.test/realms/r","typ":"Offline"`, Refresh, Keycloak, KindOther},
		{"Cognito access", jwtHead, `{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AAAA","token_use":"access","client_id":"c","scope":"x"`, Access, Cognito, CognitoNoAud},
		{"Cognito ID", jwtHead, `{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AAAA","token_use":"id","aud":"c"`, ID, Cognito, KindOther},
		{"Google ID", jwtHead, `{"iss":"https://accounts.google.com","aud":"1.apps.googleusercontent.com","azp":"1.apps.googleusercontent.com"`, ID, Google, IDFine},
		{"Firebase", jwtHead, `{"iss":"https://securetoken.google.com/p","aud":"p","firebase":{}`, ID, Firebase, IDFine},
		{"Firebase custom", jwtHead, `{"iss":"x@p.iam.gserviceaccount.com","aud":"https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit","uid":"u"`, ID, Firebase, FirebaseMint},
		{"Okta org", `{"alg":"HS256","typ":"application/okta-internal-at+jwt"}`, `{"iss":"https://dev-1.okta.com","aud":"https://dev-1.okta.com","cid":"c","scp":["openid"]`, Access, OktaOrgServer, OktaOrg},
		{"Okta custom", jwtHead, `{"iss":"https://dev-1.okta.com/oauth2/default","aud":"api://default","cid":"c","scp":["openid"]`, Access, OktaCustom, ""},
		{"Entra v2", jwtHead, `{"iss":"https://login.microsoftonline.com/t/v2.0","aud":"x","scp":"a","ver":"2.0"`, Access, EntraV2, ""},
		{"Graph", `{"alg":"HS256","typ":"JWT","nonce":"n"}`, `{"iss":"https://sts.windows.net/t/","aud":"https://graph.microsoft.com","scp":"User.Read"`, Access, EntraV1, GraphToken},
		{"Kubernetes, old", jwtHead, `{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"d"`, Service, Kubernetes, KubeLegacy},
		{"Kubernetes, bound", jwtHead, `{"iss":"https://kubernetes.default.svc.cluster.local","aud":["https://kubernetes.default.svc.cluster.local"],"kubernetes.io":{"namespace":"d","warnafter":` + at(-time.Hour) + `}`, Service, Kubernetes, RenewalOverdue},
		{"Flask refresh", jwtHead, `{"type":"refresh","jti":"j"`, Refresh, "", KindOther},
		{"Django refresh", jwtHead, `{"token_type":"refresh","jti":"j"`, Refresh, "", KindOther},
		{"logout", `{"alg":"HS256","typ":"logout+jwt"}`, `{"iss":"https://i.test","aud":"c","events":{}`, Logout, "", KindOther},
		{"DPoP proof", `{"alg":"HS256","typ":"dpop+jwt","jwk":{}}`, `{"htm":"GET","htu":"https://a.test/","jti":"j"`, Proof, "", KindOther},
		{"client assertion", jwtHead, `{"iss":"alice","aud":"https://i.test/token","jti":"j"`, Assertion, "", KindOther},
		{"DPoP bound", head, `{"iss":"https://i.test","aud":"a","cnf":{"jkt":"x"}`, Access, "", DPoPBound},
		{"certificate bound", head, `{"iss":"https://i.test","aud":"a","cnf":{"x5t#S256":"x"}`, Access, "", CertBound},
		{"jku", `{"alg":"HS256","typ":"at+jwt","jku":"https://evil.test/k"}`, `{"iss":"https://i.test","aud":"a"`, Access, "", KeyElsewhere},
		{"none", `{"alg":"none","typ":"at+jwt"}`, `{"iss":"https://i.test","aud":"a"`, Access, "", AlgNone},
	} {
		j := judged(t, c.header, c.claims+tail, Expect{Scheme: "Bearer"})
		if j.Kind != c.kind || j.Family != c.family || c.word != "" && !j.Has(c.word) {
			t.Errorf("%s: %s, %s, %q", c.name, j.Kind, j.Family, words(j))
		}
		if c.word != KindOther && j.Has(KindOther) {
			t.Errorf("%s: taken for another kind: %s", c.name, words(j))
		}
	}
	// Kubernetes of old has no exp, and that is as it should be.
	if j := Judge(signed(jwtHead, `{"iss":"kubernetes/serviceaccount","sub":"alice"}`), now, 0, jose.Set{}, Expect{}); j.Has(NoExpiry) {
		t.Error(words(j))
	}
}

func TestSignature(t *testing.T) {
	claims := `{"iss":"https://i.test","aud":"a","sub":"alice","exp":` + at(time.Hour) + `}`
	for _, c := range []struct {
		key  string
		want Expect
		word string
	}{
		{fake, Expect{}, "signature-good:remark"},
		{base64.StdEncoding.EncodeToString([]byte(fake)), Expect{}, "secret-decoded:refused"},
		{"another-fake-secret-that-is-quite-long-enough", Expect{}, "other-key:refused"},
		{fake, Expect{Algs: []string{"RS256"}}, "alg-not-allowed:refused"},
	} {
		j := Judge(signed(head, claims), now, 0, jose.Secret([]byte(c.key)), c.want)
		if !strings.HasPrefix(words(j), c.word) || j.Signature == nil {
			t.Errorf("%+v: %q", c.want, words(j))
		}
	}
}

// Claims that were pasted without their signature are judged as claims.
func TestPartial(t *testing.T) {
	v := secret.New(b64(`{"alg":"none"}`) + "." + b64(`{"iss":"https://i.test","aud":"a","sub":"alice","exp":`+at(-time.Hour)+`}`) + ".")
	if got := words(Judge(v, now, 0, jose.Secret([]byte(fake)), Expect{Partial: true})); got != "expired:refused" {
		t.Error(got)
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "malformed:refused"},
		{"ghp_0123456789abcdefghijklmnopqrstuvwxyzAB", "opaque:remark"},
		{"0a1b2c3d4e5f", "opaque:remark"},
		{"eyJhbGciOiJIUzI1NiJ9.e30", "cut:refused"},
		{"eyJhbGciOiJIUzI1NiJ9.e3.x", "malformed:refused"},
		{b64(`{"alg":"dir","enc":"A256GCM","iss":"https://t.eu.auth0.com/"}`) + "..AAAA.AAAA.AAAA", "auth0-opaque:doubtful encrypted:remark"},
		{strings.Repeat("eyJ.", 1e5), "opaque:remark"},
		{"\xff\xfe" + strings.Repeat("{", 1e5), "opaque:remark"},
	} {
		if got := words(Judge(secret.New(c.in), now, 0, jose.Set{}, Expect{})); !strings.HasPrefix(got, c.want) {
			t.Errorf("%.30q: %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(`{"alg":"HS256","typ":"JWT","nonce":"a","crit":["x"]}`, `{"iss":"https://sts.windows.net/t/","aud":["a"],"exp":"1e400","nbf":-1,"iat":1e13,"cnf":{"jkt":1}}`, "https://login.microsoftonline.com/common/v2.0")
	f.Add(`{"alg":"none"}`, `{"iss":5,"aud":"a,b","kubernetes.io":{"warnafter":1}}`, "b")
	f.Add(`{"alg":"HS256"}`, `{"iss":"http://[::1]:8/%zz","aud":{},"typ":"Refresh","scope":[1]}`, "http://%41")
	keys := jose.Secret([]byte(fake))
	f.Fuzz(func(t *testing.T, header, claims, want string) {
		for _, v := range []secret.Text{signed(header, claims), secret.New(header), secret.New(b64(header) + "..." + b64(claims) + ".")} {
			j := Judge(v, now, time.Second, keys, Expect{Issuers: []string{want}, Audiences: []string{want}, Scopes: []string{want}})
			for _, f := range j.Findings {
				if f.Text == "" || f.Severity == "" {
					t.Fatalf("%+v", f)
				}
			}
			if j.Signature != nil && j.Signature.OK && j.Has(AlgNone) {
				t.Fatal("an unsigned token is accepted")
			}
		}
	})
}
