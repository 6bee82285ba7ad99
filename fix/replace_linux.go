package fix

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/why401/why401/internal/durable"
)

// tempName is the name of the file that is written beside the n-th target of a plan before it takes its place. It follows
// from the plan, so that the next start finds what a crash left.
func tempName(target, id string, n int) string {
	return filepath.Join(filepath.Dir(target), fmt.Sprintf(".why401-%s-%d.new", id, n))
}

// replace puts content in place of target, with the metadata m, by way of temp, which lies in the same folder. Whenever it
// ends, target is the whole old file or the whole new one.
func replace(target, temp string, content []byte, m Meta) (err error) {
	if err := prepare(temp, content, m); err != nil {
		return errors.Join(fmt.Errorf("writing the new %s: %w", target, err), discard(temp))
	}
	if err := os.Rename(temp, target); err != nil {
		return errors.Join(fmt.Errorf("replacing %s: %w", target, err), discard(temp))
	}
	if err := durable.SyncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("replacing %s: %w", target, err)
	}
	return nil
}

func prepare(temp string, content []byte, m Meta) (err error) {
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
	if err := m.give(f); err != nil {
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
