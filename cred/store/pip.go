package store

import (
	"net/url"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// pip follows pip's MultiDomainBasicAuth (_internal/network/auth.py, _get_new_credentials): the login in the URL, that of
// the configured index the URL belongs to, .netrc, and the keyring, which is named here and not asked. PIP_INDEX_URL and
// PIP_EXTRA_INDEX_URL come before files, a command's own section before [global] (_internal/configuration.py). A .pypirc
// is read by twine and by no pip.
func pip(q *query) {
	q.Looked = q.u.Origin().String() + q.u.ShownPath()
	var indexes, uploads []Entry
	add := func(name, where string, s exchange.Setting) {
		for _, address := range strings.Fields(value(s).Reveal()) {
			u, user, password, ok := login(address)
			if !ok {
				continue
			}
			e := Entry{Key: where + name, From: s.From, User: user, Value: basicValue(user, password)}
			e.Here = host(u) == host(q.u)
			switch {
			case e.Here && u.Scheme == q.u.Scheme:
				if v := Variable(user) + Variable(password); v != "" && (Variable(user) != "" || Variable(password) != "") {
					e.Value, e.Kept = secret.Text{}, "a variable holds it, and pip replaces variables in requirements files only"
				}
				if !e.Value.Empty() || e.Kept != "" {
					indexes = append(indexes, e)
				}
			case e.Value.Empty():
			case e.Here:
				q.miss(e, "it is an "+u.Scheme+" address, and the request goes by "+q.u.Scheme)
			default:
				if why := differs(host(u), host(q.u)); why != "" {
					q.miss(e, why)
				}
			}
		}
	}
	for _, s := range q.of("env") {
		switch s.Name {
		case "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL":
			add(s.Name, "", s)
		}
	}
	for _, own := range []bool{true, false} { // a command's own section before [global]
		for _, s := range q.of("pip") {
			section := strings.Join(s.Context, " ")
			name := strings.ReplaceAll(strings.ToLower(s.Name), "_", "-")
			if (section != "global") == own && (name == "index-url" || name == "extra-index-url") {
				add(s.Name, "["+section+"] ", s)
			}
		}
	}
	uploads = pypirc(q)
	q.take(indexes, "an earlier source names the same index")
	netrc := q.netrc("", true)
	if q.Sent != nil {
		for _, e := range netrc {
			q.lose(e, "the login in the index's address comes before .netrc")
		}
	} else {
		q.take(netrc, "Python takes the last entry of a machine")
	}
	for _, e := range uploads {
		q.miss(e, "it stands in .pypirc, which twine reads for uploads and pip never does")
	}
	for _, s := range q.of("pip") {
		if s.Name == "keyring-provider" && q.Sent == nil {
			q.note(s.From, "keyring-provider is "+word(s)+": when nothing else is found, pip asks the keyring, which was not opened.")
		}
	}
}

// login splits an address into the URL without its login, and the login, decoded once.
func login(address string) (u exchange.URL, user, password secret.Text, ok bool) {
	address = strings.Trim(address, `"'`)
	u, err := exchange.ParseURL(address)
	if err != nil {
		return u, user, password, false
	}
	name, pass, _ := u.User.Cut(":")
	u.User = secret.Text{}
	user, password = unescape(name), unescape(pass)
	if shown := user.Reveal(); !user.Empty() && !secret.Looks(shown) && !password.Empty() {
		user = secret.Public(shown)
	}
	return u, user, password, true
}

func unescape(t secret.Text) secret.Text {
	return t.Map(func(s string) string {
		if d, err := url.PathUnescape(s); err == nil {
			return d
		}
		return s
	})
}

// pypirc gives the logins of .pypirc whose repository is the URL's host.
func pypirc(q *query) []Entry {
	type section struct {
		repository     string
		user, password secret.Text
		from           fact.Source
	}
	by := map[string]*section{}
	var order []string
	for _, s := range q.of("pip") {
		if len(s.Context) == 0 || s.Context[0] == "global" {
			continue
		}
		c := by[s.Context[0]]
		if c == nil {
			c = &section{}
			by[s.Context[0]] = c
			order = append(order, s.Context[0])
		}
		switch s.Name {
		case "repository":
			c.repository = word(s)
		case "username":
			c.user = value(s)
		case "password":
			c.password, c.from = value(s), s.From
		}
	}
	var out []Entry
	for _, name := range order {
		c := by[name]
		u, err := exchange.ParseURL(c.repository)
		if err == nil && host(u) == host(q.u) && !c.password.Empty() {
			out = append(out, Entry{Key: "[" + name + "] password", From: c.from, User: c.user, Value: basicValue(c.user, c.password), Here: true})
		}
	}
	return out
}
