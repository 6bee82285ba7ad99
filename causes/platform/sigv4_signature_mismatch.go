package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/cred/resign"
	"github.com/why401/why401/cred/sigv4"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// SigV4SignatureMismatch: the server computes another AWS signature than the one that came.
var SigV4SignatureMismatch = &cause.Cause{
	ID:        "sigv4-signature-mismatch",
	Title:     "the AWS signature does not fit the request as it arrived",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Partial:   true,
	Hides: []string{"jwt-signature-invalid-wrong-key", "wrong-password", "hmac-canonicalisation", "hmac-body-altered", "proxy-host-header-mismatch", "403-means-401",
		"signed-url-expired", "wrong-endpoint-or-host", "401-means-403", "redirect-forwards-auth-to-presigned", "token-wrong-environment", "missing-www-authenticate",
		"user-lacks-role-or-group", "ip-allowlist", "reverse-proxy-strips-authorization", "unsolicited-authorization-sent", "authorization-scheme-wrong"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		f, ok := signed.Look(v)
		if !ok || f.Kind != resign.SigV4 {
			return nil
		}
		server, whole, echoed := shownBy(v)
		if !echoed && f.Said == nil && !f.Keyed {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Because: f.Facts(v), Trials: f.Trials(v, resign.Host, resign.Path, resign.Query, resign.Body)}
		s.Weight = f.Weight(v, s.Trials)
		if f.Said != nil {
			s.Grade = cause.Strong
		}
		s.Signed = f.Beside(server, "its own words")
		switch {
		case f.Reads != nil:
			s.FaultAt, s.Title = exchange.Gateway, "the AWS signature is broken on the way: "+f.Read()
		case s.Signed != nil:
			// Both texts are there: where they differ no key could give the same signature.
			s.Because = append([]fact.Fact{v.Saw("The server shows the text that it signs; of the client's it differs first in %s.", signed.First(s.Signed))}, s.Because...)
			s.Trials, s.Weight, s.Grade, s.FaultAt = nil, 0.9, cause.Strong, exchange.Gateway
			s.Title = "the request that the server checks is not the one that was signed: " + s.Signed.Pairs[s.Signed.First].Name
			if f.Right && whole && v.Answer.Given == "" {
				s.Grade = cause.Proved
			}
		case whole && len(server) > 0:
			s.Because = append([]fact.Fact{v.Saw("The server shows the text that it signs: it is the client's, line by line. So the secret keys differ.")}, s.Because...)
			s.Trials, s.Weight, s.Grade = nil, 0.9, cause.Strong
			s.Title = "both sides sign the same text: the secret access keys differ"
		case f.How != "":
			s.Weight, s.Grade, s.Title = 0.9, cause.Strong, "the client signs "+f.How
			if f.Part == resign.Key {
				s.Title = "the client signs with " + f.How
			}
		case f.Right:
			// Nothing that was tried fits: another name behind the proxy, or another secret at the server.
			s.FaultAt, s.Grade = exchange.Gateway, cause.Likely
			s.Title = "the client signed rightly, and the server computes another AWS signature"
		}
		s.Raise = sigv4Raise(v, f.Keyed)
		s.Remedies = sigv4Remedies(v, s.FaultAt)
		return s
	},
}

// shownBy finds the server's own canonical request. whole says that it came through unchanged, echoed that the server shows
// something of its computation.
func shownBy(v *cause.View) (lines []form.Line, whole, echoed bool) {
	e, ok := sigv4.ReadEcho(v.Answer.Body())
	if !ok {
		return nil, false, false
	}
	return e.Lines(), e.Whole(), true
}

func sigv4Raise(v *cause.View, keyed bool) []cause.Raise {
	raise := []cause.Raise{{Command: "curl -i --aws-sigv4 aws:amz:REGION:SERVICE --user KEY:SECRET http://BACKEND/", Where: "behind the proxy, straight to the server",
		Would: "be let in when the proxy is what breaks the signature, and be refused when the key is wrong"}}
	if !keyed {
		raise = append([]cause.Raise{signed.Key(v)}, raise...)
	}
	return raise
}

func sigv4Remedies(v *cause.View, at exchange.Layer) []cause.Remedy {
	proxy := cause.Remedy{
		ID: "keep-what-was-signed", Title: "let the proxy hand on Host, path and query as they came", For: "server",
		Effect: "the server checks the request that the client signed", Opens: "nothing: unsigned requests and other keys are still refused",
		Steps: []string{
			"nginx:  proxy_set_header Host $http_host;      ($host would lose the port)",
			"nginx:  proxy_pass http://BACKEND;             without a path behind the host",
			"Apache: ProxyPreserveHost On      AllowEncodedSlashes NoDecode      ProxyPass ... nocanon",
		},
		Verify: "the same request answers 2xx; with another key it is still refused", Undo: "restore the lines and reload",
	}
	client := cause.Remedy{
		ID: "sign-what-is-sent", Title: "sign the URL that is asked, with the key that the server has", For: "client",
		Effect: "the signature fits", Opens: "nothing",
		Steps: []string{`curl --aws-sigv4 aws:amz:REGION:SERVICE --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ` + cause.Quote(v.Request.URL),
			"endpoint, region and service of the client's settings are those of the public address; temporary keys go with x-amz-security-token"},
		Verify: "the same request answers 2xx", Undo: "none needed",
	}
	if at == exchange.Gateway {
		return []cause.Remedy{proxy, client}
	}
	return []cause.Remedy{client, proxy}
}
