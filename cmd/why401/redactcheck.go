package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/redact"
	"github.com/why401/why401/report"
)

// maxLive is how many secrets of one file are listed.
const maxLive = 10

// live lists the secrets that let somebody in, file by file, for hooks: stand-ins of an earlier redaction are none. Values
// are not shown.
func (d *redaction) live(args []string) error {
	found := 0
	for _, name := range args {
		r := redact.New(redact.Options{Kind: d.as})
		s, err := d.app.source(name)
		if err != nil {
			return err
		}
		if err := s.learn(r, d.as); err != nil {
			return err
		}
		if err := s.redact(r, io.Discard); err != nil {
			return err
		}
		finds := r.Live(maxLive + 1)
		if err := d.app.print(liveText(s.name, finds, d.app.options())); err != nil {
			return err
		}
		if len(finds) > 0 {
			found++
		}
	}
	if found == 0 {
		return nil
	}
	if !d.app.show.quiet {
		fmt.Fprintf(d.app.err, "%d of %d files hold live secrets; to take them out: why401 redact FILE -o FILE --force\n", found, len(args))
	}
	return ended(1)
}

func liveText(name string, finds []redact.Find, o report.TextOptions) string {
	escape := report.Terminal
	if o.ASCII {
		escape = report.ASCII
	}
	var b strings.Builder
	for i, f := range finds {
		if i == maxLive {
			fmt.Fprintf(&b, "%s: and more\n", escape(name))
			break
		}
		place := f.Place
		if place == "" {
			place = "in its text"
		}
		fmt.Fprintf(&b, "%s: a live %s: %s (%s)\n", escape(name), escape(string(f.Sort)), escape(place), escape(f.Shape))
	}
	return b.String()
}
