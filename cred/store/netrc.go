package store

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func decodeBase64(v secret.Text) (secret.Text, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v.Reveal()))
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(string(raw)), nil
}

// machine is one entry of a .netrc.
type machine struct {
	Entry
	name     string // "" for default
	password secret.Text
	complete bool // with login and password
}

// machines reads the entries of .netrc out of settings, in order.
func machines(settings []exchange.Setting) []machine {
	var out []machine
	for _, s := range settings {
		switch s.Name {
		case "machine":
			name := word(s)
			out = append(out, machine{Entry: Entry{Key: "machine " + name, From: s.From}, name: name})
		case "default":
			out = append(out, machine{Entry: Entry{Key: "default", From: s.From}})
		case "login", "account":
			if n := len(out) - 1; n >= 0 && s.Name == "login" {
				out[n].User = value(s)
			}
		case "password":
			if n := len(out) - 1; n >= 0 {
				out[n].password = value(s)
			}
		}
	}
	for i := range out {
		m := &out[i]
		m.complete = !m.User.Empty() && !m.password.Empty()
		if m.Value = basicValue(m.User, m.password); !m.complete {
			m.Kept = "the entry has no " + map[bool]string{true: "login", false: "password"}[m.User.Empty()]
		}
	}
	return out
}

// netrc gives the entries for the host of the URL, the one that is taken first. curl takes the first complete entry
// (lib/netrc.c), Python's netrc module the last of one name and default only where no name fits.
func (q *query) netrc(user string, last bool) []Entry {
	var fit, others []machine
	for _, m := range machines(q.of("netrc")) {
		switch {
		case m.name == "" || strings.EqualFold(m.name, q.u.Host):
			if user == "" || m.User.Is(user) {
				m.Here = true
				fit = append(fit, m)
			} else {
				m.Why = "it is another user's than the one of the URL"
				others = append(others, m)
			}
		default:
			if h := hostOf(m.name); bareHost(h) == q.u.Host {
				scheme, _, has := strings.Cut(m.name, "://")
				m.Here = (!has || scheme == q.u.Scheme) && (h == q.u.Host || h == q.u.Host+":"+q.u.Port)
				q.miss(m.Entry, "a machine is named by its host alone, without scheme, port and path")
			} else if why := differs(h, q.u.Host); why != "" {
				q.miss(m.Entry, why)
			}
		}
	}
	var out, rest []Entry
	for i, m := range fit {
		behind := last && m.name == "" && anyNamed(fit)
		best := !behind && len(out) == 0 && (m.complete || last)
		if last && m.name != "" {
			best = !anyNamed(fit[i+1:])
		}
		if best {
			out = append(out, m.Entry)
		} else {
			rest = append(rest, m.Entry)
		}
	}
	for _, m := range others {
		q.miss(m.Entry, m.Why)
	}
	return append(out, rest...)
}

func anyNamed(ms []machine) bool {
	for _, m := range ms {
		if m.name != "" {
			return true
		}
	}
	return false
}

// curl follows curl's lib/netrc.c, for curl -n and programs built on libcurl.
func curl(q *query) {
	q.Looked = q.u.Host
	q.take(q.netrc("", false), "the first complete entry of the host is taken")
}
