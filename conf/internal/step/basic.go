package step

import (
	"errors"
	"strings"

	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Login is what a request brings under the Basic scheme.
type Login struct {
	Pair basic.Pair
	// Is says what was found: "" for a well-formed login, else why there is none.
	Is string
}

// The reasons for which there is no login.
const (
	NoField   = "the request brings no credentials"
	NotBasic  = "the request's credentials are not of the Basic scheme"
	Malformed = "the request's Basic credentials are not well formed"
)

// BasicOf reads the first field called name (Authorization, Proxy-Authorization) as RFC 7617 wants it: strictly, because
// the programs do not guess.
func BasicOf(h exchange.Header, name string) Login {
	v := h.Text(name)
	if v.Empty() {
		return Login{Is: NoField}
	}
	scheme, rest, ok := v.Cut(" ")
	if !ok || !scheme.EqualFold("Basic") {
		return Login{Is: NotBasic}
	}
	p, err := basic.Decode(rest)
	if err != nil {
		return Login{Is: Malformed}
	}
	for _, f := range []basic.Flaw{basic.NotEncoded, basic.URLAlphabet, basic.PaddingMissing, basic.PaddingWrong, basic.LineBreaks,
		basic.BlankInside, basic.MissingColon} {
		if p.Has(f) {
			return Login{Pair: p, Is: Malformed}
		}
	}
	return Login{Pair: p}
}

// Account is one user that a program knows.
type Account struct {
	Name   secret.Text
	Hash   secret.Text // or the password itself, when Plain
	Plain  bool
	Groups []string
}

// Fits says whether password is the account's, or asks who speaks for it. never says of a kind of hash that the program's
// own verifier lets nobody in with it.
func (r *Recorder) Fits(a Account, password secret.Text, never func(htpasswd.Kind) bool) Truth {
	if a.Plain && !r.partly.Vouches() {
		return Of(a.Hash.Equal(password))
	}
	if !a.Plain && never != nil && never(htpasswd.KindOf(a.Hash)) {
		return No
	}
	if r.partly.Vouches() {
		fit, _ := r.partly.Password(a.Name.Reveal(), a.Hash)
		return Truth(fit)
	}
	ok, err := htpasswd.Verify(a.Hash, password)
	switch {
	case errors.Is(err, htpasswd.ErrUnsupported):
		return Open
	case err != nil:
		return No
	}
	return Of(ok)
}

// Hides reports that the request's field may be another than it says, because only a record of the request is left.
func (r *Recorder) Hides(field string) bool { return r.partly.Hides(field) }

// Find gives the first account of that name.
func Find(all []Account, name secret.Text) (Account, bool) {
	for _, a := range all {
		if a.Name.Equal(name) {
			return a, true
		}
	}
	return Account{}, false
}

// HostOf is the Host field, or the URL's host, in lower case and without the port.
func HostOf(r exchange.Request) string {
	h := r.URL.Host
	if t := r.Header.Text("Host"); !t.Empty() {
		h = r.Header.Get("Host")
	}
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.HasSuffix(h, "]") && strings.IndexByte(h, ']') < i {
		h = h[:i]
	}
	return strings.ToLower(strings.TrimSuffix(h, "."))
}

// PathOf is the path of the request-target as written, "/" when there is none.
func PathOf(r exchange.Request) string {
	if r.URL.Path == "" {
		return "/"
	}
	return r.URL.Path
}
