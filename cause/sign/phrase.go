package sign

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A phrase is a wording with room in it, matched word by word:
//
//	invalid issuer            these words in a row
//	issuer * invalid          up to six words between
//	issuer ** invalid         up to thirty words between
//	(wrong|not valid|) key    one of several runs of words, or none; choices may stand in choices
//	expir~                    a word that begins so; behind a choice: each of its last words does
//	umlaut~ & password        both, anywhere in one piece of text
//
// Case, quotes and punctuation do not matter: the wording is cut into words as the text is (see Words).
type phrase struct {
	parts [][]node // joined by &
	slots []slot   // the words in it
}

// slot is a word of a phrase, or the beginning of one.
type slot struct {
	word   string
	prefix bool
}

// node is one step: a word, a gap or a choice.
type node struct {
	word   string
	slot   int      // the word's place in phrase.slots
	prefix bool     // the word is the beginning of one
	gap    int      // words that may stand between; then there is nothing else
	choice [][]node // one of these
}

const (
	shortGap = 6
	longGap  = 30
	maxDepth = 8  // choices in choices
	maxGaps  = 12 // in one phrase
)

// parse reads a phrase.
func parse(text string) (*phrase, error) {
	p := &phrase{}
	if n := strings.Count(strings.ReplaceAll(text, "**", "*"), "*"); n > maxGaps {
		return nil, fmt.Errorf("phrase %q: %d gaps; %d are the most", text, n, maxGaps)
	}
	for _, part := range strings.Split(text, "&") {
		r := reader{rest: part}
		nodes, err := r.seq(0)
		switch {
		case err != nil:
			return nil, fmt.Errorf("phrase %q: %w", text, err)
		case r.rest != "":
			return nil, fmt.Errorf("phrase %q: %q closes nothing", text, r.rest[:1])
		case !worded(nodes):
			return nil, fmt.Errorf("phrase %q: no words", text)
		}
		p.number(nodes)
		p.parts = append(p.parts, nodes)
	}
	return p, nil
}

// number gives the words of nodes their slots.
func (p *phrase) number(nodes []node) {
	for i := range nodes {
		n := &nodes[i]
		if n.word != "" {
			n.slot = len(p.slots)
			p.slots = append(p.slots, slot{n.word, n.prefix})
		}
		for _, c := range n.choice {
			p.number(c)
		}
	}
}

type reader struct{ rest string }

// seq reads steps up to the end, or up to the | or ) of the choice that it stands in.
func (r *reader) seq(depth int) ([]node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("choices are nested deeper than %d", maxDepth)
	}
	var out []node
	for {
		r.rest = strings.TrimLeft(r.rest, " \t\n")
		if r.rest == "" || r.rest[0] == ')' || r.rest[0] == '|' {
			if depth == 0 && strings.HasPrefix(r.rest, "|") {
				return nil, fmt.Errorf("a | outside of a choice")
			}
			return out, nil
		}
		if r.rest[0] == '(' {
			n, err := r.alternatives(depth)
			if err != nil {
				return nil, err
			}
			out = append(out, n)
			continue
		}
		end := strings.IndexAny(r.rest, " \t\n()|")
		if end < 0 {
			end = len(r.rest)
		}
		step := r.rest[:end]
		r.rest = r.rest[end:]
		switch step {
		case "*":
			out = append(out, node{gap: shortGap})
		case "**":
			out = append(out, node{gap: longGap})
		default:
			stem, prefix := strings.CutSuffix(step, "~")
			ws := wordsOf(stem)
			for n, w := range ws {
				out = append(out, node{word: w, prefix: prefix && n == len(ws)-1})
			}
		}
	}
}

// wordsOf is Words, quicker for what is one word as it stands.
func wordsOf(s string) []string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || plain[s[i]] != s[i] {
			return Words(s)
		}
	}
	if s == "" {
		return nil
	}
	return []string{s}
}

// alternatives reads a choice from its ( on.
func (r *reader) alternatives(depth int) (node, error) {
	var n node
	for {
		r.rest = r.rest[1:] // ( or |
		s, err := r.seq(depth + 1)
		if err != nil {
			return n, err
		}
		n.choice = append(n.choice, s)
		if r.rest == "" {
			return n, fmt.Errorf("a ( is not closed")
		}
		if r.rest[0] == ')' {
			break
		}
	}
	r.rest = r.rest[1:]
	if strings.HasPrefix(r.rest, "~") {
		r.rest = r.rest[1:]
		for _, s := range n.choice {
			if len(s) > 0 && s[len(s)-1].word != "" {
				s[len(s)-1].prefix = true
			}
		}
	}
	if !worded([]node{n}) {
		return n, fmt.Errorf("an empty choice")
	}
	return n, nil
}

// worded reports that there is a word somewhere in nodes.
func worded(nodes []node) bool {
	for _, n := range nodes {
		if n.word != "" {
			return true
		}
		for _, s := range n.choice {
			if worded(s) {
				return true
			}
		}
	}
	return false
}

// keys gives plain words of which at least one is in every text that p matches, those of its most telling step, and
// those of the next. nil means that p has to be tried on every text.
func (p *phrase) keys() (first, next []string) {
	for _, part := range p.parts {
		for _, k := range steps(part) {
			switch {
			case first == nil || telling(k) > telling(first):
				first, next = k, first
			case next == nil || telling(k) > telling(next):
				next = k
			}
		}
	}
	return first, next
}

// steps gives for each step that is made of plain words those of which it needs one.
func steps(nodes []node) [][]string {
	var out [][]string
	for _, n := range nodes {
		switch {
		case n.word != "" && !n.prefix:
			out = append(out, []string{n.word})
		case n.choice != nil:
			var k []string
			for _, s := range n.choice {
				of := most(steps(s))
				if of == nil {
					k = nil
					break
				}
				k = append(k, of...)
			}
			if k != nil {
				out = append(out, k)
			}
		}
	}
	return out
}

// most gives the most telling of some steps.
func most(steps [][]string) []string {
	var best []string
	for _, k := range steps {
		if best == nil || telling(k) > telling(best) {
			best = k
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
	s, ok := lexiconOf(words).search(p)
	if !ok {
		return 0, false
	}
	return s.in(0)
}
