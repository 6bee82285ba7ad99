package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Worth is what the credentials of a request are worth to the demand that refused them, by the files.
type Worth string

// The values. Cannot is for what the files leave open.
const (
	NoLogin   Worth = "no credentials"
	Other     Worth = "credentials of another scheme"
	Malformed Worth = "not base64 of user:password"
	NoFile    Worth = "the password file is missing"
	Closed    Worth = "the worker may not read the password file"
	Stranger  Worth = "no entry for the user"
	Mismatch  Worth = "another password"
	Later     Worth = "the password of a later entry"
	Unchecked Worth = "the server cannot check the hash"
	Right     Worth = "user and password fit"
	Cannot    Worth = ""
)

// Login is a request's login, held against the demand that refused it.
type Login struct {
	Auth  *conf.Auth
	Worth Worth
	User  string         // "" when it may not be shown, or there is none
	Kind  cred.Kind      // of what was brought
	Entry *htpasswd.Line // that decided
	File  *conf.CredFile // that it stands in, or that could not be read
}

// At is the place of the entry, else of the line that names the file, else of the demand.
func (l Login) At() conf.Place {
	switch {
	case l.Entry != nil && l.File != nil && l.File.Kind != conf.Inline && l.File.Path != "":
		return conf.Place{File: l.File.Path, Line: l.Entry.N}
	case l.File != nil && l.File.Place.Known():
		return l.File.Place
	case l.Auth != nil:
		return l.Auth.Place
	}
	return conf.Place{}
}

// Judge holds the request of t against the demand for a password that refused it; Auth is nil when no such demand did.
func Judge(c *conf.Config, t *conf.Trace) Login {
	if t == nil || t.Refusing == nil || t.Scope == nil {
		return Login{}
	}
	a := refusing(t)
	if a == nil {
		return Login{}
	}
	l := Login{Auth: a}
	creds := cred.Of(t.Request.Request)
	i := slices.IndexFunc(creds, func(k cred.Credential) bool {
		return strings.EqualFold(k.Place, "Authorization") || t.Status == 407 && strings.EqualFold(k.Place, "Proxy-Authorization")
	})
	if i < 0 {
		l.Worth = NoLogin
		return l
	}
	l.Kind = creds[i].Kind
	if a.Scheme == conf.Digest && l.Kind == cred.Digest {
		return l // a response needs the nonce's own server
	}
	if a.Scheme != conf.Basic || l.Kind != cred.Basic {
		l.Worth = Other
		return l
	}
	pair, err := basic.Decode(creds[i].Value)
	if err != nil || pair.Has(basic.NotEncoded) || pair.Has(basic.MissingColon) {
		l.Worth = Malformed
		return l
	}
	if !pair.User.Closed() {
		l.User = pair.User.String()
	}
	judge(c, &l, pair)
	return l
}

// refusing is the demand that the refusing step stands for.
func refusing(t *conf.Trace) *conf.Auth {
	var passwords []*conf.Auth
	for i := range t.Scope.Auth {
		a := &t.Scope.Auth[i]
		if a.Scheme != conf.Basic && a.Scheme != conf.Digest {
			continue
		}
		passwords = append(passwords, a)
		if a.Place == t.Refusing.Place || slices.ContainsFunc(a.Files, func(f *conf.CredFile) bool { return f.Place == t.Refusing.Place }) {
			return a
		}
	}
	for _, r := range t.Scope.Rules {
		if r.Place == t.Refusing.Place {
			return nil
		}
	}
	if len(passwords) == 1 && (t.Status == 401 || t.Status == 407 || t.Status == 500 || strings.Contains(strings.ToLower(t.Refusing.Phase), "auth")) {
		return passwords[0]
	}
	return nil
}

// judge looks the user up as servers do: the first entry of the name counts.
func judge(c *conf.Config, l *Login, pair basic.Pair) {
	open := len(l.Auth.Open) > 0
	for _, f := range l.Auth.Files {
		f = looked(c, f)
		l.File = f
		switch {
		case f.Seen == nil || f.Seen.Users.Cut:
			open = true
			continue
		case f.Seen.Missing && f.Seen.Here:
			l.Worth = NoFile
			return
		case f.Seen.Missing:
			open = true
			continue
		case f.Seen.Reads == "no":
			l.Worth = Closed
			return
		case f.Seen.Problem != "":
			open = true
			continue
		}
		lines := f.Seen.Users.Lines
		for i := range lines {
			e := &lines[i]
			if !e.User.Equal(pair.User) || l.Auth.Scheme == conf.Digest && e.Realm != l.Auth.Realm {
				continue
			}
			if l.Entry == nil {
				l.Entry = e
				if Checks(c, e.Kind) == "no" || f.Kind != conf.Inline && (e.Kind == htpasswd.Unknown || damaged(c, e)) {
					l.Worth = Unchecked
					return
				}
				fits, err := htpasswd.Verify(e.Hash, pair.Password)
				switch {
				case errors.Is(err, htpasswd.ErrUnsupported):
					return
				case err != nil:
					l.Worth = Unchecked
					return
				case fits:
					l.Worth = Right
					return
				}
				l.Worth = Mismatch
				continue
			}
			if fits, err := htpasswd.Verify(e.Hash, pair.Password); err == nil && fits {
				l.Worth, l.Entry = Later, e
				return
			}
		}
		if l.Entry != nil {
			return
		}
	}
	if l.Entry == nil && !open && len(l.Auth.Files) > 0 {
		l.Worth = Stranger
	}
}

// looked gives f with what a look at the file found: a trace makes its own places, and whoever read c looked at the files of
// c's.
func looked(c *conf.Config, f *conf.CredFile) *conf.CredFile {
	if f.Seen != nil {
		return f
	}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			for _, g := range a.Files {
				if g.Seen != nil && g.Path == f.Path && g.Kind == f.Kind {
					found := *f
					found.Seen = g.Seen
					return &found
				}
			}
		}
	}
	return f
}

// damaged reports an entry that is another one for the server than for a reader: with a byte order mark in its name, with
// quotation marks around it.
func damaged(c *conf.Config, e *htpasswd.Line) bool {
	return slices.ContainsFunc(e.Problems, func(p htpasswd.Problem) bool {
		g, _ := Fatal(c, p)
		return g >= cause.Strong
	})
}

// Brought reports that the request of t carries something in Authorization.
func Brought(t *conf.Trace) bool { return t.Request.Header.Has("Authorization") }

// Lost reports a trace in which the client's Authorization does not reach whom the request is passed on to, and the step that
// drops it; nil when no step says so.
func Lost(t *conf.Trace) (*conf.Step, bool) {
	if t.Next == nil || !Brought(t) {
		return nil, false
	}
	for _, name := range []string{"Authorization", "HTTP_AUTHORIZATION"} {
		if v := t.Next.Header.Text(name); !v.Empty() {
			return nil, false
		}
	}
	for i := range t.Steps {
		if t.Steps[i].Result == conf.Drops && strings.Contains(strings.ToLower(t.Steps[i].Says), "authorization") {
			return &t.Steps[i], true
		}
	}
	return nil, true
}

// Swapped reports that another Authorization is passed on than the client's.
func Swapped(t *conf.Trace) bool {
	if t.Next == nil || !Brought(t) {
		return false
	}
	for _, name := range []string{"Authorization", "HTTP_AUTHORIZATION"} {
		if v := t.Next.Header.Text(name); !v.Empty() {
			return !v.Equal(t.Request.Header.Text("Authorization"))
		}
	}
	return false
}

// Rule is the address rule that the refusing step stands for; nil when it is another kind of rule.
func Rule(t *conf.Trace) *conf.Rule {
	if t.Refusing == nil || t.Scope == nil {
		return nil
	}
	for i := range t.Scope.Rules {
		if t.Scope.Rules[i].Place == t.Refusing.Place {
			return &t.Scope.Rules[i]
		}
	}
	return nil
}

// Host is the name that was asked for.
func Host(r exchange.Request) string {
	if h := r.Header.Get("Host"); h != "" {
		return h
	}
	return r.URL.Authority()
}

// Found is a suspicion read at a line of a configuration or of a file that it names.
func Found(g cause.Grade, weight float64, at conf.Place, format string, args ...any) *cause.Suspicion {
	s := cause.SuspectAt(g, weight, fact.Source{File: at.File, Line: at.Line}, fmt.Sprintf(format, args...))
	s.Where = cause.Location{File: at.File, Line: at.Line}
	return s
}

// Name is the user of a login in words that may be shown.
func (l Login) Name() string {
	if l.User == "" {
		return "the user"
	}
	return l.User
}
