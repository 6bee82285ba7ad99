package cause

import (
	"bytes"
	"slices"
	"strings"

	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/oauthflow"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// View is a case with what every cause wants to know already read out of it, once per round.
type View struct {
	*exchange.Case
	Request     exchange.Request     // the request under examination, as it first went out
	Credentials []cred.Credential    // what it carries
	Answer      *exchange.Exchange   // the exchange whose answer the user saw; an empty one before anything was exchanged
	Challenges  challenge.Challenges // WWW-Authenticate of the answer
	Meanings    []signature.Meaning  // what the answer's wording says, by product
	Writer      signature.Match      // who wrote the answer; zero when unknown
	Written     bool                 // Writer is known
	flow        *oauthflow.Record    // see Flow
	quoted      *[]QuotedError       // see QuotedErrors

	published *Published // of the documents; read when first asked for

	book *sign.Book     // the signs that the pages list; nil when the caller has none
	read *sign.Evidence // the case as signs see it
}

// NewView reads c.
func NewView(c *exchange.Case) *View {
	v := &View{Case: c, Answer: c.Last()}
	switch first := c.First(); {
	case first != nil:
		v.Request = first.Request
	case c.Intent != nil:
		v.Request = c.Intent.Request
	}
	// A login that the agent keeps back until it is challenged (Digest, NTLM) still belongs to the request.
	v.Credentials = cred.Of(v.Request)
	if in := c.Intent; in != nil && c.Subject == "" && !in.Login.Empty() {
		if kind, scheme := kept(in.Auth); kind != "" {
			v.Credentials = append(v.Credentials, cred.Credential{In: cred.InHeader, Place: "Authorization", Scheme: scheme, Kind: kind})
		}
	}
	if v.Answer == nil {
		v.Answer = &exchange.Exchange{} // status 0, no header: causes need not ask first
		v.listen()
		return v
	}
	v.Challenges = challenge.Of(v.Answer)
	v.Meanings = signature.Meanings(v.Answer)
	if v.Answer.Status() != 0 || len(v.Answer.Header()) > 0 || len(v.Answer.Body()) > 0 {
		v.Writer, v.Written = signature.Writer(v.Answer) // of an answer that was not seen nobody is the writer
	}
	v.listen()
	return v
}

// listen adds what messages mean that stand outside the answer: a log line, an error text.
func (v *View) listen() {
	for _, m := range v.Messages[:min(len(v.Messages), heard)] {
		for _, got := range signature.Sentences(string(m.Text), m.Status) {
			if !slices.ContainsFunc(v.Meanings, func(o signature.Meaning) bool { return o.Meaning == got.Meaning && o.Product == got.Product }) {
				got.Because.From = m.From
				v.Meanings = append(v.Meanings, got)
			}
		}
	}
}

// heard is how many messages are listened to.
const heard = 40

// Recorded reports that the case was read from what somebody had in hand, not seen by us.
func (v *View) Recorded() bool {
	return len(v.Tokens)+len(v.Messages)+len(v.Settings)+len(v.Notes) > 0 ||
		slices.ContainsFunc(v.Exchanges, func(x *exchange.Exchange) bool { return x.Given != "" })
}

// Whole reports that the answer was seen with its request, so that what is not in them is absent. The body need not be.
func (v *View) Whole() bool {
	if v.Intent == nil && len(v.Exchanges) == 0 {
		return false
	}
	for _, x := range v.Hops() {
		if x.Unseen&(exchange.WholeRequest|exchange.WholeAnswer) != 0 {
			return false
		}
	}
	return true
}

// Unseen reports that the record leaves out one of the parts of the answer's exchange.
func (v *View) Unseen(p exchange.Parts) bool { return v.Answer.Unseen&p != 0 }

// Others are the recorded exchanges beside those of the request under examination.
func (v *View) Others() []*exchange.Exchange {
	hops := v.Hops()
	var out []*exchange.Exchange
	for _, x := range v.Exchanges {
		if x.Given != "" && !slices.Contains(hops, x) {
			out = append(out, x)
		}
	}
	return out
}

// kept names the login that an agent sends only after a challenge, or makes for each request.
func kept(a exchange.Auth) (cred.Kind, string) {
	switch a {
	case exchange.AuthDigest, exchange.AuthAny:
		return cred.Digest, "Digest"
	case exchange.AuthNTLM:
		return cred.NTLM, "NTLM"
	case exchange.AuthNegotiate:
		return cred.Negotiate, "Negotiate"
	case exchange.AuthSigV4:
		return cred.SigV4, "AWS4-HMAC-SHA256"
	}
	return "", ""
}

// Refused reports that the answer is a refusal by its status alone: 401, 403, 407, 419, 511. Where a record does not show
// the status, the person's word has to do: nobody brings what was let in.
func (v *View) Refused() bool {
	return Refused(v.Answer) || v.Answer.Status() == 0 && v.Answer.Response != nil && v.Unseen(exchange.StatusLine)
}

// Refused reports a status that refuses for want of authentication or permission.
func Refused(x *exchange.Exchange) bool {
	switch x.Status() {
	case 401, 403, 407, 419, 511:
		return true
	}
	return false
}

// Passed reports an answer that lets the request in: 2xx or 304 that is no login page and holds no error in place of
// content, or a redirect that does not lead to a login.
func Passed(x *exchange.Exchange) bool {
	switch s := x.Status(); {
	case s/100 == 2, s == 304, s/100 == 3:
		_, login := signature.LoginPage(x)
		return !login && SoftOf(x) == NotSoft
	}
	return false
}

// Elsewhere reports that seen, although let in, need not be what failing was refused: a redirect, whose end is not
// known; a page of another path that a redirect led to; a page for people where a program was refused. Such a flip
// fits the prediction and is no proof of it.
func Elsewhere(failing, seen *exchange.Exchange) bool {
	page := strings.HasPrefix(strings.ToLower(seen.Header().Get("Content-Type")), "text/html")
	switch {
	case seen.Status()/100 == 3 && seen.Status() != 304:
		return true
	case page && seen.Hop > 0 && strings.Trim(seen.Request.URL.Path, "/") != strings.Trim(failing.Request.URL.Path, "/"):
		return true
	case page && Refused(failing) && strings.Contains(strings.ToLower(failing.Header().Get("Content-Type")), "json"):
		return true
	}
	return false
}

// Flips is the commonest prediction: what was refused is let in.
func Flips(failing, seen *exchange.Exchange) bool { return !Passed(failing) && Passed(seen) }

// Credential gives the first credential of one of the kinds; with no kinds, the first of any kind but cookies.
func (v *View) Credential(kinds ...cred.Kind) (cred.Credential, bool) {
	return find(v.Credentials, kinds)
}

// Arrived gives the credential that the answering hop was sent, which a redirect may have cost.
func (v *View) Arrived(kinds ...cred.Kind) (cred.Credential, bool) {
	return find(cred.Of(v.Answer.Request), kinds)
}

func find(cs []cred.Credential, kinds []cred.Kind) (cred.Credential, bool) {
	for _, c := range cs {
		if len(kinds) == 0 && c.Kind != cred.Cookie {
			return c, true
		}
		for _, k := range kinds {
			if c.Kind == k {
				return c, true
			}
		}
	}
	return cred.Credential{}, false
}

// Authorization gives the Authorization value of the request under examination.
func (v *View) Authorization() (cred.Credential, bool) {
	for _, c := range v.Credentials {
		if strings.EqualFold(c.Place, "Authorization") {
			return c, true
		}
	}
	return cred.Credential{}, false
}

// Means reports whether the answer's wording says one of the meanings, and where.
func (v *View) Means(meanings ...string) (signature.Meaning, bool) {
	for _, m := range v.Meanings {
		for _, want := range meanings {
			if string(m.Meaning) == want {
				return m, true
			}
		}
	}
	return signature.Meaning{}, false
}

// Product reports whether one of the products wrote the answer or handled it on the way.
func (v *View) Product(names ...string) (signature.Match, bool) {
	for _, m := range signature.Matches(v.Answer) {
		for _, n := range names {
			if strings.EqualFold(m.Product, n) {
				return m, true
			}
		}
	}
	return signature.Match{}, false
}

// Noted gives the case's facts that came from the named input.
func (v *View) Noted(input string) []fact.Fact {
	var out []fact.Fact
	for _, f := range v.Facts {
		if f.From.Input == input {
			out = append(out, f)
		}
	}
	return out
}

// Saw makes a fact seen in the answer.
func (v *View) Saw(format string, args ...any) fact.Fact {
	return fact.At(v.Answer.N, format, args...)
}

// Asked makes a fact about the request under examination.
func (v *View) Asked(format string, args ...any) fact.Fact {
	if f := v.First(); f != nil {
		return fact.At(f.N, format, args...)
	}
	return fact.Given("the request", format, args...)
}

// Says finds one of the literals in the answer's body, whatever its case, and quotes the literal, never the body.
func (v *View) Says(literals ...string) (fact.Fact, bool) {
	body := bytes.ToLower(v.Answer.Body())
	for _, l := range literals {
		if bytes.Contains(body, []byte(strings.ToLower(l))) {
			return v.Saw("The answer says %q.", l), true
		}
	}
	return fact.Fact{}, false
}
