package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// DPoPOrTokenBinding: the token is bound to a key or a certificate, and the request does not prove possession.
var DPoPOrTokenBinding = &cause.Cause{
	ID:      "dpop-or-token-binding",
	Title:   "the token is bound to a key, and the proof is missing",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"authorization-scheme-wrong", "token-revoked", "token-wrong-environment", "credential-type-wrong", "missing-www-authenticate",
		"unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return nil
		}
		key, cert := s.bound()
		dpop := v.Challenges.Find("DPoP")
		asks := dpop.Value("error") // use_dpop_nonce, invalid_dpop_proof, invalid_token
		sus := &cause.Suspicion{}
		api := v.Published().Resource
		required := api != nil && api.DPoP && s.cred.In == cred.InHeader && !strings.EqualFold(s.cred.Scheme, "DPoP")
		switch {
		case required && !key:
			sus.Title = "the API takes tokens with a proof of possession (DPoP) only"
			sus.Because = append(sus.Because, fact.At(v.Published().ResourceN, "The API's own metadata says: dpop_bound_access_tokens_required (RFC 9728 2)."))
		case key:
			sus.Because = append(sus.Because, v.Asked("The token's claim cnf holds jkt: it is bound to a key (RFC 9449 6)."))
		case cert:
			sus.Because = append(sus.Because, v.Asked("The token's claim cnf holds x5t#S256: it is bound to a TLS client certificate (RFC 8705 3)."))
		case asks == "use_dpop_nonce" || asks == "invalid_dpop_proof":
		default:
			return nil
		}
		proof := v.Answer.Request.Header.Has("DPoP")
		scheme := s.cred.Scheme
		if scheme == "" {
			scheme = "no scheme"
		}
		if (key || dpop != nil) && !v.Unseen(exchange.RequestHeader) {
			word := "no DPoP field"
			if proof {
				word = "a DPoP field"
			}
			sus.Because = append(sus.Because, v.Asked("It was sent under %s, with %s.", scheme, word))
		}
		switch {
		case asks == "use_dpop_nonce" || asks == "invalid_dpop_proof":
			// The server's own words name the proof.
			sus.Grade, sus.Weight = cause.Strong, 0.9
			if key && s.unproved() || asks == "use_dpop_nonce" && dpopNonce(v) {
				sus.Grade, sus.Weight = cause.Proved, 0.95
			}
			sus.Because = append(sus.Because, v.Saw("The challenge is DPoP error=%q.", asks))
			if asks == "use_dpop_nonce" {
				sus.Title = "the server wants a DPoP proof that holds its nonce"
			}
		case required && s.unexplained(signature.TokenTypeWrong, signature.SchemeUnsupported):
			sus.Grade, sus.Weight = cause.Strong, 0.9
			// The answer asks for DPoP and nothing else: the two statements of the API agree.
			if dpop != nil && v.Challenges.Find("Bearer") == nil && s.inTime() {
				sus.Grade, sus.Weight = cause.Proved, 0.95
			}
			sus.Because = append(sus.Because, s.verdictOf())
		case v.Unseen(exchange.RequestHeader) && key && s.blamed() && !s.other(signature.TokenTypeWrong, signature.SchemeUnsupported):
			// How it was sent is not shown: that it is bound is all that is known.
			sus.Grade, sus.Weight = cause.Likely, 0.6
			sus.Because = append(sus.Because, s.verdictOf())
		case !s.unproved() || s.aside() || s.other(signature.TokenTypeWrong, signature.SchemeUnsupported):
			return nil
		case key && dpop != nil && s.blamed():
			sus.Grade, sus.Weight = cause.Proved, 0.95
			if end, ok := s.expires(); ok && s.clock().now.After(end) {
				sus.Grade = cause.Strong // it is over as well, and which of the two was looked at first is not said
			}
			sus.Because = append(sus.Because, v.Saw("The server asks for DPoP."), s.verdictOf())
		case key && dpop != nil:
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, v.Saw("The server asks for DPoP."))
		case s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.8
			sus.Because = append(sus.Because, s.verdictOf())
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.55
		}
		u := cause.Quote(v.Request.URL)
		proofStep := []string{
			"sign a proof for each request with the key that was used at the token endpoint: typ dpop+jwt; htm " + v.Request.Method + ", htu the URL without query, iat, jti, ath, and nonce when the server gave one",
			`curl -i -H "Authorization: DPoP $TOKEN" -H "DPoP: $PROOF" ` + u,
		}
		if cert && !key {
			proofStep = []string{`curl -i --cert client.pem --key client.key -H "Authorization: Bearer $TOKEN" ` + u}
		}
		sus.Raise = []cause.Raise{{Command: proofStep[len(proofStep)-1], Where: "here, by the program that holds the key", Would: "be let in if the proof is all that is missing"}}
		sus.Remedies = []cause.Remedy{{
			ID: "send-proof", Title: "send the proof with the token", For: "client", Effect: "the server sees that the sender holds the key",
			Opens: "nothing", Steps: proofStep,
			Verify: "the same request answers 2xx; the token alone is still refused", Undo: "none needed",
		}, {
			ID: "bound-client-library", Title: "let a library with " + map[bool]string{true: "mTLS", false: "DPoP"}[cert && !key] + " support make the requests", For: "client",
			Effect: "proof and nonce are renewed for every request", Opens: "nothing",
			Steps:  []string{"use the library's request function, not a copied token: a bound token cannot be used by another program", "or register a client without binding for tools, if the policy allows it"},
			Verify: "two requests in a row pass", Undo: "put the former request code back",
		}}
		if len(sus.Because) > 3 {
			sus.Because = append([]fact.Fact{sus.Because[0]}, sus.Because[len(sus.Because)-2:]...)
		}
		return s.consult(sus)
	},
}

// dpopNonce reports that the server gave a nonce with its demand and the request is a DPoP one (RFC 9449 9).
func dpopNonce(v *cause.View) bool {
	a, ok := v.Arrived()
	return ok && strings.EqualFold(a.Scheme, "DPoP") && v.Answer.Header().Has("DPoP-Nonce")
}
