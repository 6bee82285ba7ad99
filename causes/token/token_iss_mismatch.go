package token

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// TokenIssMismatch: the token's iss is not, letter by letter, the issuer that the API trusts (RFC 7519 4.1.1).
var TokenIssMismatch = &cause.Cause{
	ID:      "token-iss-mismatch",
	Title:   "the token's issuer is not the one the server trusts",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"token-revoked", "credential-type-wrong", "missing-www-authenticate", "jwks-kid-not-found", "jwt-signature-invalid-wrong-key"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return cause.Weightier(cause.Weightier(saidOther(v), withoutSlash(v)), twoAddresses(v))
		}
		words, said := s.says(signature.IssuerMismatch)
		against := s.untrusted(words, said)
		if !said && !s.recorded() && against == nil {
			return nil
		}
		sus := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85}
		if against != nil {
			sus = against
		}
		iss := s.claims.Issuer
		set := s.trusted()
		if !said && against == nil {
			sus.Grade, sus.Weight = cause.Likely, 0.65
			if len(set) == 0 || !iss.Present() || iss.Text.Closed() || s.aside() || s.other() || slices.Contains(set, iss.Text.String()) {
				return nil
			}
		}
		readable := s.jwt != nil && s.jwt.Claims != nil
		config := cause.Remedy{
			ID: "same-issuer", Title: "write the issuer in the API exactly as tokens have it", For: "server",
			Effect: "tokens of this issuer are accepted", Opens: "nothing, as long as the issuer is the one that is meant to be trusted",
			Steps:  append(s.setting(forIssuer), "compare letter by letter: scheme, host, port, path, final slash", "take the value of issuer from the identity provider's /.well-known/openid-configuration"),
			Verify: "a token of this issuer passes; one of another issuer is still refused", Undo: "put the former issuer back",
		}
		switch {
		case against != nil && len(s.expected()) == 0:
			said = false // it says so already
		case readable && !s.claims.Has("iss") && s.partly():
		case readable && !s.claims.Has("iss"):
			sus.Grade, sus.Weight, sus.Title = cause.Proved, 0.9, "the token names no issuer"
			sus.Because = append(sus.Because, v.Asked("The token has no claim iss."))
		case readable && iss.Present():
			sus.Because = append(sus.Because, v.Asked("The token's iss is %q.", iss.Show))
			if iss.Text.Closed() {
				break
			}
			have, wanted := iss.Text.String(), s.expected()
			switch {
			case len(set) > 0 && !slices.Contains(wanted, have) && !slices.Contains(set, have):
				sus.Because = append(sus.Because, v.Asked("The settings or code shown name another issuer."))
				if how := differ(have, set); how != "" {
					sus.Grade, sus.Weight = cause.Strong, 0.9
					sus.Title, sus.FaultAt = "the issuers differ only in "+how, exchange.Application
				} else if said {
					sus.Weight = 0.9
				}
			case slices.Contains(wanted, have):
				// The issuer that it wants is in this token: it judged another one.
				sus.Grade, sus.Weight, sus.Title = cause.Likely, 0.3, "the server judged a token of another issuer than the one sent"
			case len(wanted) > 0:
				sus.Grade, sus.Weight = cause.Proved, 0.9
				if how := differ(have, wanted); how != "" {
					sus.Title, sus.FaultAt = "the issuers differ only in "+how, exchange.Application
					sus.Because = append(sus.Because, v.Saw("The answer names the issuer that it expects: it differs from the token's in %s.", how))
				} else {
					sus.Because = append(sus.Because, v.Saw("The answer names the issuer that it expects, and it is not the token's."))
				}
			case s.names([]string{have}):
				sus.Grade, sus.Weight = cause.Proved, 0.9
				sus.Because = append(sus.Because, v.Saw("The answer names that issuer as the one it does not accept."))
			}
		}
		if said {
			sus.Because = append(sus.Because, words)
		}
		ask := `curl -s "$ISSUER/.well-known/openid-configuration"`
		if iss.Present() && strings.HasPrefix(iss.Show, "http") {
			ask = "curl -s " + cause.QuoteWord(strings.TrimSuffix(iss.Show, "/")+"/.well-known/openid-configuration")
		}
		sus.Raise = []cause.Raise{{Command: ask, Where: "on the API's machine", Would: "show issuer as the identity provider writes it, to compare with the API's setting and the token's iss"}}
		own := s.newToken("get the token from the issuer that this API trusts", "iss is the trusted one", "sign in at the identity provider of this API, same realm and same address, and put the token in TOKEN")
		sus.Remedies = []cause.Remedy{own, config}
		if sus.FaultAt == exchange.Application {
			sus.Remedies = []cause.Remedy{config, {
				ID: "one-issuer-address", Title: "give the identity provider one fixed address", For: "idp",
				Effect: "every token has the same iss, whatever address the client used", Opens: "nothing",
				Steps:  []string{"Keycloak: KC_HOSTNAME=https://id.example.com (and KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true for calls inside the network)"},
				Verify: "iss of a new token is the same from inside and outside", Undo: "remove the setting",
			}}
		}
		return s.consult(sus)
	},
}

var realms = lazyregexp.New(`(?i)\b(https?)://([a-z0-9.:_-]+)(?:/auth)?(/realms/[a-z0-9_-]+)`)

// twoAddresses knows it by a realm that the record reaches under two addresses, one of them of the inner network, when no
// token is shown: the issuer in a token is the address under which it was asked for.
func twoAddresses(v *cause.View) *cause.Suspicion {
	text := v.MachineText(heardLimit) + v.HumanText(heardLimit)
	if !v.Recorded() || !issuerSpoken.MatchString(text) {
		return nil
	}
	var first []string
	for _, m := range realms.FindAllStringSubmatch(text, 12) {
		host, _, _ := strings.Cut(m[2], ":")
		switch {
		case first == nil:
			first = m
			continue
		case first[3] != m[3] || strings.EqualFold(first[2], m[2]):
			continue
		}
		if other, _, _ := strings.Cut(first[2], ":"); inside(host) || inside(other) {
			return &cause.Suspicion{Grade: cause.Likely, Weight: 0.8, FaultAt: exchange.Application, Because: []fact.Fact{
				v.Asked("One realm is reached under two addresses, one of them of the inner network: the token's issuer is the one, the API may expect the other.")}}
		}
	}
	return nil
}

// slashIssuer is an issuer of Auth0 as an API's code or settings name it, without the slash at the end that Auth0 writes
// into every token (auth0.com/docs, Validate JSON Web Tokens: the issuer is the tenant's URL with a final slash).
var slashIssuer = lazyregexp.New(`(?i)\bissuers?(?:[-_ ]?ur[il])?\b["'\])]*\s*(?:[:=]|=>|,|\(|expected:?)?\s*["'\[(` + "`" + `]*https://[a-z0-9-]+(?:\.[a-z]{2})?\.auth0\.com(?:["'\s,;)\]` + "`" + `]|$)`)

// withoutSlash knows it where no token is shown by an issuer that cannot be one.
func withoutSlash(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	if _, audience := v.Means(signature.AudienceMismatch); audience {
		return nil
	}
	text := v.AllText()
	if !slashIssuer.MatchString(text) || !issuerSpoken.MatchString(text) {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.86, FaultAt: exchange.Application, Title: "the issuers differ only in the final slash",
		Because: []fact.Fact{{Text: "The API's code names an issuer of Auth0 without the slash at its end, which every token of Auth0 has."}}}
}

// expectedOther is a verifier's sentence that names the issuer it expects beside the one it found.
var expectedOther = lazyregexp.New(`(?i)\b(?:issuer|iss|realm)\b[^\n]{0,80}?\bexpected:?\s*["'\[]?(https?://[^\s"',\]]+)["'\],]{0,2}\s*(?:but )?(?:was|got|found|received|actual)[:\s]*["'\[]?(https?://[^\s"',\]]+)`)

// saidOther knows it by that sentence where no token is shown.
func saidOther(v *cause.View) *cause.Suspicion {
	g, from, ok := v.Said().First(expectedOther)
	if !ok || !v.Recorded() || strings.TrimRight(g[1], ".;)") == strings.TrimRight(g[2], ".;)") {
		return nil
	}
	s := cause.SuspectAt(cause.Strong, 0.93, from, "The verifier names the issuer that it expects, and another one that the token has.")
	s.FaultAt = exchange.Application
	return s
}

var issuerSpoken = lazyregexp.New(`(?i)\bissuer|\biss\b|\b401\b|unauthori[sz]ed|invalid[ _]token`)

// trusted are the issuers that the settings or code of the record name. Those of Entra are left out: an authority there
// is not the issuer, letter by letter (entra-v1-v2-issuer).
func (s *sent) trusted() []string {
	if !s.recorded() {
		return nil
	}
	return slices.DeleteFunc(configured(issuerSet, s.v), func(w string) bool {
		return strings.Contains(w, "login.microsoftonline.") || strings.Contains(w, "sts.windows.net")
	})
}

// differ says in what an issuer differs from the nearest expected one when it is clearly meant to be the same, or "".
func differ(have string, wanted []string) string {
	h, err := url.Parse(have)
	if err != nil || h.Host == "" {
		return ""
	}
	for _, w := range wanted {
		u, err := url.Parse(w)
		if err != nil || u.Host == "" {
			continue
		}
		sameHost, samePath := strings.EqualFold(u.Host, h.Host), strings.TrimSuffix(u.Path, "/") == strings.TrimSuffix(h.Path, "/")
		switch {
		case sameHost && samePath && u.Scheme == h.Scheme:
			return "the final slash"
		case sameHost && samePath:
			return "http and https"
		case samePath && len(h.Path) > 1 && (inside(u.Hostname()) || inside(h.Hostname())):
			return "the host, as seen from inside and outside"
		}
	}
	return ""
}

// inside reports a name by which a service is known within its own network only.
func inside(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "host.docker.internal" || !strings.Contains(host, ".")
}
