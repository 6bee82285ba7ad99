package app

import (
	"bytes"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// LoginPageInsteadOf401: the refusal is dressed as success, as a login page or as an error inside a 200.
var LoginPageInsteadOf401 = &cause.Cause{
	ID:      "200-login-page-instead-of-401",
	Title:   "the answer is 200 and yet a refusal",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent"},
	Audit:   questionAsPage,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Status() != 200 {
			return nil
		}
		s := &cause.Suspicion{Remedies: loginRemedies(v), RefusedBy: writtenBy(v.Answer)}
		if m, ok := signature.LoginPage(v.Answer); ok {
			_, _, redirected := loginHop(v)
			if redirected || askedForLogin(v) || m.Facts["refusal"] == "captive-portal" {
				return nil
			}
			// A front page may hold the login form beside its own text, and is then what was asked for.
			s.Grade, s.Weight = cause.Strong, 0.65
			if v.Request.URL.Path == "" || v.Request.URL.Path == "/" || len(v.Answer.Body()) > 24<<10 {
				s.Grade, s.Weight = cause.Likely, 0.4
			}
			s.Title = "the answer is 200 with a login page in place of what was asked for"
			s.Because = append([]fact.Fact{v.Saw("The answer is 200 %s, a page with a login form, without a redirect.", v.Answer.Header().Get("Content-Type"))}, m.Because...)
			if !passwordSent(v) && !wantsJSON(v) {
				s.Trials = []cause.Trial{asProgram()}
			}
		} else if word := errorInside(v.Answer); word != "" {
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Title = "the answer is 200, and its body says that nobody is logged in"
			s.Because = []fact.Fact{v.Saw("The answer is 200, and its JSON holds the error code %s.", word)}
			s.Remedies = graphqlRemedies(v)
		} else if r := v.Answer.Header().Get("X-Seraph-LoginReason"); r == "AUTHENTICATION_DENIED" || r == "AUTHENTICATED_FAILED" {
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Title = "the answer is 200 to nobody: the login was refused"
			s.Because = []fact.Fact{v.Saw("X-Seraph-LoginReason: %s. The answer is what an anonymous visitor gets.", r)}
		} else if cause.SoftOf(v.Answer) == cause.SoftRefusal && !askedForLogin(v) {
			s.Grade, s.Weight = cause.Strong, 0.7
			s.Title = "the answer is 200, and its body is a refusal"
			s.Because = []fact.Fact{v.Saw("The answer is 200, and its body (%d bytes) is an error that speaks of the login or the credential.", len(v.Answer.Body()))}
		} else {
			return nil
		}
		switch _, brought := token(v); {
		case brought || passwordSent(v):
			s.Because = append(s.Because, v.Asked("The request carries a credential, which did not lead to a session."))
		case cookies(v):
			if s.Grade == cause.Strong && s.Trials != nil {
				s.Grade, s.Weight = cause.Likely, 0.4 // a session that ended looks the same
			}
		default:
			s.Because = append(s.Because, v.Asked("The request carries no credential and no cookie."))
		}
		if y := v.Trial(keyJSON); y != nil && (y.Status() == 401 || y.Status() == 403) {
			s.Because = append(s.Because, fact.At(y.N, "Asked for JSON the application answers %d.", y.Status()))
		}
		s.Raise = []cause.Raise{{Command: "curl -i -H 'Accept: application/json' -H 'X-Requested-With: XMLHttpRequest' " + cause.Quote(v.Request.URL),
			Where: "here", Would: "get a 401, if the application answers programs otherwise than people"}}
		return s
	},
}

// errorInside gives the code by which GraphQL servers say in a 200 that nobody is logged in.
func errorInside(x *exchange.Exchange) string {
	b := x.Body()
	if !bytes.HasPrefix(bytes.TrimLeft(b, " \r\n\t"), []byte("{")) || !bytes.Contains(b, []byte(`"errors"`)) {
		return ""
	}
	for _, code := range []string{"UNAUTHENTICATED", "AUTH_NOT_AUTHENTICATED", "AUTH_NOT_AUTHORIZED"} {
		if bytes.Contains(b, []byte(`"`+code+`"`)) {
			return code
		}
	}
	return ""
}

func graphqlRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "send-credential", Title: "send the API's credential, and look into the body for errors", For: "client",
		Effect: "the request says who asks; a 200 is no longer taken for success", Opens: "nothing",
		Steps:  []string{`curl -s -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL) + " | grep -o '\"errors\"'"},
		Verify: "the answer holds data and no errors", Undo: "leave the header out",
	}, {
		ID: "status-for-refusals", Title: "answer 401 when nobody is logged in", For: "server",
		Effect: "clients and proxies see the refusal", Opens: "nothing",
		Steps:  []string{"Apollo Server: throw new GraphQLError('login required', { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } }) in the context function"},
		Verify: "without a token the status is 401", Undo: "take http.status out",
	}}
}
