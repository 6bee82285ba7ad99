package token

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/signature"
)

// TokenAudMismatch: the token's aud does not name this API (RFC 7519 4.1.3).
var TokenAudMismatch = &cause.Cause{
	ID:      "token-aud-mismatch",
	Title:   "the token is for another audience",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"token-revoked", "credential-type-wrong", "missing-www-authenticate", "scope-missing-401"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil {
			return otherResource(v)
		}
		words, said := s.says(signature.AudienceMismatch)
		aud := s.claims.Audience
		readable := s.jwt != nil && s.jwt.Claims != nil
		sus := &cause.Suspicion{}
		asked := s.jwt == nil && s.claims.Has("aud") // an opaque token, whose audience the issuer has told
		switch {
		case !readable && !asked || s.partly() && !s.claims.Has("aud"):
		case !s.claims.Has("aud"):
			sus.Title = "the token names no audience"
			sus.Because = append(sus.Because, v.Asked("The token has no claim aud."))
		default:
			if t := "the token is for another audience: " + sayAll(aud); len(t) <= 72 {
				sus.Title = t
			}
			sus.Because = append(sus.Because, v.Asked("The token's aud is %s.", sayAll(aud)))
		}
		set := s.wantedAudiences()
		named, other := s.notForResource()
		switch {
		case said && readable && !s.partly() && !s.claims.Has("aud"):
			sus.Grade, sus.Weight = cause.Proved, 0.9
		case said && other && s.exactly(signature.AudienceMismatch):
			sus.Grade, sus.Weight = cause.Proved, 0.9
			sus.Because = append(sus.Because, named)
		case said && s.names(audValues(s)):
			sus.Grade, sus.Weight = cause.Proved, 0.9
			sus.Because = append(sus.Because, v.Saw("The answer names that audience as the one it does not accept."))
		case said && len(s.expected()) > 0 && readable:
			if slices.ContainsFunc(s.expected(), func(w string) bool { return slices.ContainsFunc(audValues(s), func(a string) bool { return a == w }) }) {
				// The audience that it wants is in this token: it judged another one.
				sus.Grade, sus.Weight, sus.Title = cause.Likely, 0.3, "the server judged a token for another audience than the one sent"
				break
			}
			sus.Grade, sus.Weight = cause.Proved, 0.9
			sus.Because = append(sus.Because, v.Saw("The answer names the audience that it expects, and it is not in the token."))
		case said:
			sus.Grade, sus.Weight = cause.Strong, 0.85
		case other && s.unexplained(signature.AudienceMismatch):
			// The name may have been given for documents alone: it counts for more when nothing else is wrong with the token.
			sus.Grade, sus.Weight = cause.Likely, 0.6
			if s.cleared() || asked {
				sus.Grade, sus.Weight = cause.Strong, 0.88
			}
			sus.Because = append(sus.Because, named, s.verdictOf())
		case !readable || s.aside() || s.other() || !s.claims.Has("aud") && !s.blamed():
			return nil
		case len(set) > 0 && len(audValues(s)) == len(aud) && len(aud) > 0 && !slices.ContainsFunc(set, func(w string) bool { return slices.Contains(audValues(s), w) }):
			sus.Grade, sus.Weight = cause.Likely, 0.65
			if slices.ContainsFunc(set, func(w string) bool {
				return slices.ContainsFunc(audValues(s), func(a string) bool { return bare(a) == bare(w) })
			}) {
				sus.Grade, sus.Weight, sus.FaultAt = cause.Strong, 0.85, exchange.Application
			}
			sus.Because = append(sus.Because, v.Asked("The settings or code shown name another audience."))
		case s.blamed() && (slices.Contains(audValues(s), "account") || s.elsewhere(aud)):
			sus.Grade, sus.Weight = cause.Likely, 0.4
			sus.Because = append(sus.Because, s.verdictOf())
		default:
			return nil
		}
		if said {
			sus.Because = append(sus.Because, words)
		}
		sus.Raise = []cause.Raise{{
			Command: `grep -rniE 'audience|ValidAudiences?|resource-?id' .`,
			Where:   "in the API's settings", Would: "show the audience that the API wants, to compare with the token's, letter by letter"}}
		sus.Remedies = []cause.Remedy{
			s.newToken("request the token for this API", "aud names this API",
				"Auth0: audience=API-IDENTIFIER; Entra: scope=api://API-ID/.default; RFC 8707: resource=URL of the API; Keycloak: a scope with an audience mapper"), {
				ID: "list-audience", Title: "write the API's own audience as tokens have it", For: "server",
				Effect: "tokens that were issued for this API are accepted", Opens: "nothing, as long as only names of this API are listed",
				Steps: append(s.setting(forAudience),
					"compare letter by letter: api://ID and ID, with and without a final slash, http and https are different names",
					"ASP.NET Core: options.TokenValidationParameters.ValidAudiences = [...]; Spring: spring.security.oauth2.resourceserver.jwt.audiences=..."),
				Verify: "a token for this API passes; one for another audience is still refused", Undo: "put the former audience back",
			}}
		return s.consult(sus)
	},
}

// wantedAudiences are the audiences that the settings or code of the record name.
func (s *sent) wantedAudiences() []string {
	if !s.recorded() {
		return nil
	}
	return configured(audSet, s.v)
}

// bare is an audience without what is often written differently: scheme, api:// and the final slash.
func bare(aud string) string {
	_, rest, found := strings.Cut(aud, "://")
	if !found {
		rest = aud
	}
	return strings.ToLower(strings.TrimSuffix(rest, "/"))
}

// audValues are the audiences that may be compared with text.
func audValues(s *sent) []string {
	var out []string
	for _, a := range s.claims.Audience {
		if !a.Text.Closed() {
			out = append(out, a.Text.String())
		}
	}
	return out
}

// names reports that the answer quotes one of the values as what it got, not as what it expected.
func (s *sent) names(values []string) bool {
	text := s.text()
	for _, w := range values {
		if len(w) < 4 || slices.Contains(s.expected(), w) {
			continue
		}
		for _, q := range []string{"'" + w + "'", `"` + w + `"`, "[" + w + "]"} {
			if strings.Contains(text, q) {
				return true
			}
		}
	}
	return false
}

// elsewhere reports that every audience is a URL of another host.
func (s *sent) elsewhere(aud []jwt.Name) bool {
	if !s.hostSeen() {
		return false
	}
	for _, a := range aud {
		u, err := url.Parse(a.Show)
		if err != nil || u.Host == "" || strings.EqualFold(u.Hostname(), s.v.Answer.Request.URL.Host) {
			return false
		}
	}
	return len(aud) > 0
}
