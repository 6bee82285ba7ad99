package tree

import (
	"bytes"
	"errors"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/yamltree"
)

func readYAML(file string, text []byte) ([]*Node, error) {
	if err := shallow(text); err != nil {
		return nil, err
	}
	docs, err := nodes(file, text)
	if err != nil && !errors.Is(err, ErrDeep) {
		return apart(file, text, err)
	}
	return docs, err
}

// nodes gives the documents of text; the error tells of the first that cannot be read.
func nodes(file string, text []byte) ([]*Node, error) {
	docs, err := yamltree.Read(text, yamltree.Limits{Depth: MaxDepth, Nodes: maxNodes})
	var much *yamltree.TooMuch
	switch {
	case errors.As(err, &much):
		err = ErrDeep
	case err != nil:
		err = errors.New(firstLine(err.Error()))
	}
	var out []*Node
	for _, d := range docs {
		out = append(out, nodeOf(file, "", d))
	}
	return out, err
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
		if more, err := nodes(file, one); err == nil || errors.Is(err, ErrDeep) {
			docs = append(docs, more...)
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

// maxNodes bounds what aliases may unfold to.
const maxNodes = 200_000

var kinds = [...]Kind{yamltree.Null: Null, yamltree.Scalar: Scalar, yamltree.List: List, yamltree.Mapping: Mapping}

func nodeOf(file, key string, y *yamltree.Node) *Node {
	n := &Node{Place: conf.Place{File: file, Line: y.Line}, Key: key, Kind: kinds[y.Kind], Text: y.Text}
	for _, item := range y.Items {
		n.Nodes = append(n.Nodes, nodeOf(file, "", item))
	}
	for _, f := range y.Fields {
		c := nodeOf(file, f.Name, f.Value)
		if f.Line > 0 { // a value belongs to the line of its key
			c.Place = conf.Place{File: file, Line: f.Line}
		}
		n.Nodes = append(n.Nodes, c)
	}
	return n
}
