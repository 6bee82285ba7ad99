package lazyregexp

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is looked for: with more, it is no quicker than matching.
const (
	maxNeed  = 24 // literals of which one must be there
	maxNeeds = 3  // such lists for one pattern
)

// Need gives lists of literals of ASCII, in lower case: of each list, one at least stands in every text that src matches,
// whatever the case of its letters. The most telling list comes first; nil when there are none to rely on.
func Need(src string) [][]string {
	re, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return nil
	}
	var out [][]string
	for _, n := range needsOf(re) {
		slices.Sort(n)
		n = slices.Compact(n)
		if len(n) <= maxNeed && len(out) < maxNeeds && !slices.ContainsFunc(out, func(o []string) bool { return implies(o, n) }) {
			out = append(out, n)
		}
	}
	return out
}

// implies reports that a text with one of o has one of n.
func implies(o, n []string) bool {
	return !slices.ContainsFunc(o, func(x string) bool {
		return !slices.ContainsFunc(n, func(y string) bool { return strings.Contains(x, y) })
	})
}

// needsOf gives the lists for re, the most telling first.
func needsOf(re *syntax.Regexp) [][]string {
	switch re.Op {
	case syntax.OpLiteral:
		return longest(string(re.Rune))
	case syntax.OpCharClass:
		var out []string
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if r >= utf8.RuneSelf || r <= ' ' || len(out) == 6 { // blanks are everywhere
					return nil
				}
				out = append(out, strings.ToLower(string(r)))
			}
		}
		if out == nil {
			return nil // a class of nothing matches nothing
		}
		return [][]string{out}
	case syntax.OpCapture, syntax.OpPlus:
		return needsOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needsOf(re.Sub[0])
		}
	case syntax.OpAlternate:
		var out []string
		for _, s := range re.Sub {
			n := needsOf(s)
			if n == nil {
				return nil
			}
			out = append(out, n[0]...)
		}
		return [][]string{out}
	case syntax.OpConcat:
		var out [][]string
		for _, s := range re.Sub {
			out = append(out, needsOf(s)...)
		}
		slices.SortStableFunc(out, func(a, b []string) int { return telling(b) - telling(a) })
		return out
	}
	return nil
}

// longest gives the longest run of ASCII in a literal.
func longest(s string) [][]string {
	best := ""
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if len(run) > len(best) {
			best = run
		}
	}
	if strings.TrimSpace(best) == "" {
		return nil
	}
	return [][]string{{strings.ToLower(best)}}
}

// telling prefers long literals, then few.
func telling(n []string) int {
	short := 99
	for _, s := range n {
		short = min(short, len(s))
	}
	return short*8 - len(n) - 100*max(0, len(n)-maxNeed)
}

// has reports that s may hold one literal of each list, whatever the case.
func has(s string, needs [][]literal) bool {
	for _, need := range needs {
		if !slices.ContainsFunc(need, func(l literal) bool { return l.in(s) }) {
			return folded(s)
		}
	}
	return true
}

// folded reports that s has one of two signs beyond ASCII that are, in another case, a letter of it: with them a text may
// fit without any literal.
func folded(s string) bool {
	return strings.IndexByte(s, "ſ"[0]) >= 0 && strings.Contains(s, "ſ") || strings.IndexByte(s, "\u212a"[0]) >= 0 && strings.Contains(s, "\u212a")
}

// literal is a text that is looked for by the rarest of its signs.
type literal struct {
	low        string
	at         int // where that sign is
	lower, cap byte
}

func literals(needs [][]string) [][]literal {
	var out [][]literal
	for _, need := range needs {
		var one []literal
		for _, low := range need {
			one = append(one, literalOf(low))
		}
		out = append(out, one)
	}
	return out
}

func literalOf(low string) literal {
	l := literal{low: low}
	for i := 1; i < len(low); i++ {
		if rank(low[i]) > rank(low[l.at]) {
			l.at = i
		}
	}
	l.lower = low[l.at]
	l.cap = byte(unicode.ToUpper(rune(l.lower)))
	return l
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
func (l literal) in(s string) bool {
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
