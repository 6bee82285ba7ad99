package signature

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
)

// packed is the data as the program carries it: every file below data/ as JSON, without samples and notes. Parsing the
// YAML takes some 50 ms, this 2 ms, and a diagnosis should not wait for either. A test fails when it is stale;
// "go generate ./signature" renews it.
//
//go:generate go test -run TestPackedIsCurrent -update .
//go:embed packed.json
var packed []byte

// Default is the set of the data built into the program, read at its first use. The data is checked by the tests of
// this package; a mistake in it is a broken build and panics.
var Default = sync.OnceValue(func() *Set {
	docs, err := unpack(packed)
	if err != nil {
		panic("signature: built-in data: " + err.Error())
	}
	s, err := build(docs, true)
	if err != nil {
		panic("signature: built-in data: " + err.Error())
	}
	return s
})

// pack writes the files of fsys in the packed form, one line for each file: [name, node], where a text is a string, a list
// ["l", ...] and a mapping ["m", key, value, ...].
func pack(fsys fs.FS) ([]byte, error) {
	docs, err := parseFS(fsys)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	out.WriteString("[\n")
	for i, d := range docs {
		if i > 0 {
			out.WriteString(",")
		}
		if err := enc.Encode([]any{d.name, packNode(d.root)}); err != nil { // ends the line
			return nil, fmt.Errorf("packing %s: %w", d.name, err)
		}
	}
	out.WriteString("]\n")
	return out.Bytes(), nil
}

// unpacked are the keys that the program has no use for.
var unpacked = map[string]bool{"sample": true, "samples": true, "notes": true}

func packNode(n *node) any {
	switch n.kind {
	case listNode:
		out := []any{"l"}
		for _, i := range n.items {
			out = append(out, packNode(i))
		}
		return out
	case mappingNode:
		out := []any{"m"}
		for i, k := range n.keys {
			if !unpacked[k.text] {
				out = append(out, k.text, packNode(n.items[i]))
			}
		}
		return out
	}
	return n.text
}

func unpack(data []byte) ([]doc, error) {
	var files [][2]any
	if err := json.Unmarshal(data, &files); err != nil {
		return nil, fmt.Errorf("reading the packed data: %w", err)
	}
	var docs []doc
	for _, f := range files {
		name, _ := f[0].(string)
		root, err := unpackNode(f[1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		docs = append(docs, doc{name, root})
	}
	return docs, nil
}

func unpackNode(v any) (*node, error) {
	if s, ok := v.(string); ok {
		return &node{text: s}, nil
	}
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil, fmt.Errorf("packed data: expected a text or a list")
	}
	n := &node{kind: listNode}
	if list[0] == "m" {
		n.kind = mappingNode
	}
	for i, item := range list[1:] {
		c, err := unpackNode(item)
		if err != nil {
			return nil, err
		}
		if n.kind == mappingNode && i%2 == 0 {
			n.keys = append(n.keys, c)
		} else {
			n.items = append(n.items, c)
		}
	}
	if n.kind == mappingNode && len(n.keys) != len(n.items) {
		return nil, fmt.Errorf("packed data: a key without a value")
	}
	return n, nil
}
