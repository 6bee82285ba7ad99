package token

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// TokenWrongEnvironment: the token was issued by another stage or tenant than the one it is sent to.
var TokenWrongEnvironment = &cause.Cause{
	ID:      "token-wrong-environment",
	Title:   "the token is of another environment than the server",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-iss-mismatch", "jwks-kid-not-found", "jwt-signature-invalid-wrong-key", "token-revoked",
		"credential-type-wrong", "missing-www-authenticate", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := keyOfOtherStage(v); s != nil {
			return s
		}
		if s := keyOfOtherIndex(v); s != nil {
			return s
		}
		if s := ofAnotherMagento(v); s != nil {
			return s
		}
		s := readJWT(v)
		if s == nil || !s.hostSeen() || s.aside() || !s.claims.Issuer.Present() {
			return nil
		}
		iss, host := s.claims.Issuer, v.Answer.Request.URL.Host
		from, to := stage(iss.Show), stage(host)
		if from == to || from == "localhost" || from == "local" {
			return nil
		}
		if slices.ContainsFunc(s.expected(), func(w string) bool { return strings.Contains(w, "://") && stage(w) == from }) {
			return nil // the server names an issuer of that very environment: it belongs there
		}
		kinds := []string{signature.IssuerMismatch, signature.KidUnknown, signature.SignatureInvalid}
		words, said := s.says(kinds...)
		if s.other(kinds...) {
			return nil
		}
		named := func(st string) string {
			if st == "" {
				return "no stage"
			}
			return st
		}
		sus := &cause.Suspicion{Because: []fact.Fact{
			v.Asked("The token's issuer is %q: its name says %s.", iss.Show, named(from)),
			v.Asked("The request goes to %q: its name says %s.", host, named(to)),
		}}
		if from != "" {
			sus.Title = "the token is of the environment " + from + ", the server is not"
		}
		// An issuer without a stage in its name serves many stages: then only words count.
		switch {
		case said && from != "":
			sus.Grade, sus.Weight = cause.Strong, 0.9
			sus.Because = append(sus.Because, words)
		case said && to != "localhost" && to != "local":
			sus.Grade, sus.Weight = cause.Likely, 0.5
			sus.Because = append(sus.Because, words)
		case from == "":
			return nil
		case s.blamed():
			sus.Grade, sus.Weight = cause.Strong, 0.7
			sus.Because = append(sus.Because, s.verdictOf())
		default:
			sus.Grade, sus.Weight = cause.Likely, 0.5
		}
		return s.environment(sus)
	},
}

func (s *sent) environment(sus *cause.Suspicion) *cause.Suspicion {
	sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with a token that was issued by the server's own identity provider", Would: "be let in if the environment is all that is wrong"}}
	sus.Remedies = []cause.Remedy{
		s.newToken("use a token of the server's own environment", "issuer, key and server belong together",
			"sign in at the identity provider of this environment, or send the request to the server of the token's environment"), {
			ID: "one-profile-per-stage", Title: "keep address, issuer and keys of each environment together", For: "client",
			Effect: "switching the environment switches all three", Opens: "nothing",
			Steps:  []string{"one file for each environment (.env.staging, .env.production) with BASE_URL, ISSUER and CLIENT_ID; load one of them, never a mix"},
			Verify: "the request passes in each environment; a token of one is refused by the other", Undo: "put the former settings back",
		}}
	return sus
}

// twins are services with one address for each environment, by the host of the live one.
var twins = map[string]string{
	"Braintree": "braintreegateway.com",
}

// keyOfOtherStage is a key whose form names its environment, sent to the address of the other.
func keyOfOtherStage(v *cause.View) *cause.Suspicion {
	if !v.Refused() {
		return nil
	}
	c, ok := v.Arrived(cred.APIKey, cred.Bearer)
	if s := liveAtSandbox(v); s != nil {
		return s
	}
	if !ok {
		return nil
	}
	s := &sent{v: v, cred: c}
	env, host := c.Vendor.Env, strings.ToLower(v.Answer.Request.URL.Host)
	sandbox := stage(host) != ""
	if env == "" || twins[c.Vendor.Name] == "" || !strings.HasSuffix(host, twins[c.Vendor.Name]) || sandbox == (env == "test") {
		return nil
	}
	return s.environment(&cause.Suspicion{Grade: cause.Strong, Weight: 0.88, Because: []fact.Fact{
		v.Asked("The key is a %s %s of the environment %q.", c.Vendor.Name, c.Vendor.What, env),
		v.Asked("It was sent to %q, which serves the other one.", host),
	}})
}

// indexes are the package indexes of Python, by what their tokens begin with: a macaroon that names its place.
var indexes = []struct{ prefix, host, other string }{
	{"pypi-AgEIcHlwaS5vcmc", "pypi.org", "test.pypi.org"},
	{"pypi-AgENdGVzdC5weXBpLm9yZ", "test.pypi.org", "upload.pypi.org"},
}

// keyOfOtherIndex is a token of PyPI that was brought to TestPyPI, or the other way about.
func keyOfOtherIndex(v *cause.View) *cause.Suspicion {
	asked := strings.ToLower(v.Answer.Request.URL.Host)
	text := ""
	if asked == "" {
		text = v.MachineText(heardLimit) + v.HumanText(heardLimit)
	}
	has := func(prefix string) bool {
		return slices.ContainsFunc(v.Tokens, func(t exchange.Token) bool { return t.Value.HasPrefix(prefix) }) ||
			slices.ContainsFunc(v.Credentials, func(c cred.Credential) bool { return c.Value.HasPrefix(prefix) })
	}
	for _, i := range indexes {
		if has(i.prefix) && (asked == i.other || asked == "" && strings.Contains(text, i.other+"/legacy")) {
			return (&sent{v: v, cred: cred.Credential{In: cred.InHeader, Place: "Authorization"}}).environment(&cause.Suspicion{Grade: cause.Strong, Weight: 0.92, Because: []fact.Fact{
				v.Asked("The token begins as those of %s do: the name is inside.", i.host),
				v.Asked("It was brought to %s.", i.other),
			}})
		}
	}
	return nil
}

var liveKey = lazyregexp.New(`(?i)\b(live|production|prod)[-_ ](api[-_ ]|secret[-_ ]|public[-_ ]|access[-_ ])?(key|token|credentials?|secret)\b|\b[ps]k[-_]live|\bkey[-_]live|-live-api-key`)

// liveAtSandbox is a request to a sandbox that is refused, in a record that speaks of a key of the live service.
func liveAtSandbox(v *cause.View) *cause.Suspicion {
	host := strings.ToLower(v.Answer.Request.URL.Host)
	if v.Answer.Given == "" || !strings.Contains(host, "sandbox") || !liveKey.MatchString(v.MachineText(heardLimit)+v.HumanText(heardLimit)) {
		return nil
	}
	s := &sent{v: v, cred: cred.Credential{In: cred.InHeader, Place: "Authorization"}}
	return s.environment(&cause.Suspicion{Grade: cause.Likely, Weight: 0.75, Because: []fact.Fact{
		v.Asked("The request goes to %q, a sandbox.", host),
		v.Asked("The record speaks of a key of the live service."),
	}})
}
