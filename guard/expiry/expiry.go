// Package expiry says what will end and then be answered with 401: tokens, refresh tokens, signing keys, certificates, password
// hashes that the next crypt(3) does not know, settings that the next upgrade reads in another way. Each Ending has its
// date where there is one, the time that people need before it, and where it was found.
//
// It sends nothing. Handshakes come in as exchanges, tokens as closed texts; no signature is needed.
package expiry

import (
	"cmp"
	"slices"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site"
)

// Kind is the kind of thing that ends.
type Kind string

// The kinds.
const (
	Token        Kind = "token"
	RefreshToken Kind = "refresh_token"
	SigningKey   Kind = "signing_key"
	Certificate  Kind = "certificate"
	ClientCert   Kind = "client_certificate"
	PasswordHash Kind = "password_hash"
	Cleartext    Kind = "cleartext"
	Setting      Kind = "setting"
)

// Severity says how near an end is.
type Severity string

// The severities. Undated is for what ends with an event: an upgrade, the next rotation of a key.
const (
	Ended   Severity = "ended"
	Soon    Severity = "soon" // within the lead time
	Later   Severity = "later"
	Undated Severity = "undated"
)

// Ending is something that will end. All texts may be shown.
type Ending struct {
	Kind     Kind          `json:"kind"`
	Severity Severity      `json:"severity"`
	At       time.Time     `json:"at,omitzero"`      // UTC; zero where no date is known
	With     string        `json:"with,omitempty"`   // the event that ends it, where no date does: "the upgrade to CiviCRM 6.14"
	Lead     time.Duration `json:"lead"`             // how long before At somebody should act, in nanoseconds
	What     string        `json:"what"`             // one sentence without a full stop
	Do       string        `json:"do"`               // what to do about it
	Source   string        `json:"source"`           // file:line, URL, or the name of the token
	Because  string        `json:"because,omitzero"` // the document that says so
}

// Lead times: how long before an end people need to act. A person has to order a certificate; a program renews a token.
const (
	certificateLead = 21 * 24 * time.Hour
	clientCertLead  = 30 * 24 * time.Hour
	longTokenLead   = 14 * 24 * time.Hour
	keyAge          = 365 * 24 * time.Hour
)

// Input is what is looked at.
type Input struct {
	Now       time.Time
	Tokens    []NamedToken
	Responses []TokenResponse
	KeySets   []KeySet
	Certs     []NamedCert
	Configs   []*conf.Config
	Sites     []*site.Installation
	Exchanges []*exchange.Exchange // whose connections, credentials and cleartext are looked at
}

// NamedToken is a token and where it came from.
type NamedToken struct {
	Source string
	Value  secret.Text
}

// TokenResponse is what a token endpoint answered (RFC 6749 5.1), and when.
type TokenResponse struct {
	Source    string
	At        time.Time
	ExpiresIn time.Duration // 0 when it does not say
	// RefreshIn is how long the refresh token lives, where it is stated: refresh_expires_in of Keycloak, refresh_token_expires_in
	// of Azure and GitHub.
	RefreshIn time.Duration
	Refresh   bool // it holds a refresh token
}

// KeySet is a published set of keys.
type KeySet struct {
	Source string
	jose.Set
	MaxAge time.Duration        // how long verifiers may keep it (Cache-Control), 0 when it does not say
	Before *jose.Set            // what was published before; nil when nobody knows
	Since  map[string]time.Time // when each kid was seen first, where somebody watched
}

// NamedCert is a certificate, and what it is for.
type NamedCert struct {
	Source    string
	Subject   string
	NotBefore time.Time
	NotAfter  time.Time
	Client    bool
}

// Of gives what ends, the nearest first; what has no date comes last.
func Of(in Input) []Ending {
	if in.Now.IsZero() {
		in.Now = time.Now()
	}
	e := &endings{now: in.Now.UTC(), seen: map[string]bool{}}
	for _, t := range in.Tokens {
		e.token(t)
	}
	for _, r := range in.Responses {
		e.response(r)
	}
	for _, k := range in.KeySets {
		e.keys(k, in.Tokens)
	}
	for _, c := range in.Certs {
		e.certificate(c)
	}
	for _, x := range in.Exchanges {
		e.exchange(x)
	}
	for _, c := range in.Configs {
		e.config(c)
	}
	for _, s := range in.Sites {
		e.site(s)
	}
	slices.SortStableFunc(e.all, func(a, b Ending) int {
		if a.At.IsZero() != b.At.IsZero() {
			if a.At.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Source, b.Source))
	})
	return e.all
}

type endings struct {
	now  time.Time
	all  []Ending
	seen map[string]bool
}

// add judges how near the end is, and keeps one of each.
func (e *endings) add(x Ending) {
	x.At = x.At.UTC()
	switch left := x.At.Sub(e.now); {
	case x.At.IsZero():
		x.Severity = Undated
	case left <= 0:
		x.Severity = Ended
	case left <= x.Lead:
		x.Severity = Soon
	default:
		x.Severity = Later
	}
	key := string(x.Kind) + x.At.String() + x.What + x.Source
	if !e.seen[key] {
		e.seen[key] = true
		e.all = append(e.all, x)
	}
}

// Pressing are the endings that somebody should act on now.
func Pressing(all []Ending) []Ending {
	var out []Ending
	for _, e := range all {
		if e.Severity == Ended || e.Severity == Soon {
			out = append(out, e)
		}
	}
	return out
}
