package oauth1

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Lines are the parts of the signature base string (RFC 5849 3.4.1.1), named: method, scheme, host, path, and each
// parameter. Values of parameters are closed, but for those of the protocol that say nothing.
func Lines(req exchange.Request) []form.Line {
	return baseLines(base(req, collect(req), plan{}))
}

// DebugBase finds the base string that a server shows when it refuses one: debug_sbs of the OAuth problem reporting
// extension, as PHP's OAuth extension writes it.
func DebugBase(body []byte) (lines []form.Line, ok bool) {
	_, text, found := strings.Cut(string(body[:min(len(body), 64<<10)]), "debug_sbs=")
	if !found {
		return nil, false
	}
	text = strings.TrimRight(text[:strings.IndexAny(text+"\n", "\r\n\"'< ")], "&")
	// The reply is a form, in which the base string was encoded once more by some and not by others.
	if !strings.Contains(text, "&") {
		if u, err := url.QueryUnescape(text); err == nil {
			text = u
		}
	}
	lines = baseLines(text)
	return lines, lines != nil
}

// shownParams are those of the protocol that may be shown.
var shownParams = map[string]bool{"oauth_signature_method": true, "oauth_timestamp": true, "oauth_version": true}

func baseLines(text string) []form.Line {
	parts := strings.Split(text, "&")
	if len(parts) != 3 {
		return nil
	}
	u, err := exchange.ParseURL(unescape(parts[1]))
	if err != nil {
		return nil
	}
	out := []form.Line{{Name: "method", Value: form.Shown(parts[0])}, {Name: "scheme", Value: secret.Public(u.Scheme)},
		{Name: "host", Value: form.Shown(u.Authority())}, {Name: "path", Value: form.Shown(u.Path)}}
	for pair := range strings.SplitSeq(unescape(parts[2]), "&") {
		name, value, _ := strings.Cut(pair, "=")
		v := secret.Hide(value)
		if shownParams[name] {
			v = form.Shown(value)
		}
		if len(out) < maxParams {
			out = append(out, form.Line{Name: form.Shown(unescape(name)).String(), Value: v})
		}
	}
	return out
}

// Anew gives req signed again by the rules of RFC 5849: over seen, which is req as a server behind a proxy may read it, with
// the time of now and a nonce of its own. The signature must stand in the Authorization field and be an HMAC.
func Anew(req, seen exchange.Request, client, token secret.Text, now time.Time) (exchange.Request, error) {
	return anew(req, seen, client, token, now, plan{})
}

// Repeat gives req signed again with the departure from RFC 5849 with which it was signed, as of now and with a nonce of its
// own: what is wrong with it stays wrong. The error says that no single departure gives its signature.
func Repeat(req exchange.Request, client, token secret.Text, now time.Time) (exchange.Request, error) {
	s, ok := Parse(req)
	h := hashes[s.Method]
	if !ok || h == nil {
		return req, errors.New("sign with OAuth 1.0 again: the request carries no HMAC signature")
	}
	p, key := collect(req), keyText(client.Reveal(), token.Reveal())
	for _, c := range changes(req, p) {
		var l plan
		c.do(&l)
		if signs(h, key, base(req, p, l), p.signature) {
			return anew(req, req, client, token, now, l)
		}
	}
	return req, errors.New("sign with OAuth 1.0 again: no single departure from RFC 5849 gives the signature")
}

func anew(req, seen exchange.Request, client, token secret.Text, now time.Time, how plan) (exchange.Request, error) {
	s, ok := Parse(req)
	h := hashes[s.Method]
	if !ok || s.InQuery || h == nil {
		return req, errors.New("sign with OAuth 1.0 anew: the request carries no HMAC signature in its Authorization field")
	}
	c := challenge.Split(req.Header.Text("Authorization").Trim())
	var fields []string
	for _, p := range c.Params {
		name, value := unescape(p.Name), p.Value.Reveal()
		switch name {
		case "oauth_signature":
			continue
		case "oauth_timestamp":
			value = strconv.FormatInt(now.Unix(), 10)
		case "oauth_nonce":
			value = rand.Text()
		case "realm":
			fields = append(fields, `realm="`+value+`"`)
			continue
		default:
			value = unescape(value)
		}
		fields = append(fields, encode(name)+`="`+encode(value)+`"`)
	}
	put := func(r exchange.Request, more ...string) exchange.Request {
		value := "OAuth " + strings.Join(append(fields[:len(fields):len(fields)], more...), ", ")
		r.Header = r.Header.With(exchange.Field{Name: "Authorization", Value: secret.New(value)})
		return r
	}
	seen = put(seen)
	m := hmac.New(h, []byte(keyText(client.Reveal(), token.Reveal())))
	m.Write([]byte(base(seen, collect(seen), how)))
	return put(req, `oauth_signature="`+encode(base64.StdEncoding.EncodeToString(m.Sum(nil)))+`"`), nil
}
