package cause

import (
	"net/url"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// Lost is the evidence that Authorization left the client and never reached the code that judges it. Several causes
// share it; where the header was lost is told by the marks of the stack.
type Lost struct {
	Credential cred.Credential
	Because    []fact.Fact
	Said       bool               // the answer says that no credential came
	InQuery    *exchange.Exchange // the answer to the same token in the query, when that was tried
}

// LostAuthorization reads that evidence: the answering hop was sent Authorization, the refusal is not a page of a
// server in front, and no word of it judges a credential. RFC 6750 3 gives an error code only to a request that
// brought a token, so a Bearer challenge with one speaks against it.
func LostAuthorization(v *View) (Lost, bool) {
	var l Lost
	a, ok := v.Arrived()
	if !ok || a.Place != "Authorization" || a.Value.Empty() || len(a.Flaws) > 0 || !v.Refused() || v.Answer.Status() == 407 {
		return l, false
	}
	if v.Written && InFront(v.Writer.Layer) {
		return l, false
	}
	if c := v.Challenges.Find("Bearer"); c != nil && c.Value("error") != "" {
		return l, false
	}
	if _, judged := v.Means(signature.CredentialInvalid, signature.TokenInvalid, signature.TokenExpired, signature.TokenRevoked,
		signature.TokenMalformed, signature.TokenTypeWrong, signature.SignatureInvalid, signature.IssuerMismatch, signature.AudienceMismatch,
		signature.AlgMismatch, signature.KidUnknown, signature.NotYetValid, signature.SchemeUnsupported, signature.ScopeMissing,
		signature.PermissionDenied, signature.UserUnknown, signature.Locked); judged {
		return l, false
	}
	if x := v.Trial(KeyAnonymous); x != nil && x.Response != nil && x.Status() != v.Answer.Status() {
		return l, false // without it the answer is another one, so somebody read it
	}
	l.Credential = a
	word := a.Scheme
	if word == "" {
		word = "no scheme"
	}
	l.Because = append(l.Because, v.Saw("Authorization went out with this request (%s, %d characters).", word, a.Value.Len()))
	if m, said := v.Means(signature.NoCredentials); said {
		l.Said = true
		l.Because = append(l.Because, m.Because)
	}
	l.InQuery = v.Trial(KeyInQuery)
	return l, true
}

// InFront reports a layer that stands before the application.
func InFront(l exchange.Layer) bool {
	return l == exchange.WebServer || l == exchange.Gateway || l == exchange.Edge || l == exchange.Network
}

// KeyInQuery is the experiment of TokenInQuery.
const KeyInQuery = "token-in-query"

// TokenInQuery sends the same token as access_token in the query (RFC 6750 2.3) and leaves Authorization out: a header
// may be lost on the way, the address never is. When it is let in the token is good and the header was lost; who lost
// it stays an inference, so the grade is Strong.
func TokenInQuery(c cred.Credential) Trial {
	return Trial{Key: KeyInQuery, Change: "the same token as access_token in the query in place of Authorization", Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			r.Header = r.Header.Without("Authorization")
			r.URL.HasQuery = true
			value := secret.Join(c.Value).Map(url.QueryEscape)
			r.URL.Query = append(r.URL.Query, exchange.Param{Name: "access_token", Value: value, Eq: true})
			return r
		}}.Passing().Carrying(Strong)
}

// Alike reports that two answers are the same refusal: status, challenge, type and body length. Dates and request ids
// differ between any two answers and say nothing.
func Alike(a, b *exchange.Exchange) bool {
	return a.Status() == b.Status() && len(a.Body()) == len(b.Body()) &&
		a.Header().Get("WWW-Authenticate") == b.Header().Get("WWW-Authenticate") &&
		a.Header().Get("Content-Type") == b.Header().Get("Content-Type")
}
