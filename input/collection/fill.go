package collection

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Fill puts the variables of Postman environments that were given beside a collection, as another file, into the
// requests that still hold references to them. What is resolved no longer stands among the notes.
func Fill(ev *exchange.Evidence) {
	vars := map[string]string{}
	for _, s := range ev.Settings {
		if s.System == "postman-environment" && len(s.Args) > 0 {
			vars[s.Name] = s.Args[0].Reveal()
		}
	}
	if len(vars) == 0 {
		return
	}
	open, filled := newScope(vars), false
	for _, i := range ev.Intents {
		if i.Agent.Name == postman.name && holds(i.Request, i.Login) {
			filled = true
			fill(i, newScope(vars), open)
		}
	}
	if !filled {
		return
	}
	ev.Facts = slices.DeleteFunc(ev.Facts, func(f fact.Fact) bool { return strings.HasPrefix(f.Text, unfilled) })
	if list := open.missing(); len(list) > 0 {
		ev.Facts = append(ev.Facts, fact.Fact{Text: fmt.Sprintf(unfilled+" %s: sent like this the braces go out as they stand", strings.Join(list, ", "))})
	}
}

// unfilled begins the notes about variables without a value.
const unfilled = "no value is given for"

func holds(r exchange.Request, l exchange.Login) bool {
	in := func(t secret.Text) bool { return t.Contains("{{") }
	return strings.Contains(r.URL.Host+r.URL.Path, "{{") || in(r.URL.RawQuery()) || in(r.Body) || in(l.User) || in(l.Password) ||
		slices.ContainsFunc(r.Header, func(f exchange.Field) bool { return in(f.Value) })
}

// fill resolves i; names without a value are noted in its own notes and in all.
func fill(i *exchange.Intent, vars, all scope) {
	r := i.Request.Clone()
	old := r.URL
	raw := old.Path
	if old.HasQuery {
		raw += "?" + old.RawQuery().Reveal()
	}
	d := draft{url: old.Scheme + "://" + old.Authority() + raw, vars: vars}
	if strings.HasPrefix(old.Host, "{{") {
		d.url = old.Host + raw
	}
	u, err := d.address(func(string, ...any) {})
	if err != nil {
		return
	}
	u.User = secret.Text{}
	r.URL = u
	for n, f := range r.Header {
		switch {
		case strings.EqualFold(f.Name, "Host") && f.Value.Is(old.Authority()):
			r.Header[n] = exchange.RequestField("Host", u.Authority())
		case f.Value.Contains("{{"):
			r.Header[n] = exchange.RequestField(f.Name, vars.expand(f.Value.Reveal()))
		}
	}
	if r.Body.Contains("{{") {
		r.Body = secret.New(vars.expand(r.Body.Reveal()))
		if r.Header.Has("Content-Length") {
			r.Header = r.Header.With(exchange.RequestField("Content-Length", fmt.Sprint(r.Body.Len())))
		}
	}
	if before := i.Login; !before.Empty() {
		d.auth.from = before.From
		after := d.login(before.User.Reveal(), before.Password.Reveal())
		after.Sigv4, after.NeedPassword = before.Sigv4, before.NeedPassword
		if before.User.Closed() {
			after.User = secret.New(after.User.Reveal())
		}
		if i.Auth == exchange.AuthBasic {
			r.Header = r.Header.With(after.BasicField())
		}
		i.Login = after
	}
	i.Request = r
	i.Notes = slices.DeleteFunc(i.Notes, func(f fact.Fact) bool {
		return strings.HasPrefix(f.Text, unfilled) || strings.HasPrefix(f.Text, "the address begins with a variable") && !strings.HasPrefix(u.Host, "{{")
	})
	if list := vars.missing(); len(list) > 0 {
		i.Notes = append(i.Notes, fact.Fact{Text: unfilled + " " + strings.Join(list, ", ") + "; it stands in the request as written", From: i.Source})
	}
	for _, name := range vars.missing() {
		all.miss(name)
	}
}
