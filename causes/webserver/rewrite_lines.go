package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	authorizationCondition = lazyregexp.New(`(?i)^%\{(HTTP:Authorization|HTTP_AUTHORIZATION)\}$`)
	authorizationFlag      = lazyregexp.New(`(?i)(^|[\[,])(E|env)=:?(REMOTE_USER|HTTP_AUTHORIZATION|Authorization)`)
	ofCondition            = lazyregexp.New(`(?i)(^|[\[,])(E|env)=:?(REMOTE_USER|HTTP_AUTHORIZATION|Authorization):%1`)
	ofHeader               = lazyregexp.New(`(?i):%\{(HTTP:|ENV:|env:)?(HTTP_)?Authorization\}`)
	fitsNothing            = lazyregexp.New(`^\^?\(?\.\*\)?\$?$`)
	lostAsterisk           = lazyregexp.New(`^\^?\(\.[_]?\)\$?$`)
	frontController        = lazyregexp.New(`(?i)\bindex\.(php|html)|/?app(_dev)?\.php`)
	endFlag                = lazyregexp.New(`(?i)(^|[\[,])END($|[\],])`)
	lastFlag               = lazyregexp.New(`(?i)(^|[\[,])(L|last)($|[\],])`)
	malformedHeader        = lazyregexp.New(`(?i)jwt_auth_bad_auth_header|malformed|bad[_ ]auth(orization)?[_ ]header|no digits|empty (authorization|token)|wrong number of segments`)
)

// ruleLines reads the rewrite rules that are to hand Authorization on (Apache, mod_rewrite): conditions stand in front of
// their rule and hold for that one only; a pattern .* also fits an absent header; a rule behind one that ends the round
// is not reached.
func ruleLines(v *cause.View) *cause.Suspicion {
	apache := directive.Of(v, "apache")
	rules := apache.Named("RewriteRule", "RewriteCond")
	ended := map[string]float64{} // blocks in which a front controller has taken every path, and how surely no rule behind it is reached
	for n, s := range rules {
		if strings.EqualFold(s.Name, "RewriteCond") {
			continue
		}
		block := strings.Join(s.Context, "\n")
		if !directive.Any(s, authorizationFlag) {
			if directive.ArgMatches(s, 1, frontController) && everyPath(s) {
				switch {
				case directive.Any(s, endFlag):
					ended[block] = 0.86
				case directive.Any(s, lastFlag):
					ended[block] = 0.4 // L begins the next round, in which the file exists and the rule behind is reached
				}
			}
			continue
		}
		conditions := conditionsOf(rules, n)
		about := conditions.Having(func(c exchange.Setting) bool { return directive.ArgMatches(c, 0, authorizationCondition) })
		switch {
		case len(s.Args) == 2:
			return directive.Strong(0.86, directive.Fact(s, "This RewriteRule has no substitution (a dash) between its pattern and its flags, so its flags are taken for the new path."))
		case lost(about) || directive.ArgMatches(s, 0, lostAsterisk):
			return directive.Strong(0.88, directive.Fact(s, "A pattern of this rule has lost its asterisk: it fits one character, not the header's value."))
		case directive.Any(s, ofCondition) && len(about) == 0:
			return directive.Strong(0.86, directive.Fact(s, "%1 is what a condition in front of this rule has found, and no condition on Authorization stands in front of it."))
		case len(about) > 0 && directive.ArgMatches(about[len(about)-1], 1, fitsNothing) || len(about) == 0 && directive.Any(s, ofHeader):
			f := directive.Fact(s, "This rule also sets HTTP_AUTHORIZATION when no such header came: to an empty text.")
			if directive.Said(v, malformedHeader) {
				return directive.Strong(0.88, f)
			}
			if ended[block] > 0 {
				return behind(s, ended[block])
			}
			return directive.Likely(0.2, f) // harmless for most applications
		case ended[block] > 0:
			return behind(s, ended[block])
		}
	}
	return nil
}

// behind is a rule that stands behind the front controller.
func behind(s exchange.Setting, w float64) *cause.Suspicion {
	out := directive.Likely(w, directive.Fact(s, "This rule stands behind the one that sends every path to the application."))
	if w >= 0.8 {
		out.Grade = cause.Strong
	}
	return out
}

// conditionsOf gives the conditions that stand right in front of rule n.
func conditionsOf(rules directive.Lines, n int) directive.Lines {
	first := n
	for first > 0 && strings.EqualFold(rules[first-1].Name, "RewriteCond") && directive.SameFile(rules[first-1], rules[n]) {
		first--
	}
	return rules[first:n]
}

// everyPath reports a rule whose pattern fits any path.
func everyPath(s exchange.Setting) bool {
	return len(s.Args) > 0 && (s.Args[0].Is(".") || s.Args[0].Is("^") || s.Args[0].Is(".*") || s.Args[0].Is("^(.*)$") || s.Args[0].Is("(.*)") || s.Args[0].Is("^.*$") || s.Args[0].Is("^(.*)"))
}

// lost reports a pattern of a condition that has lost its asterisk.
func lost(conditions directive.Lines) bool {
	return len(conditions) > 0 && directive.ArgMatches(conditions[0], 1, lostAsterisk)
}
