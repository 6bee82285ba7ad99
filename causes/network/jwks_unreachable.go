package network

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// JWKSUnreachable: the server cannot fetch the keys or the description of the issuer, so it can check no token.
var JWKSUnreachable = &cause.Cause{
	ID:        "jwks-unreachable",
	Title:     "the server cannot fetch the issuer's keys, so it checks no token",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"jwks-kid-not-found", "jwt-signature-invalid-wrong-key", "token-revoked", "missing-www-authenticate", "token-wrong-environment",
		"opaque-token-to-jwt-validator", "401-means-403", "authorization-scheme-wrong", "unsolicited-authorization-sent",
		"auth-backend-unreachable"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, said := v.Means(signature.AuthServerBroken)
		status := v.Answer.Status()
		if !said || !aboutKeys(m.Because.Text) || status/100 != 4 && status/100 != 5 {
			return nil
		}
		if _, ok := v.Credential(cred.Bearer, cred.JWT); !ok {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9,
			Because: []fact.Fact{m.Because, v.Saw("So %s says; whether the token is good was not looked at.", m.Product)}}
		if v.Written && cause.InFront(v.Writer.Layer) {
			s.RefusedBy, s.FaultAt = v.Writer.Layer, v.Writer.Layer
		}
		s.Raise = []cause.Raise{{Command: "curl -sv ISSUER/.well-known/openid-configuration -o /dev/null", Where: "on the server or in the container that checks tokens (ISSUER: the iss of the token)",
			Would: "fail as the server does: name not found, no route, or a certificate that is not trusted there"}}
		s.Remedies = []cause.Remedy{{
			ID: "test-from-verifier", Title: "fetch the issuer's documents from where the server runs", For: "server",
			Effect: "the step that fails is named", Opens: "nothing",
			Steps:  []string{"docker exec APP curl -sv ISSUER/.well-known/openid-configuration -o /dev/null", "then the address of jwks_uri in it; look for HTTP_PROXY and NO_PROXY in the environment of APP"},
			Verify: "both answer 200 there", Undo: "none needed",
		}, {
			ID: "let-verifier-reach-issuer", Title: "let the server reach and trust the issuer", For: "server",
			Effect: "tokens are checked again", Opens: "one outgoing connection from the server to the issuer",
			Steps: []string{
				"DNS: extra_hosts or a network alias, so that the container resolves the issuer's public name",
				"TLS: put the issuer's authority into the image's trust store (update-ca-certificates; keytool -importcert -cacerts)",
				"or fetch inside and check outside: Spring spring.security.oauth2.resourceserver.jwt.jwk-set-uri with the internal address beside issuer-uri; ASP.NET Core MetadataAddress with ValidIssuer",
			},
			Verify: "a good token gets 2xx; a token of another issuer 401", Undo: "take the line out",
		}}
		return s
	},
}

// aboutKeys tells a failed fetch of keys or of the issuer's description from other backends that fail.
func aboutKeys(words string) bool {
	low := strings.ToLower(words)
	for _, w := range []string{"jwk", "json web key", "idx208", "fetch data from the url", "get keys failed", "decode keys"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}
