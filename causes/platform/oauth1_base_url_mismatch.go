package platform

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/cred/oauth1"
	"github.com/why401/why401/cred/resign"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// OAuth1BaseURLMismatch: the OAuth 1 signature covers another scheme, host, port or path than the server reads
// (RFC 5849 3.4.1.2).
var OAuth1BaseURLMismatch = &cause.Cause{
	ID:        "oauth1-base-url-mismatch",
	Title:     "the OAuth 1 signature covers another URL than the server's",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Partial:   true,
	Hides: []string{"jwt-signature-invalid-wrong-key", "redirect-scheme-upgrade", "session-not-shared-between-backends", "reverse-proxy-strips-authorization", "wrong-password",
		"wrong-endpoint-or-host", "forwarded-proto-missing", "proxy-host-header-mismatch", "hmac-canonicalisation", "csrf-origin-mismatch-behind-proxy",
		"credential-type-wrong", "unsolicited-authorization-sent", "authorization-scheme-wrong", "missing-www-authenticate"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		f, ok := signed.Look(v)
		if !ok || f.Kind != resign.OAuth1 {
			return nil
		}
		base, echoed := oauth1.DebugBase(v.Answer.Body())
		s := &cause.Suspicion{Grade: cause.Likely, Because: f.Facts(v), Trials: f.Trials(v, resign.Scheme, resign.Host, resign.Path)}
		s.Weight = f.Weight(v, s.Trials)
		s.Signed = f.Beside(base, "its own words")
		url := f.Part == resign.Scheme || f.Part == resign.Host || f.Part == resign.Path
		switch {
		case f.Reads != nil:
			s.FaultAt, s.Title = exchange.Gateway, "the OAuth 1 signature is broken on the way: "+f.Read()
		case echoed && s.Signed != nil && inURL(s.Signed.Pairs[s.Signed.First].Name):
			s.Because = append([]fact.Fact{v.Saw("The server shows its base string; of the client's it differs first in %s.", signed.First(s.Signed))}, s.Because...)
			s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.9, exchange.Gateway // a page may have changed it: the experiment decides
		case f.How != "" && url:
			s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.88, exchange.Client
			s.Title = "the client signs " + f.How
		case f.Right:
			s.FaultAt, s.Title = exchange.Gateway, "the client signed rightly, and the server computes another OAuth 1 signature"
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: "log the URL that the application computes for itself (scheme, host, port) and compare it with the one the client signs", Where: "in the application",
			Would: "show http for https, or a port that differs"}}
		s.Remedies = oauth1URLRemedies(v, s.FaultAt)
		return s
	},
}

func inURL(line string) bool { return line == "scheme" || line == "host" || line == "path" }

func oauth1URLRemedies(v *cause.View, at exchange.Layer) []cause.Remedy {
	server := cause.Remedy{
		ID: "tell-public-url", Title: "let the proxy tell scheme and host, and the application believe it", For: "server",
		Effect: "the server signs the URL that the client asked for", Opens: "nothing, when only the proxy can reach the application: it believes what X-Forwarded-Proto says",
		Steps: []string{
			"nginx:  proxy_set_header Host $http_host;",
			"nginx:  proxy_set_header X-Forwarded-Proto $scheme;",
			"Apache before the application:  SetEnvIf X-Forwarded-Proto https HTTPS=on",
			"application: its base URL (Magento's secure base URL, Moodle's wwwroot, the LTI launch URL) with https and the port",
		},
		Verify: "a request signed by the same client answers 2xx; with another secret it is refused", Undo: "restore the lines and reload",
	}
	client := cause.Remedy{
		ID: "sign-asked-url", Title: "sign the very URL that is asked", For: "client",
		Effect: "both sides sign one text", Opens: "nothing",
		Steps:  []string{"give the signer the address " + cause.Quote(v.Request.URL) + ": scheme, host in small letters, the port unless it is 80 or 443, no query (RFC 5849 3.4.1.2)"},
		Verify: "the same request answers 2xx", Undo: "none needed",
	}
	if at == exchange.Client {
		return []cause.Remedy{client, server}
	}
	return []cause.Remedy{server, client}
}
