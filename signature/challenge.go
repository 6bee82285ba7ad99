package signature

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/why401/why401/secret"
)

// challengeHas asks for one challenge in WWW-Authenticate (or Proxy-Authenticate). It looks at the text of the field,
// not at parsed challenges: a signature wants the spelling a product uses, faults included.
type challengeHas struct {
	id     int
	field  string
	scheme string
	parts  []*pattern // one for the scheme, one for each parameter, all in the same field value
}

func (c challengeHas) holds(r *reply) bool { return slices.ContainsFunc(r.named[c.id], c.match) }

func (c challengeHas) match(v secret.Text) bool {
	return !slices.ContainsFunc(c.parts, func(p *pattern) bool { return !v.Match(p) })
}

func (c challengeHas) cost() int { return 6 }

func (c challengeHas) shown(r *reply) []observation {
	for _, v := range r.named[c.id] {
		if !v.Closed() && c.match(v) {
			return []observation{{text: c.field + ": " + quote(v.String())}}
		}
	}
	return []observation{{text: fmt.Sprintf("%s: %s ...", c.field, c.scheme)}}
}

// schemePattern finds a scheme at the beginning of a field value or behind a comma.
func schemePattern(scheme string) string {
	return `(?i)(?:^|,)\s*` + regexp.QuoteMeta(scheme) + `(?:\s|,|$)`
}

// paramPattern finds name="value" where value matches the pattern inside; it may be unquoted.
func paramPattern(name, inside string) string {
	return `(?:^|[\s,])(?i:` + regexp.QuoteMeta(name) + `)\s*=\s*"?(?:` + inside + `)`
}

// exactly is the pattern of a whole quoted or bare parameter value.
func exactly(value string) string {
	return regexp.QuoteMeta(strings.ReplaceAll(value, `"`, `\"`)) + `(?:"|\s*(?:,|$))`
}
