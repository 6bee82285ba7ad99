package bisect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/why401/why401/fix"
	"github.com/why401/why401/internal/durable"
)

// note is what is on disk before the drop-in is, so that a later start finds what a crash left.
type note struct {
	ID     string    `json:"id"`
	DropIn string    `json:"drop_in"`
	Folder string    `json:"made_folder,omitempty"` // that did not exist before
	Until  time.Time `json:"until"`
}

// placed is a drop-in in its place.
type placed struct {
	note
	dir    string // of the notes
	unlock []io.Closer
}

// NotesIn is the folder with the notes of runs, below the program's own state folder.
func NotesIn(stateDir string) string { return filepath.Join(stateDir, "bisect") }

// place puts the run's drop-in into the site. Nothing is there when it fails.
func place(dir string, s Site, t *token) (_ *placed, err error) {
	p := &placed{dir: dir, note: note{ID: t.id, Until: t.until}}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.remove())
		}
	}()
	lock, err := lockNotes(dir)
	if err != nil {
		return nil, err
	}
	p.unlock = append(p.unlock, lock)
	content, err := filepath.EvalSymlinks(s.Content)
	if err != nil {
		return nil, fmt.Errorf("WordPress's content folder: %w", err)
	}
	folder, err := filepath.EvalSymlinks(s.MustUse)
	made := errors.Is(err, os.ErrNotExist)
	if made {
		folder, err = s.MustUse, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of must-use plugins: %w", err)
	}
	held, err := fix.LockFolder(content)
	if err != nil {
		return nil, err
	}
	p.unlock = append(p.unlock, held)
	parent := folder
	if made {
		parent = filepath.Dir(folder)
	}
	if err := writable(parent); err != nil {
		return nil, err
	}
	if made {
		p.Folder = folder
	}
	p.DropIn = filepath.Join(folder, t.fileName())
	if err := p.keep(); err != nil {
		return nil, err
	}
	if made {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return nil, fmt.Errorf("making the folder of must-use plugins: %w", err)
		}
		if err := like(folder, filepath.Join(content, "plugins"), content); err != nil {
			return nil, err
		}
	}
	return p, p.write(t.program(), s.Config)
}

// writable says, with the ways out, why a folder cannot be written to.
func writable(dir string) error {
	err := unix.Access(dir, unix.W_OK|unix.X_OK)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EROFS):
		return refusedTo("%s is on a file system that is read-only, as images of containers are: search on a copy of the site that can be written to", dir)
	case errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM):
		owner := ""
		if fi, err := os.Stat(dir); err == nil {
			owner = fmt.Sprintf(" (user %d)", fi.Sys().(*syscall.Stat_t).Uid)
		}
		return refusedTo("no right to write in %s: run this as the owner of the site's files%s or with sudo", dir, owner)
	}
	return fmt.Errorf("%s: %w", dir, err)
}

func refusedTo(format string, args ...any) error {
	return &fix.Refused{Why: []string{fmt.Sprintf(format, args...)}}
}

// tempName does not end in .php, so that WordPress loads no half-written file.
func (p *placed) tempName() string { return strings.TrimSuffix(p.DropIn, ".php") + ".new" }

// write makes the file beside its place and moves it there whole.
func (p *placed) write(program []byte, config string) error {
	f, err := os.OpenFile(p.tempName(), os.O_CREATE|os.O_EXCL|os.O_WRONLY|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("writing the drop-in: %w", err)
	}
	_, err = f.Write(program)
	if err == nil {
		err = ownLike(f, config)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the drop-in: %w", err)
	}
	if err := os.Rename(p.tempName(), p.DropIn); err != nil {
		return fmt.Errorf("writing the drop-in: %w", err)
	}
	return durable.SyncDir(filepath.Dir(p.DropIn))
}

// ownLike gives an open file owner and mode of config, which PHP can read and nobody else should.
func ownLike(f *os.File, config string) error {
	fi, err := os.Stat(config)
	if err != nil {
		return fmt.Errorf("wp-config.php, whose owner and mode the drop-in is to have: %w", err)
	}
	st := fi.Sys().(*syscall.Stat_t)
	if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil && fi.Mode().Perm()&0o004 == 0 {
		return refusedTo("%s belongs to user %d and group %d, and only they may read it: run this as that user or with sudo, so that PHP can read the drop-in as well", config, st.Uid, st.Gid)
	}
	return f.Chmod(fi.Mode().Perm() &^ 0o133)
}

// like gives a new folder owner and mode of the first that is there.
func like(folder string, models ...string) error {
	for _, m := range models {
		fi, err := os.Stat(m)
		if err != nil {
			continue
		}
		st := fi.Sys().(*syscall.Stat_t)
		if err := os.Chown(folder, int(st.Uid), int(st.Gid)); err != nil && os.Geteuid() == 0 {
			return err
		}
		return os.Chmod(folder, fi.Mode().Perm())
	}
	return nil
}

// keep writes the note and waits until it is on disk.
func (p *placed) keep() error {
	b, err := json.Marshal(p.note)
	if err != nil {
		return err
	}
	if err := durable.Create(p.notePath(), append(b, '\n')); err != nil {
		return fmt.Errorf("writing down where the drop-in goes: %w", err)
	}
	return nil
}

func (p *placed) notePath() string { return filepath.Join(p.dir, p.ID+".json") }

// remove takes everything away again: the drop-in, a folder that was made for it, the note. The note goes last.
func (p *placed) remove() error {
	var err error
	if p.DropIn != "" {
		err = p.clear()
	}
	for _, l := range p.unlock {
		l.Close()
	}
	p.unlock = nil
	return err
}

func (p *placed) clear() error {
	for _, name := range []string{p.tempName(), p.DropIn} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("the drop-in %s could not be removed: delete it by hand; it does nothing for visitors and ends by itself at %s: %w", p.DropIn, p.Until.Format("15:04"), err)
		}
	}
	if p.Folder != "" {
		if err := os.Remove(p.Folder); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, unix.ENOTEMPTY) {
			return fmt.Errorf("the empty folder %s could not be removed: %w", p.Folder, err)
		}
	}
	if dir := filepath.Dir(p.DropIn); p.Folder == "" {
		if err := durable.SyncDir(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Remove(p.notePath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep removes what interrupted runs left and gives, in words, what it did. While another run is going on it does
// nothing. A folder of notes that is not there is left so.
func Sweep(stateDir string) ([]string, error) {
	dir := NotesIn(stateDir)
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	lock, err := lockNotes(dir)
	if err != nil {
		if _, busy := errors.AsType[*fix.Refused](err); busy {
			return nil, nil
		}
		return nil, err
	}
	defer lock.Close()
	return sweep(dir)
}

func sweep(dir string) (did []string, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, name := range names {
		n, err := readNote(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if n == nil { // cut off while it was written: nothing was placed yet
			errs = append(errs, os.Remove(name))
			continue
		}
		p := &placed{note: *n, dir: dir}
		_, there := os.Lstat(p.DropIn)
		if err := p.clear(); err != nil {
			errs = append(errs, err)
		} else if there == nil {
			did = append(did, "removed "+p.DropIn+", which an interrupted search left")
		}
	}
	return did, errors.Join(errs...)
}

// readNote reads a note and wants it to be about a drop-in of ours: a file that is not is not removed. It gives nil for a
// note that a crash cut off.
func readNote(name string) (*note, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var n note
	if json.Unmarshal(b, &n) != nil {
		return nil, nil
	}
	if n.ID != strings.TrimSuffix(filepath.Base(name), ".json") || !filepath.IsAbs(n.DropIn) || filepath.Base(n.DropIn) != (&token{id: n.ID}).fileName() ||
		n.Folder != "" && n.Folder != filepath.Dir(n.DropIn) {
		return nil, fmt.Errorf("%s is no note of a drop-in: expected the name %s in it", name, (&token{id: n.ID}).fileName())
	}
	content, err := os.ReadFile(n.DropIn)
	if err == nil && !bytes.Contains(content, []byte("why401-bisect-"+n.ID)) {
		return nil, fmt.Errorf("%s is not the drop-in that why401 put there: it is left alone", n.DropIn)
	}
	return &n, nil
}

// left finds drop-ins of other users' runs in a site: those whose time is over. It gives what it removed.
func left(mustUse string, now time.Time) []string {
	names, _ := filepath.Glob(filepath.Join(mustUse, "0-why401-*.php"))
	var did []string
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		_, rest, ours := bytes.Cut(b, []byte("$until = (int) '"))
		digits, _, _ := bytes.Cut(rest, []byte("'"))
		until, err := strconv.ParseInt(string(digits), 10, 64)
		if !ours || err != nil || !bytes.Contains(b, []byte("why401-bisect-")) || now.Unix() <= until {
			continue
		}
		if os.Remove(name) == nil {
			did = append(did, "removed "+name+", whose time was over")
		}
	}
	return did
}

// lockNotes makes the folder for notes and takes its lock.
func lockNotes(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for notes: %w", err)
	}
	if fi, err := os.Lstat(dir); err != nil {
		return nil, err
	} else if st := fi.Sys().(*syscall.Stat_t); !fi.IsDir() || fi.Mode().Perm()&0o077 != 0 || int(st.Uid) != os.Geteuid() {
		return nil, refusedTo("%s has to be a folder that only you can use (mode 0700)", dir)
	}
	return fix.LockFolder(dir)
}
