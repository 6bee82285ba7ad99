package client

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// live reports that the answer was fetched by us. In pasted text people put <token> or **** over their secrets, so
// there a placeholder proves nothing.
func live(v *cause.View) bool { return v.Answer != nil && v.Answer.Given == "" && !v.Recorded() }

// refusedOrBad is a refusal, or the 400 that stricter servers answer to an Authorization they cannot read. Where nothing
// was sent (--offline) the person's word that it is refused has to do.
func refusedOrBad(v *cause.View) bool {
	return v.Refused() || v.Answer.Status() == 400 || len(v.Exchanges) == 0 || v.Answer.Given != "" && v.Answer.Status() == 0
}

// unsent reports that the user's request did not go out: a safety rule held it back, and what was asked, if anything,
// was asked without its credential.
func unsent(v *cause.View) bool {
	return v.Answer == nil || v.Intent != nil && len(v.Credentials) == 0 && len(meant(v)) > 0
}

// meant are the credentials of the request as the user gave it.
func meant(v *cause.View) []cred.Credential {
	if len(v.Credentials) == 0 && v.Intent != nil && v.Subject == "" {
		return cred.Of(v.Intent.Request)
	}
	return v.Credentials
}

// direct reports that the answer is to the request itself, not to a redirect behind it.
func direct(v *cause.View) bool { return v.Answer != nil && v.Answer == v.First() }

// passwordScheme reports schemes that carry or prove a password: what they carry is never sent again in another form.
func passwordScheme(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "basic", "digest", "ntlm", "negotiate", "kerberos":
		return true
	}
	return false
}

// tokenSchemes are the schemes of the challenge that take a token.
func tokenSchemes(cs challenge.Challenges) []string {
	var out []string
	for _, s := range cs.Schemes() {
		if !passwordScheme(s) && challenge.Known(s) {
			out = append(out, s)
		}
	}
	return out
}

// heard reports that the layer that refused reads the scheme that was sent: it names that scheme, or none at all.
// A Basic layer in front of the application never looks at a Bearer token, and a refusal that gives a reason of its own
// (an address, a firewall's rule, a right that is missing) is not about the form of a credential.
func heard(v *cause.View, scheme string) bool {
	return (len(v.Challenges) == 0 || v.Challenges.Has(scheme)) && !aside(v)
}

// aside reports an answer that refuses for a reason that has nothing to do with how the credential is written, or a 400
// that does not speak of a credential at all.
func aside(v *cause.View) bool {
	if blamed(v) {
		return false
	}
	if _, ok := v.Means(signature.NoCredentials, signature.MalformedHeader, signature.SchemeUnsupported, signature.DuplicateHeader,
		signature.LoginRequired, signature.MissingKey, signature.TwoAuthMechanisms); ok {
		return false
	}
	if _, ok := v.Means(signature.IPNotAllowed, signature.PolicyBlocked, signature.RateLimited, signature.Captcha, signature.CSRFToken,
		signature.CSRFOrigin, signature.UserAgentRequired, signature.OriginNotAllowed, signature.HTTPSRequired, signature.ClientCertMissing,
		signature.ClientCertInvalid, signature.ScopeMissing, signature.PermissionDenied, signature.AccountDisabled, signature.Locked,
		signature.OTP, signature.SSORequired, signature.UnknownRoute, signature.FeatureDisabled, signature.LicenceOrQuota); ok {
		return true
	}
	return v.Answer.Status() == 400 && len(v.Challenges) == 0 && live(v)
}

// blamed reports that the answer speaks of the credential itself: it came, and was not accepted.
func blamed(v *cause.View) bool {
	if _, ok := v.Means("token-invalid", "token-malformed", "credential-invalid", "malformed-header", "signature-invalid", "token-expired"); ok {
		return true
	}
	for i := range v.Challenges {
		switch v.Challenges[i].Value("error") {
		case "invalid_token", "invalid_request":
			return true
		}
	}
	return false
}

// inAuthorization reports a credential that stands in the Authorization field.
func inAuthorization(c cred.Credential) bool {
	return c.In == cred.InHeader && strings.EqualFold(c.Place, "Authorization")
}

// token gives the first credential that is a token or key and has one of the flaws.
func token(v *cause.View, flaws ...string) (cred.Credential, string, bool) {
	for _, c := range meant(v) {
		if c.Kind == cred.Cookie || c.Kind == cred.Basic || c.Kind == cred.Digest || c.Kind == cred.Login || c.In == cred.InBody {
			continue
		}
		for _, f := range flaws {
			if c.Has(f) {
				return c, f, true
			}
		}
	}
	return cred.Credential{}, "", false
}

// detail is what a flaw says beside its kind.
func detail(c cred.Credential, what string) string {
	for _, f := range c.Flaws {
		if f.What == what {
			return f.Detail
		}
	}
	return ""
}

var (
	repeatedField = lazyregexp.New(`(?i)^(proxy-)?authorization\s*[:=]\s*`)
	schemeMark    = lazyregexp.New(`(?i)^(bearer|basic|token|apikey|jwt|dpop)(:\s*|%20|\+|=)`)
	schemeGlued   = lazyregexp.New(`^(?i:bearer)(eyJ)`)
	quotePairs    = [][2]string{{`\"`, `\"`}, {`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"}, {"{", "}"}, {"<", ">"}, {"[", "]"}}
)

// undress cuts blanks, one pair of quotation marks or brackets, and the b of a Python literal from around a value.
func undress(s string) string {
	s = strings.TrimFunc(s, stray)
	if len(s) > 3 && (strings.HasPrefix(s, `b'`) && strings.HasSuffix(s, `'`) || strings.HasPrefix(s, `b"`) && strings.HasSuffix(s, `"`)) {
		s = s[1:]
	}
	for _, q := range quotePairs {
		if len(s) > len(q[0])+len(q[1]) && strings.HasPrefix(s, q[0]) && strings.HasSuffix(s, q[1]) {
			return strings.TrimFunc(s[len(q[0]):len(s)-len(q[1])], stray)
		}
	}
	return s
}

// stray are characters that no token holds: blanks, controls, and the invisible ones that come along from web pages.
func stray(r rune) bool {
	switch r {
	case 0xa0, 0xad, 0xfeff, 0x2028, 0x2029, 0x202a, 0x202c, 0x202e, 0x2060, 0x3000:
		return true
	}
	return r <= ' ' || r == 0x7f || r >= 0x2000 && r <= 0x200f
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if stray(r) {
			return -1
		}
		return r
	}, s)
}

// bare is the credential without anything that does not belong to it, and the scheme that stands before it, if any.
func bare(c cred.Credential) (scheme string, key secret.Text) {
	v := c.Whole
	if c.In == cred.InQuery {
		v = v.Map(unescaped)
	}
	v = v.Map(undress)
	if c.In != cred.InHeader {
		return "", v.Map(squeeze)
	}
	v = v.Map(func(s string) string {
		s = repeatedField.ReplaceAllString(s, "")
		s = schemeGlued.ReplaceAllString(s, "Bearer $1")
		return schemeMark.ReplaceAllString(s, "$1 ")
	})
	s := challenge.Split(v)
	if s.Scheme == "" {
		return "", v.Map(undress).Map(squeeze)
	}
	inner := challenge.Split(s.Rest.Map(func(t string) string { return schemeMark.ReplaceAllString(undress(t), "$1 ") }))
	if inner.Scheme != "" && !inner.Rest.Empty() {
		s = inner
	}
	return s.Scheme, s.Rest.Map(undress).Map(squeeze)
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// corrected is the experiment that the causes of form share: the same credential without what does not belong to it,
// in the same place. ok is false when it would be a password, which is not sent a second time in any form.
func corrected(c cred.Credential, change string) (t cause.Trial, ok bool) {
	scheme, key := bare(c)
	if key.Empty() || passwordScheme(scheme) {
		return cause.Trial{}, false
	}
	if scheme == "" && inAuthorization(c) {
		scheme = "Bearer"
	}
	t = cause.Trial{Key: "corrected form", Change: change, Follow: true, Edit: func(r exchange.Request) exchange.Request {
		return put(r, c, scheme, key)
	}}
	return t.Passing(), true
}

// put sets the place where c stood to another value.
func put(r exchange.Request, c cred.Credential, scheme string, key secret.Text) exchange.Request {
	if c.In == cred.InQuery {
		n := 0
		for i, p := range r.URL.Query {
			if strings.EqualFold(p.Name, c.Place) {
				if n == c.Index {
					r.URL.Query[i].Value = key.Map(url.QueryEscape)
				}
				n++
			}
		}
		return r
	}
	if scheme != "" {
		key = secret.Join(secret.Public(scheme+" "), key)
	}
	r.Header = r.Header.With(exchange.Field{Name: c.Place, Value: key})
	return r
}

// place names where a credential stands, for a sentence: "Authorization", `the parameter "api_key"`.
func place(c cred.Credential) string {
	switch c.In {
	case cred.InQuery:
		return "the query parameter " + c.Place
	case cred.InUserinfo:
		return "the URL's user part"
	case cred.InBody:
		return "the body field " + c.Place
	}
	return "the header " + c.Place
}

// example is the command that sends a good credential to the place where c stood.
func example(v *cause.View, c cred.Credential, scheme string) string {
	u := cause.Quote(v.Request.URL)
	switch {
	case c.In == cred.InQuery:
		return `curl -G --data-urlencode "` + c.Place + `=$TOKEN" ` + cause.Quote(withoutParam(v.Request.URL, c.Place))
	case scheme == "" && inAuthorization(c):
		scheme = "Bearer"
	case passwordScheme(scheme):
		return `curl -u "$LOGIN:$PASSWORD" ` + u
	}
	if scheme != "" {
		scheme += " "
	}
	return `curl -H "` + c.Place + `: ` + scheme + `$TOKEN" ` + u
}

func withoutParam(u exchange.URL, name string) exchange.URL {
	var keep []exchange.Param
	for _, p := range u.Query {
		if !strings.EqualFold(p.Name, name) {
			keep = append(keep, p)
		}
	}
	u.Query, u.HasQuery = keep, len(keep) > 0
	return u
}

// asked lists the schemes of the challenge for a sentence: "Basic", "Negotiate and NTLM".
func asked(cs challenge.Challenges) string {
	var s []string
	for _, name := range cs.Schemes() {
		if n := schemeName(name); !slices.Contains(s, n) {
			s = append(s, n)
		}
	}
	switch len(s) {
	case 0:
		return "nothing"
	case 1:
		return s[0]
	}
	return strings.Join(s[:len(s)-1], ", ") + " and " + s[len(s)-1]
}

// schemeName is a scheme of a challenge as it may be shown: foreign words are not repeated.
func schemeName(s string) string {
	if challenge.Known(s) {
		return s
	}
	return "a scheme of its own"
}

// fitting is a title that fits the screen, or "" so that the cause's own title is shown.
func fitting(title string) string {
	if len(title) > 72 {
		return ""
	}
	return title
}

// vague are the causes that say with less what a cause of form says exactly.
var vague = []string{"missing-www-authenticate", "401-means-403", "403-means-401"}
