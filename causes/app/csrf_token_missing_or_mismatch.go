package app

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// CSRFToken: the form or script did not bring the token that ties it to the session.
var CSRFToken = &cause.Cause{
	ID:        "csrf-token-missing-or-mismatch",
	Title:     "the CSRF token is missing or belongs to another session",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"403-means-401", "spring-default-basic-or-csrf", "user-lacks-role-or-group", "session-expired"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		s := &cause.Suspicion{Remedies: csrfRemedies(v), Raise: []cause.Raise{reachLog("say whether the token was missing or another one, and whether the session was known")}}
		if s := magentoCookieAlone(v); s != nil {
			return s
		}
		asked := v.Request
		if v.Intent != nil && v.Subject == "" {
			asked = v.Intent.Request // the user's own, where GET was sent in place of it
		}
		if _, origin := v.Means(signature.CSRFOrigin); origin {
			return nil // that is about where the form came from
		}
		m, said := v.Means(signature.CSRFToken)
		switch {
		case said:
			s.Grade, s.Weight, s.Because = cause.Strong, 0.85, []fact.Fact{m.Because}
		case v.Answer.Status() == 419:
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = []fact.Fact{v.Saw("The status is 419, which Laravel gives when the CSRF token does not fit.")}
		case !asked.Safe() && cookieOnly(asked) && !antiForgery(asked) && v.Answer != nil && (v.Answer.Status() == 403 || v.Request.Method != asked.Method):
			s.Grade, s.Weight = cause.Likely, 0.4
		default:
			return nil
		}
		switch {
		case asked.Safe():
		case antiForgery(asked):
			s.Because = append(s.Because, v.Asked("The request brings a CSRF token: it belongs to another session, or the session cookie did not come along."))
		case len(asked.Header.Values("Cookie")) == 0:
			s.Because = append(s.Because, v.Asked("The %s brings no cookie, so there is no session that a token could fit.", asked.Method))
		default:
			s.Because = append(s.Because, v.Asked("The %s is made with a cookie alone and brings no CSRF token in a header or field that is known.", asked.Method))
		}
		return s
	},
}

// antiForgery reports a CSRF token in a field of the header or the body.
func antiForgery(r exchange.Request) bool {
	for _, f := range r.Header {
		n := strings.ToLower(f.Name)
		if strings.Contains(n, "csrf") || strings.Contains(n, "xsrf") || strings.Contains(n, "verificationtoken") || strings.Contains(n, "crumb") || n == "x-wp-nonce" {
			return true
		}
	}
	for _, word := range []string{"csrf", "_token", "RequestVerificationToken", "authenticity_token", "form_key", "nonce", "crumb"} {
		if r.Body.Contains(word) {
			return true
		}
	}
	return false
}

// cookieOnly reports a request whose only credential is a cookie: what a foreign page could make a browser send.
func cookieOnly(r exchange.Request) bool {
	found := false
	for _, c := range cred.Of(r) {
		if c.Kind != cred.Cookie {
			return false
		}
		found = true
	}
	return found
}

func csrfRemedies(v *cause.View) []cause.Remedy {
	u := cause.Quote(v.Request.URL)
	return []cause.Remedy{{
		ID: "fetch-token-first", Title: "fetch the token in the same session, then send both", For: "client",
		Effect: "token and session cookie fit each other", Opens: "nothing",
		Steps: []string{
			"curl -s -c jar -b jar " + cause.QuoteWord(v.Request.URL.Origin().String()+"/") + " -o page.html      (the page or endpoint that gives the token)",
			`curl -i -b jar -H "X-CSRF-Token: $TOKEN" -X POST ` + u + "      (Django: X-CSRFToken and Referer; Laravel, Angular: X-XSRF-TOKEN; Rails: X-CSRF-Token)",
			"a program with an API token needs no cookie and no CSRF token: leave the cookie out",
		},
		Verify: "the request is let in; without the token it is still refused", Undo: "delete jar",
	}, {
		ID: "exempt-token-clients", Title: "ask for a CSRF token only where a cookie logs in", For: "server",
		Effect: "API clients with a token in Authorization are not asked for one", Opens: "nothing: a foreign page cannot set Authorization",
		Steps: []string{"Spring: csrf disabled on the chain of /api/** that is STATELESS; Django REST framework: TokenAuthentication before SessionAuthentication; Laravel: routes/api.php",
			"pages that are cached must not hold a token: load it by script"},
		Verify: "with a cookie and without a CSRF token the POST is refused; with Authorization it passes", Undo: "put the check back",
	}}
}
