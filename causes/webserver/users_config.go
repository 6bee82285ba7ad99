package webserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// strangers are users and groups that a Require line lets in and that no file has.
func strangers(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	seen := map[string]bool{}
	for _, s := range c.Scopes {
		for _, a := range access.Passwords(s) {
			if len(a.Open) > 0 || len(a.Files) == 0 || !slices.ContainsFunc(a.Files, whole) || slices.ContainsFunc(a.Files, func(f *conf.CredFile) bool { return !whole(f) }) {
				continue // other providers may know them
			}
			for _, req := range a.Require {
				word, rest, _ := strings.Cut(strings.TrimSpace(req), " ")
				at := requireLine(s, req, a.Place)
				key := at.String() + req
				if seen[key] {
					continue
				}
				seen[key] = true
				for _, who := range strings.Fields(rest) {
					switch who := strings.Trim(who, `"'`); {
					case strings.EqualFold(word, "user") && !strings.ContainsAny(who, "%${"):
						if !has(a, who) {
							out = append(out, cause.Sighting{Place: at, Scope: s, Grade: cause.Proved,
								Says: fmt.Sprintf("The rule lets %s in, and no password file has that user: %s cannot log in.", who, who), Remedies: []cause.Remedy{known(c, who)}})
						}
					case strings.EqualFold(word, "group") && len(a.Groups) > 0 && !strings.ContainsAny(who, "%${"):
						if sighted := groupless(a, who); sighted != "" {
							out = append(out, cause.Sighting{Place: at, Scope: s, Grade: cause.Proved, Says: sighted, Remedies: []cause.Remedy{known(c, who)}})
						}
					}
				}
			}
		}
	}
	return out
}

// known says that a person has to decide who is let in: to correct the rule, or to give the user a password.
func known(c *conf.Config, who string) cause.Remedy {
	return cause.Remedy{ID: "who-is-let-in", Title: "decide who is let in: correct the rule, or give " + who + " a password", For: "server", Effect: "the users that are meant can log in",
		Opens: "the place to whom you name", Steps: []string{"name the right users or groups in the rule, or: sudo htpasswd FILE USER      (asks for the password); add members to the group file", reload(c)},
		Verify: "the user is let in; another one, and nobody, is refused", Undo: "put the old rule back, or take the user out"}
}

// whole reports a file that was read to its end.
func whole(f *conf.CredFile) bool {
	return f.Seen != nil && !f.Seen.Missing && f.Seen.Problem == "" && !f.Seen.Users.Cut
}

func has(a conf.Auth, user string) bool {
	return slices.ContainsFunc(a.Files, func(f *conf.CredFile) bool {
		return slices.ContainsFunc(f.Seen.Users.Lines, func(l htpasswd.Line) bool {
			return l.User.Is(user) && (a.Scheme != conf.Digest || l.Realm == a.Realm)
		})
	})
}

// groupless says what is wrong with a group that is let in, or "".
func groupless(a conf.Auth, group string) string {
	known, members := false, []string(nil)
	for _, f := range a.Groups {
		if f.Seen == nil || f.Seen.Problem != "" || f.Seen.Groups == nil && !f.Seen.Missing {
			return ""
		}
		if f.Seen.Missing {
			if !f.Seen.Here {
				return ""
			}
			return fmt.Sprintf("The group file %s is not there: nobody of the group %s is let in.", f.Path, group)
		}
		m, ok := f.Seen.Groups[group]
		known = known || ok
		members = append(members, m...)
	}
	switch {
	case !known:
		return fmt.Sprintf("The rule lets the group %s in, and no group file has it: nobody is let in by it.", group)
	case !slices.ContainsFunc(members, func(u string) bool { return has(a, u) }):
		return fmt.Sprintf("The rule lets the group %s in, and none of its members has an entry in the password file: nobody is let in by it.", group)
	}
	return ""
}

// requireLine is the place of a Require line, or of the auth rule when that is all that is known.
func requireLine(s *conf.Scope, req string, otherwise conf.Place) conf.Place {
	for _, l := range access.Lines(s, "Require") {
		if strings.EqualFold(strings.Join(l.Args, " "), req) {
			return l.Place
		}
	}
	return otherwise
}

// otherRealms are Digest areas whose realm no entry of the password file has: it enters the hash (RFC 7616 3.4.2).
func otherRealms(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	seen := map[conf.Place]bool{}
	for _, s := range c.Scopes {
		for _, a := range access.Passwords(s) {
			if a.Scheme != conf.Digest || a.Realm == "" || strings.ContainsAny(a.Realm, "$%") || len(a.Files) == 0 || seen[a.Place] || slices.ContainsFunc(a.Files, func(f *conf.CredFile) bool { return !whole(f) }) {
				continue
			}
			var realms []string
			fits := false
			for _, f := range a.Files {
				for _, l := range f.Seen.Users.Lines {
					fits = fits || l.Kind == htpasswd.Digest && l.Realm == a.Realm
					if l.Realm != "" && !slices.Contains(realms, l.Realm) {
						realms = append(realms, l.Realm)
					}
				}
			}
			if fits || len(realms) == 0 {
				continue
			}
			seen[a.Place] = true
			out = append(out, cause.Sighting{Place: realmLine(s, a), Scope: s, Grade: cause.Proved,
				Says:     fmt.Sprintf("The realm is %q, and the password file has entries for %q only: no password fits, since the realm is part of the hash.", a.Realm, strings.Join(realms, `", "`)),
				Remedies: []cause.Remedy{inRealmOfFile(c, s, a, realms)}})
		}
	}
	return out
}

// inRealmOfFile asks in the realm that the password file was made for. Which of several is meant is for a person.
func inRealmOfFile(c *conf.Config, s *conf.Scope, a conf.Auth, realms []string) cause.Remedy {
	r := cause.Remedy{ID: "realm-of-file", Title: "ask in the realm that the password file was made for", For: "server", Effect: "the users of the file can log in", Opens: "the place to the users of the file",
		Steps:  []string{fmt.Sprintf("name the realm %q, or make the file anew for %q with htdigest", strings.Join(realms, `" or "`), a.Realm), reload(c)},
		Verify: "a user of the file is let in; with another password the answer is 401", Undo: "put the old name back and reload"}
	if len(realms) != 1 || strings.ContainsAny(realms[0], "\"\\") {
		return r
	}
	if access.Is(c, "apache") {
		r.Edits = access.Become(realmLine(s, a), "AuthName "+access.Word(realms[0]))
	} else {
		r.Edits = access.Swap(realmLine(s, a), `"`+a.Realm+`"`, `"`+realms[0]+`"`)
	}
	return r
}

func realmLine(s *conf.Scope, a conf.Auth) conf.Place {
	for _, l := range access.Lines(s, "AuthName") {
		return l.Place
	}
	return a.Place
}
