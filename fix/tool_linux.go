package fix

import (
	"context"
	"errors"
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

// programFile finds the program file: one of the installation's own first, in its folder or in that of its packages, which
// Drupal has above the folder that the web server shows. One that others may write to is not taken.
func programFile(name, dir string) (string, error) {
	for _, p := range []string{filepath.Join(dir, name), filepath.Join(dir, "vendor/bin", name), filepath.Join(filepath.Dir(dir), "vendor/bin", name)} {
		fi, err := os.Stat(p)
		if err != nil || !fi.Mode().IsRegular() || fi.Mode().Perm()&0o111 == 0 {
			continue
		}
		if why := strange(p, fi, dir); why != "" {
			return "", fmt.Errorf("%s is not run: %s", p, why)
		}
		return p, nil
	}
	if strings.Contains(name, "/") {
		return "", fmt.Errorf("there is no program %s", filepath.Join(dir, name))
	}
	return exec.LookPath(name)
}

// strange says why a program of an installation may hold what somebody else put there, or "".
func strange(p string, fi os.FileInfo, dir string) string {
	st := statOf(fi)
	owner := uint32(0)
	if d, err := os.Stat(dir); err == nil {
		owner = statOf(d).Uid
	}
	switch {
	case fi.Mode().Perm()&0o002 != 0:
		return "everybody may write to it"
	case st.Uid != 0 && st.Uid != owner && int(st.Uid) != os.Geteuid():
		return fmt.Sprintf("it belongs to user %d, and the installation to user %d", st.Uid, owner)
	}
	return ""
}

// probes are the questions that show whether a program can start the platform at all. They read, and no more. A version is not
// enough: cv, wp and drush print it without a database.
var probes = map[string][]string{
	"cv":          {"vget", "environment"},
	"wp":          {"core", "is-installed"},
	"bin/magento": {"config:show", "web/secure/base_url"},
	"drush":       {"config:get", "system.site", "uuid"},
}

// tryTools keeps the commands of those changes whose program is there and can start the platform, and drops the others: SQL
// does their work. It changes nothing.
func (d *Database) tryTools(ctx context.Context) {
	runs := map[string]error{}
	works := func(argv []string) error {
		if len(argv) == 0 {
			return errors.New("there is no command")
		}
		err, tried := runs[argv[0]]
		if !tried {
			var c *Command
			question, known := probes[argv[0]]
			if !known {
				question = []string{"--version"}
			}
			if c, err = tool(slices.Concat(argv[:1], options(argv), question), d.Dir); err == nil {
				err = c.run(ctx)
			}
			if err == nil && c.as == nil && os.Geteuid() == 0 {
				d.Notes = append(d.Notes, fmt.Sprintf("%s runs as root, because the files of %s belong to root", argv[0], d.Dir))
			}
			runs[argv[0]] = err
		}
		return err
	}
	d.Changes = slices.Clone(d.Changes)
	for i := range d.Changes {
		if by := d.Changes[i].By; len(by) > 0 && works(by) != nil {
			d.Changes[i].By = nil
			d.Notes = append(d.Notes, fmt.Sprintf("%s is not there or does not run: the row is changed by SQL", by[0]))
		}
	}
	if len(d.Clean) > 0 && works(d.Clean) != nil {
		d.Notes = append(d.Notes, fmt.Sprintf("%s is not there or does not run: clear the cache that hides the change in another way", strings.Join(d.Clean, " ")))
		d.Clean = nil
	}
	d.Notes = slices.Compact(d.Notes)
}

// options are those that stand in front of a command's verb: which site of several is meant.
func options(argv []string) []string {
	i := 1
	for i < len(argv) && strings.HasPrefix(argv[i], "--") {
		i++
	}
	return argv[1:i]
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
