package ntlm

import (
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Back decodes the message of an answer's NTLM or Negotiate challenge, the first that can be read; ok is false when the
// answer has none: a bare challenge carries no message yet.
func Back(x *exchange.Exchange) (m Message, ok bool) {
	for _, c := range challenge.Of(x) {
		if (c.Is("NTLM") || c.Is("Negotiate")) && c.Token68 != "" {
			if m, err := Decode(secret.New(c.Token68)); err == nil {
				return m, true
			}
		}
	}
	return Message{}, false
}

// Sent decodes the message of a request's Authorization field; ok is false when its scheme is another, or none can be read.
func Sent(r exchange.Request) (m Message, ok bool) {
	c := challenge.Split(r.Header.Text("Authorization"))
	if !strings.EqualFold(c.Scheme, "NTLM") && !strings.EqualFold(c.Scheme, "Negotiate") {
		return Message{}, false
	}
	m, err := Decode(c.Rest)
	return m, err == nil
}
