package redirect

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/signature"
)

// detour is what the redirects of the request under examination did to it in sum.
type detour struct {
	turn     *exchange.Exchange // the first reply whose Location leads to another origin; the first redirect when none does
	from, to exchange.URL       // where the first request went, and the last address that is known
	followed bool               // the last address was asked
	carried  cred.Credential    // what the first request carried in a header field
	arrived  bool               // the last hop was sent a credential as well
	kept     probe.Answer       // would the user's own program have sent it to the last address?
}

// detourOf reads the redirects of a request that carried a credential in a header field; ok is false when there was no
// redirect, or nothing to lose.
func detourOf(v *cause.View) (d detour, ok bool) {
	if v.Answer == nil {
		return d, false
	}
	for _, c := range v.Credentials {
		if c.In == cred.InHeader && !strings.EqualFold(c.Place, "Proxy-Authorization") {
			d.carried, ok = c, true
			break
		}
	}
	if !ok {
		return d, false
	}
	d.from, d.to, d.kept = v.Request.URL, v.Request.URL, probe.Yes
	hops := v.Hops()
	for i, x := range hops {
		if x.Status()/100 != 3 {
			continue
		}
		to, has, err := x.Location()
		if !has || err != nil {
			continue
		}
		if d.turn == nil || sameOrigin(d.from, d.to) {
			d.turn = x
		}
		d.take(v, to)
		d.to, d.followed = to, i+1 < len(hops)
	}
	if d.turn == nil {
		return d, false
	}
	if d.followed {
		_, d.arrived = field(v.Answer.Request, d.carried.Place)
		if v.Answer.Given != "" { // recorded: what went over the wire is known, no model is needed
			d.kept = probe.No
			if d.arrived {
				d.kept = probe.Yes
			}
		}
	}
	return d, true
}

// field finds the credential that stands in the header field called place.
func field(r exchange.Request, place string) (cred.Credential, bool) {
	for _, c := range cred.Of(r) {
		if c.In == cred.InHeader && strings.EqualFold(c.Place, place) {
			return c, true
		}
	}
	return cred.Credential{}, false
}

// take asks the model of the user's program about one more redirect.
func (d *detour) take(v *cause.View, to exchange.URL) {
	if v.Intent == nil || v.Intent.Trusted {
		return
	}
	agent, carrier := v.Intent.Agent, d.carrier()
	switch agent.Name {
	case "curl": // compares each hop with the first host, and gives the credential again to that one
		d.kept = probe.Forwards(agent, d.from, to, carrier)
	default:
		if d.kept == probe.Yes {
			d.kept = probe.Forwards(agent, d.to, to, carrier)
		}
	}
}

// carrier is how the credential travels, in the words of the model.
func (d detour) carrier() probe.Carrier {
	switch {
	case strings.EqualFold(d.carried.Place, "Authorization"):
		return probe.CarrierAuthorization
	case d.carried.Kind == cred.Cookie:
		return probe.CarrierCookie
	}
	return probe.CarrierCustom
}

// programs are those whose behaviour is compared, by the name that people know them by.
var programs = []struct{ agent, name string }{
	{"curl", "curl"}, {"requests", "Python requests"}, {"node-fetch", "Node's fetch"}, {"go", "Go"},
	{"wget", "wget"}, {"urllib", "Python's urllib"},
}

// others says which other programs send the credential on at the same redirect: why it works in one and fails in
// another. The table behind it is measured (probe.Forwards).
func others(v *cause.View, d detour) (fact.Fact, bool) {
	var sent, dropped []string
	for _, p := range programs {
		if v.Intent == nil || p.agent == v.Intent.Agent.Name {
			continue
		}
		switch probe.Forwards(exchange.Agent{Name: p.agent}, d.from, d.to, d.carrier()) {
		case probe.Yes:
			sent = append(sent, p.name)
		case probe.No:
			dropped = append(dropped, p.name)
		}
	}
	if len(sent) == 0 {
		return fact.Fact{}, false
	}
	text := "At the same redirect " + strings.Join(sent, ", ") + " would send it on"
	if len(dropped) > 0 {
		text += ", " + strings.Join(dropped, ", ") + " would not"
	}
	return fact.At(d.turn.N, "%s.", text), true
}

// lost reports that the user's program leaves the credential behind, and that the last hop was asked without it.
func (d detour) lost() bool { return d.followed && !d.arrived && d.kept != probe.Yes }

// refusal grades a refusal at the end of a detour that cost the credential. A challenge says that one is wanted; the
// other refusals only fit. Whether the credential would be taken there is not known, so it is never more than Strong.
func (d detour) refusal(v *cause.View) (cause.Grade, float64, bool) {
	_, login := signature.LoginPage(v.Answer)
	_, none := v.Means(signature.NoCredentials, signature.LoginRequired)
	g, w := cause.Strong, 0.85
	switch {
	case v.Answer.Status() == 401, none:
	case v.Answer.Status() == 403, login:
		g, w = cause.Likely, 0.65
	default:
		return 0, 0, false
	}
	if d.kept == probe.Unknown {
		g, w = cause.Likely, 0.6
	}
	return g, w, true
}

// toLogin reports a detour that ends at a login page somewhere else: that is a refusal in the form of a redirect.
func (d detour) toLogin(v *cause.View) bool {
	if sameResource(d.from, d.to) {
		return false
	}
	for _, x := range v.Hops() {
		if _, login := signature.LoginPage(x); login {
			return true
		}
	}
	return false
}

func sameOrigin(a, b exchange.URL) bool { return a.Origin() == b.Origin() }

// sameResource reports that two URLs differ in nothing but scheme, host, port and a slash at the end.
func sameResource(a, b exchange.URL) bool {
	return strings.Trim(a.Path, "/") == strings.Trim(b.Path, "/")
}

// slashed reports that b is a with a slash put at the end of its path, or taken away.
func slashed(a, b exchange.URL) bool {
	return a.Path != b.Path && strings.TrimSuffix(a.Path, "/") == strings.TrimSuffix(b.Path, "/")
}

// wwwTwins reports host names that differ in a leading "www." only.
func wwwTwins(a, b string) bool {
	return a != b && strings.TrimPrefix(a, "www.") == strings.TrimPrefix(b, "www.")
}

// presigned gives the signature parameters in a URL, when it is a signed one.
func presigned(r exchange.Request) (cred.Credential, bool) {
	for _, c := range cred.Of(r) {
		if c.Kind == cred.SignedURL {
			return c, true
		}
	}
	return cred.Credential{}, false
}

// signedTarget reports that u is a presigned URL.
func signedTarget(u exchange.URL) bool {
	_, ok := presigned(exchange.Request{Method: "GET", URL: u})
	return ok
}

// program names the user's program in a sentence.
func program(v *cause.View) string {
	if v.Intent == nil || v.Intent.Agent.Name == "" || v.Intent.Agent.Name == "why401" {
		return "the client"
	}
	return v.Intent.Agent.Name
}

// option is the curl option that carries a credential like c, with a placeholder for the secret.
func option(c cred.Credential) string {
	switch {
	case c.Kind == cred.Cookie:
		return `-H "Cookie: $COOKIE"`
	case c.Kind == cred.Basic && strings.EqualFold(c.Place, "Authorization"):
		return `-u "$USER:$PASSWORD"`
	case c.Kind == cred.Digest:
		return `--digest -u "$USER:$PASSWORD"`
	case strings.EqualFold(c.Place, "Authorization") && c.Scheme != "":
		return `-H "Authorization: ` + c.Scheme + ` $TOKEN"`
	case strings.Trim(c.Place, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == "":
		return `-H "` + c.Place + `: $TOKEN"`
	}
	return `-H "Authorization: $TOKEN"`
}

// command is the curl command that asks u with a credential like c.
func command(c cred.Credential, u exchange.URL) string {
	return "curl -i " + option(c) + " " + cause.Quote(u)
}
