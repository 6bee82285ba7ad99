package cause

import (
	"slices"
	"strings"

	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Flow is what the case shows of logins and token requests of OAuth, without the exchanges of experiments. It is never
// nil.
func (v *View) Flow() *oauthflow.Record {
	if v.flow == nil {
		v.flow = oauthflow.Read(v.Flowing())
	}
	return v.flow
}

// Flowing are the exchanges that Flow is read from: recorded ones, and those of the request under examination.
func (v *View) Flowing() []*exchange.Exchange {
	hops := v.Hops()
	var out []*exchange.Exchange
	for _, x := range v.Exchanges {
		if x.Given != "" || slices.Contains(hops, x) {
			out = append(out, x)
		}
	}
	if len(v.Exchanges) == 0 && v.Intent != nil { // an address that somebody pasted: it may be a redirect back
		out = append(out, &exchange.Exchange{Request: v.Intent.Request})
	}
	return out
}

// TokenRequest is the request under examination as one to a token endpoint; nil when it is none.
func (v *View) TokenRequest() *oauthflow.Token {
	for _, t := range v.Flow().Tokens {
		if t.X == v.Answer {
			return t
		}
	}
	return nil
}

// RefusedGrant is TokenRequest when the answer has that error code.
func (v *View) RefusedGrant(codes ...string) *oauthflow.Token {
	if t := v.TokenRequest(); t != nil && slices.Contains(codes, t.Error()) {
		return t
	}
	return nil
}

// CameBack is the redirect back to the client that is under examination: the answer that leads there or the request that
// arrived; nil when it is none.
func (v *View) CameBack() *oauthflow.Callback {
	for _, c := range v.Flow().Callbacks {
		if v.Answer == c.From || v.Answer == c.X || len(v.Exchanges) == 0 {
			return c
		}
	}
	return nil
}

// Asking is the authorization request under examination; nil when it is none.
func (v *View) Asking() *oauthflow.Authorization {
	for _, a := range v.Flow().Authorizations {
		if a.X == v.Answer {
			return a
		}
	}
	return nil
}

// FlowError is the error code with which the authorization or the token request under examination ended, and the
// exchange that says so; "" when there is none.
func (v *View) FlowError() (code string, x *exchange.Exchange) {
	if t := v.TokenRequest(); t != nil {
		return t.Error(), t.X
	}
	if c := v.CameBack(); c != nil && !c.Quiet() {
		if len(v.Exchanges) == 0 {
			return c.Error(), c.X
		}
		return c.Error(), v.Answer
	}
	return "", nil
}

// Described reports whether the error_description that came with the refusal of a flow holds one of words.
func (v *View) Described(words ...string) bool {
	var got []oauthflow.Params
	if t := v.TokenRequest(); t != nil {
		got = append(got, t.Got)
	}
	if c := v.CameBack(); c != nil {
		got = append(got, c.Got)
	}
	for _, p := range got {
		d := p.Get("error_description").Map(strings.ToLower)
		if slices.ContainsFunc(words, func(w string) bool { return d.Contains(w) }) {
			return true
		}
	}
	return false
}

// WentWell reports that the case is a record of a login that came to its end, with nothing refused that was not let in
// afterwards, and nobody who says that something is wrong.
func (v *View) WentWell() bool {
	return len(v.Tokens)+len(v.Messages)+len(v.Settings)+len(v.Notes) == 0 && v.Answer.Given != "" && Passed(v.Answer) && v.Flow().Went()
}

// QuotedError is an error of an authorization server in the text of a record.
type QuotedError struct {
	oauthflow.ErrorResponse
	From fact.Source
	Told bool // a person quotes it; no program that is in the record wrote it
}

// QuotedErrors are those errors of authorization servers that the texts of a record quote: what programs wrote first. A
// program's lines are read together, since a log spreads one error over several.
func (v *View) QuotedErrors() []QuotedError {
	if v.quoted != nil {
		return *v.quoted
	}
	var out []QuotedError
	read := func(ps Passages, told bool) {
		text := ps.Join()
		for _, e := range oauthflow.ErrorResponses(text[:min(len(text), mostText)]) {
			q := QuotedError{ErrorResponse: e, Told: told}
			for _, p := range ps {
				if e.Code != "" && strings.Contains(string(p.Text), e.Code) {
					q.From = p.From
					break
				}
			}
			out = append(out, q)
		}
	}
	read(v.Said(), false)
	read(v.Told(), true)
	v.quoted = &out
	return out
}
