package httpsig

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Anew gives req with the signature s made again: over seen, which is req as a server behind a proxy may read it, and as of
// now. Covered components and parameters stay the same; created, expires and nonce are fresh. Of several signatures only s
// remains.
func (s Signature) Anew(req, seen exchange.Request, key secret.Text, now time.Time) (exchange.Request, error) {
	k, err := ReadKey(key)
	if err != nil {
		return req, err
	}
	if !k.CanSign() {
		return req, errors.New("sign anew: the key can only check")
	}
	like, err := s.Base(req)
	if err != nil {
		return req, err
	}
	fresh := s.at(now)
	if s.Covers("date") {
		date := exchange.RequestField("Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
		req.Header, seen.Header = req.Header.With(date), seen.Header.With(date)
	}
	base, err := fresh.Base(seen)
	if err != nil {
		return req, err
	}
	value, err := s.sign([]byte(base), []byte(like), k)
	if err != nil {
		return req, err
	}
	if s.Legacy {
		return fresh.writeLegacy(req, value), nil
	}
	input, sig := httpsfv.NewDictionary(), httpsfv.NewDictionary()
	input.Add(s.Label, fresh.Input)
	sig.Add(s.Label, httpsfv.NewItem(value))
	inputText, err := httpsfv.Marshal(input)
	if err != nil {
		return req, err
	}
	sigText, err := httpsfv.Marshal(sig)
	if err != nil {
		return req, err
	}
	req.Header = req.Header.With(exchange.RequestField("Signature-Input", inputText))
	req.Header = req.Header.With(exchange.Field{Name: "Signature", Value: secret.New(sigText)})
	return req, nil
}

// at gives s with its times moved to now and a nonce of its own.
func (s Signature) at(now time.Time) Signature {
	life := time.Duration(0)
	if !s.Expires.IsZero() && !s.Created.IsZero() {
		life = max(s.Expires.Sub(s.Created), 0)
	} else if !s.Expires.IsZero() {
		life = 5 * time.Minute
	}
	times := map[string]int64{"created": now.Unix(), "expires": now.Add(life).Unix()}
	if s.Legacy {
		old := s.legacy
		s.legacy = nil
		for _, p := range old {
			if n, isTime := times[strings.ToLower(p.Name)]; isTime {
				p.Value = secret.Public(strconv.FormatInt(n, 10))
			}
			s.legacy = append(s.legacy, p)
		}
		return s
	}
	params := httpsfv.NewParams()
	if s.Input.Params != nil {
		for _, name := range s.Input.Params.Names() {
			v, _ := s.Input.Params.Get(name)
			if n, isTime := times[name]; isTime {
				v = n
			} else if name == "nonce" {
				v = rand.Text()
			}
			params.Add(name, v)
		}
	}
	s.Input.Params = params
	return s
}

func (s Signature) writeLegacy(req exchange.Request, value []byte) exchange.Request {
	var parts []string
	for _, p := range s.legacy {
		text := p.Value.Reveal()
		if strings.EqualFold(p.Name, "signature") {
			text = base64.StdEncoding.EncodeToString(value)
		}
		if n := strings.ToLower(p.Name); n == "created" || n == "expires" {
			parts = append(parts, p.Name+"="+text)
			continue
		}
		parts = append(parts, p.Name+`="`+text+`"`)
	}
	f := exchange.Field{Name: "Signature", Value: secret.New(strings.Join(parts, ","))}
	if s.InAuthorization {
		f = exchange.Field{Name: "Authorization", Value: secret.New("Signature " + strings.Join(parts, ","))}
	}
	req.Header = req.Header.With(f)
	return req
}
