package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/digest"
)

// login reports a Basic or Digest login that the answering hop was sent.
func login(v *cause.View) bool {
	_, ok := v.Arrived(cred.Basic, cred.Digest)
	return ok
}

// pastedDigest is a Digest header that the user wrote out, and the challenge it is to answer. Such a header is made for
// one nonce, so it may not have been sent.
func pastedDigest(v *cause.View) (d digest.Credentials, ch *challenge.Challenge, ok bool) {
	if v.Intent == nil {
		return d, nil, false // a recorded request may be the answer of a browser
	}
	d, ok = digest.Parse(v.Intent.Request.Header.Text("Authorization"))
	ch = v.Challenges.Find("Digest")
	return d, ch, ok && ch != nil && !d.Nonce.Empty()
}

// nameOf is the product that wrote the answer, else what Server says, else "the server".
func nameOf(v *cause.View) string {
	if v.Written {
		return v.Writer.Product
	}
	if s := v.Answer.Header().Get("Server"); s != "" {
		return s
	}
	return "the server"
}
