package diagnose

import (
	"context"
	"errors"
	"slices"

	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/cred/libcrypt"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// Logins holds user and password against every password file that the configurations name, each once: whether the password fits,
// and whether the program of that configuration can check the hash. Files that nobody looked at are left out. The kinds that only
// the C library knows are checked by this system's own (package libcrypt).
func Logins(ctx context.Context, configs []Configuration, user string, password secret.Text) []report.Login {
	var out []report.Login
	at := map[string]int{}
	for _, c := range configs {
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
					l := login(ctx, c.Config, a, f, user, password)
					l.Named = []report.At{named}
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// login says what one file makes of a user and password. Servers take the first line of a name.
func login(ctx context.Context, c *conf.Config, a conf.Auth, f *conf.CredFile, user string, password secret.Text) report.Login {
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
			fits, err = libcrypt.Verify(ctx, e.Hash, password)
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
	by := c.Program
	if e.Kind != htpasswd.Unknown {
		by += access.Library(c, e.Kind)
	}
	switch {
	case l.Server == "yes":
		l.Says += " (" + l.Hash + ", which " + by + " can check)"
	case l.Server == "no" && l.Hash == "":
		l.Says += ", and " + by + " takes what stands there for a hash that no password fits"
	case l.Server == "no" && l.Result == "fits":
		l.Says += ", but " + by + " cannot check " + l.Hash + ": it refuses every password"
	case l.Server == "no":
		l.Says += ", and " + by + " cannot check " + l.Hash + ": it refuses every password"
	case l.Hash == "":
		l.Says += " (no known hash)"
	default:
		l.Says += " (" + l.Hash + ")"
	}
	return l
}
