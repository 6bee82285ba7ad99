package app

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/hmac"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// checked is what came out of recomputing the signature of a recorded request with a secret of the record.
type checked struct {
	answer  hmac.Answer
	refused bool // the request was refused
}

// form reports that the parts that were signed, or how the result was written, are what differs.
func (c checked) form() bool {
	return slices.ContainsFunc([]hmac.Word{hmac.MessageForm, hmac.HashOther, hmac.Coding, hmac.PartAbsent}, c.answer.Has)
}

var (
	secretWord   = lazyregexp.New(`(?i)\b(?:[a-z0-9]+[_-])*(?:secret|signing[_ -]?key|hmac[_ -]?key|shared[_ -]?key|webhook[_ -]?key)(?:[_ -](?:key|is|value))?["']?\s{0,3}(?:[:=]|=>|\bis\b)\s{0,3}["']?([^\s"',;]{6,120})`)
	receivedWord = lazyregexp.New(`(?i)\b(?:received|got|header|expected|from (?:the )?header|x-[a-z0-9-]*(?:signature|hmac)[a-z0-9-]*)\b[^:=\n]{0,30}[:=]\s*["']?((?:sha\d{1,3}=)?[0-9a-f]{40,128}|[A-Za-z0-9+/]{27,88}={0,2})(?:["'\s,;]|$)`)
	computedWord = lazyregexp.New(`(?i)\b(?:computed|calculated|ours|mine|my (?:hash|hmac|signature)|generated|local)\b[^:=\n]{0,30}[:=]\s*["']?((?:sha\d{1,3}=)?[0-9a-f]{40,128}|[A-Za-z0-9+/]{27,88}={0,2})(?:["'\s,;]|$)`)
	object       = lazyregexp.New(`(?m)^[^{\n]{0,40}(\{"[^\n]+\})\s*$`)
)

// Bounds of the search: each try recomputes some dozens of hashes.
const (
	maxTries = 4
	maxText  = 64 << 10
)

// prose is what people and programs wrote, as it stands; it may hold secrets and is never shown.
func prose(v *cause.View) string {
	s := v.Excerpts(60, 30, 8<<10).Join()
	return s[:min(len(s), maxText)]
}

// found gives what the pattern's group matched, each once.
func found(re *lazyregexp.Regexp, text string) []string {
	var out []string
	for _, m := range re.FindAllStringSubmatch(text, 12) {
		if !slices.Contains(out, m[1]) && len(out) < maxTries {
			out = append(out, m[1])
		}
	}
	return out
}

// checkSignature recomputes the signature of a recorded request, or of one that the prose describes, with each secret
// that the record names. ok is false when there is no such secret or request, or nothing fits.
func checkSignature(v *cause.View) (checked, bool) {
	text := prose(v)
	var keys []secret.Text
	for _, s := range found(secretWord, text) {
		keys = append(keys, secret.New(s))
	}
	for _, s := range v.Settings {
		if name := strings.ToLower(s.Name); len(s.Args) == 1 && len(keys) < maxTries && (strings.Contains(name, "secret") || strings.Contains(name, "hmac_key") || strings.Contains(name, "signing_key")) {
			keys = append(keys, s.Args[0])
		}
	}
	if len(keys) == 0 {
		return checked{}, false
	}
	for _, r := range signedRequests(v, text) {
		for _, key := range keys {
			a, ok := hmac.Check(r.request, r.field, key)
			if ok && !a.Has(hmac.NoMatch) && !a.Has(hmac.Unreadable) {
				return checked{a, r.refused}, true
			}
		}
	}
	return checked{}, false
}

type signedRequest struct {
	request exchange.Request
	field   string
	refused bool
}

// signedRequests are the recorded requests with a body, and those put together of a body and a signature in the prose.
func signedRequests(v *cause.View, text string) []signedRequest {
	var out []signedRequest
	var bodies []secret.Text
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 20)] {
		if x.Given == "" || len(out) >= maxTries {
			continue
		}
		if !x.Request.Body.Empty() {
			out = append(out, signedRequest{request: x.Request, refused: cause.Refused(x)})
			bodies = append(bodies, x.Request.Body)
		} else if b := x.Body(); len(b) > 1 && x.Unseen&exchange.StatusLine != 0 && len(bodies) < maxTries {
			bodies = append(bodies, secret.New(string(b)))
		}
	}
	for _, s := range found(object, text) {
		bodies = append(bodies, secret.New(s))
	}
	for _, sig := range found(receivedWord, text) {
		for _, b := range bodies[:min(len(bodies), maxTries)] {
			r := exchange.Request{Method: "POST", Body: b, Header: exchange.Header{{Name: "X-Signature", Value: secret.New(sig)}}}
			out = append(out, signedRequest{request: r, field: "X-Signature"})
		}
	}
	return out
}

// twoCodings compares a computed with a received signature that the prose gives.
func twoCodings(v *cause.View) (how string, ok bool) {
	text := prose(v)
	for _, a := range found(computedWord, text) {
		for _, b := range found(receivedWord, text) {
			bareA, prefixA := unprefixed(a)
			bareB, prefixB := unprefixed(b)
			switch x, y := hashOf(bareA), hashOf(bareB); {
			case a == b || x == nil || !bytes.Equal(x, y):
			case bareA == bareB && prefixA != prefixB:
				return "one of them with the name of the hash in front", true
			case strings.EqualFold(bareA, bareB) && len(bareA) == 2*len(x):
				return "one in capitals, the other in small letters", true
			default:
				return "one in hex, the other in base64", true
			}
		}
	}
	return "", false
}

// unprefixed takes "sha256=" away.
func unprefixed(s string) (bare string, had bool) {
	if name, rest, ok := strings.Cut(s, "="); ok && strings.HasPrefix(strings.ToLower(name), "sha") && len(rest) > 20 {
		return rest, true
	}
	return s, false
}

// hashOf reads a hash in hex or base64; nil when it is neither.
func hashOf(s string) []byte {
	if b, err := hex.DecodeString(s); err == nil && len(b) >= 20 {
		return b
	}
	if b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")); err == nil && (len(b) == 20 || len(b) == 32 || len(b) == 48 || len(b) == 64) {
		return b
	}
	return nil
}
