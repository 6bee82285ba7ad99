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
	for _, e := range r.Edits {
		if err := p.take(e, a.Config); err != nil {
			return nil, err
		}
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
		if f.Made || f.Gets != nil {
			fmt.Fprintf(h, "%s\n", f.will())
		}
	}
	for _, d := range p.Databases {
		fmt.Fprintf(h, "%s\n%s\n", d.Address, d.Name)
		for _, ch := range d.Changes {
			fmt.Fprintf(h, "%q\n%s\n", ch.By, ch.Statement())
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
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
		from := f.Real
		if f.Made {
			from = os.DevNull
		}
		if does := f.Does(); does != "" {
			fmt.Fprintf(&b, "# %s: %s\n", f.Real, does)
		}
		b.WriteString(udiff.Unified(from, f.Real, string(f.before), string(f.after)))
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
