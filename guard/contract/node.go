package contract

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/internal/shallow"
	"github.com/why401/why401/internal/yamltree"
)

// The most that a file may hold.
const (
	maxFile  = 1 << 20
	maxNodes = 50_000 // with aliases unfolded
	maxDepth = 30
)

// shape is what a node is, in the order of yamltree.Kind.
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
	docs, err := yamltree.Read(text, yamltree.Limits{Depth: maxDepth, Nodes: maxNodes})
	var much *yamltree.TooMuch
	switch {
	case errors.As(err, &much):
		return nil, &Error{Place: Place(much.Place), Text: "nested too deep, or too long"}
	case err != nil:
		return nil, notYAML(err)
	case len(docs) == 0:
		return nil, &Error{Place: Place{1, 1}, Text: "the file is empty; expected: why401: " + Version}
	case len(docs) > 1:
		return nil, &Error{Place: Place(docs[1].Place), Text: "a second document begins here; expected one"}
	}
	if n = nodeOf(docs[0], &mistake); mistake != nil {
		return nil, mistake
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

// nodeOf makes a node of what YAML says. The place of nothing is that of its key, and a mapping begins at its first.
func nodeOf(y *yamltree.Node, mistake **Error) *node {
	n := &node{at: Place(y.Place), shape: shape(y.Kind), text: y.Text, plain: y.Plain}
	if y.Lost {
		*mistake = &Error{Place: n.at, Text: "no anchor of that name stands above"}
	}
	for _, item := range y.Items {
		n.items = append(n.items, nodeOf(item, mistake))
	}
	for _, f := range y.Fields {
		at, v := Place(f.Place), nodeOf(f.Value, mistake)
		if v.shape == null || v.at.Line == 0 {
			v.at = at
		}
		if n.keys = append(n.keys, field{at, f.Name, v}); len(n.keys) == 1 && !f.Merged {
			n.at = at
		}
	}
	return n
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
