package haproxy

import (
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
)

// condition is what stands behind if or unless: alternatives of terms that must all hold.
type condition struct {
	unless bool
	any    [][]term
	text   string // as written
}

// term is an ACL by its name, or one in braces.
type term struct {
	not  bool
	name string
	test *test // of one in braces
}

// test is one criterion: a fetch with converters, how it is compared, and with what.
type test struct {
	at       conf.Place
	fetch    string // "req.hdr", "path"
	arg      string
	convert  []string
	match    string // "str", "beg", "end", "sub", "dir", "dom", "reg", "ip", "int", "found", "bool", "len"
	fold     bool   // -i
	patterns []string
	open     string // why it cannot be evaluated here
	text     string
}

// acls are the named criteria of a proxy; those of one name are alternatives.
type acls map[string][]*test

// conditionAt takes the condition off the end of words; ok is false when the braces are not closed.
func (f *file) conditionAt(l line, words []string) (head []string, c *condition, ok bool) {
	i := lastKeyword(words)
	if i < 0 {
		return words, nil, true
	}
	c = &condition{unless: words[i] == "unless", text: strings.Join(words[i:], " ")}
	var and []term
	not := false
	rest := words[i+1:]
	for len(rest) > 0 {
		w := rest[0]
		rest = rest[1:]
		if w == "or" || w == "||" {
			c.any = append(c.any, and)
			and, not = nil, false
			continue
		}
		for strings.HasPrefix(w, "!") {
			not = !not
			w = w[1:]
		}
		switch w {
		case "":
			continue
		case "{":
			end := slices.Index(rest, "}")
			if end < 0 {
				return words, nil, false
			}
			and = append(and, term{not: not, test: f.test(l, rest[:end])})
			rest = rest[end+1:]
		default:
			and = append(and, term{not: not, name: w})
		}
		not = false
	}
	c.any = append(c.any, and)
	for _, and := range c.any {
		for _, t := range and {
			if t.test != nil {
				c.text = t.test.closed(c.text)
			}
		}
	}
	return words[:i], c, true
}

// closed is a text of the configuration without the values that the test compares a field, a cookie or a parameter with.
func (t *test) closed(text string) string {
	switch t.fetch {
	case "req.hdr", "req.fhdr":
		name, _, _ := strings.Cut(t.arg, ",")
		return step.Close(text, name, t.patterns...)
	case "req.cook", "urlp", "http_auth_pass", "http_auth_bearer", "url", "query":
		return step.Close(text, "Cookie", t.patterns...)
	}
	return text
}

// lastKeyword is where the condition begins. "if" may also be a word of an argument, so the first outside of braces counts
// that something follows.
func lastKeyword(words []string) int {
	for i, w := range words {
		if (w == "if" || w == "unless") && i > 0 && i+1 < len(words) {
			return i
		}
	}
	return -1
}

// stringFetches are the fetches that carry their way of comparing in their name: path_beg, hdr_sub.
var stringFetches = []string{"path", "url", "base", "hdr", "req.hdr", "cook", "req.cook", "urlp", "url_param"}

var ways = []string{"beg", "end", "sub", "dir", "dom", "reg", "len", "str"}

// test reads "fetch[(arg)][,converter]... [flags] [operator] [patterns]".
func (f *file) test(l line, words []string) *test {
	t := &test{at: l.Place, text: strings.Join(words, " ")}
	if len(words) == 0 {
		t.open = "it names nothing"
		return t
	}
	parts := splitOutside(words[0], ',')
	t.fetch, t.arg = call(parts[0])
	t.convert = parts[1:]
	if i := strings.LastIndexByte(t.fetch, '_'); i > 0 && slices.Contains(stringFetches, t.fetch[:i]) && slices.Contains(ways, t.fetch[i+1:]) {
		t.fetch, t.match = t.fetch[:i], t.fetch[i+1:]
	}
	switch t.fetch {
	case "hdr":
		t.fetch = "req.hdr"
	case "cook":
		t.fetch = "req.cook"
	case "url_param":
		t.fetch = "urlp"
	}
	if l.env {
		t.open = "an environment variable stands in it"
	}
	f.patterns(t, words[1:])
	if t.match == "" {
		t.match = usual(t)
	}
	t.text = t.closed(t.text)
	return t
}

func usual(t *test) string {
	switch t.fetch {
	case "src", "dst":
		return "ip"
	case "req.hdr_cnt", "hdr_cnt", "src_port", "dst_port", "req.hdr_val", "hdr_val", "path_len":
		return "int"
	case "http_auth", "ssl_fc", "always_true", "always_false", "http_first_req", "nbsrv":
		return "bool"
	}
	return "str"
}

// patterns reads flags and patterns.
func (f *file) patterns(t *test, words []string) {
	flags := true
	for i := 0; i < len(words); i++ {
		w := words[i]
		next := func() string {
			if i++; i < len(words) {
				return words[i]
			}
			return ""
		}
		switch {
		case !flags || !strings.HasPrefix(w, "-") || len(w) < 2:
			flags = false
			t.patterns = append(t.patterns, w)
		case w == "--":
			flags = false
		case w == "-i":
			t.fold = true
		case w == "-m":
			t.match = next()
		case w == "-n":
		case w == "-u":
			next()
		case w == "-f":
			f.patternFile(t, next())
		case w == "-M":
			t.open = "its patterns stand in a map"
		default:
			flags = false
			t.patterns = append(t.patterns, w)
		}
	}
}

// patternFile adds the patterns of a file, one on each line.
func (f *file) patternFile(t *test, name string) {
	b, err := f.src.ReadFile(name)
	if err != nil {
		t.open = "its patterns stand in " + name + ", which could not be read"
		f.conf.Leave(t.at, "the pattern file %q cannot be read: %v", name, err)
		return
	}
	for l := range strings.Lines(string(b)) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			t.patterns = append(t.patterns, l)
		}
	}
}

// call takes "name(arg)" apart.
func call(s string) (name, arg string) {
	name, arg, ok := strings.Cut(s, "(")
	if !ok {
		return s, ""
	}
	return name, strings.TrimSuffix(arg, ")")
}

// splitOutside splits at sep where no parenthesis is open.
func splitOutside(s string, sep byte) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case sep:
			if depth == 0 {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	return append(out, s[from:])
}
