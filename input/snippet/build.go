package snippet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

// builder makes an intent of a draft.
type builder struct {
	in   *interp
	d    *draft
	i    *exchange.Intent
	src  fact.Source
	rest []string // names of variables, in order

	filled []exchange.Setting // fields of the header by what they are filled with
}

// mark stands for a variable while an address is taken apart.
const mark = "zqx0variable0zqx"

// build gives the intent, and what the code says beside the request as settings.
func (in *interp) build(d *draft, src fact.Source, o form.Options) (*exchange.Intent, []exchange.Setting) {
	b := &builder{in: in, d: d, src: src}
	b.i = &exchange.Intent{Agent: exchange.Agent{Name: d.agent}, Source: src}
	b.inherit(d.session, 0)
	if !b.address() {
		return nil, nil
	}
	b.i.Request.Method = strings.ToUpper(d.method)
	if d.method == "" {
		b.i.Request.Method = "GET"
		if known(d.body) && d.body.kind != vOther {
			b.i.Request.Method = "POST"
		}
	}
	b.i.Request.Proto = "HTTP/1.1"
	b.header()
	b.credentials()
	b.body()
	b.i.Follow = followsByDefault(d.agent)
	if d.follow != nil {
		b.i.Follow = *d.follow
	}
	b.i.Jar = d.jar
	b.i.TLS.Insecure = d.insecure
	for _, n := range d.notes {
		b.note(n)
	}
	for _, n := range b.rest {
		b.note(n + ": a variable, its value is not in the text")
	}
	return b.i, b.settings(o)
}

func followsByDefault(agent string) bool {
	switch agent {
	case "php-curl", "httpie", "ruby", "urllib3":
		return false
	}
	return true
}

func (b *builder) note(s string) {
	f := fact.Fact{Text: s, From: b.src}
	if !slices.Contains(b.i.Notes, f) && len(b.i.Notes) < 100 {
		b.i.Notes = append(b.i.Notes, f)
	}
}

// unknown says that part is filled by variables.
func (b *builder) unknown(part string, names ...string) {
	if !slices.Contains(b.i.Variables, part) {
		b.i.Variables = append(b.i.Variables, part)
	}
	for _, n := range names {
		if n != "" && n != "an expression" && !slices.Contains(b.rest, n) && len(b.rest) < 50 {
			b.rest = append(b.rest, n)
		}
	}
}

// inherit fills in what a session or client gives to its requests.
func (b *builder) inherit(s *draft, depth int) {
	if s == nil || depth > 5 {
		return
	}
	d := b.d
	for _, h := range s.header {
		if !slices.ContainsFunc(d.header, func(x item) bool { return strings.EqualFold(x.name, h.name) }) {
			d.header = append(d.header, h)
		}
	}
	d.query = append(slices.Clone(s.query), d.query...)
	d.cookies = append(slices.Clone(s.cookies), d.cookies...)
	if d.from == "" && s.from != "" {
		d.login(s.user, s.password, s.auth, s.from)
	}
	if !known(d.base) {
		d.base = s.base
	}
	if !known(d.proxy) {
		d.proxy = s.proxy
	}
	if d.follow == nil {
		d.follow = s.follow
	}
	d.insecure = d.insecure || s.insecure
	d.jar = d.jar || s.jar
	d.settings = append(slices.Clone(s.settings), d.settings...)
	d.notes = append(slices.Clone(s.notes), d.notes...)
	b.inherit(s.session, depth+1)
}

// written is a value as text, mark in place of what is not known.
func written(v value) string {
	switch v.kind {
	case vString:
		var sb strings.Builder
		for _, it := range v.items {
			if it.kind == vString {
				sb.WriteString(it.text)
			} else {
				sb.WriteString(mark)
			}
		}
		return sb.String()
	case vNumber:
		return v.text
	case vNone:
		return ""
	case vObject:
		if v.obj.class == "url" {
			return written(v.obj.url)
		}
	case vOther:
		for _, it := range v.items[min(len(v.items), 1):] { // process.env.URL || "https://..."
			if it.kind == vString {
				return written(it)
			}
		}
	}
	return mark
}

// address reads the URL; false when there is none at all.
func (b *builder) address() bool {
	d := b.d
	raw := strings.TrimSpace(written(d.url))
	names := holes(d.url)
	if !absolute(raw) && known(d.base) {
		base := strings.TrimSpace(written(d.base))
		names = append(names, holes(d.base)...)
		switch {
		case raw == "":
			raw = base
		case d.agent == "dotnet" || d.agent == "ruby":
			if strings.HasPrefix(raw, "/") && absolute(base) {
				raw = origin(base) + raw
			} else {
				raw = base[:strings.LastIndexByte(base, '/')+1] + raw
			}
		default:
			raw = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(raw, "/")
		}
	}
	if raw == "" {
		return false
	}
	relative := false
	switch {
	case absolute(raw):
	case strings.HasPrefix(raw, mark):
		raw = "http://" + mark + "/" + strings.TrimLeft(raw[len(mark):], "/:")
	case d.agent == "httpie" || d.agent == "wget" || d.agent == "php-curl":
		raw = "http://" + raw
	case strings.HasPrefix(raw, "//"):
		raw = "https:" + raw
		b.note("the address takes the scheme of the page; https is supposed")
	default:
		relative = true
		raw = "http://" + mark + "/" + strings.TrimLeft(raw, "/")
	}
	u, err := exchange.ParseURL(encode(raw))
	if err != nil {
		host := authority(raw)
		if !strings.Contains(host, mark) {
			b.note("the address cannot be read: " + err.Error())
			return false
		}
		raw = strings.Replace(raw, host, mark, 1)
		if u, err = exchange.ParseURL(encode(raw)); err != nil {
			return false
		}
	}
	if !u.User.Empty() {
		if u.User.Contains(mark) {
			b.unknown("login", names...)
		} else if d.from == "" {
			user, password, _ := u.User.Cut(":")
			b.userinfo(user.Reveal(), password.Reveal())
		}
		u.User = secret.Text{}
	}
	if strings.Contains(u.Host, mark) || strings.Contains(authority(raw), mark) {
		b.unknown("URL", names...)
		u.Scheme, u.Host, u.Port, u.Explicit = "", "", "", false
		if relative && d.page {
			b.note("the address is relative: the page that the script runs in says the host")
		} else if relative {
			b.note("the address is relative: the text does not say the host")
		}
	}
	if strings.Contains(u.Path, mark) {
		b.unknown("URL", names...)
		u.Path = strings.ReplaceAll(u.Path, mark, "%7Bvariable%7D")
	}
	b.query(&u, names)
	b.i.Request.URL = u
	return true
}

// query drops parameters that are variables and adds those that the code gives apart from the address.
func (b *builder) query(u *exchange.URL, names []string) {
	var kept []exchange.Param
	for _, p := range u.Query {
		if p.Value.Contains(mark) || strings.Contains(p.Name, mark) {
			b.unknown(strings.ReplaceAll(p.Name, mark, "?"), names...)
			continue
		}
		kept = append(kept, p)
	}
	for _, q := range b.d.query {
		if h := holes(q.val); len(h) > 0 && !isTrue(q.val) && !isFalse(q.val) {
			if !isNull(q.val) {
				b.unknown(q.name, h...)
			}
			continue
		}
		s := written(q.val)
		if q.val.kind == vOther {
			s = q.val.text
		}
		kept = append(kept, exchange.ParseQuery(queryEscape(q.name)+"="+queryEscape(s))...)
		u.HasQuery = true
	}
	u.Query = kept
	if len(kept) == 0 {
		u.HasQuery = false
	}
}

func (b *builder) userinfo(user, password string) {
	switch b.d.agent {
	case "browser":
		b.note("fetch and XMLHttpRequest refuse an address that holds a user name")
		return
	case "go", "requests", "httpie", "wget", "php-curl", "axios":
	default:
		b.note("the address holds a user name; not every library sends it")
	}
	b.d.login(str(unescape(user)), str(unescape(password)), exchange.AuthBasic, "URL userinfo")
}

// header writes Host, the library's own fields and those of the code.
func (b *builder) header() {
	r := &b.i.Request
	add := func(name, val string) { r.Header = append(r.Header, exchange.RequestField(name, val)) }
	has := func(name string) bool {
		return slices.ContainsFunc(b.d.header, func(x item) bool { return strings.EqualFold(x.name, name) })
	}
	if r.URL.Host != "" && !has("Host") {
		add("Host", r.URL.Authority())
	}
	for _, f := range defaults[b.d.agent] {
		if !has(f[0]) {
			add(f[0], f[1])
		}
	}
	for _, h := range b.d.header {
		if n := holes(h.val); len(n) > 0 {
			if isNull(h.val) {
				continue
			}
			b.unknown(h.name, n...)
			b.prefix(h)
			b.fill(h.name, n)
			continue
		}
		add(h.name, strings.TrimSpace(written(h.val)))
	}
	var jar []string
	for _, c := range b.d.cookies {
		if n := holes(c.val); len(n) > 0 {
			b.unknown("Cookie", n...)
			continue
		}
		jar = append(jar, c.name+"="+written(c.val))
	}
	if len(jar) > 0 && !has("Cookie") {
		add("Cookie", strings.Join(jar, "; "))
	}
}

// fill keeps the names of the variables that a field is filled with: session.idToken tells what kind of token is sent.
func (b *builder) fill(field string, names []string) {
	s := exchange.Setting{System: "code", Context: []string{b.in.kind}, Name: field, From: b.src}
	for _, n := range names {
		if n != "" && n != "an expression" && n != "an object" {
			s.Args = append(s.Args, secret.Public(n))
		}
	}
	if len(s.Args) > 0 && len(b.filled) < 20 {
		b.filled = append(b.filled, s)
	}
}

// prefix tells which scheme word stands in front of a variable in Authorization.
func (b *builder) prefix(h item) {
	if !strings.EqualFold(h.name, "Authorization") || h.val.kind != vString || len(h.val.items) == 0 {
		return
	}
	first := h.val.items[0]
	if first.kind != vString {
		return
	}
	if w := strings.TrimSpace(first.text); w != "" && isName(w) && len(w) < 20 {
		b.note(fmt.Sprintf("Authorization: the scheme word %q stands in front of a variable", w))
		if !strings.HasSuffix(first.text, " ") {
			b.note(fmt.Sprintf("Authorization: no blank stands between %q and the variable", w))
		}
	}
}

// credentials settles user and password.
func (b *builder) credentials() {
	d := b.d
	if d.from == "" {
		return
	}
	names := append(holes(d.user), holes(d.password)...)
	if len(names) > 0 {
		b.unknown("login", names...)
		if d.auth == exchange.AuthBasic {
			b.unknown("Authorization")
			b.note(d.from + ": user and password are sent at once as Basic")
		}
		return
	}
	user := written(d.user)
	l := exchange.Login{User: secret.Public(user), Password: secret.New(written(d.password)), From: d.from}
	if secret.Looks(user) {
		l.User = secret.New(user)
	}
	b.i.Login, b.i.Auth = l, d.auth
	if d.auth != exchange.AuthBasic {
		return
	}
	if b.i.Request.Header.Has("Authorization") {
		switch d.agent {
		case "requests", "httpie", "axios":
			b.note("both a login and an Authorization field are given; " + d.agent + " sends the login")
			b.i.Request.Header = b.i.Request.Header.With(l.BasicField())
		default:
			b.i.Auth = exchange.AuthHeader
			b.note("both a login and an Authorization field are given; the field is sent")
		}
		return
	}
	b.i.Request.Header = append(b.i.Request.Header, l.BasicField())
	b.i.Variables = slices.DeleteFunc(b.i.Variables, func(n string) bool { return strings.EqualFold(n, "Authorization") })
}

// body writes the body and the fields that describe it.
func (b *builder) body() {
	d, r := b.d, &b.i.Request
	typ := map[string]string{"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain;charset=UTF-8"}[d.bodyForm]
	text, ok := "", false
	switch {
	case !known(d.body):
		return
	case d.bodyForm == "multipart":
		b.note("the body is a multipart form, which is left out here")
		b.unknown("body")
		return
	case d.bodyForm == "json":
		text, ok = toJSON(d.body, 0)
	case d.body.kind == vDict:
		text, ok = formEncode(d.body)
		if typ == "" {
			typ = "application/x-www-form-urlencoded"
		}
	case len(holes(d.body)) == 0:
		text, ok = written(d.body), true
	}
	if typ != "" && !r.Header.Has("Content-Type") && !slices.Contains(b.i.Variables, "Content-Type") {
		r.Header = append(r.Header, exchange.RequestField("Content-Type", typ))
	}
	if !ok {
		if !isNull(d.body) {
			b.unknown("body", holes(d.body)...)
		}
		return
	}
	r.Body = secret.New(text)
	if !r.Header.Has("Content-Length") {
		r.Header = append(r.Header, exchange.RequestField("Content-Length", strconv.Itoa(len(text))))
	}
}

// settings are what the code says beside the request.
func (b *builder) settings(o form.Options) []exchange.Setting {
	out := b.filled
	for _, s := range b.d.settings {
		x := exchange.Setting{System: "code", Context: []string{b.in.kind}, Name: s.name, From: at(o.Source, b.in.src, s.pos)}
		for _, a := range s.args {
			x.Args = append(x.Args, open(word(a)))
		}
		out = append(out, x)
	}
	return out
}
