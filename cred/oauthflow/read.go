package oauthflow

import (
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Read finds the steps of flows in xs, which are in the order of time.
func Read(xs []*exchange.Exchange) *Record {
	r := &Record{}
	for _, x := range xs[:min(len(xs), maxExchanges)] {
		if len(r.Authorizations)+len(r.Callbacks)+len(r.Tokens)+len(r.Devices)+len(r.Calls) >= maxSteps {
			break
		}
		r.read(x)
	}
	return r
}

func (r *Record) read(x *exchange.Exchange) {
	q := query(x.Request.URL)
	switch {
	case r.metadata(x):
	case x.Request.Method == "POST" && r.token(x):
	case x.Request.Method == "POST" && r.device(x):
	case q.Has("client_id") && (q.Has("response_type") || q.Has("request_uri")):
		r.authorization(x, q)
	case x.Request.Method == "POST" && r.posted(x):
	case r.arrived(x, q):
	default:
		r.call(x)
	}
	r.redirect(x)
}

func (r *Record) authorization(x *exchange.Exchange, q Params) {
	r.Authorizations = append(r.Authorizations, &Authorization{X: x, Asked: q})
}

// posted reads an authorization request that is a form, and a callback with response_mode=form_post.
func (r *Record) posted(x *exchange.Exchange) bool {
	p := sent(x.Request)
	switch {
	case p.Has("client_id") && p.Has("response_type"):
		r.authorization(x, p)
		return true
	case p.Has("state") && (p.Has("code") || p.Has("id_token") || p.Has("error")):
		r.come(nil, x, x.Request.URL, p)
		return true
	}
	return false
}

// redirect reads an answer whose Location leads back to a client.
func (r *Record) redirect(x *exchange.Exchange) {
	if x.Status()/100 != 3 {
		return
	}
	to, ok, err := x.Location()
	if !ok || err != nil {
		return
	}
	p := query(to)
	if to.Fragment != "" { // response_mode=fragment
		if f := form(to.Fragment); f.Has("code") || f.Has("error") || f.Has("access_token") || f.Has("id_token") {
			p = f
		}
	}
	if r.answers(to, p) {
		r.come(x, nil, to, p)
	}
}

// arrived reads a request at the client that brings an answer.
func (r *Record) arrived(x *exchange.Exchange, q Params) bool {
	if !r.answers(x.Request.URL, q) {
		return false
	}
	r.come(nil, x, x.Request.URL, q)
	return true
}

// answers reports that parameters at an address are an authorization response: a code or an error with the state that a
// client gives along, or at an address that an authorization request named.
func (r *Record) answers(to exchange.URL, p Params) bool {
	if p.Has("client_id") && p.Has("response_type") || p.Has("grant_type") {
		return false
	}
	tells := p.Has("code") || p.Has("id_token") || p.Has("access_token") || p.Has("error")
	if !tells {
		return false
	}
	if slices.ContainsFunc(r.Authorizations, func(a *Authorization) bool { return a.backTo(to) }) {
		return true
	}
	if p.Has("error") {
		return slices.Contains(errorCodes, p.Show("error"))
	}
	return p.Has("state") && p.Get("code").Len() >= 8 && (callbackPath.MatchString(to.Path) || p.Has("iss") || p.Has("session_state"))
}

// errorCodes are those of RFC 6749 4.1.2.1 and OpenID Connect Core 3.1.2.6 that mean nothing else.
var errorCodes = []string{"invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope",
	"invalid_target", "server_error", "temporarily_unavailable", "interaction_required", "login_required", "account_selection_required",
	"consent_required", "invalid_request_uri", "invalid_request_object", "request_not_supported", "request_uri_not_supported",
	"registration_not_supported", "unmet_authentication_requirements"}

var callbackPath = lazyregexp.New(`(?i)(callback|/cb|oauth2?|oidc|openid|signin|sign-in|login|auth|sso|redirect|return)`)

// backTo reports that to is the address that a named as its redirect_uri, apart from what was added to its query.
func (a *Authorization) backTo(to exchange.URL) bool {
	u, ok := address(a.Asked.Get("redirect_uri"))
	return ok && u.Origin() == to.Origin() && trimmed(u.Path) == trimmed(to.Path)
}

func trimmed(path string) string { return strings.TrimSuffix(path, "/") }

func address(t secret.Text) (exchange.URL, bool) {
	u, err := exchange.ParseURL(t.Reveal())
	return u, err == nil
}

// come notes a redirect back, or adds the request to the redirect that led to it.
func (r *Record) come(from, x *exchange.Exchange, to exchange.URL, p Params) {
	if x != nil {
		for _, c := range slices.Backward(r.Callbacks) {
			if c.X == nil && c.Got.Get("state").Equal(p.Get("state")) && c.Got.Get("code").Equal(p.Get("code")) && c.Got.Get("error").Equal(p.Get("error")) {
				c.X = x
				return
			}
		}
	}
	to.Query, to.HasQuery, to.Fragment = nil, false, ""
	c := &Callback{From: from, X: x, To: to, Got: p}
	r.Callbacks = append(r.Callbacks, c)
	var same []*Authorization // to this address, the last first
	for _, a := range slices.Backward(r.Authorizations) {
		if a.backTo(to) {
			same = append(same, a)
		}
	}
	for _, a := range slices.Backward(r.Authorizations) {
		if p.Has("state") && a.Asked.Get("state").Equal(p.Get("state")) {
			c.For = a
			break
		}
	}
	if c.For == nil && len(same) > 0 {
		c.Foreign = p.Has("state") || same[0].Asked.Has("state")
		c.For = same[0]
	}
	if c.For != nil && c.For.Answer == nil {
		c.For.Answer = c
	}
}

func (r *Record) token(x *exchange.Exchange) bool {
	p := sent(x.Request)
	if !p.Has("grant_type") {
		unseen := x.Unseen&exchange.RequestBody != 0 || x.Request.Body.Empty()
		if !unseen || !tokenPath.MatchString(x.Request.URL.Path) {
			return false
		}
	}
	t := &Token{X: x, Asked: p, Got: answered(x), Client: client(x.Request, p)}
	r.join(t)
	r.Tokens = append(r.Tokens, t)
	return true
}

// tokenPath are the paths of token endpoints, for records that leave out the body.
var tokenPath = lazyregexp.New(`(?i)/(oauth2?(/v\d+(\.\d+)?|/default/v1)?|connect|protocol/openid-connect|openid|oidc|as)/(access_)?token(\.oauth2)?/?$`)

// join finds what a token request goes on with.
func (r *Record) join(t *Token) {
	for _, name := range []string{"code", "refresh_token", "device_code"} {
		if !t.Asked.Has(name) {
			continue
		}
		for _, o := range r.Tokens {
			if o.Asked.Get(name).Equal(t.Asked.Get(name)) {
				t.Before = o // the last before it
			}
		}
	}
	if code := t.Asked.Get("code"); !code.Empty() {
		for _, c := range slices.Backward(r.Callbacks) {
			if c.Got.Get("code").Equal(code) {
				t.Callback, t.For = c, c.For
				break
			}
		}
	}
	if old := t.Asked.Get("refresh_token"); !old.Empty() {
		for _, o := range slices.Backward(r.Tokens) {
			if o.Got.Get("refresh_token").Equal(old) {
				t.Renews = o
				break
			}
		}
	}
	if dc := t.Asked.Get("device_code"); !dc.Empty() {
		for _, d := range r.Devices {
			if d.Got.Get("device_code").Equal(dc) {
				t.Device = d
			}
		}
	}
}

func (r *Record) device(x *exchange.Exchange) bool {
	got := answered(x)
	p := sent(x.Request)
	if !got.Has("device_code") && !(devicePath.MatchString(x.Request.URL.Path) && p.Has("client_id") && got.Has("error")) {
		return false
	}
	r.Devices = append(r.Devices, &Device{X: x, Asked: p, Got: got})
	return true
}

var devicePath = lazyregexp.New(`(?i)/(device|devicecode|device_authorization|device/(auth|code|authorize))/?$`)

func (r *Record) call(x *exchange.Exchange) {
	c := challenge.Split(x.Request.Header.Text("Authorization"))
	if !strings.EqualFold(c.Scheme, "bearer") && !strings.EqualFold(c.Scheme, "dpop") {
		return
	}
	for _, t := range slices.Backward(r.Tokens) {
		if at := t.Got.Get("access_token"); !at.Empty() && at.Equal(c.Rest.Trim()) {
			r.Calls = append(r.Calls, &Call{X: x, With: t})
			return
		}
	}
}

// client says how the request authenticates its client.
func client(r exchange.Request, p Params) Client {
	c := Client{ID: p.Get("client_id")}
	if a := challenge.Split(r.Header.Text("Authorization")); strings.EqualFold(a.Scheme, "basic") {
		if pair, err := basic.Decode(a.Rest.Trim()); err == nil {
			c.Method, c.Raw, c.Secret, c.Twice = "client_secret_basic", pair.User, pair.Password, p.Has("client_secret")
			c.ID = pair.User.Map(formDecode)
			return c
		}
	}
	switch {
	case p.Has("client_assertion"):
		c.Method = "private_key_jwt"
	case p.Has("client_secret"):
		c.Method, c.Secret = "client_secret_post", p.Get("client_secret")
	case p.Has("client_id"):
		c.Method = "none"
	}
	return c
}
