package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ForbiddenMeans401: 403 says "not allowed" where "who are you?" is meant.
var ForbiddenMeans401 = &cause.Cause{
	ID:      "403-means-401",
	Title:   "the 403 means that no valid credential arrived",
	Family:  family,
	FaultAt: exchange.Client,
	Audit:   questionAs403,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 403 {
			return nil
		}
		s := &cause.Suspicion{Remedies: []cause.Remedy{{
			ID: "look-at-credential", Title: "look at the credential, not at permissions", For: "client",
			Effect: "the credential that the server wants is sent", Opens: "nothing",
			Steps:  []string{"send a credential that is known to be good: " + sameRequest(v), "then look at its form, its age and its place"},
			Verify: "2xx", Undo: "none needed",
		}, {
			ID: "answer-401", Title: "answer 401 with a challenge when no valid credential came", For: "server",
			Effect: "clients know that they must log in (RFC 9110 15.5.2)", Opens: "nothing",
			Steps: []string{"Django REST framework: put a class with a challenge first: DEFAULT_AUTHENTICATION_CLASSES = [TokenAuthentication, SessionAuthentication]",
				"Spring: .exceptionHandling(e -> e.authenticationEntryPoint(new BearerTokenAuthenticationEntryPoint()))"},
			Verify: "without a credential 401 and WWW-Authenticate; with one that lacks the right 403", Undo: "put the former order back",
		}}}
		if len(v.Challenges) > 0 && v.Challenges[0].Value("error") == "" {
			// A challenge belongs to 401; where a page was put in place of the 401 it stays behind.
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = []fact.Fact{v.Saw("The 403 carries a challenge: it asks for %s, as a 401 does.", challenged(v))}
			if len(v.Credentials) == 0 {
				s.Because = append(s.Because, v.Asked("The request carries no credential."))
			} else {
				s.Grade, s.Weight = cause.Likely, 0.45
			}
			s.Raise = []cause.Raise{{Command: `curl -i -u "$LOGIN" ` + cause.Quote(v.Request.URL), Where: "here, with a login of yours", Would: "be let in if a login is all that is missing"}}
			return s
		}
		if m, said := v.Means(unauthenticated...); said {
			s.Grade, s.Weight = cause.Strong, 0.55
			s.Because = []fact.Fact{v.Saw("The status is 403."), m.Because}
			if a, sent := v.Arrived(); sent && a.Place == "Authorization" && m.Meaning == signature.NoCredentials {
				s.Grade, s.Weight = cause.Likely, 0.45 // it was sent: who did not read it, or lost it, says more
			}
			return s
		}
		_, brought := token(v)
		if !brought || v.Written && cause.InFront(v.Writer.Layer) || len(v.Meanings) > 0 || passwordSent(v) {
			return nil
		}
		// With the credential and without it the same: nobody looked at it, or it was not accepted.
		s.Grade, s.Weight = cause.Likely, 0.35
		s.Because = []fact.Fact{v.Saw("The answer is 403, and does not say whether the credential or a permission is wrong.")}
		s.Trials = []cause.Trial{cause.Anonymous().Predicting("the same 403", cause.Alike).Carrying(cause.Likely).OrOut()}
		if x := v.Trial(cause.KeyAnonymous); x != nil && cause.Alike(v.Answer, x) {
			s.Weight = 0.55
			s.Because = append(s.Because, fact.At(x.N, "Without any credential the answer is the same %d bytes: a right that is missing would be refused otherwise.", len(x.Body())))
		}
		s.Raise = []cause.Raise{{Command: sameRequest(v), Where: "here, with a credential that is known to be good and has little rights",
			Would: "get another answer if the credential is at fault"}}
		return s
	},
}
