package apache

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// Limits of what is read. httpd's own depth for includes is 20 for folders and 50 for files.
const (
	maxDepth  = 50
	maxNodes  = 2_000_000
	maxNested = 100
	maxUnread = 1000
)

// reader turns files into a tree, as httpd does while it starts.
type reader struct {
	src      conf.Source
	root     string            // ServerRoot
	defines  map[string]string // Define, -D and the variables of Debian's envvars file
	loaded   map[string]bool   // "ssl_module", "mod_ssl.c"
	part     bool              // a part of a configuration: what modules there are cannot be known, all are taken for loaded
	macros   map[string]*macro
	files    []string
	unread   []conf.Unread
	nodes    int
	open     map[string]bool // files and macros that are being read: they may not contain themselves
	override *override       // of an .htaccess; nil in the server's own files
}

type macro struct {
	params []string
	body   []line
}

func (rd *reader) miss(p conf.Place, format string, args ...any) {
	rd.note(conf.Unread{Place: p, What: fmt.Sprintf(format, args...)})
}

// broken notes what httpd does not start with.
func (rd *reader) broken(p conf.Place, format string, args ...any) {
	rd.note(conf.Unread{Place: p, What: fmt.Sprintf(format, args...), Broken: true})
}

func (rd *reader) note(u conf.Unread) {
	if len(rd.unread) < maxUnread {
		rd.unread = append(rd.unread, u)
	}
}

// because is an error of a Source in a few words.
func because(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func (rd *reader) file(name string, from conf.Place, depth int) []*node {
	if rd.open[name] {
		rd.miss(orFile(from, name), "%q: files include each other", name)
		return nil
	}
	b, err := rd.src.ReadFile(name)
	if err != nil {
		rd.miss(orFile(from, name), "%q cannot be read: %s", name, because(err))
		return nil
	}
	rd.files = append(rd.files, name)
	rd.open[name] = true
	defer delete(rd.open, name)
	return rd.tree(lines(name, string(b)), depth)
}

func orFile(p conf.Place, name string) conf.Place {
	if p.Known() {
		return p
	}
	return conf.Place{File: name}
}

// tree reads lines into nodes. A section that is not closed ends with the lines, a closing line without its section is left
// out; httpd would start with neither, and both are said.
func (rd *reader) tree(ls []line, depth int) []*node {
	top := &node{}
	stack := []*node{top}
	for i := 0; i < len(ls); i++ {
		l := ls[i]
		if rd.nodes++; rd.nodes > maxNodes {
			if rd.nodes == maxNodes+1 {
				rd.miss(l.place, "more than %d directives: what follows is not read", maxNodes)
			}
			break
		}
		at := stack[len(stack)-1]
		name, args := word(l.text)
		if strings.HasPrefix(name, "</") {
			want := strings.TrimSuffix(strings.TrimPrefix(l.text, "</"), ">")
			if len(stack) == 1 {
				rd.broken(l.place, "unexpected </%s>: no such section is open", want)
				continue
			}
			if !strings.EqualFold(strings.TrimSpace(want), at.as) {
				rd.broken(l.place, "expected </%s> but saw </%s>", at.as, want)
				if !slices.ContainsFunc(stack[1:], func(n *node) bool { return strings.EqualFold(n.as, want) }) {
					continue
				}
				for !strings.EqualFold(stack[len(stack)-1].as, want) {
					stack = stack[:len(stack)-1]
				}
				at = stack[len(stack)-1]
			}
			rd.close(at, l.place)
			stack = stack[:len(stack)-1]
			continue
		}
		if !strings.HasPrefix(name, "<") {
			n := &node{name: strings.ToLower(name), as: name, args: args, place: l.place, head: l.place}
			if name == "" {
				continue
			}
			at.kids = append(at.kids, rd.directive(n, depth)...)
			continue
		}
		n := &node{as: strings.TrimSuffix(name[1:], ">"), args: args, section: true, place: l.place, head: l.place}
		n.name = strings.ToLower(n.as)
		if args == "" && strings.HasSuffix(name, ">") {
			args = ">"
		}
		if !strings.HasSuffix(args, ">") {
			rd.broken(l.place, `expected ">" at the end of <%s`, n.as)
		}
		n.args = strings.TrimRight(strings.TrimSuffix(args, ">"), blanks)
		if len(stack) > maxNested {
			rd.miss(l.place, "sections are nested more than %d deep: this one is left out", maxNested)
			i = skip(ls, i)
			continue
		}
		if holds, decided := rd.condition(n); decided {
			rd.allow(n)
			end := skip(ls, i)
			if holds {
				at.kids = append(at.kids, rd.within(n, ls, i, end, depth)...)
			} else if end < len(ls) && !closes(ls[end].text, n.as) {
				rd.broken(n.head, "expected </%s>: the section is not closed", n.as)
			}
			i = end
			continue
		}
		if n.name == "macro" {
			end := skip(ls, i)
			rd.define(n, ls[i+1:min(end, len(ls))])
			i = end
			continue
		}
		at.kids = append(at.kids, n)
		stack = append(stack, n)
	}
	for _, n := range stack[1:] {
		rd.broken(n.head, "expected </%s>: the section is not closed", n.as)
	}
	return top.kids
}

// allow notes a condition in an .htaccess that AllowOverride leaves out: httpd refuses it before it asks whether it holds.
func (rd *reader) allow(n *node) {
	o := rd.override
	if o == nil || commands()["<"+n.name].allowed(o) || strings.Contains(o.nonfatal, "*") {
		return
	}
	rd.miss(n.head, "<%s> is not allowed here: AllowOverride does not include it", n.as)
}

// within reads what stands in a condition that holds: its lines belong to what is around it.
func (rd *reader) within(n *node, ls []line, from, end, depth int) []*node {
	if end >= len(ls) {
		rd.broken(n.head, "expected </%s>: the section is not closed", n.as)
	}
	if depth >= maxDepth+maxNested {
		rd.miss(n.head, "conditions are nested too deep: this one is left out")
		return nil
	}
	return rd.tree(ls[from+1:min(end, len(ls))], depth+1)
}

func (rd *reader) close(n *node, end conf.Place) {
	if n.place.File == end.File {
		n.place.End = max(n.place.End, end.End)
	}
}

// skip gives the index of the line that closes the section opened on line i, or len(ls).
func skip(ls []line, i int) int {
	name, _ := word(ls[i].text)
	name = strings.TrimSuffix(strings.TrimPrefix(name, "<"), ">")
	deep := 0
	for ; i < len(ls); i++ {
		t := ls[i].text
		if w, _ := word(t); strings.EqualFold(strings.TrimSuffix(w, ">"), "<"+name) {
			deep++
		} else if closes(t, name) {
			if deep--; deep == 0 {
				return i
			}
		}
	}
	return len(ls)
}

func closes(text, name string) bool {
	return strings.HasPrefix(text, "</") && strings.EqualFold(strings.TrimSpace(strings.TrimSuffix(text[2:], ">")), name)
}

// directive carries out what httpd does while it reads, and keeps the rest.
func (rd *reader) directive(n *node, depth int) []*node {
	w := rd.words(n)
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch n.name {
	case "include", "includeoptional":
		var out []*node
		for _, pattern := range w {
			out = append(out, rd.include(n, pattern, depth+1)...)
		}
		if len(w) == 0 {
			rd.miss(n.place, "%s takes a path", n.as)
		}
		return out
	case "define":
		rd.defines[arg(0)] = arg(1)
	case "undefine":
		delete(rd.defines, arg(0))
	case "serverroot":
		rd.root = path.Clean(arg(0))
	case "loadmodule":
		rd.load(arg(0))
	case "use":
		return rd.use(n, w, depth+1)
	}
	return []*node{n}
}

func (rd *reader) include(n *node, pattern string, depth int) []*node {
	if depth > maxDepth {
		rd.miss(n.place, "%s %q: files include each other more than %d deep", n.as, pattern, maxDepth)
		return nil
	}
	full := pattern
	if !path.IsAbs(full) {
		full = path.Join(rd.root, pattern)
	}
	optional := n.name == "includeoptional"
	found, err := conf.Glob(rd.src, full)
	switch {
	case err != nil && errors.Is(err, fs.ErrNotExist) && optional && !conf.HasMeta(full):
		return nil
	case err != nil:
		rd.miss(n.place, "%s %q cannot be read: %s", n.as, pattern, because(err))
	case len(found) == 0 && !optional:
		rd.miss(n.place, "%s %q matches no file", n.as, pattern)
	}
	var out []*node
	for _, f := range found {
		out = append(out, rd.includeOne(n, f, depth)...)
	}
	return out
}

// includeOne reads a file, or every file below a folder.
func (rd *reader) includeOne(n *node, name string, depth int) []*node {
	info, err := rd.src.Stat(name)
	if err != nil || !info.Mode.IsDir() {
		return rd.file(name, n.place, depth)
	}
	if depth > maxDepth {
		rd.miss(n.place, "%q: folders more than %d deep", name, maxDepth)
		return nil
	}
	names, err := rd.src.ReadDir(name)
	if err != nil {
		rd.miss(n.place, "%q cannot be read: %s", name, because(err))
	}
	var out []*node
	for _, f := range names {
		out = append(out, rd.includeOne(n, path.Join(name, f), depth+1)...)
	}
	return out
}

// define keeps a macro of mod_macro.
func (rd *reader) define(n *node, body []line) {
	w := words(n.args)
	if len(w) == 0 {
		rd.miss(n.head, "<Macro> without a name")
		return
	}
	rd.macros[strings.ToLower(w[0])] = &macro{w[1:], body}
}

// use gives the lines of a macro with its parameters filled in; they stand where the macro was written.
func (rd *reader) use(n *node, w []string, depth int) []*node {
	if len(w) == 0 {
		rd.miss(n.place, "Use without a macro's name")
		return nil
	}
	m := rd.macros[strings.ToLower(w[0])]
	switch {
	case m == nil:
		rd.miss(n.place, "macro %q is not defined above", w[0])
		return nil
	case len(m.params) != len(w)-1:
		rd.miss(n.place, "macro %q takes %d values and was given %d", w[0], len(m.params), len(w)-1)
		return nil
	case depth > maxDepth || rd.open["macro "+w[0]]:
		rd.miss(n.place, "macro %q uses itself", w[0])
		return nil
	}
	rd.open["macro "+w[0]] = true
	defer delete(rd.open, "macro "+w[0])
	// A longer name goes first, so that $host does not stand in the way of $hostname.
	order := make([]int, len(m.params))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(m.params[b]) - len(m.params[a]) })
	var pairs []string
	for _, i := range order {
		if m.params[i] != "" {
			pairs = append(pairs, m.params[i], w[i+1])
		}
	}
	fill := strings.NewReplacer(pairs...)
	body := make([]line, len(m.body))
	for i, l := range m.body {
		body[i] = line{fill.Replace(l.text), l.place}
	}
	return rd.tree(body, depth)
}

// words are a directive's arguments with ${VAR} filled in.
func (rd *reader) words(n *node) []string {
	w := words(n.args)
	for i := range w {
		w[i] = rd.fill(w[i])
	}
	return w
}

// maxFilled bounds a value with its variables filled in.
const maxFilled = 1 << 20

// fill puts the values of defined variables in place of ${NAME}; httpd leaves what is not defined as it stands.
func (rd *reader) fill(s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	var b strings.Builder
	for b.Len() < maxFilled {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		v, known := rd.defines[name]
		if !closed || !known {
			b.WriteString("${")
			s = rest
			continue
		}
		b.WriteString(v)
		s = after
	}
	return b.String()
}
