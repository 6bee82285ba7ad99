package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/why401/why401/watch/state"
)

// A person says that a row is to be asked again by a file in the watch's folder: the store belongs to one process.

const againPrefix = "again-"

// againLook is how often the folder is looked at.
const againLook = 2 * time.Second

// AskAgain leaves word that row id is to be asked although its credential was refused. It holds for a watch that runs with
// the folder now, or for the next one.
func AskAgain(dir, id string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the watch: %w", err)
	}
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("leave word for the watch: %w", err)
	}
	defer os.Remove(f.Name()) // after the rename there is nothing to remove
	_, err = f.WriteString(id)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		name := againPrefix + strings.TrimPrefix(filepath.Base(f.Name()), ".new-")
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("leave word for the watch: %w", err)
	}
	return nil
}

// Listen looks in dir for such words until ctx ends.
func (w *Watcher) Listen(ctx context.Context, dir string) {
	for ctx.Err() == nil {
		w.heed(ctx, dir)
		w.wait(ctx, nil, againLook)
	}
}

func (w *Watcher) heed(ctx context.Context, dir string) {
	list, _ := filepath.Glob(filepath.Join(dir, againPrefix+"*"))
	for _, path := range list {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // seen again in a moment
		}
		// Done twice does no harm: the file goes after the row was freed.
		if err := w.Again(ctx, string(b)); err != nil && !errors.Is(err, state.ErrNoRow) {
			w.trouble(fmt.Errorf("asking %s again: %w", b, err))
			return
		}
		os.Remove(path)
	}
}
