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

// doc is a parsed YAML file. The data is decoded by hand from the syntax tree: every mistake gets its line, an unknown
// key is an error, and anchors, aliases and tags are refused, so a dropped-in file cannot grow in memory.
type doc struct {
	name string
	root ast.Node
}

func parseDoc(name string, data []byte) (doc, error) {
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		var ye yaml.Error
		if errors.As(err, &ye) && ye.GetToken() != nil {
			return doc{}, fmt.Errorf("%s:%d: %s", name, ye.GetToken().Position.Line, ye.GetMessage())
		}
		return doc{}, fmt.Errorf("%s: %w", name, err)
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return doc{}, fmt.Errorf("%s:1: expected one YAML document", name)
	}
	return doc{name, f.Docs[0].Body}, nil
}

func (d doc) at(n ast.Node) string {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return d.name
	}
	return fmt.Sprintf("%s:%d", d.name, n.GetToken().Position.Line)
}

func (d doc) errorf(n ast.Node, format string, args ...any) error {
	return fmt.Errorf("%s: %w", d.at(n), fmt.Errorf(format, args...))
}

// pair is one key of a mapping with its value.
type pair struct {
	key   string
	node  ast.Node // of the key
	value ast.Node
}

// mapping reads n as a mapping whose keys are all among allowed and written once.
func (d doc) mapping(n ast.Node, allowed ...string) ([]pair, error) {
	var values []*ast.MappingValueNode
	switch t := n.(type) {
	case *ast.MappingNode:
		values = t.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{t}
	default:
		return nil, d.errorf(n, "expected keys and values")
	}
	var out []pair
	for _, v := range values {
		key, err := d.scalar(v.Key)
		if err != nil {
			return nil, err
		}
		if len(allowed) > 0 && !slices.Contains(allowed, key) {
			return nil, d.errorf(v.Key, "unknown key %q: expected one of %s", key, strings.Join(allowed, ", "))
		}
		if slices.ContainsFunc(out, func(p pair) bool { return p.key == key }) {
			return nil, d.errorf(v.Key, "key %q is written twice", key)
		}
		out = append(out, pair{key, v.Key, v.Value})
	}
	return out, nil
}

// list reads n as a sequence.
func (d doc) list(n ast.Node) ([]ast.Node, error) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		return nil, d.errorf(n, "expected a list")
	}
	return s.Values, nil
}

// scalar reads n as text: a string, or a number or truth value as it is written.
func (d doc) scalar(n ast.Node) (string, error) {
	switch t := n.(type) {
	case *ast.StringNode:
		return t.Value, nil
	case *ast.LiteralNode:
		return t.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	case nil:
		return "", fmt.Errorf("%s: a value is missing", d.name)
	}
	return "", d.errorf(n, "expected a text or number")
}

// scalars reads n as one text or a list of texts.
func (d doc) scalars(n ast.Node) ([]string, error) {
	if _, ok := n.(*ast.SequenceNode); !ok {
		s, err := d.scalar(n)
		return []string{s}, err
	}
	items, err := d.list(n)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, i := range items {
		s, err := d.scalar(i)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
