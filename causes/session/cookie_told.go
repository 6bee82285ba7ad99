package session

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	// severalOf is a number of cookies that share a name: "two JSESSIONID cookies", "duplicate cookies for sid".
	severalOf = lazyregexp.New("(?i)\\b(?:two|both|2|three|several|multiple|duplicate[ds]?) (?:different |identical |separate |of the )?(?:[\"'`]?(?:[a-z_.]*sess[a-z_.]*|[a-z_.]*\\bsid|connect\\.sid|same(?:-| )name[d]?)[\"'`]? )(?:id )?cookies?\\b" +
		"|\\b(?:two|both|three|several|multiple|duplicate[ds]?) (?:\\w+ )?cookies?\\b[^.\\n]{0,40}\\b(?:same|one|identical) name\\b|\\bduplicate[ds]? cookies? (?:for|named|called|of)\\b")
	// pathOfCookie is a path that prose gives to a cookie.
	pathOfCookie = lazyregexp.New("(?i)\\bpath(?: of| is| was| to| on| set to)?\\s?[=:]?\\s?[\"'`]?(/[\\w./-]*)|\\bon [\"'`](/[\\w./-]*)[\"'`]|[\"'`](/[\\w./-]*)[\"'`] cookie")
	// oldOne is a cookie that was there before.
	oldOne = lazyregexp.New(`(?i)\b(?:old(?:er)?|stale|former|previous|existing|already (?:had|have|has|there|set)|left ?over|both)\b[^.\n]{0,40}\bcookies?\b|\bcookies?\b[^.\n]{0,60}\b(?:stale|left ?over|from (?:before|when))\b`)
)

// twoOfOneName is prose that tells of cookies of one name on two paths, of which the server takes the old one.
func twoOfOneName(v *cause.View) *cause.Suspicion {
	for _, p := range v.Told() {
		text := string(p.Text)
		if !ofCookies.MatchString(text) {
			continue
		}
		var paths []string
		for _, g := range pathOfCookie.FindAllStringSubmatch(text, 20) {
			path := strings.TrimRight(strings.Join(g[1:], ""), "/.")
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
		weight, what := 0.0, ""
		switch several := severalOf.MatchString(text); {
		case several && len(paths) > 1:
			weight, what = 0.92, "It tells of several cookies of one name, on different paths: browsers send them all, and a server takes one."
		case several && !strings.Contains(strings.ToLower(text), "domain"):
			weight, what = 0.7, "It tells of several cookies of one name: browsers send them all, and a server takes one."
		case len(paths) > 1 && slices.Contains(paths, "") && oldOne.MatchString(text):
			weight, what = 0.85, "It tells of a cookie on a path that was there before, and of a new one on /: browsers send both."
		default:
			continue
		}
		return cause.SuspectAt(cause.Likely, weight, p.From, what)
	}
	return nil
}

var (
	// endOnce is code that makes the end of a cookie a date, in place of an age that counts from each answer.
	endOnce   = lazyregexp.New(`(?i)\bexpires["']?\s*[:=]>?\s*(?:new Date\(\s*(?:Date\.now\(\)|\+?new Date(?:\(\))?)\s*\+|\d+\.\w+\.from_now)`)
	perAnswer = lazyregexp.New(`(?i)\b(?:res|response|ctx|reply)\.(?:cookies?|setCookie)\b|\bcookies\.set\(`)
	startOver = lazyregexp.New(`(?i)\b(?:re-?start\w*|re-?boot\w*|re-?deploy\w*|uptime)\b`)
)

// endsWithTheRun is a cookie whose end stands in options that are made when the program starts, where a restart is told
// to help. Code that runs for each answer makes a new date each time.
func endsWithTheRun(v *cause.View) *cause.Suspicion {
	heard := v.Heard()
	_, from, ok := heard.First(endOnce)
	if !ok {
		return nil
	}
	if text := heard.Join(); !ofCookies.MatchString(text) || !startOver.MatchString(text) || perAnswer.MatchString(text) {
		return nil
	}
	return cause.SuspectAt(cause.Likely, 0.85, from, "The cookie's end is computed once, when the program starts: after that time every cookie is over when it comes, until the next start.")
}

var (
	hostInText  = lazyregexp.New(`(?i)\bhttps?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)`)
	loggedIn    = lazyregexp.New(`(?i)\b(?:am|are|was|were|is|be|been|i'm|you're|we're|still|currently|already|actually|correctly) (?:\w+ )?(?:logged|signed)[ -]?in\b`)
	loggedOff   = lazyregexp.New(`(?i)\bnot (?:\w+ ){0,3}(?:logged|signed)[ -]?in\b|\basks? (?:me|you|us|them|users?)? ?(?:again )?(?:to|for a) (?:log|sign)[ -]?in\b|\b(?:logged|signed)[ -]?out\b|\bmust be (?:logged|signed)[ -]?in\b|\b(?:log|sign)[ -]?in again\b|\bhave to (?:log|sign)[ -]?in\b`)
	sentToOther = lazyregexp.New(`(?i)\bredirect|\bsen(?:ds?|t) (?:me|you|us|users?|them)? ?(?:back )?to\b|\b(?:lands?|landed|ends? up|ended up|taken|brought|brings?|goes) (?:\w+ )?(?:on|at|to)\b`)
	byScript    = lazyregexp.New(`(?i)\bcors\b|\bfetch\(|\baxios\b|\bxhr\b|\biframes?\b|samesite|withcredentials|credentials:|\bapi\b|\bbearer\b|\btoken\b|\bdomain=|\bheaders?\b`)
)

// loggedInElsewhere is prose about one site at two addresses: the login sends the browser from one to the other, where the
// visitor is not logged in, while at the first one he is.
func loggedInElsewhere(v *cause.View) *cause.Suspicion {
	for _, p := range v.Told() {
		text := string(p.Text)
		if !sentToOther.MatchString(text) || byScript.MatchString(text) || !loggedOff.MatchString(text) || !loggedIn.MatchString(loggedOff.ReplaceAllString(text, "")) {
			continue
		}
		var hosts []string
		for _, g := range hostInText.FindAllStringSubmatch(text, 20) {
			if h := strings.ToLower(g[1]); !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
		if len(hosts) != 2 {
			continue
		}
		weight := 0.8
		if strings.TrimPrefix(hosts[0], "www.") == strings.TrimPrefix(hosts[1], "www.") {
			weight = 0.92
		}
		return cause.SuspectAt(cause.Likely, weight, p.From, "A login at one of two hosts ends at the other, and only one of them knows it.")
	}
	return nil
}
