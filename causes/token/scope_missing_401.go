package token

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ScopeMissing401: the token is good and may not do this; RFC 6750 3.1 gives such a request 403, many servers 401.
var ScopeMissing401 = &cause.Cause{
	ID:      "scope-missing-401",
	Title:   "the token lacks a scope for this request",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"token-revoked", "credential-type-wrong", "401-means-403", "403-means-401", "missing-www-authenticate",
		"user-lacks-role-or-group", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := read(v)
		if s == nil || len(v.Keyed(exchange.TokenKey(v.Subject))) > 0 {
			return nil // a token that was fetched just now for this very request: the causes of registries say more
		}
		words, said := s.says(signature.ScopeMissing)
		ch := s.challenge()
		if ch.Value("error") != "insufficient_scope" && !said {
			return nil
		}
		sus := &cause.Suspicion{Grade: cause.Strong, Weight: 0.88}
		if said {
			sus.Because = append(sus.Because, words)
		} else {
			sus.Because = append(sus.Because, v.Saw("The answer is %d with %s error=%q.", v.Answer.Status(), ch.Scheme, "insufficient_scope"))
		}
		want := strings.Fields(ch.Value("scope"))
		if len(want) > 0 {
			sus.Because = append(sus.Because, v.Saw("It asks for the scope %q.", strings.Join(want, " ")))
		}
		name := "SCOPE"
		published := s.v.Published()
		if len(want) == 0 && published.Resource != nil && len(published.Resource.Scopes) > 0 {
			sus.Because = append(sus.Because, fact.At(published.ResourceN, "The API's own metadata lists its scopes: %s.", list(published.Resource.Scopes)))
		}
		if s.jwt != nil && s.jwt.Claims != nil || published.State != nil && published.State.Active {
			have := append(slices.Clone(s.claims.Scopes), s.claims.Roles...)
			missing := slices.DeleteFunc(slices.Clone(want), func(w string) bool { return slices.Contains(have, w) })
			switch {
			case len(have) == 0 && s.partly():
			case len(have) == 0:
				sus.Because = append(sus.Because, v.Asked("The token holds no scope at all."))
				sus.Grade, sus.Weight = cause.Proved, 0.95
			default:
				sus.Because = append(sus.Because, v.Asked("The token holds %s.", listed(have)))
			}
			switch {
			case len(want) == 0 && len(have) > 0 && published.Resource != nil && len(published.Resource.Scopes) > 0 &&
				!slices.ContainsFunc(published.Resource.Scopes, func(w string) bool { return slices.Contains(have, w) }):
				name = published.Resource.Scopes[0]
				sus.Grade, sus.Weight = cause.Proved, 0.95
			case len(missing) > 0:
				name = strings.Join(missing, " ")
				sus.Grade, sus.Weight = cause.Proved, 0.95
				if t := "the token lacks the scope " + name; len(t) <= 72 {
					sus.Title = t
				}
			case len(want) > 0 && len(have) > 0:
				// Every scope it asks for is there: it judged another token, or counts otherwise.
				sus.Grade, sus.Weight = cause.Likely, 0.5
			}
		}
		if p := published.Server; p != nil && len(p.Scopes) > 0 && name != "SCOPE" && !slices.ContainsFunc(strings.Fields(name), func(w string) bool { return slices.Contains(p.Scopes, w) }) {
			sus.Because = append(sus.Because, fact.At(published.ServerN, "The issuer's metadata does not list that scope: it may have to be defined there first."))
		}
		sus.Raise = []cause.Raise{{Command: s.send(), Where: "here, with a token that was issued with the scope " + name, Would: "be let in if the scope is all that is missing"}}
		sus.Remedies = []cause.Remedy{
			s.newToken("request a token with the scope "+name, "the token allows this request", "add the scope to the authorization request, let the user consent again, and put the new token in TOKEN"), {
				ID: "grant-scope", Title: "grant the client the scope, and no more than it needs", For: "idp",
				Effect: "the client may ask for the scope", Opens: "what the scope allows, to this client",
				Steps:  []string{"at the identity provider, add the scope " + name + " to the client's allowed scopes", "answer 403, not 401, to a valid token that lacks a scope (RFC 6750 3.1)"},
				Verify: "a token with the scope passes; one without it is still refused", Undo: "take the scope from the client",
			}}
		return s.consult(sus)
	},
}

func listed(names []string) string {
	if len(names) > 6 {
		names = append(slices.Clone(names[:6]), "...")
	}
	return strings.Join(names, " ")
}
