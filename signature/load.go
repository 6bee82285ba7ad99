package signature

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// Load reads every *.yaml below the root of fsys: files in a folder named phrases hold refusal sentences, all others
// hold product entries. The first mistake is returned as "file:line: what is wrong". The samples are read too, so that
// a contributor's file is checked in full.
func Load(fsys fs.FS) (*Set, error) {
	docs, err := parseFS(fsys)
	if err != nil {
		return nil, err
	}
	return build(docs, false)
}

// parseFS parses the data files of fsys in the order of their names.
func parseFS(fsys fs.FS) ([]doc, error) {
	var docs []doc
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("reading signatures: %w", err)
		}
		parsed, err := parseDoc(name, data)
		docs = append(docs, parsed)
		return err
	})
	return docs, err
}

// build makes a set of parsed files. Patterns of trusted data are compiled only when they are used.
func build(docs []doc, trusted bool) (*Set, error) {
	b := builder{set: &Set{headers: map[string]int{}, literals: newScanner()}, ids: map[string]string{}, trusted: trusted}
	for _, d := range docs {
		b.doc = d
		if err := b.file(path.Base(path.Dir(d.name)) == "phrases"); err != nil {
			return nil, err
		}
	}
	b.set.literals.build()
	return b.set, nil
}

// layers are the values of "layer:".
var layers = []exchange.Layer{exchange.Client, exchange.Network, exchange.Edge, exchange.Gateway, exchange.WebServer,
	exchange.Application, exchange.IdentityProvider, exchange.Unknown}

// builder turns documents into a set.
type builder struct {
	set     *Set
	doc     doc
	ids     map[string]string // id of an entry -> where it was defined
	trusted bool              // built-in data: patterns are compiled when first used
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
