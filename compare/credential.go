package compare

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// credentials compares what the requests prove themselves with, place by place.
func credentials(f *finder, a, b exchange.Request) {
	ca, cb := own(a), own(b)
	for n := 0; n < max(len(ca), len(cb)); n++ {
		// The same place is compared with itself; what is left over stands alone.
		if n < len(ca) {
			if m := slices.IndexFunc(cb, func(c cred.Credential) bool { return samePlace(c, ca[n]) }); m >= 0 {
				credential(f, ca[n], cb[m])
				continue
			}
			f.add(Credential, string(place(ca[n])), described(ca[n]), "")
		}
	}
	for _, c := range cb {
		if !slices.ContainsFunc(ca, func(o cred.Credential) bool { return samePlace(c, o) }) {
			f.add(Credential, place(c), "", described(c))
		}
	}
}

// own are the credentials but for cookies, which are compared by name.
func own(r exchange.Request) []cred.Credential {
	return slices.DeleteFunc(cred.Of(r), func(c cred.Credential) bool { return c.Kind == cred.Cookie })
}

func samePlace(a, b cred.Credential) bool {
	return a.In == b.In && strings.EqualFold(a.Place, b.Place) && a.Index == b.Index
}

func place(c cred.Credential) string {
	switch c.In {
	case cred.InQuery:
		return "query parameter " + c.Place
	case cred.InBody:
		return "body field " + c.Place
	}
	return c.Place
}

var kinds = map[cred.Kind]string{cred.JWT: "a JWT", cred.Bearer: "an opaque token", cred.Basic: "user and password", cred.APIKey: "an API key",
	cred.SigV4: "an AWS signature", cred.OAuth1: "an OAuth 1 signature", cred.NTLM: "an NTLM message", cred.Negotiate: "a Kerberos ticket",
	cred.Digest: "a Digest answer", cred.SignedURL: "a signed URL", cred.Login: "user and password", cred.OneTime: "a one-time value"}

func described(c cred.Credential) string {
	var parts []string
	if c.Scheme != "" {
		parts = append(parts, c.Scheme)
	}
	if k := kinds[c.Kind]; k != "" {
		parts = append(parts, k)
	} else if c.Kind != "" && c.Kind != cred.Other {
		parts = append(parts, string(c.Kind))
	}
	if c.Vendor.Known() {
		parts = append(parts, c.Vendor.Name)
	}
	if c.Has(cred.SchemeMissing) {
		parts = append([]string{"no scheme word"}, parts...)
	}
	if len(parts) == 0 {
		return "present"
	}
	return strings.Join(parts, ", ")
}

func credential(f *finder, a, b cred.Credential) {
	p := place(a)
	f.add(Credential, p, described(a), described(b))
	told := described(a) != described(b) // a scheme word that is not there was told
	flaws := func(c cred.Credential) string {
		var out []string
		for _, x := range c.Flaws {
			if !told || x.What != cred.SchemeMissing {
				out = append(out, x.What)
			}
		}
		if len(out) == 0 {
			return "nothing"
		}
		return strings.Join(out, ", ")
	}
	f.add(Form, p+", what is odd", flaws(a), flaws(b))
	if a.Value.Equal(b.Value) {
		return
	}
	switch {
	case a.Kind == cred.JWT && b.Kind == cred.JWT:
		tokens(f, a.Value, b.Value)
	case a.Kind == cred.Basic && b.Kind == cred.Basic:
		logins(f, a.Value, b.Value)
	case a.Kind == b.Kind:
		f.add(Identity, p+", the value", "present, "+a.Value.String(), "present, "+b.Value.String())
	}
}

func logins(f *finder, a, b secret.Text) {
	pa, ea := basic.Decode(a)
	pb, eb := basic.Decode(b)
	if ea != nil || eb != nil {
		f.add(Form, "Basic, decoded", readable(ea), readable(eb))
		return
	}
	if !pa.User.Equal(pb.User) {
		f.add(Identity, "user name", quoted(pa.User.String()), quoted(pb.User.String()))
	}
	if !pa.Password.Equal(pb.Password) {
		f.add(Identity, "password", "present, "+pa.Password.String(), "present, "+pb.Password.String())
	}
	odd := func(p basic.Pair) string {
		var out []string
		for _, x := range p.Flaws {
			out = append(out, string(x))
		}
		if len(out) == 0 {
			return "nothing"
		}
		return strings.Join(out, ", ")
	}
	f.add(Form, "Basic, what is odd", odd(pa), odd(pb))
}

func readable(err error) string {
	if err != nil {
		return "cannot be decoded"
	}
	return "can be decoded"
}

// Tokens compares two tokens that stand alone.
func Tokens(good, bad secret.Text) Result {
	f := &finder{}
	va, vb := cred.VendorOf(good), cred.VendorOf(bad)
	switch {
	case jwt.LooksLike(good) && jwt.LooksLike(bad):
		tokens(f, good, bad)
	case jwt.LooksLike(good) != jwt.LooksLike(bad):
		f.add(Credential, "kind", form(good), form(bad))
	default:
		f.add(Credential, "vendor", strings.TrimSpace(va.Name+" "+va.What+" "+va.Env), strings.TrimSpace(vb.Name+" "+vb.What+" "+vb.Env))
		f.add(Form, "length", fmt.Sprint(good.Len()), fmt.Sprint(bad.Len()))
		if !good.Equal(bad) {
			f.add(Identity, "value", "present, "+good.String(), "present, "+bad.String())
		}
	}
	return Result{Differences: f.sorted()}
}

func form(v secret.Text) string {
	if jwt.LooksLike(v) {
		return "a JWT"
	}
	return "an opaque token"
}

// tokens compares header and claims of two JWTs.
func tokens(f *finder, a, b secret.Text) {
	ta, ea := jwt.Decode(a)
	tb, eb := jwt.Decode(b)
	if ea != nil || eb != nil {
		f.add(Token, "JWT", readable(ea), readable(eb))
		return
	}
	before := len(f.list)
	f.add(Token, "form", string(ta.Form), string(tb.Form))
	f.add(Token, "header alg", ta.Header.Alg, tb.Header.Alg)
	f.add(Token, "header typ", ta.Header.Typ, tb.Header.Typ)
	f.add(Token, "header kid", ta.Header.Kid.Show, tb.Header.Kid.Show)
	ca, cb := ta.Claims, tb.Claims
	if ca == nil || cb == nil {
		f.add(Token, "claims", present(ca != nil), present(cb != nil))
		return
	}
	auds := func(c *jwt.Claims) string {
		var out []string
		for _, x := range c.Audience {
			out = append(out, x.Show)
		}
		return strings.Join(out, ", ")
	}
	words := func(s []string) string { s = slices.Clone(s); slices.Sort(s); return strings.Join(s, " ") }
	f.add(Token, "claim iss", ca.Issuer.Show, cb.Issuer.Show)
	f.add(Token, "claim aud", auds(ca), auds(cb))
	f.add(Token, "claim exp", moment(ca.Exp), moment(cb.Exp))
	f.add(Token, "claim nbf", moment(ca.Nbf), moment(cb.Nbf))
	f.add(Token, "claim scope", words(ca.Scopes), words(cb.Scopes))
	f.add(Token, "claim roles", words(ca.Roles), words(cb.Roles))
	f.add(Token, "claim azp", ca.Azp.Show, cb.Azp.Show)
	f.add(Token, "claim client_id", ca.ClientID.Show, cb.ClientID.Show)
	f.add(Token, "claim tid", ca.Tid.Show, cb.Tid.Show)
	f.add(Token, "claim ver", ca.Ver, cb.Ver)
	f.add(Token, "claim typ", ca.Typ+ca.TokenUse+ca.TokenType+ca.Type, cb.Typ+cb.TokenUse+cb.TokenType+cb.Type)
	if !ca.Subject.Equal(cb.Subject) {
		f.add(Identity, "claim sub", quoted(ca.Subject.String()), quoted(cb.Subject.String()))
	}
	only := func(x, y *jwt.Claims) string {
		var out []string
		for _, n := range x.Names {
			if !slices.Contains(y.Names, n) && !strings.HasPrefix(n, "claim ") {
				out = append(out, n)
			}
		}
		slices.Sort(out)
		return strings.Join(out, ", ")
	}
	f.add(Token, "claims that the other has not", only(ca, cb), only(cb, ca))
	if len(f.list) == before {
		f.add(Noise, "token", "another one of the same kind", "the same claims that decide")
	}
}

func present(ok bool) string {
	if ok {
		return "present"
	}
	return ""
}

func moment(m jwt.Moment) string {
	switch {
	case !m.Present:
		return ""
	case m.Invalid:
		return "not a time"
	}
	return m.Time.UTC().Format(time.DateTime) + " UTC"
}
