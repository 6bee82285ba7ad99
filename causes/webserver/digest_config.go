package webserver

import (
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// wrongKindOfFile are password rules whose file was made for the other scheme: Digest wants the lines of htdigest, which hold the
// realm (RFC 7616 3.4.2), and nginx's and Apache's Basic those of htpasswd.
func wrongKindOfFile(c *conf.Config) []cause.Sighting {
	if !access.Is(c, "nginx", "apache", "lighttpd") {
		return nil
	}
	var out []cause.Sighting
	for _, n := range passwordFiles(c) {
		lines := n.file.Seen.Users.Lines
		if !whole(n.file) || len(lines) == 0 || len(n.auth.Files) > 1 || n.file.Kind == conf.Inline || n.file.Kind == conf.DBM {
			continue
		}
		digest := func(l htpasswd.Line) bool { return l.Kind == htpasswd.Digest }
		s := cause.Sighting{Place: n.where(), Scope: n.scope, Grade: cause.Proved}
		switch {
		case n.auth.Scheme == conf.Digest && !slices.ContainsFunc(lines, digest):
			s.Says = fmt.Sprintf("Digest is asked for, and %s holds the lines of htpasswd, without a realm: no user is found in it.", n.file.Path)
			s.Remedies = []cause.Remedy{digestFile(n)}
		case n.auth.Scheme == conf.Basic && n.file.Kind == conf.Htpasswd && !slices.ContainsFunc(lines, func(l htpasswd.Line) bool { return !digest(l) }):
			s.Says = fmt.Sprintf("Basic is asked for, and %s holds the lines of htdigest: no password fits what stands behind the name, which is the realm.", n.file.Path)
			s.Remedies = []cause.Remedy{anew(n)}
		default:
			continue
		}
		out = append(out, s)
	}
	return out
}

func digestFile(n named) cause.Remedy {
	return cause.Remedy{ID: "digest-file", Title: "make the file with htdigest, for the realm of the rule", For: "server", Effect: "the users of the file can log in", Opens: "the place to the users of that file",
		Steps:  []string{"sudo htdigest -c " + cause.QuoteWord(n.file.Path) + " " + cause.QuoteWord(n.auth.Realm) + " USER      (asks for the password)"},
		Verify: "curl --digest -u USER is let in; another password is 401", Undo: "restore the file from a copy"}
}
