package sigv4

import (
	"encoding/hex"
	"encoding/json"
	"html"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// Echo is what a server shows of its own computation when a signature does not match.
type Echo struct {
	Canonical    exchange.Raw // "" when it shows none
	StringToSign exchange.Raw
}

// maxEcho is how much of an answer is searched.
const maxEcho = 256 << 10

var (
	xmlCanonical = lazyregexp.New(`(?s)<CanonicalRequest>(.*?)</CanonicalRequest>`)
	xmlCanonHex  = lazyregexp.New(`(?s)<CanonicalRequestBytes>([0-9A-Fa-f\s]*)</CanonicalRequestBytes>`)
	xmlToSign    = lazyregexp.New(`(?s)<StringToSign>(.*?)</StringToSign>`)
	xmlToSignHex = lazyregexp.New(`(?s)<StringToSignBytes>([0-9A-Fa-f\s]*)</StringToSignBytes>`)
	jsonCanon    = lazyregexp.New(`(?s)The Canonical String for this request should have been\s*(?:\\n|\n)?\s*'(.*?)'(?:\\n|\s|$)`)
	jsonToSign   = lazyregexp.New(`(?s)The String-to-Sign should have been\s*(?:\\n|\n)?\s*'(.*?)'`)
)

// ReadEcho finds the canonical request and the string to sign in the body of an answer: S3's XML, and the sentence of
// API Gateway and other services ("The Canonical String for this request should have been '...'"), with line breaks as
// they are, written as \n, or lost to blanks. ok is false when there is neither.
func ReadEcho(body []byte) (e Echo, ok bool) {
	s := string(body[:min(len(body), maxEcho)])
	one := func(re *lazyregexp.Regexp) string {
		if m := re.FindStringSubmatch(s); m != nil {
			return m[1]
		}
		return ""
	}
	bytes := func(re *lazyregexp.Regexp) string {
		b, err := hex.DecodeString(strings.Join(strings.Fields(one(re)), ""))
		if err != nil {
			return ""
		}
		return string(b)
	}
	canonical, toSign := bytes(xmlCanonHex), bytes(xmlToSignHex) // the bytes keep what XML loses
	if canonical == "" {
		canonical = html.UnescapeString(one(xmlCanonical))
	}
	if toSign == "" {
		toSign = html.UnescapeString(one(xmlToSign))
	}
	if canonical == "" {
		canonical = unwritten(one(jsonCanon))
	}
	if toSign == "" {
		toSign = unwritten(one(jsonToSign))
	}
	e = Echo{exchange.Raw(strings.ReplaceAll(canonical, "\r\n", "\n")), exchange.Raw(strings.ReplaceAll(toSign, "\r\n", "\n"))}
	return e, canonical != "" || toSign != ""
}

// unwritten undoes the escapes of a JSON text that was not parsed; a text with real line breaks is none.
func unwritten(s string) string {
	var out string
	if json.Unmarshal([]byte(`"`+s+`"`), &out) == nil {
		return out
	}
	return s
}
