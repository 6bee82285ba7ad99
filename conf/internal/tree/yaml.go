package tree

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/why401/why401/conf"
)

func readYAML(file string, text []byte) ([]*Node, error) {
	if err := shallow(text); err != nil {
		return nil, err
	}
	f, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\ufeff")), 0)
	if err != nil {
		return apart(file, text, errors.New(firstLine(err.Error())))
	}
	y := yamlReader{file: file, anchors: map[string]ast.Node{}}
	var docs []*Node
	for _, d := range f.Docs {
		if d.Body == nil {
			continue
		}
		n := y.node(d.Body, "", 0)
		if y.err != nil {
			return docs, y.err
		}
		docs = append(docs, n)
	}
	return docs, nil
}

// apart reads the documents of a file one by one, because one of them is broken; the others keep their lines. The error is
// that of the first that cannot be read.
func apart(file string, text []byte, err error) ([]*Node, error) {
	starts := []int{0}
	at := 0
	for line := range bytes.Lines(text) {
		if at > 0 && bytes.HasPrefix(line, []byte("---")) {
			starts = append(starts, at)
		}
		at += len(line)
	}
	if len(starts) == 1 || len(starts) > maxApart {
		return nil, err
	}
	var docs []*Node
	for i, from := range starts {
		to := len(text)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		one := bytes.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return ' '
		}, text[:from])
		one = append(one, text[from:to]...)
		if f, err := parser.ParseBytes(bytes.TrimPrefix(one, []byte("\ufeff")), 0); err == nil {
			y := yamlReader{file: file, anchors: map[string]ast.Node{}}
			for _, d := range f.Docs {
				if d.Body == nil {
					continue
				}
				if n := y.node(d.Body, "", 0); y.err == nil {
					docs = append(docs, n)
				}
			}
		}
	}
	return docs, err
}

// maxApart bounds how many documents of a broken file are read one by one.
const maxApart = 200

// shallow looks at the indentation and the open brackets before the parser, which recurses, sees the text.
func shallow(text []byte) error {
	flow, steps := 0, 0
	for line := range bytes.Lines(text) {
		trimmed := bytes.TrimLeft(line, " -?")
		if steps = len(line) - len(trimmed); steps > 8*MaxDepth {
			return ErrDeep
		}
		for _, c := range line {
			switch c {
			case '{', '[':
				flow++
			case '}', ']':
				flow = max(0, flow-1)
			}
		}
		if flow > 4*MaxDepth { // brackets inside of strings count as well
			return ErrDeep
		}
	}
	return nil
}

// firstLine is the parser's sentence without its picture of the source, which may hold a secret.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

type yamlReader struct {
	file    string
	anchors map[string]ast.Node
	nodes   int
	err     error
}

// maxNodes bounds what aliases may unfold to.
const maxNodes = 200_000

func (y *yamlReader) node(a ast.Node, key string, depth int) *Node {
	if y.nodes++; depth > MaxDepth || y.nodes > maxNodes {
		y.err = ErrDeep
		return &Node{Key: key, Kind: Null}
	}
	n := &Node{Place: y.place(a), Key: key}
	switch v := a.(type) {
	case *ast.MappingNode:
		n.Kind = Mapping
		for _, f := range v.Values {
			y.field(n, f, depth)
		}
	case *ast.MappingValueNode:
		n.Kind = Mapping
		y.field(n, v, depth)
	case *ast.SequenceNode:
		n.Kind = List
		for _, e := range v.Values {
			n.Nodes = append(n.Nodes, y.node(e, "", depth+1))
		}
	case *ast.AnchorNode:
		y.anchors[v.Name.String()] = v.Value
		return y.node(v.Value, key, depth+1)
	case *ast.AliasNode:
		if to := y.anchors[v.Value.String()]; to != nil {
			return y.node(to, key, depth+1)
		}
		n.Kind = Null
	case *ast.TagNode:
		return y.node(v.Value, key, depth+1)
	case *ast.NullNode:
		n.Kind = Null
	case *ast.StringNode:
		n.Text = v.Value
	case *ast.LiteralNode:
		n.Text = v.Value.Value
	case nil:
		n.Kind = Null
	default:
		n.Text = a.GetToken().Value // numbers and booleans as they are written
	}
	return n
}

func (y *yamlReader) field(n *Node, f *ast.MappingValueNode, depth int) {
	if f.Key == nil {
		return
	}
	if _, merge := f.Key.(*ast.MergeKeyNode); merge {
		from := y.node(f.Value, "", depth+1)
		for _, c := range from.Nodes {
			if n.Get(c.Key) == nil {
				n.Nodes = append(n.Nodes, c)
			}
		}
		return
	}
	key := f.Key.GetToken().Value
	c := y.node(f.Value, key, depth+1)
	if at := y.place(f.Key); at.Line > 0 { // a value belongs to the line of its key
		c.Place = at
	}
	n.Nodes = append(n.Nodes, c)
}

func (y *yamlReader) place(a ast.Node) conf.Place {
	p := conf.Place{File: y.file}
	if a == nil {
		return p
	}
	if t := a.GetToken(); t != nil && t.Position != nil {
		p.Line = t.Position.Line
	}
	return p
}
