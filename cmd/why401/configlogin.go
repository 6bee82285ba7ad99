package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/diagnose"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// logins holds the password of --user against every password file that the configurations name.
func (d *configCheck) logins() ([]report.Login, error) {
	if d.user == "" {
		return nil, nil
	}
	password, err := d.password()
	if err != nil {
		return nil, err
	}
	out := diagnose.Logins(context.Background(), d.configurations(), d.user, password)
	if len(out) == 0 {
		return nil, unreadable(errors.New("the configuration names no password file that could be read"), "why401 config FILE --as htpasswd --user NAME")
	}
	return out, nil
}

// password asks for the password on the terminal, or reads one line of standard input.
func (d *configCheck) password() (secret.Text, error) {
	a := d.app
	if d.passwordStdin {
		b, err := io.ReadAll(io.LimitReader(a.stdin, 4<<10))
		if err != nil {
			return secret.Text{}, unreadable(fmt.Errorf("read standard input: %w", err), "")
		}
		line, _, _ := strings.Cut(string(b), "\n")
		return secret.New(strings.TrimSuffix(line, "\r")), nil
	}
	if !term.Is(a.in) {
		return secret.Text{}, usage("run this on a terminal, or: printf %s \"$PASSWORD\" | why401 config PATH --user "+report.ShellQuote(d.user)+" --password-stdin",
			"the password is asked for, and there is no terminal")
	}
	word, err := term.Password(a.in, a.err, report.Terminal("Password of "+d.user+" (not shown, sent nowhere): "))
	if err != nil {
		return secret.Text{}, unreadable(err, "")
	}
	return secret.New(word), nil
}
