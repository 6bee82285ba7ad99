package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/digest"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// DigestNonceStale: the nonce of a Digest answer is old, used or another instance's (RFC 7616 3.3).
var DigestNonceStale = &cause.Cause{
	ID:      "digest-nonce-stale",
	Title:   "the Digest answer uses a nonce that no longer counts",
	Family:  family,
	FaultAt: exchange.WebServer,
	Hides:   []string{"wrong-password", "realm-mismatch", "missing-www-authenticate", "digest-algorithm-mismatch"},
	Partial: true,
	Suspect: directive.Either(nonceLines, func(v *cause.View) *cause.Suspicion {
		if v.Answer.Status() != 401 {
			return nil
		}
		ch := v.Challenges.Find("Digest")
		stale := ch != nil && strings.EqualFold(ch.Value("stale"), "true")
		d, _, pasted := pastedDigest(v)
		_, arrived := v.Arrived(cred.Digest)
		s := &cause.Suspicion{}
		switch {
		case stale && arrived:
			// stale=true means: the nonce was refused, the login itself may be right (RFC 7616 3.3).
			s.Grade, s.Weight = cause.Proved, 0.9
			s.Because = []fact.Fact{v.Saw("The challenge says stale=true: the nonce was refused, not the login (RFC 7616 3.3).")}
			s.Remedies = []cause.Remedy{shareNonces(v), answerAfresh(v)}
			switch {
			case pasted:
				s.FaultAt = exchange.Client
				s.Because = append(s.Because, v.Asked("The Digest header was written out in the request, so it was made for an earlier challenge."))
				s.Remedies = []cause.Remedy{answerAfresh(v), shareNonces(v)}
			case v.Intent != nil:
				s.Because = append(s.Because, v.Saw("The refused nonce is the one that the server had just given out: its instances may not share nonces."))
				s.Grade = cause.Strong
			}
		case pasted && !arrived && !d.Nonce.Is(ch.Value("nonce")):
			s.Grade, s.Weight, s.FaultAt = cause.Likely, 0.6, exchange.Client
			s.Because = []fact.Fact{
				v.Asked("The Digest header was written out in the request: it belongs to one challenge, and its count may be used once."),
				v.Saw("The server now gives out another nonce."),
			}
			s.Remedies = []cause.Remedy{answerAfresh(v), shareNonces(v)}
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: "curl -i --digest -u USER " + cause.Quote(v.Request.URL), Where: "here (asks for the password)",
			Would: "pass if only the nonce is old, and meet stale=true again if the servers behind the name do not share nonces"}}
		return s
	}),
}

// nonceLines reads a recorded Digest answer and the challenge that refused it.
func nonceLines(v *cause.View) *cause.Suspicion {
	c, ok := v.Arrived(cred.Digest)
	ch := v.Challenges.Find("Digest")
	if !ok || ch == nil || v.Answer.Status() != 401 {
		return nil
	}
	d, ok := digest.Parse(c.Whole)
	switch {
	case strings.EqualFold(ch.Value("stale"), "true"):
		return directive.Strong(0.9, v.Saw("The challenge says stale=true: the nonce was refused, not the login (RFC 7616 3.3)."))
	case ok && !d.Nonce.Empty() && !d.Nonce.Is(ch.Value("nonce")) && d.Realm == ch.Realm() && d.NC > 1:
		return directive.Likely(0.66, v.Asked("The login counts its nonce beyond 1: it was accepted before."), v.Saw("The server gives out another nonce, and does not say stale=true."))
	}
	return nil
}

func answerAfresh(v *cause.View) cause.Remedy {
	return cause.Remedy{
		ID: "fresh-answer", Title: "let the client answer each challenge itself", For: "client",
		Effect: "the nonce is the one just given out", Opens: "nothing",
		Steps:  []string{"curl --digest -u USER " + cause.Quote(v.Request.URL) + "      (asks for the password; no pasted Authorization)"},
		Verify: "2xx", Undo: "send the former header",
	}
}

func shareNonces(v *cause.View) cause.Remedy {
	return cause.Remedy{
		ID: "share-nonces", Title: "let one instance check what it gave out, and say stale=true for old nonces", For: "server",
		Effect: "a nonce is known where it comes back; clients answer again without asking the user", Opens: "nothing",
		Steps:  []string{"behind a load balancer: keep a client on one instance (ip_hash, balance source), or use Basic over https", "Apache: AuthDigestNonceLifetime 300, one server process group; AuthDigestShmSize large enough"},
		Verify: "curl --digest -u USER " + cause.Quote(v.Request.URL) + " passes ten times in a row", Undo: "restore the former lines",
	}
}
