package credential

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// BasicColonInUsername: in Basic the user name ends at the first colon (RFC 7617 2), so a name that holds one arrives
// cut, and its rest becomes part of the password.
var BasicColonInUsername = &cause.Cause{
	ID:      "basic-colon-in-username",
	Title:   "the user name holds a colon, and Basic ends it there",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"wrong-password", "missing-www-authenticate", "403-means-401"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		c, ok := withLogin(v)
		if !ok || c.Kind != cred.Basic || v.Answer.Status() != 401 || judgedAs(v, "user-unknown") {
			return nil
		}
		l, ok := basicLogin(v)
		if !ok || !l.pair.Has(basic.SecondColon) {
			return nil
		}
		s := &cause.Suspicion{}
		switch {
		case named(v):
			// The command itself says which part is the user name.
			s.Grade, s.Weight = cause.Strong, 0.88
			s.Because = []fact.Fact{v.Asked("The user name in the URL holds a colon (%%3A); in the header it ends before it.")}
		case cutName(v, l):
			s.Grade, s.Weight = cause.Likely, 0.72
			s.Because = []fact.Fact{v.Asked("The login holds more than one colon, and what stands before the first, %s, is the beginning of a name rather than a name.", l.name)}
		default:
			return nil // a colon in a password is allowed, and common
		}
		s.Because = append(s.Because, v.Saw("The server reads the user name up to the first colon: %s.", l.name))
		s.Raise = []cause.Raise{{Command: "curl -i -u NAME-WITHOUT-COLON " + cause.Quote(v.Request.URL), Where: "here, with another account (asks for the password)", Would: "be let in if the colon is all that is wrong"}}
		s.Remedies = []cause.Remedy{{
			ID: "name-without-colon", Title: "use an account whose name has no colon", For: "client", Effect: "name and password arrive as they are", Opens: "nothing",
			Steps:  []string{"use the account's other name (e-mail address, DOMAIN\\user), or have it renamed", "curl -u NAME " + cause.Quote(v.Request.URL)},
			Verify: "the same request passes; a wrong password is still refused", Undo: "put the former name back",
		}, {
			ID: "no-colon-rule", Title: "allow no colon in new user names", For: "server", Effect: "every account can log in with Basic", Opens: "nothing",
			Steps:  []string{"reject ':' where accounts are made (RFC 7617 2)", "or offer another scheme beside Basic: Bearer, Digest"},
			Verify: "an account with a colon cannot be made", Undo: "remove the rule",
		}}
		return s
	},
}

// named reports that the command itself says that the user name holds a colon.
func named(v *cause.View) bool { return v.Intent != nil && v.Intent.Login.User.Contains(":") }

// cutName reports that the user name was probably meant to go on behind the first colon.
func cutName(v *cause.View, l login) bool {
	return l.pair.Has(basic.SecondColon) && (named(v) || l.name != "the user" && prefix.MatchString(l.pair.User.String()))
}

// prefix are words with which names that hold colons begin: URNs, URLs, directory and tenant prefixes.
var prefix = lazyregexp.New(`(?i)^(urn|https?|ldaps?|did|arn|tenant|realm|domain|local|spiffe|uid|oidc|saml|system)$`)
