package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// WPAppPassword: the site does not offer application passwords, so no Basic login can count at its REST API.
var WPAppPassword = &cause.Cause{
	ID:        "wp-app-password-unavailable",
	Title:     "WordPress does not offer application passwords here",
	Family:    family,
	Installed: appPasswordsOff,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"wrong-password", "wrong-username-form", "password-login-disabled", "403-means-401", "missing-www-authenticate", "wp-user-lacks-capability",
		"basic-layer-credentials-reach-app", "forwarded-proto-missing", "apache-cgi-strips-authorization", "no-credentials-sent", "unsolicited-authorization-sent",
		"reverse-proxy-strips-authorization", "credential-type-wrong", "preemptive-auth-not-sent", "two-auth-layers-one-header", "200-login-page-instead-of-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if site.CallsWithAppPassword(v) {
			return rpcWithoutAppPasswords(v)
		}
		if _, rest := site.REST(v.Request.URL); !rest || !site.Live(v) || v.Answer.Hop > 0 {
			return nil
		}
		c, basic := site.Asks(v, cred.Basic)
		if !basic {
			return nil
		}
		if s := promptBeforeAppPassword(v, c); s != nil {
			return s
		}
		code, wp := site.WordPress(v.Answer)
		if m, said := v.Means(signature.FeatureDisabled); said && wp {
			return &cause.Suspicion{Grade: cause.Proved, Weight: 0.96, Because: []fact.Fact{m.Because}, Raise: wpAvailable()}
		}
		if !wp || v.Answer.Status() != 401 || !site.Core(code) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.45,
			Because: []fact.Fact{v.Saw("WordPress says %s with 401: it takes the caller for nobody, whatever stands in Authorization.", code)},
			Trials:  []cause.Trial{site.Index(v)}, Raise: wpAvailable()}
		i, asked := site.Indexed(v)
		switch {
		case asked && i.Offered:
			return nil
		case asked && i.Known:
			s.Grade, s.Weight = cause.Strong, 0.93
			s.Because = append(s.Because, fact.At(i.N, `The index of the REST API shows "authentication" empty: application passwords are not offered, so no Basic login counts.`))
			if v.Request.URL.Scheme == "http" {
				s.Title = "no application passwords: the site is not https"
				s.Because = append(s.Because, v.Asked("The address is http, and WordPress offers them over https only, unless WP_ENVIRONMENT_TYPE is local."))
			} else {
				s.Because = append(s.Because, v.Asked("The address is https: either a plugin has switched them off, or TLS ends at a proxy and WordPress does not know of it."))
			}
		case asked:
			s.Weight = 0.3 // WordPress before 5.6 has no such field
		}
		return s
	},
}

// rpcWithoutAppPasswords is an application password in an XML-RPC call, which WordPress has for wrong. The index of the REST API
// says whether it looks at any.
func rpcWithoutAppPasswords(v *cause.View) *cause.Suspicion {
	code, _, fault := site.Fault(v.Answer)
	if !fault || code != site.FaultRefused || !site.Live(v) {
		return nil
	}
	i, asked := site.Indexed(v)
	if asked && (i.Offered || !i.Known) {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.45, Trials: []cause.Trial{site.Index(v)}, Raise: wpAvailable(),
		Because: []fact.Fact{v.Asked("A parameter of the call has the form in which WordPress shows an application password: six groups of four."),
			v.Saw("The fault %d: WordPress takes the pair for wrong.", code)}}
	if asked {
		s.Grade, s.Weight = cause.Strong, 0.93
		s.Because = append(s.Because, fact.At(i.N, `The index of the REST API shows "authentication" empty: application passwords are not offered, so none counts, at XML-RPC neither.`))
	}
	return s
}

// promptBeforeAppPassword is an application password that a prompt in front of the site was given in WordPress's place.
func promptBeforeAppPassword(v *cause.View, c cred.Credential) *cause.Suspicion {
	_, grouped, _ := site.AppPassword(c)
	if !grouped || !site.Gate(v.Answer) || !v.Written || !cause.InFront(v.Writer.Layer) {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, RefusedBy: v.Writer.Layer, FaultAt: v.Writer.Layer,
		Title: "a password prompt stands before the REST API",
		Because: []fact.Fact{
			v.Asked("The password has the form in which WordPress shows an application password: six groups of four."),
			v.Saw("The page is %s's own and asks for Basic: WordPress was not asked. One Authorization header cannot hold both logins.", v.Writer.Product),
		},
		Raise: []cause.Raise{{Command: "sudo nginx -T 2>/dev/null | grep -n auth_basic; grep -rn AuthUserFile /etc/apache2 /etc/httpd", Where: "on the web server", Would: "show the prompt and the paths it covers"}},
		Remedies: []cause.Remedy{{
			ID: "open-rest-in-the-prompt", Title: "let requests to the REST API past the prompt, by address", For: "server",
			Effect: "WordPress alone judges the login at /wp-json/", Opens: "/wp-json/ is guarded by WordPress's own logins; its public routes can be read from the allowed addresses",
			Steps: []string{`nginx:  location ^~ /wp-json/ { satisfy any; allow 192.0.2.7; deny all; auth_basic "..."; try_files $uri /index.php?$args; }`,
				`Apache: <If "%{REQUEST_URI} =~ m#^/wp-json/#"> <RequireAny> Require ip 192.0.2.7 / Require valid-user </RequireAny> </If>`},
			Verify: "the call passes from the allowed address; the other pages still ask for the prompt's login", Undo: "take the block out and reload",
		}}}
}

func wpAvailable() []cause.Raise {
	return []cause.Raise{
		{Command: "wp eval 'var_dump(is_ssl(), wp_get_environment_type(), wp_is_application_passwords_available());'", Where: "on the web server", Would: "show what WordPress believes about https and about the feature"},
		{Command: "wp plugin list --status=active", Where: "on the web server", Would: "show the security plugin that may have switched them off"}}
}
