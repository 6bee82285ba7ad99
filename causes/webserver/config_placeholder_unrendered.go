package webserver

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// ConfigPlaceholderUnrendered: a line of the server's configuration that holds a credential still has the template's mark.
var ConfigPlaceholderUnrendered = &cause.Cause{
	ID:        "config-placeholder-unrendered",
	Title:     "a template's placeholder stands in the configuration",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Partial:   true,
	Hides: []string{"wrong-password", "no-credentials-sent", "proxy-injects-own-authorization", "token-placeholder-unexpanded",
		"htpasswd-path-wrong", "htpasswd-unreadable"},
	Audit: unfilled,
	Suspect: func(v *cause.View) *cause.Suspicion {
		for _, s := range v.Settings {
			if !slices.Contains(servers, s.System) || !aboutCredential(s) {
				continue
			}
			for _, a := range s.Args {
				if !unrendered(s.System, a) {
					continue
				}
				return &cause.Suspicion{Grade: cause.Likely, Weight: 0.7, Because: []fact.Fact{
					{Text: "A template's placeholder stands in the server's configuration where a credential belongs.", From: s.From},
				}}
			}
		}
		return nil
	},
}

// servers are the systems whose files are a server's, and have marks of their own that are none of a template's.
var servers = []string{"nginx", "apache", "haproxy", "caddy", "traefik", "envoy"}

var (
	// The marks of Jinja, Mustache, Helm, ERB, sed scripts and sample files.
	templateMark = lazyregexp.New(`\{\{[^{}]{1,80}\}\}|<%=[^%]{1,80}%>|@@[A-Za-z_]+@@|__[A-Z][A-Z0-9_]+__|(?i)\bchange[-_ ]?me\b|\breplace[-_]me\b`)
	// In nginx a name in capitals is envsubst's; its own variables are lower case.
	envsubstMark = lazyregexp.New(`\$\{[A-Z][A-Z0-9_]*\}|%[A-Z][A-Z0-9_]{2,}%`)
	credential   = lazyregexp.New(`(?i)token|api[-_]?key|secret|passw|authoriz|auth_basic_user_file|authuserfile|bearer|jwt|credential`)
)

func unrendered(system string, a secret.Text) bool {
	found := false
	a.Map(func(s string) string {
		found = templateMark.MatchString(s) || system == "nginx" && envsubstMark.MatchString(s)
		return ""
	})
	return found
}

// aboutCredential reports a line whose name or values speak of a credential.
func aboutCredential(s exchange.Setting) bool {
	if credential.MatchString(s.Name) {
		return true
	}
	found := false
	for _, a := range s.Args {
		a.Map(func(t string) string {
			found = found || credential.MatchString(t)
			return ""
		})
	}
	return found
}
