package fix

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/why401/why401/site/db"
)

// tool makes a command of a platform's own program, to be run in the installation's folder and as the owner of its files:
// what it writes (caches, generated code) has to stay the site's own.
func tool(argv []string, dir string) (*Command, error) {
	path, err := programFile(argv[0], dir)
	if err != nil {
		return nil, err
	}
	c := &Command{Argv: append([]string{path}, argv[1:]...), Dir: dir, tied: true}
	if fi, err := os.Stat(dir); err == nil && os.Geteuid() == 0 {
		if st := statOf(fi); st.Uid != 0 {
			c.as = &syscall.Credential{Uid: st.Uid, Gid: st.Gid, NoSetGroups: false}
		}
	}
	return c, nil
}

// programFile finds the program file: one of the installation's own first, where others cannot write to it.
func programFile(name, dir string) (string, error) {
	for _, p := range []string{filepath.Join(dir, name), filepath.Join(dir, "vendor/bin", name)} {
		if fi, err := os.Stat(p); err == nil && fi.Mode().IsRegular() && fi.Mode().Perm()&0o111 != 0 {
			return p, nil
		}
	}
	if strings.Contains(name, "/") {
		return "", fmt.Errorf("there is no program %s", filepath.Join(dir, name))
	}
	return exec.LookPath(name)
}

// tryTools keeps the commands of those changes whose program is there and runs, and drops the others: SQL does their work.
// It changes nothing.
func (d *Database) tryTools(ctx context.Context) {
	runs := map[string]bool{}
	works := func(argv []string) bool {
		if len(argv) == 0 {
			return false
		}
		ok, tried := runs[argv[0]]
		if !tried {
			c, err := tool([]string{argv[0], "--version"}, d.Dir)
			ok = err == nil && c.run(ctx) == nil
			runs[argv[0]] = ok
		}
		return ok
	}
	d.Changes = slices.Clone(d.Changes)
	for i := range d.Changes {
		if by := d.Changes[i].By; len(by) > 0 && !works(by) {
			d.Changes[i].By = nil
			d.Notes = append(d.Notes, fmt.Sprintf("%s is not there or does not run: the row is changed by SQL", by[0]))
		}
	}
	if len(d.Clean) > 0 && !works(d.Clean) {
		d.Notes = append(d.Notes, fmt.Sprintf("%s is not there or does not run: clear the cache that hides the change in another way", strings.Join(d.Clean, " ")))
		d.Clean = nil
	}
	d.Notes = slices.Compact(d.Notes)
}

// byTools reports that every change is made by a command. A mixture would be no single step.
func (d *Database) byTools() bool {
	return !slices.ContainsFunc(d.Changes, func(ch db.Change) bool { return len(ch.By) == 0 })
}

// change carries the changes out, and says how.
func (d *Database) change(ctx context.Context) (how string, err error) {
	if !d.byTools() {
		return "SQL", d.apply(ctx)
	}
	var said []string
	for _, ch := range d.Changes {
		c, err := tool(ch.By, d.Dir)
		if err != nil {
			return "", err
		}
		if err := c.run(ctx); err != nil {
			return "", err
		}
		said = append(said, c.String())
	}
	old, new, err := d.tally(ctx)
	switch {
	case err != nil:
		return "", err
	case new != len(d.Changes):
		return "", fmt.Errorf("the commands ended well, and %d of %d rows are not as they should be (%d as before)", len(d.Changes)-new, len(d.Changes), old)
	}
	return strings.Join(said, "; "), nil
}

// clean clears the cache that would hide a change made by SQL. A command of the platform's does so by itself, but not where it
// is put back.
func (d *Database) clean(ctx context.Context) (string, error) {
	if len(d.Clean) == 0 {
		return "", nil
	}
	c, err := tool(d.Clean, d.Dir)
	if err != nil {
		return "", err
	}
	return c.String(), c.run(ctx)
}
