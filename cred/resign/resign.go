// Package resign holds the signature of a request against keys that the user has, whatever its scheme: AWS Signature
// Version 4, OAuth 1.0, the HMAC fields of webhooks, HTTP message signatures. With the key it also signs the request anew,
// over the form in which a server behind a proxy may read it: when that one is let in, the server reads that form.
//
// It sends nothing; keys leave it as signatures only.
package resign

import (
	"errors"
	"strings"
	"time"

	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/cred/hmac"
	"github.com/why401/why401/cred/httpsig"
	"github.com/why401/why401/cred/oauth1"
	"github.com/why401/why401/cred/sigv4"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Kind is a scheme of signatures; its text may be shown.
type Kind string

// The schemes.
const (
	SigV4   Kind = "AWS Signature Version 4"
	OAuth1  Kind = "OAuth 1.0"
	Webhook Kind = "HMAC"
	Message Kind = "HTTP message signature"
)

// Part is a part of the request that is signed.
type Part string

// The parts.
const (
	Scheme Part = "scheme"
	Host   Part = "host"
	Path   Part = "path"
	Query  Part = "query"
	Method Part = "method"
	Header Part = "header"
	Body   Part = "body"
	Form   Part = "form" // which parts are signed, and how they are written and encoded
	Key    Part = "key"
	None   Part = ""
)

// Signature is the signature of one request.
type Signature struct {
	Kind    Kind
	Style   string // "GitHub", "X-Signature": whose way an HMAC field is; the label of a message signature
	Keyed   bool   // a key of the right kind was given
	Right   bool   // one of the keys gives the very signature
	How     string // "the host without its port": the departure from the rules that gives it, when Right is not
	Part    Part   // what How is about
	Problem string // why it cannot be checked, for who gave a key
	Time    time.Time
	Lines   []form.Line // what should have been signed
	Covers  []Part      // what of the request is signed

	field string
	keys  []secret.Text
	made  *Rewrite // of a message signature: what it was made over, when How says so
}

// Of finds the signature of req, the first of the schemes above, and checks it with the keys. OAuth 1.0 takes two: the
// client's secret and, when there is a token, the token's behind it. ok is false when req carries none.
func Of(req exchange.Request, keys []secret.Text) (Signature, bool) {
	s := Signature{keys: keys, Keyed: len(keys) > 0}
	switch {
	case s.sigv4(req), s.oauth1(req), s.message(req), s.webhook(req):
		return s, true
	}
	return Signature{}, false
}

func (s *Signature) sigv4(req exchange.Request) bool {
	sig, ok := sigv4.Parse(req)
	if !ok {
		return false
	}
	s.Kind, s.Time, s.Covers = SigV4, sig.Time, []Part{Host, Path, Query, Method, Header, Body}
	s.Lines, _ = sigv4.Lines(req)
	for i, key := range s.keys {
		e, err := sigv4.Explain(req, key)
		if err != nil {
			s.Problem = err.Error()
			return true
		}
		if e.OK || len(e.Parts) == 1 && strings.HasPrefix(e.Text, "the signature comes out with ") {
			s.Right, s.keys = e.OK, s.keys[i:i+1]
			if !e.OK {
				s.How, s.Part = strings.TrimPrefix(e.Text, "the signature comes out with "), partOf[string(e.Parts[0])]
			}
			return true
		}
	}
	return true
}

// partOf reads the words of the packages that take signatures apart.
var partOf = map[string]Part{
	"method": Method, "path": Path, "query": Query, "header": Host, "signed-headers": Header, "payload-hash": Body, "key": Key,
	"scheme": Scheme, "port": Host, "host": Host, "body": Body, "plus": Form, "encoding": Form, "order": Form, "duplicate": Form,
	"realm": Form, "hash": Form, "signature": Form,
	"key-form": Key, "body-end": Body, "body-breaks": Body, "body-rewritten": Body, "body-other": Body, "message-form": Form,
	"hash-other": Form, "coding": Form, "unreadable": Form, "part-absent": Form,
}

func (s *Signature) oauth1(req exchange.Request) bool {
	sig, ok := oauth1.Parse(req)
	if !ok {
		return false
	}
	s.Kind, s.Time, s.Covers = OAuth1, sig.Time, []Part{Scheme, Host, Path, Query, Method}
	s.Lines = oauth1.Lines(req)
	if !s.Keyed {
		return true
	}
	pairs := [][2]secret.Text{{s.keys[0], {}}}
	if len(s.keys) > 1 {
		pairs = [][2]secret.Text{{s.keys[0], s.keys[1]}, {s.keys[0], {}}, {s.keys[1], s.keys[0]}}
	}
	for _, p := range pairs {
		v, err := oauth1.Verify(req, p[0], p[1])
		if err != nil {
			s.Problem = err.Error()
			return true
		}
		if v.OK || !v.Has(oauth1.NothingFits) {
			s.Right, s.keys = v.OK, p[:]
			if !v.OK && len(v.Words) > 0 {
				s.How, s.Part = strings.TrimPrefix(v.Text, "the signature comes out with "), partOf[string(v.Words[0])]
			}
			return true
		}
	}
	return true
}

func (s *Signature) message(req exchange.Request) bool {
	list, ok := httpsig.Parse(req)
	if !ok {
		return false
	}
	sig := list[0]
	s.Kind, s.Style, s.Time = Message, sig.Label, sig.Created
	s.Lines, _ = sig.Lines(req)
	for part, names := range covered {
		if sig.Covers(names...) {
			s.Covers = append(s.Covers, part)
		}
	}
	for i, key := range s.keys {
		ok, err := sig.Verify(req, key)
		if err != nil {
			s.Problem = err.Error()
			continue
		}
		s.Problem = ""
		if ok {
			s.Right, s.keys = true, s.keys[i:i+1]
			return true
		}
		for _, w := range Rewrites(req, *s) {
			if ok, err := sig.Verify(w.Apply(req.Clone()), key); ok && err == nil {
				s.How, s.Part, s.keys, s.made = w.How, w.Part, s.keys[i:i+1], &w
				return true
			}
		}
	}
	return true
}

var covered = map[Part][]string{
	Scheme: {"@scheme", "@target-uri"}, Host: {"@authority", "@target-uri", "host"},
	Path:  {"@path", "@target-uri", "@request-target", "(request-target)"},
	Query: {"@query", "@query-param", "@target-uri", "@request-target", "(request-target)"},
	Body:  {"content-digest", "digest"},
}

func (s *Signature) webhook(req exchange.Request) bool {
	style, address, ok := hmac.Signed(req, "")
	if !ok {
		return false
	}
	s.Kind, s.Style, s.Covers = Webhook, style, []Part{Body}
	if address {
		s.Covers = []Part{Scheme, Host, Path, Query, Body}
	}
	s.Lines = hmac.Lines(req, s.field)
	for i, key := range s.keys {
		a, _ := hmac.Check(req, s.field, key)
		s.Time = a.Time
		switch {
		case a.Has(hmac.Unreadable), a.Has(hmac.PartAbsent):
			s.Problem = a.Text
			return true
		case a.Has(hmac.NoMatch):
			continue
		}
		s.Right, s.keys = a.OK, s.keys[i:i+1]
		if !a.OK && len(a.Words) > 0 {
			s.How, s.Part = strings.TrimPrefix(a.Text, "the signature comes out with "), partOf[string(a.Words[0])]
		}
		return true
	}
	return true
}

// Fits reports that the part is covered.
func (s Signature) Fits(p Part) bool {
	for _, c := range s.Covers {
		if c == p {
			return true
		}
	}
	return false
}

// Anew gives req signed again by the rules, over seen, as of now. It needs the key that signed req, rightly or by a
// departure that was found. The
// request that comes back says that its signature is for one sending.
func (s Signature) Anew(req, seen exchange.Request, now time.Time) (out exchange.Request, err error) {
	if !s.Right && (s.How == "" || s.Part == Key) {
		return req, errors.New("sign anew: the keys at hand did not sign the request")
	}
	switch s.Kind {
	case SigV4:
		out, err = sigv4.Anew(req, seen, s.keys[0], now)
	case OAuth1:
		out, err = oauth1.Anew(req, seen, s.keys[0], s.keys[1], now)
	case Webhook:
		out, err = hmac.Anew(req, seen, s.field, s.keys[0], now)
	case Message:
		list, ok := httpsig.Parse(req)
		if !ok {
			return req, errors.New("sign anew: the request carries no signature")
		}
		out, err = list[0].Anew(req, seen, s.keys[0], now)
	}
	out.Anew = err == nil
	return out, err
}

// Repeat gives req with the same signature as of now, right or wrong as it was: where it holds a nonce, the copy is for one
// sending. Where it holds none, and is wrong, it comes back as it is.
func (s Signature) Repeat(req exchange.Request, now time.Time) (out exchange.Request, err error) {
	switch {
	case s.Right:
		return s.Anew(req, req, now)
	case s.Kind == OAuth1 && s.How != "" && s.Part != Key:
		out, err = oauth1.Repeat(req, s.keys[0], s.keys[1], now)
		out.Anew = err == nil
		return out, err
	case s.made != nil:
		return s.Anew(req, s.made.Apply(req.Clone()), now)
	}
	return req, nil
}
