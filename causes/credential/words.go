package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// withLogin gives the login of a request that was refused: Basic, Digest or NTLM in Authorization, or a login form's
// body. The word says which.
func withLogin(v *cause.View) (cred.Credential, bool) {
	if !v.Refused() || v.Answer.Status() == 407 {
		return cred.Credential{}, false
	}
	c, ok := v.Arrived(cred.Basic, cred.Digest, cred.NTLM, cred.Login)
	if !ok || strings.EqualFold(c.Place, "Proxy-Authorization") {
		return c, false
	}
	return c, true
}

// says gives the strongest of the meanings that the answer has.
func says(v *cause.View, meanings ...string) (signature.Meaning, bool) { return v.Means(meanings...) }

// judgedAs reports that the answer's own words are about something else than the login.
func judgedAs(v *cause.View, but ...string) bool {
	for _, m := range v.Meanings {
		known := m.Meaning == signature.CredentialInvalid || m.Meaning == signature.TokenInvalid
		for _, b := range but {
			known = known || m.Meaning == b
		}
		if !known {
			return true
		}
	}
	return false
}

// applicationPassword is the form of a WordPress application password: six groups of four letters and digits.
var applicationPassword = lazyregexp.New(`^([A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}$`)

func secretOf(word string) secret.Text { return secret.Public(word) }

// basicValue puts the scheme word before an encoded pair.
func basicValue(encoded secret.Text) secret.Text {
	return secret.Join(secret.Public("Basic "), encoded)
}
