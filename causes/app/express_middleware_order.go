package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// ExpressMiddlewareOrder: the check runs before the middleware that would find the token, or on routes meant to be open.
var ExpressMiddlewareOrder = &cause.Cause{
	ID:        "express-middleware-order",
	Title:     "the token check does not look where the token is, or comes too early",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "session-expired", "401-means-403"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, said := v.Means(signature.NoCredentials)
		if !said || v.Answer.Status() != 401 || m.Product != "express-jwt" && m.Product != "jsonwebtoken" {
			return nil
		}
		c, ok := v.Credential(cred.Cookie)
		if _, other := v.Credential(); other || !ok {
			return nil
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.6,
			Because: []fact.Fact{m.Because, v.Asked("The request brings its credential in a cookie (%d cookies), and no Authorization; %s reads Authorization only, unless it is told otherwise.", len(c.Names), m.Product)},
			Raise: []cause.Raise{{Command: `curl -i -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL), Where: "here, with the token out of the cookie",
				Would: "be let in if only the place is wrong"}},
			Remedies: []cause.Remedy{{
				ID: "send-in-authorization", Title: "send the token in Authorization", For: "client",
				Effect: "the check finds it", Opens: "nothing", Steps: []string{`curl -i -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)}, Verify: "2xx", Undo: "leave the header out",
			}, {
				ID: "parse-before-check", Title: "parse cookies before the check, and tell it to look there", For: "server",
				Effect: "the token in the cookie is read", Opens: "nothing; a cookie that logs in needs SameSite and a CSRF token",
				Steps: []string{
					"app.use(cookieParser()); app.use(expressjwt({ secret, algorithms: ['HS256'], getToken: req => req.cookies.token }).unless({ path: ['/login'] }))",
					"order of app.use: body and cookie parsers, cors, open routes, the check, protected routes",
				},
				Verify: "with the cookie 2xx; without it 401; /login open", Undo: "put the former order back",
			}},
		}
		return s
	},
}
