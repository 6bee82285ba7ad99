package collection

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// intent is d with its variables resolved, as its program would send it.
func (d *draft) intent() (*exchange.Intent, error) {
	i := &exchange.Intent{Agent: exchange.Agent{Name: d.by.name}, Source: d.src, Follow: d.by.follow, Jar: d.by.jar}
	note := func(format string, args ...any) {
		i.Notes = append(i.Notes, fact.Fact{Text: fmt.Sprintf(format, args...), From: d.src})
	}
	if d.vars.open == nil {
		d.vars = newScope()
	}
	u, err := d.address(note)
	if err != nil {
		return nil, err
	}
	method := strings.ToUpper(strings.TrimSpace(d.vars.expand(d.method)))
	if method == "" {
		method = "GET"
	}
	if strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_0123456789") != "" || len(method) > 40 {
		return nil, errors.New("the method is no word; expected GET, POST or the like")
	}
	var user exchange.Header // what the file lists
	for _, h := range d.header {
		name := strings.TrimSpace(d.vars.expand(h.name))
		if name == "" || len(user) >= 1000 {
			continue
		}
		user = append(user, exchange.RequestField(name, strings.TrimRight(d.vars.expand(h.value), "\r\n")))
	}
	body := d.vars.expand(d.body)
	h := exchange.Header{}
	if !user.Has("Host") {
		h = append(h, exchange.RequestField("Host", u.Authority()))
	}
	if !u.User.Empty() && !user.Has("Authorization") && d.auth.none() {
		name, password, _ := strings.Cut(u.User.Reveal(), ":")
		d.auth = credentials{kind: "basic", v: map[string]string{"username": decoded(name), "password": decoded(password)}, from: "URL userinfo"}
	}
	u.User = secret.Text{}
	i.Request = exchange.Request{Method: method, URL: u, Proto: "HTTP/1.1"}
	if field, ok := d.authorise(i, user, note); ok {
		h = append(h, field)
	}
	h = append(h, user...)
	if !user.Has("User-Agent") && d.by.agent != "" {
		h = append(h, exchange.RequestField("User-Agent", d.by.agent))
	}
	if !user.Has("Accept") {
		h = append(h, exchange.RequestField("Accept", "*/*"))
	}
	if body != "" || slices.Contains([]string{"POST", "PUT", "PATCH"}, method) {
		if d.bodyType != "" && !user.Has("Content-Type") && body != "" {
			h = append(h, exchange.RequestField("Content-Type", d.bodyType))
		}
		if !user.Has("Content-Length") && !user.Has("Transfer-Encoding") {
			h = append(h, exchange.RequestField("Content-Length", strconv.Itoa(len(body))))
		}
		i.Request.Body = secret.New(body)
	}
	i.Request.Header = h
	if d.label != "" && d.shown() != "a request" {
		note("%s", d.shown())
	}
	for _, n := range d.notes {
		note("%s", n)
	}
	if open := d.vars.missing(); len(open) > 0 {
		note("no value is given for %s; it stands in the request as written", strings.Join(open, ", "))
	}
	if d.tune != nil {
		d.tune(i)
	}
	return i, nil
}

// decoded is userinfo with its percent-encoding removed, once.
func decoded(s string) string {
	if v, err := url.PathUnescape(s); err == nil {
		return v
	}
	return s
}

// address is the URL with its parameters. A host or port that is an open variable stays as it is written.
func (d *draft) address(note func(string, ...any)) (exchange.URL, error) {
	raw := strings.TrimSpace(d.vars.expand(d.url))
	if raw == "" {
		return exchange.URL{}, errors.New("no URL is given")
	}
	for _, p := range d.path {
		value := d.vars.expand(p.value)
		for _, end := range []string{"/", "?", "#"} {
			raw = strings.ReplaceAll(raw, "/:"+p.name+end, "/"+value+end)
		}
		if before, ok := strings.CutSuffix(raw, "/:"+p.name); ok {
			raw = before + "/" + value
		}
	}
	base, fragment, hasFragment := strings.Cut(raw, "#")
	for _, q := range d.query {
		sep := "&"
		switch {
		case !strings.Contains(base, "?"):
			sep = "?"
		case strings.HasSuffix(base, "?") || strings.HasSuffix(base, "&"):
			sep = ""
		}
		base += sep + queryText(d.vars.expand(q.name)) + "=" + queryText(d.vars.expand(q.value))
	}
	if raw = base; hasFragment {
		raw += "#" + fragment
	}
	raw = strings.NewReplacer(" ", "%20", "\n", "", "\r", "", "\t", "%09").Replace(raw)
	scheme, rest, ok := strings.Cut(raw, "://")
	switch {
	case !ok && strings.HasPrefix(raw, "{{"):
		scheme, rest = "https", raw
		note("the address begins with a variable that has no value; https is assumed")
	case !ok:
		scheme, rest = "http", strings.TrimPrefix(raw, "//")
		note("the URL has no scheme; http is assumed")
	case strings.Contains(scheme, "{{"):
		scheme = "https"
	case strings.EqualFold(scheme, "ws"), strings.EqualFold(scheme, "wss"):
		scheme = "http" + scheme[2:]
	}
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	if !strings.Contains(authority, "{{") {
		return exchange.ParseURL(scheme + "://" + authority + tail)
	}
	// A URL whose host is not known yet: the rest of it is read as usual, the host stays in its braces.
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = authority[at+1:]
	}
	host, port, has := strings.Cut(authority, ":")
	if strings.Contains(port, "{{") {
		has = false
	}
	known := "unresolved.invalid"
	if has {
		known += ":" + port
	}
	u, err := exchange.ParseURL(scheme + "://" + known + tail)
	u.Host = host
	return u, err
}

// queryText encodes what would end a parameter; what is encoded already stays.
func queryText(s string) string {
	return strings.NewReplacer(" ", "%20", "&", "%26", "#", "%23", "+", "%2B", "\"", "%22").Replace(s)
}

// formText encodes a form field (application/x-www-form-urlencoded), leaving open variables alone.
func formText(s string) string {
	if !strings.Contains(s, "{{") {
		return url.QueryEscape(s)
	}
	return queryText(s)
}
