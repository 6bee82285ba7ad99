package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// brokenFile sees the pattern that a broken password file leaves: a plain Basic challenge without a login, and the
// server's own error page once one is sent. On nginx 403 is a missing file and 500 an unreadable one; Apache answers 500
// to both, so there the log must tell them apart.
func brokenFile(v *cause.View, status int) *cause.Suspicion {
	if _, ok := v.Credential(cred.Basic, cred.Digest); !ok || v.Answer.Status() != status || !v.Written || v.Writer.Layer != exchange.WebServer {
		return nil
	}
	apache := strings.HasPrefix(v.Writer.Product, "Apache")
	if status == 403 && !answersAsNginx(v.Writer.Product) {
		return nil
	}
	carries := cause.Strong
	if status == 403 {
		carries = cause.Likely
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.6,
		Because: []fact.Fact{v.Saw("With a login the answer is %s's own page for %d.", v.Writer.Product, status)},
		Trials: []cause.Trial{cause.Anonymous().Predicting("a plain 401 that asks for Basic",
			func(_, seen *exchange.Exchange) bool { return gate(seen) }).Carrying(carries).OrOut()},
		Raise:    fileRaise(v, apache),
		Remedies: fileRemedies(v, apache, status),
	}
	if anon := v.Trial(cause.KeyAnonymous); anon != nil && gate(anon) {
		s.Weight = 0.85
		s.Because = append(s.Because, fact.At(anon.N, "Without one it is a plain 401, Basic realm=%q: the file is only opened once a login comes.", realm(anon)))
		if status == 403 {
			s.Weight = 0.6
			s.Because = append(s.Because, v.Saw("A good login is answered alike at a folder without an index page, and at a file that %s may not read.", v.Writer.Product))
		}
	}
	return s
}

// answersAsNginx reports nginx and the servers made of it, which answer alike.
func answersAsNginx(product string) bool {
	return strings.HasPrefix(product, "nginx") || product == "OpenResty" || product == "Tengine" || product == "Angie"
}

func fileRaise(v *cause.View, apache bool) []cause.Raise {
	if apache {
		return []cause.Raise{{Command: "sudo grep AH01620 /var/log/apache2/error.log | tail -1", Where: "on the web server",
			Would: "name the file, and whether it is missing (2) or may not be read (13)"}}
	}
	return []cause.Raise{{Command: "sudo grep -E 'open\\(\\).*failed|crypt_r|directory index' /var/log/nginx/error.log | tail -1", Where: "on the web server",
		Would: "name the file, and whether it is missing (2: No such file), may not be read (13: Permission denied), or holds a hash that cannot be checked (crypt_r); a folder without an index page (directory index) is no fault of the login"}}
}

func fileRemedies(v *cause.View, apache bool, status int) []cause.Remedy {
	directive, test := "auth_basic_user_file", "sudo nginx -t && sudo nginx -s reload"
	group := "www-data"
	if apache {
		directive, test = "AuthUserFile", "sudo apachectl configtest && sudo apachectl graceful"
	}
	verify := "the login passes; without it, and with another password, the answer is 401"
	missing := cause.Remedy{
		ID: "create-password-file", Title: "put the file where " + directive + " says, or correct the path", For: "server",
		Effect: "the server can check logins again", Opens: "nothing",
		Steps: []string{"sudo grep -rn " + directive + " /etc/nginx /etc/apache2 2>/dev/null",
			"sudo htpasswd -c FILE USER      (FILE: the path found above)", "sudo chgrp " + group + " FILE && sudo chmod 640 FILE", test},
		Verify: verify, Undo: "delete the new file",
	}
	unreadable := cause.Remedy{
		ID: "let-worker-read", Title: "let the server's worker read the file", For: "server",
		Effect: "group " + group + " may read the file and enter its folders", Opens: "the hashes become readable to that group only",
		Steps: []string{"sudo namei -l FILE      (FILE: from the log line)", "sudo chgrp " + group + " FILE && sudo chmod 640 FILE",
			"sudo chmod o+x on each folder above it that lacks it; on SELinux: restorecon -v FILE"},
		Verify: verify, Undo: "restore owner and mode as namei showed them",
	}
	if status == 403 {
		return []cause.Remedy{missing, unreadable}
	}
	return []cause.Remedy{unreadable, missing}
}
