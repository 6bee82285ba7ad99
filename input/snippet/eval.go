package snippet

import (
	"slices"
	"strings"

	"github.com/why401/why401/input/form"
)

// call is a call of a function as a language's rules see it.
type call struct {
	path string // names from the known object, or from the first name: "requests.get", "headers.update"
	recv *draft // the object in front; nil when there is none
	self value  // the value in front when it is a string or a dict
	args []pair
	pos  int
	end  int
	init bool // not a call but initial values: T{...}
}

// arg is the n-th argument without a name, vNone when there is none.
func (c *call) arg(n int) value {
	for _, a := range c.args {
		if a.name != "" {
			continue
		}
		if n == 0 {
			return a.val
		}
		n--
	}
	return value{}
}

// named is the argument called name.
func (c *call) named(names ...string) value {
	for _, a := range c.args {
		if slices.Contains(names, a.name) {
			return a.val
		}
	}
	return value{}
}

// either is the argument called name, or the n-th.
func (c *call) either(n int, names ...string) value {
	if v := c.named(names...); v.kind != vNone {
		return v
	}
	return c.arg(n)
}

// rules are what a language's libraries mean.
type rules struct {
	kind string
	lang *lang
	call func(in *interp, c *call) value                  // a call; the zero value when it means nothing here
	put  func(in *interp, d *draft, path string, v value) // an assignment to a member of an object
	set  func(in *interp, path string, v value) bool      // an assignment to a path of unknown names
}

// interp goes through the statements in order of appearance and keeps what names hold.
type interp struct {
	rules
	env   map[string]value
	made  []*draft
	facts []string
	left  int // values that may still be looked at
	depth int
	pos   int // of the statement at work
	end   int
	src   string
	o     form.Options
}

func newInterp(r rules, src string) *interp {
	return &interp{rules: r, env: map[string]value{}, left: 2000 + 2*len(src), src: src}
}

func (in *interp) run(body []statement) {
	for _, s := range body {
		if in.left <= 0 {
			return
		}
		if in.depth == 0 {
			in.pos, in.end = s.pos, s.end
		}
		v := in.eval(s.val)
		if s.target.kind == vChain {
			in.assign(s.target, s.op, v)
		}
		if v.kind == vFunc {
			in.runFunc(v, nil)
		}
	}
}

// runFunc reads the body of a function whose parameters are bound to args; others are unknown.
func (in *interp) runFunc(f value, args []value) {
	if in.depth >= 20 || len(f.body) == 0 {
		if len(f.body) == 0 && len(f.params) > 0 && len(args) > 0 {
			in.env[f.params[0]] = args[0]
		}
		return
	}
	in.depth++
	kept := map[string]value{}
	for i, name := range f.params {
		if v, ok := in.env[name]; ok {
			kept[name] = v
		}
		delete(in.env, name)
		if i < len(args) {
			in.env[name] = args[i]
		}
	}
	in.run(f.body)
	for _, name := range f.params {
		delete(in.env, name)
	}
	for name, v := range kept {
		in.env[name] = v
	}
	in.depth--
}

const maxString = 64 << 10

func (in *interp) eval(v value) value {
	in.left--
	if in.left <= 0 || in.depth > 60 {
		return value{}
	}
	in.depth++
	defer func() { in.depth-- }()
	switch v.kind {
	case vString:
		out := value{kind: vString, pos: v.pos}
		size := 0
		for _, it := range v.items {
			e := it
			if it.kind != vString {
				e = in.eval(it)
			} else if it.items != nil {
				e = in.eval(it)
			}
			switch {
			case e.kind == vString && e.items != nil:
				out.items = append(out.items, e.items...)
			case e.kind == vString:
				out.items = append(out.items, e)
			case e.kind == vNumber:
				out.items = append(out.items, value{kind: vString, text: e.text})
			case e.kind == vObject && e.obj.class == "url":
				out.items = append(out.items, e.obj.url.items...)
			default:
				out.items = append(out.items, value{kind: vOther, text: label(it)})
			}
		}
		for _, it := range out.items {
			size += len(it.text)
		}
		if size > maxString || len(out.items) > 1000 {
			return value{kind: vOther, text: "a long text"}
		}
		return out
	case vDict:
		out := make([]pair, 0, len(*v.pairs))
		for _, q := range *v.pairs {
			e := pair{name: q.name, key: in.eval(q.key), val: in.eval(q.val)}
			if e.val.kind == vNone {
				e.val = value{kind: vOther, text: label(q.val)}
			}
			if n, ok := plain(e.key); ok && q.key.kind != vNone {
				e.name = n
			}
			if q.name == "..." {
				if e.val.kind == vDict {
					out = append(out, *e.val.pairs...)
				}
				continue
			}
			out = append(out, e)
		}
		return value{kind: vDict, pairs: &out, pos: v.pos}
	case vOther:
		out := value{kind: vOther, text: v.text, pos: v.pos}
		for _, it := range v.items {
			out.items = append(out.items, in.eval(it))
		}
		return out
	case vChain:
		cur, recv, path := in.walk(v, v.steps)
		switch {
		case cur.kind != vNone:
			return cur
		case recv != nil && strings.TrimSuffix(path, "()") == "":
			return value{kind: vObject, obj: recv}
		}
		return value{kind: vOther, text: label(v), pos: v.pos}
	}
	return v
}

// walk follows a chain. It gives what the chain is worth when that is known; else the last known object and the names
// behind it.
func (in *interp) walk(v value, steps []step) (cur value, recv *draft, path string) {
	settle := func(r value) {
		cur, recv = r, nil
		if r.kind == vObject {
			cur, recv, path = value{}, r.obj, ""
		}
	}
	for i, s := range steps {
		switch s.op {
		case 'v':
			settle(in.eval(s.args[0].val))
		case '.':
			if cur.kind == vDict {
				if w, ok := get(cur, s.name); ok {
					settle(w)
					continue
				}
			}
			if in.lang == ruby && (cur.kind == vDict || cur.kind == vString) && (i+1 == len(steps) || steps[i+1].op != '(') {
				if r := in.builtin(&call{path: s.name, self: cur}); r.kind != vNone { // a call without brackets
					settle(r)
					continue
				}
			}
			if path != "" {
				path += "."
			}
			path += s.name
			if recv == nil && cur.kind == vNone {
				if w, ok := in.env[path]; ok && (w.kind != vOther || i == len(steps)-1) {
					path = ""
					settle(w)
				}
			}
		case '[':
			key := value{}
			if len(s.args) == 1 {
				key = in.eval(s.args[0].val)
			}
			name, ok := plain(key)
			if cur.kind == vDict && ok {
				if w, found := get(cur, name); found {
					settle(w)
					continue
				}
				cur = value{}
			}
			if !ok {
				name = "?"
			}
			if path != "" {
				path += "."
			}
			path += name
		case '(', '{':
			c := &call{path: path, recv: recv, self: cur, pos: v.pos, end: in.end, init: s.op == '{'}
			for _, a := range s.args {
				e := pair{name: a.name, key: in.eval(a.key), val: a.val}
				if a.val.kind != vFunc {
					if e.val = in.eval(a.val); e.val.kind == vNone {
						e.val = value{kind: vOther, text: label(a.val)}
					}
				}
				if a.name == "..." && e.val.kind == vDict {
					c.args = append(c.args, *e.val.pairs...)
					continue
				}
				c.args = append(c.args, e)
			}
			r := in.builtin(c)
			if r.kind == vNone {
				r = in.rules.call(in, c)
			}
			for _, a := range c.args {
				if a.val.kind == vFunc {
					bound := []value(nil)
					if recv != nil {
						bound = []value{{kind: vObject, obj: recv}}
					}
					in.runFunc(a.val, bound)
				}
			}
			if r.kind == vNone {
				cur, recv = value{}, nil
				path = strings.TrimSuffix(path, "()") + "()"
				continue
			}
			path = ""
			settle(r)
		case 'b':
			var bound []value
			if recv != nil {
				bound = []value{{kind: vObject, obj: recv}}
			}
			in.runFunc(s.args[0].val, bound)
		}
		if cur.kind != vNone && i == len(steps)-1 && path != "" && s.op == '.' {
			cur = value{} // a member of a string or dict that is not known
		}
	}
	return cur, recv, path
}

// get looks name up in a dict.
func get(d value, name string) (value, bool) {
	for i := len(*d.pairs) - 1; i >= 0; i-- {
		if q := (*d.pairs)[i]; q.name == name && q.key.kind != vNone {
			return q.val, true
		}
	}
	return value{}, false
}

// putPair sets name in a dict.
func putPair(d value, name string, v value) {
	for i, q := range *d.pairs {
		if q.name == name && q.key.kind != vNone {
			(*d.pairs)[i].val = v
			return
		}
	}
	*d.pairs = append(*d.pairs, pair{name: name, key: str(name), val: v})
}

func (in *interp) assign(target value, op string, v value) {
	last := target.steps[len(target.steps)-1]
	if len(target.steps) == 1 && last.op == '.' {
		if old, ok := in.env[last.name]; ok && op != "=" {
			if old.kind == vString || old.kind == vNumber {
				v = in.eval(join(old, v))
			}
		}
		if v.kind == vOther || v.kind == vNone {
			if v.kind == vOther && v.text != "" && len(v.items) == 0 {
				in.env[last.name] = v
			} else {
				delete(in.env, last.name)
			}
			return
		}
		in.env[last.name] = v
		if in.rules.set != nil {
			in.rules.set(in, last.name, v)
		}
		return
	}
	cur, recv, path := in.walk(target, target.steps[:len(target.steps)-1])
	name := last.name
	if last.op == '[' {
		name = "?"
		if len(last.args) == 1 {
			if n, ok := plain(in.eval(last.args[0].val)); ok {
				name = n
			}
		}
	} else if last.op != '.' {
		return
	}
	if path != "" {
		path += "."
	}
	switch {
	case cur.kind == vDict:
		putPair(cur, name, v)
	case recv != nil:
		if in.rules.put != nil {
			in.rules.put(in, recv, path+name, v)
		}
	case in.rules.set != nil && in.rules.set(in, path+name, v):
	case cur.kind == vNone:
		in.env[path+name] = v
	}
}

// builtin knows what is alike in most languages: formatting, joining, encoding, changing dicts.
func (in *interp) builtin(c *call) value {
	name := c.path
	if i := strings.LastIndexAny(name, "."); i >= 0 {
		name = name[i+1:]
	}
	if c.self.kind == vDict && c.recv == nil {
		switch name {
		case "update", "putAll", "merge", "merge!":
			for _, a := range c.args {
				if a.val.kind == vDict && a.name == "" {
					for _, q := range *a.val.pairs {
						putPair(c.self, q.name, q.val)
					}
				} else if a.name != "" {
					putPair(c.self, a.name, a.val)
				}
			}
			return c.self
		case "put", "Add", "set", "Set", "append", "add", "setdefault", "TryAdd":
			if n, ok := plain(c.arg(0)); ok && len(c.args) == 2 {
				putPair(c.self, n, c.arg(1))
			} else if len(c.args) == 1 {
				*c.self.pairs = append(*c.self.pairs, pair{val: c.arg(0)})
			}
			return c.self
		case "join":
			return in.joined(c.self, c.arg(0))
		case "copy", "toString", "build", "to_h":
			return c.self
		case "to_json":
			if s, ok := toJSON(c.self, 0); ok {
				return str(s)
			}
		}
		return value{}
	}
	if c.self.kind == vString {
		if how, _ := plain(c.arg(0)); how == "base64" { // Buffer.from(s).toString("base64")
			return in.base64(&call{args: []pair{{val: c.self}}})
		}
		switch name {
		case "format":
			return in.eval(fill(c.self, c.args0(), "{}", "{0}", "{1}", "{2}"))
		case "join":
			return in.joined(c.arg(0), c.self)
		case "trim", "strip", "decode", "toString", "String", "encode", "getBytes", "to_s", "valueOf", "freeze", "trimIndent":
			return c.self
		case "concat":
			return in.eval(join(c.self, c.arg(0)))
		}
	}
	switch c.path {
	case "String.format", "fmt.Sprintf", "sprintf", "string.Format", "String.Format":
		if f := c.arg(0); f.kind == vString && len(c.args) > 0 {
			return in.eval(fill(f, c.args0()[1:], "%s", "%v", "%d", "{0}", "{1}", "{2}"))
		}
	case "str", "String", "string", "bytes.NewBufferString", "strings.NewReader", "bytes.NewBuffer", "bytes.NewReader", "URI.create", "URI",
		"url.parse", "encodeURI", "Uri", "URI.parse", "json.RawMessage", "http_build_query", "to_json", "Buffer.from", "bytes", "JSON.parse":
		if a := c.arg(0); a.kind == vString || a.kind == vDict && c.path == "http_build_query" {
			return a
		}
	case "json.dumps", "JSON.stringify", "json_encode", "JsonConvert.SerializeObject", "JsonSerializer.Serialize", "ConvertTo-Json", "JSON.generate":
		if s, ok := toJSON(c.arg(0), 0); ok {
			return str(s)
		}
	case "btoa", "base64_encode", "Convert.ToBase64String", "Base64.strict_encode64", "base64.b64encode", "base64.StdEncoding.EncodeToString",
		"Base64.getEncoder().encodeToString", "Base64.encode64", "Base64.encodeBase64String", "Credentials.basic":
		return in.base64(c)
	case "Encoding.ASCII.GetBytes", "Encoding.UTF8.GetBytes", "Encoding.GetEncoding().GetBytes", "Encoding.Default.GetBytes":
		return c.arg(0)
	}
	return value{}
}

func (c *call) args0() []value {
	var out []value
	for _, a := range c.args {
		out = append(out, a.val)
	}
	return out
}

// joined is a list with sep between its items.
func (in *interp) joined(list, sep value) value {
	if list.kind != vDict {
		return value{}
	}
	out := str("")
	for i, q := range *list.pairs {
		if i > 0 && sep.kind == vString {
			out = join(out, sep)
		}
		out = join(out, q.val)
	}
	return in.eval(out)
}
