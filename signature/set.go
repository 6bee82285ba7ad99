package signature

import (
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// Set is a loaded collection of entries and phrases. It does not change and is safe for use by several goroutines.
type Set struct {
	entries  []*entry
	phrases  []*phrase
	headers  map[string]int // lower-case names that some matcher asks for, numbered
	families []string       // lower-case prefixes of header names ("x-envoy-"), numbered
	literals *scanner       // every body substring of the data
	memo     memo           // what was found in the last replies
	of       []*Set         // a set of sets has these and nothing of its own
}

// entry is one product signature.
type entry struct {
	product string
	layer   exchange.Layer
	id      string
	says    Says
	weight  int
	version version
	facts   map[string]string
	when    cond
	samples samples
	at      string // file:line
}

// phrase is one refusal sentence.
type phrase struct {
	product string
	layer   exchange.Layer
	meaning string
	weight  int
	when    cond
	samples samples
	at      string
}

// samples are raw replies, kept only when the set was loaded for checking.
type samples struct{ match, nomatch []string }

// version takes a version number out of a header field or the body.
type version struct {
	header string // "" with re set: the body
	re     *pattern
}

var versionForm = lazyregexp.New(`\A[0-9A-Za-z][0-9A-Za-z.+~_-]{0,31}\z`)

// find gives the first group of the pattern, or "" when the place is missing, closed, or does not look like a version.
func (v version) find(r *reply) string {
	if v.re == nil {
		return ""
	}
	var m []string
	if v.header == "" {
		m = v.re.FindStringSubmatch(string(r.head()))
	} else if t := r.x.Header().Text(v.header); !t.Closed() {
		m = v.re.FindStringSubmatch(t.String())
	}
	if len(m) < 2 || !versionForm.MatchString(m[1]) {
		return ""
	}
	return m[1]
}
