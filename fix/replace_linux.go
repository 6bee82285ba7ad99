package fix

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/why401/why401/internal/durable"
	"golang.org/x/sys/unix"
)

// tempName is the name of the file that is written beside the n-th target of a plan before it takes its place. It follows
// from the plan, so that the next start finds what a crash left.
func tempName(target, id string, n int) string {
	return filepath.Join(filepath.Dir(target), fmt.Sprintf(".why401-%s-%d.new", id, n))
}

// replace puts content in place of target, with the metadata m, by way of temp, which lies in the same folder. Whenever it
// ends, target is the whole old file or the whole new one.
func replace(target, temp string, content []byte, m Meta) error {
	return put(target, temp, content, m.give, func() error { return os.Rename(temp, target) })
}

// makeFile puts a new file at target as replace does. A file that somebody else has put there meanwhile stays, and the error
// says so.
func makeFile(target, temp string, content []byte, m Meta) error {
	return put(target, temp, content, m.born, func() error {
		_, err := again(func() (int, error) {
			return 0, unix.Renameat2(unix.AT_FDCWD, temp, unix.AT_FDCWD, target, unix.RENAME_NOREPLACE)
		})
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // file systems that know no such rename (NFS)
			if err = os.Link(temp, target); err == nil {
				err = discard(temp)
			}
		}
		return err
	})
}

func put(target, temp string, content []byte, give func(*os.File) error, move func() error) error {
	if err := prepare(temp, content, give); err != nil {
		return errors.Join(fmt.Errorf("writing the new %s: %w", target, err), discard(temp))
	}
	if err := move(); err != nil {
		return errors.Join(fmt.Errorf("putting %s in place: %w", target, err), discard(temp))
	}
	if err := durable.SyncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("putting %s in place: %w", target, err)
	}
	return nil
}

// remove takes a file away that was made, and waits until its folder is on disk without it.
func remove(target string) error {
	if err := discard(target); err != nil {
		return fmt.Errorf("removing %s: %w", target, err)
	}
	if err := durable.SyncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("removing %s: %w", target, err)
	}
	return nil
}

func prepare(temp string, content []byte, give func(*os.File) error) (err error) {
	if err := discard(temp); err != nil {
		return err
	}
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := give(f); err != nil {
		return err
	}
	return f.Sync()
}

// discard removes a file that may not be there.
func discard(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// maxFile is the largest file that is edited. The readers of package conf have the same limit.
const maxFile = 16 << 20

// readAll reads an open file that is to be edited.
func readAll(f *os.File) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s is larger than %d MiB", f.Name(), maxFile>>20)
	}
	return b, err
}
