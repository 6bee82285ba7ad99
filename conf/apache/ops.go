package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// headerOp is one Header or RequestHeader line.
type headerOp struct {
	place   conf.Place
	action  string // set, append, merge, add, unset, echo, edit, edit*, setifempty, note
	name    string
	value   string
	replace string // of edit
	re      *pattern
	env     string // of env=NAME, with "!" in front for env=!NAME
	cond    *expr  // of expr=
	value2  *expr  // value when it is written as expr=...
	early   bool
	bad     string
}

// readHeader reads the words behind Header or RequestHeader; always says that the second table is meant (Header always).
func readHeader(n *node, w []string) (op headerOp, always bool, bad string) {
	op.place = n.place
	if len(w) > 0 && n.name == "header" {
		switch strings.ToLower(w[0]) {
		case "always":
			always, w = true, w[1:]
		case "onsuccess":
			w = w[1:]
		}
	}
	if len(w) < 2 {
		return op, always, "expected an action and a field's name"
	}
	op.action = strings.ToLower(w[0])
	op.name = strings.TrimSuffix(w[1], ":")
	w = w[2:]
	var re string
	switch op.action {
	case "unset", "echo":
	case "edit", "edit*":
		if len(w) < 2 {
			return op, always, op.action + " takes a pattern and a replacement"
		}
		re, op.replace, w = w[0], w[1], w[2:]
	case "set", "append", "merge", "add", "setifempty", "note":
		if len(w) < 1 {
			return op, always, op.action + " takes a value"
		}
		op.value, w = w[0], w[1:]
	default:
		return op, always, "no such action: " + w0(op.action)
	}
	if len(w) > 1 {
		return op, always, "too many words"
	}
	if len(w) == 1 {
		switch cond := w[0]; {
		case strings.EqualFold(cond, "early"):
			op.early = true
		case strings.HasPrefix(cond, "env="):
			op.env = cond[4:]
		case strings.HasPrefix(cond, "expr="):
			op.cond = parseExpr(cond[5:])
		default:
			return op, always, "expected early, env= or expr= at the end"
		}
	}
	if re != "" || strings.HasPrefix(op.action, "edit") {
		p, err := compile(re, false)
		if err != nil {
			op.bad = err.Error()
		}
		op.re = p
	}
	if strings.HasPrefix(op.value, "expr=") {
		op.value2 = parseText(op.value[5:])
	}
	return op, always, ""
}

func w0(s string) string { return `"` + s + `"` }

func (op headerOp) field() conf.Field {
	f := conf.Field{Place: op.place, Name: op.name, Value: op.value}
	switch {
	case op.action == "edit" || op.action == "edit*":
		f.Value = op.action + " " + op.re.source() + " " + op.replace
	case op.action == "unset":
		f.Value = ""
	}
	switch {
	case op.env != "":
		f.When = "env=" + op.env
	case op.cond != nil:
		f.When = "expr=" + op.cond.src
	case op.early:
		f.When = "early"
	}
	return f
}

func (p *pattern) source() string {
	if p == nil {
		return ""
	}
	return p.src
}

// envConf is what mod_env keeps: SetEnv and PassEnv, and the names of UnsetEnv, which take away what an outer section sets.
type envConf struct {
	sets  []varOp
	unset []string
}

// varOp is SetEnv or PassEnv.
type varOp struct {
	place       conf.Place
	name, value string
	pass        bool
}

// mergeEnv is mod_env's merging. UnsetEnv means what is set in sections; variables of SetEnvIf stay.
func mergeEnv(base, add *envConf) *envConf {
	if base == nil || add == nil {
		if add == nil {
			return base
		}
		return add
	}
	out := &envConf{}
	for _, s := range both(base.sets, add.sets) {
		if !isOneOf(s.name, add.unset...) {
			out.sets = append(out.sets, s)
		}
	}
	return out
}

func (e *envConf) list() []varOp {
	if e == nil {
		return nil
	}
	return e.sets
}

// varIf is one variable of a SetEnvIf, SetEnvIfNoCase, BrowserMatch or SetEnvIfExpr line.
type varIf struct {
	place conf.Place
	attr  string   // "Remote_Addr", a header field's name, a variable's name, "" for SetEnvIfExpr
	attrs *pattern // when attr is a pattern of header field names
	re    *pattern
	cond  *expr
	name  string
	value string
	unset bool
	bad   string
}

// readVarIf reads the words of such a line.
func readVarIf(n *node, w []string) (out []varIf, bad string) {
	v := varIf{place: n.place}
	fold := strings.HasSuffix(n.name, "nocase")
	switch n.name {
	case "setenvif", "setenvifnocase":
		if len(w) < 3 {
			return nil, "expected an attribute, a pattern and a variable"
		}
		v.attr, w = w[0], w[1:]
		if strings.ContainsAny(v.attr, `\.^$|()[]{}*+?`) {
			p, err := compile(v.attr, true)
			if err != nil {
				v.bad = err.Error()
			}
			v.attrs = p
		}
	case "browsermatch", "browsermatchnocase":
		if len(w) < 2 {
			return nil, "expected a pattern and a variable"
		}
		v.attr = "User-Agent"
	case "setenvifexpr":
		if len(w) < 2 {
			return nil, "expected an expression and a variable"
		}
		v.cond, w = parseExpr(w[0]), w[1:]
	}
	if v.cond == nil {
		p, err := compile(w[0], fold)
		if err != nil {
			v.bad = err.Error()
		}
		v.re, w = p, w[1:]
	}
	for _, a := range w {
		one := v
		if name, ok := strings.CutPrefix(a, "!"); ok {
			one.name, one.unset = name, true
		} else if name, value, eq := strings.Cut(a, "="); eq {
			one.name, one.value = name, value
		} else {
			one.name, one.value = a, "1"
		}
		out = append(out, one)
	}
	return out, ""
}

// redirect is Redirect, RedirectMatch and their like.
type redirect struct {
	place  conf.Place
	status int
	from   string
	re     *pattern
	to     string
	toExpr *expr // without a URL path, inside <Location>
	bad    string
}

// aliasOp is Alias, AliasMatch, ScriptAlias, ScriptAliasMatch.
type aliasOp struct {
	place  conf.Place
	from   string
	to     string
	re     *pattern
	script bool
	bad    string
}

// proxyPass is ProxyPass or ProxyPassMatch.
type proxyPass struct {
	place  conf.Place
	from   string
	re     *pattern
	to     string // "!" for none
	params []string
	bad    string
	match  bool
}
