package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// HtaccessAuthorizationRuleBroken: the rule that is to hand Authorization to PHP hands on something else, mostly an
// empty text.
var HtaccessAuthorizationRuleBroken = &cause.Cause{
	ID:        "htaccess-authorization-rule-broken",
	Title:     "the .htaccess rule for Authorization hands on an empty or wrong value",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "apache-cgi-strips-authorization", "reverse-proxy-strips-authorization", "authorization-scheme-missing", "preemptive-auth-not-sent"},
	Partial:   true,
	Audit:     brokenHandovers,
	Suspect: directive.Either(ruleLines, func(v *cause.View) *cause.Suspicion {
		malformed, ok := v.Means(signature.MalformedHeader)
		if !ok || !v.Refused() || v.Answer.Status() == 407 {
			return nil
		}
		server, isApache := apache(v)
		php, isPHP := runsPHP(v)
		if !isPHP || !isApache {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Remedies: ruleRemedies(v), Raise: ruleRaise(),
			Because: []fact.Fact{malformed.Because, v.Saw("%s and %s: a rewrite rule or SetEnvIf hands Authorization to PHP there.", server, php)}}
		a, sent := v.Authorization()
		switch {
		case !sent && len(v.Credentials) == 0:
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = append(s.Because, v.Asked("No Authorization was sent, so the value that is called malformed was made on the server."))
		case sent && (a.Kind == cred.Bearer || a.Kind == cred.JWT) && len(a.Flaws) == 0:
			s.Trials = []cause.Trial{cause.Anonymous().Predicting("the same complaint about a header that was not sent", complains).Carrying(cause.Strong).OrOut()}
			if anon := v.Trial(cause.KeyAnonymous); anon != nil && complains(v.Answer, anon) {
				s.Weight = 0.9
				s.Because = append(s.Because, fact.At(anon.N, "Without Authorization it complains of the same: the value is made on the server."))
			}
		default:
			return nil
		}
		return s
	}),
}

func complains(_, seen *exchange.Exchange) bool {
	for _, m := range signature.Meanings(seen) {
		if m.Meaning == signature.MalformedHeader {
			return true
		}
	}
	return false
}

func ruleRaise() []cause.Raise {
	return []cause.Raise{{
		Command: "grep -nE -B2 'HTTP_AUTHORIZATION|CGIPassAuth' .htaccess",
		Where:   "in the site's folder on the web server",
		Would:   `show a condition ^(.*) that also fits an absent header, a condition behind its rule, or a rule inside # BEGIN WordPress`,
	}}
}

func ruleRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "cgi-pass-auth", Title: "put CGIPassAuth in place of the rule", For: "server",
		Effect: "PHP sees Authorization exactly as it was sent, and none when none was sent", Opens: "nothing: the application judges the header as it should have",
		Steps: []string{"in .htaccess, outside of # BEGIN WordPress ... # END WordPress:  CGIPassAuth On      (Apache 2.4.13 and newer)",
			"delete the RewriteRule that sets HTTP_AUTHORIZATION"},
		Verify: "with a good token 2xx; without one the answer says that it is missing, not that it is malformed", Undo: "restore .htaccess from a copy",
	}, {
		ID: "right-condition", Title: "or let the condition fit a header that is there", For: "server",
		Effect: "the variable is set only when the header came", Opens: "nothing",
		Steps: []string{`SetEnvIf Authorization "^(.+)$" HTTP_AUTHORIZATION=$1`,
			"or, above  RewriteRule ^index\\.php$ - [L]:",
			"    RewriteCond %{HTTP:Authorization} ^(.+)$",
			"    RewriteRule .* - [E=HTTP_AUTHORIZATION:%1]"},
		Verify: "as above", Undo: "restore .htaccess from a copy",
	}}
}
