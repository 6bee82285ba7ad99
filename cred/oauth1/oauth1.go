// Package oauth1 reads the parameters of an OAuth 1.0 signature (RFC 5849) in a header or a query, and recomputes the
// signature where the secrets are at hand. It makes none.
package oauth1

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Flaw is what is wrong with the parameters. The texts may be shown.
type Flaw string

// The flaws.
const (
	NoConsumerKey   Flaw = "oauth_consumer_key is missing"
	NoMethod        Flaw = "oauth_signature_method is missing"
	UnknownMethod   Flaw = "oauth_signature_method is none of HMAC-SHA1, HMAC-SHA256, RSA-SHA1, PLAINTEXT"
	NoSignature     Flaw = "oauth_signature is missing"
	NoTimestamp     Flaw = "oauth_timestamp is missing"
	BadTimestamp    Flaw = "oauth_timestamp is not a number of seconds"
	Milliseconds    Flaw = "oauth_timestamp is in milliseconds"
	NoNonce         Flaw = "oauth_nonce is missing"
	BadVersion      Flaw = "oauth_version is not 1.0"
	DuplicateParam  Flaw = "a parameter appears twice"
	PlaintextOnHTTP Flaw = "PLAINTEXT over http"
	TwoPlaces       Flaw = "parameters in the header and in the query"
)

// Signature is what may be known about an OAuth 1.0 signature.
type Signature struct {
	InQuery     bool
	Method      string // "HMAC-SHA1", ...; "other" when it is none of the known ones
	ConsumerKey secret.Text
	Token       bool // an oauth_token with a value: three-legged
	Nonce       secret.Text
	Time        time.Time // zero when missing or unreadable
	Callback    bool
	Verifier    bool
	Realm       string
	Names       []string // parameter names as written
	Flaws       []Flaw
}

// Has reports a flaw.
func (s Signature) Has(f Flaw) bool {
	for _, g := range s.Flaws {
		if f == g {
			return true
		}
	}
	return false
}

// Skew is how far the timestamp runs ahead of the server's clock; zero when it is unknown.
func (s Signature) Skew(server time.Time) time.Duration {
	if s.Time.IsZero() || server.IsZero() {
		return 0
	}
	return s.Time.Sub(server)
}

// Parse finds an OAuth 1.0 signature in req, in the header first; ok is false when there is none.
func Parse(req exchange.Request) (sig Signature, ok bool) {
	var query []challenge.Credential
	for _, p := range req.URL.Query {
		if name, _ := url.QueryUnescape(p.Name); strings.HasPrefix(name, "oauth_") {
			query = append(query, challenge.Credential{Name: name, Value: p.Value.Map(plain)})
		}
	}
	for _, v := range req.Header.Values("Authorization") {
		c := challenge.Split(v.Trim())
		if !strings.EqualFold(c.Scheme, "OAuth") || !c.Rest.Contains("oauth_") {
			continue
		}
		var ps []challenge.Credential
		for _, p := range c.Params {
			ps = append(ps, challenge.Credential{Name: p.Name, Value: p.Value.Map(unescape)})
		}
		s := read(ps, req.URL.Scheme)
		if len(query) > 0 {
			s.Flaws = append(s.Flaws, TwoPlaces)
		}
		return s, true
	}
	for _, p := range query {
		if p.Name == "oauth_signature" || p.Name == "oauth_consumer_key" {
			s := read(query, req.URL.Scheme)
			s.InQuery = true
			return s, true
		}
	}
	return Signature{}, false
}

func read(ps []challenge.Credential, scheme string) Signature {
	s := Signature{}
	note := func(on bool, f Flaw) {
		if on && !s.Has(f) {
			s.Flaws = append(s.Flaws, f)
		}
	}
	val := map[string]secret.Text{}
	for _, p := range ps {
		_, dup := val[p.Name]
		note(dup, DuplicateParam)
		val[p.Name] = p.Value
		s.Names = append(s.Names, p.Name)
	}
	s.ConsumerKey = secret.New(val["oauth_consumer_key"].Reveal())
	s.Nonce = secret.New(val["oauth_nonce"].Reveal())
	s.Token = !val["oauth_token"].Empty()
	s.Callback, s.Verifier = !val["oauth_callback"].Empty(), !val["oauth_verifier"].Empty()
	s.Realm = val["realm"].Reveal()
	switch m := strings.ToUpper(val["oauth_signature_method"].Reveal()); m {
	case "HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512", "PLAINTEXT":
		s.Method = m
	case "":
	default:
		s.Method = "other"
	}
	note(s.ConsumerKey.Empty(), NoConsumerKey)
	note(s.Method == "", NoMethod)
	note(s.Method == "other", UnknownMethod)
	note(val["oauth_signature"].Empty(), NoSignature)
	if s.Method != "PLAINTEXT" { // RFC 5849 3.1: PLAINTEXT may do without
		note(s.Nonce.Empty(), NoNonce)
		note(val["oauth_timestamp"].Empty(), NoTimestamp)
	}
	note(s.Method == "PLAINTEXT" && scheme == "http", PlaintextOnHTTP)
	if ts := val["oauth_timestamp"].Reveal(); ts != "" {
		n, err := strconv.ParseInt(ts, 10, 64)
		switch {
		case err != nil || n < 0 || n >= 1e14:
			note(true, BadTimestamp)
		case n >= 1e11:
			note(true, Milliseconds)
			s.Time = time.UnixMilli(n).UTC()
		default:
			s.Time = time.Unix(n, 0).UTC()
		}
	}
	if v, ok := val["oauth_version"]; ok {
		note(!v.Is("1.0"), BadVersion)
	}
	return s
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

func plain(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}
