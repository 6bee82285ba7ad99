package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/store"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// DockerNotLoggedIn: the registry was asked without a login, and gives nobody in particular what was asked.
var DockerNotLoggedIn = &cause.Cause{
	ID:        "docker-not-logged-in",
	Title:     "docker has no login for this registry",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides: []string{"auth-scope-too-wide", "no-credentials-sent", "401-means-403", "403-means-401", "missing-www-authenticate",
		"stale-cached-credentials", "unsolicited-authorization-sent", "preemptive-auth-not-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Recorded() || v.Intent == nil || !v.Intent.Login.Empty() || len(v.Credentials) > 0 {
			return nil
		}
		if a, ok := store.Look("docker", v.Request.URL, v.Intent.Config); ok && (a.Sent != nil || len(a.Near) > 0) {
			return nil // a helper keeps a login, which was not asked; or a login is there, under a name that docker does not look up
		}
		d, ok := danced(v)
		switch {
		case ok && d.server != nil && d.server.Response != nil && !d.loggedIn && (cause.Refused(d.server) || d.answer != nil && cause.Refused(d.answer) && errorOf(d.answer) != "invalid_token"):
			s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: append(d.steps(), unknownLogin(v)...)}
			if d.answer == nil {
				s.RefusedBy = exchange.IdentityProvider
			}
			return loginRemedies(v, s)
		case ok:
			return nil // answered, or another cause says what is wrong with the token server
		}
		c := v.Challenges.Find("Bearer")
		if c != nil && registryChallenge(v.Answer, c) && v.Answer.Status() == 401 {
			s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Because: []fact.Fact{
				v.Saw("The registry asks for a token of the server that its challenge names, and nothing was sent."),
			}}
			s.Trials = []cause.Trial{tokenTrial().Predicting("the registry refuses such a token", func(_, seen *exchange.Exchange) bool {
				return cause.Refused(seen)
			}).Carrying(cause.Strong).OrOut()}
			return loginRemedies(v, s)
		}
		if challenge.Of(v.Answer).Has("Basic") && v.Answer.Header().Has("Docker-Distribution-Api-Version") && v.Intent.Auth == exchange.AuthRegistry {
			return loginRemedies(v, &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: append([]fact.Fact{
				v.Saw("The registry asks for a login (Basic), and none was sent."),
			}, unknownLogin(v)...)})
		}
		return nil
	},
}

// unknownLogin tells what docker's own configuration says about the registry.
func unknownLogin(v *cause.View) []fact.Fact {
	for _, f := range v.Intent.Notes {
		if f.From.Input == "docker" {
			return []fact.Fact{f}
		}
	}
	return nil
}

func loginRemedies(v *cause.View, s *cause.Suspicion) *cause.Suspicion {
	s.Raise = []cause.Raise{{Command: "why401 --as-client docker " + cause.Quote(v.Request.URL), Where: "as the user who runs docker",
		Would: "say which entry of config.json docker takes for this registry, and whether the token server gives it the right"}}
	s.Remedies = []cause.Remedy{{
		ID: "docker-login", Title: "log in to exactly this registry, as the user who pulls", For: "client",
		Effect: "docker keeps a login under the registry's own name", Opens: "nothing",
		Steps:  []string{"docker login " + host(v), "in Kubernetes: a secret of the type docker-registry in the pod's namespace, named in imagePullSecrets"},
		Verify: "the pull succeeds; after docker logout it is refused again", Undo: "docker logout " + host(v),
	}}
	return s
}
