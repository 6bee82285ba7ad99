// Package site reads what WordPress, CiviCRM, Magento and Drupal say when they refuse, and holds the harmless requests that
// tell their causes apart. Causes of several families share it: one sentence of Magento's can mean a missing right, an
// expired token or a lost header, and each of these is another cause's business.
//
// What the requests tell was measured on running systems; docs/platforms.md lists it.
package site

import (
	"encoding/json"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
)

// mostRead bounds how much of an answer is taken apart: refusals and small lists are short.
const mostRead = 256 << 10

// object reads the answer's body as a JSON object; nil when it is none.
func object(x *exchange.Exchange) map[string]json.RawMessage {
	b := x.Body()
	if len(b) == 0 || len(b) > mostRead || b[0] != '{' {
		return nil
	}
	var o map[string]json.RawMessage
	if json.Unmarshal(b, &o) != nil {
		return nil
	}
	return o
}

// word reads a string member.
func word(o map[string]json.RawMessage, name string) string {
	var s string
	if json.Unmarshal(o[name], &s) != nil {
		return ""
	}
	return s
}

// Live reports that the answer was fetched by us: the requests of this package can follow.
func Live(v *cause.View) bool {
	return !v.Recorded() && v.Answer.Response != nil && v.Answer.Given == ""
}

// Asks reports that a credential of one of the kinds reached the answering hop in Authorization.
func Asks(v *cause.View, kinds ...cred.Kind) (cred.Credential, bool) {
	c, ok := v.Arrived(kinds...)
	return c, ok && strings.EqualFold(c.Place, "Authorization")
}

// plain turns a request into a look without any credential at a path of the same origin.
func plain(r exchange.Request, path string, query ...exchange.Param) exchange.Request {
	r = at(cred.Strip(r), path, query...)
	r.Header = r.Header.Without("X-WP-Nonce")
	return r
}

// at turns a request into a GET of another path of the same origin, with the credential that it has.
func at(r exchange.Request, path string, query ...exchange.Param) exchange.Request {
	r = cause.AsGet(r)
	r.URL.Path, r.URL.Query, r.URL.HasQuery, r.URL.Fragment = path, query, len(query) > 0, ""
	r.Target = r.Target.Map(func(string) string { return "" })
	return r
}

// never is the prediction of a look: it is read, and decides nothing by itself.
func never(_, _ *exchange.Exchange) bool { return false }

// Gate reports the challenge of a password prompt, Basic or Digest, in an answer.
func Gate(x *exchange.Exchange) bool {
	if x == nil || x.Status() != 401 {
		return false
	}
	h := strings.ToLower(x.Header().Get("WWW-Authenticate"))
	return strings.HasPrefix(h, "basic") || strings.HasPrefix(h, "digest")
}
