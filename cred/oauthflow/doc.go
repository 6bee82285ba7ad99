// Package oauthflow finds logins and token requests of OAuth 2.0 and OpenID Connect in exchanges, and puts what belongs
// together side by side: the authorization request (RFC 6749 4.1.1), the redirect back to the client (4.1.2), the token
// request (4.1.3, 4.4.2, 6), the device authorization (RFC 8628) and the calls with the token.
//
// Steps are joined by what they share: state, redirect_uri, the code, the device code, the refresh token, the access
// token. Values that work once are compared and never shown; PKCE (RFC 7636) is computed again. The package sends
// nothing and blames nobody: it says which step was the first that did not pass, and in what two steps differ.
package oauthflow

import (
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Bounds of what is read: a record may hold a day of browsing.
const (
	maxExchanges = 2000
	maxSteps     = 200
	maxForm      = 64 << 10
	maxParams    = 64
)

// Record is what was found in a list of exchanges.
type Record struct {
	Authorizations []*Authorization
	Callbacks      []*Callback
	Devices        []*Device
	Tokens         []*Token
	Calls          []*Call
	Meta           *Metadata // what the authorization server publishes of itself, when that is in the record
}

// Empty reports that no step of a flow was found. Metadata alone is none.
func (r *Record) Empty() bool {
	return len(r.Authorizations)+len(r.Callbacks)+len(r.Devices)+len(r.Tokens) == 0
}

// Authorization is an authorization request and what came of it.
type Authorization struct {
	X      *exchange.Exchange
	Asked  Params
	Answer *Callback // the redirect back; nil when the record does not show one
}

// Callback is the redirect back to the client: the answer that leads there, the request that arrived there, or both.
type Callback struct {
	From *exchange.Exchange // whose Location leads to the client; nil when unseen
	X    *exchange.Exchange // the request at the client; nil when unseen
	To   exchange.URL       // the client's address, without what was added to it
	Got  Params             // code, state, error, iss, ...
	For  *Authorization     // which it answers, by its state; by redirect_uri where it has none; nil when unknown
	// Foreign says that the record shows authorization requests to this address, and none of them sent this state.
	Foreign bool
}

// When is the time of the callback, zero when unknown.
func (c *Callback) When() time.Time {
	if c.X != nil && !c.X.Sent.IsZero() {
		return c.X.Sent
	}
	if c.From != nil {
		return c.From.Sent
	}
	return time.Time{}
}

// Device is a device authorization request (RFC 8628 3.1).
type Device struct {
	X     *exchange.Exchange
	Asked Params
	Got   Params
}

// Token is a request to a token endpoint.
type Token struct {
	X      *exchange.Exchange
	Asked  Params
	Got    Params // the answer's JSON, or form
	Client Client

	Callback *Callback      // that brought the code
	For      *Authorization // that the code came from
	Device   *Device        // that began it
	Before   *Token         // an earlier request with the very same code, refresh token or device code
	Renews   *Token         // whose refresh token is used
}

// Call is a request with an access token that the record shows being issued.
type Call struct {
	X    *exchange.Exchange
	With *Token
}

// Client is how a token request says who asks (RFC 6749 2.3, RFC 7523 2.2).
type Client struct {
	Method string      // client_secret_basic, client_secret_post, private_key_jwt, none; "" when it names no client
	Twice  bool        // a secret in Authorization and in the body
	ID     secret.Text // as it stands in the body, or form-decoded out of Basic
	Raw    secret.Text // the id out of Basic as it was sent
	Secret secret.Text // as it was sent
}

// Grant is grant_type.
func (t *Token) Grant() string { return t.Asked.Show("grant_type") }

// The grants.
const (
	CodeGrant    = "authorization_code"
	RefreshGrant = "refresh_token"
	ClientGrant  = "client_credentials"
	DeviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
)

// Passed reports that tokens were issued. Some servers answer 200 with an error in the body (GitHub does).
func (t *Token) Passed() bool { return t.X.OK() && t.Error() == "" }

// Error is the error code of the answer, "" when there is none.
func (t *Token) Error() string { return t.Got.Show("error") }

// Waits reports the two answers of RFC 8628 3.5 that ask a device to try again later.
func (t *Token) Waits() bool {
	e := t.Error()
	return e == "authorization_pending" || e == "slow_down"
}

// Error is the error code that came back to the client.
func (c *Callback) Error() string { return c.Got.Show("error") }

// Quiet reports an answer to prompt=none that says that somebody has to log in first (OpenID Connect Core 3.1.2.6): that
// is what was asked, and no fault.
func (c *Callback) Quiet() bool {
	switch c.Error() {
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return c.For == nil || c.For.Asked.Get("prompt").Is("none")
	}
	return false
}
