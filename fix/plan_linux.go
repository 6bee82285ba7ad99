package fix

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
)

// Plan is a change that is ready to be made, with everything that a person has to know before saying yes. Making it writes
// nothing. It holds for the files as they were seen, and for no others.
type Plan struct {
	ID     string    `json:"id"` // eight hexadecimal digits; the same change to the same files has the same
	Made   time.Time `json:"made"`
	Remedy string    `json:"remedy"`
	Title  string    `json:"title"`
	Effect string    `json:"effect"`
	Opens  string    `json:"opens"`
	Verify string    `json:"verify"`
	Server string    `json:"server"` // the program, as its makers write it; "" when none has to be reloaded
	Config string    `json:"config"` // the file that the program was started with, as far as it is known
	Reach  Reach     `json:"reach"`
	Files  []File    `json:"files"`
	// Databases are the rows that change, beside the files or alone.
	Databases []Database `json:"databases,omitempty"`

	unseen error // why the state of a database could not be seen
}

// Reach is where a change counts: its blast radius.
type Reach struct {
	Names  []string `json:"names"`  // of sites, as the configuration names them; empty when it names none
	Scopes []string `json:"scopes"` // "location /api/ (nginx.conf:14)"
	Public []string `json:"public"` // why this looks like production, in words; empty when it does not
}

// File is one file of a plan.
type File struct {
	Path  string   `json:"path"`            // as it was named
	Links []string `json:"links,omitempty"` // "path -> target" for each symbolic link that leads to Real
	Real  string   `json:"real"`            // the file that is replaced
	Edits []Edit   `json:"edits"`
	Was   string   `json:"was"` // SHA-256 of the bytes, before and after
	Will  string   `json:"will"`
	Meta  Meta     `json:"meta"`
	ID    identity `json:"id"`
	// AsRead says that the program reads the file for each request: nothing has to be reloaded after a change.
	AsRead bool `json:"as_read,omitempty"`

	before, after []byte
}

// Edit is a conf.Edit without the name of its file.
type Edit struct {
	Line  int    `json:"line"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Old   string `json:"old"`
	Text  string `json:"text"`

	how conf.How // until the bytes are known; then the edit is exact
}

// About is what a plan needs to know beside the remedy.
type About struct {
	Config *conf.Config // the configuration that the remedy was made for; nil when it is not known
	Main   string       // the file that the program was started with; the first of Config.Files when ""
	Scope  *conf.Scope  // where the fault was seen; nil when that is not known
	Now    time.Time
	Hosts  []string // the names of the site whose rows change, as far as they are known
	Logins Logins   // for a remedy with rows
}

// NewPlan makes a plan of a remedy. The error is a *Refused when the files are not those that the remedy was made for, and
// says what was expected otherwise.
func NewPlan(r cause.Remedy, a About) (*Plan, error) {
	if !r.Carried() {
		return nil, refuse("the remedy %q has no edits: its steps have to be done by hand", r.ID)
	}
	p := &Plan{Made: a.Now, Remedy: r.ID, Title: r.Title, Effect: r.Effect, Opens: cmp.Or(r.Opens, "nothing"), Verify: r.Verify,
		Server: r.Server, Config: a.Main}
	if p.Config == "" && a.Config != nil && len(a.Config.Files) > 0 {
		p.Config = a.Config.Files[0]
	}
	byFile := map[string]int{}
	for _, e := range r.Edits {
		real, err := filepath.EvalSymlinks(e.Place.File)
		if err != nil {
			return nil, fmt.Errorf("the file to be changed: %w", err)
		}
		if real, err = filepath.Abs(real); err != nil {
			return nil, err
		}
		i, known := byFile[real]
		if !known {
			i = len(p.Files)
			byFile[real] = i
			p.Files = append(p.Files, File{Path: e.Place.File, Real: real, AsRead: readForEachRequest(e.Place.File, a.Config)})
		}
		p.Files[i].Edits = append(p.Files[i].Edits, Edit{e.Place.Line, e.Place.Start, e.Place.End, e.Old, e.Text, e.How})
	}
	for i := range p.Files {
		if err := p.Files[i].load(); err != nil {
			return nil, err
		}
	}
	for _, b := range r.Rows {
		p.Databases = append(p.Databases, Database{Batch: b, logins: a.Logins})
	}
	for i := range p.Databases {
		d := &p.Databases[i]
		d.tryTools(context.Background())
		if err := d.load(context.Background()); err != nil {
			return nil, err
		}
	}
	p.Reach = reachOf(p, a)
	p.ID = p.name()
	return p, nil
}

// name follows from what is changed and in what: the same plan made twice is one plan.
func (p *Plan) name() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", p.Remedy)
	for _, f := range p.Files {
		fmt.Fprintf(h, "%s\n%s\n%s\n%d %d\n", f.Real, f.Was, f.Will, f.ID.Dev, f.ID.Inode)
	}
	for _, d := range p.Databases {
		fmt.Fprintf(h, "%s\n%s\n", d.Address, d.Name)
		for _, ch := range d.Changes {
			fmt.Fprintf(h, "%q\n%s\n", ch.By, ch.Statement())
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// load reads the file, notes what it is, and makes its new bytes.
func (f *File) load() error {
	f.Links = linksTo(f.Path)
	b, m, id, err := look(f.Real)
	if err != nil {
		return err
	}
	f.before, f.Meta, f.ID, f.Was = b, m, id, sum(b)
	for i := range f.Edits {
		if err := f.Edits[i].resolve(f.Path, b); err != nil {
			return err
		}
	}
	if f.after, err = f.edited(b); err != nil {
		return err
	}
	if f.Will = sum(f.after); f.Will == f.Was {
		return refuse("the remedy leaves %s as it is", f.Path)
	}
	return nil
}

// again reads the file anew and refuses when it is not what the plan was made for.
func (f *File) again() error {
	if real, err := filepath.EvalSymlinks(f.Path); err != nil || real != f.Real {
		if abs, _ := filepath.Abs(real); err != nil || abs != f.Real {
			return refuse("%s leads somewhere else than when the plan was made (%s)", f.Path, f.Real)
		}
	}
	b, m, id, err := look(f.Real)
	if err != nil {
		return err
	}
	switch {
	case sum(b) != f.Was:
		return refuse("%s has changed since the plan was made: make a new plan", f.Path)
	case id.Dev != f.ID.Dev || id.Inode != f.ID.Inode:
		return refuse("%s is another file than when the plan was made, with the same text: make a new plan", f.Path)
	case !m.equal(f.Meta):
		return refuse("%s has %s, and had %s when the plan was made: make a new plan", f.Path, m, f.Meta)
	}
	f.before = b
	f.after, err = f.edited(b)
	return err
}

// edited applies the edits, each of which must find the bytes that it was made for.
func (f *File) edited(b []byte) ([]byte, error) {
	edits := slices.Clone(f.Edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	var out []byte
	at := 0
	for _, e := range edits {
		switch {
		case e.Start < 0 || e.End < e.Start || e.End > len(b):
			return nil, refuse("%s:%d: the change is at bytes %d to %d, and the file has %d: it was read in another form", f.Path, e.Line, e.Start, e.End, len(b))
		case e.Start < at:
			return nil, refuse("%s:%d: two changes of one remedy overlap", f.Path, e.Line)
		case string(b[e.Start:e.End]) != e.Old:
			return nil, refuse("%s:%d is not what it was when the remedy was made: read the configuration again", f.Path, e.Line)
		}
		out = append(append(out, b[at:e.Start]...), e.Text...)
		at = e.End
	}
	return append(out, b[at:]...), nil
}

// look reads a regular file with its metadata.
func look(path string) ([]byte, Meta, identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Meta{}, identity{}, err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil {
		return nil, Meta{}, identity{}, err
	} else if !fi.Mode().IsRegular() {
		return nil, Meta{}, identity{}, refuse("%s is not a regular file", path)
	}
	m, id, err := metaOf(f)
	if err != nil {
		return nil, m, id, err
	}
	b, err := readAll(f)
	return b, m, id, err
}

// linksTo lists the symbolic links on the way from path to the file, folders included, as "path -> target".
func linksTo(path string) []string {
	var out []string
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	for range 40 { // the kernel's own limit is 40
		dir := string(filepath.Separator)
		moved := false
		parts := strings.Split(strings.Trim(abs, dir), dir)
		for i, part := range parts {
			dir = filepath.Join(dir, part)
			to, err := os.Readlink(dir)
			if err != nil {
				continue
			}
			out = append(out, dir+" -> "+to)
			if !filepath.IsAbs(to) {
				to = filepath.Join(filepath.Dir(dir), to)
			}
			abs = filepath.Join(append([]string{to}, parts[i+1:]...)...)
			moved = true
			break
		}
		if !moved {
			return out
		}
	}
	return out
}

// Diff is the change as a unified diff. It holds what the files hold, secrets included: whoever shows it redacts it first.
func (p *Plan) Diff() (string, error) {
	var b strings.Builder
	for i := range p.Files {
		f := &p.Files[i]
		if f.before == nil && f.after == nil {
			return "", errors.New("the plan was not loaded")
		}
		b.WriteString(udiff.Unified(f.Real, f.Real, string(f.before), string(f.after)))
	}
	for _, d := range p.Databases {
		fmt.Fprintf(&b, "-- database %s at %s\n", d.Name, d.Address)
		for _, ch := range d.Changes {
			b.WriteString(ch.Statement() + "\n")
		}
	}
	return b.String(), nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Load reads the files and rows of a plan that was kept, as Apply does, and refuses when they are not those that it was made
// for.
func (p *Plan) Load() error {
	for i := range p.Files {
		if err := p.Files[i].again(); err != nil {
			return err
		}
	}
	for i := range p.Databases {
		if err := p.Databases[i].load(context.Background()); err != nil {
			return err
		}
	}
	return nil
}

// FindServer finds the program that the plan is for. A plan of files that are read for each request needs none.
func (p *Plan) FindServer() (*Server, error) {
	if p.Server == "" || !slices.ContainsFunc(p.Files, func(f File) bool { return !f.AsRead }) {
		return &Server{Name: p.Server}, nil
	}
	return FindServer(p.Server, p.Config)
}
