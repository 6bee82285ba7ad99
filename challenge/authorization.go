package challenge

import (
	"strings"

	"github.com/why401/why401/secret"
)

// Credentials is the value of Authorization or Proxy-Authorization taken apart (RFC 9110 11.4).
type Credentials struct {
	Scheme string      // the scheme as written when it is a known one, else "": an unknown word may be the token
	Word   secret.Text // the first word: public when it is a known scheme, else closed; empty when there is only one word and that is no scheme
	Gap    int         // blanks between scheme and the rest
	Rest   secret.Text // everything behind the scheme, or the whole value when it has no scheme; untrimmed at the end
	Params []Credential
}

// Credential is one parameter of a Digest, OAuth, SigV4 or similar value.
type Credential struct {
	Name  string
	Value secret.Text
}

// Split takes a value apart without judging it. The value of every parameter stays closed.
func Split(v secret.Text) Credentials {
	s := v.Reveal()
	word, rest := s, ""
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		word, rest = s[:i], s[i:]
	}
	c := Credentials{}
	switch {
	case Known(word):
		c.Scheme, c.Word = word, secret.Public(word)
	case word == "" || rest == "" || strings.TrimLeft(rest, " \t") == "":
		c.Rest = v
		return c
	default:
		c.Word = v.Map(func(string) string { return word })
	}
	trimmed := strings.TrimLeft(rest, " \t")
	c.Gap = len(rest) - len(trimmed)
	c.Rest = v.Map(func(string) string { return trimmed })
	switch strings.ToLower(c.Scheme) {
	case "", "basic", "bearer", "dpop", "negotiate", "ntlm", "kerberos":
		// One opaque value: an equals sign inside it does not make its front a name that may be shown.
	default:
		c.Params = params(v, trimmed)
	}
	return c
}

// Param gives the first parameter of that name, whatever its case.
func (c Credentials) Param(name string) (secret.Text, bool) {
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value, true
		}
	}
	return secret.Text{}, false
}

// params reads auth-params when the rest begins like one; a token68 has none.
func params(v secret.Text, rest string) []Credential {
	n := tokenLen(rest)
	if n == 0 || n >= len(rest) || strings.TrimRight(rest, "= \t") == rest[:n] {
		return nil
	}
	if t := strings.TrimLeft(rest[n:], " \t"); !strings.HasPrefix(t, "=") || strings.HasPrefix(t, "==") {
		return nil
	}
	ps, _ := ParseInfo([]string{rest})
	out := make([]Credential, 0, len(ps))
	for _, p := range ps {
		name := p.Name
		if secret.Looks(name) {
			name = secret.New(name).String()
		}
		out = append(out, Credential{name, v.Map(func(string) string { return p.Value })})
	}
	return out
}
