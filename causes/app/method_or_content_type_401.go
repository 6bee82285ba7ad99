package app

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// MethodOrContentType401: the login's body is declared as something else, so the server reads no name and no password.
var MethodOrContentType401 = &cause.Cause{
	ID:        "method-or-content-type-401",
	Title:     "the body is not what Content-Type says, so no login is read from it",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"wrong-password", "no-credentials-sent", "missing-www-authenticate", "403-means-401", "csrf-token-missing-or-mismatch"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Subject != "" {
			return nil
		}
		r := v.Request
		if v.Intent != nil {
			r = v.Intent.Request
			if v.Intent.Full != nil {
				r.Body = v.Intent.Full.Body
			}
		}
		if r.Body.Empty() || !authPath.MatchString(r.URL.Path) {
			return nil
		}
		said := strings.ToLower(strings.TrimSpace(strings.SplitN(r.Header.Get("Content-Type"), ";", 2)[0]))
		isJSON, isForm := r.Body.Trim().Match(jsonBody), r.Body.Trim().Match(formBody)
		// Many servers read JSON whatever it is called (etcd, Vault and most programs in Go): that the two do not fit is
		// certain, that it matters is not until the server says so.
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6}
		right, option := "", ""
		switch {
		case isJSON && (said == "application/x-www-form-urlencoded" || said == ""):
			right, option = "application/json", "--json DATA, or -H 'Content-Type: application/json' beside -d (curl declares a form on its own)"
			s.Title = "the login's body is JSON but is declared as a form"
		case isForm && strings.HasSuffix(said, "json"):
			right, option = "application/x-www-form-urlencoded", "-d 'name=value&...' without a Content-Type of your own"
			s.Title = "the login's body is a form but is declared as JSON"
		default:
			return nil
		}
		if said == "" {
			said = "nothing"
		}
		s.Because = []fact.Fact{fact.Given("the request", "Content-Type says %s, and the body (%d characters) has the form of %s.", said, r.Body.Len(), right)}
		switch {
		case v.Answer.Request.Method != r.Method:
			s.Because = append(s.Because, v.Saw("The %s itself was not sent: it may change something.", r.Method))
		case v.Answer.Status() == 415:
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = append(s.Because, v.Saw("The answer is 415: the server does not read a body of this type."))
		case v.Refused() || v.Answer.Status() == 400 || v.Answer.Status() == 422:
			s.Because = append(s.Because, v.Saw("The answer is %d.", v.Answer.Status()))
			if m, said := v.Means(signature.NoCredentials); said {
				s.Grade, s.Weight = cause.Strong, 0.8
				s.Because = append(s.Because, m.Because)
			}
		default:
			return nil
		}
		u := cause.Quote(r.URL)
		s.Raise = []cause.Raise{{Command: "curl -i -H 'Content-Type: " + right + "' --data-binary @body " + u, Where: "here, with the body in the file body", Would: "be let in if only the declaration is wrong"}}
		s.Remedies = []cause.Remedy{{
			ID: "declare-body", Title: "declare the body as what it is: " + right, For: "client",
			Effect: "the server reads name and password", Opens: "nothing", Steps: []string{"curl: " + option, "fetch: headers: {'Content-Type': '" + right + "'}; axios and requests: json= for JSON, data= for a form"},
			Verify: "2xx with the right password; a wrong one is still refused", Undo: "take the header out",
		}, {
			ID: "refuse-unread-bodies", Title: "answer 415 to a body that is not read", For: "server",
			Effect: "the fault is named where it is", Opens: "nothing",
			Steps:  []string{"Express: if (!req.is(['json', 'urlencoded'])) return res.sendStatus(415)   before the login route; mount express.json() and express.urlencoded() before it"},
			Verify: "a login with text/plain gets 415", Undo: "take the line out",
		}}
		return s
	},
}

var (
	authPath = lazyregexp.New(`(?i)(login|log-in|logon|signin|sign-in|auth|token|session|oauth|jwt)`)
	jsonBody = lazyregexp.New(`(?s)^\{\s*(".*)?\}$`)
	formBody = lazyregexp.New(`^[A-Za-z0-9_.\[\]%-]+=[^\s{}"]*(&[A-Za-z0-9_.\[\]%-]+=[^\s{}"]*)*$`)
)
