package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// magentoCookieAlone is the shop's session cookie at Magento's web API without the header that only a page of the same
// origin can set: Magento then takes the customer for a guest (CustomerSessionUserContext in module-webapi).
func magentoCookieAlone(v *cause.View) *cause.Suspicion {
	resource, ok := site.Magento(v.Answer)
	r := v.Answer.Request
	if !ok || resource != site.ResourceSelf || !site.Live(v) || r.Header.Has("X-Requested-With") || r.Header.Has("Authorization") || !shopCookie(r) {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Likely, Weight: 0.75, FaultAt: exchange.Client, Title: "Magento's shop cookie counts only beside X-Requested-With",
		Because: []fact.Fact{v.Asked("The request brings PHPSESSID, and no X-Requested-With."), v.Saw("Magento names %q: it takes the customer for a guest.", resource)},
		Trials:  []cause.Trial{cause.Header("magento-script-header", "X-Requested-With: XMLHttpRequest added", "X-Requested-With", secret.Public("XMLHttpRequest")).Passing()},
		Remedies: []cause.Remedy{{
			ID: "say-that-a-script-asks", Title: "send X-Requested-With beside the cookie", For: "client", Effect: "Magento counts the shop's session", Opens: "nothing: a foreign page cannot set this header without a preflight",
			Steps:  []string{`fetch(url, {credentials: "same-origin", headers: {"X-Requested-With": "XMLHttpRequest"}})`},
			Verify: "the call is let in; without the cookie it is refused", Undo: "take the header out",
		}, {
			ID: "customer-token", Title: "or use a customer's token", For: "client", Effect: "no session is needed", Opens: "nothing",
			Steps:  []string{"POST /rest/V1/integration/customer/token, then Authorization: Bearer"},
			Verify: "the call is let in; with a made-up token it is refused", Undo: "let the token end",
		}}}
}

func shopCookie(r exchange.Request) bool {
	for _, p := range cookie.ParseCookie(r.Header.Text("Cookie")) {
		if p.Name == "PHPSESSID" {
			return true
		}
	}
	return false
}
