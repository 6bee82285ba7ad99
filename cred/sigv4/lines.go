package sigv4

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Lines are the lines of the canonical request that req should have been signed over, named. ok is false when req carries
// no signature.
func Lines(req exchange.Request) (lines []form.Line, ok bool) {
	s, signed := Parse(req)
	if !signed {
		return nil, false
	}
	p, whole := split(s.canonical(req))
	if !whole {
		return nil, false
	}
	return p.lines(func(name string) bool { return req.Header.Text(name).Closed() }), true
}

// Lines are those of the server's own canonical request, and what its string to sign says besides. They are nil when it
// shows none or its line breaks were lost.
func (e Echo) Lines() []form.Line {
	p, whole := split(string(e.Canonical))
	if e.Canonical == "" || !whole {
		return nil
	}
	return p.lines(func(name string) bool { return !slices.Contains(plainHeaders, name) })
}

// plainHeaders are signed fields that hold no secret.
var plainHeaders = []string{"host", "content-type", "content-length", "content-md5", "date", "x-amz-date", "x-amz-content-sha256",
	"range", "accept", "accept-encoding", "user-agent", "x-amz-acl", "x-amz-storage-class"}

// Whole reports that the canonical request came through as the server computed it: its hash is the one in the string to sign,
// so no line break or blank of it was lost on a page.
func (e Echo) Whole() bool {
	lines := strings.Split(string(e.StringToSign), "\n")
	return e.Canonical != "" && len(lines) == 4 && lines[3] == hashHex(string(e.Canonical))
}

func (p parts) lines(closed func(header string) bool) []form.Line {
	out := []form.Line{{Name: "method", Value: form.Shown(p.method)}, {Name: "path", Value: form.Shown(p.path)}, {Name: "query", Value: secret.Hide(p.query)}}
	for _, h := range p.headers {
		v := form.Shown(h[1])
		if closed(h[0]) && h[0] != "host" {
			v = secret.Hide(h[1])
		}
		if h[0] == "x-amz-content-sha256" {
			v = payload(h[1])
		}
		out = append(out, form.Line{Name: showHeader(h[0]), Value: v})
	}
	return append(out, form.Line{Name: "signed headers", Value: secret.Public(showList(p.signed))}, form.Line{Name: "payload", Value: payload(p.payload)})
}

// payload shows words and the hash of nothing, and hides the hash of a body, which could be guessed back.
func payload(hash string) secret.Text {
	switch {
	case hash == hashHex(""):
		return secret.Public(hash)
	case len(hash) == 64:
		return secret.Hide(hash)
	}
	return form.Shown(hash)
}

func showList(s string) string {
	names := strings.Split(s, ";")
	for i, n := range names {
		names[i] = showHeader(n)
	}
	return strings.Join(names, ", ")
}

// Anew gives req signed again: over seen, which is req as a server behind a proxy may read it, and as of now. Key, scope and
// signed headers stay the same.
func Anew(req, seen exchange.Request, secretKey secret.Text, now time.Time) (exchange.Request, error) {
	s, ok := Parse(req)
	switch {
	case !ok || s.InQuery:
		return req, errors.New("sign with SigV4 anew: the request carries no signature in its header")
	case s.Service == "" || len(s.names()) == 0 || !strings.HasSuffix(s.Algorithm, "4-HMAC-SHA256"):
		return req, errors.New("sign with SigV4 anew: the signature is incomplete")
	}
	now = now.UTC()
	for _, f := range req.Header {
		name := strings.ToLower(f.Name)
		if strings.HasPrefix(name, "x-") && strings.HasSuffix(name, "-date") || name == "date" && !req.Header.Has("X-Amz-Date") {
			field := exchange.Field{Name: f.Name, Value: secret.Public(now.Format(layout))}
			req.Header, seen.Header = req.Header.With(field), seen.Header.With(field)
		}
	}
	scope := strings.Join([]string{now.Format("20060102"), s.Region, s.Service, s.Terminator}, "/")
	sig := signature(s.Algorithm, now, scope, s.canonical(seen), secretKey.Reveal())
	value := s.Algorithm + " Credential=" + s.AccessKey.Reveal() + "/" + scope + ", SignedHeaders=" + s.Listed.Reveal() + ", Signature=" + sig
	req.Header = req.Header.With(exchange.Field{Name: "Authorization", Value: secret.New(value)})
	return req, nil
}
