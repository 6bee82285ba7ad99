package all

import (
	_ "embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/sign"
)

//go:embed signs.json
var packed []byte

// Book is the signs of every page, read once.
var Book = sync.OnceValue(func() *sign.Book {
	b, err := sign.Read(packed)
	if err != nil {
		panic(fmt.Sprintf("signs.json: %v: run go generate ./causes/all", err)) // it is built in, and a test reads it
	}
	return b
})

// Page gives the page of cause id.
func Page(id string) (cause.Page, bool) {
	for _, family := range Pages() {
		b, err := fs.ReadFile(family, id+".md")
		if err != nil {
			continue
		}
		p, err := cause.ParsePage(id, string(b))
		return p, err == nil
	}
	return cause.Page{}, false
}
