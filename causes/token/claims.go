package token

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// expires is the end of the token's life when it can be taken at its word.
func (s *sent) expires() (time.Time, bool) { return plain(s.claims.Exp) }

// plain gives a NumericDate that was written as one.
func plain(m jwt.Moment) (time.Time, bool) {
	return m.Time, m.Present && !m.Invalid && !m.Milliseconds && m.Time.After(year2000)
}

var year2000 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// unit says what is wrong with the numbers of a time claim, "" when nothing is. sure tells a number that no correct
// issuer writes from one that is merely odd. refuses says what a verifier that reads seconds makes of it.
func unit(c *jwt.Claims) (what string, refuses unitEffect, sure bool) {
	for _, m := range []struct {
		name string
		jwt.Moment
	}{{"nbf", c.Nbf}, {"iat", c.Iat}} {
		if m.Present && m.Milliseconds {
			return m.name + " is written in milliseconds", seemsFuture, true
		}
	}
	exp, iat := c.Exp, c.Iat
	switch {
	case exp.Present && exp.Milliseconds:
		return "exp is written in milliseconds", seemsEternal, true
	case exp.Present && !exp.Invalid && exp.Time.Before(year2000):
		return "exp holds a duration in place of a point in time", seemsExpired, true
	case exp.Present && exp.Invalid:
		return "exp is no number of seconds", unreadable, true
	case exp.Present && iat.Present && !iat.Invalid && !exp.Time.After(iat.Time):
		return "exp is not after iat: the token never lived", neverLived, false
	case exp.Present && iat.Present && !iat.Invalid && exp.Time.Sub(iat.Time) <= 10*time.Second:
		return "the token lives for " + span(exp.Time.Sub(iat.Time)) + " only", seemsExpired, false
	case exp.Present && exp.AsString:
		return "exp is a text, not a number", unreadable, false
	}
	return "", 0, false
}

type unitEffect int

const (
	seemsFuture unitEffect = iota + 1
	seemsExpired
	seemsEternal
	unreadable
	neverLived // expired, by whatever unit: it may have been made so on purpose
)

// idToken says by which mark the token is an ID token (OpenID Connect Core 2), "" when nothing says so. sure tells marks
// that an access token does not have from those it may have.
func (s *sent) idToken() (mark string, sure bool) {
	c := s.claims
	switch {
	case strings.EqualFold(s.jwt.Header.Typ, "at+jwt"), c.TokenUse == "access", strings.EqualFold(c.Typ, "Bearer"):
		return "", false
	case c.TokenUse == "id":
		return `token_use is "id"`, true
	case strings.EqualFold(c.Typ, "ID"):
		return `typ is "ID"`, true
	case c.AtHash:
		return "it holds at_hash, the hash of the access token that came with it", true
	case c.CHash:
		return "it holds c_hash, the hash of the code that came with it", true
	case c.Nonce && len(c.Scopes) == 0:
		return "it holds nonce and no scope", false
	case len(c.Audience) == 1 && c.Azp.Present() && c.Audience[0].Text.Equal(c.Azp.Text) && len(c.Scopes) == 0:
		return "its audience is the client itself (aud equals azp), and it has no scope", false
	}
	return "", false
}

// refreshToken says by which mark the token is a refresh token, "" when nothing says so.
func (s *sent) refreshToken() string {
	c := s.claims
	switch {
	case strings.EqualFold(c.Typ, "Refresh"), strings.EqualFold(c.Typ, "Offline"):
		return "its claim typ is " + `"` + c.Typ + `"`
	case strings.EqualFold(c.TokenType, "refresh"):
		return `its claim token_type is "refresh"`
	case strings.EqualFold(c.TokenUse, "refresh"):
		return `its claim token_use is "refresh"`
	case strings.Contains(s.cred.Vendor.What, "refresh token"):
		return "its form is that of a " + s.cred.Vendor.Name + " refresh token"
	case s.jwt == nil && s.cred.Value.Match(entraRefresh):
		return "its form is that of a Microsoft Entra refresh token"
	}
	return ""
}

var entraRefresh = lazyregexp.New(`^[01]\.A[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_.-]{100,}$`)

// graphAudience is who a token for Microsoft Graph is for.
var graphAudience = []string{"00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com", "https://graph.microsoft.com/"}

// forGraph reports a token for Microsoft Graph that was sent to somebody else.
func (s *sent) forGraph() bool {
	host := strings.ToLower(s.v.Answer.Request.URL.Host)
	if host == "graph.microsoft.com" || strings.HasSuffix(host, ".microsoft.com") || strings.HasSuffix(host, ".windows.net") {
		return false
	}
	for _, a := range s.claims.Audience {
		if slices.ContainsFunc(graphAudience, a.Text.Is) {
			return true
		}
	}
	return false
}

// stages are words by which hosts and realms name an environment that is not production.
var stages = lazyregexp.New(`(?i)(^|[^a-z])(staging|stage|stg|sandbox|test|testing|dev|develop|development|qa|uat|preprod|pre-prod|preview|int|integration|local|localhost)([^a-z]|$)`)

// stage is the environment that an issuer's or a host's name tells, "" for none. A top-level domain "test" is no stage.
func stage(name string) string {
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		name = u.Hostname() + u.Path
	}
	host, path, _ := strings.Cut(name, "/")
	if i := strings.LastIndexByte(host, '.'); i >= 0 {
		host = host[:i] + "."
	}
	if m := stages.FindStringSubmatch(host + "/" + path); m != nil {
		return strings.ToLower(m[2])
	}
	return ""
}

// bound reports a token that is bound to a key or certificate (RFC 9449 6, RFC 8705 3).
func (s *sent) bound() (key, cert bool) {
	for _, m := range s.claims.Cnf {
		key = key || m == "jkt"
		cert = cert || m == "x5t#S256"
	}
	return key, cert
}

// unproved reports a bound token that was sent without the proof.
func (s *sent) unproved() bool {
	key, cert := s.bound()
	r := s.v.Answer.Request
	if s.v.Unseen(exchange.RequestHeader) {
		return false
	}
	if key && (!strings.EqualFold(s.cred.Scheme, "DPoP") || !r.Header.Has("DPoP")) {
		return true
	}
	tls := s.v.Answer.Conn.TLS
	return cert && !s.recorded() && (tls == nil || !tls.ClientCertSent)
}

// odd reports that the token shows another fault than its times, so that a refusal without a reason may be due to that.
func (s *sent) odd() bool {
	if s.jwt == nil {
		return false
	}
	if what, _, _ := unit(s.claims); what != "" {
		return true
	}
	if s.headerSeen() && s.jwt.Form != jwt.Signed {
		return true
	}
	mark, sure := s.idToken()
	iss := s.claims.Issuer
	return mark != "" && sure || s.refreshToken() != "" || s.forGraph() || s.unproved() ||
		s.hostSeen() && iss.Present() && stage(iss.Show) != stage(s.v.Answer.Request.URL.Host) && stage(iss.Show) != ""
}

// kubernetes reports a service account token, which has a cause of its own when it is not read anew.
func kubernetes(c *jwt.Claims) bool {
	return c.Has("kubernetes.io") || strings.HasPrefix(c.Issuer.Show, "https://kubernetes.default") ||
		slices.ContainsFunc(c.Audience, func(a jwt.Name) bool { return strings.HasPrefix(a.Show, "https://kubernetes.default") })
}
