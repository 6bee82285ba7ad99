package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// magentoCase is Magento's one sentence for many causes, met by a Bearer token.
type magentoCase struct {
	resource string
	token    site.MagentoToken
}

// magentoBearer reads a refusal by Magento's web API of a request with a Bearer token.
func magentoBearer(v *cause.View) (magentoCase, bool) {
	resource, ok := site.Magento(v.Answer)
	if !ok || !site.Live(v) {
		return magentoCase{}, false
	}
	if _, api := site.MagentoAPI(v.Request.URL); !api || v.Answer.Hop > 0 {
		return magentoCase{}, false
	}
	t, ok := site.BearerToken(v)
	return magentoCase{resource, t}, ok && len(t.Cred.Flaws) == 0
}

// says is the refusal as evidence.
func (m magentoCase) says(v *cause.View) fact.Fact {
	return v.Saw("Magento names the resource %q. It has this sentence for a token that does not count and for a role without the resource.", m.resource)
}

// ended reports a token whose own time was over when Magento judged it.
func (m magentoCase) ended(v *cause.View) bool {
	now, told := v.Answer.Date()
	return told && !m.token.Ends.IsZero() && now.After(m.token.Ends)
}

// customers reports a route of one customer's own.
func (m magentoCase) customers() bool { return m.resource == site.ResourceSelf }

// raiseModules is the deciding request for people.
func raiseModules(v *cause.View) cause.Raise {
	root, _ := site.MagentoAPI(v.Request.URL)
	return cause.Raise{Command: `curl -H "Authorization: Bearer $TOKEN" ` + cause.QuoteWord(v.Request.URL.Origin().String()+root+"/V1/modules"), Where: "anywhere",
		Would: "answer 200 when the token counts, so that just the named resource is missing; 401 when the token does not count"}
}

// MagentoACL: the token counts, and its role or integration lacks the resource that the route wants.
var MagentoACL = &cause.Cause{
	ID:        "magento-acl-resource-missing",
	Title:     "the Magento role or integration lacks the resource",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"user-lacks-role-or-group", "scope-missing-401", "401-means-403", "missing-www-authenticate", "token-revoked", "unsolicited-authorization-sent",
		"magento-integration-bearer-disabled"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, ok := magentoBearer(v)
		if !ok || m.customers() || m.resource == site.ResourceAdmin || m.ended(v) || m.token.User == site.UserCustomer {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.45, Because: []fact.Fact{m.says(v)},
			Trials: []cause.Trial{site.Modules(v, true)}, Raise: []cause.Raise{raiseModules(v)}}
		counts, known := site.Counts(v)
		switch {
		case known && !counts:
			return nil
		case counts:
			s.Grade, s.Weight = cause.Strong, 0.93
			s.Title = "the token counts; its role lacks " + shortResource(m.resource)
			s.Because = append(s.Because, fact.At(v.Trial(site.KeyModules).N, "The same token opens V1/modules, which wants %s: Magento takes the token.", site.ResourceAdmin))
			s.Trials = []cause.Trial{site.Modules(v, false)}
			if bare := v.Trial(site.KeyModulesBare); bare != nil {
				if r, refused := site.Magento(bare); refused && r == site.ResourceAdmin {
					// One route lets this token in and nobody else; the other names the right that is missing.
					s.Grade, s.Weight = cause.Proved, 0.97
					s.Because = append(s.Because, fact.At(bare.N, "Without the token V1/modules is refused, so it was the token that opened it."))
				}
			}
		}
		return s
	},
}

// shortResource fits a resource into a title.
func shortResource(r string) string {
	if len(r) > 30 {
		return "the resource"
	}
	return r
}

// MagentoBearerDisabled: an integration's token is sent as a Bearer token where the shop allows it for signing only.
var MagentoBearerDisabled = &cause.Cause{
	ID:        "magento-integration-bearer-disabled",
	Title:     "Magento takes the integration's token not as a Bearer token",
	Family:    family,
	Installed: bearerLocked,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides: []string{"token-revoked", "token-expired", "401-means-403", "missing-www-authenticate", "scope-missing-401", "user-lacks-role-or-group",
		"no-credentials-sent", "reverse-proxy-strips-authorization", "nginx-fastcgi-authorization-missing", "apache-cgi-strips-authorization", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, ok := magentoBearer(v)
		if !ok || !m.token.Opaque || m.customers() {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5,
			Because: []fact.Fact{m.says(v), v.Asked("The token is 32 letters and digits: an integration's, or one that a Magento before 2.4.4 gave out. Newer ones give people JWTs.")},
			Raise: []cause.Raise{
				{Command: "bin/magento config:show oauth/consumer/enable_integration_as_bearer", Where: "on the Magento server", Would: "show nothing or 0 when integration tokens do not count as Bearer"},
				{Command: "SELECT type, user_type, revoked, created_at FROM oauth_token WHERE token = 'TOKEN';", Where: "in the Magento database (mind the table prefix)",
					Would: "show user_type 1 for an integration; 2 or 3 for a person's token, which ends after hours; nothing for a token of another shop"}}}
		if m.resource == site.ResourceAdmin {
			s.Weight = 0.7
			s.Because = append(s.Because, v.Saw("%s is what every administrator and every integration has, so the token itself does not count.", site.ResourceAdmin))
			return s
		}
		s.Trials = []cause.Trial{site.Modules(v, true)}
		switch counts, known := site.Counts(v); {
		case counts:
			return nil
		case known:
			s.Weight = 0.7
			s.Because = append(s.Because, fact.At(v.Trial(site.KeyModules).N, "V1/modules, which every administrator and every integration may read, refuses it as well: the token itself does not count."))
		}
		return s
	},
}

// MagentoLifetime: the token's time is over.
var MagentoLifetime = &cause.Cause{
	ID:        "magento-token-lifetime",
	Title:     "the Magento token's time is over",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides: []string{"token-expired", "token-revoked", "session-expired", "missing-www-authenticate", "magento-integration-bearer-disabled", "scope-missing-401",
		"user-lacks-role-or-group", "401-means-403", "unsolicited-authorization-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, ok := magentoBearer(v)
		switch {
		case !ok:
			return nil
		case m.token.JWT && m.ended(v):
			now, _ := v.Answer.Date()
			s := &cause.Suspicion{Grade: cause.Proved, Weight: 0.97,
				Because: []fact.Fact{v.Saw("The token's exp is %s, the answer's Date is %s.", stamp(m.token.Ends), stamp(now)), m.says(v)}}
			if now.Sub(m.token.Ends).Seconds() < 60 || m.token.Ends.After(v.Answer.Sent) {
				s.Grade = cause.Strong // within what two clocks differ by
			}
			return s
		case m.token.Opaque:
			if counts, _ := site.Counts(v); counts {
				return nil
			}
			return &cause.Suspicion{Grade: cause.Likely, Weight: 0.35,
				Because: []fact.Fact{v.Asked("A token of 32 letters and digits does not show its time: a Magento before 2.4.4 ends an administrator's after 4 hours, a customer's after 1.")},
				Raise:   []cause.Raise{raiseModules(v)}}
		}
		return nil
	},
}
