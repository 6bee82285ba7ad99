package value

import (
	"strings"

	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var htpasswdForm = form.Form{
	Kind: "htpasswd", Also: []string{".htpasswd", "htdigest"}, What: "a password file",
	Files: []string{".htpasswd", "htpasswd", "*.htpasswd", ".htdigest", "passwd", "users.htpasswd"},
	Is:    isHtpasswd,
	Read:  readHtpasswd,
}

var madeWith = lazyregexp.New(`(?i)^#.*\b(htpasswd|htdigest|mkpasswd|openssl passwd)\b`)

func isHtpasswd(text string) int {
	t := text[:min(len(text), peek)]
	if strings.IndexByte(t, 0) >= 0 {
		return 0
	}
	f := htpasswd.Parse(t)
	hashes, digests, other := 0, 0, 0
	for _, l := range f.Lines {
		switch {
		case l.Has(htpasswd.NoColon), strings.ContainsAny(strings.TrimSpace(l.User.Reveal()), "/{}<>= \t") || l.User.Len() > 64:
			other++
		case l.Kind == htpasswd.Digest:
			digests++
		case l.Kind == htpasswd.DES && len(f.Lines) == 1 && !strings.ContainsAny(l.Hash.Reveal(), "./0123456789"):
			other++
		case l.Kind != htpasswd.Unknown || l.Has(htpasswd.DollarEaten):
			hashes++
		default:
			other++
		}
	}
	switch n := hashes + digests; {
	case n > 0 && other == 0:
		return 96
	case n > other:
		return 75
	case len(f.Lines) == 0 && madeWith.MatchString(strings.TrimSpace(t)):
		return 70 // only the comment that says how the file was made
	case n > 0 && other <= 2:
		return 60
	}
	return 0
}

// readHtpasswd makes a setting of each line: the user is its name, the kind of hash and the hash its values.
func readHtpasswd(text string, o form.Options) (exchange.Evidence, error) {
	const expected = "password file (user:hash)"
	r := &reader{Options: o}
	if _, err := open(text, expected); err != nil {
		return r.ev, err
	}
	if o.Written.Mark && o.Written.In == form.UTF8 && !strings.HasPrefix(text, "\ufeff") {
		text = "\ufeff" + text // it is a part of the first name to a server
	}
	f := htpasswd.Parse(text)
	if f.BOM && len(f.Lines) == 0 {
		r.say(1, "%s", htpasswd.ByteOrderMark)
	}
	crSaid := false
	for _, l := range f.Lines {
		if l.Has(htpasswd.NoColon) {
			r.say(l.N, "%s", htpasswd.NoColon)
			continue
		}
		var context []string
		if l.Realm != "" {
			context = []string{"realm " + l.Realm}
		}
		kind := string(l.Kind)
		if kind == "" {
			kind = "none"
		}
		r.ev.Settings = append(r.ev.Settings, exchange.Setting{
			System: "htpasswd", Context: context, Name: l.User.String(),
			Args: []secret.Text{secret.Public(kind), l.Hash}, From: r.at(l.N),
		})
		for _, p := range l.Problems {
			if p == htpasswd.CarriageReturn {
				if crSaid {
					continue
				}
				crSaid = true
			}
			r.say(l.N, "user %s: %s", l.User, p)
		}
		r.support(l)
	}
	if len(f.Lines) == 0 && madeWith.MatchString(strings.TrimSpace(text)) {
		r.say(1, "only the command that made the password file is shown, not its lines")
	}
	if f.Cut {
		r.say(1, "more lines than are read")
	}
	return r.done(expected)
}

// support says who cannot verify a kind, once for each kind.
func (r *reader) support(l htpasswd.Line) {
	if l.Kind == htpasswd.Digest || l.Kind == htpasswd.Unknown {
		return
	}
	for _, s := range r.ev.Settings[:len(r.ev.Settings)-1] {
		if s.Args[0].Is(string(l.Kind)) {
			return
		}
	}
	switch {
	case htpasswd.CanVerify(htpasswd.Nginx, l.Kind) == htpasswd.ByLibc && !htpasswd.Glibc.Knows(l.Kind):
		r.say(l.N, "%s: nginx leaves it to the C library, and not every one knows it", l.Kind)
	case htpasswd.CanVerify(htpasswd.Apache, l.Kind) == htpasswd.Never:
		r.say(l.N, "%s: Apache cannot verify it", l.Kind)
	}
	if htpasswd.CanVerify(htpasswd.Registry, l.Kind) == htpasswd.Never {
		r.say(l.N, "%s: a docker registry takes bcrypt only", l.Kind)
	}
}
