package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ApacheCGIStripsAuthorization: Apache keeps Authorization from CGI, FastCGI and PHP-FPM programs unless it is told to
// pass it on (RFC 3875 4.1.18 lets a server leave it out).
var ApacheCGIStripsAuthorization = &cause.Cause{
	ID:        "apache-cgi-strips-authorization",
	Title:     "Apache keeps Authorization from PHP",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"reverse-proxy-strips-authorization", "no-credentials-sent", "missing-www-authenticate", "403-means-401", "token-wrong-location"},
	Partial:   true,
	Audit:     cgiWithheld,
	Traced:    tracedCGI,
	Suspect: directive.Either(orWithheld("apache", cgiLines), func(v *cause.View) *cause.Suspicion {
		l, ok := cause.LostAuthorization(v)
		if !ok {
			return nil
		}
		server, isApache := apache(v)
		php, isPHP := runsPHP(v)
		if !isApache || !isPHP {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.4,
			Because:  append(l.Because, v.Saw("%s and %s: Apache hands requests to PHP without Authorization unless told otherwise.", server, php)),
			Trials:   []cause.Trial{cause.TokenInQuery(l.Credential)},
			Remedies: passAuthorizationRemedies(v),
			Raise: []cause.Raise{{
				Command: `php -r 'echo file_put_contents("auth-check.php", "<?php var_dump(isset(\$_SERVER[\"HTTP_AUTHORIZATION\"]));"), "\n";'`,
				Where:   "in the site's folder on the web server; open /auth-check.php with the same header, then delete the file",
				Would:   "bool(false) proves that Apache withholds the header; it prints no value",
			}},
		}
		if l.Said {
			s.Weight = 0.75
		}
		if x := l.InQuery; x != nil && cause.Passed(x) {
			s.Because = append(s.Because, fact.At(x.N, "The same token in the query is accepted, so the token is good and the header is lost."))
			s.Weight = 0.95
		}
		return s
	}),
}

func passAuthorizationRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "cgi-pass-auth", Title: "let Apache pass the header on", For: "server",
		Effect: "PHP sees Authorization in HTTP_AUTHORIZATION", Opens: "nothing: the application judges the header as it should have",
		Steps: []string{"in .htaccess or the <Directory> block:  CGIPassAuth On      (Apache 2.4.13 and newer)",
			"sudo apachectl configtest && sudo apachectl graceful      (not needed for .htaccess)"},
		Verify: "the same request answers 2xx; without the token it is still refused", Undo: "take the line out again",
	}, {
		ID: "setenvif-authorization", Title: "set it in the vhost, where no update overwrites it", For: "server",
		Effect: "the header reaches every PHP program of the vhost", Opens: "nothing",
		Steps: []string{`in the vhost:  SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1`,
			"keep it outside of # BEGIN WordPress ... # END WordPress, which WordPress rewrites"},
		Verify: "as above", Undo: "take the line out and reload",
	}}
}
