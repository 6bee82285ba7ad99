package signed

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/digest"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Digest recomputes the response of a Digest header that the user wrote out or recorded, with the password that was given as
// a key. ok is false when there is no such header or password, or the answer let the request in.
func Digest(v *cause.View) (c digest.Credentials, e digest.Explained, ok bool) {
	if len(v.Keys) == 0 || !refusing(v) {
		return c, e, false
	}
	r := v.Answer.Request
	if v.Intent != nil && v.Intent.Request.Header.Has("Authorization") {
		r = v.Intent.Request // kept back: it belongs to one nonce
	}
	if c, ok = digest.Parse(r.Header.Text("Authorization")); !ok || c.Has(digest.NoResponse) || c.Has(digest.NoNonce) {
		return c, e, false
	}
	return check(v, c, r)
}

func check(v *cause.View, c digest.Credentials, r exchange.Request) (digest.Credentials, digest.Explained, bool) {
	for _, k := range v.Keys {
		e, err := digest.Explain(c, r.Method, r.URL.Target(), r.Body, secret.Text{}, k.Value, realm(v.Challenges))
		if err == nil && (e.OK || e.Word != digest.NothingFits) {
			return c, e, true
		}
	}
	return c, digest.Explained{}, false
}

func realm(list challenge.Challenges) string {
	if c := list.Find("Digest"); c != nil {
		return c.Realm()
	}
	return ""
}
