package app

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// DRFAuthClasses: no configured authentication class of Django REST framework reads what was sent.
var DRFAuthClasses = &cause.Cause{
	ID:        "django-drf-auth-classes",
	Title:     "no authentication class of this API reads what was sent",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     []string{"403-means-401", "missing-www-authenticate", "user-lacks-role-or-group", "authorization-scheme-wrong", "reverse-proxy-strips-authorization"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		m, said := v.Means(signature.NoCredentials)
		if !said || m.Product != "Django REST framework" || v.Answer.Status() != 403 {
			return nil // a 401 names the class's keyword in its challenge: then the scheme is the matter
		}
		a, sent := v.Arrived()
		if !sent || a.Place != "Authorization" {
			return nil
		}
		word := a.Scheme
		if word == "" {
			word = "a bare token"
		}
		return &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.65,
			Because: []fact.Fact{
				v.Asked("Authorization went out (%s, %d characters).", word, a.Value.Len()),
				m.Because,
				v.Saw("The status is 403 in place of 401: the first authentication class has no challenge, as SessionAuthentication."),
			},
			Trials: nil,
			Raise: []cause.Raise{{Command: `python manage.py shell -c "from django.conf import settings; print(settings.REST_FRAMEWORK.get('DEFAULT_AUTHENTICATION_CLASSES'))"`,
				Where: "on the application's server; the view's own authentication_classes go before it", Would: "show no class that reads " + word + "; if there is one, the header is lost on the way (WSGIPassAuthorization)"}},
			Remedies: []cause.Remedy{{
				ID: "use-session", Title: "until then, use what the API reads", For: "client",
				Effect: "the session class finds its cookie", Opens: "nothing", Steps: []string{`curl -i -H "Cookie: $COOKIE" ` + cause.Quote(v.Request.URL)}, Verify: "2xx", Undo: "leave the cookie out",
			}, {
				ID: "add-auth-class", Title: "configure the class that reads the token, and put it first", For: "server",
				Effect: "the token is read; who brings none gets 401 and a challenge", Opens: "nothing",
				Steps: []string{
					"REST_FRAMEWORK = {'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework_simplejwt.authentication.JWTAuthentication', 'rest_framework.authentication.SessionAuthentication']}",
					"TokenAuthentication wants the keyword Token; for Bearer: class BearerTokenAuthentication(TokenAuthentication): keyword = 'Bearer'",
					"behind mod_wsgi: WSGIPassAuthorization On",
				},
				Verify: "with the token 2xx; without it 401 and WWW-Authenticate", Undo: "put the former list back",
			}},
		}
	},
}
