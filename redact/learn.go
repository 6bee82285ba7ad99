package redact

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// evidence notes the secrets that the reader of a form knows by their place.
func (r *Redactor) evidence(e exchange.Evidence) {
	for _, i := range e.Intents {
		r.intent(i)
	}
	for _, x := range e.Exchanges {
		r.request(x.Request)
		for _, f := range x.Header() {
			r.field(f)
		}
	}
	for _, t := range e.Tokens {
		r.within(t.Place, func() string { return r.value(tokenSort(t.Place), t.Value.Reveal()) })
	}
	for _, s := range e.Settings {
		r.setting(s)
	}
	for _, m := range e.Messages {
		if u := m.Fields["user"]; u != "" && u != "-" && !strings.HasPrefix(u, "secret#") {
			r.user(u)
		}
	}
}

func tokenSort(place string) Sort {
	if s := sortOf(place); s != Value {
		return s
	}
	return Token
}

func (r *Redactor) intent(i *exchange.Intent) {
	r.request(i.Request)
	if i.Full != nil {
		r.request(*i.Full)
	}
	r.logIn(i.Login)
	if i.Proxy != nil {
		r.logIn(i.Proxy.Login)
		for _, f := range i.Proxy.Headers {
			r.field(f)
		}
	}
	if p := i.TLS.CertPassword; !p.Empty() {
		r.leaf(Password, p.Reveal())
	}
}

func (r *Redactor) logIn(l exchange.Login) {
	user, password := l.User.Reveal(), l.Password.Reveal()
	if l.Empty() || l.Sigv4 != "" && user == "" {
		return
	}
	r.within("login", func() string { return r.pairOf(user+":"+password, user, password) })
}

func (r *Redactor) request(q exchange.Request) {
	for _, f := range q.Header {
		r.field(f)
	}
	if u := q.URL.User; !u.Empty() {
		r.logIn(exchange.Login{User: part(u, true), Password: part(u, false)})
	}
	for _, p := range q.URL.Query {
		if p.Value.Closed() {
			r.param(p.Name, p.Value.Reveal())
		}
	}
	if b := q.Body; !b.Empty() && b.Len() <= longest {
		if v := b.Reveal(); formBody.MatchString(v) {
			r.form(v)
		} else {
			r.text(v)
		}
	}
}

func part(u secret.Text, first bool) secret.Text {
	user, password, _ := u.Cut(":")
	if first {
		return user
	}
	return password
}

func (r *Redactor) field(f exchange.Field) {
	v := f.Value.Reveal()
	out := r.header(f.Name, v)
	if f.Value.Closed() {
		r.pair(Value, v, out)
	}
}

// setting notes the closed values of a configuration: by the name of the setting, or of the block around it.
func (r *Redactor) setting(s exchange.Setting) {
	for n, a := range s.Args {
		if !a.Closed() || a.Len() < 3 {
			continue
		}
		v := a.Reveal()
		name := s.Name
		if n > 0 && !s.Args[n-1].Closed() { // proxy_set_header NAME VALUE
			if before := s.Args[n-1].Reveal(); len(before) < 64 && !strings.ContainsAny(before, " $/") {
				name = before
			}
		}
		low := strings.ToLower(strings.TrimLeft(name, "-/:_"))
		if strings.HasPrefix(v, "$") || strings.ContainsAny(v, "$") && strings.Contains(v, "http_") {
			continue
		}
		switch {
		case strings.HasSuffix(low, "authorization"), low == "cookie":
			r.header(low, v)
		case strings.HasSuffix(low, "_auth"), low == "auth":
			r.within(name, func() string { return r.basic(v) })
		case userNames[low] || low == "name" && s.System == "htpasswd":
			r.user(v)
		case secretName(name) && !sentence(v) && !harmless(v), s.System == "netrc" && low == "password", s.System == "htpasswd" && n == len(s.Args)-1 && len(v) >= 13:
			if !strings.HasPrefix(v, "/") {
				r.within(name, func() string { return r.value(sortOf(low), v) })
			}
		default:
			r.text(v)
		}
	}
}
