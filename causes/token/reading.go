package token

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// sent is the token that the answering hop was sent, with what the answer says about it.
type sent struct {
	v      *cause.View
	cred   cred.Credential
	jwt    *jwt.Token  // nil for a token that is no JWT
	claims *jwt.Claims // empty when they cannot be read
}

// deformed are flaws of form: what is wrong then is said by a cause of the client.
var deformed = []string{cred.Placeholder, cred.Truncated, cred.Masked, cred.Quoted, cred.Bracketed, cred.SchemeDoubled, cred.SchemeColon,
	cred.SchemeGlued, cred.FieldNameInside, cred.InnerBlank, cred.ControlInside, cred.InvisibleInside, cred.BytesLiteral, cred.JSONInside,
	cred.PercentEncoded, cred.Empty}

// partly reports that only some of the token's claims were pasted: a claim that is not there is not missing.
func (s *sent) partly() bool {
	for _, t := range s.v.Tokens {
		if t.Value.Equal(s.cred.Value) {
			return !t.Whole
		}
	}
	return s.v.Unseen(exchange.RequestCredentials)
}

// read gives the token of a request that was refused; nil when there is none, or when its form is already wrong.
func read(v *cause.View) *sent {
	if !v.Refused() || v.Answer.Status() == 407 {
		return nil
	}
	c, ok := v.Arrived(cred.JWT, cred.Bearer)
	if !ok || strings.EqualFold(c.Place, "Proxy-Authorization") {
		return nil
	}
	for _, f := range deformed {
		if c.Has(f) {
			return nil
		}
	}
	s := &sent{v: v, cred: c, claims: &jwt.Claims{}}
	if c.Kind == cred.JWT {
		t, err := jwt.Decode(c.Value)
		if err != nil {
			return nil
		}
		s.jwt = t
		if t.Claims != nil {
			s.claims = t.Claims
		}
	}
	if st := v.Published().State; s.jwt == nil && st != nil && st.Active {
		s.claims = st.Claims // an opaque token's, as its issuer tells them
	}
	if c.Has(cred.SchemeMissing) && !s.blamed() {
		return nil
	}
	return s
}

// readJWT is read for tokens whose claims can be read.
func readJWT(v *cause.View) *sent {
	s := read(v)
	if s == nil || s.jwt == nil || s.jwt.Claims == nil {
		return nil
	}
	return s
}

// clock is the time at which the token was judged, as well as it is known.
type clock struct {
	now   time.Time
	slack time.Duration // how far the truth may be from now
	whose string        // "the server's Date"
}

// clock reads the Date of the answer; without one the time here, which counts for less.
func (s *sent) clock() clock {
	x := s.v.Answer
	if d, ok := x.Date(); ok {
		return clock{d, 2*time.Second + x.Took, "the server's Date"}
	}
	if x.Given == "" && !x.Sent.IsZero() {
		return clock{x.Sent, 2 * time.Minute, "the clock here (the answer has no Date)"}
	}
	if t, whose := recordedClock(s.v); x.Given != "" && !t.IsZero() {
		return clock{t, 2 * time.Second, whose}
	}
	return clock{}
}

// leeway is how much of a clock's error verifiers commonly forgive; ASP.NET Core and others take five minutes. A server
// that does not say "expired" may have forgiven that much and refused for another reason.
const leeway = 5 * time.Minute

// spoken are the words of an error_description (RFC 6750 3: free text) that tell what it speaks of. They are looked for
// when no product's own sentence was recognised.
var spoken = []struct {
	meaning string
	words   *lazyregexp.Regexp
}{
	{signature.NotYetValid, lazyregexp.New(`(?i)not (yet|active)|\bnbf\b|before its time|issued in the future`)},
	{signature.TokenExpired, lazyregexp.New(`(?i)\bexpired\b|\bexp\b`)},
	{signature.TokenRevoked, lazyregexp.New(`(?i)\brevoked\b`)},
	{signature.AudienceMismatch, lazyregexp.New(`(?i)\baudience|\baud\b`)},
	{signature.IssuerMismatch, lazyregexp.New(`(?i)\bissuer|\biss\b`)},
	{signature.KidUnknown, lazyregexp.New(`(?i)\bkid\b|key id|signing key|signature key`)},
	{signature.AlgMismatch, lazyregexp.New(`(?i)\balgorithm|\balg\b`)},
	{signature.SignatureInvalid, lazyregexp.New(`(?i)\bsignature`)},
	{signature.TokenMalformed, lazyregexp.New(`(?i)malformed|segments|not well[- ]formed|cannot be parsed|three parts`)},
}

// says reports that the answer gives one of the meanings, and where.
func (s *sent) says(meanings ...string) (fact.Fact, bool) {
	if m, ok := s.v.Means(meanings...); ok {
		return m.Because, true
	}
	m := s.described()
	if m != "" && slices.Contains(meanings, m) {
		return s.v.Saw("The challenge says error=%q, and its description speaks of: %s.", s.challenge().Value("error"), inWords(m)), true
	}
	return fact.Fact{}, false
}

// described is the meaning of the challenge's error_description, "" when it has none that is understood.
func (s *sent) described() string {
	text := s.challenge().Value("error_description")
	if text == "" {
		return ""
	}
	for _, m := range s.v.Meanings { // a product's own sentence was recognised: no need to guess
		if m.Meaning != signature.TokenInvalid {
			return ""
		}
	}
	for _, sp := range spoken {
		if sp.words.MatchString(text) {
			return sp.meaning
		}
	}
	return ""
}

func inWords(meaning string) string {
	for _, w := range signature.Vocabulary() {
		if w.Meaning == meaning {
			return w.Says
		}
	}
	return meaning
}

// challenge is the first challenge that asks for a token, or nil.
func (s *sent) challenge() *challenge.Challenge {
	for i := range s.v.Challenges {
		if c := &s.v.Challenges[i]; c.Value("error") != "" {
			return c
		}
	}
	for _, scheme := range []string{"Bearer", "DPoP", "Token", "JWT"} {
		if c := s.v.Challenges.Find(scheme); c != nil {
			return c
		}
	}
	return nil
}

// vague are meanings that refuse the token without a reason.
var vague = []string{signature.TokenInvalid, signature.CredentialInvalid}

// blamed reports that the answer speaks of the token: it came, was read, and was not accepted. RFC 6750 3.1 gives
// invalid_token to a token that is "expired, revoked, malformed, or invalid for other reasons".
func (s *sent) blamed() bool {
	if s.challenge().Value("error") == "invalid_token" || s.described() != "" || s.saysInvalidToken() {
		return true
	}
	_, ok := s.v.Means(signature.TokenInvalid, signature.TokenExpired, signature.TokenRevoked, signature.TokenMalformed, signature.TokenTypeWrong,
		signature.SignatureInvalid, signature.IssuerMismatch, signature.AudienceMismatch, signature.AlgMismatch, signature.KidUnknown,
		signature.NotYetValid, signature.ClaimMissing)
	return ok
}

// invalidToken is RFC 6750's error code as APIs put it into a JSON body.
var invalidToken = lazyregexp.New(`"error"\s*:\s*"invalid_token"`)

func (s *sent) saysInvalidToken() bool {
	body := s.v.Answer.Body()
	return invalidToken.Match(body[:min(len(body), heardLimit)])
}

// verdictOf gives the fact that shows the token was judged without a reason.
func (s *sent) verdictOf() fact.Fact {
	if c := s.challenge(); c.Value("error") != "" {
		return s.v.Saw("The answer is %d with %s error=%q: the token was read and not accepted.", s.v.Answer.Status(), c.Scheme, c.Value("error"))
	}
	if m, ok := s.v.Means(vague...); ok {
		return m.Because
	}
	if s.saysInvalidToken() {
		return s.v.Saw("The body says invalid_token: the token was read and not accepted.")
	}
	return s.v.Saw("The answer is %d and gives no reason.", s.v.Answer.Status())
}

// other reports that the answer names a reason, and it is none of the meanings.
func (s *sent) other(meanings ...string) bool {
	for _, m := range s.v.Meanings {
		if !slices.Contains(vague, m.Meaning) && !slices.Contains(meanings, m.Meaning) {
			return true
		}
	}
	m := s.described()
	return m != "" && !slices.Contains(meanings, m)
}

// aside reports that the refusal is not about the token: another layer asks for another scheme, or says that nothing
// came, or a firewall wrote it.
func (s *sent) aside() bool {
	if s.blamed() {
		return false
	}
	if _, ok := s.v.Means(signature.NoCredentials, signature.SchemeUnsupported, signature.MalformedHeader, signature.PolicyBlocked,
		signature.IPNotAllowed, signature.RateLimited, signature.Captcha, signature.CSRFToken, signature.CSRFOrigin, signature.ClientCertMissing,
		signature.MissingKey, signature.UserAgentRequired, signature.OriginNotAllowed, signature.HTTPSRequired, signature.TwoAuthMechanisms); ok {
		return true
	}
	nothing := s.v.Unseen(exchange.ResponseHeader) && len(s.v.Answer.Body()) == 0 // who wrote it cannot be told
	if s.v.Written && !nothing && (s.v.Writer.Layer == exchange.Edge || s.v.Writer.Layer == exchange.Network) {
		return true
	}
	if len(s.v.Challenges) == 0 {
		return false
	}
	for _, scheme := range s.v.Challenges.Schemes() {
		switch strings.ToLower(scheme) {
		case "basic", "digest", "ntlm", "negotiate":
		default:
			return false
		}
	}
	return true
}

// text is what the answer says in its body and its challenges, with common escapes undone. It is only compared, never
// shown.
func (s *sent) text() string {
	var b strings.Builder
	b.WriteString(s.v.MachineText(heardLimit))
	for _, name := range []string{"WWW-Authenticate", "X-Ms-Diagnostics"} {
		for _, v := range s.v.Answer.Header().Values(name) {
			if !v.Closed() {
				b.WriteString("\n" + v.String())
			}
		}
	}
	return strings.NewReplacer(`\/`, "/", `\"`, `"`, `\u0027`, "'").Replace(html.UnescapeString(b.String()))
}

var expectation = lazyregexp.New(`(?i)\b(?:expected|expecting|valid(?:audience|issuer)s?|required (?:audience|issuer)|must be)[^'"\w\n]{0,3}(?:audience |issuer |value |one of )?[^'"\w\n]{0,3}['"\[]*([^\s'"\],<&]+)`)

// expected are the values that the answer says it wanted in place of the token's.
func (s *sent) expected() []string {
	var out []string
	for _, m := range expectation.FindAllStringSubmatch(s.text(), 8) {
		if w := strings.TrimRight(m[1], ".;"); w != "" && w != "null" && w != "value" {
			out = append(out, w)
		}
	}
	return out
}

// span is a distance of time in words: "3 h 5 min".
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		if m := int(d.Minutes()) % 60; m > 0 {
			return fmt.Sprintf("%d h %d min", int(d.Hours()), m)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d < 1000*24*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	return fmt.Sprintf("%d years", int(d.Hours()/24/365))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// sayAll lists names for a sentence, each quoted: `"a" and "b"`; "none" when there are none.
func sayAll(names []jwt.Name) string {
	var out []string
	for i, n := range names {
		if i == 3 {
			out = append(out, fmt.Sprintf("%d more", len(names)-3))
			break
		}
		out = append(out, fmt.Sprintf("%q", n.Show))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
