package main

import (
	"io"

	"github.com/spf13/cobra"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/report"
)

// showFlags say how text is shown; every command has them.
type showFlags struct {
	plain   bool
	noColor bool
	quiet   bool
	verbose bool
	width   int
	cmd     *cobra.Command

	catalogue string // the folder of the user's own causes
}

func (s *showFlags) register(root *cobra.Command) {
	f := root.PersistentFlags()
	f.BoolVar(&s.plain, "plain", false, "one fact per line; so without a terminal")
	f.BoolVar(&s.noColor, "no-color", false, "no colours (also: NO_COLOR=1)")
	f.BoolVarP(&s.quiet, "quiet", "q", false, "one line: title | id | grade | layer")
	f.BoolVarP(&s.verbose, "verbose", "v", false, "everything, however long")
	f.IntVar(&s.width, "width", 0, "`COLUMNS` of the screen")
	f.StringVar(&s.catalogue, "catalogue", "", "know the causes in this `DIR`, too (docs/signs.md)")
	s.cmd = root
}

// options decides how text for people looks: flags first, then the environment, then what standard output is.
func (a *app) options() report.TextOptions {
	s, tty := &a.show, term.Is(a.out)
	o := report.TextOptions{
		Width: s.width, Quiet: s.quiet, Verbose: s.verbose,
		ASCII: !term.UTF8(a.env),
		Color: term.Color(tty, a.env) && !s.noColor,
	}
	if o.Width == 0 {
		o.Width = term.Width(a.out, a.env)
	}
	switch {
	case s.cmd.PersistentFlags().Changed("plain"):
		o.Plain = s.plain
	case a.env("WHY401_PLAIN") != "" && a.env("WHY401_PLAIN") != "0":
		o.Plain = true
	default: // somebody who asks for colours or a width wants the screen
		o.Plain = term.Dumb(a.env) || !tty && !term.Forced(a.env) && s.width == 0
	}
	return o
}

// progress says on the standard error stream what takes long; io.Discard when nobody would watch.
func (a *app) quietly() bool {
	return a.show.plain || term.CI(a.env) || term.Dumb(a.env) || !term.Is(a.err)
}

// print writes text of our own for people.
func (a *app) print(text string) error {
	_, err := io.WriteString(a.out, text)
	return err
}
