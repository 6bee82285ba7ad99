package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// read turns the words of the command line into a request, or into evidence when something recorded is among them. Of
// several requests the nth is taken and the others are mentioned.
func (a *app) read(args []string, nth int, as string) (why401.Input, error) {
	home := a.env("HOME")
	got, err := input.Read(args, a.stdin, input.Options{Version: why401.Version(), Home: home, Typed: true, As: as})
	if err != nil {
		return why401.Input{}, err
	}
	if got.Recorded() {
		for _, p := range got.Parts {
			a.say("read %s: %s", p.Place, contents(p))
		}
		return why401.Input{Evidence: got.Evidence, Read: got.What}, nil
	}
	n := len(got.Intents)
	if nth < 1 || nth > n {
		return why401.Input{}, usage("", "--nth %d: the input holds %d", nth, n)
	}
	intent := got.Intents[nth-1]
	if n > 1 {
		a.say("read %d requests; this is about number %d: %s %s (--nth N chooses another)", n, nth, intent.Request.Method, intent.Request.URL)
	}
	in := why401.Input{Intent: intent, Read: got.What}
	in.Facts = append(in.Facts, input.Ambient(a.env, home, in.Intent.Request.URL)...)
	return in, nil
}

// contents says what a part was taken for and what is in it.
func contents(p input.Part) string {
	var parts []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(len(p.Intents), "a request", "requests")
	count(len(p.Exchanges), "an exchange", "exchanges")
	count(len(p.Tokens), "a credential", "credentials")
	count(len(p.Messages), "a message", "messages")
	count(len(p.Settings), "a setting", "settings")
	count(len(p.Notes), "a note", "notes")
	if len(parts) == 0 {
		return p.What
	}
	return p.What + " with " + strings.Join(parts, ", ")
}

// ask completes a login whose password is missing, once, from the terminal and without echo.
func (a *app) ask(in *exchange.Intent) error {
	if !in.Login.NeedPassword {
		return nil
	}
	user := in.Login.User.String()
	if !term.Is(a.in) {
		return usage("write it as -u "+report.ShellQuote(user)+":PASSWORD, or run this on a terminal to be asked",
			"the password of %q is missing and there is no terminal to ask for it", user)
	}
	word, err := term.Password(a.in, a.err, report.Terminal(secret.Scrub("Password of "+user+" (not shown, sent at most once): ")))
	if err != nil {
		return unreadable(err, "write it as -u USER:PASSWORD")
	}
	in.SetPassword(secret.New(word), "prompt")
	return nil
}

// piped reports that something is fed to standard input: a pipe or a file, not a terminal and not /dev/null.
func piped(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && (st.Mode()&os.ModeNamedPipe != 0 || st.Mode().IsRegular())
}

// fill reads standard input, so that an empty one can be told from a full one. One that is longer than package input
// takes is cut behind that, and refused there.
func (a *app) fill() error {
	b, err := io.ReadAll(io.LimitReader(a.in, 2<<20))
	if err != nil {
		return unreadable(fmt.Errorf("read standard input: %w", err), "")
	}
	if strings.TrimSpace(string(b)) == "" {
		return unreadable(errors.New("there is nothing on standard input"), "copy the request first (in the browser: Copy as cURL), then: why401 -")
	}
	a.stdin = strings.NewReader(string(b))
	return nil
}
