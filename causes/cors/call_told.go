package cors

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	keepsCookies = lazyregexp.New(`(?m)^[^/\n]*\bcredentials["']?\s*:\s*["'](?:same-origin|omit)["']|(?m)^[^/\n]*withCredentials["']?\s*[:=]\s*false`)
	callTo       = lazyregexp.New(`(?i)\b(?:fetch|axios(?:\.[a-z]+)?|open|\$\.ajax|request)\s*\(\s*(?:\{[^}]{0,120}?url\s*:\s*|["'](?:GET|POST|PUT)["']\s*,\s*)?["'` + "`" + `]https?://([A-Za-z0-9.-]+(?::\d+)?)`)
	hostsTold    = lazyregexp.New(`(?i)\b((?:localhost|127\.0\.0\.1|[a-z0-9-]+(?:\.[a-z0-9-]+)+):\d{2,5})\b`)
	cookieTold   = lazyregexp.New(`(?i)\bcookies?\b|\bsession\b`)
)

// keptAtHome finds a script's call to another origin whose options keep cookies at home (Fetch, credentials mode
// "same-origin" or "omit"), where cookies or a session are what is missed.
func keptAtHome(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	text := v.AllText()
	call := callTo.FindStringSubmatch(text)
	if call == nil || !keepsCookies.MatchString(text) || !cookieTold.MatchString(text) {
		return nil
	}
	var hosts []string
	for _, g := range hostsTold.FindAllStringSubmatch(text, 40) {
		hosts = append(hosts, strings.ToLower(g[1]))
	}
	if !slices.ContainsFunc(hosts, func(h string) bool { return h != strings.ToLower(call[1]) }) {
		return nil
	}
	_, from, _ := v.Heard().First(keepsCookies)
	return cause.SuspectAt(cause.Strong, 0.86, from, "The script calls another origin with an option that keeps cookies at home.")
}
