package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/signed"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/digest"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// DigestAlgorithmMismatch: a Digest algorithm that one side cannot do.
var DigestAlgorithmMismatch = &cause.Cause{
	ID:      "digest-algorithm-mismatch",
	Title:   "the two sides do not share a Digest algorithm",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"no-credentials-sent", "wrong-password", "realm-mismatch", "authorization-scheme-wrong"},
	Partial: true,
	Audit:   uncomputable,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(cause.Weightier(digestIn(v), digestTooShort(v)), digestRecomputed(v))
	},
}

// digestRecomputed computes A1, A2 and the response with the password that was given as a key (RFC 7616 3.4).
func digestRecomputed(v *cause.View) *cause.Suspicion {
	c, e, ok := signed.Digest(v)
	if !ok {
		return nil
	}
	because := []fact.Fact{v.Asked("Recomputed with the password at hand: %s.", e.Text)}
	switch e.Word {
	case digest.AlgorithmOther, digest.QOPOther, digest.CountOther:
		return &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Because: because, Title: "the Digest response was computed in another way than the header says: " + string(e.Word)}
	}
	if ch := v.Challenges.Find("Digest"); e.OK && ch != nil {
		for _, f := range c.Against(*ch, v.Request.URL.Target()) {
			if f == digest.AlgorithmDiffers || f == digest.QOPNotOffered {
				return &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Because: append(because, v.Saw("Beside the server's challenge: %s.", f))}
			}
		}
	}
	return nil
}

// digestIn judges the request itself.
func digestIn(v *cause.View) *cause.Suspicion {
	if v.Answer == nil || v.Answer.Status() != 401 {
		return nil
	}
	offers, names := algorithms(v.Challenges)
	if len(offers) == 0 {
		return nil
	}
	s := &cause.Suspicion{}
	switch {
	case answeredWrong(v, offers):
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Because = []fact.Fact{
			v.Asked("The Digest answer is as long as %s makes it.", "MD5 (32 digits)"),
			v.Saw("The server asks for %s, which makes another length.", names),
		}
	case unanswered(v, offers):
		s.Grade, s.Weight = cause.Proved, 0.9
		s.Because = []fact.Fact{
			fact.Given("the command", "A login is given for Digest, and no request carried it."),
			v.Saw("The server offers Digest with %s only; curl can do MD5, SHA-256 and SHA-512-256 (RFC 7616 3.3).", names),
		}
		s.FaultAt = exchange.WebServer
		if v.Written {
			s.FaultAt = v.Writer.Layer
		}
	default:
		return nil
	}
	u := cause.Quote(v.Request.URL)
	s.Raise = []cause.Raise{{Command: `curl -v --digest -u "$LOGIN" ` + u, Where: "here, with a current curl that was not built for SSPI (curl --version)",
		Would: "show an Authorization: Digest line whose algorithm is the one of the challenge"}}
	s.Remedies = []cause.Remedy{{
		ID: "client-with-algorithm", Title: "use a client that can do the algorithm of the challenge", For: "client",
		Effect: "the answer fits the question", Opens: "nothing",
		Steps:  []string{`curl --digest -u "$LOGIN" ` + u + `   # curl 7.57 or later; on Windows a build without SSPI`},
		Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "go back to the former client",
	}, {
		ID: "offer-both", Title: "offer SHA-256 and MD5 as two challenges, the stronger one first", For: "server",
		Effect: "each client takes the first it can do (RFC 7616 3.7)", Opens: "MD5 is weaker; over https that matters little",
		Steps: []string{
			`WWW-Authenticate: Digest realm="...", nonce="...", algorithm=SHA-256, qop="auth"`,
			`WWW-Authenticate: Digest realm="...", nonce="...", algorithm=MD5, qop="auth"`,
		},
		Verify: "old and new clients are both let in; a wrong password is not", Undo: "take the second challenge out again",
	}}
	return s
}

// algorithms lists the algorithms of the Digest challenges in lower case; MD5 when none is named (RFC 7616 3.3).
func algorithms(cs challenge.Challenges) (offers []string, names string) {
	for i := range cs {
		if !cs[i].Is("Digest") {
			continue
		}
		a := strings.ToLower(cs[i].Value("algorithm"))
		if a == "" {
			a = "md5"
		}
		offers = append(offers, a)
	}
	show := make([]string, 0, len(offers))
	for _, o := range offers {
		if _, ok := digestDigits[o]; !ok && o != "sha-512" && o != "sha-1" && o != "sha" && o != "sha1" {
			o = "an unknown algorithm" // foreign text
		}
		show = append(show, strings.ToUpper(o))
	}
	return offers, strings.Join(show, ", ")
}

// digestDigits is the length of an answer by algorithm, for those that curl can do.
var digestDigits = map[string]int{"md5": 32, "md5-sess": 32, "sha-256": 64, "sha-256-sess": 64, "sha-512-256": 64, "sha-512-256-sess": 64}

// answeredWrong reports a Digest answer in the request whose length fits none of the algorithms offered.
func answeredWrong(v *cause.View, offers []string) bool {
	for _, c := range meant(v) {
		if c.Kind != cred.Digest {
			continue
		}
		response, ok := challenge.Split(c.Whole).Param("response")
		if !ok || response.Len() != 32 {
			return false
		}
		return !fits(response, offers)
	}
	return false
}

func fits(response secret.Text, offers []string) bool {
	for _, o := range offers {
		if n, known := digestDigits[o]; !known || n == response.Len() {
			return true
		}
	}
	return false
}

// unanswered reports that a program told to use Digest got Digest challenges alone, none of which curl can answer.
func unanswered(v *cause.View, offers []string) bool {
	if v.Intent == nil || v.Intent.Login.Empty() || v.Intent.Agent.Name != "curl" || v.Intent.Auth != exchange.AuthDigest && v.Intent.Auth != exchange.AuthAny {
		return false
	}
	if len(offers) != len(v.Challenges) || len(cred.Of(v.Answer.Request)) > 0 {
		return false
	}
	for _, o := range offers {
		if _, can := digestDigits[o]; can {
			return false
		}
	}
	return true
}
