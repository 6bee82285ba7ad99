// Package sigv4 reads AWS Signature Version 4 in a header or in a presigned URL, signs requests as curl --aws-sigv4
// does, and checks a signature against a key that the user has.
//
// It sends nothing and fetches no credentials.
package sigv4

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Flaw is what is wrong with the form of a signature. The texts may be shown.
type Flaw string

// The flaws.
const (
	NoCredential       Flaw = "Credential is missing"
	BadScope           Flaw = "Credential is not key/date/region/service/aws4_request"
	NoDate             Flaw = "the signing time is missing: neither X-Amz-Date nor Date"
	BadDate            Flaw = "the signing time is not of the form 20060102T150405Z"
	DateMismatch       Flaw = "the date in Credential is not the day of the signing time"
	NoSignedHeaders    Flaw = "SignedHeaders is missing"
	HostNotSigned      Flaw = "host is not among the signed headers"
	SignedHeaderAbsent Flaw = "a signed header is not in the request"
	AmzHeaderUnsigned  Flaw = "an X-Amz- header is in the request and not signed"
	NoSignature        Flaw = "Signature is missing"
	BadSignature       Flaw = "Signature is not 64 hexadecimal digits"
	NoExpires          Flaw = "X-Amz-Expires is missing"
	BadExpires         Flaw = "X-Amz-Expires is no number of seconds"
	ExpiresTooLong     Flaw = "X-Amz-Expires is over seven days"
	TokenMissing       Flaw = "a temporary key without its session token"
	TokenTooMuch       Flaw = "a session token with a long-term key"
	TwoPlaces          Flaw = "signed in the header and in the query: only one is accepted"
)

// KeyKind is what the form of an access key id tells.
type KeyKind string

// The kinds.
const (
	LongTerm  KeyKind = "long-term"
	Temporary KeyKind = "temporary"
	OtherKey  KeyKind = "other"
)

// Signature is a SigV4 signature of a request.
type Signature struct {
	InQuery       bool   // a presigned URL
	Algorithm     string // "AWS4-HMAC-SHA256"; showable
	AccessKey     secret.Text
	Key           KeyKind
	Date          string // of the scope, yyyymmdd
	Region        string // showable
	Service       string
	Terminator    string
	Time          time.Time // signing time; zero when missing or unreadable
	Expires       time.Duration
	SignedHeaders []string // lower case, as listed
	SessionToken  bool
	Flaws         []Flaw

	// Exported because fmt can open what an unexported field holds.
	Value  secret.Text // the signature itself
	Listed secret.Text // SignedHeaders as listed, in lower case
}

// Has reports a flaw.
func (s *Signature) Has(f Flaw) bool {
	for _, g := range s.Flaws {
		if f == g {
			return true
		}
	}
	return false
}

func (s *Signature) note(on bool, f Flaw) {
	if on && !s.Has(f) {
		s.Flaws = append(s.Flaws, f)
	}
}

// SkewLimit is how far the signing time may be from the server's clock.
const SkewLimit = 15 * time.Minute

// Skew is how far the signing time runs ahead of the server's clock; negative when it lags. Zero when it is unknown.
func (s *Signature) Skew(server time.Time) time.Duration {
	if s.Time.IsZero() || server.IsZero() {
		return 0
	}
	return s.Time.Sub(server)
}

// Late reports that the server would refuse the signing time: outside SkewLimit, or for a presigned URL after its end
// or before its beginning.
func (s *Signature) Late(server time.Time) bool {
	d := s.Skew(server)
	if s.InQuery {
		return d > SkewLimit || s.Expires > 0 && -d > s.Expires
	}
	return d > SkewLimit || d < -SkewLimit
}

// Ends is when a presigned URL ends; zero for others.
func (s *Signature) Ends() time.Time {
	if !s.InQuery || s.Time.IsZero() {
		return time.Time{}
	}
	return s.Time.Add(s.Expires)
}

// Parse finds the signature of req, in the header first. ok is false when there is none.
func Parse(req exchange.Request) (sig *Signature, ok bool) {
	_, query := param(req, "x-amz-signature")
	if !query {
		_, query = param(req, "x-amz-algorithm")
	}
	for _, v := range req.Header.Values("Authorization") {
		c := challenge.Split(v.Trim())
		if strings.HasPrefix(strings.ToUpper(c.Scheme), "AWS4-") {
			s := parseHeader(req, c)
			s.note(query, TwoPlaces)
			return s, true
		}
	}
	if query {
		s := parseQuery(req)
		return s, true
	}
	return nil, false
}

func parseHeader(req exchange.Request, c challenge.Credentials) *Signature {
	s := &Signature{Algorithm: strings.ToUpper(c.Scheme)}
	get := func(name string) string { v, _ := c.Param(name); return v.Reveal() }
	s.Value = secret.New(get("Signature"))
	s.scope(get("Credential"))
	s.headers(get("SignedHeaders"))
	s.SessionToken = req.Header.Has("X-Amz-Security-Token")
	when := req.Header.Text("X-Amz-Date").Reveal()
	if when == "" {
		when = req.Header.Text("Date").Reveal()
	}
	s.when(when)
	s.check(req)
	return s
}

func parseQuery(req exchange.Request) *Signature {
	get := func(name string) string { v, _ := param(req, name); return v }
	s := &Signature{InQuery: true, Algorithm: show(get("x-amz-algorithm"))}
	s.Value = secret.New(get("x-amz-signature"))
	s.scope(get("x-amz-credential"))
	s.headers(get("x-amz-signedheaders"))
	_, s.SessionToken = param(req, "x-amz-security-token")
	s.when(get("x-amz-date"))
	switch text, found := param(req, "x-amz-expires"); {
	case !found:
		s.note(true, NoExpires)
	default:
		n, err := strconv.Atoi(text)
		s.note(err != nil || n < 0, BadExpires)
		s.note(err == nil && n > 7*24*3600, ExpiresTooLong)
		if err == nil && n >= 0 && n < 1<<30 {
			s.Expires = time.Duration(n) * time.Second
		}
	}
	s.check(req)
	return s
}

func (s *Signature) scope(cred string) {
	s.note(cred == "", NoCredential)
	// A key may hold slashes in other people's clouds; the scope is the last four parts.
	parts := strings.Split(cred, "/")
	if len(parts) < 5 {
		s.AccessKey, s.Key = secret.New(parts[0]), keyKind(parts[0])
		s.note(cred != "", BadScope)
		return
	}
	n := len(parts)
	key := strings.Join(parts[:n-4], "/")
	s.AccessKey, s.Key = secret.New(key), keyKind(key)
	s.Date, s.Region, s.Service, s.Terminator = show(parts[n-4]), show(parts[n-3]), show(parts[n-2]), show(parts[n-1])
	s.note(len(s.Date) != 8 || strings.Trim(s.Date, "0123456789") != "" || !strings.HasSuffix(s.Terminator, "4_request") || s.Service == "", BadScope)
}

func (s *Signature) headers(list string) {
	s.note(list == "", NoSignedHeaders)
	s.Listed = secret.New(strings.ToLower(list))
	for _, h := range s.names() {
		s.SignedHeaders = append(s.SignedHeaders, showHeader(h))
	}
}

// names are the signed headers as they stand.
func (s *Signature) names() []string {
	var out []string
	for h := range strings.SplitSeq(s.Listed.Reveal(), ";") {
		if h = strings.TrimSpace(h); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// showHeader looks at the parts between dashes: x-amz-content-sha256 as a whole could pass for a key.
func showHeader(h string) string {
	if len(h) > 64 {
		return secret.New(h).String()
	}
	for part := range strings.SplitSeq(h, "-") {
		if len(part) > 16 || show(part) != part {
			return secret.New(h).String()
		}
	}
	return h
}

const layout = "20060102T150405Z"

func (s *Signature) when(text string) {
	if text == "" {
		s.note(true, NoDate)
		return
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		t, err = time.Parse(time.RFC1123, text) // the Date header is a fallback
	}
	s.note(err != nil, BadDate)
	if err == nil {
		s.Time = t.UTC()
		s.note(len(s.Date) == 8 && t.UTC().Format("20060102") != s.Date, DateMismatch)
	}
}

func (s *Signature) check(req exchange.Request) {
	hex := s.Value.Len() == 64 && strings.Trim(strings.ToLower(s.Value.Reveal()), "0123456789abcdef") == ""
	s.note(s.Value.Empty(), NoSignature)
	s.note(!s.Value.Empty() && !hex && !strings.Contains(s.Algorithm, "ECDSA"), BadSignature)
	signed := map[string]bool{}
	for _, h := range s.names() {
		signed[h] = true
		s.note(h != "host" && !req.Header.Has(h), SignedHeaderAbsent)
	}
	s.note(len(signed) > 0 && !signed["host"], HostNotSigned)
	if !s.InQuery {
		for _, f := range req.Header {
			name := strings.ToLower(f.Name)
			s.note(strings.HasPrefix(name, "x-amz-") && !signed[name] && len(signed) > 0, AmzHeaderUnsigned)
		}
	}
	s.note(s.Key == Temporary && !s.SessionToken, TokenMissing)
	s.note(s.Key == LongTerm && s.SessionToken, TokenTooMuch)
}

func keyKind(key string) KeyKind {
	if len(key) == 20 && strings.ToUpper(key) == key {
		switch key[:4] {
		case "AKIA":
			return LongTerm
		case "ASIA":
			return Temporary
		}
	}
	return OtherKey
}

// show keeps scope words printable: a key that slipped into the wrong place is not one.
func show(s string) string {
	if len(s) > 64 || secret.Looks(s) || strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
		return secret.New(s).String()
	}
	return s
}

// param gives the first query parameter of that lower-case name, decoded.
func param(req exchange.Request, name string) (string, bool) {
	for _, p := range req.URL.Query {
		n, err := url.PathUnescape(p.Name)
		if err != nil {
			n = p.Name
		}
		if strings.EqualFold(n, name) {
			v, err := url.PathUnescape(p.Value.Reveal())
			if err != nil {
				v = p.Value.Reveal()
			}
			return v, true
		}
	}
	return "", false
}
