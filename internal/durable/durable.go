// Package durable writes files of the program's own so that they are on disk when a call returns: their bytes, and where a
// name is new also the folder that holds it. Only their owner may read them (mode 0600).
package durable

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// Write writes a file anew. Its name lasts after SyncDir, or with the rename that follows.
func Write(path string, content []byte) error {
	return write(path, os.O_TRUNC, content)
}

// Create writes a file that must not be there yet, and makes its name last.
func Create(path string, content []byte) error {
	return errors.Join(write(path, os.O_EXCL, content), SyncDir(filepath.Dir(path)))
}

// Append adds to the end of a file, which it makes when it is not there.
func Append(path string, content []byte) error {
	return errors.Join(write(path, os.O_APPEND, content), SyncDir(filepath.Dir(path)))
}

// Replace puts a file in the place of path, so that a crash leaves the whole old one or the whole new one. It is written
// beside it first, as path.new; when that fails, it is taken away again.
func Replace(path string, content []byte) error {
	temp := path + ".new"
	err := Write(temp, content)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		if gone := os.Remove(temp); !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return err
	}
	return SyncDir(filepath.Dir(path))
}

func write(path string, how int, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|how, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// SyncDir makes the names in a folder last. Windows has no such call.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
