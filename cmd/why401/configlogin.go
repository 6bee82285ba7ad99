package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/cred/libcrypt"
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
	var out []report.Login
	at := map[string]int{}
	for _, c := range d.configs {
		for _, s := range c.Scopes {
			for _, a := range s.Auth {
				for _, f := range a.Files {
					named := report.At{File: f.Place.File, Line: f.Place.Line}
					key := f.Path + "\x00" + a.Realm
					if a.Scheme != conf.Digest {
						key = f.Path
					}
					if f.Kind == conf.Inline {
						key = f.Place.String() + f.Path // users in the configuration itself
					}
					if i, ok := at[key]; ok {
						if !slices.Contains(out[i].Named, named) {
							out[i].Named = append(out[i].Named, named)
						}
						continue
					}
					if f.Seen == nil {
						continue
					}
					at[key] = len(out)
					l := login(c.Config, a, f, d.user, password)
					l.Named = []report.At{named}
					out = append(out, l)
				}
			}
		}
	}
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

// login says what one file makes of a user and password. Servers take the first line of a name.
func login(c *conf.Config, a conf.Auth, f *conf.CredFile, user string, password secret.Text) report.Login {
	l := report.Login{File: f.Path, Server: "unknown"}
	if f.Kind == conf.Inline {
		l.File, l.Line = f.Place.File, f.Place.Line
	}
	if f.Seen.Missing || f.Seen.Problem != "" {
		l.Result, l.Says = "unreadable", "not read: it is not there"
		if f.Seen.Problem != "" {
			l.Says = "not read: " + f.Seen.Problem
		}
		return l
	}
	i := slices.IndexFunc(f.Seen.Users.Lines, func(e htpasswd.Line) bool {
		return e.User.Is(user) && (e.Kind != htpasswd.Digest || a.Realm == "" || e.Realm == a.Realm)
	})
	if i < 0 {
		l.Result, l.Says = "no_such_user", "no entry for this user"
		return l
	}
	e := f.Seen.Users.Lines[i]
	if e.N > 0 {
		l.Line = e.N
	}
	l.Hash = string(e.Kind)
	var fits bool
	var err error
	if e.Kind == htpasswd.Digest {
		fits, l.Server = htpasswd.VerifyDigest(e, password), "yes"
	} else {
		if e.Kind == htpasswd.Marked && f.Kind == conf.Inline {
			fits = e.Hash.Equal(password)
		} else {
			fits, err = libcrypt.Verify(context.Background(), e.Hash, password)
		}
		if l.Server = access.Checks(c, e.Kind); e.Kind == htpasswd.Marked && f.Kind == conf.Inline {
			l.Server = "yes" // HAProxy's insecure-password
		}
	}
	switch {
	case errors.Is(err, htpasswd.ErrUnsupported):
		l.Result, l.Says = "cannot_check", "cannot check a hash of this kind here"
	case err != nil:
		l.Result, l.Says = "cannot_check", "cannot check: "+err.Error()
	case fits:
		l.Result, l.Says = "fits", "the password fits"
	default:
		l.Result, l.Says = "wrong", "the password does not fit"
	}
	kind := l.Hash
	if kind == "" {
		kind = "no known hash"
	}
	switch l.Server {
	case "yes":
		l.Says += " (" + kind + ", which " + c.Program + " can check)"
	case "no":
		l.Says += ", but " + c.Program + " cannot check " + kind + access.Library(c, e.Kind) + ": it refuses every password"
	default:
		l.Says += " (" + kind + ")"
	}
	return l
}
