package probe

import (
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// complete fills in what a request cannot do without, so that what is recorded is what is written. The engine edits
// requests that were completed before: a Host or Content-Length that we once derived is derived anew.
func (s *Sender) complete(r exchange.Request) exchange.Request {
	r = r.Clone()
	typed := s.intent.Request
	if r.Method == "" {
		r.Method = "GET"
	}
	if r.Proto == "" {
		r.Proto = "HTTP/1.1"
		if s.intent.HTTP == "1.0" {
			r.Proto = "HTTP/1.0"
		}
	}
	host := exchange.RequestField("Host", r.URL.Authority())
	switch have := r.Header.Text("Host"); {
	case !r.Header.Has("Host"):
		r.Header = append(exchange.Header{host}, r.Header...)
	case have.Is(typed.URL.Authority()), !same(r.URL, typed.URL) && have.Equal(typed.Header.Text("Host")):
		if !have.Is(host.Value.Reveal()) {
			r.Header = r.Header.With(host)
		}
	}
	if name := s.intent.Agent.Name; s.o.UserAgent != "" && !r.Header.Has("User-Agent") && (name == "" || name == "why401") {
		r.Header = append(r.Header, exchange.RequestField("User-Agent", s.o.UserAgent))
	}
	if !r.Body.Equal(typed.Body) {
		r.Header = r.Header.Without("Content-Length")
	}
	bodied := r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH"
	if (bodied || !r.Body.Empty()) && !r.Header.Has("Content-Length") && !r.Header.Has("Transfer-Encoding") {
		r.Header = append(r.Header, exchange.RequestField("Content-Length", fmt.Sprint(r.Body.Len())))
	}
	return r
}

// absolute turns r's request-target into the form that a forward proxy expects (RFC 9112 3.2.2).
func absolute(r exchange.Request) exchange.Request {
	if r.Target.Empty() {
		r.Target = secret.Join(secret.Public(r.URL.Scheme+"://"+r.URL.Authority()), r.URL.Target())
	}
	return r
}

// sendable refuses what would put a second line or request on the wire.
func sendable(r exchange.Request) error {
	bad := func(what string) error {
		return &Refusal{Rule: RuleLineBreak, Why: what + " holds a line break or NUL, which would be read as another header field"}
	}
	const breaks = "\r\n\x00"
	if strings.ContainsAny(r.Method, breaks+" ") || r.Method == "" {
		return bad("the method")
	}
	if strings.ContainsAny(r.RequestTarget().Reveal(), breaks) {
		return bad("the request-target")
	}
	for _, f := range r.Header {
		if strings.ContainsAny(f.Name, breaks) {
			return bad("a header field's name")
		}
		if strings.ContainsAny(f.Sep+f.Value.Reveal()+f.Tail, breaks) {
			return bad("header field " + f.Name)
		}
	}
	return nil
}
