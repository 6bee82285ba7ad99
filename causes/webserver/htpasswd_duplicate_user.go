package webserver

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// HtpasswdDuplicateUser: a password file in the evidence has two lines of one name, and servers take the first.
var HtpasswdDuplicateUser = &cause.Cause{
	ID:        "htpasswd-duplicate-user",
	Title:     "the user stands twice in the password file",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Partial:   true,
	Hides:     []string{"wrong-password", "stale-cached-credentials"},
	Audit:     doubled,
	Traced:    tracedDoubled,
	Suspect: func(v *cause.View) *cause.Suspicion {
		lines := map[string][]exchange.Setting{} // by realm and name
		var doubled []exchange.Setting
		for _, s := range v.Settings {
			if s.System != "htpasswd" || len(s.Args) < 2 || s.Args[0].Is("none") {
				continue // what is no hash may be another realm's line
			}
			key := keyOf(s)
			if len(lines[key]) == 1 {
				doubled = append(doubled, s)
			}
			lines[key] = append(lines[key], s)
		}
		if len(doubled) == 0 {
			return nil
		}
		second := doubled[0]
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: []fact.Fact{
			{Text: "The password file has a second line of a name that stands above already; servers take the first.", From: second.From},
		}}
		pair, ok := loginOf(v)
		if !ok {
			return s
		}
		same := slices.IndexFunc(doubled, func(d exchange.Setting) bool { return pair.User.Is(d.Name) })
		if same < 0 {
			s.Grade, s.Weight = cause.Likely, 0.3 // doubled, but not the user who is refused
			return s
		}
		for n, l := range lines[keyOf(doubled[same])] {
			fits, err := htpasswd.Verify(l.Args[1], pair.Password)
			switch {
			case err != nil || !fits:
				continue
			case n == 0:
				return nil
			}
			s.Grade, s.Weight = cause.Proved, 0.97
			s.Because = append(s.Because, fact.Fact{Text: "The password that was sent fits a later line of the name, not the first.", From: l.From})
			return s
		}
		return s
	},
}

// keyOf names a user; a digest file has one for each realm.
func keyOf(s exchange.Setting) string {
	return strings.Join(append(slices.Clone(s.Context), s.Name), "\n")
}

// loginOf gives the Basic login that was sent.
func loginOf(v *cause.View) (pair basic.Pair, ok bool) {
	c, ok := v.Credential(cred.Basic)
	if !ok {
		return basic.Pair{}, false
	}
	pair, err := basic.Decode(c.Value)
	return pair, err == nil && !pair.Password.Equal(secret.Text{})
}
