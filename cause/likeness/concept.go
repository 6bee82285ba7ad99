package likeness

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// concepts are the concepts of all causes. A concept is written as groups joined by &, a group as words of which any will
// do: "(options|preflight~) & (401|403|unauthor~)". A word may be several in a row, * among them stands for any one word,
// and ~ behind one for any ending.
type concepts struct {
	all    []concept
	groups int    // of all concepts together
	terms  []term // sorted by head
	begins []term // those whose head is the beginning of a word, sorted by head
}

// concept is one concept of a cause; its groups are numbered from first on.
type concept struct {
	cause string
	first int
	n     int
}

// term is one choice of some groups.
type term struct {
	text   string   // as written
	head   string   // its first word, without ~
	rest   []string // the words behind it
	groups []int
}

// ParseConcept checks one concept as it stands on a page, with @name for the words of a vocabulary, and gives its groups.
func ParseConcept(text string, vocabulary map[string][]string) ([][]string, error) {
	var out [][]string
	for part := range strings.SplitSeq(text, "&") {
		part = strings.TrimSpace(part)
		if inner, ok := strings.CutPrefix(part, "("); ok {
			if part, ok = strings.CutSuffix(inner, ")"); !ok {
				return nil, fmt.Errorf("about %q: a group ends with )", text)
			}
		}
		var group []string
		for t := range strings.SplitSeq(part, "|") {
			t = strings.Join(strings.Fields(strings.ToLower(t)), " ")
			name, ref := strings.CutPrefix(t, "@")
			switch {
			case ref && vocabulary[name] == nil:
				return nil, fmt.Errorf("about %q: no words called %q in the vocabulary", text, t)
			case ref:
				group = append(group, vocabulary[name]...)
			case t == "" || t[0] == '*' || t[0] == '~' || strings.ContainsAny(t, "()\n\t"):
				return nil, fmt.Errorf("about %q: expected words joined by |, got %q", text, t)
			default:
				group = append(group, t)
			}
		}
		out = append(out, group)
	}
	return out, nil
}

// newConcepts numbers the groups of every cause's concepts.
func newConcepts(byCause map[string][][][]string) *concepts {
	c := &concepts{}
	groups := map[string][]int{}
	for _, id := range slices.Sorted(maps.Keys(byCause)) {
		for _, con := range byCause[id] {
			c.all = append(c.all, concept{id, c.groups, len(con)})
			for _, g := range con {
				for _, t := range g {
					if have := groups[t]; len(have) == 0 || have[len(have)-1] != c.groups {
						groups[t] = append(have, c.groups)
					}
				}
				c.groups++
			}
		}
	}
	for t, gs := range groups {
		c.add(t, gs)
	}
	c.sort()
	return c
}

func (c *concepts) add(text string, groups []int) {
	words := strings.Fields(text)
	t := term{text: text, head: words[0], rest: words[1:], groups: groups}
	if head, ok := strings.CutSuffix(words[0], "~"); ok {
		t.head = head
		c.begins = append(c.begins, t)
		return
	}
	c.terms = append(c.terms, t)
}

func (c *concepts) sort() {
	byHead := func(a, b term) int { return strings.Compare(a.head+"\x00"+a.text, b.head+"\x00"+b.text) }
	slices.SortFunc(c.terms, byHead)
	slices.SortFunc(c.begins, byHead)
}

// each calls f with every term that stands in words.
func (c *concepts) each(words []string, f func(term)) {
	done := map[string]bool{} // single words that were looked up
	for i, w := range words {
		again := done[w]
		done[w] = true
		look := func(table []term, head string) {
			at, _ := slices.BinarySearchFunc(table, head, func(t term, head string) int { return strings.Compare(t.head, head) })
			for ; at < len(table) && table[at].head == head; at++ {
				if t := table[at]; !(again && len(t.rest) == 0) && follow(t.rest, words[i+1:]) {
					f(t)
				}
			}
		}
		look(c.terms, w)
		for n := 2; n <= min(len(w), 24); n++ {
			look(c.begins, w[:n])
		}
	}
}

// follow reports that words begin with rest.
func follow(rest, words []string) bool {
	if len(rest) > len(words) {
		return false
	}
	for i, r := range rest {
		head, begins := strings.CutSuffix(r, "~")
		if r != "*" && words[i] != r && !(begins && strings.HasPrefix(words[i], head)) {
			return false
		}
	}
	return true
}

// find gives for each group the longest of its terms that stands in words, "" for none. The parts of a name_like_this are
// looked at as well.
func (c *concepts) find(words []string) []string {
	found := make([]string, c.groups)
	c.each(apart(words), func(t term) {
		for _, g := range t.groups {
			if len(t.text) > len(found[g]) {
				found[g] = t.text
			}
		}
	})
	return found
}

// touched gives, of the concept of a cause that most groups of are found, the terms.
func (c *concepts) touched(cause string, found []string) []string {
	var best []string
	for _, con := range c.all {
		if con.cause != cause {
			continue
		}
		var got []string
		for _, t := range found[con.first : con.first+con.n] {
			if t != "" && !slices.Contains(got, t) {
				got = append(got, t)
			}
		}
		if len(got) > len(best) {
			best = got
		}
	}
	return best
}

// apart puts the parts of each name_like_this behind words.
func apart(words []string) []string {
	out := slices.Clone(words)
	for _, w := range words {
		if strings.Contains(w, "_") {
			out = append(append(out, "|"), strings.Split(w, "_")...)
		}
	}
	return out
}

// pack writes c as lines: a concept as its cause and number of groups, then an empty line, then a term and its groups.
func (c *concepts) pack() string {
	var b strings.Builder
	for _, con := range c.all {
		fmt.Fprintf(&b, "%s %d\n", con.cause, con.n)
	}
	b.WriteString("\n")
	for _, t := range slices.Concat(c.terms, c.begins) {
		b.WriteString(t.text)
		for i, g := range t.groups {
			b.WriteString([]string{"\t", ","}[min(i, 1)] + strconv.Itoa(g))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func unpack(s string) (*concepts, error) {
	c := &concepts{}
	head, rest, ok := strings.Cut(s, "\n\n")
	if s == "\n" {
		head, rest, ok = "", "", true
	}
	if !ok {
		return nil, fmt.Errorf("likeness: concepts: expected an empty line")
	}
	for _, l := range lines(head) {
		id, number, _ := strings.Cut(l, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > 100 || id == "" {
			return nil, fmt.Errorf("likeness: concept %q: expected a cause and its number of groups", l)
		}
		c.all = append(c.all, concept{id, c.groups, n})
		c.groups += n
	}
	for _, l := range lines(strings.TrimSuffix(rest, "\n")) {
		text, numbers, ok := strings.Cut(l, "\t")
		if !ok || strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("likeness: term %q: expected a tab and its groups", l)
		}
		var gs []int
		for n := range strings.SplitSeq(numbers, ",") {
			g, err := strconv.Atoi(n)
			if err != nil || g < 0 || g >= c.groups {
				return nil, fmt.Errorf("likeness: term %q: no group %q", text, n)
			}
			gs = append(gs, g)
		}
		c.add(text, gs)
	}
	c.sort()
	return c, nil
}
