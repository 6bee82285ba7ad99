package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// TwoAuthLayersOneHeader: a Basic layer in front and the application's token both live in Authorization, which holds
// one of them at a time (RFC 9110 11.6.2).
var TwoAuthLayersOneHeader = &cause.Cause{
	ID:      "two-auth-layers-one-header",
	Title:   "the web server wants Basic where your request carries a token",
	Family:  family,
	FaultAt: exchange.WebServer,
	Hides:   []string{"authorization-scheme-wrong", "authorization-scheme-missing", "no-credentials-sent"},
	Partial: true,
	Audit:   tokensBehindPassword,
	Traced:  tracedTwoLayers,
	Suspect: directive.Either(twoLayerLines, func(v *cause.View) *cause.Suspicion {
		tok, ok := token(v)
		if !ok || v.Answer.Status() != 401 || len(v.Challenges) != 1 {
			return nil
		}
		basic := v.Challenges.Find("Basic")
		if basic == nil || v.Written && v.Writer.Layer == exchange.Application {
			return nil // an application that asks for Basic by itself is one layer, and takes no token: authorization-scheme-wrong
		}
		s := &cause.Suspicion{
			Grade: cause.Likely, Weight: 0.6,
			Because: []fact.Fact{
				v.Asked("Authorization carries %s, of %d characters.", scheme(tok), tok.Value.Len()),
				v.Saw("The answer asks for Basic realm=%q and nothing else.", basic.Realm()),
			},
			Remedies: outerLayerRemedies(v),
			Raise: []cause.Raise{{
				Command: "curl -i -u USER " + cause.Quote(v.Request.URL),
				Where:   "here, with the login of the outer layer",
				Would:   "be answered by the application (its own 401, or 200) if there are two layers",
			}},
		}
		// An application that takes Basic alone, and got the wrong kind of credential, looks the same (rclone, mini_httpd). That
		// the web server itself wrote the page shows that the application was not reached.
		decides := v.Written && fronts(v.Writer)
		s.Trials = []cause.Trial{sameWithoutToken(decides)}
		if tok.Kind == cred.JWT {
			s.Weight += 0.1 // somebody is to read it, and a layer that knows passwords only is not the one
		}
		if decides {
			s.Weight += 0.15
			s.RefusedBy = v.Writer.Layer
			s.Because = append(s.Because, v.Saw("The page is %s's own, so the application was not asked.", v.Writer.Product))
		}
		if anon := v.Trial(cause.KeyAnonymous); anon != nil && cause.Alike(v.Answer, anon) {
			if decides {
				s.Grade = cause.Strong
			}
			s.Because = append(s.Because, fact.At(anon.N, "Without the token the answer is the same: nobody looked at it."))
		}
		return s
	}),
}

// sameWithoutToken predicts that the outer layer answers alike whether a token comes or not.
func sameWithoutToken(decides bool) cause.Trial {
	t := cause.Anonymous().Predicting("the same answer, since the outer layer looks at Basic only", cause.Alike)
	t.Grade = cause.Likely
	if decides {
		t.Grade = cause.Strong
	}
	t.Refutes = true
	return t
}

func outerLayerRemedies(v *cause.View) []cause.Remedy {
	path := v.Request.URL.Path
	if path == "" {
		path = "/"
	}
	return []cause.Remedy{{
		ID: "token-in-own-header", Title: "send Basic to the web server and the token in a header of its own", For: "client",
		Effect: "each layer reads its own header", Opens: "nothing",
		Steps: []string{
			`curl -u USER -H "X-Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL),
			"the application must be told to read that header",
		},
		Verify: "2xx with both, 401 without either", Undo: "send the token in Authorization again",
	}, {
		ID: "except-api-path", Title: "let requests that bring the application's token past the outer layer", For: "server",
		Effect: "the application alone guards this path",
		Opens:  "the path is guarded by the application's own login only; keep an address rule if that is not enough",
		Steps: []string{
			"nginx:  location " + cause.QuoteWord(path) + " { satisfy any; allow 192.0.2.0/24; deny all; auth_basic \"...\"; ... }",
			"Apache: <Location " + cause.QuoteWord(path) + "> <RequireAny> Require ip 192.0.2.0/24 / Require valid-user </RequireAny> </Location>",
		},
		Verify: "the token request passes from the allowed address; without token the application answers 401; other paths still ask for Basic",
		Undo:   "take the block out again and reload",
	}}
}
