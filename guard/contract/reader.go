package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// reader turns nodes into values and collects what is wrong on the way.
type reader struct {
	file string
	errs Errors
}

func (r *reader) wrong(at Place, format string, args ...any) {
	r.errs = append(r.errs, &Error{File: r.file, Place: at, Text: fmt.Sprintf(format, args...)})
}

// keys holds n against the keys that may stand there and reports the others; what is no mapping is a mistake, too.
func (r *reader) keys(n *node, what string, known ...string) bool {
	if n == nil || n.shape != mapping {
		at, have := Place{}, null
		if n != nil {
			at, have = n.at, n.shape
		}
		r.wrong(at, "%s is %s; expected keys: %s", what, have, strings.Join(known, ", "))
		return false
	}
	seen := map[string]bool{}
	for _, f := range n.keys {
		switch {
		case !slices.Contains(known, f.name):
			r.wrong(f.at, "%s has no key %s; expected %s", what, shown(f.name), oneOf(f.name, known))
		case seen[f.name]:
			r.wrong(f.at, "the key %s stands twice", shown(f.name))
		}
		seen[f.name] = true
	}
	return true
}

// oneOf is the known word that is nearest to a mistyped one, or all of them.
func oneOf(got string, known []string) string {
	for _, k := range known {
		if near(strings.ToLower(got), k) {
			return k
		}
	}
	return strings.Join(known, ", ")
}

// near reports that b is a with one letter missing, added or another, two letters swapped, or with other word breaks.
func near(a, b string) bool {
	flat := strings.NewReplacer("-", "", "_", "", " ", "")
	if a, b = flat.Replace(a), flat.Replace(b); a == b {
		return true
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < 3 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return swapped || a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

// shown is a word of the file for a message: a key or a name, cut when it is long.
func shown(s string) string {
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return strconv.Quote(s)
}

// text is a scalar; what names the place for the message.
func (r *reader) text(n *node, what string) string {
	if n == nil || n.shape == null {
		return ""
	}
	if n.shape != scalar {
		r.wrong(n.at, "%s is %s; expected a text", what, n.shape)
		return ""
	}
	return n.text
}

// word is a text that must be one of some.
func (r *reader) word(n *node, what string, known ...string) string {
	s := r.text(n, what)
	if n != nil && n.shape == scalar && !slices.Contains(known, s) {
		r.wrong(n.at, "%s %s; expected %s", what, shown(s), strings.Join(known, ", "))
		return ""
	}
	return s
}

func (r *reader) flag(n *node, what string) bool {
	b := r.maybe(n, what)
	return b != nil && *b
}

func (r *reader) maybe(n *node, what string) *bool {
	if n == nil {
		return nil
	}
	if n.shape != scalar || n.text != "true" && n.text != "false" {
		r.wrong(n.at, "%s: expected true or false", what)
		return nil
	}
	b := n.text == "true"
	return &b
}

func (r *reader) maybeText(n *node, what string) *string {
	if n == nil {
		return nil
	}
	s := r.text(n, what)
	return &s
}

// several is a list of texts, or one.
func (r *reader) several(n *node, what string) []*node {
	switch {
	case n == nil || n.shape == null:
		return nil
	case n.shape == scalar:
		return []*node{n}
	case n.shape == mapping:
		r.wrong(n.at, "%s has keys; expected a text or a list of texts", what)
		return nil
	}
	var out []*node
	for _, i := range n.items {
		if i.shape != scalar {
			r.wrong(i.at, "%s: %s in the list; expected texts", what, i.shape)
			continue
		}
		out = append(out, i)
	}
	return out
}

func (r *reader) texts(n *node, what string) []string {
	var out []string
	for _, i := range r.several(n, what) {
		out = append(out, i.text)
	}
	return out
}

// entries are the values of a mapping whose keys are names.
func (r *reader) entries(n *node, what string) []field {
	if n == nil || n.shape == null {
		return nil
	}
	if n.shape != mapping {
		r.wrong(n.at, "%s is %s; expected names with keys below", what, n.shape)
		return nil
	}
	seen := map[string]bool{}
	for _, f := range n.keys {
		switch {
		case f.name == "" || len(f.name) > 80 || strings.ContainsFunc(f.name, func(r rune) bool { return r < ' ' || r == 0x7f }):
			r.wrong(f.at, "%s: expected a name of 1 to 80 visible characters", what)
		case seen[f.name]:
			r.wrong(f.at, "%s: the name %s stands twice", what, shown(f.name))
		}
		seen[f.name] = true
	}
	return n.keys
}
