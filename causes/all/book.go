package all

import (
	_ "embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/likeness"
	"github.com/why401/why401/cause/sign"
)

//go:embed likeness.bin
var learnt string

// Book is the signs of every page (signs.go), made ready once.
var Book = sync.OnceValue(func() *sign.Book {
	b := signs.Open()
	m, err := likeness.Open(learnt)
	if err != nil {
		panic(fmt.Sprintf("likeness.bin: %v: run make learn", err)) // built in, and a test reads it
	}
	b.Compare(m)
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
