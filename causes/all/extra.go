package all

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// Own is the family of causes that a user wrote.
const Own = "own"

// Bounds of a user's folder.
const (
	maxOwn     = 500       // pages
	maxOwnPage = 256 << 10 // bytes of one
)

// Catalogue is what a diagnosis knows: the built-in causes, and a user's own.
type Catalogue struct {
	Causes   []*cause.Cause
	Signs    *sign.Book
	Products *signature.Set // the user's own signature files, for signature.Add; nil for none
	own      map[string]cause.Page
}

// BuiltIn is the catalogue without anything of a user's.
func BuiltIn() *Catalogue { return &Catalogue{Causes: Causes(), Signs: Book()} }

// Page gives the page of cause id.
func (c *Catalogue) Page(id string) (cause.Page, bool) {
	if p, ok := c.own[id]; ok {
		return p, true
	}
	return Page(id)
}

// Mine are the user's own pages, by id.
func (c *Catalogue) Mine() map[string]cause.Page { return maps.Clone(c.own) }

// Open reads a user's folder: *.md are pages of causes that are known by their signs, *.yaml and phrases/*.yaml are
// signature files (signature/data/README.md). They join the built-in catalogue. What is not right is left out, file by
// file, and named in the errors as "file:line: what was expected"; everything else counts. The catalogue is never nil.
func Open(folder fs.FS) (*Catalogue, []error) {
	c := BuiltIn()
	c.own = map[string]cause.Page{}
	names, err := fs.Glob(folder, "*.md")
	if err != nil {
		return c, []error{err}
	}
	built := map[string]*cause.Cause{}
	for _, k := range c.Causes {
		built[k.ID] = k
	}
	var errs []error
	pages := map[string]cause.Page{}
	for n, name := range names {
		if strings.EqualFold(name, "README.md") {
			continue // a word about the folder is no cause
		}
		if n >= maxOwn {
			errs = append(errs, fmt.Errorf("%s: not read: %d pages are the most", name, maxOwn))
			break
		}
		p, err := readOwn(folder, name, built)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		pages[p.ID] = p
	}
	errs = append(errs, c.join(pages, built)...)
	own, mistakes := signature.LoadOwn(folder)
	c.Products = own
	return c, append(errs, mistakes...)
}

// join adds the causes of pages; a mistake in one leaves the others alone. What they hide may be one of each other.
func (c *Catalogue) join(pages map[string]cause.Page, built map[string]*cause.Cause) []error {
	var errs []error
	signs := map[string]*sign.Signs{}
	for _, id := range slices.Sorted(maps.Keys(pages)) {
		p := pages[id]
		k, err := cause.FromPage(Own, p)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if i := slices.IndexFunc(k.Hides, func(h string) bool { _, mine := pages[h]; return built[h] == nil && !mine }); i >= 0 {
			errs = append(errs, fmt.Errorf("%s.md:%d: signs: hides %q: expected the id of a cause (why401 causes)", id, p.SignsLine, k.Hides[i]))
			continue
		}
		sheet, err := p.Sheet()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := c.Signs.Check(id, &sheet.Signs); err != nil {
			errs = append(errs, fmt.Errorf("%s.md:%d: signs: %w", id, p.SignsLine, err))
			continue
		}
		c.own[id], signs[id] = p, &sheet.Signs
		c.Causes = append(c.Causes, k)
	}
	book, err := c.Signs.Join(signs)
	if err != nil {
		return append(errs, err)
	}
	c.Signs = book
	return errs
}

var idForm = lazyregexp.New(`\A[a-z0-9]+(-[a-z0-9]+)*\z`)

func readOwn(folder fs.FS, name string, built map[string]*cause.Cause) (cause.Page, error) {
	id := strings.TrimSuffix(path.Base(name), ".md")
	st, err := fs.Stat(folder, name)
	switch {
	case err != nil:
		return cause.Page{}, fmt.Errorf("%s: %w", name, cut(err))
	case !st.Mode().IsRegular():
		return cause.Page{}, fmt.Errorf("%s: not a file", name)
	case st.Size() > maxOwnPage:
		return cause.Page{}, fmt.Errorf("%s: %d bytes: expected %d at most", name, st.Size(), maxOwnPage)
	case !idForm.MatchString(id) || len(id) > 60:
		return cause.Page{}, fmt.Errorf("%s: the name is the cause's id: expected small letters, digits and hyphens, at most 60", name)
	case built[id] != nil:
		return cause.Page{}, fmt.Errorf("%s:1: %q is a built-in cause (why401 explain %s): expected another name", name, id, id)
	}
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return cause.Page{}, fmt.Errorf("%s: %w", name, cut(err))
	}
	return cause.ParsePage(id, string(text))
}

// cut leaves the system's word and drops the path around it, which the message begins with.
func cut(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
