// Package tree reads YAML, TOML and JSON into one kind of tree that keeps the place of every value, for programs whose
// configuration is written in one of them. Places have a line; bytes are given where the form's parser tells them.
package tree

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/why401/why401/conf"
)

// Node is a value. Lookups on nil give nil, so that a path through a document needs no checks.
type Node struct {
	conf.Place
	Key   string // under which it stands in a mapping
	Kind  Kind
	Text  string // of a scalar, as it is meant (quotes taken off)
	Nodes []*Node
}

// Kind is what a node is.
type Kind int

// The kinds.
const (
	Scalar Kind = iota
	Mapping
	List
	Null
)

// Limits: documents are configurations, not data.
const (
	MaxDepth = 64
	MaxBytes = 4 << 20
)

// ErrDeep says that values are nested deeper than MaxDepth.
var ErrDeep = fmt.Errorf("nested deeper than %d levels", MaxDepth)

// ErrLarge says that a document has more than MaxBytes.
var ErrLarge = fmt.Errorf("larger than %d MB", MaxBytes>>20)

// Read reads text by its file name's ending: .toml, .json, else YAML, which may hold several documents. Where
// one of several cannot be read, there are both: the others, and the error.
func Read(file string, text []byte) (docs []*Node, err error) {
	// The parsers are others' and read foreign text; a panic in one is a document that cannot be read, not our end.
	defer func() {
		if p := recover(); p != nil {
			docs, err = nil, errors.New("its parser gave up")
		}
	}()
	if len(text) > MaxBytes {
		return nil, ErrLarge
	}
	switch strings.ToLower(path.Ext(file)) {
	case ".toml":
		return readTOML(file, text)
	case ".json":
		return readJSON(file, text)
	}
	return readYAML(file, text)
}

// Get is the value under the keys, one below the other; the case of keys does not matter, as it does not for Traefik.
func (n *Node) Get(keys ...string) *Node {
	for _, k := range keys {
		if n == nil || n.Kind != Mapping {
			return nil
		}
		n = n.field(k)
	}
	return n
}

func (n *Node) field(key string) *Node {
	var folded *Node
	for _, c := range n.Nodes {
		if c.Key == key {
			return c
		}
		if folded == nil && strings.EqualFold(c.Key, key) {
			folded = c
		}
	}
	return folded
}

// String is the text of a scalar, "" for anything else.
func (n *Node) String() string {
	if n == nil || n.Kind != Scalar {
		return ""
	}
	return n.Text
}

// Bool reports a scalar that says true.
func (n *Node) Bool() bool { return strings.EqualFold(n.String(), "true") }

// Each are the values of a mapping or a list.
func (n *Node) Each() []*Node {
	if n == nil {
		return nil
	}
	return n.Nodes
}

// At is the node's place; the zero place for none.
func (n *Node) At() conf.Place {
	if n == nil {
		return conf.Place{}
	}
	return n.Place
}

// Strings are the scalars of a list. A single scalar is a list of its comma-separated parts, as Traefik's labels write it.
func (n *Node) Strings() []string {
	var out []string
	switch {
	case n == nil:
	case n.Kind == Scalar && n.Text != "":
		for _, s := range strings.Split(n.Text, ",") {
			out = append(out, strings.TrimSpace(s))
		}
	case n.Kind == List:
		for _, c := range n.Nodes {
			if c.Kind == Scalar {
				out = append(out, c.Text)
			}
		}
	}
	return out
}

// Put writes text at the path of keys below n, making mappings on the way: how labels and dotted keys become a tree.
func (n *Node) Put(at conf.Place, keys []string, text string) {
	if len(keys) > MaxDepth {
		return
	}
	for i, k := range keys {
		next := n.field(k)
		if next == nil {
			next = &Node{Place: at, Key: k, Kind: Mapping}
			n.Nodes = append(n.Nodes, next)
		}
		if n = next; i < len(keys)-1 {
			n.Kind = Mapping
		}
	}
	n.Place, n.Kind, n.Text = at, Scalar, text
}
