package apache

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a regular expression of httpd's, which are PCRE's. Go's own engine is used where it knows the syntax, because
// its time is bounded; look-around and back references are matched by regexp2, with a limit of time.
type pattern struct {
	src  string
	fast *regexp.Regexp
	slow *regexp2.Regexp
}

const (
	maxPattern  = 8192
	patternTime = 200 * time.Millisecond
)

func compile(src string, fold bool) (*pattern, error) {
	if len(src) > maxPattern {
		return nil, errors.New("the pattern is too long")
	}
	flags := "(?s-m)"
	// PCRE's dot does not match a newline by default; no URL, host or header that httpd lets through holds one, so that the
	// difference is not seen. httpd's $ matches at the very end only (PCRE_DOLLAR_ENDONLY).
	if fold {
		flags = "(?is-m)"
	}
	if re, err := regexp.Compile(flags + src); err == nil {
		return &pattern{src: src, fast: re}, nil
	}
	var opt regexp2.RegexOptions
	if fold {
		opt = regexp2.IgnoreCase
	}
	// Possessive quantifiers are atomic groups in disguise, which regexp2 cannot read; leaving the plus out gives the same
	// answer for all but pathological patterns, so such a pattern is refused instead.
	re, err := regexp2.Compile(src, opt)
	if err != nil {
		return nil, errors.New("the pattern cannot be read: " + strings.SplitN(err.Error(), "\n", 2)[0])
	}
	re.MatchTimeout = patternTime
	return &pattern{src: src, slow: re}, nil
}

// match gives the whole match and its groups, nil when there is none. A group that took no part is "".
func (p *pattern) match(s string) []string {
	if p == nil {
		return nil
	}
	if p.fast != nil {
		return p.fast.FindStringSubmatch(s)
	}
	m, err := p.slow.FindStringMatch(s)
	if err != nil || m == nil {
		return nil
	}
	var out []string
	for _, g := range m.Groups() {
		out = append(out, g.String())
	}
	return out
}

// names gives the groups that have a name.
func (p *pattern) names(s string) map[string]string {
	if !strings.Contains(p.src, "(?<") && !strings.Contains(p.src, "(?P<") {
		return nil
	}
	out := map[string]string{}
	if p.fast != nil {
		m := p.fast.FindStringSubmatch(s)
		for i, n := range p.fast.SubexpNames() {
			if n != "" && i < len(m) {
				out[n] = m[i]
			}
		}
		return out
	}
	if m, err := p.slow.FindStringMatch(s); err == nil && m != nil {
		for _, g := range m.Groups() {
			if g.Name != "" && strings.Trim(g.Name, "0123456789") != "" {
				out[g.Name] = g.String()
			}
		}
	}
	return out
}

// span gives where the first match stands, as bytes; ok is false when there is none.
func (p *pattern) span(s string) (from, to int, ok bool) {
	if p.fast != nil {
		if at := p.fast.FindStringIndex(s); at != nil {
			return at[0], at[1], true
		}
		return 0, 0, false
	}
	m, err := p.slow.FindStringMatch(s)
	if err != nil || m == nil {
		return 0, 0, false
	}
	runes := []rune(s)
	return len(string(runes[:m.Index])), len(string(runes[:m.Index+m.Length])), true
}

// filled puts the groups of a match into text: $0 to $9, and & for the whole unless plain is asked for; a backslash takes
// their meaning (ap_pregsub).
func filled(text string, groups []string, amp bool) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			if text[i] != '$' && (text[i] != '&' || !amp) {
				b.WriteByte('\\')
			}
			b.WriteByte(text[i])
		case c == '$' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			i++
			if n := int(text[i] - '0'); n < len(groups) {
				b.WriteString(groups[n])
			}
		case c == '&' && amp:
			if len(groups) > 0 {
				b.WriteString(groups[0])
			}
		default:
			b.WriteByte(c)
		}
		if b.Len() > maxFilled {
			break
		}
	}
	return b.String()
}
