package redirect

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	pathTold   = lazyregexp.New(`(?:https?://[A-Za-z0-9.:_-]+|\.{2,3}|[\s"'>` + "`" + `(=])((?:/[A-Za-z0-9_.{}:~-]+)+/?)(\?[^\s"'` + "`" + `)]*)?`)
	redirected = lazyregexp.New(`\b30[1278]\b|(?i)\bredirect|\bLocation\s*:`)
	turnedTold = lazyregexp.New(`(?i)\bPOST\b[^.\n]{0,120}\b(?:as|into|to|a|was|is|method|becomes?|became|sees?|gets?|received?) (?:a |is |was )?\W?GET\b|\b(?:was|is|as|method|sees?|receives?d?) (?:a |is |was )?\W?GET\b[^.\n]{0,120}\bPOST\b`)
	lostTold   = lazyregexp.New(`(?i)\b40[013]\b|unauthori[sz]ed|authorization|\btoken\b|credential|not authenticated`)
)

// slashTold finds two addresses in what was written that differ in nothing but a slash at the end, where a redirect and a
// lost login are spoken of, or a POST that arrives as a GET: the redirect itself is often not seen.
func slashTold(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	for _, p := range append(v.Told(), v.Said()...) {
		text := string(p.Text)
		turned := turnedTold.MatchString(text)
		if !turned && !redirected.MatchString(text) || !slashTwins(text) {
			continue
		}
		if !turned && !lostTold.MatchString(v.Heard().Join()) && !v.Refused() {
			continue
		}
		s := cause.SuspectAt(cause.Likely, 0.8, p.From, "Two addresses that differ in a slash at the end are named, with a redirect from one to the other or what it costs.")
		s.FaultAt = exchange.Client
		return s
	}
	return nil
}

// slashTwins reports that text names a path both with and without a slash at its end.
func slashTwins(text string) bool {
	with, without := map[string]bool{}, map[string]bool{}
	for _, g := range pathTold.FindAllStringSubmatch(text, 60) {
		path := strings.TrimRight(g[1], ".:")
		bare := strings.TrimSuffix(path, "/")
		if len(bare) < 4 {
			continue // "/v1" and the like, and prose such as and/or
		}
		if bare == path {
			without[bare] = true
		} else {
			with[bare] = true
		}
	}
	for p := range with {
		if without[p] {
			return true
		}
	}
	return false
}
