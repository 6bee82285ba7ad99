package lazyregexp

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNeed is how many literals a need has at most: with more of them, looking for each is no quicker than matching.
const maxNeed = 24

// Need gives literals of ASCII, in lower case, of which one at least stands in every text that src matches, whatever the
// case of its letters; nil when there are none to rely on.
func Need(src string) []string {
	re, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return nil
	}
	out := needOf(re)
	if len(out) > maxNeed {
		return nil
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func needOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return longest(string(re.Rune))
	case syntax.OpCharClass:
		var out []string
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if r >= utf8.RuneSelf || len(out) == 6 {
					return nil
				}
				out = append(out, strings.ToLower(string(r)))
			}
		}
		return out
	case syntax.OpCapture, syntax.OpPlus:
		return needOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needOf(re.Sub[0])
		}
	case syntax.OpAlternate:
		var out []string
		for _, s := range re.Sub {
			n := needOf(s)
			if n == nil {
				return nil
			}
			out = append(out, n...)
		}
		return out
	case syntax.OpConcat:
		var best []string
		for _, s := range re.Sub {
			if n := needOf(s); n != nil && (best == nil || telling(n) > telling(best)) {
				best = n
			}
		}
		return best
	}
	return nil
}

// longest gives the longest run of ASCII in a literal.
func longest(s string) []string {
	best := ""
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if len(run) > len(best) {
			best = run
		}
	}
	if best == "" {
		return nil
	}
	return []string{strings.ToLower(best)}
}

// telling prefers long literals, then few.
func telling(n []string) int {
	short := 99
	for _, s := range n {
		short = min(short, len(s))
	}
	return short*8 - len(n) - 100*max(0, len(n)-maxNeed)
}

// has reports that s may hold one of the literals, whatever the case.
func has(s string, need []literal) bool {
	for i := range need {
		if need[i].in(s) {
			return true
		}
	}
	// Two signs beyond ASCII are, in another case, a letter of it: with one of them a text may fit without any literal.
	return strings.IndexByte(s, "ſ"[0]) >= 0 && strings.Contains(s, "ſ") || strings.IndexByte(s, "\u212a"[0]) >= 0 && strings.Contains(s, "\u212a")
}

// literal is a text that is looked for by the rarest of its signs.
type literal struct {
	low        string
	at         int // where that sign is
	lower, cap byte
}

func literals(need []string) []literal {
	var out []literal
	for _, low := range need {
		l := literal{low: low}
		for i := 1; i < len(low); i++ {
			if rank(low[i]) > rank(low[l.at]) {
				l.at = i
			}
		}
		l.lower = low[l.at]
		l.cap = byte(unicode.ToUpper(rune(l.lower)))
		out = append(out, l)
	}
	return out
}

// frequency orders letters by how often they are used: it is quicker to look for a rare one.
const frequency = "etaoinsrhldcumfpgwybvkxjqz"

func rank(c byte) int {
	switch i := strings.IndexByte(frequency, c); {
	case c == ' ' || c == '\n':
		return -1
	case i >= 0:
		return 2 * i
	case c == '-' || c == '"' || c == '.' || c == ':' || c == '/' || c == '=' || c == ',':
		return 10
	case c >= '0' && c <= '9':
		return 14
	}
	return 60
}

// in reports that s has the literal, whatever the case of s.
func (l *literal) in(s string) bool {
	if len(s) < len(l.low) {
		return false
	}
	end := len(s) - len(l.low) + l.at + 1
	return found(s, l.low, l.at, end, l.lower) || l.cap != l.lower && found(s, l.low, l.at, end, l.cap)
}

// found looks for low where its sign at is c.
func found(s, low string, at, end int, c byte) bool {
	for from := at; from < end; {
		i := strings.IndexByte(s[from:end], c)
		if i < 0 {
			return false
		}
		if from += i; equalFold(s[from-at:from-at+len(low)], low) {
			return true
		}
		from++
	}
	return false
}

// equalFold compares s, of the length of low, with low, whatever the case of the letters of ASCII.
func equalFold(s, low string) bool {
	for i := 0; i < len(low); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != low[i] {
			return false
		}
	}
	return true
}
