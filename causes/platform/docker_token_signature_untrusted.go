package platform

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
)

// DockerTokenSignatureUntrusted: the registry refuses the tokens of its own token server.
var DockerTokenSignatureUntrusted = &cause.Cause{
	ID:        "docker-token-signature-untrusted",
	Title:     "the registry does not trust the token server's tokens",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"jwt-signature-invalid-wrong-key", "jwks-kid-not-found", "token-iss-mismatch", "token-aud-mismatch", "docker-not-logged-in",
		"docker-registry-insufficient-scope", "wrong-password", "token-expired", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		d, ok := danced(v)
		if !ok || d.server == nil || !d.server.OK() || d.answer == nil || d.answer.Status() != 401 || errorOf(d.answer) != "invalid_token" {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: d.steps()}
		file := "the setting auth.token.rootcertbundle"
		switch {
		case d.readable && d.untimely():
			s.Grade, s.Weight = cause.Likely, 0.6
			s.Title = "the token server's clock and the registry's differ"
			s.Because = append(s.Because, d.fact("By the registry's clock the token that was just made is not valid now: its clock or the token server's is wrong."))
			file = "the clock (NTP)"
		case d.readable && d.grant.Audience != "" && d.ask.Service != "" && d.grant.Audience != d.ask.Service:
			// distribution compares aud with auth.token.service, which is what its challenge calls the service. Other
			// registries may not, so it is no proof.
			s.Weight = 0.95
			s.Title = "the token is for another service than the registry's"
			s.Because = append(s.Because, d.fact("The token is for %q; the registry calls itself %q.", d.grant.Audience, d.ask.Service))
			file = "auth.token.service"
		case d.readable && len(registry.Missing(d.asked(), d.grant.Access)) == 0:
			s.Because = append(s.Because, d.fact("The token is for the right service and grants what was asked: what is left is its issuer (%q), its key, or its times.", d.grant.Issuer))
		default:
			s.Weight = 0.8
		}
		s.Raise = []cause.Raise{{Command: "docker logs registry 2>&1 | grep -i token | tail", Where: "on the registry's host",
			Would: "say which: untrusted issuer, untrusted key, another audience, or a time"}}
		s.Remedies = []cause.Remedy{{
			ID: "same-key", Title: "give registry and token server the same key, issuer and service", For: "server",
			Effect: fmt.Sprintf("%s of the registry fits the token server again", file), Opens: "nothing",
			Steps: []string{"registry: auth.token.rootcertbundle holds the certificate of the key that signs; issuer and service are written as the token server writes iss and aud",
				"restart the registry"},
			Verify: "the same token is let in; one that was altered is still refused", Undo: "put the former settings back",
		}}
		return s
	},
}
