package proxy

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/digest"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// DigestURIMismatch: the Digest answer covers the request-target, and the server sees another target than the one that
// was signed: a proxy rewrote the path, or the header was made for another address (RFC 7616 3.4.6).
var DigestURIMismatch = &cause.Cause{
	ID:      "digest-uri-mismatch",
	Title:   "the Digest answer covers another path than the server sees",
	Family:  family,
	FaultAt: exchange.Gateway,
	Hides:   []string{"wrong-password", "realm-mismatch", "digest-nonce-stale", "missing-www-authenticate"},
	Partial: true,
	Audit:   rewrittenDigests,
	Suspect: directive.Either(digestLines, func(v *cause.View) *cause.Suspicion {
		status := v.Answer.Status()
		if status != 400 && status != 401 {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Remedies: digestURIRemedies(v)}
		// A pasted header is made for one nonce and never sent again, so it is read where the user gave it.
		if d, r, ok := pastedDigest(v); ok && !d.URI.Equal(r.URL.Target()) && r.Target.Empty() {
			s.FaultAt, s.Title = exchange.Client, "the Digest header was made for another path or query"
			s.Because = []fact.Fact{v.Asked("The uri in the Digest header is not the address that was asked: it has %d characters, the address %d.", d.URI.Len(), r.URL.Target().Len())}
			if _, e, ok := signed.Digest(v); ok && e.OK {
				s.Because = append(s.Because, v.Asked("Recomputed with the password at hand: the response is right for the uri in the header, so for another address than this one."))
			}
			s.Remedies = []cause.Remedy{freshDigest(v)}
			return s
		}
		if _, e, ok := signed.Digest(v); ok && e.Word == digest.URIOther {
			s.FaultAt, s.Title = exchange.Client, "the Digest response was computed for another uri than the header names"
			s.Because = []fact.Fact{v.Asked("Recomputed with the password at hand: %s (RFC 7616 3.4.3).", e.Text)}
			s.Remedies = []cause.Remedy{freshDigest(v)}
			return s
		}
		c, ok := v.Arrived(cred.Digest)
		if !ok {
			return nil
		}
		d, ok := digest.Parse(c.Whole)
		if !ok || len(d.Flaws) > 0 || !d.URI.Equal(v.Answer.Request.URL.Target()) {
			return nil
		}
		// The client's own header is right. 400 in place of another challenge is what RFC 7616 3.4.6 asks of a server
		// that sees another target.
		hops := v.Hops()
		if status != 400 || len(hops) < 2 || hops[len(hops)-2].Status() != 401 || !challenge.Of(hops[len(hops)-2]).Has("Digest") ||
			!hops[len(hops)-2].Request.URL.Target().Equal(v.Answer.Request.URL.Target()) {
			return nil
		}
		s.Because = []fact.Fact{
			fact.At(hops[len(hops)-2].N, "Without a login the same address answers 401 and asks for Digest."),
			v.Saw("The answer to its nonce, whose uri is the address that was asked, gets 400: the server reads another uri (RFC 7616 3.4.6)."),
		}
		if mark, ok := gateway(v); ok {
			s.Because = append(s.Because, v.Saw("A proxy is in front: %s.", mark))
		} else if server := v.Answer.Header().Get("Server"); v.Written && server != "" && !namesWriter(v, server) {
			s.Because = append(s.Because, v.Saw("%s wrote the page, and Server says %s: a proxy is in between.", v.Writer.Product, server))
		} else {
			s.Grade, s.Weight = cause.Likely, 0.6
		}
		s.Raise = []cause.Raise{{Command: "sudo grep -E 'AH01786|uri mismatch' /var/log/apache2/error.log | tail -2", Where: "on the server that asks for Digest",
			Would: "name both addresses: the one in the Digest header and the one that was asked"}}
		return s
	}),
}

// hostAsURI is a uri that names a host where a request-target has a path.
var hostAsURI = lazyregexp.New(`^(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::\d+)?(?:/|$)`)

// digestLines finds a recorded Digest answer that covers something else than the request it goes with.
func digestLines(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 60)] {
		d, ok := digest.Parse(x.Request.Header.Text("Authorization"))
		if !ok || x.Given == "" || x.Status() != 400 && x.Status() != 401 || !d.URI.Match(hostAsURI) {
			continue
		}
		return &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, FaultAt: exchange.Client, Title: "the Digest header names a host as its uri",
			Because: []fact.Fact{fact.At(x.N, "The uri in the Digest header is a host and no path, so it is not what the server was asked for (RFC 7616 3.4).")}}
	}
	return digestPathLines(v)
}

// pastedDigest is a Digest header that the user wrote out, in place of a login from which the agent makes one.
func pastedDigest(v *cause.View) (d digest.Credentials, r exchange.Request, ok bool) {
	if v.Intent == nil {
		return d, r, false // a recorder may have written the address in another form than it went out
	}
	r = v.Intent.Request
	if !v.Challenges.Has("Digest") && v.Answer.Status() != 400 {
		return d, r, false
	}
	d, ok = digest.Parse(r.Header.Text("Authorization"))
	return d, r, ok && !d.URI.Empty() && !d.Has(digest.NoResponse)
}

// namesWriter reports that the Server field names the product that wrote the page.
func namesWriter(v *cause.View, server string) bool {
	w := v.Writer.Product
	return len(server) >= 4 && len(w) >= 4 && (server[:4] == w[:4])
}

func freshDigest(v *cause.View) cause.Remedy {
	return cause.Remedy{
		ID: "fresh-digest", Title: "let the client make the Digest answer for this request", For: "client",
		Effect: "uri, nonce and response fit the request", Opens: "nothing",
		Steps:  []string{"curl --digest -u USER " + cause.Quote(v.Request.URL) + "      (asks for the password; no pasted Authorization)"},
		Verify: "2xx", Undo: "send the former header",
	}
}

func digestURIRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "keep-path", Title: "let the proxy hand the path on unchanged below the Digest layer", For: "server",
		Effect: "the server sees the address that the client signed", Opens: "nothing",
		Steps: []string{
			"nginx:  proxy_pass http://BACKEND;      without a path behind the host, so that nothing is replaced",
			"serve the same path on the backend (Alias or location there), in place of cutting a prefix",
		},
		Verify: "curl --digest -u USER " + cause.Quote(v.Request.URL) + " answers 2xx; without a login it is 401", Undo: "restore the line and reload",
	}, {
		ID: "digest-at-front", Title: "check the login where the public address is known", For: "server",
		Effect: "rewriting behind it does no harm", Opens: "nothing, when the backend can be reached through the proxy only",
		Steps: []string{"move the check to the proxy, or use Basic over https, which does not cover the address"}, Undo: "move it back",
	}}
}
