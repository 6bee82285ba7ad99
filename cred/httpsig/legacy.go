package httpsig

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// parseLegacy reads draft-cavage-http-signatures-12: `Signature: keyId="...",headers="...",signature="..."`, or the same
// behind the scheme Signature in Authorization. Mastodon and other ActivityPub servers still speak it.
func parseLegacy(req exchange.Request) ([]Signature, bool) {
	text, inAuth := req.Header.Text("Signature"), false
	if text.Empty() {
		c := challenge.Split(req.Header.Text("Authorization"))
		if !strings.EqualFold(c.Scheme, "Signature") {
			return nil, false
		}
		text, inAuth = c.Rest, true
	}
	c := challenge.Split(secret.Join(secret.Public("Signature "), text))
	s := Signature{Legacy: true, InAuthorization: inAuth, legacy: c.Params}
	get := func(name string) string { v, _ := c.Param(name); return v.Reveal() }
	if _, ok := c.Param("signature"); !ok {
		if !inAuth {
			return []Signature{{Flaws: []Flaw{NoInput}}}, true
		}
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(get("signature"))
	s.note(err != nil || len(raw) == 0, BadValue)
	s.Value = secret.New(string(raw))
	if id := get("keyId"); id != "" {
		if s.KeyID = secret.Public(id); len(id) > 120 || secret.Looks(id) {
			s.KeyID = secret.New(id)
		}
	}
	switch alg := strings.ToLower(get("algorithm")); alg {
	case "", "hs2019", "rsa-sha256", "rsa-sha512", "hmac-sha256", "hmac-sha512", "ecdsa-sha256", "ed25519":
		s.Algorithm = alg
	default:
		s.Algorithm = "other"
		s.note(true, BadAlgorithm)
	}
	at := func(name string) time.Time {
		v := get(name)
		if v == "" {
			return time.Time{}
		}
		n, err := strconv.ParseFloat(v, 64) // expires may have a fraction
		s.note(err != nil || n < 0 || n > 1e11, CreatedText)
		if err != nil || n < 0 || n > 1e11 {
			return time.Time{}
		}
		return time.Unix(int64(n), 0).UTC()
	}
	s.Created, s.Expires = at("created"), at("expires")
	_, listed := c.Param("headers")
	list := strings.Fields(strings.ToLower(get("headers")))
	switch {
	case !listed && (strings.HasPrefix(s.Algorithm, "rsa") || strings.HasPrefix(s.Algorithm, "hmac") || strings.HasPrefix(s.Algorithm, "ecdsa")):
		list = []string{"date"}
	case !listed:
		list = []string{"(created)"}
	}
	s.note(len(list) == 0 || len(list) > maxComponents, NothingSigned)
	s.Components = list[:min(len(list), maxComponents)]
	for _, name := range s.Components {
		if !strings.HasPrefix(name, "(") && name != "host" && name != "content-length" {
			s.note(!req.Header.Has(name), FieldAbsent)
		}
	}
	return []Signature{s}, true
}

func (s Signature) legacyLines(req exchange.Request) ([]form.Line, error) {
	var out []form.Line
	for _, name := range s.Components {
		l := form.Line{Name: name}
		switch name {
		case "(request-target)":
			l.Value = secret.Join(secret.Public(strings.ToLower(req.Method)+" "), form.Shown(or(req.URL.Path, "/")))
			if req.URL.HasQuery {
				l.Value = secret.Join(l.Value, secret.Hide("?"+req.URL.RawQuery().Reveal()))
			}
		case "(created)", "(expires)":
			v := s.param(strings.Trim(name, "()"))
			if v == "" {
				return nil, fmt.Errorf("signing string: %s is not among the parameters", name)
			}
			l.Value = secret.Public(v)
		default:
			values, err := field(req, name, nil)
			if err != nil {
				return nil, fmt.Errorf("signing string: %s %w", secret.Scrub(name), err)
			}
			l.Value = values[0]
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, errors.New("signing string: nothing is covered")
	}
	return out, nil
}

func (s Signature) param(name string) string {
	for _, p := range s.legacy {
		if strings.EqualFold(p.Name, name) {
			return p.Value.Reveal()
		}
	}
	return ""
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
