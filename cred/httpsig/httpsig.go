// Package httpsig reads HTTP message signatures (RFC 9421) and their forerunner, the Signature field of
// draft-cavage-http-signatures-12; builds the text that is signed; checks it with a key that the user has, and makes such
// signatures anew. Content-Digest and Digest fields (RFC 9530, RFC 3230) are held against the body.
//
// It fetches no keys. Only requests are looked at: a refusal concerns what was asked.
package httpsig

import (
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Flaw is what is wrong with the form of a signature. The texts may be shown.
type Flaw string

// The flaws.
const (
	BadInput      Flaw = "Signature-Input is no dictionary of inner lists (RFC 9421 4.1)"
	BadValue      Flaw = "Signature is no dictionary of byte sequences (RFC 9421 4.2)"
	NoInput       Flaw = "there is a Signature and no Signature-Input"
	NoValue       Flaw = "there is a Signature-Input and no Signature of that label"
	Twice         Flaw = "a component is covered twice (RFC 9421 2.5)"
	BadComponent  Flaw = "a covered component is none that a request can have"
	FieldAbsent   Flaw = "a covered field is not in the request"
	NoCreated     Flaw = "created is missing: many servers ask for it"
	CreatedText   Flaw = "created or expires is no whole number of seconds"
	NothingSigned Flaw = "nothing of the request is covered"
	BadAlgorithm  Flaw = "alg is none of the registered algorithms"
)

// Algorithms are the registered names (RFC 9421 6.2.2).
var Algorithms = []string{"rsa-pss-sha512", "rsa-v1_5-sha256", "hmac-sha256", "ecdsa-p256-sha256", "ecdsa-p384-sha384", "ed25519"}

// Signature is one signature of a request.
type Signature struct {
	Label            string // "sig1"; "" for the forerunner
	Legacy           bool   // draft-cavage: a Signature field, or Authorization with that scheme, without Signature-Input
	Components       []string
	Created, Expires time.Time   // zero when absent
	KeyID            secret.Text // public unless it looks like a secret
	Algorithm        string      // as written when it is registered, "hs2019", "" when absent, "other"
	Nonce            bool        // it works once
	Flaws            []Flaw
	Value            secret.Text // the signature itself, as bytes

	InAuthorization bool              // the forerunner in an Authorization field
	Input           httpsfv.InnerList // what is covered, with its parameters
	legacy          []challenge.Credential
}

// Has reports a flaw.
func (s Signature) Has(f Flaw) bool { return slices.Contains(s.Flaws, f) }

// Covers reports that one of the components is signed, whatever its parameters.
func (s Signature) Covers(names ...string) bool {
	return slices.ContainsFunc(s.Components, func(c string) bool { return slices.Contains(names, c) })
}

func (s *Signature) note(on bool, f Flaw) {
	if on && !s.Has(f) {
		s.Flaws = append(s.Flaws, f)
	}
}

// maxSignatures and maxComponents bound what one request makes us do.
const (
	maxSignatures = 8
	maxComponents = 64
)

// Parse finds the signatures of req. ok is false when there is none.
func Parse(req exchange.Request) (list []Signature, ok bool) {
	input, value := reveal(req.Header.Values("Signature-Input")), reveal(req.Header.Values("Signature"))
	if len(input) == 0 {
		return parseLegacy(req)
	}
	values, err := httpsfv.UnmarshalDictionary(value)
	inputs, errInput := httpsfv.UnmarshalDictionary(input)
	if errInput != nil {
		return []Signature{{Flaws: []Flaw{BadInput}}}, true
	}
	for _, label := range inputs.Names() {
		if len(list) == maxSignatures {
			break
		}
		s := Signature{Label: label}
		member, _ := inputs.Get(label)
		inner, isList := member.(httpsfv.InnerList)
		if !isList || len(inner.Items) > maxComponents {
			s.note(true, BadInput)
			list = append(list, s)
			continue
		}
		s.Input = inner
		s.components(req)
		s.parameters()
		switch {
		case err != nil:
			s.note(true, BadValue)
		default:
			m, found := values.Get(label)
			s.note(!found, NoValue)
			if item, isItem := m.(httpsfv.Item); found && isItem {
				if b, isBytes := item.Value.([]byte); isBytes {
					s.Value = secret.New(string(b))
				}
			}
			s.note(found && s.Value.Empty(), BadValue)
		}
		list = append(list, s)
	}
	return list, len(list) > 0
}

func reveal(texts []secret.Text) []string {
	var out []string
	for _, t := range texts {
		out = append(out, t.Reveal())
	}
	return out
}

// derived are the components of a request that are no fields (RFC 9421 2.2).
var derived = []string{"@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query", "@query-param"}

func (s *Signature) components(req exchange.Request) {
	var seen []string
	s.note(len(s.Input.Items) == 0, NothingSigned)
	for _, item := range s.Input.Items {
		name, isText := item.Value.(string)
		if !isText {
			s.note(true, BadInput)
			continue
		}
		whole, err := httpsfv.Marshal(item)
		s.note(err != nil, BadInput)
		s.note(slices.Contains(seen, whole), Twice)
		seen = append(seen, whole)
		s.Components = append(s.Components, name)
		switch _, ofRequest := item.Params.Get("req"); {
		case ofRequest, strings.HasPrefix(name, "@") && !slices.Contains(derived, name), name != strings.ToLower(name):
			s.note(true, BadComponent)
		case !strings.HasPrefix(name, "@") && name != "host" && name != "content-length" && !req.Header.Has(name):
			s.note(true, FieldAbsent) // the program adds Host and Content-Length by itself
		}
	}
}

func (s *Signature) parameters() {
	p := s.Input.Params
	if p == nil {
		s.note(true, NoCreated)
		return
	}
	at := func(name string) time.Time {
		v, found := p.Get(name)
		n, whole := v.(int64)
		s.note(found && !whole, CreatedText)
		if !found || !whole {
			return time.Time{}
		}
		return time.Unix(n, 0).UTC()
	}
	s.Created, s.Expires = at("created"), at("expires")
	_, found := p.Get("created")
	s.note(!found, NoCreated)
	_, s.Nonce = p.Get("nonce")
	if v, found := p.Get("keyid"); found {
		id, _ := v.(string)
		s.KeyID = secret.Public(id)
		if len(id) > 120 || secret.Looks(id) {
			s.KeyID = secret.New(id)
		}
	}
	if v, found := p.Get("alg"); found {
		alg, _ := v.(string)
		if s.Algorithm = alg; !slices.Contains(Algorithms, alg) {
			s.Algorithm = "other"
			s.note(true, BadAlgorithm)
		}
	}
}

// Late says how the times of s stand against a server's clock, with slack for both: "" when they fit or are not known.
func (s Signature) Late(server time.Time, slack time.Duration) string {
	switch {
	case server.IsZero():
	case !s.Expires.IsZero() && server.After(s.Expires.Add(slack)):
		return "expires has passed"
	case !s.Created.IsZero() && s.Created.After(server.Add(slack)):
		return "created lies ahead of the server's clock"
	case !s.Expires.IsZero() && !s.Created.IsZero() && s.Expires.Before(s.Created):
		return "expires comes before created"
	}
	return ""
}
