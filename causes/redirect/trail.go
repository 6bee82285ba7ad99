package redirect

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// step is one request of a record, with as much of it as the record shows.
type step struct {
	method string
	url    exchange.URL // Host is "" when only the path is known
	status int
	to     *exchange.URL // where its answer leads
	auth   string        // the header field that carries its credential, "" when none was seen
	bare   bool          // its header was seen, and carries no credential
	signed bool          // its URL is a presigned one
	names  []string      // its header fields, in lower case
	from   fact.Source
}

// maxSteps is how many requests of a record are looked at.
const maxSteps = 60

// recorded answers for the cause called id from a record that need not show whole exchanges. live is the detector that
// wants to see all; what it finds goes before.
func recorded(id string, live func(*cause.View) *cause.Suspicion) func(*cause.View) *cause.Suspicion {
	return cause.OnRecordToo(live, func(v *cause.View) *cause.Suspicion {
		if t := trailOf(v); t != nil && t.ID == id {
			return &t.Suspicion
		}
		return nil
	})
}

// trailOf reads the record: the steps in the order in which they were written down, two by two. Of all that they tell
// about redirects the weightiest counts; nil when there is none.
func trailOf(v *cause.View) *cause.Finding {
	var best *cause.Finding
	better := func(f *cause.Finding) {
		if f != nil && (best == nil || f.Outweighs(&best.Suspicion)) {
			best = f
		}
	}
	for _, steps := range [][]step{exchanged(v), logged(v)} {
		for i, s := range steps {
			if s.signed && s.auth != "" && (s.status == 400 || s.status == 401 || s.status == 403) {
				better(cause.Found("redirect-forwards-auth-to-presigned", cause.Strong, 0.85,
					said(s, "The request carries a signed query and %s beside it, and is answered %d.", s.auth, s.status)))
			}
			if i+1 < len(steps) {
				better(sameWithout(v, s, steps[i+1]))
			}
			if i+1 < len(steps) && steps[i+1].url.Host+steps[i+1].url.Path != "" {
				better(tookAlong(s, steps[i+1]))
				better(turnedAround(s, steps[i+1]))
				better(lostOnTheWay(s, steps[i+1]))
				better(sameButBare(v, s, steps[i+1]))
			} else {
				better(leadsAway(v, s))
			}
		}
	}
	better(endedElsewhere(v))
	better(refusedAtStorage(v))
	better(twoNames(v))
	return best
}

// exchanged are the recorded exchanges as steps.
func exchanged(v *cause.View) []step {
	var out []step
	for _, x := range v.Exchanges {
		if x.Given == "" || len(out) >= maxSteps {
			continue
		}
		s := step{method: x.Request.Method, url: x.Request.URL, status: x.Status(), signed: signedLike(x.Request.URL), from: fact.Source{Exchange: x.N}}
		for _, c := range cred.Of(x.Request) {
			if c.In == cred.InHeader && c.Kind != cred.Cookie && !strings.EqualFold(c.Place, "Proxy-Authorization") {
				s.auth = c.Place
			}
		}
		for _, f := range x.Request.Header {
			s.names = append(s.names, strings.ToLower(f.Name))
		}
		s.bare = s.auth == "" && x.Unseen&(exchange.RequestHeader|exchange.RequestCredentials) == 0
		if to, ok, err := x.Location(); ok && err == nil {
			s.to = &to
		}
		out = append(out, s)
	}
	return out
}

// logged are the lines of an access log as steps.
func logged(v *cause.View) []step {
	var out []step
	for _, m := range v.Messages {
		method, path := m.Fields["method"], m.Fields["path"]
		if method == "" || path == "" || m.Status == 0 || len(out) >= maxSteps {
			continue
		}
		path, _, _ = strings.Cut(path, "?")
		s := step{method: method, status: m.Status, from: m.From}
		s.url.Path, s.url.Host = path, m.Fields["host"]
		out = append(out, s)
	}
	return out
}

// said is a fact about a step.
func said(s step, format string, args ...any) fact.Fact {
	f := fact.Given("the record", format, args...)
	f.From = s.from
	return f
}

// tookAlong is a redirect to a presigned address, to which the credential went along.
func tookAlong(a, b step) *cause.Finding {
	if a.to == nil || b.auth == "" || b.status/100 != 4 || a.to.Host != b.url.Host || !signedLike(*a.to) {
		return nil
	}
	return cause.Found("redirect-forwards-auth-to-presigned", cause.Strong, 0.88,
		said(a, "The answer %d leads to a signed address of %s.", a.status, a.to.Origin()),
		said(b, "The request to it carries %s as well, and is answered %d.", b.auth, b.status))
}

// turnedAround is a request with a body whose redirect was followed with GET (RFC 9110 15.4.2 to 15.4.4).
func turnedAround(a, b step) *cause.Finding {
	// After a 302 or 303 a GET that is let in is how forms work; after a 301 the body was meant for the new address.
	if !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, a.method) || b.method != "GET" || (b.status < 400 || b.status == 404) && a.status != 301 {
		return nil
	}
	if a.status != 301 && a.status != 302 && a.status != 303 || !sameResource(a.url, b.url) || a.url.Path == "" {
		return nil
	}
	t := cause.Found("redirect-method-changed", cause.Likely, 0.72,
		said(a, "The %s is answered %d.", a.method, a.status), said(b, "The next request for the same resource is a GET, and is answered %d.", b.status))
	if b.status == 405 {
		t.Grade, t.Weight = cause.Strong, 0.9
	}
	return t
}

// lostOnTheWay is a redirect behind which the request is refused, without the credential where that is seen.
func lostOnTheWay(a, b step) *cause.Finding {
	if a.status/100 != 3 || b.status != 401 && b.status != 403 || a.method != b.method && a.method != "" && b.method != "" {
		return nil
	}
	id := kindOf(a.url, b.url)
	if id == "" || b.auth != "" {
		return nil
	}
	t := cause.Found(id, cause.Likely, 0.6,
		said(a, "The request is answered %d and leads to another address.", a.status), said(b, "There it is answered %d.", b.status))
	switch {
	case a.auth != "" && b.bare:
		t.Grade, t.Weight = cause.Strong, 0.88
		t.Because = append(t.Because, said(b, "The %s of the first request is not in the second.", a.auth))
	case a.auth != "":
		t.Weight = 0.8 // the second one's header was not written down, maybe because nothing worth it stood there
	case id == "redirect-trailing-slash" && a.status != 302 && a.status != 303:
		t.Weight = 0.7
	case id == "redirect-cross-host-drops-auth" || a.bare:
		return nil // a login elsewhere looks the same
	}
	return t
}

var redirectTold = lazyregexp.New(`(?i)\b(?:status|code|http/[\d.]+|response|answered|redirect\w*)\b[^\n]{0,20}\b30[1278]\b`)

// sameWithout is the header of a request printed twice, the second time without the credential, beside a redirect: programs
// follow it and leave out what belongs to the first origin. Where it led was not printed.
func sameWithout(v *cause.View, a, b step) *cause.Finding {
	if a.auth == "" || b.auth == a.auth || len(b.names) < 3 || a.url.Host+b.url.Host != "" {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(a.names), func(n string) bool { return strings.EqualFold(n, a.auth) })
	if !slices.Equal(left, b.names) {
		return nil
	}
	if _, _, ok := v.Heard().First(redirectTold); !ok {
		return nil
	}
	return cause.Found("redirect-cross-host-drops-auth", cause.Likely, 0.8,
		said(a, "The first request carries %s, and a redirect comes back.", a.auth), said(b, "The second has the same header without it."))
}

// kindOf names the cause by what differs between the two addresses; "" when they are not one thing at two places.
func kindOf(a, b exchange.URL) string {
	known := a.Host != "" && b.Host != ""
	switch {
	case signedLike(b):
		return ""
	case slashed(a, b) && (!known || a.Host == b.Host), known && a.Host == b.Host && a.Path != b.Path && strings.ReplaceAll(a.Path, "//", "/") == strings.ReplaceAll(b.Path, "//", "/"):
		return "redirect-trailing-slash"
	case !known:
		return ""
	case wwwTwins(a.Host, b.Host):
		return "redirect-www-apex"
	case a.Host != b.Host:
		return "redirect-cross-host-drops-auth"
	case a.Scheme == "http" && b.Scheme == "https" && sameResource(a, b):
		return "redirect-scheme-upgrade"
	case a.Port != b.Port && a.Scheme == b.Scheme:
		return "redirect-cross-host-drops-auth"
	}
	return ""
}

// sameButBare compares two dumps of header fields without addresses: all fields of the first come again in the second,
// but for the credential, and a redirect was spoken of.
func sameButBare(v *cause.View, a, b step) *cause.Finding {
	if a.auth == "" || b.auth != "" || len(b.names) < 4 || a.url.Host != "" && b.url.Host != "" {
		return nil
	}
	for _, n := range a.names {
		if !strings.EqualFold(n, a.auth) && !slices.Contains(b.names, n) {
			return nil
		}
	}
	for _, m := range v.Messages {
		if m.Status/100 == 3 && m.Status != 304 {
			return cause.Found("redirect-cross-host-drops-auth", cause.Likely, 0.8,
				said(b, "The second request has all header fields of the first but %s.", a.auth), said(step{from: m.From}, "Between them stands a %d.", m.Status))
		}
	}
	return nil
}

// leadsAway is a redirect that nobody followed, or that ends the record.
func leadsAway(v *cause.View, s step) *cause.Finding {
	if s.status/100 != 3 || s.to == nil {
		return nil
	}
	from := s.url
	if from.Host == "" { // the address may stand in the prose around the answer
		for _, u := range addresses(v) {
			if slashed(u, *s.to) && u.Host == s.to.Host {
				from = u
				break
			}
		}
	}
	switch {
	case from.Host != "" && wwwTwins(from.Host, s.to.Host):
		return cause.Found("redirect-www-apex", cause.Likely, 0.7,
			said(s, "The answer is %d, and leads from %s to %s, which is another host to every program.", s.status, from.Host, s.to.Host))
	case from.Host == "" || from.Host != s.to.Host:
		return nil
	case slashed(from, *s.to):
		return cause.Found("redirect-trailing-slash", cause.Strong, 0.85,
			said(s, "The answer is %d, and leads to the same path with the slash at its end put on or taken away.", s.status))
	case from.Scheme == "http" && s.to.Scheme == "https" && sameResource(from, *s.to) && s.auth != "":
		return cause.Found("redirect-scheme-upgrade", cause.Likely, 0.72,
			said(s, "The answer to the http request, which carries %s, is a %d to https.", s.auth, s.status))
	}
	return nil
}

// signedLike reports an address with a signature and an end among its parameters; in records the signature itself is
// often blotted out, so its form is not asked for.
func signedLike(u exchange.URL) bool {
	sig, end := false, false
	for _, p := range u.Query {
		switch strings.ToLower(p.Name) {
		case "signature", "sig", "x-amz-signature", "x-goog-signature", "x-oss-signature":
			sig = true
		case "expires", "se", "sv", "x-amz-expires", "x-goog-expires", "x-amz-credential", "awsaccesskeyid", "key-pair-id", "x-oss-expires":
			end = true
		}
	}
	return sig && end
}
