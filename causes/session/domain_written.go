package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	domainWritten = lazyregexp.New(`(?i)\b(?:cookie_?)?domain["']?\s*[:=]\s*["']?(?:https?://[a-z0-9.-]+|(?:[a-z0-9-]+\.)*[a-z0-9-]+:\d{2,5}\b)`)
	ofCookies     = lazyregexp.New(`(?i)\bcookies?\b|\bsession\b`)
)

// domainNoHost finds a Domain for a cookie that is written with a scheme or a port. Domain is a host name and nothing else
// (RFC 6265bis 5.6.3), so that no browser keeps such a cookie.
func domainNoHost(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	text := v.AllText()
	if !domainWritten.MatchString(text) || !ofCookies.MatchString(text) {
		return nil
	}
	_, from, _ := v.Heard().First(domainWritten)
	return cause.SuspectAt(cause.Strong, 0.88, from, "The cookie's Domain is written with a scheme or a port, and is a host name by the rules: no browser keeps the cookie.")
}
