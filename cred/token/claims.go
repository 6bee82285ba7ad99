package token

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// header judges what the JOSE header says.
func (j *judge) header() {
	h := j.Token.Header
	switch {
	case strings.EqualFold(h.Alg, "none"):
		j.add(Refused, AlgNone, "header alg", "The token says of itself that it is not signed (alg none).")
	case j.Token.Has(jwt.EmptySig):
		j.add(Refused, Cut, "", "The signature is empty.")
	case j.Token.Form == jwt.Signed && len(j.want.Algs) > 0 && !slices.Contains(j.want.Algs, h.Alg):
		j.add(Refused, AlgNotAllowed, "header alg", "The token is signed with %s; the verifier takes %s.", h.Alg, strings.Join(j.want.Algs, ", "))
	}
	if len(h.Crit) > 0 {
		j.add(Doubtful, Critical, "header crit", "The header declares critical: %s. A verifier that does not know all of them must refuse.", strings.Join(h.Crit, ", "))
	}
	var loose []string
	for _, f := range []jwt.Flaw{jwt.Padded, jwt.StdAlphabet, jwt.BlankInside, jwt.DuplicateName, jwt.LooseBits, jwt.TrailingJSON, jwt.InvalidUTF8} {
		if j.Token.Has(f) {
			loose = append(loose, string(f))
		}
	}
	if len(loose) > 0 {
		j.add(Doubtful, FormLoose, "", "The token departs from RFC 7515: %s. Strict verifiers refuse it.", strings.Join(loose, "; "))
	}
	for _, k := range h.Keys {
		switch k {
		case "jku", "x5u":
			j.add(Remark, KeyElsewhere, "header "+k, "The header names a place for the key (%s). It is not followed here, and a verifier must not follow it unless it knows the place already.", k)
		case "jwk", "x5c":
			j.add(Remark, KeyInside, "header "+k, "The token carries a key (%s): that proves nothing by itself.", k)
		}
	}
}

// claims judges what every token should have.
func (j *judge) claims() {
	c := j.c
	if j.Token.Has(jwt.WrongType) {
		j.add(Doubtful, WrongType, "", "A registered claim has the wrong type (a number or list where a string belongs, or the reverse): strict verifiers refuse.")
	}
	if c.Subject.Empty() && j.Kind != Proof && j.Kind != Logout {
		j.add(Remark, NoSubject, "sub", "The token has no sub: frameworks that name the user by it find nobody.")
	}
	var missing []string
	for _, s := range j.want.Scopes {
		if !slices.Contains(c.Scopes, s) && !slices.Contains(c.Roles, s) {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		has := "no scope at all"
		if n := len(c.Scopes); n > 0 {
			has = strings.Join(c.Scopes[:min(n, 12)], " ")
		}
		j.add(Doubtful, ScopeMissing, "scope", "The scope %s is missing; the token has %s. Most servers answer 403 then, some 401.", strings.Join(missing, " "), has)
	}
}

// issuer compares iss with what is expected, byte for byte as verifiers do (RFC 8414 3.3), and names a near miss.
func (j *judge) issuer() {
	c := j.c
	if !c.Issuer.Present() {
		s := Remark
		if len(j.want.Issuers) > 0 {
			s = Refused
		}
		if j.Kind != Proof {
			j.add(s, NoIssuer, "iss", "The token has no iss.")
		}
		return
	}
	if len(j.want.Issuers) == 0 || slices.ContainsFunc(j.want.Issuers, c.Issuer.Text.Is) {
		return
	}
	for _, w := range j.want.Issuers {
		if word, text := CompareIssuer(c.Issuer, w); word != IssuerOther {
			j.add(Refused, word, "iss", "The token's issuer is %s; the verifier wants %s: %s.", c.Issuer.Show, jwt.NameOf(w).Show, text)
			return
		}
	}
	j.add(Refused, IssuerOther, "iss", "The token's issuer is %s; the verifier wants %s.", c.Issuer.Show, jwt.NameOf(j.want.Issuers[0]).Show)
}

// CompareIssuer says in what a token's issuer differs from a wanted one when it is probably meant to be the same, as a
// word and in words; IssuerOther and "" when it is another.
func CompareIssuer(iss jwt.Name, want string) (Word, string) {
	has := func(f func(string) string) bool { return iss.Text.Map(f).Is(f(want)) }
	noSlash := func(s string) string { return strings.TrimRight(s, "/") }
	noScheme := func(s string) string {
		return strings.TrimPrefix(strings.TrimPrefix(noSlash(s), "https://"), "http://")
	}
	switch {
	case has(noSlash):
		return IssuerSlash, "they differ in the slash at the end"
	case has(noScheme):
		return IssuerScheme, "they differ in http and https"
	case has(strings.ToLower):
		return IssuerCase, "they differ in upper and lower case"
	case has(func(s string) string { return strings.Replace(noScheme(s), "/auth/realms/", "/realms/", 1) }):
		return IssuerAuthPath, "Keycloak since 17 has no /auth in front of its realms"
	}
	a, errA := url.Parse(iss.Text.Reveal())
	b, errB := url.Parse(want)
	if errA != nil || errB != nil || a.Host == "" || b.Host == "" {
		return IssuerOther, ""
	}
	v1, v2 := a, b
	if v2.Host == "sts.windows.net" {
		v1, v2 = b, a
	}
	tenant := strings.Trim(v1.Path, "/")
	switch second, _, _ := strings.Cut(strings.Trim(b.Path, "/"), "/"); {
	case v1.Host == "sts.windows.net" && v2.Host == "login.microsoftonline.com" && (strings.Trim(v2.Path, "/") == tenant+"/v2.0" || strings.Trim(v2.Path, "/") == tenant):
		return IssuerVersion, "the same tenant, but v1 and v2 tokens have different issuers; requestedAccessTokenVersion in the API's app registration decides which it gets"
	case b.Host == "login.microsoftonline.com" && slices.Contains([]string{"common", "organizations", "consumers"}, second):
		return IssuerCommon, "tokens name the tenant, never " + second + "; a verifier for many tenants must compare otherwise"
	case a.Host != b.Host && strings.TrimRight(a.Path, "/") == strings.TrimRight(b.Path, "/") && strings.Trim(a.Path, "/") != "":
		return IssuerHost, "the same path at another host or port: inside and outside name of one server, perhaps"
	case a.Host == b.Host:
		return IssuerRealm, "the same host, but another realm, tenant or authorization server"
	}
	return IssuerOther, ""
}

// wants reports that one of the audiences is expected.
func wants(audiences []string, c *jwt.Claims) bool {
	return slices.ContainsFunc(c.Audience, func(a jwt.Name) bool { return slices.ContainsFunc(audiences, a.Text.Is) })
}

// audience compares aud, a string or a list, with what is expected (RFC 7519 4.1.3: one common member is enough).
func (j *judge) audience() {
	c, want := j.c, j.want.Audiences
	if len(c.Audience) == 0 {
		switch {
		case j.Family == Cognito && c.TokenUse == "access":
			s, text := Remark, ""
			if len(want) > 0 && !slices.ContainsFunc(want, c.ClientID.Text.Is) {
				s, text = Doubtful, " Here it is none that is expected."
			}
			j.add(s, CognitoNoAud, "aud", "Access tokens of Cognito have no aud: the app client stands in client_id, and a verifier must look there.%s", text)
		case len(want) > 0:
			j.add(Refused, NoAudience, "aud", "The token has no aud; the verifier wants %s.", shown(want))
		case j.Kind == Access || j.Kind == ID:
			j.add(Remark, NoAudience, "aud", "The token has no aud: verifiers that check it refuse.")
		}
		return
	}
	if len(want) == 0 || wants(want, c) {
		return
	}
	var names []string
	for _, a := range c.Audience[:min(len(c.Audience), 8)] {
		names = append(names, a.Show)
	}
	is := strings.Join(names, ", ")
	for _, a := range c.Audience {
		for _, w := range want {
			switch {
			case plainAudience(a.Text.Reveal()) == plainAudience(w):
				j.add(Refused, AudienceNear, "aud", "The token is for %s; the verifier wants %s: they differ in a slash, the scheme, api:// or upper and lower case, and are compared byte for byte.", is, shown(want))
				return
			case !c.AudienceList && strings.ContainsAny(a.Text.Reveal(), ", [") && slices.Contains(strings.FieldsFunc(a.Text.Reveal(), func(r rune) bool { return strings.ContainsRune(` ,[]"`, r) }), w):
				j.add(Refused, AudienceGlued, "aud", "aud holds several audiences in one string; RFC 7519 4.1.3 wants a list.")
				return
			}
		}
	}
	if j.Family == Keycloak && len(c.Audience) == 1 && c.Audience[0].Text.Is("account") {
		j.add(Refused, KeycloakNoAud, "aud", "The token is for account, which is all that Keycloak puts there by itself; the verifier wants %s. Add an audience mapper to the client, or a role of the API's client to the user.", shown(want))
		return
	}
	j.add(Refused, AudienceOther, "aud", "The token is for %s; the verifier wants %s.", is, shown(want))
}

func plainAudience(s string) string {
	s = strings.ToLower(strings.TrimRight(s, "/"))
	for _, p := range []string{"https://", "http://", "api://", "spn:"} {
		s = strings.TrimPrefix(s, p)
	}
	return s
}

func shown(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, jwt.NameOf(n).Show)
	}
	return strings.Join(out, " or ")
}

// bound judges tokens that are tied to a key (RFC 9449 6.1, RFC 8705 3.1).
func (j *judge) bound() {
	if slices.Contains(j.c.Cnf, "jkt") {
		switch {
		case strings.EqualFold(j.want.Scheme, "Bearer"):
			j.add(Refused, DPoPBound, "cnf", "The token is bound to a key (cnf.jkt): it goes with the scheme DPoP and a proof, and was sent as Bearer.")
		default:
			j.add(Remark, DPoPBound, "cnf", "The token is bound to a key (cnf.jkt): it is taken only with the scheme DPoP and a fresh proof in the DPoP field.")
		}
	}
	if slices.Contains(j.c.Cnf, "x5t#S256") {
		j.add(Remark, CertBound, "cnf", "The token is bound to a client certificate (cnf.x5t#S256): it is taken only on a connection that shows it, also behind proxies.")
	}
}
