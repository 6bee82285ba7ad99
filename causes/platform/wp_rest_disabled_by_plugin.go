package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// WPRestClosed: a plugin, or the web server, closes WordPress's REST API, or its XML-RPC.
var WPRestClosed = &cause.Cause{
	ID:        "wp-rest-disabled-by-plugin",
	Title:     "a plugin or the host closes the WordPress REST API",
	Family:    family,
	Installed: restGuarded,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"waf-block", "ip-allowlist", "wp-user-lacks-capability", "401-means-403", "403-means-401", "missing-www-authenticate", "no-credentials-sent",
		"user-lacks-role-or-group", "wrong-password", "apache-cgi-strips-authorization", "nginx-fastcgi-authorization-missing", "basic-layer-credentials-reach-app",
		"wrong-username-form", "unsolicited-authorization-sent", "200-login-page-instead-of-401"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if _, rpc := site.XMLRPC(v.Request.URL); rpc {
			return rpcClosed(v)
		}
		if _, rest := site.REST(v.Request.URL); !rest || !site.Live(v) || v.Answer.Hop > 0 || v.Answer.Status() != 401 && v.Answer.Status() != 403 {
			return nil
		}
		code, wp := site.WordPress(v.Answer)
		if !wp {
			return closedBefore(v)
		}
		if notAGuard(v, code) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Trials: []cause.Trial{site.Index(v)},
			Because: []fact.Fact{v.Saw("The code %q is none of WordPress's own for a missing login or right: a plugin wrote it.", shownCode(code))},
			Raise:   restRaise(v)}
		if site.Core(code) {
			s.Grade, s.Weight = cause.Likely, 0.3
			s.Because = []fact.Fact{v.Saw("WordPress says %s; a plugin that closes the REST API may say the same.", code)}
		}
		x := v.Trial(site.KeyIndex)
		switch closed, same := site.WordPress(indexAnswer(x)); {
		case x == nil || x.Response == nil:
		case same && (x.Status() == 401 || x.Status() == 403) && !notAGuard(v, closed):
			// The index is everybody's in WordPress itself, and no credential went with this request that could be refused.
			s.Grade, s.Weight = cause.Proved, 0.96
			s.Because = append(s.Because, fact.At(x.N, "The index of the REST API, which WordPress itself refuses to nobody, is refused without any credential as well: %d %q.", x.Status(), shownCode(closed)))
		case x.OK() && site.Core(code):
			return nil
		case x.OK():
			s.Weight = 0.6
			s.Because = append(s.Because, fact.At(x.N, "The index of the REST API is open, so this route alone is closed."))
		}
		return s
	},
}

func indexAnswer(x *exchange.Exchange) *exchange.Exchange {
	if x == nil {
		return &exchange.Exchange{}
	}
	return x
}

// notAGuard are codes that judge a login or a nonce, or that other plugins use for their own tokens.
func notAGuard(v *cause.View, code string) bool {
	if _, judged := v.Means(signature.CredentialInvalid, signature.UserUnknown, signature.NonceInvalid, signature.FeatureDisabled, signature.SetupIncomplete,
		signature.TokenInvalid, signature.TokenExpired, signature.SignatureInvalid, signature.IssuerMismatch, signature.MalformedHeader); judged {
		return true
	}
	return strings.HasPrefix(code, "jwt_auth_") || strings.HasPrefix(code, "woocommerce_") || strings.HasPrefix(code, "civicrm_") ||
		code == "incorrect_password" || code == "invalid_username" || code == "invalid_email"
}

// shownCode is a code as it may be shown: a plugin's word.
func shownCode(code string) string {
	if strings.IndexFunc(code, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}) >= 0 || len(code) > 60 {
		return "a code of its own"
	}
	return code
}

const keyFront = "wordpress-front-page"

// closedBefore is a page of the web server or a firewall at the REST API, where the rest of the site is open.
func closedBefore(v *cause.View) *cause.Suspicion {
	if v.Answer.Status() != 403 || !strings.HasPrefix(v.Answer.Header().Get("Content-Type"), "text/html") || len(v.Challenges) > 0 {
		return nil
	}
	return beforeWordPress(v, v.Saw("A page, not WordPress's JSON, refuses an address of the REST API."), restRaise(v))
}

// beforeWordPress suspects what stands before WordPress, and looks whether its front page is open.
func beforeWordPress(v *cause.View, because fact.Fact, raise []cause.Raise) *cause.Suspicion {
	root, _ := site.API(v.Request.URL)
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer,
		Because: []fact.Fact{because}, Raise: raise}
	if v.Written && cause.InFront(v.Writer.Layer) {
		s.RefusedBy, s.FaultAt = v.Writer.Layer, v.Writer.Layer
	}
	s.Trials = []cause.Trial{{Key: keyFront, Change: "the site's front page, without a credential", Fresh: true, Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			t := cause.Anonymous().Edit(cause.AsGet(r))
			t.URL.Path, t.URL.Query, t.URL.HasQuery = root+"/", nil, false
			return t
		}}}
	s.Trials[0] = s.Trials[0].Predicting("WordPress's front page", func(_, seen *exchange.Exchange) bool {
		return seen.OK() && isWordPress(seen)
	}).Carrying(cause.Strong)
	return s
}

// isWordPress reports the marks that WordPress leaves on its pages.
func isWordPress(x *exchange.Exchange) bool {
	for _, m := range signature.Matches(x) {
		if m.Product == "WordPress" {
			return true
		}
	}
	return strings.Contains(string(x.Body()), "/wp-content/") || strings.Contains(string(x.Body()), "/wp-includes/")
}

func restRaise(v *cause.View) []cause.Raise {
	return []cause.Raise{
		{Command: "wp plugin list --status=active", Where: "on the web server", Would: "show the plugin that guards the REST API"},
		{Command: "grep -rln rest_authentication_errors wp-content/plugins wp-content/mu-plugins wp-content/themes", Where: "in the site's folder", Would: "name the code that can refuse every route"}}
}
