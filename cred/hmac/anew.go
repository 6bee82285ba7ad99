package hmac

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	canon "github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// of finds the signature field of req and its style, as Check does.
func of(req exchange.Request, name string) (s style, f exchange.Field, ok bool) {
	for _, f := range req.Header {
		s, known := styles[strings.ToLower(f.Name)]
		if name != "" && !strings.EqualFold(name, f.Name) || name == "" && !known {
			continue
		}
		if !known {
			s = style{name: f.Name, form: "{body}"}
		}
		return s, f, true
	}
	return style{}, exchange.Field{}, false
}

// Signed reports that the style of the field covers the address of the request, and not only its body and times.
func Signed(req exchange.Request, field string) (style string, address, ok bool) {
	s, _, ok := of(req, field)
	return s.name, strings.Contains(s.form, "{url}"), ok
}

// Lines are the parts of the message that is signed, named: scheme, host, path and query of the address where it is covered,
// the time, the id, the body.
func Lines(req exchange.Request, field string) []canon.Line {
	s, f, ok := of(req, field)
	if !ok {
		return nil
	}
	at := parseValue(f.Value.Reveal()).time
	if at == "" && s.time != "" {
		at = req.Header.Text(s.time).Trim().Reveal()
	}
	var out []canon.Line
	for part := range strings.FieldsFuncSeq(s.form, func(r rune) bool { return r == '{' || r == '}' }) {
		switch part {
		case "url":
			out = append(out, canon.Line{Name: "scheme", Value: secret.Public(req.URL.Scheme)}, canon.Line{Name: "host", Value: canon.Shown(req.URL.Authority())},
				canon.Line{Name: "path", Value: canon.Shown(req.URL.Path)}, canon.Line{Name: "query", Value: secret.Hide(req.URL.RawQuery().Reveal())})
		case "t":
			out = append(out, canon.Line{Name: "time", Value: canon.Shown(at)})
		case "id":
			out = append(out, canon.Line{Name: "id", Value: secret.Hide(req.Header.Text(s.id).Reveal())})
		case "body", "form":
			out = append(out, canon.Line{Name: "body (" + strconv.Itoa(req.Body.Len()) + " bytes)", Value: secret.Hide(req.Body.Reveal())})
		}
	}
	return out
}

// Bodies are the spellings in which a server may see the body of req instead of the bytes that were sent, likeliest first.
func Bodies(req exchange.Request) []Body {
	var out []Body
	for _, v := range variants(req.Body.Reveal()) {
		if v.word != "" && v.text != req.Body.Reveal() {
			out = append(out, Body{secret.New(v.text), v.word, v.how})
		}
	}
	return out
}

// Body is a spelling of a body.
type Body struct {
	Text secret.Text
	Word Word
	How  string // "JSON parsed and written anew as JavaScript's JSON.stringify does in place of the body as it came"
}

// Anew gives req with its signature field made again, in the sender's documented way and in the form in which it stood: over
// seen, which is req as the server may read it, and as of now where a time is signed.
func Anew(req, seen exchange.Request, field string, key secret.Text, now time.Time) (exchange.Request, error) {
	s, f, ok := of(req, field)
	if !ok {
		return req, errors.New("sign anew: there is no signature field")
	}
	old := f.Value.Reveal()
	r := parseValue(old)
	if len(r.sums) == 0 {
		return req, errors.New("sign anew: the field is neither hexadecimal nor base64 of a hash")
	}
	m := message{req: seen, at: r.time, body: seen.Body.Reveal()}
	value := old
	was := r.time
	if was == "" && s.time != "" {
		was = req.Header.Text(s.time).Trim().Reveal()
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	if len(was) >= 12 {
		stamp = strconv.FormatInt(now.UnixMilli(), 10)
	}
	switch {
	case r.time != "":
		value, m.at = strings.Replace(value, r.time, stamp, 1), stamp
	case s.time != "":
		if moment(req.Header.Text(s.time).Trim().Reveal()).IsZero() { // no time but a random text: it stays
			m.at = req.Header.Text(s.time).Trim().Reveal()
			break
		}
		req.Header = req.Header.With(exchange.RequestField(s.time, stamp))
		m.at = stamp
	}
	if s.id != "" {
		m.id = req.Header.Text(s.id).Trim().Reveal()
	}
	text := s.forms()[0].build(m, m.body)
	if len(text) == 0 {
		return req, errors.New("sign anew: the time or id that is signed with the body is missing")
	}
	k := s.keys(key.Reveal())[0].text
	var written string
	for piece := range strings.FieldsFuncSeq(old, func(c rune) bool { return c == ' ' || c == ';' || c == ',' || c == '\t' }) {
		for _, part := range []string{piece, piece[strings.IndexByte(piece, '=')+1:]} {
			list := sums(part)
			if len(part) < 5 || len(list) == 0 || list[0].word != "" {
				continue
			}
			sum := mac(hashes[len(list[0].bytes)].new, k, text[0].text)
			written = spell(part, sum)
			value = strings.Replace(value, part, written, 1)
			break
		}
	}
	if written == "" {
		return req, errors.New("sign anew: the form of the signature is not known")
	}
	req.Header = req.Header.With(exchange.Field{Name: f.Name, Value: secret.New(value)})
	return req, nil
}

// spell writes sum as like is written.
func spell(like string, sum []byte) string {
	if _, err := hex.DecodeString(like); err == nil {
		if strings.ToUpper(like) == like && strings.ToLower(like) != like {
			return strings.ToUpper(hex.EncodeToString(sum))
		}
		return hex.EncodeToString(sum)
	}
	enc := base64.StdEncoding
	if strings.ContainsAny(like, "-_") {
		enc = base64.URLEncoding
	}
	if !strings.HasSuffix(like, "=") && len(sum)%3 != 0 {
		enc = enc.WithPadding(base64.NoPadding)
	}
	return enc.EncodeToString(sum)
}
