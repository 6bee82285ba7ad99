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

// named is a password file where a configuration names it.
type named struct {
	scope *conf.Scope
	auth  *conf.Auth
	file  *conf.CredFile
}

// passwordFiles gives every line of c that names a password file which was looked at, once.
func passwordFiles(c *conf.Config) []named {
	type key struct {
		conf.Place
		path string
	}
	seen := map[key]bool{}
	var out []named
	for _, s := range c.Scopes {
		for i := range s.Auth {
			a := &s.Auth[i]
			for _, f := range a.Files {
				if k := (key{f.Place, f.Path}); f.Seen != nil && !seen[k] {
					seen[k] = true
					out = append(out, named{s, a, f})
				}
			}
		}
	}
	return out
}

// where is the line that names the file.
func (n named) where() conf.Place {
	if n.file.Place.Known() {
		return n.file.Place
	}
	return n.auth.Place
}

// entry is the place of a line of the file. What stands in the configuration itself has the configuration's line.
func (n named) entry(l htpasswd.Line) conf.Place {
	if n.file.Kind != conf.Inline {
		return conf.Place{File: n.file.Path, Line: l.N}
	}
	p := n.where()
	if l.N > 0 {
		p = conf.Place{File: p.File, Line: l.N}
	}
	return p
}

// missingFiles are password files that are not where the configuration says.
func missingFiles(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, n := range passwordFiles(c) {
		seen := n.file.Seen
		if folder := seen.Mode.IsDir(); !seen.Missing && !folder {
			continue
		} else if folder {
			out = append(out, cause.Sighting{Place: n.where(), Scope: n.scope, Grade: cause.Proved,
				Says: fmt.Sprintf("%s is a folder, not a password file: every login is refused.", n.file.Path), Remedies: pathRemedies(c, n)})
			continue
		}
		s := cause.Sighting{Place: n.where(), Scope: n.scope, Grade: cause.Proved, Remedies: pathRemedies(c, n),
			Says: fmt.Sprintf("The password file %s is not there: %s.", n.file.Path, withoutFile(c))}
		if !seen.Here {
			s.Grade = cause.Likely
			s.Says = fmt.Sprintf("The password file %s is not on this machine; if it is missing on the server's as well, %s.", n.file.Path, withoutFile(c))
			s.Raise = []cause.Raise{{Command: "ls -l " + cause.QuoteWord(n.file.Path), Where: "on the web server", Would: "say whether the file is there"}}
		}
		out = append(out, s)
	}
	return out
}

// withoutFile is what a program answers to a login when its password file is missing (measured).
func withoutFile(c *conf.Config) string {
	switch {
	case access.Is(c, "nginx"):
		return "every login is answered with 403"
	case access.Is(c, "apache"):
		return "every login is answered with 500"
	}
	return "every login is refused"
}

func pathRemedies(c *conf.Config, n named) []cause.Remedy {
	p := cause.QuoteWord(n.file.Path)
	return append(nameFile(c, n), cause.Remedy{
		ID: "make-file", Title: "put the password file where the line says, or name the right path", For: "server",
		Effect: "the users of the file can log in", Opens: "the place to the users of that file",
		Steps:  []string{"sudo htpasswd -c " + p + " USER      (asks for the password)", reload(c)},
		Verify: "a user of the file is let in; without a login, and with another password, the answer is 401", Undo: "delete the file",
	})
}

// nameFile points the line at the one password file that it can have meant; none where there are several, or none.
func nameFile(c *conf.Config, n named) []cause.Remedy {
	if len(n.file.Seen.Near) != 1 {
		return nil
	}
	is, edits := n.file.Seen.Near[0], []conf.Edit(nil)
	switch {
	case access.Is(c, "nginx"):
		edits = access.Become(n.where(), "auth_basic_user_file "+access.Word(is)+";")
	case access.Is(c, "apache"):
		edits = access.Become(n.where(), "AuthUserFile "+access.Word(is))
	default:
		edits = access.Swap(n.where(), n.file.Path, is)
	}
	return []cause.Remedy{{
		ID: "name-file", Title: "name the password file that is there", For: "server", Effect: "the users of " + is + " can log in", Opens: "the place to the users of " + is,
		Edits: edits, Steps: []string{"name " + is + " in the line", reload(c)},
		Verify: "a user of the file is let in; without a login, and with another password, the answer is 401", Undo: "put the old name back and reload",
	}}
}

// reload is the command by which a program takes a changed configuration.
func reload(c *conf.Config) string {
	switch {
	case access.Is(c, "nginx"):
		return "sudo nginx -t && sudo nginx -s reload"
	case access.Is(c, "apache"):
		return "sudo apachectl configtest && sudo apachectl graceful"
	}
	return "test the configuration and reload the server"
}

// closedFiles are password files that the worker may not read.
func closedFiles(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, n := range passwordFiles(c) {
		seen := n.file.Seen
		if seen.Reads != "no" {
			continue
		}
		why := "its own mode keeps it out"
		if seen.Blocks != n.file.Path {
			why = "the folder " + seen.Blocks + " keeps it out"
		}
		s := cause.Sighting{Place: n.where(), Scope: n.scope, Grade: cause.Strong,
			Says: fmt.Sprintf("The worker runs as %s, and may not read the password file %s: %s. Every login is answered with 500.", c.Worker, n.file.Path, why)}
		if seen.UID == 0 || seen.Mode.Perm() == 0 {
			s.Grade = cause.Proved // whoever the worker is: nobody but root gets in
		} else {
			s.Raise = []cause.Raise{{Command: "sudo -u " + c.Worker + " head -c 0 " + cause.QuoteWord(n.file.Path), Where: "on the web server", Would: "say Permission denied"}}
		}
		var edits []conf.Edit
		opens := "the hashes in the file to the worker's user"
		if seen.Lets != nil && seen.Blocks == n.file.Path {
			if seen.Lets.Mode&0o040 != 0 {
				opens = "the hashes in the file to the worker's own group, for reading"
			}
			edits = []conf.Edit{{Place: conf.Place{File: n.file.Path, Line: 1}, How: conf.Give, Rights: seen.Lets}}
		}
		step := "sudo chgrp " + c.Worker + " " + cause.QuoteWord(n.file.Path) + " && sudo chmod 640 " + cause.QuoteWord(n.file.Path)
		if seen.Blocks != n.file.Path {
			step = "sudo setfacl -m u:" + c.Worker + ":x " + cause.QuoteWord(seen.Blocks)
		}
		s.Remedies = []cause.Remedy{{ID: "let-read", Title: "let the worker read the file, and nobody else", For: "server",
			Effect: "the users of the file can log in", Opens: opens, Edits: edits,
			Steps: []string{step}, Verify: "a user of the file is let in; without a login the answer is 401", Undo: "put owner, group and mode back"}}
		out = append(out, s)
	}
	return out
}

// brokenLines are lines of password files that let nobody in.
func brokenLines(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, n := range passwordFiles(c) {
		for _, l := range n.file.Seen.Users.Lines {
			for _, p := range l.Problems {
				if n.file.Kind == conf.Inline && (p == htpasswd.NoHash || p == htpasswd.DollarDoubled || p == htpasswd.Quoted) {
					continue // each program has its own way to write these
				}
				g, who := access.Fatal(c, p)
				if g == cause.Unknown {
					continue
				}
				s := cause.Sighting{Place: n.entry(l), Scope: n.scope, Grade: g, Says: fmt.Sprintf("%s: %s; %s.", whose(l), p, who), Remedies: []cause.Remedy{anew(n)}}
				if n.file.Kind != conf.Inline {
					s.Remedies = append(cleaned(n, l), s.Remedies...)
				}
				if l.Kind == htpasswd.Digest && p != htpasswd.ByteOrderMark {
					s.Grade = min(g, cause.Strong)
				}
				out = append(out, s)
				break // one word for a line
			}
		}
	}
	return out
}

// whose names a line by its user, where that may be shown.
func whose(l htpasswd.Line) string {
	if l.User.Empty() || l.User.Closed() {
		return fmt.Sprintf("Line %d", l.N)
	}
	return fmt.Sprintf("The entry of %s", strings.Trim(l.User.String(), "\ufeff \t\"'"))
}

// byteOrderMark is U+FEFF in UTF-8, which editors put at the head of a file.
const byteOrderMark = "\ufeff"

// cleaned takes out what slipped in beside the entry: a mark, blanks, quotation marks, doubled dollar signs. What is missing
// from a hash cannot be brought back, and an entry with two such faults is for a person.
func cleaned(n named, l htpasswd.Line) []cause.Remedy {
	if l.Has(htpasswd.ByteOrderMark) {
		return []cause.Remedy{withoutMark(n)}
	}
	at, r := conf.Place{File: n.file.Path, Line: l.N}, cause.Remedy{ID: "clean-line", For: "server", Effect: "this user can log in", Opens: "the place to this user"}
	harm := slices.DeleteFunc(slices.Clone(l.Problems), func(p htpasswd.Problem) bool {
		return p == htpasswd.CarriageReturn || p == htpasswd.Duplicate || p == htpasswd.DESTruncates
	})
	switch {
	case len(harm) == 1 && harm[0] == htpasswd.Quoted:
		r.Title, r.Edits = "take the quotation marks off the line", []conf.Edit{{Place: at, How: conf.Trim, Old: "\"' \t"}}
	case len(harm) == 1 && harm[0] == htpasswd.DollarDoubled:
		r.Title, r.Edits = "write each dollar sign once", access.Swap(at, "$$", "$")
	case len(harm) == 1 && harm[0] == htpasswd.BlankAtColon && !l.User.Closed():
		r.Title, r.Edits = "take the blank before the colon out", access.Swap(at, l.User.String()+":", strings.TrimSpace(l.User.String())+":")
	case len(harm) > 0 && !slices.ContainsFunc(harm, func(p htpasswd.Problem) bool { return p != htpasswd.BlankInFront && p != htpasswd.BlankAtEnd }):
		r.Title, r.Edits = "take the blanks at the line's ends out", []conf.Edit{{Place: at, How: conf.Trim, Old: " \t\r"}}
	default:
		return nil
	}
	r.Steps = []string{r.Title + ": line " + fmt.Sprint(l.N) + " of " + n.file.Path}
	r.Verify, r.Undo = "the user is let in; with another password the answer is 401", "restore the file from a copy"
	return []cause.Remedy{r}
}

func withoutMark(n named) cause.Remedy {
	return cause.Remedy{ID: "no-mark", Title: "take the byte order mark out of the file", For: "server", Effect: "the user of the first line can log in", Opens: "the place to this user",
		Edits:  []conf.Edit{{Place: conf.Place{File: n.file.Path, Line: 1, End: len(byteOrderMark)}, Old: byteOrderMark}},
		Steps:  []string{`sudo sed -i '1s/^\xEF\xBB\xBF//' ` + cause.QuoteWord(n.file.Path)},
		Verify: "the user is let in; with another password the answer is 401", Undo: "restore the file from a copy"}
}

func anew(n named) cause.Remedy {
	return cause.Remedy{ID: "line-anew", Title: "write the line anew", For: "server", Effect: "this user can log in", Opens: "the place to this user",
		Steps:  []string{"sudo htpasswd -B " + cause.QuoteWord(n.file.Path) + " USER      (asks for the password; -m in place of -B for nginx on an old system)"},
		Verify: "the user is let in; with another password the answer is 401", Undo: "restore the file from a copy"}
}

// uncheckable are lines whose hash the program, or its C library, cannot check.
func uncheckable(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, n := range passwordFiles(c) {
		for _, l := range n.file.Seen.Users.Lines {
			plain := l.Kind == htpasswd.Unknown && n.file.Kind == conf.Inline && access.Is(c, "haproxy") && l.Has(htpasswd.NoHash)
			if !plain && (l.Kind == htpasswd.Unknown || l.Kind == htpasswd.Marked && n.file.Kind == conf.Inline || l.Kind == htpasswd.Digest || access.Checks(c, l.Kind) != "no") {
				continue
			}
			remedies := []cause.Remedy{anew(n)}
			says := fmt.Sprintf("%s has a hash of the kind %s, which %s cannot check%s: no password fits.", whose(l), l.Kind, c.Program, access.Library(c, l.Kind))
			if plain {
				says = whose(l) + " has its password in plain text behind the word password, which HAProxy takes for a hash: no password fits."
				remedies = []cause.Remedy{saidPlain(n, l), anew(n)}
			}
			out = append(out, cause.Sighting{Place: n.entry(l), Scope: n.scope, Grade: cause.Proved, Says: says, Remedies: remedies})
		}
	}
	return out
}

// saidPlain says with HAProxy's own word that what follows is no hash (HAProxy's configuration manual, "userlist").
func saidPlain(n named, l htpasswd.Line) cause.Remedy {
	return cause.Remedy{ID: "insecure-password", Title: "say that the password stands there as it is", For: "server", Effect: "this user can log in", Opens: "the place to this user; whoever reads the file goes on seeing the password",
		Edits: access.Swap(n.entry(l), " password ", " insecure-password "), Steps: []string{"write insecure-password in place of password; better: a hash, mkpasswd -m sha-512", "sudo haproxy -c -f FILE && sudo systemctl reload haproxy"},
		Verify: "the user is let in; with another password the answer is 401", Undo: "put the old word back and reload"}
}

// firstOut takes the earlier line of a user out of a file of its own; entries in a configuration are for a person.
func firstOut(n named, l htpasswd.Line) []conf.Edit {
	if n.file.Kind == conf.Inline {
		return nil
	}
	return access.Drop(conf.Place{File: n.file.Path, Line: l.N})
}

// doubled are users with two different entries, of which servers take the first.
func doubled(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, n := range passwordFiles(c) {
		lines := n.file.Seen.Users.Lines
		for _, l := range lines {
			if !l.Has(htpasswd.Duplicate) {
				continue
			}
			first := slices.IndexFunc(lines, func(o htpasswd.Line) bool { return o.User.Equal(l.User) && o.Realm == l.Realm })
			if first < 0 || lines[first].Hash.Equal(l.Hash) {
				continue
			}
			out = append(out, cause.Sighting{Place: n.entry(l), Scope: n.scope, Grade: cause.Likely,
				Says:  fmt.Sprintf("%s stands on line %d already, and the first line wins: the password of this one is refused unless it is the same.", whose(l), lines[first].N),
				Raise: []cause.Raise{{Command: "why401 config PATH --user NAME", Where: "on the web server", Would: "say which of the two lines the password fits"}},
				Remedies: []cause.Remedy{{ID: "one-line", Title: "keep one line for each user", For: "server", Effect: "the password that was set last counts", Opens: "nothing", Edits: firstOut(n, lines[first]),
					Steps: []string{"delete the older of the two lines"}, Verify: "the user is let in with one password only", Undo: "put the line back"}}})
		}
	}
	return out
}
