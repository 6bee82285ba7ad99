package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/signature"
)

// token is a credential that is no Basic pair: what an application wants in Authorization.
func token(v *cause.View) (cred.Credential, bool) {
	a, ok := v.Authorization()
	if !ok {
		return a, false
	}
	if a.HoldsLogin() {
		return a, false // a login under another scheme's word
	}
	switch a.Kind {
	case cred.Bearer, cred.JWT, cred.APIKey, cred.OAuth1:
		return a, !a.Value.Empty()
	}
	return a, false
}

// fronts reports that the product's own page was written by a web server or gateway, not by an application.
func fronts(m signature.Match) bool { return cause.InFront(m.Layer) }

// scheme is the scheme word of a credential as it may be shown: the word, or "a bare token".
func scheme(c cred.Credential) string {
	if c.Scheme == "" {
		return "a bare token"
	}
	return c.Scheme
}

// realm is the realm of a Basic or Digest challenge, or "".
func realm(x *exchange.Exchange) string {
	cs := challenge.Of(x)
	for _, s := range []string{"Basic", "Digest"} {
		if c := cs.Find(s); c != nil {
			if r := c.Realm(); r != "" {
				return r
			}
			return "(none)"
		}
	}
	return ""
}
