package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// JWTAlgMismatch: the token is signed with an algorithm that the verifier does not allow (RFC 8725 3.1).
var JWTAlgMismatch = &cause.Cause{
	ID:      "jwt-alg-mismatch",
	Title:   "the token's signature algorithm is not allowed",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"jwt-signature-invalid-wrong-key", "token-revoked", "missing-www-authenticate", "credential-type-wrong"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil || s.jwt == nil || s.jwt.Form == jwt.Encrypted || !s.headerSeen() {
			return nil
		}
		alg := s.jwt.Header.Alg
		if alg == "" && s.jwt.Header.Typ == "" {
			return nil // signed cookies and tickets of frameworks have two dots as well
		}
		odd := !registered.MatchString(alg) // "none", "", a URI of XML signatures
		words, said := s.says(signature.AlgMismatch)
		allowed := configured(algSet, v)
		excluded := !odd && len(allowed) > 0
		for _, list := range allowed {
			excluded = excluded && !strings.Contains(strings.ToUpper(list), strings.ToUpper(alg))
		}
		a := s.verified()
		unlike := a != nil && !a.OK && (a.Has(jose.AlgNotForKey) || a.Has(jose.AlgNotOfKey)) && s.unexplained(signature.AlgMismatch, signature.SignatureInvalid, signature.KidUnknown)
		sus := &cause.Suspicion{Because: []fact.Fact{v.Asked("The token's header says alg %q.", alg)}}
		switch {
		case said && odd:
			sus.Grade, sus.Weight = cause.Proved, 0.95
		case unlike:
			sus.Grade, sus.Weight = cause.Strong, 0.9
			if said && s.exactly(signature.AlgMismatch) {
				sus.Grade, sus.Weight = cause.Proved, 0.95
			}
			sus.Because = append(sus.Because, s.aboutKeys("No key that the issuer publishes is for that algorithm: %s.", a.Reasons[0].Text)...)
		case said && a != nil && a.OK:
			sus.Grade, sus.Weight, sus.FaultAt = cause.Strong, 0.92, exchange.Application
			if s.cleared() && s.namesAlg(alg) && s.exactly(signature.AlgMismatch) {
				sus.Grade = cause.Proved
			}
			sus.Title = "the server does not take the algorithm of its issuer's keys"
			sus.Because = append(sus.Because, s.aboutKeys("A key that the issuer publishes made the signature, with that algorithm.")...)
		case excluded && s.recorded() && !s.other(signature.AlgMismatch, signature.SignatureInvalid, signature.KidUnknown, signature.TokenMalformed):
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, v.Asked("The code or settings shown allow other algorithms only."))
		case said && s.namesAlg(alg):
			// The answer lists what it takes, and this is not in the list.
			sus.Grade, sus.Weight = cause.Proved, 0.95
			sus.Because = append(sus.Because, v.Saw("The answer names other algorithms than that one as allowed."))
		case said:
			sus.Grade, sus.Weight = cause.Strong, 0.88
		case !odd || s.aside() || s.other(signature.TokenMalformed):
			return nil
		case s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.85
			sus.Because = append(sus.Because, s.verdictOf())
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.6
		}
		if said {
			sus.Because = append(sus.Because, words)
		}
		if odd {
			sus.Title = "the token names no signature algorithm that a verifier knows"
			sus.FaultAt = exchange.IdentityProvider
		}
		sus.Raise = []cause.Raise{{
			Command: `grep -rniE 'algorithms|signing-?alg|jws-?algorithm|ValidAlgorithms' .`,
			Where:   "in the API's source and settings", Would: "show the list of allowed algorithms, to compare with " + quoteAlg(alg)}}
		sus.Remedies = []cause.Remedy{{
			ID: "issue-with-allowed-alg", Title: "issue the token with the algorithm that the API allows", For: "idp",
			Effect: "new tokens are signed with it", Opens: "nothing",
			Steps: []string{
				"Auth0: Applications, the application, Advanced Settings, OAuth: JsonWebToken Signature Algorithm RS256",
				"Keycloak: Clients, the client, Advanced: Access token signature algorithm",
				".NET: SecurityAlgorithms.HmacSha256, not HmacSha256Signature, which writes a URI",
			},
			Verify: "alg of a new token is in the API's list; the request answers 2xx", Undo: "set the former algorithm",
		}, {
			ID: "allow-issuer-alg", Title: "name the issuer's algorithm in the API, and only that one", For: "server",
			Effect: "the API verifies with that algorithm", Opens: "nothing, as long as none is not allowed and HS and RS are not mixed (RFC 8725 3.1)",
			Steps:  append(s.setting(forAlgs), "express-jwt: algorithms: ['RS256'] with the issuer's public key; Spring: spring.security.oauth2.resourceserver.jwt.jws-algorithms=RS256"),
			Verify: "a token of the issuer passes; one with alg none and one signed with another key are refused", Undo: "put the former list back",
		}}
		if sus.FaultAt == exchange.Application {
			sus.Remedies = []cause.Remedy{sus.Remedies[1], sus.Remedies[0]}
		}
		return s.consult(sus)
	},
}

// registered are the algorithms of RFC 7518 3.1, RFC 8037 3.1 and RFC 8812 3.2 that sign.
var registered = lazyregexp.New(`^(HS|RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$|^Ed448$|^ES256K$`)

var algNames = lazyregexp.New(`\b((HS|RS|PS|ES)(256|384|512)|EdDSA|ES256K)\b`)

// namesAlg reports that the answer names allowed algorithms, and alg is not one of them: text such as
// "HS256 is not supported. (Expected algs: [RS256])".
func (s *sent) namesAlg(alg string) bool {
	_, wanted, found := strings.Cut(strings.ToLower(s.text()), "expected")
	if !found {
		return false
	}
	names := algNames.FindAllString(strings.ToUpper(wanted), 8)
	for _, n := range names {
		if n == strings.ToUpper(alg) {
			return false
		}
	}
	return len(names) > 0
}

func quoteAlg(alg string) string {
	if alg == "" {
		return "the token's, which names none"
	}
	return "the token's " + alg
}
