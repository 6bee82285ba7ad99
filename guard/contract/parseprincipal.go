package contract

import (
	"slices"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// secretSources is what is expected where a secret is named.
const secretSources = "{env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"

var fieldName = lazyregexp.New("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
var envName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

var carriers = []string{string(Basic), string(Bearer), string(Header), string(InCookie), string(Form)}

func (r *reader) principal(f field) *Principal {
	p := &Principal{At: f.at, Name: f.name}
	n := f.value
	if !r.keys(n, "principal "+shown(f.name), append(slices.Clone(carriers), "wrong")...) {
		return p
	}
	p.Wrong = r.flag(n.get("wrong"), "wrong")
	for _, c := range carriers {
		v := n.get(c)
		if v == nil {
			continue
		}
		if p.Carrier != NoCarrier {
			r.wrong(v.at, "principal %s carries two credentials; expected one of %s", shown(f.name), strings.Join(carriers, ", "))
			return p
		}
		p.Carrier = Carrier(c)
		r.credential(p, v)
	}
	if p.Carrier == NoCarrier {
		r.wrong(f.at, "principal %s carries nothing; expected one of %s", shown(f.name), strings.Join(carriers, ", "))
	}
	return p
}

// credential reads what stands below a carrier.
func (r *reader) credential(p *Principal, n *node) {
	what := string(p.Carrier)
	switch p.Carrier {
	case Basic, Form:
		if n.shape == scalar {
			r.wrong(n.at, "%s: a login as one text may hold a password; expected user: NAME and password: %s", what, secretSources)
			return
		}
		if !r.keys(n, what, "user", "password") {
			return
		}
		if p.User = r.value(n.get("user"), "user", true); p.User.Empty() {
			r.wrong(n.at, "%s without a user", what)
		}
		p.Secret = r.secret(p, n, n.get("password"), "password")
	case Bearer:
		p.Secret = r.secret(p, n, n, "the token")
	default:
		if !r.keys(n, what, "name", "value", "prefix") {
			return
		}
		p.Field = r.text(n.get("name"), "name")
		if !fieldName.MatchString(p.Field) {
			r.wrong(n.at, "%s: expected name: the name of a %s", what, map[Carrier]string{Header: "header field", InCookie: "cookie"}[p.Carrier])
		}
		p.Prefix = r.text(n.get("prefix"), "prefix")
		if len(p.Prefix) > 20 || strings.ContainsFunc(p.Prefix, func(c rune) bool { return c < ' ' || c > '~' }) {
			r.wrong(n.get("prefix").at, "prefix: expected a word such as Token, with its blank")
		}
		p.Secret = r.secret(p, n, n.get("value"), "value")
	}
}

// secret reads where a secret comes from. A wrong credential needs none: it is made up when it is sent.
func (r *reader) secret(p *Principal, parent, n *node, what string) Value {
	if n == nil || n.shape == null || n.shape == mapping && len(n.keys) == 0 {
		if !p.Wrong {
			r.wrong(parent.at, "%s is missing; expected %s", what, secretSources)
		}
		return Value{}
	}
	return r.value(n, what, false)
}

// value reads where a text comes from; one that is a secret may not stand in the file.
func (r *reader) value(n *node, what string, literal bool) Value {
	if n == nil || n.shape == null {
		return Value{}
	}
	v := Value{At: n.at}
	switch {
	case n.shape == scalar && literal:
		v.Literal = n.text
		return v
	case n.shape == scalar:
		r.wrong(n.at, "%s stands in the file itself; a secret is never written here: expected %s", what, secretSources)
		return Value{}
	case !r.keys(n, what, "env", "file", "command"):
		return Value{}
	}
	if len(n.keys) != 1 {
		r.wrong(n.at, "%s: expected one of %s", what, secretSources)
		return v
	}
	switch f := n.keys[0]; f.name {
	case "env":
		if v.Env = r.text(f.value, "env"); !envName.MatchString(v.Env) {
			// What stands there instead of a name may be the secret.
			r.wrong(f.value.at, "env: expected the name of a variable: letters, digits and _")
		}
	case "file":
		if v.File = r.text(f.value, "file"); v.File == "" {
			r.wrong(f.value.at, "file: expected a path")
		}
	case "command":
		v.Command = r.command(f.value)
	}
	return v
}

func (r *reader) command(n *node) []string {
	if n.shape != list || len(n.items) == 0 {
		r.wrong(n.at, "command: expected a list: the program and its arguments, each an item; no shell reads it")
		return nil
	}
	argv := r.texts(n, "command")
	if len(argv) > 0 && argv[0] == "" {
		r.wrong(n.at, "command: the program's name is empty")
	}
	return argv
}

func (r *reader) client(c *Contract, f field) {
	n := f.value
	if !r.keys(n, "client "+shown(f.name), "like", "user_agent", "accept", "accept_language", "origin", "fetch_site", "fetch_mode", "fetch_dest", "xhr", "preflight", "follow") {
		return
	}
	base := c.Client(f.name)
	if base == nil || n.get("like") != nil {
		like := r.text(n.get("like"), "like")
		if base = c.Client(like); base == nil {
			r.wrong(f.at, "client %s: expected like: one of %s", shown(f.name), strings.Join(names(c.Clients, func(cl *Client) string { return cl.Name }), ", "))
			return
		}
	}
	cl := *base
	cl.Name, cl.At = f.name, f.at
	for key, to := range map[string]*string{"user_agent": &cl.UserAgent, "accept": &cl.Accept, "accept_language": &cl.Language, "origin": &cl.Origin,
		"fetch_site": &cl.Fetch.Site, "fetch_mode": &cl.Fetch.Mode, "fetch_dest": &cl.Fetch.Dest} {
		if v := n.get(key); v != nil {
			*to = r.line(v, key)
		}
	}
	for key, to := range map[string]*bool{"xhr": &cl.XHR, "preflight": &cl.Preflight, "follow": &cl.Follow} {
		if v := n.get(key); v != nil {
			*to = r.flag(v, key)
		}
	}
	if old := c.Client(f.name); old != nil {
		*old = cl
		return
	}
	c.Clients = append(c.Clients, &cl)
}

// line is a text that may stand in a header field.
func (r *reader) line(n *node, what string) string {
	s := r.text(n, what)
	if len(s) > 1000 || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.wrong(n.at, "%s: expected one line of at most 1000 characters", what)
		return ""
	}
	return s
}
