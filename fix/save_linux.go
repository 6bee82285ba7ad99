package fix

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/why401/why401/internal/durable"
)

// saved is what the undo folder says of one file beside its bytes.
type saved struct {
	Path  string   `json:"path"`
	Real  string   `json:"real"`
	Made  bool     `json:"made,omitempty"` // it was not there: the undo removes it
	Links []string `json:"links,omitempty"`
	Meta  Meta     `json:"meta"`
	Was   string   `json:"sha256"`
	Will  string   `json:"sha256_after_the_fix"`
	Gets  *Meta    `json:"meta_after_the_fix,omitempty"`
}

// save writes the undo folder of p: complete and on disk, or not there at all.
func (s *Store) save(p *Plan) error {
	temp := s.path(p.ID, "undo.new")
	if err := os.RemoveAll(temp); err != nil {
		return fmt.Errorf("saving the undo: %w", err)
	}
	err := s.fill(temp, p)
	if err == nil {
		err = os.RemoveAll(s.UndoFolder(p.ID)) // of an earlier try of the same plan, which was put back
	}
	if err == nil {
		err = os.Rename(temp, s.UndoFolder(p.ID))
	}
	if err == nil {
		err = durable.SyncDir(s.folder(p.ID))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("saving the undo: %w", err), os.RemoveAll(temp))
	}
	return s.note(p.ID, stepSaved, "")
}

func (s *Store) fill(dir string, p *Plan) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for i := range p.Files {
		f := &p.Files[i]
		if !f.Made {
			if err := durable.Write(fmt.Sprintf("%s/%d.before", dir, i+1), f.before); err != nil {
				return err
			}
		}
		b, err := json.MarshalIndent(saved{f.Path, f.Real, f.Made, f.Links, f.Meta, f.Was, f.Will, f.Gets}, "", "  ")
		if err != nil {
			return err
		}
		if err := durable.Write(fmt.Sprintf("%s/%d.json", dir, i+1), append(b, '\n')); err != nil {
			return err
		}
	}
	for i, d := range p.Databases {
		b, err := json.MarshalIndent(d, "", "  ")
		if err != nil {
			return err
		}
		if err := durable.Write(fmt.Sprintf("%s/rows-%d.json", dir, i+1), append(b, '\n')); err != nil {
			return err
		}
	}
	if err := durable.Write(dir+"/README", []byte(byHand(p))); err != nil {
		return err
	}
	return durable.SyncDir(dir)
}

// byHand says how to undo p without why401. The commands are for a shell, as root or as the files' owner.
func byHand(p *Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "What stood here before the fix %s (%s, %s).\n\nwhy401 undo %s puts it back. By hand, from this folder:\n\n", p.ID, p.Remedy, p.Made.UTC().Format("2006-01-02 15:04 UTC"), p.ID)
	for i := range p.Files {
		f := &p.Files[i]
		target := quote(f.Real)
		fmt.Fprintf(&b, "# %s\n", f.Path)
		for _, l := range f.Links {
			fmt.Fprintf(&b, "# a link, which was left as it is: %s\n", l)
		}
		if f.Made {
			fmt.Fprintf(&b, "# it was not there; what was made is %s by sha256sum\nrm %s\n\n", f.Will, target)
			continue
		}
		// cat keeps the file itself, and with it its owner, mode and attributes.
		fmt.Fprintf(&b, "cat %d.before > %s\n", i+1, target)
		fmt.Fprintf(&b, "chown %d:%d %s\nchmod %04o %s\n", f.Meta.UID, f.Meta.GID, target, f.Meta.Mode, target)
		for _, name := range slices.Sorted(maps.Keys(f.Meta.Xattr)) {
			fmt.Fprintf(&b, "setfattr -n %s -v 0x%x %s\n", quote(name), f.Meta.Xattr[name], target)
		}
		fmt.Fprintf(&b, "sha256sum %s   # expected: %s\n\n", target, f.Was)
	}
	for _, d := range p.Databases {
		fmt.Fprintf(&b, "-- rows of the database %s at %s: in its own client (mariadb, mysql), after SET NAMES utf8mb4; and SET time_zone = '+00:00';\n", d.Name, d.Address)
		for _, ch := range d.Changes {
			fmt.Fprintf(&b, "-- %s; one row has to be changed\n%s\n", ch.Says, ch.Back())
		}
		if len(d.Clean) > 0 {
			fmt.Fprintf(&b, "-- then, in %s: %s\n", d.Dir, strings.Join(d.Clean, " "))
		}
		b.WriteString("\n")
	}
	if p.Server != "" {
		fmt.Fprintf(&b, "Then let %s test its configuration and reload.\n", p.Server)
	}
	return b.String()
}

// quote makes one word for a POSIX shell.
func quote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// patchFile writes the change as a file for patch(1), for whoever may make it.
func (s *Store) patchFile(p *Plan) (string, error) {
	d, err := p.Diff()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.folder(p.ID), 0o700); err != nil {
		return "", err
	}
	return s.patch(p.ID), durable.Write(s.patch(p.ID), []byte(d))
}
