package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// WPCapability: WordPress knows who asks, and that user lacks the right.
var WPCapability = &cause.Cause{
	ID:        "wp-user-lacks-capability",
	Title:     "the WordPress user lacks the right for this action",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     []string{"user-lacks-role-or-group", "401-means-403", "403-means-401", "missing-www-authenticate", "scope-missing-401", "unsolicited-authorization-sent", "session-expired"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if _, rest := site.REST(v.Request.URL); !rest || !site.Live(v) || v.Answer.Hop > 0 || v.Answer.Status() != 403 {
			return nil
		}
		code, ok := site.WordPress(v.Answer)
		if !ok || !site.Core(code) || len(v.Credentials) == 0 {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85,
			Because: []fact.Fact{v.Saw("WordPress says %s with 403, not 401: it knows who asks, and that user may not do this.", code)},
			Raise:   []cause.Raise{{Command: "wp user get USER --field=roles; wp user list-caps USER", Where: "on the web server", Would: "show the roles and rights that WordPress has for this user"}}}
		s.Trials = []cause.Trial{site.Me(v)}
		if me := v.Trial(site.KeyMe); me != nil && me.Response != nil {
			s.Trials = nil
			switch _, refused := site.WordPress(me); {
			case me.OK():
				s.Weight = 0.95
				s.Because = append(s.Because, fact.At(me.N, "The same credential is told its own account at wp/v2/users/me: WordPress knows who asks."))
			case refused:
				return nil // nobody is known: the 403 is not about a right
			}
		}
		return s
	},
}

// WPJWTConfig: the plugin "JWT Authentication for WP REST API" has no key.
var WPJWTConfig = &cause.Cause{
	ID:        "wp-jwt-bad-config",
	Title:     "the WordPress JWT plugin has no usable secret key",
	Family:    family,
	Installed: jwtWithoutKey,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"403-means-401", "missing-www-authenticate", "jwt-signature-invalid-wrong-key", "htaccess-authorization-rule-broken", "no-credentials-sent", "wrong-password",
		"user-lacks-role-or-group", "wp-rest-disabled-by-plugin", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !site.Live(v) {
			return nil
		}
		code, ok := site.WordPress(v.Answer)
		if !ok || code != "jwt_auth_bad_config" {
			return nil
		}
		return &cause.Suspicion{Grade: cause.Proved, Weight: 0.95,
			Because: []fact.Fact{v.Saw("The code is jwt_auth_bad_config, which the plugin gives when JWT_AUTH_SECRET_KEY is not defined by the time it looks, and for nothing else.")},
			Raise:   []cause.Raise{{Command: "wp config get JWT_AUTH_SECRET_KEY >/dev/null && echo defined", Where: "on the web server", Would: "print \"defined\" when wp-config.php has the key"}}}
	},
}
