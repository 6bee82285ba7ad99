package signature

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first asked for: most replies make the set look at a few
// of its several hundred patterns.
type pattern struct {
	src  string
	once sync.Once
	re   *regexp.Regexp
}

func (p *pattern) get() *regexp.Regexp {
	p.once.Do(func() { p.re = regexp.MustCompile(p.src) })
	return p.re
}

// pattern makes a pattern. A set loaded for use by others is compiled at once, so that mistakes have their line; the
// built-in data was compiled by the tests.
func (b *builder) pattern(src string) (*pattern, error) {
	p := &pattern{src: src}
	if b.trusted {
		return p, nil
	}
	re, err := regexp.Compile(src)
	if err != nil {
		return nil, err
	}
	p.once.Do(func() { p.re = re })
	return p, nil
}
