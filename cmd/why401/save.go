package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/browser"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/redact"
	"github.com/why401/why401/report"
)

// writeFile writes a file that only its owner can read, as a whole or not at all. What is there stays, unless force.
func writeFile(name string, force bool, write func(io.Writer) error) (err error) {
	taken := usage("name another file, or add --force", "%s is there already", name)
	if _, err := os.Lstat(name); err == nil && !force {
		return taken
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".why401-*") // mode 0600
	if err != nil {
		return unreadable(fmt.Errorf("write %s: %w", name, reasonOf(err)), "")
	}
	defer os.Remove(f.Name()) // after the rename there is nothing to remove
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil && !force {
		// A link fails when somebody made the file in between; a rename would overwrite it.
		switch err = os.Link(f.Name(), name); {
		case err == nil:
			return nil
		case errors.Is(err, fs.ErrExist):
			return taken
		}
	}
	if err == nil || !force {
		err = os.Rename(f.Name(), name) // file systems without links
	}
	if err != nil {
		return unreadable(fmt.Errorf("write %s: %w", name, reasonOf(err)), "")
	}
	return nil
}

func reasonOf(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err
	}
	return err
}

// saving keeps what a diagnosis looked at, for --save.
type saving struct {
	name        string
	force, keep bool
	given       []input.Artefact
	sent        []*exchange.Exchange
	browser     *browser.Recording
}

// options asks the diagnosis for what it exchanges.
func (s *saving) options() []why401.Option {
	if s.name == "" {
		return nil
	}
	return []why401.Option{why401.WithExchanges(func(xs []*exchange.Exchange) { s.sent = xs })}
}

// check refuses before anything is sent.
func (s *saving) check() error {
	if s.name == "" {
		if s.force || s.keep {
			return usage("why401 --save case.yaml https://...", "--force and --keep-secrets go with --save")
		}
		return nil
	}
	if _, err := os.Lstat(s.name); err == nil && !s.force {
		return usage("name another file, or add --force", "%s is there already", s.name)
	}
	return nil
}

// write saves the case.
func (s *saving) write(a *app, rep *report.Report) error {
	if s.name == "" {
		return nil
	}
	list := s.given
	for _, x := range s.sent {
		// What was read is in what was given; experiments would look like requests of the user's own.
		if x.Given == "" && x.Key == "" && x.Browser == nil {
			list = append(list, input.Artefact{Kind: "http-exchange", Text: input.MessageText(x)})
		}
	}
	if s.browser != nil && len(s.browser.Exchanges) > 0 {
		list = append(list, input.Artefact{Kind: "har", Text: browser.HAR(s.browser)})
	}
	if len(list) == 0 {
		return unreadable(errors.New("--save: there is nothing to save"), "")
	}
	r := redact.New(redact.Options{})
	if !s.keep {
		for _, one := range list {
			r.Learn(one.Kind, one.Text)
		}
		for i := range list {
			list[i].Text = r.Redact(list[i].Text)
		}
	}
	err := writeFile(s.name, s.force, func(w io.Writer) error {
		_, err := io.WriteString(w, input.CaseText(found(rep), list))
		return err
	})
	if err != nil {
		return err
	}
	if err := s.picture(a); err != nil {
		return err
	}
	note := r.Summary()
	if s.keep {
		note = "with all its secrets: keep it to yourself"
	}
	if !a.show.quiet && !term.CI(a.env) {
		a.say("saved %s; %s", s.name, note)
	}
	return nil
}

// picture writes the screenshot beside the case.
func (s *saving) picture(a *app) error {
	if s.browser == nil || s.browser.Screenshot == nil {
		return nil
	}
	name := s.pictureName()
	err := writeFile(name, s.force, func(w io.Writer) error {
		_, err := w.Write(s.browser.Screenshot)
		return err
	})
	if err == nil && !a.show.quiet && !term.CI(a.env) {
		a.say("saved %s; what looks secret is painted over: look at it before you give it away", name)
	}
	return err
}

func (s *saving) pictureName() string {
	return strings.TrimSuffix(s.name, filepath.Ext(s.name)) + ".png"
}

// found is what the diagnosis said. Experiments are not saved, so that a record alone may decide less.
func found(rep *report.Report) string {
	cause := rep.Verdict.Cause
	if cause == "" {
		cause = string(rep.Outcome)
	}
	text := fmt.Sprintf("Found when it was saved: %s, %s", cause, rep.Verdict.Grade)
	if n := len(rep.Sent); n > 0 {
		text += fmt.Sprintf(", with %d requests", n)
	}
	return report.ASCII(text)
}

// collect notes the texts of the command line: a command, files, standard input, each as it stands.
func (s *saving) collect(a *app, args []string, as string) error {
	if s.name == "" {
		return nil
	}
	if isCurl(args[0]) {
		s.given = append(s.given, input.Artefact{Kind: "curl-command", Text: input.Command(args)})
		return nil
	}
	for _, arg := range args {
		one := input.Artefact{Kind: as, Text: arg}
		switch st, err := os.Stat(arg); {
		case arg == "-":
			b, err := io.ReadAll(a.stdin)
			if err != nil {
				return unreadable(err, "")
			}
			a.stdin = strings.NewReader(string(b))
			one.Text, _ = plainText(b)
		case err == nil && st.Size() > wholeText:
			return unreadable(fmt.Errorf("--save: %s is larger than 8 MiB", arg), "why401 redact rewrites a HAR of any size")
		case err == nil:
			b, err := os.ReadFile(arg)
			if err != nil {
				return unreadable(reasonOf(err), "")
			}
			one.Text, _ = plainText(b)
		case strings.Contains(arg, "://") && !strings.ContainsAny(strings.TrimSpace(arg), " \n"), input.IsHost(arg):
			one = input.Artefact{Kind: "curl-command", Text: input.Command([]string{"curl", arg})}
		}
		if inner, ok := input.Artefacts(one.Text); ok { // a case file is saved as what it holds
			s.given = append(s.given, inner...)
			continue
		}
		if one.Kind == "" {
			one.Kind = input.KindOf(one.Text)
		}
		s.given = append(s.given, one)
	}
	return nil
}
