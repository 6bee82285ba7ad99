package sign

import (
	"fmt"
	"strings"
)

// A phrase is a wording with room in it, matched word by word:
//
//	invalid issuer            these words in a row
//	issuer * invalid          up to six words between
//	issuer ** invalid         up to thirty words between
//	(wrong|bad|invalid) key   one of several; an alternative may have several words, or none: (is|)
//	expir~                    a word that begins so
//	umlaut~ & password        both, anywhere in one piece of text
//
// Case, quotes and punctuation do not matter: the wording is cut into words as the text is (see Words).
type phrase struct {
	text  string
	parts [][]item // joined by &
}

// item is one step of a part: one of some runs of words, after a gap.
type item struct {
	gap  int
	runs [][]word
}

type word struct {
	text   string
	prefix bool
}

func (w word) is(s string) bool {
	if w.prefix {
		return strings.HasPrefix(s, w.text)
	}
	return s == w.text
}

const (
	shortGap = 6
	longGap  = 30
)

// parse reads a phrase.
func parse(text string) (*phrase, error) {
	p := &phrase{text: text}
	for _, part := range strings.Split(text, "&") {
		items, err := parsePart(part)
		if err != nil {
			return nil, fmt.Errorf("phrase %q: %w", text, err)
		}
		p.parts = append(p.parts, items)
	}
	return p, nil
}

func parsePart(text string) ([]item, error) {
	var out []item
	gap := 0
	add := func(runs [][]word) {
		out = append(out, item{gap: gap, runs: runs})
		gap = 0
	}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if text[0] == '(' {
			inner, rest, ok := strings.Cut(text[1:], ")")
			if !ok {
				return nil, fmt.Errorf("a ( is not closed")
			}
			var runs [][]word
			for _, alt := range strings.Split(inner, "|") {
				runs = append(runs, parseRun(alt))
			}
			if len(strings.TrimSpace(inner)) == 0 {
				return nil, fmt.Errorf("an empty choice")
			}
			add(runs)
			text = rest
			continue
		}
		step, rest, _ := strings.Cut(text, " ")
		if i := strings.IndexByte(step, '('); i > 0 {
			step, rest = text[:i], text[i:]
		}
		text = rest
		switch step {
		case "*":
			gap = max(gap, shortGap)
		case "**":
			gap = longGap
		default:
			for _, w := range parseRun(step) {
				add([][]word{{w}})
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no words")
	}
	return out, nil
}

// parseRun reads words in a row, each with an optional ~ behind it.
func parseRun(text string) []word {
	var out []word
	for _, f := range strings.Fields(text) {
		stem, prefix := strings.CutSuffix(f, "~")
		ws := Words(stem)
		for n, w := range ws {
			out = append(out, word{text: w, prefix: prefix && n == len(ws)-1})
		}
	}
	return out
}

// keys gives the plain words of which at least one is in every text that p matches: the words of its most telling
// step. nil means that p has to be tried on every text.
func (p *phrase) keys() []string {
	var best []string
	for _, part := range p.parts {
		for _, it := range part {
			var ws []string
			for _, run := range it.runs {
				w := ""
				for _, r := range run {
					if !r.prefix && len(r.text) > len(w) {
						w = r.text
					}
				}
				if w == "" {
					ws = nil
					break
				}
				ws = append(ws, w)
			}
			if ws != nil && (best == nil || telling(ws) > telling(best)) {
				best = ws
			}
		}
	}
	return best
}

// telling prefers steps whose shortest word is long.
func telling(ws []string) int {
	n := 99
	for _, w := range ws {
		n = min(n, len(w))
	}
	return n*8 - len(ws)
}

// in reports whether words hold p, and where its first part begins.
func (p *phrase) in(words []string) (at int, ok bool) {
	at = -1
	for _, part := range p.parts {
		found := -1
		for i := range words {
			if match(words[i:], part, true) {
				found = i
				break
			}
		}
		if found < 0 {
			return 0, false
		}
		if at < 0 {
			at = found
		}
	}
	return at, true
}

// match reports that words begin with the items; the first one's gap does not count.
func match(words []string, items []item, first bool) bool {
	if len(items) == 0 {
		return true
	}
	it := items[0]
	reach := it.gap
	if first {
		reach = 0
	}
	for skip := 0; skip <= reach && skip < len(words); skip++ {
		for _, run := range it.runs {
			if n, ok := begins(words[skip:], run); ok && match(words[skip+n:], items[1:], false) {
				return true
			}
		}
	}
	return false
}

func begins(words []string, run []word) (int, bool) {
	if len(words) < len(run) {
		return 0, false
	}
	for i, w := range run {
		if !w.is(words[i]) {
			return 0, false
		}
	}
	return len(run), true
}
