package jose

import (
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
)

// Proof is a token that is signed with the key it carries, as a DPoP proof is (RFC 9449 4.2). That proves possession of
// the key and nothing else, so that Verify never takes such a key; who calls VerifyProof compares the Thumbprint.
type Proof struct {
	Signed     bool   // the key inside made the signature
	Thumbprint string // of that key (RFC 7638); "" when it cannot be used
	Private    bool   // the private half is inside: the key is lost
	Header     map[string]any
	Claims     map[string]any // nil when the payload is no JSON object
	Reasons    []Reason
}

// VerifyProof checks a proof with the key in its header. Symmetric algorithms and none are refused (RFC 9449 4.3).
func VerifyProof(v secret.Text) Proof {
	var p Proof
	add := func(r Reason) { p.Reasons = append(p.Reasons, r) }
	m, err := compact(v, Options{})
	if err != nil {
		add(because(Malformed, "the proof is no signed token: %v", err))
		return p
	}
	p.Header = m.header
	if claims, err := headerOf("payload", m.content); err == nil {
		p.Claims = claims
	}
	alg := m.str("alg")
	s, known := suites[alg]
	obj, has := m.header["jwk"].(map[string]any)
	switch {
	case strings.EqualFold(alg, "none"):
		add(because(AlgNone, "the proof is not signed (alg none)"))
	case !known:
		add(because(AlgUnknown, "algorithm %s is not one that is checked here", jwt.NameOf(alg).Show))
	case s.kty == "oct":
		add(because(AlgNotForKey, "the proof is signed with a shared secret (%s); RFC 9449 4.3 wants a key pair", alg))
	case !has:
		add(because(KeyUnusable, "the header carries no key (jwk)"))
	case m.sigError != nil:
		add(because(Malformed, "%v", m.sigError))
	}
	if has {
		p.Private = obj["d"] != nil || obj["k"] != nil
		k := foreign(obj)
		p.Thumbprint = k.Thumbprint()
		if len(p.Reasons) > 0 {
			return p
		}
		if r, ok := k.fits(alg); !ok {
			add(r)
		} else if p.Signed = s.made(k.m, m.input, m.sig); !p.Signed {
			add(because(OtherKey, "the key in the proof did not make its signature: it was changed, or signed with another key"))
		}
	}
	return p
}
