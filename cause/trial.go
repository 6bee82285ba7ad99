package cause

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// The experiments that many causes share. Their keys are constants so that the engine runs each once.
const (
	KeyAnonymous = "anonymous"
	KeyCanary    = "canary"
	KeyPreflight = "preflight"
	KeyFresh     = "cache-buster"
	KeyAbsent    = "absent-path"
)

// KeyRepeat begins the keys of requests that are sent again as they are, to find backends that differ: at most Repeats of
// them. Other experiments between them would shift a balancer that takes turns.
const (
	KeyRepeat = "same-"
	Repeats   = 2
)

// Repeat is the key of the n-th such request, from 1.
func Repeat(n int) string { return KeyRepeat + strconv.Itoa(n) }

// Anonymous is the request without any credential: who asks for one, and does the answer change at all?
func Anonymous() Trial {
	return Trial{Key: KeyAnonymous, Change: "no credential at all", Follow: true, Fresh: true,
		Edit: cred.Strip}
}

// Canary is the request with an unregistered scheme in Authorization and no other credential. A layer that reads the
// header answers otherwise than one that never gets it; no account is touched (docs/safety.md, 4).
func Canary() Trial {
	return Trial{Key: KeyCanary, Change: "an unregistered scheme in Authorization", Follow: true, Fresh: true,
		Edit: func(r exchange.Request) exchange.Request {
			r = cred.Strip(r)
			r.Header = r.Header.With(exchange.Field{Name: "Authorization", Value: secret.Public("Why401-Canary 1")})
			return r
		}}
}

// Authorization puts another value in the Authorization header and leaves the rest.
func Authorization(key, change string, value secret.Text) Trial {
	return Header(key, change, "Authorization", value)
}

// Header puts one header field in place of what stood there.
func Header(key, change, name string, value secret.Text) Trial {
	return Trial{Key: key, Change: change, Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			r.Header = r.Header.With(exchange.Field{Name: name, Value: value})
			return r
		}}
}

// KeyCookie is the experiment that puts a cookie in by hand which the browser lost.
const KeyCookie = "cookie-by-hand"

// CookieByHand is at, the refused request, with one cookie more.
func CookieByHand(at exchange.Request, name string, value secret.Text) Trial {
	pair := secret.Join(secret.Public(name+"="), value)
	if have := at.Header.Text("Cookie"); !have.Empty() {
		pair = secret.Join(have, secret.Public("; "), pair)
	}
	return Trial{Key: KeyCookie, Change: "the cookie put in by hand", Follow: true,
		Edit: func(exchange.Request) exchange.Request {
			r := at.Clone()
			r.Header = r.Header.With(exchange.Field{Name: "Cookie", Value: pair})
			return r
		}}.Passing()
}

// Without leaves header fields out.
func Without(key, change string, names ...string) Trial {
	return Trial{Key: key, Change: change, Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			r.Header = r.Header.Without(names...)
			return r
		}}
}

// At asks another URL of the same origin; the probe refuses to take the credential anywhere else.
func At(key, change string, u exchange.URL) Trial {
	return Trial{Key: key, Change: change, Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			r.URL = u
			r.Header = r.Header.With(exchange.Field{Name: "Host", Value: secret.Public(u.Authority())})
			return r
		}}
}

// BustCache adds a query parameter that no cache has seen.
func BustCache() Trial {
	return Trial{Key: KeyFresh, Change: "a query parameter that no cache has seen", Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			r.URL.HasQuery = true
			r.URL.Query = append(r.URL.Query, exchange.Param{Name: "why401", Value: secret.Public("1"), Eq: true})
			return r
		}}
}

// Absent asks, without any credential, for a name beside the requested one that nobody has: a rule that covers the whole
// place refuses it all the same, an application that knows its paths does not find it.
func Absent() Trial {
	return Trial{Key: KeyAbsent, Change: "a path that does not exist, without a credential", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request {
			r = cred.Strip(r)
			r.Method, r.Body, r.Target = "GET", secret.Text{}, secret.Text{}
			r.Header = r.Header.Without("Content-Type", "Content-Length", "Transfer-Encoding", "Expect")
			r.URL.Path = r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')+1] + "why401-absent"
			r.URL.Query, r.URL.HasQuery = nil, false
			return r
		}}
}

// Preflight is the OPTIONS request a browser sends before one with Authorization; it never carries a credential
// (Fetch standard, CORS-preflight request).
func Preflight(origin, method string, headers ...string) Trial {
	return Trial{Key: KeyPreflight, Change: "the browser's preflight (OPTIONS, no credential)", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request {
			r = cred.Strip(r)
			r.Method, r.Body = "OPTIONS", secret.Text{}
			r.Header = r.Header.Without("Content-Type", "Content-Length", "Transfer-Encoding", "Expect")
			r.Header = r.Header.With(exchange.RequestField("Origin", origin))
			r.Header = r.Header.With(exchange.RequestField("Access-Control-Request-Method", method))
			if len(headers) > 0 {
				r.Header = r.Header.With(exchange.RequestField("Access-Control-Request-Headers", strings.Join(headers, ", ")))
			}
			return r
		}}
}

// Predicting completes a trial with what will be seen if the cause is right.
func (t Trial) Predicting(words string, holds func(failing, seen *exchange.Exchange) bool) Trial {
	t.Predict, t.Holds = words, holds
	return t
}

// Passing predicts that the changed request is let in.
func (t Trial) Passing() Trial { return t.Predicting("the request is let in", Flips) }

// OrOut makes a failed prediction rule the cause out.
func (t Trial) OrOut() Trial { t.Refutes = true; return t }

// Carrying sets the grade that a prediction come true carries, where it is less than Proved.
func (t Trial) Carrying(g Grade) Trial { t.Grade = g; return t }

// AsGet is the harmless twin of a request with a body: same URL, same credentials, no body.
func AsGet(r exchange.Request) exchange.Request {
	r = r.Clone()
	r.Method, r.Body = "GET", secret.Text{}
	r.Header = r.Header.Without("Content-Type", "Content-Length", "Transfer-Encoding", "Expect")
	return r
}

// Quote writes u for a printed command: in single quotes when the shell would read anything in it, secrets by number.
func Quote(u exchange.URL) string { return QuoteWord(u.String()) }

// QuoteWord writes s as one word of sh. Control characters cannot be pasted safely, so they are written as \xNN inside
// the quotes: the word is then visibly not what the server sent, which is better than a line break in a root shell.
func QuoteWord(s string) string {
	var b strings.Builder
	plain := s != ""
	for _, r := range s {
		switch {
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
			plain = false
		case r == '\'':
			b.WriteString(`'\''`)
			plain = false
		default:
			b.WriteRune(r)
			if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,", r) {
				plain = false
			}
		}
	}
	if plain {
		return s
	}
	return "'" + b.String() + "'"
}
