package token

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ofAnotherMagento is a token of Magento's that is within its time and does not count. Magento says the same when it was
// revoked, when another key signed it (a copy of a shop with a key of its own voids every token), and when the header was
// lost on the way; from outside nobody can tell which, so this is never more than likely.
func ofAnotherMagento(v *cause.View) *cause.Suspicion {
	resource, refused := site.Magento(v.Answer)
	if !refused || !site.Live(v) {
		return nil
	}
	t, ok := site.BearerToken(v)
	now, told := v.Answer.Date()
	if !ok || !t.JWT || len(t.Cred.Flaws) > 0 || !told || t.Ends.IsZero() || !t.Ends.After(now) || t.User == site.UserCustomer && resource != site.ResourceSelf {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, RefusedBy: exchange.Application, FaultAt: exchange.Client,
		Title:   "the token is not one of this Magento, or was revoked",
		Because: []fact.Fact{v.Asked("The token has Magento's own claims, and its exp is %s from now.", span(t.Ends.Sub(now)))},
		Raise: []cause.Raise{
			{Command: "php -r '$e = include \"app/etc/env.php\"; echo md5($e[\"crypt\"][\"key\"]), \"\\n\";'", Where: "on this shop and on the one that gave the token", Would: "print two different lines when another key signed the token"},
			{Command: "SELECT * FROM jwt_auth_revoked;", Where: "in the Magento database (mind the table prefix)", Would: "show this user with a revoke_before after the token's iat if it was revoked"},
			{Command: "curl -s https://SHOP/rest/V1/integration/admin/token -H 'Content-Type: application/json' -d @login.json", Where: "here, with a login in login.json; then the failing call with the new token",
				Would: "be let in if only the old token is wrong; be refused as before if the header never arrives"}}}
	switch {
	case resource == site.ResourceSelf || resource == site.ResourceAdmin:
		s.Weight = 0.6
		s.Because = append(s.Because, v.Saw("Magento names %q, which every token of that kind of user has: the token does not count.", resource))
	default:
		s.Trials = []cause.Trial{site.Modules(v, true)}
		switch counts, known := site.Counts(v); {
		case counts:
			return nil
		case known:
			s.Weight = 0.6
			s.Because = append(s.Because, fact.At(v.Trial(site.KeyModules).N, "V1/modules, which every administrator may read, refuses it as well: the token does not count."))
		}
	}
	s.Remedies = []cause.Remedy{{
		ID: "new-token-of-this-shop", Title: "get a token from this very shop", For: "client", Effect: "the token is signed with the key that this shop checks", Opens: "nothing",
		Steps:  []string{"POST /rest/V1/integration/admin/token (or customer/token) on the address that the calls go to; never carry tokens from live to staging"},
		Verify: "V1/modules answers 200 with it, 401 without", Undo: "none needed",
	}, {
		ID: "pass-the-header", Title: "if a new token is refused as well: let the header through to PHP", For: "server", Effect: "Magento sees the token", Opens: "nothing",
		Steps:  []string{"nginx: fastcgi_param HTTP_AUTHORIZATION $http_authorization;", "Apache: CGIPassAuth On, or pub/.htaccess with its rule for HTTP_AUTHORIZATION"},
		Verify: "V1/modules answers 200 with the token, 401 without", Undo: "take the line out and reload",
	}}
	return s
}
