package platform

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/registry"
	"github.com/why401/why401/exchange"
)

// DockerRegistryInsufficientScope: the token server knows the user and grants less than the registry wants for this
// repository.
var DockerRegistryInsufficientScope = &cause.Cause{
	ID:        "docker-registry-insufficient-scope",
	Title:     "the registry's token lacks the right for this repository",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.IdentityProvider,
	Hides: []string{"scope-missing-401", "user-lacks-role-or-group", "401-means-403", "403-means-401", "docker-not-logged-in", "wrong-password",
		"no-credentials-sent", "credential-type-wrong", "missing-www-authenticate", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		d, ok := danced(v)
		if !ok || !d.loggedIn || !d.server.OK() || d.answer == nil || cause.Passed(d.answer) || d.answer.Status() != 401 && d.answer.Status() != 403 {
			return nil
		}
		missing := registry.Missing(d.asked(), d.grant.Access)
		said := errorOf(d.answer) == "insufficient_scope"
		s := &cause.Suspicion{Because: d.steps()}
		switch {
		case d.readable && len(missing) > 0 && said:
			// The token itself says what it grants, and the registry says that this is too little: nothing is left to try.
			s.Grade, s.Weight = cause.Proved, 0.95
			s.Title = fmt.Sprintf("the token grants the login no %s of %s", actions(missing[0]), missing[0].Name)
		case said:
			s.Grade, s.Weight = cause.Strong, 0.88
		case d.readable && len(missing) > 0:
			s.Grade, s.Weight = cause.Likely, 0.7
		default:
			return nil
		}
		name := "NAME"
		if len(missing) > 0 {
			name = missing[0].Name
		}
		s.Raise = []cause.Raise{{Command: "grep -F " + cause.QuoteWord(name) + " TOKEN-SERVER.log", Where: "on the token server", Would: "show which rule decides about this repository"}}
		s.Remedies = []cause.Remedy{{
			ID: "grant-repository", Title: "grant the user the right at the token server", For: "idp",
			Effect: "the token server grants " + name + " to this user", Opens: "this repository to this user",
			Steps:  []string{"Harbor: Project, Members, role Developer (push) or Guest (pull); GitLab: a role in the project, and a token with read_registry or write_registry; docker_auth: a rule in acl"},
			Verify: "the token's access holds the repository with the action; other users are still refused", Undo: "take the right away again",
		}, {
			ID: "right-name", Title: "check the repository's name", For: "client",
			Effect: "the right is asked for the repository that exists", Opens: "nothing",
			Steps:  []string{"compare " + cause.QuoteWord(name) + " with the project in the registry's own pages: the right belongs to one name"},
			Verify: "the request is let in", Undo: "nothing to undo",
		}}
		return s
	},
}

func actions(s registry.Scope) string {
	out := ""
	for i, a := range s.Actions {
		if i > 0 {
			out += " and "
		}
		out += a
	}
	return out
}
