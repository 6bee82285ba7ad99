package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// RealmMismatch: a Digest password is hashed together with its realm (RFC 7616 3.4.2), and the two sides use different
// ones.
var RealmMismatch = &cause.Cause{
	ID:      "realm-mismatch",
	Title:   "the Digest login was made for another realm",
	Family:  family,
	FaultAt: exchange.WebServer,
	Partial: true,
	Audit:   otherRealms,
	Suspect: directive.Either(realmLines, func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 401 {
			return nil
		}
		if d, ch, ok := pastedDigest(v); ok && d.Realm != ch.Realm() {
			return &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, FaultAt: exchange.Client,
				Because: []fact.Fact{
					v.Saw("The server asks for realm=%q.", ch.Realm()),
					v.Asked("The Digest header that was given names another realm, of %d characters; its response cannot fit.", len(d.Realm)),
				},
				Remedies: []cause.Remedy{{
					ID: "answer-this-realm", Title: "let the client answer the challenge it gets", For: "client",
					Effect: "realm, nonce and response fit the challenge", Opens: "nothing",
					Steps: []string{"curl --digest -u USER " + cause.Quote(v.Request.URL) + "      (asks for the password; no pasted Authorization)"}, Verify: "2xx", Undo: "send the former header",
				}},
				Raise: []cause.Raise{{Command: "curl -i --digest -u USER " + cause.Quote(v.Request.URL), Where: "here (asks for the password)", Would: "pass if only the pasted header is wrong"}}}
		}
		ch := v.Challenges.Find("Digest")
		if _, ok := v.Arrived(cred.Digest); !ok || ch == nil || ch.Value("stale") == "true" {
			return nil
		}
		// From outside this is a wrong password: only the password file shows the realm that the hash was made with.
		return &cause.Suspicion{Grade: cause.Likely, Weight: 0.4,
			Because: []fact.Fact{v.Saw("The Digest answer for realm=%q is refused. A hash made for another realm is refused the same way.", ch.Realm())},
			Raise: []cause.Raise{{Command: "cut -d: -f1,2 FILE      (FILE: as AuthUserFile names it)", Where: "on the web server",
				Would: "show user and realm of each line, and no hash; a line whose realm is not " + cause.QuoteWord(ch.Realm()) + " cannot match"}},
			Remedies: []cause.Remedy{{
				ID: "htdigest-for-realm", Title: "make the entry anew for the realm of the challenge", For: "server",
				Effect: "the user's hash fits the realm that clients are told", Opens: "nothing: one user, one password",
				Steps:  []string{"sudo htdigest FILE " + cause.QuoteWord(ch.Realm()) + " USER"},
				Verify: "the login passes; without it, and with another password, the answer is 401", Undo: "restore the file from a copy",
			}, {
				ID: "keep-realm", Title: "keep AuthName as it is once passwords exist", For: "server",
				Effect: "hashes stay valid", Opens: "nothing", Steps: []string{"write the realm beside AuthName as a comment: renaming it voids every Digest password"}, Undo: "delete the comment",
			}}}
	}),
}
