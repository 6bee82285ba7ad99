package token

import (
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// Kind is what a token is for.
type Kind string

// The kinds.
const (
	AnyKind   Kind = ""
	Access    Kind = "access token"
	ID        Kind = "ID token"
	Refresh   Kind = "refresh token"
	Logout    Kind = "logout token"
	Proof     Kind = "DPoP proof"
	Assertion Kind = "client assertion"
	Request   Kind = "request object"
	Service   Kind = "service account token"
	Opaque    Kind = "opaque token"
)

// byTyp reads the header's typ (RFC 8725 3.11), without "application/".
var byTyp = map[string]Kind{
	"at+jwt": Access, "okta-internal-at+jwt": Access, "logout+jwt": Logout, "dpop+jwt": Proof, "client-authentication+jwt": Assertion,
	"oauth-authz-req+jwt": Request, "refresh+jwt": Refresh, "rt+jwt": Refresh, "id_token+jwt": ID,
}

// byClaim reads the claims typ (Keycloak), token_use (Cognito), token_type and type (frameworks), in lower case.
var byClaim = map[string]Kind{
	"bearer": Access, "access": Access, "access_token": Access, "dpop": Access, "id": ID, "id_token": ID,
	"refresh": Refresh, "refresh_token": Refresh, "offline": Refresh, "logout": Logout,
}

// kindOf says what the token is by its marks; "" when they leave it open.
func kindOf(t *jwt.Token) Kind {
	if k := byTyp[strings.TrimPrefix(strings.ToLower(t.Header.Typ), "application/")]; k != "" {
		return k
	}
	c := t.Claims
	if c == nil {
		return ""
	}
	for _, s := range []string{c.Typ, c.TokenUse, c.TokenType, c.Type} {
		if k := byClaim[strings.ToLower(s)]; k != "" {
			return k
		}
	}
	f := familyOf(t)
	switch {
	case f == Kubernetes:
		return Service
	case c.Has("events") && !c.Nonce:
		return Logout
	case f == Google, f == Firebase, c.AtHash, c.CHash:
		return ID
	case c.Has("htm") && c.Has("htu"):
		return Proof
	case len(c.Scopes) > 0, c.Has("appid"), c.Has("appidacr"), c.Has("azpacr"), c.Has("cid"):
		return Access
	case c.Nonce && !c.ClientID.Present():
		return ID
	case c.Issuer.Present() && c.Issuer.Text.Equal(c.Subject) && len(c.Audience) > 0:
		return Assertion
	case c.Azp.Present() && slices.ContainsFunc(c.Audience, func(a jwt.Name) bool { return a.Text.Equal(c.Azp.Text) }) && f != Keycloak:
		return ID
	}
	return ""
}

// why tells the mark that makes it one.
func (j *judge) why() string {
	h, c := j.Token.Header, j.c
	switch {
	case byTyp[strings.TrimPrefix(strings.ToLower(h.Typ), "application/")] != "":
		return "its header says typ " + h.Typ
	case byClaim[strings.ToLower(c.Typ)] != "":
		return "its claim typ says " + c.Typ
	case byClaim[strings.ToLower(c.TokenUse)] != "":
		return "its claim token_use says " + c.TokenUse
	case byClaim[strings.ToLower(c.TokenType)] != "":
		return "its claim token_type says " + c.TokenType
	case byClaim[strings.ToLower(c.Type)] != "":
		return "its claim type says " + c.Type
	case c.AtHash:
		return "it holds at_hash"
	case c.CHash:
		return "it holds c_hash"
	case c.Has("htm"):
		return "it holds htm and htu"
	case c.Nonce:
		return "it holds a nonce and no scope"
	case j.Kind == Assertion:
		return "its issuer is its subject"
	case j.Kind == ID:
		return "its audience is the client itself (azp)"
	}
	return "its claims say so"
}

func (j *judge) kind() {
	want := j.want.Kind
	if want == "" {
		want = Access
	}
	switch {
	case j.Kind == "", j.Kind == want, want == Access && j.Kind == Service:
		return
	case j.Kind == ID && want == Access && (j.Family == Firebase || j.Family == Google):
		j.add(Remark, IDFine, "", "This is an ID token of %s, which back ends of that kind take as it is meant.", j.Family)
		return
	}
	s := Doubtful
	if j.Kind == Refresh || j.Kind == Proof || j.Kind == Logout || j.Kind == Request {
		s = Refused
	}
	use := map[Kind]string{
		ID:        "it tells the client who has logged in; an API wants the access token that came with it",
		Refresh:   "it goes to the token endpoint only, to fetch a new access token",
		Logout:    "the identity provider sends it to the client's logout endpoint",
		Proof:     "it goes into the DPoP field beside the access token",
		Assertion: "it proves the client to the token endpoint, which gives an access token for it",
		Request:   "it carries the parameters of an authorization request",
		Access:    "it is for APIs, not for the client itself",
		Service:   "it is for the cluster's API or the audience that it names",
	}[j.Kind]
	j.add(s, KindOther, "", "This is %s (%s), where %s belongs: %s.", article(string(j.Kind)), j.why(), article(string(want)), use)
}

func article(s string) string {
	if strings.ContainsAny(s[:1], "aeiouAEIOU") {
		return "an " + s
	}
	return "a " + s
}
