package login

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/redact"
)

// keep writes the HAR and the picture of a login, readable by their owner alone. A run replaces the files of the one
// before it.
func (b *Browser) keep(row string, rec *browser.Recording) ([]string, error) {
	if b.Dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for the record of a login: %w", err)
	}
	text := browser.HAR(rec)
	if !b.KeepSecrets {
		text, _ = redact.Text(text, redact.Options{Kind: "har"})
	}
	base := filepath.Join(b.Dir, slug(row))
	files := []string{base + ".har"}
	if err := write(base+".har", []byte(text)); err != nil {
		return nil, err
	}
	if len(rec.Screenshot) > 0 {
		files = append(files, base+".png")
		if err := write(base+".png", rec.Screenshot); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// write replaces a file as a whole or not at all.
func write(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".why401-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keeping the record of a login: %w", err)
	}
	defer os.Remove(f.Name()) // after the rename there is nothing to remove
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("keeping the record of a login: %w", err)
	}
	return nil
}

// slug is a row's name as a file name.
func slug(row string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, row)
	s = strings.Trim(s, "-")
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "-")
	}
	if s == "" {
		s = "login"
	}
	return s[:min(len(s), 80)]
}
