package cause

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/cred/oauth"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Published is what the API and its authorization server publish about themselves, as far as it was read, held against
// the token that was refused. It is empty unless the user named an issuer or the API names its metadata; what a token says
// of itself (iss, jku, x5u) leads nowhere that the user has not agreed to.
type Published struct {
	Resource *oauth.Resource // the API's metadata (RFC 9728); nil when none was read, or it is about something else
	Trusted  []Trusted       // the issuers that the API takes tokens of

	Server *oauth.Server // the metadata of Issuer (RFC 8414); nil when none was read
	Issuer jwt.Name      // whose metadata was asked for
	Own    bool          // the metadata's issuer and the token's are the same, letter by letter
	Sound  bool          // and the metadata is about Issuer, and came over a connection that nobody could change
	Keys   *oauth.KeySet
	Signed *jose.Answer // whether one of Keys made the token's signature; nil when it cannot be asked

	State *oauth.State // what the issuer's introspection endpoint says of the token

	// The numbers of the documents, for evidence.
	ResourceN, ServerN, KeysN, StateN int

	Wants   []Trial   // what may still be asked, in this order
	Unnamed []Unnamed // what would be asked, had the user agreed to it
	Notes   []string  // warnings that stand beside any verdict: a private key in a published set
	Failed  []string  // documents that could not be had, and why

	dated *exchange.Exchange // a reply of the issuer, for its clock
}

// Trusted is an issuer that the API takes tokens of.
type Trusted struct {
	jwt.Name
	Stated bool // the API's own metadata says so; else the user does
}

// Unnamed is a place whose published documents would help, and that nobody has agreed to.
type Unnamed struct {
	Flag, Value string // the option that agrees: --issuer https://id.example.com
	What        string // "the token's issuer"
}

// Published reads the documents of the case, once per view.
func (v *View) Published() *Published {
	if v.published == nil {
		v.published = &Published{}
		if v.Refused() && v.Intent != nil && v.Answer.Given == "" && !v.Recorded() {
			(&reading{v: v, p: v.published}).run()
		}
	}
	return v.published
}

// reading walks from document to document. It stops at each that must be fetched first.
type reading struct {
	v *View
	p *Published
	t *jwt.Token // the token, when it is a JWT
}

func (r *reading) run() {
	c, ok := r.v.Arrived(cred.JWT, cred.Bearer)
	if !ok || strings.EqualFold(c.Place, "Proxy-Authorization") {
		return
	}
	if t, err := jwt.Decode(c.Value); err == nil && t.Claims != nil {
		r.t = t
	}
	named := r.challenged()
	if named.at.Host != "" {
		r.resource(named)
		if len(r.p.Wants) > 0 {
			return // it says which issuer to ask
		}
	}
	for _, i := range r.v.Issuers {
		if n := jwt.NameOf(i.Text.String()); !r.trusts(n) {
			r.p.Trusted = append(r.p.Trusted, Trusted{Name: n})
		}
	}
	if r.server(); r.p.Server != nil {
		r.keys(c.Value)
		r.introspection(c.Value)
	}
	// Most APIs have no metadata: the well-known place is looked at last, and only when the user wants documents read.
	if named.at.Host == "" && len(r.v.Issuers) > 0 && len(r.p.Wants) == 0 {
		r.resource(place{at: oauth.ResourceDocument(r.v.Intent.Request.URL), guess: true})
	}
}

func (r *reading) trusts(n jwt.Name) bool {
	return slices.ContainsFunc(r.p.Trusted, func(t Trusted) bool { return t.Text.Equal(n.Text) })
}

// may reports that documents may be read from u: the user's own request goes there, or the user agreed.
func (r *reading) may(u exchange.URL) bool {
	o := u.Origin()
	return o == r.v.Intent.Request.URL.Origin() || slices.Contains(r.v.Consult, o)
}

// document gives the reply under u, or asks for it; nil when it is not at hand.
func (r *reading) document(u exchange.URL, what string) *exchange.Exchange {
	key := "document " + u.String()
	if x := r.v.Document(key); x != nil {
		if x.Response != nil && r.p.dated == nil && u.Origin() != r.v.Intent.Request.URL.Origin() {
			r.p.dated = x
		}
		return x
	}
	r.p.Wants = append(r.p.Wants, Trial{Key: key, Change: what, Asks: ADocument, Fresh: true,
		Edit: func(exchange.Request) exchange.Request { return oauth.Get(u) }})
	return nil
}

// usable gives the body of a document that was read, and keeps in mind why there is none.
func (r *reading) usable(x *exchange.Exchange) bool {
	why := ""
	switch {
	case x.Failure != nil:
		why = "no answer: " + x.Failure.Error()
	case x.Status()/100 == 3:
		why = fmt.Sprintf("%d, a redirect; it was not followed", x.Status())
	case !x.OK():
		why = fmt.Sprintf("answers %d", x.Status())
	default:
		return true
	}
	r.p.Failed = append(r.p.Failed, x.Request.URL.String()+": "+why)
	return false
}

func (r *reading) failed(x *exchange.Exchange, err error) {
	r.p.Failed = append(r.p.Failed, fmt.Sprintf("%s: %v", x.Request.URL, err))
}

// place is where a document may be.
type place struct {
	at    exchange.URL
	guess bool // nobody said that it is there
}

// challenged is the place that the challenge names for the API's metadata (RFC 9728 5.1).
func (r *reading) challenged() place {
	for _, ch := range r.v.Challenges {
		text := ch.Value("resource_metadata")
		if text == "" {
			continue
		}
		u, err := oauth.Address(secret.Public(text))
		if err == nil {
			return place{at: u}
		}
		r.p.Failed = append(r.p.Failed, fmt.Sprintf("the challenge's resource_metadata: %v", err))
	}
	return place{}
}

// resource reads the API's own metadata.
func (r *reading) resource(p place) {
	asked := r.v.Intent.Request.URL
	if !r.may(p.at) {
		r.p.Unnamed = append(r.p.Unnamed, Unnamed{"--consult", p.at.Origin().String(), "where the API says that its metadata is"})
		return
	}
	x := r.document(p.at, "reading the API's published metadata (RFC 9728)")
	if x == nil || p.guess && !x.OK() || !r.usable(x) {
		return
	}
	m, err := oauth.ReadResource(x.Body())
	if err != nil {
		r.failed(x, err)
		return
	}
	r.p.ResourceN = x.N
	// RFC 9728 3.3: what is about another resource must not be used. Its path may be shorter than the request's.
	if about, err := oauth.Address(m.Resource.Text); err != nil || about.Origin() != asked.Origin() || !strings.HasPrefix(asked.Path+"/", strings.TrimSuffix(about.Path, "/")+"/") {
		r.failed(x, fmt.Errorf("it is about the resource %q, not about the address that was asked; it must not be used (RFC 9728 3.3)", m.Resource.Show))
		return
	}
	r.p.Resource = &m
	for _, s := range m.Servers {
		r.p.Trusted = append(r.p.Trusted, Trusted{Name: s, Stated: true})
	}
}

// server reads the metadata of the one issuer that tells most: the token's own where the API trusts it, else the first
// that it trusts, else the token's own where it may be asked.
func (r *reading) server() {
	var own jwt.Name
	if r.t != nil {
		own = r.t.Claims.Issuer
	}
	pick, at := jwt.Name{}, exchange.URL{}
	consider := func(n jwt.Name, what string) {
		u, err := oauth.Address(n.Text)
		if err != nil || !n.Present() || pick.Present() || n.Text.Closed() && what != "" {
			return
		}
		if r.may(u) {
			pick, at = n, u
		} else if what != "" && !slices.ContainsFunc(r.p.Unnamed, func(o Unnamed) bool { return o.Value == n.Show }) {
			r.p.Unnamed = append(r.p.Unnamed, Unnamed{"--issuer", n.Show, what})
		}
	}
	if own.Present() && r.trusts(own) {
		consider(own, "")
	}
	for _, stated := range []bool{false, true} {
		for _, t := range r.p.Trusted {
			if t.Stated == stated {
				consider(t.Name, "an issuer that the API's metadata names")
			}
		}
	}
	if own.Present() && len(r.p.Trusted) == 0 {
		consider(own, "the issuer that the token names")
	}
	if !pick.Present() {
		return
	}
	r.p.Issuer = pick
	failed := len(r.p.Failed)
	for _, u := range oauth.ServerDocuments(at) {
		x := r.document(u, "reading the issuer's published metadata (RFC 8414)")
		if x == nil {
			return
		}
		if x.Failure != nil {
			r.usable(x)
			return // nobody answers there at all
		}
		if !r.usable(x) {
			continue
		}
		s, err := oauth.ReadServer(x.Body())
		if err != nil {
			r.failed(x, err)
			continue
		}
		r.p.Failed = r.p.Failed[:failed]
		r.p.Server, r.p.ServerN = &s, x.N
		r.p.Own = own.Present() && s.Speaks(own)
		r.p.Sound = s.Speaks(pick) && oauth.Private(u)
		return
	}
}

// keys reads the key set, and asks it about the token.
func (r *reading) keys(token secret.Text) {
	if r.p.Server.Keys == "" || r.t == nil || r.t.Form != jwt.Signed {
		return // what is opaque or encrypted has no signature to check
	}
	u, err := oauth.Address(secret.Public(r.p.Server.Keys))
	switch {
	case err != nil:
		r.p.Failed = append(r.p.Failed, fmt.Sprintf("jwks_uri: %v", err))
		return
	case !r.may(u):
		r.p.Unnamed = append(r.p.Unnamed, Unnamed{"--consult", u.Origin().String(), "where the issuer's keys are"})
		return
	}
	x := r.document(u, "reading the issuer's published keys (RFC 7517)")
	if x == nil || !r.usable(x) {
		return
	}
	k, err := oauth.ReadKeys(x)
	if err != nil {
		r.failed(x, err)
		return
	}
	r.p.Keys, r.p.KeysN = &k, x.N
	r.p.Sound = r.p.Sound && oauth.Private(u)
	r.p.Notes = append(r.p.Notes, k.Warnings...)
	a := jose.Verify(token, k.Set, jose.Options{})
	r.p.Signed = &a
}

// introspection asks the issuer about the token, when the user gave a client for that.
func (r *reading) introspection(token secret.Text) {
	i := slices.IndexFunc(r.v.Issuers, func(i exchange.Issuer) bool { return !i.Client.Empty() })
	if i < 0 || !r.v.Issuers[i].Text.Equal(r.p.Issuer.Text) || r.p.Server.Introspection == "" {
		return
	}
	issuer := r.v.Issuers[i]
	u, err := oauth.Address(secret.Public(r.p.Server.Introspection))
	if err != nil || u.Origin() != issuer.URL.Origin() {
		r.p.Failed = append(r.p.Failed, "the introspection endpoint is not at the origin that was named: nothing was sent there")
		return
	}
	const key = "introspection"
	x := r.v.Document(key)
	if x == nil {
		methods := r.p.Server.ClientAuth
		r.p.Wants = append(r.p.Wants, Trial{Key: key, Change: "asking the issuer whether the token is active (RFC 7662, a POST with the token and the client's secret)", Asks: Introspection,
			Fresh: true, Edit: func(exchange.Request) exchange.Request { return oauth.Introspect(u, token, issuer.Client, methods) }})
		return
	}
	if !r.usable(x) {
		return
	}
	s, err := oauth.ReadState(x.Body())
	if err != nil {
		r.failed(x, err)
		return
	}
	r.p.State, r.p.StateN = &s, x.N
}

// Genuine reports that the token is what it says: its own issuer's metadata was read, and one of the keys there made its
// signature.
func (p *Published) Genuine() bool { return p.Own && p.Sound && p.Signed != nil && p.Signed.OK }

// Trusts reports whether the API takes tokens of issuer; known is false when nobody says which it takes.
func (p *Published) Trusts(issuer jwt.Name) (yes, known bool) {
	return slices.ContainsFunc(p.Trusted, func(t Trusted) bool { return t.Text.Equal(issuer.Text) }), len(p.Trusted) > 0
}

// Clock is how far the issuer's clock runs ahead of the one here, by the Date of a document that no cache has kept; ok is
// false when that is not known.
func (p *Published) Clock() (ahead, slack time.Duration, ok bool) {
	x := p.dated
	if x == nil || x.Sent.IsZero() || x.Header().Has("Age") {
		return 0, 0, false
	}
	d, ok := x.Date()
	return d.Sub(x.Sent.Add(x.Took / 2)), 2*time.Second + x.Took, ok
}
