package credential

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
)

// namesBeyondASCII are users of Basic password files whose name two clients send in two ways: browsers and programs differ in
// whether they take UTF-8 or Latin-1 when the challenge does not say (RFC 7617 2.1).
func namesBeyondASCII(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	seen := map[string]bool{}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			if a.Scheme != conf.Basic {
				continue
			}
			for _, f := range a.Files {
				if f.Seen == nil || f.Kind == conf.Inline || seen[f.Path] {
					continue
				}
				seen[f.Path] = true
				for _, l := range f.Seen.Users.Lines {
					if name := l.User.String(); !l.User.Closed() && beyond(name) {
						out = append(out, cause.Sighting{Place: conf.Place{File: f.Path, Line: l.N}, Scope: s, Grade: cause.Likely,
							Says:  fmt.Sprintf("The user name %s has letters beyond ASCII: clients that send it in another charset than this file's are refused.", name),
							Raise: []cause.Raise{{Command: "printf '%s' NAME | iconv -t latin1 | xxd", Where: "anywhere", Would: "differ from what the file has, for clients that send Latin-1"}},
							Remedies: []cause.Remedy{{ID: "ascii-name", Title: "give the user a name in plain ASCII", For: "server", Effect: "every client sends the same bytes", Opens: "nothing: the user has a password as before",
								Steps: []string{"sudo htpasswd " + cause.QuoteWord(f.Path) + " NEW-NAME      (asks for the password), then delete the old line"}, Verify: "the user is let in by the new name; with another password the answer is 401", Undo: "restore the file from a copy"}}})
					}
				}
			}
		}
	}
	return out
}

func beyond(s string) bool {
	for i, r := range s {
		if r >= 0x80 && !(i == 0 && r == 0xfeff) {
			return true
		}
	}
	return false
}
