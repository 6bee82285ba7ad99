// Package yamltree reads YAML, of which JSON is a part, into nodes that keep the place of every value, so that a mistake can be
// named with its line. Anchors and merge keys are unfolded.
package yamltree

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Kind is what a node is.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Scalar
	List
	Mapping
)

// Node is a value.
type Node struct {
	Place
	Kind   Kind
	Text   string // of a scalar, without its quotation marks
	Plain  bool   // a scalar without quotation marks, so that true and 200 are what they look like
	Lost   bool   // an alias of which no anchor stands above
	Fields []Field
	Items  []*Node
}

// Field is a key of a mapping with its value.
type Field struct {
	Place
	Name   string
	Value  *Node
	Merged bool // it came in by a merge key, and stands elsewhere
}

// Place is where something stands, both from 1; 0 for what stands nowhere.
type Place struct{ Line, Col int }

// Limits are what a document may hold, aliases unfolded: they could make a short text endless.
type Limits struct{ Depth, Nodes int }

// TooMuch says that a document goes beyond its limits, and where.
type TooMuch struct{ Place }

func (e *TooMuch) Error() string {
	return fmt.Sprintf("line %d: nested too deep, or too long", e.Line)
}

// Read reads the documents of text. Empty ones are left out. The error is the parser's, or a *TooMuch, with the documents before
// it. The parser does not survive every text (goccy/go-yaml 1.19): who reads foreign ones recovers from its panic.
func Read(text []byte, l Limits) ([]*Node, error) {
	f, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\ufeff")), 0)
	if err != nil {
		return nil, err
	}
	r := &reader{limits: l, anchors: map[string]ast.Node{}}
	var docs []*Node
	for _, d := range f.Docs {
		if d.Body == nil {
			continue
		}
		n := r.node(d.Body, 0)
		if r.tooMuch != nil {
			return docs, r.tooMuch
		}
		docs = append(docs, n)
	}
	return docs, nil
}

type reader struct {
	limits  Limits
	anchors map[string]ast.Node
	nodes   int
	tooMuch *TooMuch
}

func (r *reader) node(a ast.Node, depth int) *Node {
	n := &Node{Place: placeOf(a)}
	if r.nodes++; depth > r.limits.Depth || r.nodes > r.limits.Nodes {
		if r.tooMuch == nil {
			r.tooMuch = &TooMuch{n.Place}
		}
		return n
	}
	switch v := a.(type) {
	case *ast.MappingNode:
		n.Kind = Mapping
		for _, f := range v.Values {
			r.field(n, f, depth)
		}
	case *ast.MappingValueNode:
		n.Kind = Mapping
		r.field(n, v, depth)
	case *ast.SequenceNode:
		n.Kind = List
		for _, e := range v.Values {
			n.Items = append(n.Items, r.node(e, depth+1))
		}
	case *ast.AnchorNode:
		r.anchors[v.Name.String()] = v.Value
		return r.node(v.Value, depth+1)
	case *ast.AliasNode:
		if to := r.anchors[v.Value.String()]; to != nil {
			return r.node(to, depth+1)
		}
		n.Lost = true
	case *ast.TagNode:
		return r.node(v.Value, depth+1)
	case *ast.StringNode:
		n.Kind, n.Text, n.Plain = Scalar, v.Value, v.Token != nil && v.Token.Value == v.Token.Origin
	case *ast.LiteralNode:
		n.Kind, n.Text = Scalar, v.Value.Value
	case *ast.NullNode, nil:
	default:
		if t := a.GetToken(); t != nil {
			n.Kind, n.Text, n.Plain = Scalar, t.Value, true // numbers and booleans as they are written
		}
	}
	return n
}

func (r *reader) field(n *Node, f *ast.MappingValueNode, depth int) {
	if f.Key == nil {
		return
	}
	if f.Key.IsMergeKey() {
		for _, from := range r.node(f.Value, depth+1).Fields {
			if n.Get(from.Name) == nil {
				from.Merged = true
				n.Fields = append(n.Fields, from)
			}
		}
		return
	}
	at, name := placeOf(f.Key), ""
	if t := f.Key.GetToken(); t != nil {
		name = t.Value
	}
	own := Field{Place: at, Name: name, Value: r.node(f.Value, depth+1)}
	for i := range n.Fields {
		if n.Fields[i].Merged && n.Fields[i].Name == name { // a key of the mapping's own wins
			n.Fields[i] = own
			return
		}
	}
	n.Fields = append(n.Fields, own)
}

// Get is the value of a key, nil when it is not there.
func (n *Node) Get(name string) *Node {
	for _, f := range n.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

func placeOf(a ast.Node) Place {
	if a == nil {
		return Place{}
	}
	if m, ok := a.(*ast.MappingValueNode); ok && m.Key != nil {
		return placeOf(m.Key)
	}
	t := a.GetToken()
	if t == nil || t.Position == nil {
		return Place{}
	}
	return Place{t.Position.Line, t.Position.Column}
}
