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
	maxNeed  = 40 // literals of which one must be there
	maxNeeds = 3  // such lists for one pattern
)

// edge stands in a literal for the place between a word and what is no word (\b). Within a literal it is left out.
const edge = '\x00'

// Need gives lists of literals of ASCII, in lower case: of each list, one at least stands in every text that src matches,
// whatever the case of its letters, and where it begins or ends with edge, so does a word. The most telling list comes
// first; nil when there are none to rely on.
func Need(src string) [][]string {
	re, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return nil
	}
	var out [][]string
	for _, n := range needsOf(re) {
		if len(out) < maxNeeds && !slices.ContainsFunc(out, func(o []string) bool { return implies(o, n) }) {
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
	if all := textsOf(re); all != nil {
		if n := trimmed(all); n != nil {
			return [][]string{n}
		}
		return nil
	}
	switch re.Op {
	case syntax.OpLiteral:
		return longest(string(re.Rune))
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
		if out = trimmed(out); out != nil {
			return [][]string{out}
		}
	case syntax.OpConcat:
		var out [][]string
		var run []string // the texts that what stands in a row can be, as far as they are few
		from := 0        // where the row begins
		flush := func() {
			if n := trimmed(run); n != nil {
				out = append(out, n)
			}
			run = nil
		}
		for i, s := range re.Sub {
			all := textsOf(s)
			switch joined := product(run, all); {
			case all == nil:
				if n := spread(re.Sub[from:i], s); n != nil {
					out = append(out, n)
				}
				flush()
				from = i + 1
				out = append(out, needsOf(s)...)
			case joined == nil:
				flush()
				from = i
				run = all
			default:
				run = joined
			}
		}
		flush()
		slices.SortStableFunc(out, func(a, b []string) int { return telling(b) - telling(a) })
		return out
	}
	return nil
}

// spread gives one list for a choice behind what stands before it: with the parser, "http only|http://10" begins with the
// http of both.
func spread(before []*syntax.Regexp, choice *syntax.Regexp) []string {
	for choice.Op == syntax.OpCapture {
		choice = choice.Sub[0]
	}
	if len(before) == 0 || choice.Op != syntax.OpAlternate {
		return nil
	}
	var out []string
	for _, c := range choice.Sub {
		n := needsOf(&syntax.Regexp{Op: syntax.OpConcat, Sub: append(slices.Clone(before), c)})
		if n == nil {
			return nil
		}
		out = append(out, n[0]...)
	}
	return trimmed(out)
}

// textsOf gives the texts that re matches, in lower case, when they are few; else nil.
func textsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpWordBoundary:
		return []string{string(edge)}
	case syntax.OpLiteral:
		s := string(re.Rune)
		if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r == edge }) {
			return nil
		}
		return []string{strings.ToLower(s)}
	case syntax.OpCharClass:
		var out []string
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if r >= utf8.RuneSelf || r < ' ' || len(out) == 6 {
					return nil
				}
				out = append(out, strings.ToLower(string(r)))
			}
		}
		return out
	case syntax.OpCapture:
		return textsOf(re.Sub[0])
	case syntax.OpQuest:
		if all := textsOf(re.Sub[0]); all != nil {
			return append([]string{""}, all...)
		}
	case syntax.OpRepeat:
		if re.Max == re.Min {
			var out []string
			for range re.Min {
				if out = product(out, textsOf(re.Sub[0])); out == nil {
					return nil
				}
			}
			return out
		}
	case syntax.OpAlternate:
		var out []string
		for _, s := range re.Sub {
			all := textsOf(s)
			if all == nil || len(out)+len(all) > maxNeed {
				return nil
			}
			out = append(out, all...)
		}
		return out
	case syntax.OpConcat:
		out := []string{""}
		for _, s := range re.Sub {
			if out = product(out, textsOf(s)); out == nil {
				return nil
			}
		}
		return out
	}
	return nil
}

// product gives each of a with each of b behind it; nil when they are too many or b is not known. An a of nil is empty.
func product(a, b []string) []string {
	if a == nil {
		return b
	}
	if b == nil || len(a)*len(b) > maxNeed {
		return nil
	}
	var out []string
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// trimmed makes a list of all: sorted, without edges that say nothing, and without what holds another of it. It is nil when
// one of it is no more than a blank, or they are too many.
func trimmed(all []string) []string {
	var out []string
	for _, s := range all {
		in := strings.ReplaceAll(s, string(edge), "")
		if strings.TrimSpace(in) == "" {
			return nil
		}
		if s[0] == edge && wordly(in[0]) {
			in = string(edge) + in
		}
		if s[len(s)-1] == edge && wordly(in[len(in)-1]) {
			in += string(edge)
		}
		out = append(out, in)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	least := slices.DeleteFunc(slices.Clone(out), func(s string) bool {
		return slices.ContainsFunc(out, func(o string) bool { return o != s && strings.Contains(s, o) })
	})
	if len(least) == 0 || len(least) > maxNeed {
		return nil
	}
	return least
}

// wordly reports a sign of a word, as \b has it.
func wordly(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// longest gives the longest run of ASCII in a literal.
func longest(s string) [][]string {
	best := ""
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r == edge }) {
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
	return short*8 - len(n)
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
	front, end bool // a word begins, or ends, with it
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
	l := literal{low: strings.Trim(low, string(edge)), front: low[0] == edge, end: low[len(low)-1] == edge}
	low = l.low
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
	return len(s) >= len(l.low) && (l.found(s, l.lower) || l.cap != l.lower && l.found(s, l.cap))
}

// found looks for the literal where its rarest sign is c.
func (l literal) found(s string, c byte) bool {
	end := len(s) - len(l.low) + l.at + 1
	for from := l.at; from < end; from++ {
		i := strings.IndexByte(s[from:end], c)
		if i < 0 {
			return false
		}
		from += i
		first := from - l.at
		if equalFold(s[first:first+len(l.low)], l.low) && (!l.front || first == 0 || !wordly(s[first-1])) &&
			(!l.end || first+len(l.low) == len(s) || !wordly(s[first+len(l.low)])) {
			return true
		}
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
