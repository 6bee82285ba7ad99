package token

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/cred/token"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// This file holds the token against what API and issuer publish (cause.Published).

// consult adds to a suspicion the documents that may tell more, and, where the user would have to agree first, the command
// that agrees.
func (s *sent) consult(sus *cause.Suspicion) *cause.Suspicion {
	if sus == nil || sus.Grade == cause.Proved {
		return sus
	}
	p := s.v.Published()
	sus.Trials = append(sus.Trials, p.Wants...)
	for _, u := range p.Unnamed {
		where := "here, if you trust that address: it is " + u.What
		if u.Flag == "--issuer" {
			where = "here, if it is an identity provider that this API trusts: it is " + u.What
		}
		sus.Raise = append(sus.Raise, cause.Raise{Command: "why401 " + u.Flag + " " + cause.QuoteWord(u.Value) + " " + s.send(), Where: where,
			Would: "read what is published there, without any credential, and say whether issuer, key and signature of the token fit"})
	}
	return sus
}

// unexplained reports that the token was refused and no other reason than the meanings is named.
func (s *sent) unexplained(meanings ...string) bool {
	return !s.aside() && !s.other(meanings...) && (s.blamed() || s.v.Answer.Status() == 401 && !cause.InFront(s.v.Writer.Layer))
}

// exactly reports that a product's own sentence gives one of the meanings. A description in free words that merely speaks
// of it may list it among others, or tell why it could not be checked: enough for a strong verdict, not for a proof.
func (s *sent) exactly(meanings ...string) bool {
	_, ok := s.v.Means(meanings...)
	return ok
}

// inTime reports that the token's times fit the server's clock, with what its Date leaves uncertain.
func (s *sent) inTime() bool {
	c := s.clock()
	end, ends := s.expires()
	if c.now.IsZero() || ends && !c.now.Before(end.Add(-c.slack)) {
		return false
	}
	for _, m := range []jwt.Moment{s.claims.Nbf, s.claims.Iat} {
		if t, ok := plain(m); m.Present && (!ok || t.After(c.now.Add(c.slack))) {
			return false
		}
	}
	return true
}

// cleared reports a token in which nothing is left to doubt but whom it is for: its issuer's published key made the
// signature, the API trusts that issuer, and its times fit.
func (s *sent) cleared() bool {
	p := s.v.Published()
	yes, known := p.Trusts(s.claims.Issuer)
	return s.jwt != nil && p.Genuine() && yes && known && s.inTime() && !s.odd()
}

// verified is the answer about the token's signature by the keys of its own issuer; nil when it was not asked.
func (s *sent) verified() *jose.Answer {
	p := s.v.Published()
	if s.jwt == nil || !p.Own || !p.Sound {
		return nil
	}
	return p.Signed
}

// aboutKeys are facts about the key set that was read.
func (s *sent) aboutKeys(format string, args ...any) []fact.Fact {
	p := s.v.Published()
	out := []fact.Fact{fact.At(p.KeysN, format, args...)}
	if age := p.Keys.Age.String(); age != "" {
		out = append(out, fact.At(p.KeysN, "Of the key set: %s.", age))
	}
	return out
}

// trustedBy names who says which issuers the API trusts.
func trustedBy(t cause.Trusted) string {
	if t.Stated {
		return "the API's own metadata names"
	}
	return "you name"
}

// untrusted is the suspicion that the token's issuer is none of those that the API says, or the user says, it trusts.
func (s *sent) untrusted(words fact.Fact, said bool) *cause.Suspicion {
	p, iss := s.v.Published(), s.claims.Issuer
	yes, known := p.Trusts(iss)
	if !iss.Present() || yes || !known || s.partly() ||
		!said && !s.unexplained(signature.IssuerMismatch, signature.SignatureInvalid, signature.KidUnknown) {
		return nil // a verifier that looks at the key first says that it does not know it
	}
	sus := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: []fact.Fact{s.v.Asked("The token's iss is %q.", iss.Show)}}
	want, how, text := p.Trusted[0], token.IssuerOther, ""
	for _, t := range p.Trusted {
		if t.Text.Closed() {
			continue
		}
		if w, in := token.CompareIssuer(iss, t.Text.String()); w != token.IssuerOther && how == token.IssuerOther {
			want, how, text = t, w, in
		}
	}
	about := s.v.Asked("The issuer that %s is %q.", trustedBy(want), want.Show)
	if want.Stated {
		about = fact.At(p.ResourceN, "The issuer that %s is %q.", trustedBy(want), want.Show)
	}
	sus.Because = append(sus.Because, about)
	switch {
	case said && want.Stated && s.exactly(signature.IssuerMismatch):
		sus.Grade, sus.Weight = cause.Proved, 0.95
	case said:
		sus.Weight = 0.92
	case s.other() && want.Stated:
		sus.Weight = 0.92
	case !s.blamed() && !want.Stated:
		sus.Weight = 0.7
	}
	switch how {
	case token.IssuerSlash, token.IssuerScheme, token.IssuerCase, token.IssuerAuthPath, token.IssuerHost, token.IssuerCommon:
		sus.FaultAt = exchange.Application
		sus.Title = map[token.Word]string{token.IssuerSlash: "the issuers differ only in the final slash", token.IssuerScheme: "the issuers differ only in http and https",
			token.IssuerCase: "the issuers differ only in upper and lower case", token.IssuerAuthPath: "the issuers differ only in Keycloak's old /auth",
			token.IssuerHost: "the issuers differ only in the host or port", token.IssuerCommon: "the API expects the issuer of no tenant"}[how]
	case token.IssuerVersion:
		sus.FaultAt = exchange.IdentityProvider
		sus.Title = "the Entra token is of another version than the API expects"
	case token.IssuerRealm:
		sus.Title = "the token is of another realm or tenant of the same provider"
	}
	if text != "" {
		sus.Because = append(sus.Because, s.v.Asked("Of the two: %s.", text))
	}
	switch {
	case p.Own && p.Server != nil && !p.Server.Speaks(p.Issuer):
		// The address that the API has is right, the name is not: the provider calls itself what the token says.
		sus.FaultAt = exchange.Application
		sus.Because = append(sus.Because, fact.At(p.ServerN, "The metadata of %q says that its issuer is %q, which is the token's.", p.Issuer.Show, p.Server.Issuer.Show))
	case p.Signed != nil && p.Signed.OK:
		sus.FaultAt = exchange.Application
		sus.Because = append(sus.Because, fact.At(p.KeysN, "A key of %q made the signature: it is the same provider under another name.", p.Issuer.Show))
	case p.Signed != nil && p.Signed.Has(jose.KidUnknown):
		sus.Because = append(sus.Because, fact.At(p.KeysN, "No key of %q has the token's key id.", p.Issuer.Show))
	}
	if said {
		sus.Because = append(sus.Because, words)
	} else {
		sus.Because = append(sus.Because, s.verdictOf())
	}
	return sus
}

// notForResource reports that the API's metadata names it, and the token is for others.
func (s *sent) notForResource() (fact.Fact, bool) {
	p := s.v.Published()
	if p.Resource == nil || !p.Resource.Resource.Present() || len(s.claims.Audience) == 0 ||
		slices.ContainsFunc(s.claims.Audience, func(a jwt.Name) bool { return a.Text.Equal(p.Resource.Resource.Text) }) {
		return fact.Fact{}, false
	}
	return fact.At(p.ResourceN, "The API's own metadata names it %q (RFC 9728), and tokens for it have that in aud (RFC 8707).", p.Resource.Resource.Show), true
}

// settings are the names that frameworks have for what an API checks, by the product that wrote the answer.
var settings = map[string]struct{ issuer, audience, algs, keys string }{
	"Express": {"issuer or issuerBaseURL in auth({...}) of express-oauth2-jwt-bearer, issuer in expressjwt({...})", "audience in auth({...}) or expressjwt({...})",
		"tokenSigningAlg in auth({...}), algorithms in expressjwt({...})", "jwksUri, cacheMaxAge and cooldownDuration in auth({...}); jwks-rsa: jwksUri, cacheMaxAge"},
	"NestJS": {"issuer of passport-jwt's Strategy", "audience of passport-jwt's Strategy", "algorithms of passport-jwt's Strategy", "jwksUri of passportJwtSecret in jwks-rsa"},
	"Spring Boot": {"spring.security.oauth2.resourceserver.jwt.issuer-uri", "spring.security.oauth2.resourceserver.jwt.audiences",
		"spring.security.oauth2.resourceserver.jwt.jws-algorithms", "spring.security.oauth2.resourceserver.jwt.jwk-set-uri"},
	"ASP.NET Core": {"Authority, or TokenValidationParameters.ValidIssuer, in AddJwtBearer", "Audience, or TokenValidationParameters.ValidAudiences, in AddJwtBearer",
		"TokenValidationParameters.ValidAlgorithms", "MetadataAddress and RefreshOnIssuerKeyNotFound in AddJwtBearer"},
	"PyJWT":      {"issuer= of jwt.decode (PyJWT)", "audience= of jwt.decode (PyJWT)", "algorithms= of jwt.decode (PyJWT)", "PyJWKClient(uri, lifespan=...)"},
	"Flask":      {"JWT_DECODE_ISSUER (Flask-JWT-Extended), issuer= of jwt.decode", "JWT_DECODE_AUDIENCE, audience= of jwt.decode", "JWT_DECODE_ALGORITHMS, algorithms= of jwt.decode", "PyJWKClient(uri, lifespan=...)"},
	"go-oidc":    {"the issuer given to oidc.NewProvider (go-oidc)", "ClientID in oidc.Config (go-oidc)", "SupportedSigningAlgs in oidc.Config (go-oidc)", "the address given to oidc.NewRemoteKeySet (go-oidc)"},
	"Kubernetes": {"--oidc-issuer-url of kube-apiserver", "--oidc-client-id of kube-apiserver", "--oidc-signing-algs of kube-apiserver", "--oidc-issuer-url of kube-apiserver"},
	"Envoy":      {"issuer of the provider in envoy.filters.http.jwt_authn", "audiences of the provider in jwt_authn", "the algorithms of the keys in remote_jwks", "remote_jwks and its cache_duration in jwt_authn"},
	"AWS API Gateway": {"JwtConfiguration.Issuer of the authorizer", "JwtConfiguration.Audience of the authorizer", "the issuer's keys: RSA only for HTTP APIs",
		"JwtConfiguration.Issuer of the authorizer; its copy of the keys may be two hours old"},
	"oauth2-proxy": {"--oidc-issuer-url", "--client-id, --oidc-extra-audience", "--oidc-enabled-signing-alg", "--oidc-jwks-url"},
}

// alike are products whose settings are those of another.
var alike = map[string]string{"express-oauth2-jwt-bearer": "Express", "express-jwt": "Express", "jwks-rsa": "Express", "jsonwebtoken": "Express",
	"Spring Security": "Spring Boot", "FastAPI": "PyJWT", "Flask-JWT-Extended": "Flask", "Kubernetes API": "Kubernetes"}

// setting is the step that names the setting of the framework that answered; nil when that was not recognised. Who spoke of
// the token is more exact than who wrote the page.
func (s *sent) setting(of func(issuer, audience, algs, keys string) string) []string {
	var products []string
	for _, m := range s.v.Meanings {
		products = append(products, m.Product)
	}
	if s.v.Written {
		products = append(products, s.v.Writer.Product)
	}
	for _, p := range products {
		if a, ok := alike[p]; ok {
			p = a
		}
		if f, ok := settings[p]; ok {
			return []string{p + ": " + of(f.issuer, f.audience, f.algs, f.keys)}
		}
	}
	return nil
}

func forIssuer(issuer, _, _, _ string) string     { return issuer }
func forAudience(_, audience, _, _ string) string { return audience }
func forAlgs(_, _, algs, _ string) string         { return algs }
func forKeys(_, _, _, keys string) string         { return keys }

// list writes names for a sentence, six at most.
func list(names []string) string { return strings.ReplaceAll(listed(names), " ", ", ") }
