// Package signed is what the causes about signatures share: the signature of the refused request held against the user's
// keys and against what the server shows of its own computation, and the experiments that tell what was changed on the way.
//
// An experiment signs the user's request anew over the form in which the server may read it: http for https, the host
// without its port, the path that a proxy leaves. Everything else that goes out stays as it is. When that is let in, and the
// signature over the request as sent was refused, the server reads the other form.
package signed

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/cred/httpsig"
	"github.com/why401/why401/cred/resign"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// Finding is a refused request with a signature.
type Finding struct {
	resign.Signature
	Request exchange.Request
	Key     string          // where the key that fits was read, for facts: "file hook.key"
	Said    *fact.Fact      // the answer says that the signature is wrong
	Reads   *resign.Rewrite // the rewrite that an experiment showed: signed over it, the request is let in
	Rules   bool            // signed by the rules, the request is let in
	at      *exchange.Exchange
}

// keyPrefix begins the keys of the experiments; "by-the-rules" is the one that mends a departure of the client's.
const (
	keyPrefix = "signed-over-"
	keyRules  = "signed-by-the-rules"
)

// Look finds the signature of the answered request, when it was refused and for no reason that another cause is about.
func Look(v *cause.View) (Finding, bool) {
	if !refusing(v) {
		return Finding{}, false
	}
	req := v.Answer.Request
	if len(req.Header) == 0 && len(req.URL.Query) == 0 {
		req = v.Request
	}
	s, ok := resign.Of(req, keys(v))
	if !ok {
		return Finding{}, false
	}
	if _, other := v.Means(signature.ClockSkew, signature.LinkExpired, signature.NonceInvalid, signature.UserUnknown, signature.TwoAuthMechanisms, signature.WrongRegion,
		signature.PermissionDenied, signature.ScopeMissing); other {
		return Finding{}, false
	}
	f := Finding{Signature: s, Request: req, at: v.Answer}
	if m, said := v.Means(signature.SignatureInvalid, signature.BodyHashMismatch); said {
		f.Said = &m.Because
	} else if said, ok := v.Says("signature does not match", "signature mismatch", "invalid signature", "signature_invalid", "signature verification failed", "bad signature", "signatures didn't match"); ok {
		f.Said = &said
	}
	if untimely(v, f) {
		return Finding{}, false
	}
	for _, w := range f.rewrites() {
		if x := v.Trial(keyPrefix + w.ID); x != nil && cause.Flips(v.Answer, x) {
			f.Reads = &w
		}
	}
	if x := v.Trial(keyRules); x != nil && cause.Flips(v.Answer, x) {
		f.Rules = true
	}
	return f, true
}

// window is what most servers allow a signing time to be off.
const window = 5 * time.Minute

// untimely reports a signing time that alone explains the refusal: the causes about clocks tell that.
func untimely(v *cause.View, f Finding) bool {
	now, dated := v.Answer.Date()
	if f.Kind == resign.Message && dated {
		if list, ok := httpsig.Parse(f.Request); ok && list[0].Late(now, 2*time.Second+v.Answer.Took) != "" {
			return true
		}
	}
	return f.Said == nil && dated && !f.Time.IsZero() && now.Sub(f.Time).Abs() > window
}

// refusing is a status with which servers answer a signature that does not fit.
func refusing(v *cause.View) bool {
	return v.Refused() && v.Answer.Status() != 407 || v.Answer.Status() == 400
}

// keys are those that the user gave, and the secret key with which the user's program signs by itself.
func keys(v *cause.View) []secret.Text {
	var out []secret.Text
	for _, k := range v.Keys {
		out = append(out, k.Value)
	}
	if in := v.Intent; in != nil && in.Auth == exchange.AuthSigV4 && !in.Login.Password.Empty() {
		out = append(out, in.Login.Password)
	}
	return out
}

// rewrites are those that would make another signature.
func (f Finding) rewrites() []resign.Rewrite {
	return slices.DeleteFunc(resign.Rewrites(f.Request, f.Signature), func(w resign.Rewrite) bool {
		return !f.Changes(f.Request, w.Apply(f.Request.Clone()))
	})
}

// Facts are what is known of the signature, to be shown.
func (f Finding) Facts(v *cause.View) []fact.Fact {
	var out []fact.Fact
	switch {
	case f.Right:
		out = append(out, v.Asked("The key at hand gives the very signature that was sent (%s): the client signed this request rightly.", f.Kind))
	case f.How != "":
		out = append(out, v.Asked("With the key at hand the signature comes out with %s, which is not what was sent.", f.How))
	case f.Problem != "":
		out = append(out, v.Asked("The signature could not be checked with the key at hand: %s.", secret.Scrub(f.Problem)))
	case f.Keyed:
		out = append(out, v.Asked("The key at hand does not give the signature that was sent, and neither does any usual departure from the rules: another key signed it, or something changed it behind the signer."))
	}
	if f.Said != nil {
		out = append(out, *f.Said)
	}
	return out
}

// Trials are the experiments over what the parts show, when there is a key that signed the request. Two at most: behind
// the user's own request they are the second and third that may be refused (docs/safety.md, 2).
func (f Finding) Trials(v *cause.View, parts ...resign.Part) []cause.Trial {
	if v.Intent == nil || v.Answer.Given != "" {
		return nil
	}
	// What was refused must be as fresh as what is tried, or a server that looks at times and nonces only would prove anything.
	if !f.Time.IsZero() && !f.Request.Anew && v.Intent.Auth != exchange.AuthSigV4 {
		return nil
	}
	s := f.Signature
	if s.How != "" && s.Part != resign.Key {
		return []cause.Trial{trial(keyRules, "a signature made by the rules over the request as it is sent", s, func(r exchange.Request) exchange.Request { return r }).Passing()}
	}
	if !s.Right {
		return nil
	}
	var out []cause.Trial
	for _, w := range f.ordered(v) {
		if _, err := s.Anew(f.Request, w.Apply(f.Request.Clone()), time.Unix(1, 0)); err != nil || !slices.Contains(parts, w.Part) || len(out) == 2 {
			continue
		}
		out = append(out, trial(keyPrefix+w.ID, "a signature over "+w.How+" (what is sent stays the same)", s, w.Apply).Passing())
	}
	return out
}

// Weight is what the finding weighs as an explanation while the experiments are open, and when they are done. Where the
// server is silent about signatures, a right one is as good as none for a reason. Where it speaks, and nothing that was tried
// fits, it may as well hold another key.
func (f Finding) Weight(v *cause.View, trials []cause.Trial) float64 {
	if f.Reads != nil {
		return 0.9
	}
	open := slices.ContainsFunc(trials, func(t cause.Trial) bool { return v.Trial(t.Key) == nil })
	switch {
	case f.Said != nil && open:
		return 0.85
	case f.Said != nil:
		return 0.55
	case open:
		return 0.6
	}
	return 0.3
}

func trial(key, change string, s resign.Signature, apply func(exchange.Request) exchange.Request) cause.Trial {
	return cause.Trial{Key: key, Change: change, Edit: func(r exchange.Request) exchange.Request {
		out, err := s.Anew(r, apply(r.Clone()), time.Now())
		if err != nil {
			return r
		}
		return out
	}}
}

// ordered puts the way in which the server's language writes JSON first.
func (f Finding) ordered(v *cause.View) []resign.Rewrite {
	list := f.rewrites()
	var word string
	switch {
	case product(v, "Werkzeug", "gunicorn", "Uvicorn", "Python"):
		word = "Python"
	case product(v, "PHP"):
		word = "PHP"
	default:
		return list
	}
	slices.SortStableFunc(list, func(a, b resign.Rewrite) int {
		in := func(w resign.Rewrite) int {
			if strings.Contains(w.How, word) {
				return 0
			}
			return 1
		}
		return in(a) - in(b)
	})
	return list
}

func product(v *cause.View, names ...string) bool {
	_, ok := v.Product(names...)
	return ok
}

// Read is what the experiment showed, in words.
func (f Finding) Read() string {
	if f.Reads == nil {
		return ""
	}
	return "the server reads " + f.Reads.How
}

// Beside lays what was signed beside what the server read, as its own words or the experiment tell; nil when neither does.
func (f Finding) Beside(server []form.Line, source string) *cause.Signed {
	if server == nil && f.Reads != nil {
		server, source = f.Seen(f.Reads.Apply(f.Request.Clone())), "the experiment that was let in"
	}
	if server == nil || len(f.Lines) == 0 || f.at.Unseen&(exchange.WholeRequest|exchange.RequestBody) != 0 {
		return nil
	}
	out := &cause.Signed{Scheme: string(f.Kind), Source: source}
	if out.Pairs, out.First = form.Beside(f.Lines, server); out.First < 0 {
		return nil
	}
	return out
}

// First says the first line that differs, for a fact.
func First(s *cause.Signed) string {
	p := s.Pairs[s.First]
	switch {
	case !p.InServer:
		return fmt.Sprintf("line %d, %s, is missing at the server", s.First+1, p.Name)
	case !p.InClient:
		return fmt.Sprintf("line %d, %s, stands at the server only", s.First+1, p.Name)
	case p.Client.Closed() || p.Server.Closed():
		return fmt.Sprintf("line %d, %s, differs (%d and %d characters)", s.First+1, p.Name, p.Client.Len(), p.Server.Len())
	}
	return fmt.Sprintf("line %d, %s: %s here, %s there", s.First+1, p.Name, p.Client, p.Server)
}

// Key tells how a person gives a key, for what would decide.
func Key(v *cause.View) cause.Raise {
	return cause.Raise{Command: "why401 --key FILE curl ...", Where: "here, with the same request and the signer's key in FILE (or --key env:NAME)",
		Would: "tell whether the client signed rightly, and try what a proxy may have changed; the key is not sent"}
}
