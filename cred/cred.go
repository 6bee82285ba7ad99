// Package cred finds the credentials that a request carries and says what each is, where it stands and what is wrong
// with its form. Its subpackages take single kinds apart.
//
// Results hold only what may be shown: values stay secret.Text. The package refuses to judge whether a credential is
// right, and to repair one.
package cred

import (
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/cred/ntlm"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Where is the part of a request in which a credential stands.
type Where string

// The parts.
const (
	InHeader   Where = "header"
	InQuery    Where = "query"
	InUserinfo Where = "userinfo"
	InBody     Where = "body"
)

// Credential is one credential of a request.
type Credential struct {
	In     Where
	Place  string      // header field name ("Authorization", "Cookie", "X-Api-Key"), parameter name, or "userinfo"; showable
	Index  int         // among fields or parameters of that name, from 0
	Scheme string      // the auth-scheme as written, when it is a known one
	Value  secret.Text // the credential without its scheme word and the blanks around it
	Whole  secret.Text // the field or parameter value as it stood
	Kind   Kind
	Names  []string // cookie names, or the parameters that make up a signed URL; showable
	Vendor Vendor   // when the form tells
	Flaws  []Flaw   // what is wrong with its form
}

// Has reports a flaw of that kind.
func (c Credential) Has(what string) bool { return HasFlaw(c.Flaws, what) }

// HoldsLogin reports a value that is user:password in base64, as Basic sends it, whatever scheme stands in front: clean
// enough that no random token looks like it.
func (c Credential) HoldsLogin() bool {
	p, err := basic.Decode(c.Value)
	if err != nil || p.Charset != "ascii" || p.User.Empty() || p.Password.Empty() {
		return false
	}
	return !slices.ContainsFunc([]basic.Flaw{basic.NotEncoded, basic.MissingColon, basic.ControlCharacter, basic.DoubleEncoding}, p.Has)
}

// String names the credential without its value: "Authorization header (Bearer)".
func (c Credential) String() string {
	switch c.In {
	case InQuery:
		return "query parameter " + c.Place
	case InUserinfo:
		return "user name and password in the URL"
	case InBody:
		return "field " + c.Place + " of the body"
	}
	if c.Scheme != "" {
		return c.Place + " header (" + c.Scheme + ")"
	}
	return c.Place + " header"
}

// Of lists every credential that req carries: header fields in order, then userinfo, query, body. Anti-forgery tokens
// and why401's own canary are no credentials: they say nothing about who asks.
func Of(req exchange.Request) []Credential {
	var out []Credential
	count := map[string]int{}
	for _, f := range req.Header {
		name := strings.ToLower(f.Name)
		if c, ok := ofField(f); ok {
			c.Index = count[name]
			out = append(out, c)
		}
		count[name]++
	}
	if !req.URL.User.Empty() {
		out = append(out, ofUserinfo(req.URL.User))
	}
	out = append(out, ofQuery(req.URL.Query)...)
	return append(out, ofBody(req)...)
}

func ofField(f exchange.Field) (Credential, bool) {
	name := strings.ToLower(f.Name)
	c := Credential{In: InHeader, Place: shownName(f.Name), Whole: f.Value, Value: f.Value.Trim(), Kind: Other}
	switch {
	case name == "authorization" || name == "proxy-authorization":
		split := challenge.Split(f.Value.Map(func(s string) string { return strings.TrimLeft(s, " \t\r\n") }))
		if strings.EqualFold(split.Scheme, "Why401-Canary") {
			return c, false
		}
		c.Scheme, c.Value = split.Scheme, split.Rest.Trim()
		c.Kind, c.Flaws = kindOf(split.Scheme, c.Value), Anatomy(f.Value)
	case name == "cookie":
		if f.Value.Trim().Empty() {
			return c, false
		}
		c.Kind, c.Names = Cookie, cookieNames(f.Value.Reveal())
	case antiForgery[name] || dpopProof[name] || quiet[name] || strings.HasPrefix(name, "sec-") || strings.HasPrefix(name, "if-"):
		return c, false
	case keyHeaders[name]:
		c.Kind, c.Flaws = APIKey, AnatomyOfKey(f.Value)
		if split := challenge.Split(f.Value); split.Scheme != "" && !split.Rest.Empty() {
			// Magento, CiviCRM (X-Civi-Auth) and others put a whole Authorization value into a field of their own.
			c.Scheme, c.Value, c.Flaws = split.Scheme, split.Rest.Trim(), Anatomy(f.Value)
			c.Kind = kindOf(split.Scheme, c.Value)
		}
		if jwt.LooksLike(c.Value) {
			c.Kind = JWT
		}
	case !f.Value.Closed() || plain(f.Value):
		return c, false
	case jwt.LooksLike(f.Value):
		c.Kind = JWT
	}
	c.Vendor = VendorOf(c.Value)
	return c, true
}

// kindOf reads the scheme, and the value where the scheme leaves it open.
func kindOf(scheme string, value secret.Text) Kind {
	switch s := strings.ToLower(scheme); s {
	case "basic", "xbasic", "x-basic":
		return Basic
	case "digest":
		return Digest
	case "ntlm":
		return NTLM
	case "negotiate", "kerberos", "nego2":
		if m, err := ntlm.Decode(value); err == nil {
			switch m.Kind {
			case ntlm.Negotiate, ntlm.Challenge, ntlm.Authenticate:
				return NTLM
			}
		}
		return Negotiate
	case "aws4-hmac-sha256", "aws4-ecdsa-p256-sha256", "oss4-hmac-sha256":
		return SigV4
	case "oauth":
		if value.Contains("oauth_") {
			return OAuth1
		}
	case "bearer", "dpop", "jwt", "":
	case "token", "apikey", "api-key", "api_key", "key", "ssws", "geniekey", "client-id", "bot", "splunk", "deepl-auth-key", "klaviyo-api-key":
		if !jwt.LooksLike(value) {
			return APIKey
		}
	default:
		if !jwt.LooksLike(value) {
			return Other
		}
	}
	if jwt.LooksLike(value) {
		return JWT
	}
	if scheme == "" {
		return Other
	}
	return Bearer
}

func ofUserinfo(user secret.Text) Credential {
	c := Credential{In: InUserinfo, Place: "userinfo", Scheme: "Basic", Whole: user, Value: user, Kind: Basic}
	name, pass, _ := user.Cut(":")
	for _, part := range []secret.Text{pass, name} {
		if form, ok := PlaceholderForm(part); ok {
			c.Flaws = append(c.Flaws, Flaw{Placeholder, form})
		}
		if v := VendorOf(part); v.Known() && !c.Vendor.Known() {
			c.Vendor = v
		}
	}
	return c
}

// cookieNames are the names of a Cookie field, those that look like keys by number.
func cookieNames(s string) []string {
	var out []string
	for pair := range strings.SplitSeq(s, ";") {
		name, _, eq := strings.Cut(strings.TrimSpace(pair), "=")
		if !eq || name == "" {
			continue
		}
		out = append(out, shownName(name))
	}
	return out
}

// shownName is a name as it may be shown. A value that was put in the place of a name becomes a number; in a name of
// words with one key-like part (wordpress_logged_in_<hash>) only that part does.
func shownName(s string) string {
	// A closed text is scrubbed out of every report: the name itself must not become one by being asked about.
	if len(s) > 120 || VendorOf(secret.Public(s)).Known() {
		return secret.New(s).String()
	}
	if !secret.Looks(s) {
		return s
	}
	var b strings.Builder
	odd := 0
	for rest := s; rest != ""; {
		i := strings.IndexAny(rest, "-_.")
		if i < 0 {
			i = len(rest)
		}
		part := rest[:i]
		if !wordPart.MatchString(part) {
			odd++
			part = secret.New(part).String()
		}
		b.WriteString(part)
		if i < len(rest) {
			b.WriteByte(rest[i])
			i++
		}
		rest = rest[i:]
	}
	if odd > 1 || odd == 1 && !strings.ContainsAny(s, "-_.") {
		return secret.New(s).String()
	}
	return b.String()
}

var wordPart = lazyregexp.New(`^([a-z]{0,16}|([A-Z][a-z]{1,12}){1,4}|[A-Z]{1,12}|[Ss]ha[0-9]{1,3}|[0-9]{1,3})$`)

// plain reports values that carry nothing: flags and small numbers.
func plain(v secret.Text) bool {
	s := strings.TrimSpace(v.Reveal())
	return s == "" || s == "true" || s == "false" || len(s) <= 4 && strings.Trim(s, "0123456789.") == ""
}

// Strip is req without any credential: Authorization and its relatives, cookies, keys in header, query and body,
// userinfo, and the anti-forgery tokens and fields of unknown meaning that belong to a session.
func Strip(req exchange.Request) exchange.Request {
	r := req.Clone()
	r.Header = slices.DeleteFunc(r.Header, func(f exchange.Field) bool {
		name := strings.ToLower(f.Name)
		if name == "authorization" || name == "proxy-authorization" || antiForgery[name] || dpopProof[name] {
			return true
		}
		_, is := ofField(f)
		return is
	})
	r.URL.User = secret.Text{}
	r.URL.Query = stripQuery(r.URL.Query)
	r.URL.HasQuery = r.URL.HasQuery && (len(r.URL.Query) > 0 || len(req.URL.Query) == 0)
	return stripBody(r)
}
