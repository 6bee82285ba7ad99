package tree

import (
	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/why401/why401/conf"
)

func readTOML(file string, text []byte) ([]*Node, error) {
	t := tomlReader{file: file}
	t.p.Reset(text)
	root := &Node{Place: conf.Place{File: file, Line: 1}, Kind: Mapping}
	here := root
	for t.p.NextExpression() {
		e := t.p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			here = t.table(root, e.Key(), e.Kind == unstable.ArrayTable)
		case unstable.KeyValue:
			t.keyValue(here, e, 0)
		}
	}
	if err := t.p.Error(); err != nil {
		return nil, err
	}
	return []*Node{root}, t.err
}

type tomlReader struct {
	p    unstable.Parser
	file string
	line int
	err  error
}

// keys are the parts of a dotted key.
func (t *tomlReader) keys(it unstable.Iterator) []string {
	var out []string
	for it.Next() && len(out) < MaxDepth {
		k := it.Node()
		t.line = t.p.Shape(t.p.Range(k.Data)).Start.Line
		out = append(out, string(k.Data))
	}
	return out
}

func (t *tomlReader) table(n *Node, key unstable.Iterator, array bool) *Node {
	keys := t.keys(key)
	for i, k := range keys {
		next := n.field(k)
		last := i == len(keys)-1
		if next == nil {
			next = &Node{Place: conf.Place{File: t.file, Line: t.line}, Key: k, Kind: Mapping}
			if last && array {
				next.Kind = List
			}
			n.Nodes = append(n.Nodes, next)
		}
		if n = next; n.Kind == List {
			if last && array || len(n.Nodes) == 0 {
				n.Nodes = append(n.Nodes, &Node{Place: conf.Place{File: t.file, Line: t.line}, Kind: Mapping})
			}
			n = n.Nodes[len(n.Nodes)-1]
		}
	}
	return n
}

func (t *tomlReader) keyValue(n *Node, e *unstable.Node, depth int) {
	keys := t.keys(e.Key())
	for _, k := range keys[:max(0, len(keys)-1)] {
		next := n.field(k)
		if next == nil {
			next = &Node{Place: conf.Place{File: t.file, Line: t.line}, Key: k, Kind: Mapping}
			n.Nodes = append(n.Nodes, next)
		}
		n = next
	}
	if len(keys) == 0 {
		return
	}
	c := t.value(e.Value(), depth+1)
	c.Key = keys[len(keys)-1]
	n.Nodes = append(n.Nodes, c)
}

func (t *tomlReader) value(v *unstable.Node, depth int) *Node {
	n := &Node{Place: conf.Place{File: t.file, Line: t.line}}
	if depth > MaxDepth {
		t.err = ErrDeep
		return n
	}
	switch v.Kind {
	case unstable.Array:
		n.Kind = List
		for it := v.Children(); it.Next(); {
			n.Nodes = append(n.Nodes, t.value(it.Node(), depth+1))
		}
	case unstable.InlineTable:
		n.Kind = Mapping
		for it := v.Children(); it.Next(); {
			t.keyValue(n, it.Node(), depth+1)
		}
	default:
		n.Text = string(v.Data)
	}
	return n
}
