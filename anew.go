package why401

import (
	"time"

	"github.com/why401/why401/cred/resign"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// recent is how old a signature may be that is made again before the request is sent. One that is older is refused for its
// age, which is then the fault.
const recent = 5 * time.Minute

// signedAnew makes the signature of the user's request again when it holds a time or a nonce and the user's key made it,
// rightly or by a departure from the rules that is kept: the one that was pasted was used already, or is about to end. The
// copy is for one sending.
func (in Input) signedAnew() Input {
	if in.Intent == nil || len(in.Keys) == 0 {
		return in
	}
	var keys []secret.Text
	for _, k := range in.Keys {
		keys = append(keys, k.Value)
	}
	now := time.Now()
	s, ok := resign.Of(in.Intent.Request, keys)
	if !ok || s.Time.IsZero() || now.Sub(s.Time).Abs() > recent {
		return in
	}
	r, err := s.Repeat(in.Intent.Request, now)
	if err != nil || !r.Anew {
		return in
	}
	intent := *in.Intent
	intent.Request = r
	in.Intent = &intent
	in.Facts = append(in.Facts[:len(in.Facts):len(in.Facts)], fact.Given("the key", "The signature holds a time or a nonce: it was made anew with your key (%s), which is not sent.", from(in.Keys)))
	return in
}

func from(keys []exchange.Key) string {
	out := ""
	for i, k := range keys {
		if i > 0 {
			out += ", "
		}
		out += k.From
	}
	return out
}
