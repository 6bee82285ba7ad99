package contract

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/internal/shallow"
)

// The most that a file may hold.
const (
	maxFile  = 1 << 20
	maxNodes = 50_000 // with aliases unfolded
	maxDepth = 30
)

type shape int

const (
	null shape = iota
	scalar
	list
	mapping
)

func (s shape) String() string {
	return [...]string{"nothing", "a text", "a list", "keys with values"}[s]
}

// node is a value of the file with its place.
type node struct {
	at    Place
	shape shape
	text  string // of a scalar
	plain bool   // a scalar without quotation marks, so that true and 200 are what they look like
	keys  []field
	items []*node
}

type field struct {
	at    Place
	name  string
	value *node
}

// tree reads YAML, of which JSON is a part, into nodes. The parser does not survive every text (goccy/go-yaml 1.19), so a
// panic is its error.
func tree(text []byte) (n *node, mistake *Error) {
	if len(text) > maxFile {
		return nil, &Error{Text: "the file is larger than 1 MiB"}
	}
	if line := shallow.Line(string(text)); line > 0 {
		return nil, &Error{Place: Place{line, 1}, Text: "expected fewer brackets and nested lists"}
	}
	defer func() {
		if recover() != nil {
			n, mistake = nil, &Error{Place: Place{1, 1}, Text: "expected plain YAML"}
		}
	}()
	f, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\ufeff")), 0)
	if err != nil {
		return nil, notYAML(err)
	}
	var docs []*ast.DocumentNode
	for _, d := range f.Docs {
		if d.Body != nil {
			docs = append(docs, d)
		}
	}
	switch len(docs) {
	case 0:
		return nil, &Error{Place: Place{1, 1}, Text: "the file is empty; expected: why401: " + Version}
	case 1:
	default:
		return nil, &Error{Place: placeOf(docs[1].Body), Text: "a second document begins here; expected one"}
	}
	y := &yamlReader{anchors: map[string]ast.Node{}}
	n = y.node(docs[0].Body, 0)
	if y.mistake != nil {
		return nil, y.mistake
	}
	return n, nil
}

// quotedPart is what a message of the parser may repeat of the file.
var quotedPart = lazyregexp.New("[\"'`][^\"'`]*[\"'`]")

func notYAML(err error) *Error {
	e := &Error{Place: Place{1, 1}, Text: "not YAML"}
	var y yaml.Error
	if errors.As(err, &y) {
		if t := y.GetToken(); t != nil && t.Position != nil {
			e.Place = Place{max(t.Position.Line, 1), max(t.Position.Column, 1)}
		}
		msg, _, _ := strings.Cut(y.GetMessage(), "\n")
		e.Text = "not YAML: " + quotedPart.ReplaceAllString(msg, "...")
	}
	return e
}

type yamlReader struct {
	anchors map[string]ast.Node
	nodes   int
	mistake *Error
}

func (y *yamlReader) node(a ast.Node, depth int) *node {
	n := &node{at: placeOf(a)}
	if y.nodes++; depth > maxDepth || y.nodes > maxNodes {
		if y.mistake == nil {
			y.mistake = &Error{Place: n.at, Text: "nested too deep, or too long"}
		}
		return n
	}
	switch v := a.(type) {
	case *ast.MappingNode:
		n.shape = mapping
		for _, f := range v.Values {
			y.field(n, f, depth)
		}
	case *ast.MappingValueNode:
		n.shape = mapping
		y.field(n, v, depth)
	case *ast.SequenceNode:
		n.shape = list
		for _, e := range v.Values {
			n.items = append(n.items, y.node(e, depth+1))
		}
	case *ast.AnchorNode:
		y.anchors[v.Name.String()] = v.Value
		return y.node(v.Value, depth+1)
	case *ast.AliasNode:
		if to := y.anchors[v.Value.String()]; to != nil {
			return y.node(to, depth+1)
		}
		y.mistake = &Error{Place: n.at, Text: "no anchor of that name stands above"}
	case *ast.TagNode:
		return y.node(v.Value, depth+1)
	case *ast.StringNode:
		n.shape, n.text, n.plain = scalar, v.Value, v.Token != nil && v.Token.Value == v.Token.Origin
	case *ast.LiteralNode:
		n.shape, n.text = scalar, v.Value.Value
	case *ast.NullNode, nil:
	default:
		if t := a.GetToken(); t != nil {
			n.shape, n.text, n.plain = scalar, t.Value, true // numbers and booleans as they are written
		}
	}
	return n
}

func (y *yamlReader) field(n *node, f *ast.MappingValueNode, depth int) {
	if f.Key == nil {
		return
	}
	if f.Key.IsMergeKey() {
		for _, from := range y.node(f.Value, depth+1).keys {
			if n.get(from.name) == nil {
				n.keys = append(n.keys, from)
			}
		}
		return
	}
	at, name := placeOf(f.Key), ""
	if t := f.Key.GetToken(); t != nil {
		name = t.Value
	}
	v := y.node(f.Value, depth+1)
	if v.shape == null || v.at.Line == 0 {
		v.at = at
	}
	n.keys = append(n.keys, field{at, name, v})
	if len(n.keys) == 1 {
		n.at = at // a mapping begins at its first key
	}
}

// get is the value of a key, nil when it is not there.
func (n *node) get(name string) *node {
	for _, f := range n.keys {
		if f.name == name {
			return f.value
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
