package snippet

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// draft is a request, session or client under construction, and any other object that a call makes (class).
type draft struct {
	class    string // "request", "session", "url", "headers", ...: what the language's rules call it
	agent    string
	method   string
	url      value
	base     value
	header   []item
	query    []item
	cookies  []item
	body     value
	bodyForm string // "json", "form", "raw", "multipart"
	user     value
	password value
	auth     exchange.Auth
	from     string // where the login stands: "auth=", "SetBasicAuth"
	follow   *bool
	insecure bool
	jar      bool
	proxy    value
	settings []setting
	notes    []string
	session  *draft // what it inherits from
	pos, end int
	page     bool     // relative addresses start at the page that the script runs in
	argv     []string // of a curl call: the other fields are not used then
	lost     []exchange.ShellLoss
}

type item struct {
	name string
	val  value
}

type setting struct {
	name string
	args []value
	pos  int
}

func object(d *draft) value { return value{kind: vObject, obj: d} }

// known reports a value that the text says something about.
func known(v value) bool { return v.kind != vNone }

// holes are the names of what is not known in a value.
func holes(v value) []string {
	var out []string
	switch v.kind {
	case vString:
		for _, it := range v.items {
			if it.kind != vString {
				out = append(out, label(it))
			}
		}
	case vNumber, vNone:
	case vDict:
		for _, q := range *v.pairs {
			out = append(out, holes(q.val)...)
		}
	case vObject:
		if v.obj.class == "url" {
			return holes(v.obj.url)
		}
		out = append(out, "an object")
	default:
		out = append(out, label(v))
	}
	return out
}

// setHeader replaces a field.
func (d *draft) setHeader(name string, v value) {
	for i, h := range d.header {
		if strings.EqualFold(h.name, name) {
			d.header[i] = item{name, v}
			return
		}
	}
	d.header = append(d.header, item{name, v})
}

// addHeaders takes a dict, a list of pairs, or a list of "Name: value" lines.
func (d *draft) addHeaders(v value) {
	switch v.kind {
	case vObject:
		for _, h := range v.obj.header {
			d.setHeader(h.name, h.val)
		}
	case vDict:
		for _, q := range *v.pairs {
			switch {
			case q.key.kind != vNone && q.name != "":
				val := q.val
				if val.kind == vDict && len(*val.pairs) > 0 { // http.Header{"A": {"b"}}
					val = (*val.pairs)[0].val
				}
				d.setHeader(q.name, val)
			case q.val.kind == vDict && len(*q.val.pairs) == 2:
				if n, ok := plain((*q.val.pairs)[0].val); ok {
					d.setHeader(n, (*q.val.pairs)[1].val)
				}
			case q.val.kind == vString:
				d.headerLine(q.val)
			}
		}
	case vOther:
		d.notes = append(d.notes, "the header fields are in "+label(v)+": a variable, its value is not in the text")
	}
}

// headerLine takes "Name: value".
func (d *draft) headerLine(v value) {
	if len(v.items) == 0 {
		return
	}
	first := v.items[0]
	name, rest, ok := strings.Cut(first.text, ":")
	if first.kind != vString || !ok || strings.TrimSpace(name) == "" {
		d.notes = append(d.notes, "a header line without a colon is not sent as a field")
		return
	}
	val := value{kind: vString, items: append([]value{{kind: vString, text: strings.TrimLeft(rest, " \t")}}, v.items[1:]...)}
	d.setHeader(strings.TrimSpace(name), val)
}

// addQuery takes a dict, a list of pairs, or a string.
func (d *draft) addQuery(v value) {
	switch v.kind {
	case vDict:
		for _, q := range *v.pairs {
			switch {
			case q.key.kind != vNone:
				d.query = append(d.query, item{q.name, q.val})
			case q.val.kind == vDict && len(*q.val.pairs) == 2:
				if n, ok := plain((*q.val.pairs)[0].val); ok {
					d.query = append(d.query, item{n, (*q.val.pairs)[1].val})
				}
			}
		}
	case vString:
		if s, ok := plain(v); ok {
			for _, p := range exchange.ParseQuery(strings.TrimPrefix(s, "?")) {
				d.query = append(d.query, item{p.Name, value{kind: vString, items: []value{{kind: vString, text: p.Value.Reveal()}}}})
			}
		}
	case vOther:
		d.query = append(d.query, item{"?", v})
	}
}

// login takes a user and a password.
func (d *draft) login(user, password value, way exchange.Auth, from string) {
	d.user, d.password, d.auth, d.from = user, password, way, from
}

func (d *draft) set(name string, pos int, args ...value) {
	d.settings = append(d.settings, setting{name, args, pos})
}

// isFalse and isTrue know the words of all languages.
func isFalse(v value) bool { return isWordOf(v, "false", "False", "0", "$false") }
func isTrue(v value) bool  { return isWordOf(v, "true", "True", "1", "$true") }
func isNull(v value) bool  { return isWordOf(v, "null", "None", "nil", "undefined", "$null") }

func isWordOf(v value, words ...string) bool {
	return (v.kind == vOther || v.kind == vNumber) && slices.Contains(words, v.text)
}

// word is a value as a setting's argument: a literal, or the name that stands there.
func word(v value) string {
	if s, ok := plain(v); ok {
		return s
	}
	if v.kind == vDict {
		var out []string
		for _, q := range *v.pairs {
			s := word(q.val)
			if q.key.kind != vNone {
				s = q.name + "=" + s
			}
			out = append(out, s)
		}
		return strings.Join(out, ", ")
	}
	return label(v)
}

// toJSON writes a value as JSON; ok is false when a part of it is not known.
func toJSON(v value, depth int) (string, bool) {
	if depth > 40 {
		return "", false
	}
	quote := func(s string) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(s)
		return strings.TrimSuffix(b.String(), "\n")
	}
	switch v.kind {
	case vString:
		s, ok := plain(v)
		return quote(s), ok
	case vNumber:
		return v.text, true
	case vOther:
		switch {
		case isTrue(v):
			return "true", true
		case isFalse(v):
			return "false", true
		case isNull(v):
			return "null", true
		}
	case vDict:
		var b strings.Builder
		list := len(*v.pairs) > 0 && (*v.pairs)[0].key.kind == vNone
		for i, q := range *v.pairs {
			s, ok := toJSON(q.val, depth+1)
			if !ok || b.Len() > maxString {
				return "", false
			}
			if i > 0 {
				b.WriteByte(',')
			}
			if !list {
				b.WriteString(quote(q.name) + ":")
			}
			b.WriteString(s)
		}
		if list {
			return "[" + b.String() + "]", true
		}
		return "{" + b.String() + "}", true
	}
	return "", false
}

// base64 encodes what a call is given; what is not known in it stays a variable.
func (in *interp) base64(c *call) value {
	if c.path == "Credentials.basic" {
		c = &call{path: c.path, args: []pair{{val: in.eval(join(join(c.arg(0), str(":")), c.arg(1)))}}}
	}
	v := c.arg(0)
	if c.recv != nil && !known(v) {
		return value{}
	}
	s, ok := plain(v)
	if !ok {
		return value{kind: vOther, text: label(v)}
	}
	out := base64.StdEncoding.EncodeToString([]byte(s))
	switch c.path {
	case "Base64.encode64": // Ruby's breaks its lines
		var b strings.Builder
		for len(out) > 60 {
			b.WriteString(out[:60] + "\n")
			out = out[60:]
		}
		out = b.String() + out + "\n"
	case "Credentials.basic":
		out = "Basic " + out
	}
	return value{kind: vString, items: []value{{kind: vString, text: out}}}
}
