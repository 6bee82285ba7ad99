package signature

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"sync"
)

// packed is the data as the program carries it: every file below data/ as JSON, without samples and notes. Parsing the
// YAML takes some 50 ms, this less than 2 (BenchmarkLoad), and a diagnosis should not wait for either. A test fails when it is stale;
// "go generate ./signature" renews it.
//
//go:generate go test -run TestPackedIsCurrent -update .
//go:embed packed.json
var packed string

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

// unpack reads what pack wrote, and no other JSON. Its texts are pieces of data wherever data has them without escapes.
func unpack(data string) ([]doc, error) {
	u := unpacker{data: data}
	u.expect('[')
	var docs []doc
	for !u.next(']') {
		u.expect('[')
		name := u.text()
		u.next(']')
		docs = append(docs, doc{name, u.node(0), true})
		u.expect(']')
	}
	return docs, u.err
}

// unpacker stands at a place in packed data. After a mistake it stands at the end, so that every loop ends.
type unpacker struct {
	data string
	at   int
	err  error
	free []node  // nodes are made many at a time
	open []*node // the children, so far, of the nodes that are being read
}

func (u *unpacker) fail(what string) {
	if u.err == nil {
		u.err = fmt.Errorf("packed data, byte %d: expected %s", u.at, what)
	}
	u.at = len(u.data)
}

// peek gives the byte that comes behind line ends; 0 at the end.
func (u *unpacker) peek() byte {
	for u.at < len(u.data) && u.data[u.at] == '\n' {
		u.at++
	}
	if u.at == len(u.data) {
		return 0
	}
	return u.data[u.at]
}

func (u *unpacker) expect(c byte) {
	if u.peek() != c {
		u.fail(string(c))
		return
	}
	u.at++
}

// next passes a comma, or the end of a list, which it reports.
func (u *unpacker) next(end byte) bool {
	switch u.peek() {
	case end:
		u.at++
		return true
	case ',':
		u.at++
	case 0:
		u.fail(string(end))
		return true
	}
	return false
}

func (u *unpacker) text() string {
	u.expect('"')
	from, escaped := u.at, false
	for ; u.at < len(u.data); u.at++ {
		switch u.data[u.at] {
		case '\\':
			escaped = true
			u.at++
		case '"':
			u.at++
			if escaped {
				return u.unescaped(u.data[from-1 : u.at])
			}
			return u.data[from : u.at-1]
		}
	}
	u.fail("the end of a text")
	return ""
}

func (u *unpacker) unescaped(quoted string) (s string) {
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		u.fail("a text")
	}
	return s
}

func (u *unpacker) node(depth int) *node {
	if len(u.free) == 0 {
		u.free = make([]node, 256)
	}
	n := &u.free[0]
	u.free = u.free[1:]
	if depth > 32 {
		u.fail("less depth")
		return n
	}
	if u.peek() == '"' {
		n.text = u.text()
		return n
	}
	u.expect('[')
	switch what := u.text(); what {
	case "l":
		n.kind = listNode
	case "m":
		n.kind = mappingNode
	default:
		u.fail("l or m")
	}
	from := len(u.open)
	for !u.next(']') {
		child := u.node(depth + 1)
		u.open = append(u.open, child)
	}
	n.items = slices.Clone(u.open[from:])
	u.open = u.open[:from]
	if n.kind == listNode {
		return n
	}
	if len(n.items)%2 != 0 {
		u.fail("a value behind a key")
		return n
	}
	pairs := n.items
	n.keys, n.items = make([]*node, len(pairs)/2), pairs[:len(pairs)/2]
	for i := range n.keys {
		n.keys[i], n.items[i] = pairs[2*i], pairs[2*i+1]
	}
	return n
}
