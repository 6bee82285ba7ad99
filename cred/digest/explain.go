package digest

import (
	"crypto/hmac"
	"fmt"
	"net/url"
	"strings"

	"github.com/why401/why401/secret"
)

// Word says what a client did otherwise; its text is stable.
type Word string

// What can differ.
const (
	MethodOther    Word = "method"    // A2 was made with another method
	URIOther       Word = "uri"       // A2 was made with another uri than the field names
	AlgorithmOther Word = "algorithm" // another hash, or with and without -sess
	QOPOther       Word = "qop"       // computed as if there were no qop, or as if there were one
	RealmOther     Word = "realm"     // A1 was made with another realm: the challenge's, or none
	UserOther      Word = "username"  // A1 was made with another spelling of the user name
	PasswordForm   Word = "password"  // the password was trimmed, or encoded
	CountOther     Word = "nc"        // computed with another nonce count, or one that is written otherwise
	NothingFits    Word = "no-match"  // another password, or a change that was not tried
)

// Explained is the answer of Explain.
type Explained struct {
	OK   bool
	Word Word
	Text string // a sentence that may be shown
}

// Explain recomputes the response of c (RFC 7616 3.4.1: A1, A2, response) for a request with this method, target and body,
// with the user's password, and when it is another, tries what clients do otherwise. realm is that of the challenge, "" when
// it is not known. With userhash the user must be given.
func Explain(c Credentials, method string, target secret.Text, body, user, password secret.Text, realm string) (Explained, error) {
	h := hasher(c.Algorithm)
	if h == nil {
		return Explained{}, fmt.Errorf("explain digest: %s", UnknownAlgorithm)
	}
	if c.QOP == "other" {
		return Explained{}, fmt.Errorf("explain digest: qop is neither auth nor auth-int")
	}
	if user.Empty() {
		if c.Userhash {
			return Explained{}, fmt.Errorf("explain digest: the user name is hashed")
		}
		user = c.Username
	}
	type parts struct{ alg, qop, method, uri, user, realm, password, nc string }
	right := parts{c.Algorithm, c.QOP, method, c.URI.Reveal(), user.Reveal(), c.Realm, password.Reveal(), c.NCText.Reveal()}
	fits := func(p parts) bool {
		hash := hasher(p.alg)
		if hash == nil {
			return false
		}
		ha1 := sum(hash, p.user+":"+p.realm+":"+p.password)
		if sess(p.alg) {
			ha1 = sum(hash, ha1+":"+c.Nonce.Reveal()+":"+c.Cnonce.Reveal())
		}
		a2 := p.method + ":" + p.uri
		if p.qop == "auth-int" {
			a2 += ":" + sum(hash, body.Reveal())
		}
		text := ha1 + ":" + c.Nonce.Reveal() + ":" + sum(hash, a2)
		if p.qop != "" {
			text = strings.Join([]string{ha1, c.Nonce.Reveal(), p.nc, c.Cnonce.Reveal(), p.qop, sum(hash, a2)}, ":")
		}
		return hmac.Equal([]byte(sum(hash, text)), []byte(strings.ToLower(c.Response.Reveal())))
	}
	if fits(right) {
		return Explained{OK: true, Text: "the response is right for this password, method and uri"}, nil
	}
	try := func(w Word, how string, change func(*parts)) (Explained, bool) {
		p := right
		change(&p)
		return Explained{Word: w, Text: "the response comes out with " + how}, p != right && fits(p)
	}
	var found Explained
	ok := func(w Word, how string, change func(*parts)) bool {
		e, fit := try(w, how, change)
		if fit {
			found = e
		}
		return fit
	}
	for _, m := range []string{"GET", "POST", "HEAD", "PUT", strings.ToLower(method)} {
		if ok(MethodOther, "the method "+m+" in place of "+method, func(p *parts) { p.method = m }) {
			return found, nil
		}
	}
	path, _, _ := strings.Cut(right.uri, "?")
	decoded, err := url.PathUnescape(right.uri)
	if err != nil {
		decoded = right.uri
	}
	for _, u := range []struct{ uri, how string }{{target.Reveal(), "the request's own target in place of the uri that the field names"}, {path, "the uri without its query"}, {decoded, "the uri decoded"}, {"/", "the uri /"}} {
		if ok(URIOther, u.how, func(p *parts) { p.uri = u.uri }) {
			return found, nil
		}
	}
	for _, a := range []string{"MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"} {
		if ok(AlgorithmOther, "the algorithm "+a+" in place of "+c.Algorithm, func(p *parts) { p.alg = a }) {
			return found, nil
		}
	}
	for _, q := range []struct{ qop, how string }{{"", "no qop, as RFC 2069 had it"}, {"auth", "qop auth"}, {"auth-int", "qop auth-int"}} {
		if ok(QOPOther, q.how, func(p *parts) { p.qop = q.qop }) {
			return found, nil
		}
	}
	for _, n := range []string{"1", "00000001", "00000002", strings.TrimLeft(right.nc, "0")} {
		if ok(CountOther, "another nonce count than nc says", func(p *parts) { p.nc = n }) {
			return found, nil
		}
	}
	for _, r := range []struct{ realm, how string }{{realm, "the challenge's realm in place of the one that the field names"}, {"", "no realm"}} {
		if ok(RealmOther, r.how, func(p *parts) { p.realm = r.realm }) {
			return found, nil
		}
	}
	for _, u := range []string{strings.ToLower(right.user), strings.ToUpper(right.user), strings.TrimSpace(right.user)} {
		if ok(UserOther, "another spelling of the user name", func(p *parts) { p.user = u }) {
			return found, nil
		}
	}
	for _, w := range []struct{ password, how string }{{strings.TrimSpace(right.password), "the password without the blanks or the line break around it"}, {strings.TrimRight(right.password, "\n") + "\n", "a line break behind the password"}, {url.QueryEscape(right.password), "the password percent-encoded"}, {"", "an empty password: a variable was never set"}} {
		if ok(PasswordForm, w.how, func(p *parts) { p.password = w.password }) {
			return found, nil
		}
	}
	return Explained{Word: NothingFits, Text: "the response is that of another password, or something changed it that was not tried"}, nil
}
