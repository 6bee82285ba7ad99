package cred

import (
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/ntlm"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Principal is who a request speaks for. Key is the user name in lower case for passwords (equal for every spelling
// and every scheme, so that one account has one key), else the token itself; it is closed and serves for comparing
// and for a keyed digest, never for showing.
type Principal struct {
	Key      secret.Text
	Password bool   // a refusal of it may count towards a lockout
	Place    string // where it stands, as Credential.Place
}

// PrincipalOf gives the principal that a server would look at first: a password before a token before a cookie. The
// zero value means that the request carries no credential.
func PrincipalOf(req exchange.Request) Principal {
	var best Principal
	rank := 0
	for _, c := range Of(req) {
		p, r := c.principal(req)
		if r > rank {
			best, rank = p, r
		}
	}
	return best
}

// Principals gives one principal per credential, in order.
func Principals(req exchange.Request) []Principal {
	var out []Principal
	for _, c := range Of(req) {
		p, _ := c.principal(req)
		out = append(out, p)
	}
	return out
}

// principal gives c's principal and how much a server heeds it.
func (c Credential) principal(req exchange.Request) (Principal, int) {
	p := Principal{Key: secret.New(c.Value.Reveal()), Place: c.Place}
	user := func(u secret.Text) { p.Key, p.Password = account(u), true }
	switch {
	case c.In == InUserinfo:
		name, pass, _ := decodedUserinfo(c.Value)
		if password(name, pass) {
			user(name)
		}
	case c.Kind == Basic:
		pair, err := basic.Decode(c.Value)
		switch {
		case err != nil:
			p.Password = true // unreadable here is not unreadable there
		case pair.Has(basic.MissingColon):
			p.Password = true
		case password(pair.User, pair.Password):
			user(pair.User)
		}
	case c.Kind == Digest:
		u, _ := challenge.Split(c.Whole).Param("username")
		user(u)
	case c.Kind == NTLM:
		m, err := ntlm.Decode(c.Value)
		if err == nil && m.Kind == ntlm.Authenticate && !m.Anonymous {
			user(m.User)
		}
	case c.Kind == Login:
		user(bodyUser(req))
	}
	switch {
	case p.Password:
		return p, 5
	case strings.EqualFold(c.Place, "Authorization"):
		return p, 4
	case c.Kind == Cookie:
		return p, 1
	case c.Kind == Other:
		return p, 2
	}
	return p, 3
}

// account folds the spellings of one account: case, and the blanks a form leaves.
func account(u secret.Text) secret.Text {
	return secret.New(strings.ToLower(strings.TrimSpace(u.Reveal())))
}

// password decides whether a user and password are what they say or a key in the place of one. In doubt it is a
// password: the rule that follows from it is the stricter one.
func password(user, pass secret.Text) bool {
	if v := VendorOf(pass); v.Known() {
		return false
	}
	if v := VendorOf(user); v.Known() && (pass.Len() <= 16 || VendorOf(pass).Known()) {
		return false
	}
	return true
}

func decodedUserinfo(v secret.Text) (user, pass secret.Text, found bool) {
	u, p, ok := v.Cut(":")
	return decodedPath(u), decodedPath(p), ok
}

// decodedPath undoes percent-encoding as userinfo has it: a plus sign is a plus sign.
func decodedPath(v secret.Text) secret.Text {
	return decoded(v.Map(func(s string) string { return strings.ReplaceAll(s, "+", "%2B") }))
}

func bodyUser(req exchange.Request) secret.Text {
	fields, isJSON, _ := bodyFields(req)
	for _, want := range userFields {
		for _, f := range fields {
			if paramName(f.Name) == want {
				if isJSON {
					return f.Value
				}
				return decoded(f.Value)
			}
		}
	}
	return secret.Text{}
}
