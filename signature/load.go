package signature

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/why401/why401/exchange"
)

//go:embed data
var builtin embed.FS

// Default is the set of the data built into the program, read at its first use. The data is checked by the tests of
// this package; a mistake in it is a broken build and panics.
var Default = sync.OnceValue(func() *Set {
	s, err := load(builtin, false)
	if err != nil {
		panic("signature: built-in data: " + err.Error())
	}
	return s
})

// Load reads every *.yaml below the root of fsys: files in a folder named phrases hold refusal sentences, all others
// hold product entries. The first mistake is returned as "file:line: what is wrong". The samples are read too, so that
// a contributor's file is checked in full.
func Load(fsys fs.FS) (*Set, error) { return load(fsys, true) }

func load(fsys fs.FS, withSamples bool) (*Set, error) {
	b := builder{set: &Set{headers: map[string]int{}, literals: newScanner()}, ids: map[string]string{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("reading signatures: %w", err)
		}
		if !withSamples {
			data = blankSamples(data)
		}
		b.doc, err = parseDoc(name, data)
		if err != nil {
			return err
		}
		return b.file(path.Base(path.Dir(name)) == "phrases")
	})
	if err != nil {
		return nil, err
	}
	b.set.literals.build()
	return b.set, nil
}

// blankSamples empties the lines of "sample:" and "samples:" keys and of what is nested below them. Samples are two
// thirds of the data and needed by the tests only; parsing them would be most of the time of the first match. Line
// numbers stay.
func blankSamples(data []byte) []byte {
	var out strings.Builder
	skip := -1 // indentation of the key being left out
	for line := range strings.Lines(string(data)) {
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		blank := strings.TrimSpace(text) == ""
		if skip >= 0 && !blank && indent <= skip {
			skip = -1
		}
		if skip < 0 && (strings.HasPrefix(text, "sample:") || strings.HasPrefix(text, "samples:")) {
			skip = indent
		}
		if skip >= 0 {
			line = "\n"
		}
		out.WriteString(line)
	}
	return []byte(out.String())
}

// layers are the values of "layer:".
var layers = []exchange.Layer{exchange.Client, exchange.Network, exchange.Edge, exchange.Gateway, exchange.WebServer,
	exchange.Application, exchange.IdentityProvider, exchange.Unknown}

// builder turns documents into a set.
type builder struct {
	set *Set
	doc doc
	ids map[string]string // id of an entry -> where it was defined
}

// file reads one document.
func (b *builder) file(phrases bool) error {
	body := "entries"
	if phrases {
		body = "phrases"
	}
	keys, err := b.doc.mapping(b.doc.root, "product", "layer", "notes", body)
	if err != nil {
		return err
	}
	var product string
	layer := exchange.Unknown
	listed := false
	for _, k := range keys {
		switch k.key {
		case "product", "layer", "notes":
			v, err := b.doc.scalar(k.value)
			if err != nil {
				return err
			}
			if k.key == "product" {
				product = v
			}
			if k.key == "layer" {
				if layer = exchange.Layer(v); !slices.Contains(layers, layer) {
					return b.doc.errorf(k.value, "unknown layer %q", v)
				}
			}
		case body:
			if product == "" {
				return b.doc.errorf(k.node, "product must stand before %s", body)
			}
			listed = true
			if err := b.list(k, product, layer); err != nil {
				return err
			}
		}
	}
	if !listed {
		return b.doc.errorf(b.doc.root, "no %s", body)
	}
	return nil
}

func (b *builder) list(k pair, product string, layer exchange.Layer) error {
	items, err := b.doc.list(k.value)
	if err != nil {
		return err
	}
	for _, n := range items {
		if k.key == "phrases" {
			p, err := b.phrase(n)
			if err != nil {
				return err
			}
			if p.product == "" {
				p.product = product
			}
			p.layer = layer
			b.set.phrases = append(b.set.phrases, p)
			continue
		}
		e, err := b.entry(n)
		if err != nil {
			return err
		}
		e.product, e.layer = product, layer
		if first, twice := b.ids[e.id]; twice {
			return b.doc.errorf(n, "id %q is taken by %s", e.id, first)
		}
		b.ids[e.id] = e.at
		b.set.entries = append(b.set.entries, e)
	}
	return nil
}

// header numbers a header name.
func (b *builder) header(name string) int {
	low := strings.ToLower(name)
	id, ok := b.set.headers[low]
	if !ok {
		id = len(b.set.headers)
		b.set.headers[low] = id
	}
	return id
}

// family numbers a header name prefix.
func (b *builder) family(prefix string) int {
	low := strings.ToLower(prefix)
	if i := slices.Index(b.set.families, low); i >= 0 {
		return i
	}
	b.set.families = append(b.set.families, low)
	return len(b.set.families) - 1
}
