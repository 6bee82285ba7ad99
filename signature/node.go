package signature

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// kind of a node.
type kind byte

const (
	scalarNode kind = iota
	listNode
	mappingNode
)

// node is a piece of a data file: a text, a list, or keys with values. It is all of YAML that the data may use; anchors,
// aliases, tags and nulls are refused, so a dropped-in file cannot grow in memory or mean more than it shows.
type node struct {
	kind  kind
	line  int     // from 1; 0 in the packed form
	text  string  // of a scalar; numbers and truth values as they are written
	keys  []*node // of a mapping
	items []*node // of a list, or the values of a mapping
}

// doc is one data file.
type doc struct {
	name    string
	root    *node
	trusted bool // built-in data, which the tests have checked
}

// parseDoc reads YAML. Errors begin with file:line.
func parseDoc(name string, data []byte) (doc, error) {
	d := doc{name: name}
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		var ye yaml.Error
		if errors.As(err, &ye) && ye.GetToken() != nil {
			return d, fmt.Errorf("%s:%d: %s", name, ye.GetToken().Position.Line, ye.GetMessage())
		}
		return d, fmt.Errorf("%s: %w", name, err)
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return d, fmt.Errorf("%s:1: expected one YAML document", name)
	}
	d.root, err = d.convert(f.Docs[0].Body, 0)
	return d, err
}

// convert takes over what is allowed from goccy's syntax tree.
func (d doc) convert(n ast.Node, depth int) (*node, error) {
	out := &node{}
	if n == nil {
		return nil, fmt.Errorf("%s: a value is missing", d.name)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line = t.Position.Line
	}
	if depth > 32 {
		return nil, d.errorf(out, "nested too deeply")
	}
	switch t := n.(type) {
	case *ast.StringNode:
		out.text = t.Value
	case *ast.LiteralNode:
		out.text = t.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		out.text = n.GetToken().Value
	case *ast.SequenceNode:
		out.kind = listNode
		for _, v := range t.Values {
			item, err := d.convert(v, depth+1)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, item)
		}
	case *ast.MappingNode:
		out.kind = mappingNode
		return out, d.pairs(out, t.Values, depth)
	case *ast.MappingValueNode:
		out.kind = mappingNode
		return out, d.pairs(out, []*ast.MappingValueNode{t}, depth)
	default:
		return nil, d.errorf(out, "expected a text, number, list or keys and values, found %s", strings.ToLower(n.Type().String()))
	}
	return out, nil
}

func (d doc) pairs(out *node, values []*ast.MappingValueNode, depth int) error {
	for _, v := range values {
		key, err := d.convert(v.Key, depth+1)
		if err != nil {
			return err
		}
		value, err := d.convert(v.Value, depth+1)
		if err != nil {
			return err
		}
		out.keys, out.items = append(out.keys, key), append(out.items, value)
	}
	return nil
}

func (d doc) at(n *node) string {
	if n == nil || n.line == 0 {
		return d.name
	}
	return fmt.Sprintf("%s:%d", d.name, n.line)
}

func (d doc) errorf(n *node, format string, args ...any) error {
	return fmt.Errorf("%s: %w", d.at(n), fmt.Errorf(format, args...))
}

// pair is one key of a mapping with its value.
type pair struct {
	key   string
	node  *node // of the key
	value *node
}

// mapping reads n as a mapping whose keys are all among allowed (any, when none are given) and written once.
func (d doc) mapping(n *node, allowed ...string) ([]pair, error) {
	if n.kind != mappingNode {
		return nil, d.errorf(n, "expected keys and values")
	}
	out := make([]pair, 0, len(n.keys))
	for i, k := range n.keys {
		key, err := d.scalar(k)
		if err != nil {
			return nil, err
		}
		if !d.trusted && len(allowed) > 0 && !slices.Contains(allowed, key) {
			return nil, d.errorf(k, "unknown key %q: expected one of %s", key, strings.Join(allowed, ", "))
		}
		if !d.trusted && slices.ContainsFunc(out, func(p pair) bool { return p.key == key }) {
			return nil, d.errorf(k, "key %q is written twice", key)
		}
		out = append(out, pair{key, k, n.items[i]})
	}
	return out, nil
}

// list reads n as a list.
func (d doc) list(n *node) ([]*node, error) {
	if n.kind != listNode {
		return nil, d.errorf(n, "expected a list")
	}
	return n.items, nil
}

// some reads n as a list, or as one item that stands for a list of one.
func (d doc) some(n *node) []*node {
	if n.kind == listNode {
		return n.items
	}
	return []*node{n}
}

// scalar reads n as text.
func (d doc) scalar(n *node) (string, error) {
	if n.kind != scalarNode {
		return "", d.errorf(n, "expected a text or number")
	}
	return n.text, nil
}

// scalars reads n as one text or a list of at least one text.
func (d doc) scalars(n *node) ([]string, error) {
	var out []string
	for _, i := range d.some(n) {
		s, err := d.scalar(i)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, d.errorf(n, "empty list")
	}
	return out, nil
}
