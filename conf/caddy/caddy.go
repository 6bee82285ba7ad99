// Package caddy reads Caddy's configuration: the Caddyfile, with its snippets, imports, matchers and its own order of
// directives, and the JSON that Caddy makes of it.
//
// Both become routes as Caddy has them: matchers, handlers one inside the other, groups of which one is taken.
// Source: caddyserver.com/docs, "Caddyfile Concepts", "Caddyfile Directives", "JSON Config Structure".
package caddy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/tree"
)

// Program is the name under which the configuration is reported.
const Program = "Caddy"

// Dump is the command that prints, as JSON, what the program itself makes of a Caddyfile; Read reads that, too.
var Dump = []string{"caddy", "adapt", "--config"}

type reader struct {
	src      conf.Source
	conf     *conf.Config
	snippets map[string]*node
	imports  int
	tokens   int
	options  map[string]*node
	order    []string
	sites    []*site
	trusted  bool // servers { trusted_proxies }: who may send X-Forwarded-* depends on the address
	groups   int
}

// site is a site block, or a top-level route of JSON.
type site struct {
	conf.Place
	addresses []address
	routes    []*route
	errors    []*route // handle_errors
}

// address is one of a site's addresses.
type address struct {
	scheme, host string
	port         int
	path         string
	open         bool // an environment variable in it
}

// Read reads Caddyfiles and JSON files (by their ending, or by a first brace that holds a quoted name). The error is that of
// paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	r := &reader{src: src, conf: &conf.Config{Program: Program}, snippets: map[string]*node{}, options: map[string]*node{}, order: slices.Clone(directiveOrder)}
	if err := r.conf.ReadEach(paths, "Caddy's configuration", r.file); err != nil {
		return nil, err
	}
	r.scopes()
	r.conf.Tracer = &tracer{r}
	return r.conf, nil
}

func (r *reader) file(name string) error {
	b, err := r.src.ReadFile(name)
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(string(b)); strings.HasSuffix(name, ".json") || strings.HasPrefix(text, "{") && strings.HasPrefix(strings.TrimSpace(text[1:]), `"`) {
		docs, err := tree.Read("x.json", b)
		if err != nil {
			return err
		}
		for _, d := range docs {
			rename(d, name)
			r.json(d)
		}
		r.conf.Files = append(r.conf.Files, name)
		return nil
	}
	r.conf.Files = append(r.conf.Files, name)
	r.caddyfile(r.parse(name, string(b)))
	return nil
}

func rename(n *tree.Node, file string) {
	n.File = file
	for _, c := range n.Nodes {
		rename(c, file)
	}
}

func (r *reader) parse(name, text string) []*node {
	lines := lex(name, text)
	for _, l := range lines {
		r.tokens += len(l)
	}
	if r.tokens > maxTokens {
		r.conf.Leave(conf.Place{File: name}, "more than %d words", maxTokens)
		return nil
	}
	nodes, stray := nest(lines)
	for _, p := range stray {
		r.conf.Break(p, "a brace that closes or opens too much")
	}
	return nodes
}

// caddyfile reads the top level: options, snippets, sites. A file without braces around its site is one site.
func (r *reader) caddyfile(top []*node) {
	top = r.expand(top, 0)
	if len(top) > 0 && top[0].has && top[0].word(0) == "" {
		for _, o := range r.expand(top[0].block, 0) {
			r.option(o)
		}
		top = top[1:]
	}
	if len(top) > 0 && !top[0].has {
		// Addresses on the first line, possibly going on behind a comma.
		head := top[0]
		rest := top[1:]
		for len(rest) > 0 && strings.HasSuffix(head.words[len(head.words)-1].text, ",") {
			head = &node{words: append(slices.Clone(head.words), rest[0].words...), block: rest[0].block, has: rest[0].has}
			rest = rest[1:]
		}
		if !head.has {
			r.site(&node{words: head.words, block: rest, has: true})
			return
		}
		top = append([]*node{head}, rest...)
	}
	var pending []token
	for _, n := range top {
		n.words = append(pending, n.words...)
		pending = nil
		if !n.has {
			if strings.HasSuffix(n.words[len(n.words)-1].text, ",") {
				pending = n.words
				continue
			}
			r.conf.Leave(n.place(), "%q stands outside of every site", n.word(0))
			continue
		}
		r.site(n)
	}
}

func (r *reader) option(o *node) {
	r.options[o.word(0)] = o
	switch o.word(0) {
	case "order":
		r.reorder(o)
	case "servers":
		for _, s := range o.block {
			r.trusted = r.trusted || s.word(0) == "trusted_proxies"
		}
	}
}

// expand replaces imports by what they import, and takes snippets out.
func (r *reader) expand(nodes []*node, depth int) []*node {
	var out []*node
	for _, n := range nodes {
		name := n.word(0)
		if depth == 0 && n.has && len(n.words) == 1 && strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")") {
			r.snippets[name[1:len(name)-1]] = n
			continue
		}
		if name != "import" || n.words[0].quoted {
			n.block = r.expand(n.block, depth+1)
			out = append(out, n)
			continue
		}
		if r.imports++; r.imports > maxImports || depth > maxDepth {
			r.conf.Leave(n.place(), "imports import each other, or too many files")
			continue
		}
		out = append(out, r.imported(n, depth)...)
	}
	return out
}

func (r *reader) imported(n *node, depth int) []*node {
	args := n.args()
	if len(args) == 0 {
		return nil
	}
	if s := r.snippets[args[0]]; s != nil {
		return r.expand(substitute(s.block, args[1:], n.block, 0), depth+1)
	}
	pattern := args[0]
	if !path.IsAbs(pattern) {
		pattern = path.Join(path.Dir(n.words[0].File), pattern)
	}
	names, err := conf.Glob(r.src, pattern)
	if err != nil || len(names) == 0 {
		if !conf.HasMeta(pattern) { // a pattern may match nothing
			r.conf.Leave(n.place(), "import %q: neither a snippet nor a file that can be read", args[0])
		}
		return nil
	}
	var out []*node
	for _, name := range names {
		b, err := r.src.ReadFile(name)
		if err != nil {
			r.conf.Leave(n.place(), "import %q cannot be read: %v", name, err)
			continue
		}
		if !slices.Contains(r.conf.Files, name) {
			r.conf.Files = append(r.conf.Files, name)
		}
		out = append(out, r.expand(substitute(r.parse(name, string(b)), args[1:], nil, 0), depth+1)...)
	}
	return out
}

// substitute copies nodes with {args[0]}, {args.0}, {args[:]} and {block} filled in.
func substitute(nodes []*node, args []string, block []*node, depth int) []*node {
	var out []*node
	if depth > maxDepth {
		return nil
	}
	for _, n := range nodes {
		if n.word(0) == "{block}" && len(n.words) == 1 {
			out = append(out, block...)
			continue
		}
		c := &node{has: n.has, block: substitute(n.block, args, block, depth+1)}
		for _, t := range n.words {
			if t.text == "{args[:]}" {
				for _, a := range args {
					c.words = append(c.words, token{Place: t.Place, text: a, quoted: t.quoted})
				}
				continue
			}
			if strings.Contains(t.text, "{args") {
				for i, a := range args {
					t.text = strings.ReplaceAll(t.text, fmt.Sprintf("{args[%d]}", i), a)
					t.text = strings.ReplaceAll(t.text, fmt.Sprintf("{args.%d}", i), a)
				}
			}
			c.words = append(c.words, t)
		}
		out = append(out, c)
	}
	return out
}
