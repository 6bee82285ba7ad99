package fix

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// File is one file of a plan: its bytes change, or who may do what with it, or it is made.
type File struct {
	Path  string   `json:"path"`            // as it was named
	Links []string `json:"links,omitempty"` // "path -> target" for each symbolic link that leads to Real
	Real  string   `json:"real"`            // the file that is replaced
	Made  bool     `json:"made,omitempty"`  // it is not there before, and the undo removes it
	Edits []Edit   `json:"edits"`
	Was   string   `json:"was"` // SHA-256 of the bytes, before and after; "" before it is made
	Will  string   `json:"will"`
	Meta  Meta     `json:"meta"`           // before; of a file that is made, what it is made with
	Gets  *Meta    `json:"gets,omitempty"` // afterwards, where that is something else
	ID    identity `json:"id"`
	// AsRead says that the program reads the file for each request: nothing has to be reloaded after a change.
	AsRead bool `json:"as_read,omitempty"`

	before, after []byte
	gives         *conf.Rights // of the remedy, until the file is known
}

// take notes one edit of a remedy at the file that it is for.
func (p *Plan) take(e conf.Edit, c *conf.Config) error {
	real, err := realPath(e.Place.File, e.How == conf.Make)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Files, func(f File) bool { return f.Real == real })
	if i < 0 {
		i = len(p.Files)
		p.Files = append(p.Files, File{Path: e.Place.File, Real: real, AsRead: readForEachRequest(e.Place.File, c)})
	}
	f := &p.Files[i]
	switch {
	case e.How == conf.Give && e.Rights == nil, (e.How == conf.Give || e.How == conf.Make) && f.gives != nil, (e.How == conf.Make || f.Made) && len(f.Edits) > 0:
		return refuse("the remedy says two things about %s, or nothing", e.Place.File)
	case e.How == conf.Give:
		f.gives = e.Rights
		return nil
	case e.How == conf.Make:
		f.Made, f.gives = true, e.Rights
		e.Place = conf.Place{Line: 1}
	}
	f.Edits = append(f.Edits, Edit{e.Place.Line, e.Place.Start, e.Place.End, e.Old, e.Text, e.How})
	return nil
}

// realPath is where the file lies behind all links. One that is to be made has a folder only.
func realPath(path string, made bool) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) && made {
		if _, lerr := os.Lstat(path); lerr == nil {
			return "", refuse("%s is a link that leads nowhere", path)
		}
		if real, err = filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			real = filepath.Join(real, filepath.Base(path))
		}
	}
	if err != nil {
		return "", fmt.Errorf("the file to be changed: %w", err)
	}
	return filepath.Abs(real)
}

// load reads the file, notes what it is, and makes its new bytes and rights.
func (f *File) load() (err error) {
	f.Links = linksTo(f.Path)
	if err := f.read(); err != nil {
		return err
	}
	if !f.Made {
		f.Was = sum(f.before)
	}
	for i := range f.Edits {
		if err := f.Edits[i].resolve(f.Path, f.before); err != nil {
			return err
		}
	}
	if f.after, err = f.edited(f.before); err != nil {
		return err
	}
	if f.gives != nil && !f.Made {
		if err := f.give(*f.gives); err != nil {
			return err
		}
	}
	if f.Will = sum(f.after); f.Will == f.Was && f.Gets == nil {
		return refuse("the remedy leaves %s as it is", f.Path)
	}
	return nil
}

// read fills in what stands there: bytes, metadata, identity. Of a file that is to be made it is nothing, and the metadata are
// those that it will have.
func (f *File) read() (err error) {
	if !f.Made {
		f.before, f.Meta, f.ID, err = look(f.Real)
		return err
	}
	if _, err := os.Lstat(f.Real); !errors.Is(err, os.ErrNotExist) {
		return cmp.Or(err, error(refuse("%s is there already: read the configuration again", f.Path)))
	}
	dir, err := os.Stat(filepath.Dir(f.Real))
	if err != nil {
		return err
	}
	if f.ID == (identity{}) { // else it was planned, and again looks whether it is the same
		st := statOf(dir)
		f.ID = identity{Dev: uint64(st.Dev), Inode: st.Ino} // of its folder
		f.Meta = Meta{Mode: 0o644, UID: int(st.Uid), GID: int(st.Gid)}
		if r := f.gives; r != nil {
			f.Meta = f.Meta.with(*r)
		}
	}
	return nil
}

// give notes the rights that the file gets. Nobody but who is named by them gets more than reading.
func (f *File) give(r conf.Rights) error {
	gets := f.Meta.with(r)
	switch _, list := f.Meta.Xattr["system.posix_acl_access"]; {
	case list:
		return refuse("%s has an access control list, which its mode alone does not change as meant: setfacl is for a person", f.Path)
	case gets.Mode&^f.Meta.Mode&^0o440 != 0:
		return refuse("the remedy gives more of %s away than the right to read it to owner and group", f.Path)
	case !gets.sameRights(f.Meta):
		f.Gets = &gets
	}
	return nil
}

// with is m with other rights.
func (m Meta) with(r conf.Rights) Meta {
	m.Mode = m.Mode&^0o777 | uint32(r.Mode.Perm())
	if r.UID >= 0 {
		m.UID = r.UID
	}
	if r.GID >= 0 {
		m.GID = r.GID
	}
	return m
}

func (m Meta) sameRights(o Meta) bool { return m.Mode == o.Mode && m.UID == o.UID && m.GID == o.GID }

// will is the metadata that the file has when the plan is carried out.
func (f *File) will() Meta {
	if f.Gets != nil {
		return *f.Gets
	}
	return f.Meta
}

// again reads the file anew and refuses when it is not what the plan was made for.
func (f *File) again() error {
	if real, err := realPath(f.Path, f.Made); err != nil || real != f.Real {
		if _, ok := errors.AsType[*Refused](err); ok {
			return err
		}
		return refuse("%s leads somewhere else than when the plan was made (%s)", f.Path, f.Real)
	}
	now := File{Path: f.Path, Real: f.Real, Made: f.Made}
	if err := now.read(); err != nil {
		return err
	}
	switch {
	case now.ID.Dev != f.ID.Dev || now.ID.Inode != f.ID.Inode:
		if f.Made {
			return refuse("%s is another folder than when the plan was made: make a new plan", filepath.Dir(f.Path))
		}
		if sum(now.before) == f.Was {
			return refuse("%s is another file than when the plan was made, with the same text: make a new plan", f.Path)
		}
		fallthrough
	case !f.Made && sum(now.before) != f.Was:
		return refuse("%s has changed since the plan was made: make a new plan", f.Path)
	case !f.Made && !now.Meta.equal(f.Meta):
		return refuse("%s has %s, and had %s when the plan was made: make a new plan", f.Path, now.Meta, f.Meta)
	}
	f.before = now.before
	var err error
	f.after, err = f.edited(f.before)
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

// side says which of its two forms a file has.
type side int

const (
	neither side = iota
	before
	after
)

// side looks which form the file has now: by its bytes, and by its rights where they alone change.
func (f *File) side() (side, error) {
	b, m, _, err := look(f.Real)
	switch {
	case errors.Is(err, os.ErrNotExist) && f.Made:
		return before, nil
	case errors.Is(err, os.ErrNotExist):
		return neither, nil
	case err != nil:
		return neither, err
	case f.Was == f.Will && sum(b) == f.Was && f.Gets != nil:
		switch {
		case m.sameRights(*f.Gets):
			return after, nil
		case m.sameRights(f.Meta):
			return before, nil
		}
	case sum(b) == f.Was:
		return before, nil
	case sum(b) == f.Will:
		return after, nil
	}
	return neither, nil
}

// untouched reports that the file is what it was, metadata included.
func (f *File) untouched() bool {
	if f.Made {
		_, err := os.Lstat(f.Real)
		return errors.Is(err, os.ErrNotExist)
	}
	b, m, _, err := look(f.Real)
	return err == nil && sum(b) == f.Was && m.equal(f.Meta)
}

// Does says in words what happens to the file beside its bytes: "made, mode 0644, owner root, group root"; "" for nothing.
func (f *File) Does() string {
	if f.Made {
		return fmt.Sprintf("made, mode %04o, owner %s, group %s", f.Meta.Mode, userName(f.Meta.UID), groupName(f.Meta.GID))
	}
	if f.Gets == nil {
		return ""
	}
	var out []string
	if f.Meta.Mode != f.Gets.Mode {
		out = append(out, fmt.Sprintf("mode %04o to %04o", f.Meta.Mode, f.Gets.Mode))
	}
	if f.Meta.UID != f.Gets.UID {
		out = append(out, fmt.Sprintf("owner %s to %s", userName(f.Meta.UID), userName(f.Gets.UID)))
	}
	if f.Meta.GID != f.Gets.GID {
		out = append(out, fmt.Sprintf("group %s to %s", groupName(f.Meta.GID), groupName(f.Gets.GID)))
	}
	return strings.Join(out, ", ")
}

func userName(id int) string {
	if u, err := user.LookupId(strconv.Itoa(id)); err == nil {
		return u.Username
	}
	return strconv.Itoa(id)
}

func groupName(id int) string {
	if g, err := user.LookupGroupId(strconv.Itoa(id)); err == nil {
		return g.Name
	}
	return strconv.Itoa(id)
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
