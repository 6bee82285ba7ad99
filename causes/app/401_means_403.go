package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// UnauthorizedMeans403: 401 says "who are you?" where the identity is known and lacks a right.
var UnauthorizedMeans403 = &cause.Cause{
	ID:      "401-means-403",
	Title:   "the 401 means that this identity lacks a permission",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   []string{"missing-www-authenticate"},
	Audit:   refusalAs401,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 401 || len(v.Credentials) == 0 {
			return nil
		}
		m, said := v.Means(signature.PermissionDenied)
		if !said {
			return nil
		}
		if _, doubted := v.Means(unauthenticated...); doubted {
			return nil
		}
		return &cause.Suspicion{Grade: cause.Strong, Weight: 0.6,
			Because: []fact.Fact{m.Because, v.Saw("The status is 401, but the words speak of a right, not of the credential."), v.Asked("A credential was sent.")},
			Raise:   []cause.Raise{reachLog("name the identity and the permission that it lacks")},
			Remedies: []cause.Remedy{{
				ID: "use-identity-with-right", Title: "ask with an identity that has the right", For: "client",
				Effect: "the request is made by somebody who may", Opens: "nothing",
				Steps: []string{sameRequest(v) + "      (with the credential of such a user)"}, Verify: "2xx", Undo: "use the former credential",
			}, {
				ID: "grant-permission", Title: "grant the permission to this identity", For: "server",
				Effect: "this identity may do this", Opens: "this one action to this one identity",
				Steps:  []string{"find user, role and permission in the log, grant that one permission, and log in anew where rights are read at login"},
				Verify: "this identity gets 2xx; one without the right is refused", Undo: "revoke the permission",
			}, {
				ID: "answer-403", Title: "answer 403 when the identity is known and the right is missing", For: "server",
				Effect: "clients stop asking for a new login (RFC 9110 15.5.4)", Opens: "nothing",
				Steps: []string{"return 403 from the authorisation check; keep 401 for a missing or refused credential"}, Verify: "403 with a good credential and no right; 401 without one", Undo: "return the former status",
			}},
		}
	},
}
