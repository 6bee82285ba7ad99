package signature

import (
	"regexp"

	"github.com/why401/why401/internal/lazyregexp"
)

// pattern is a regular expression that is compiled when a text may match it: most replies make the set look at a few of
// its several hundred patterns.
type pattern struct{ *lazyregexp.Regexp }

// pattern makes a pattern. A set loaded for use by others is compiled at once, so that mistakes have their line; the
// built-in data was compiled by the tests.
func (b *builder) pattern(src string) (*pattern, error) {
	if !b.trusted {
		if _, err := regexp.Compile(src); err != nil {
			return nil, err
		}
	}
	return &pattern{lazyregexp.Late(src)}, nil
}
