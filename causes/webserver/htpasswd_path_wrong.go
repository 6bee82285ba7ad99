package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// HtpasswdPathWrong: the password file that the configuration names is not there. nginx then answers 403 and Apache
// 500 as soon as a login is sent, whatever the login.
var HtpasswdPathWrong = &cause.Cause{
	ID:        "htpasswd-path-wrong",
	Title:     "the password file that the server is to read is missing",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"403-means-401", "user-lacks-role-or-group", "ip-allowlist", "waf-block", "wrong-password"},
	Audit:     missingFiles,
	Traced:    tracedMissing,
	Suspect:   func(v *cause.View) *cause.Suspicion { return brokenFile(v, 403) },
}
