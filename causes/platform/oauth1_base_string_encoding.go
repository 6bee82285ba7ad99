package platform

import (
	"bytes"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/cred/oauth1"
	"github.com/why401/why401/cred/resign"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// OAuth1BaseStringEncoding: client and server encode the signed text of OAuth 1 differently.
var OAuth1BaseStringEncoding = &cause.Cause{
	ID:        "oauth1-base-string-encoding",
	Title:     "both sides encode the OAuth 1 base string differently",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Partial:   true,
	Hides: []string{"wrong-password", "wrong-endpoint-or-host", "hmac-canonicalisation", "hmac-body-altered", "credential-type-wrong", "oauth-client-auth-failed",
		"jwt-signature-invalid-wrong-key", "magento-integration-bearer-disabled", "user-lacks-role-or-group", "preemptive-auth-not-sent",
		"client-library-drops-header", "token-whitespace-or-newline", "unsolicited-authorization-sent", "authorization-scheme-wrong"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		req := v.Answer.Request
		if len(req.Header) == 0 && len(req.URL.Query) == 0 {
			req = v.Request
		}
		sig, ok := oauth1.Parse(req)
		said, refused := heard(v, "signature_invalid", "invalid signature", "invalid_signature", "signature is invalid", "signature does not match", "signature_mismatch", "could not authenticate you")
		if !ok || sig.Method == "PLAINTEXT" {
			return nil
		}
		if f, found := signed.Look(v); found && f.Keyed && f.Problem == "" {
			return keyed(v, f)
		}
		if !refused {
			return mute(v, req)
		}
		s := &cause.Suspicion{Grade: cause.Strong, Because: []fact.Fact{said}}
		switch {
		case rawSignature(req):
			s.Weight = 0.88
			s.Title = "the signature itself is not percent-encoded where it is sent"
			s.Because = append(s.Because, v.Asked("oauth_signature holds a plain + / or =, which RFC 5849 3.5 wants as %%2B, %%2F and %%3D; a + arrives as a space."))
		case special(req):
			s.Grade, s.Weight = cause.Likely, 0.7
			s.Because = append(s.Because, v.Asked("A parameter holds a +, a bracket or one of ! * ' ( ), which libraries encode in several ways (RFC 5849 3.6)."))
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: "curl -i 'URL signed by the same program, without query and special characters'", Where: "here, with the same keys", Would: "be let in if the encoding is the fault"}}
		return s
	},
}

// keyed judges with the secrets at hand: they tell how the client encodes.
func keyed(v *cause.View, f signed.Finding) *cause.Suspicion {
	switch {
	case f.Right || f.Part == resign.Scheme || f.Part == resign.Host || f.Part == resign.Path:
		return nil // oauth1-base-url-mismatch
	case f.How == "":
		return &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Because: f.Facts(v), Title: "other secrets signed the OAuth 1 request than those at hand"}
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.92, Because: f.Facts(v), Title: "the client signs with " + f.How, Trials: f.Trials(v)}
}

// heard finds one of the literals in the answer, or in what was pasted beside it: a body of its own, a log line.
func heard(v *cause.View, literals ...string) (fact.Fact, bool) {
	if f, ok := v.Says(literals...); ok {
		return f, true
	}
	for _, l := range literals {
		for _, x := range v.Others() {
			if bytes.Contains(bytes.ToLower(x.Body()), []byte(l)) {
				return fact.At(x.N, "The answer says %q.", l), true
			}
		}
		for _, m := range v.Messages {
			if strings.Contains(strings.ToLower(string(m.Text)), l) {
				return fact.Fact{Text: "The message says \"" + l + "\".", From: m.From}, true
			}
		}
	}
	return fact.Fact{}, false
}

// rawValue finds a signature in base64 as it is.
var rawValue = lazyregexp.New(`(?i)oauth_signature="?[A-Za-z0-9%]*[+/=]`)

// rawSignature reports an oauth_signature that was not percent-encoded, in the header or in the query. The = that pads
// base64 at the end of a query's value is read rightly by servers, so it does not count there.
func rawSignature(r exchange.Request) bool {
	for _, h := range r.Header.Values("Authorization") {
		if h.Match(rawValue) {
			return true
		}
	}
	for _, p := range r.URL.Query {
		if p.Name == "oauth_signature" && p.Value.Contains("+") {
			return true
		}
	}
	return false
}

// mute weighs a refusal that does not say what is wrong: a parameter that is percent-encoded in the URL is encoded once
// more in the base string (RFC 5849 3.4.1.3.2), where libraries differ. Words about time, key or token tell another fault.
func mute(v *cause.View, req exchange.Request) *cause.Suspicion {
	if v.Unseen(exchange.StatusLine) || v.Answer.Status() != 401 || !special(req) && !encoded(req) {
		return nil
	}
	if _, other := heard(v, "timestamp", "nonce", "consumer", "token", "expired", "permission"); other {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Likely, Weight: 0.55, Because: []fact.Fact{
		v.Asked("The request is signed by OAuth 1, and a parameter of it is percent-encoded: the base string holds it encoded twice (RFC 5849 3.4.1)."),
	}}
}

func encoded(r exchange.Request) bool {
	for _, p := range r.URL.Query {
		if !strings.HasPrefix(p.Name, "oauth_") && (p.Value.Contains("%") || strings.Contains(p.Name, "%")) {
			return true
		}
	}
	return false
}

// special reports a parameter of the request with a character that is encoded differently by URL functions.
func special(r exchange.Request) bool {
	odd := func(t secret.Text) bool {
		for _, c := range []string{"+", "!", "*", "'", "(", ")", "[", "]"} {
			if t.Contains(c) {
				return true
			}
		}
		return false
	}
	for _, p := range r.URL.Query {
		if !strings.HasPrefix(p.Name, "oauth_") && (odd(p.Value) || strings.ContainsAny(p.Name, "[]+!*'()")) {
			return true
		}
	}
	return false
}
