package php

import (
	"path"
	"slices"
	"strings"
)

// decide is the value as a condition: what it is, and how surely.
func (v Value) decide() (truth bool, how mode) {
	if v.Kind == Unknown && v.unset != nil {
		if t, ok := v.unset.True(); ok {
			return t, assumed
		}
	}
	t, ok := v.True()
	switch {
	case !ok:
		return false, maybe
	case len(v.Needs) == 0 && len(v.Or) == 0:
		return t, sure
	case !slices.ContainsFunc(v.Needs, func(n Need) bool { return n.What != Env && n.What != File && n.What != Constant }):
		return t, assumed
	}
	return t, maybe
}

// concrete is what v is if the environment variables that it needs are not set; ok is false where that is not known either.
func (v Value) concrete() (Value, bool) {
	if v.Kind == Unknown && v.unset != nil {
		u := *v.unset
		u.Needs = join(u.Needs, v.Needs)
		return u, true
	}
	return v, v.Kind > Unknown
}

// from makes the outcome of an operation on operands: unknown when one of them is, with what it would be if the environment's
// variables are not set. work gets concrete operands.
func from(work func(vs []Value) Value, operands ...Value) Value {
	var needs []Need
	for _, o := range operands {
		needs = join(needs, o.Needs)
	}
	vs := slices.Clone(operands)
	open, lost := false, false
	for i, o := range operands {
		c, ok := o.concrete()
		open = open || o.Kind == Unknown
		if o.Kind == Undefined {
			c, ok = Value{Kind: Null}, true
		}
		lost = lost || !ok
		vs[i] = c
	}
	if lost {
		return Value{Kind: Unknown, Needs: needs}
	}
	out := work(vs)
	out.Needs = join(out.Needs, needs)
	if open {
		u := out
		return Value{Kind: Unknown, Needs: needs, unset: &u}
	}
	// An operand that may be something else makes an outcome that may be something else.
	for i, o := range operands {
		for _, alt := range o.Or {
			if len(out.Or) >= maxOthers {
				break
			}
			if c, ok := alt.concrete(); ok {
				with := slices.Clone(vs)
				with[i] = c
				x := work(with)
				x.Needs, x.At = join(x.Needs, alt.Needs), alt.At
				out.Or = append(out.Or, x)
			}
		}
	}
	return out
}

func unknown(what NeedKind, name string) Value {
	return Value{Kind: Unknown, Needs: []Need{{What: what, Name: name}}}
}

func boolean(b bool) Value { return Value{Kind: Bool, b: b} }

// eval gives what an expression is, and does what it does to variables and constants.
func (in *interpreter) eval(e expr) Value {
	if !in.step(1) {
		return unknown(Code, "a part that was not followed")
	}
	switch e := e.(type) {
	case literal:
		return in.written(e.value, e.at)
	case template:
		v := Text("")
		for _, p := range e.parts {
			v = in.concat(v, in.eval(p))
		}
		return in.stamp(v, e.at)
	case variable:
		return in.variable(e)
	case dynamic:
		in.eval(e.name)
		return in.stamp(unknown(Code, "a variable whose name is a variable"), e.at)
	case index:
		return in.index(e)
	case constant:
		return in.constant(e)
	case call:
		return in.call(e)
	case arrayLit:
		return in.array(e)
	case unary:
		return in.unary(e)
	case binary:
		return in.binary(e)
	case ternary:
		return in.ternary(e)
	case assign:
		return in.assign(e)
	case isset:
		return in.isset(e)
	case include:
		return in.include(e)
	case opaque:
		return in.stamp(unknown(Code, e.what), e.at)
	}
	return unknown(Code, "a part that is not followed")
}

func (in *interpreter) variable(e variable) Value {
	switch e.name {
	case "_SERVER", "_GET", "_POST", "_COOKIE", "_REQUEST", "_FILES":
		if v, ok := in.out.vars[e.name]; ok && v.Kind == List {
			v.Needs = join(v.Needs, []Need{{What: Request, Name: "$" + e.name, At: in.place(e.at)}})
			return v
		}
		return in.stamp(unknown(Request, "$"+e.name), e.at)
	case "_ENV":
		return in.stamp(unknown(Env, "$_ENV"), e.at)
	}
	v, ok := in.out.vars[e.name]
	if m, _ := in.now(); m == not && v.Kind == Undefined && len(v.Or) > 0 {
		return v.Or[len(v.Or)-1] // set in the same branch
	}
	if !ok {
		v = Value{Kind: Null, Needs: in.cloud, At: in.place(e.at)}
	}
	if v.Kind == Undefined {
		v.Kind = Null
	}
	lend(v)
	return v
}

// lend marks the arrays of v: a second holder is about to get them.
func lend(v Value) {
	if v.list != nil {
		v.list.lent = true
	}
	for _, o := range v.Or {
		if o.list != nil {
			o.list.lent = true
		}
	}
}

func (in *interpreter) index(e index) Value {
	if e.key == nil {
		return unknown(Code, "an entry that is being added")
	}
	key := in.eval(e.key)
	k, known := key.Text()
	if v, ok := e.base.(variable); ok && known {
		switch v.name {
		case "_ENV":
			if v, ok := in.fromFile(k, e.at); ok {
				return v
			}
			u := Value{Kind: Null}
			return Value{Kind: Unknown, unset: &u, Needs: []Need{{What: Env, Name: k, At: in.place(e.at)}}, At: in.place(e.at)}
		case "_SERVER", "_GET", "_POST", "_COOKIE", "_REQUEST", "_FILES":
			own := in.out.vars[v.name].Get(k)
			if own.Kind > Unknown && len(own.Needs) == 0 {
				return own
			}
			if f, ok := in.fromFile(k, e.at); ok && v.name == "_SERVER" {
				return f
			}
			return Value{Kind: Unknown, Needs: []Need{{What: Request, Name: "$" + v.name + "['" + k + "']", At: in.place(e.at)}}, At: in.place(e.at)}
		case "GLOBALS":
			return in.variable(variable{e.at, k})
		}
	}
	base := in.eval(e.base)
	if !known {
		return Value{Kind: Unknown, Needs: join(base.Needs, key.Needs), At: in.place(e.at)}
	}
	if base.Kind == String {
		return in.stamp(unknown(Code, "a byte of a string"), e.at)
	}
	v := base.Get(keyText(key, k))
	if v.Kind == Undefined {
		v.Kind = Null
	}
	lend(v)
	return v
}

// keyText is the key as Get takes it: what is not a string was made one.
func keyText(v Value, text string) string {
	if v.Kind == Float {
		text, _, _ = strings.Cut(text, ".")
	}
	if v.Kind == Bool && !v.b {
		return "0"
	}
	return text
}

var known = map[string]Value{
	"true": boolean(true), "false": boolean(false), "null": {Kind: Null}, "directory_separator": Text("/"), "path_separator": Text(":"), "php_eol": Text("\n"),
	"php_int_max": {Kind: Int, i: 1<<63 - 1},
}

func (in *interpreter) constant(e constant) Value {
	name := strings.TrimPrefix(e.name, `\`)
	switch strings.ToUpper(name) {
	case "__DIR__":
		return in.stamp(Text(path.Dir(in.name)), e.at)
	case "__FILE__":
		return in.stamp(Text(in.name), e.at)
	case "__LINE__":
		return in.stamp(Value{Kind: Int, i: int64(e.at.line)}, e.at)
	}
	if v, ok := known[strings.ToLower(name)]; ok {
		return in.written(v, e.at)
	}
	v, ok := in.out.consts[name]
	if m, _ := in.now(); m == not && v.Kind == Undefined && len(v.Or) > 0 {
		return v.Or[len(v.Or)-1]
	}
	if !ok || v.Kind == Undefined {
		return in.stamp(Value{Kind: Unknown, Needs: []Need{{What: Constant, Name: name, At: in.place(e.at)}}, Or: v.Or}, e.at)
	}
	lend(v)
	return v
}

func (in *interpreter) array(e arrayLit) Value {
	a := newArray()
	out := Value{Kind: List, list: a}
	for _, it := range e.items {
		v := in.eval(it.value)
		switch {
		case it.spread:
			if v.Kind != List {
				out.Needs = join(out.Needs, orNeed(v, "an array that is unpacked"))
				continue
			}
			in.step(v.list.Len())
			for _, x := range v.list.Items() {
				if x.Key.IsInt {
					a.push(x.Value)
				} else {
					a.set(x.Key, x.Value)
				}
			}
		case it.key == nil:
			a.push(v)
		default:
			k := in.eval(it.key)
			text, ok := k.Text()
			if !ok {
				out.Needs = join(out.Needs, orNeed(k, "a key"))
				continue
			}
			a.set(keyOf(keyText(k, text)), v)
		}
	}
	return in.stamp(bounded(out, in.place(e.at)), e.at)
}

// orNeed is what v needs, or a word for why it is not known.
func orNeed(v Value, word string) []Need {
	if len(v.Needs) > 0 {
		return v.Needs
	}
	return []Need{{What: Code, Name: word}}
}

func (in *interpreter) ternary(e ternary) Value {
	c := in.eval(e.cond)
	truth, how := c.decide()
	pick := func(yes bool) Value {
		switch {
		case yes && e.then == nil:
			return c
		case yes:
			return in.eval(e.then)
		}
		return in.eval(e.els)
	}
	if how == sure {
		return in.stamp(pick(truth), e.at)
	}
	first, second := pick(truth), pick(!truth)
	out := first
	out.Needs = join(out.Needs, c.Needs)
	if how == maybe && first.Kind <= Unknown && second.Kind > Unknown {
		out, second = second, first
		out.Needs = join(out.Needs, c.Needs)
	}
	if second.Kind > Unknown {
		out.Or = others(slices.Clone(out.Or), second)
	}
	return in.stamp(out, e.at)
}

func (in *interpreter) isset(e isset) Value {
	out := boolean(!e.empty)
	for _, item := range e.items {
		v := in.quiet(item)
		var x Value
		if e.empty {
			x = from(func(vs []Value) Value { t, _ := vs[0].True(); return boolean(!t) }, v)
			if x.Kind == Unknown && x.unset == nil {
				return in.stamp(x, e.at)
			}
			return in.stamp(settle(x), e.at)
		}
		x = settle(from(func(vs []Value) Value { return boolean(vs[0].Kind != Null) }, v))
		out = settle(and(out, x))
	}
	return in.stamp(out, e.at)
}

// settle takes a bool that is unknown but for an unset variable as that bool, with its needs: a condition may be assumed.
func settle(v Value) Value {
	if c, ok := v.concrete(); ok && v.Kind == Unknown {
		return c
	}
	return v
}

// quiet evaluates what may not be set.
func (in *interpreter) quiet(e expr) Value {
	v := in.eval(e)
	if v.Kind == Undefined {
		v.Kind = Null
	}
	return v
}

func and(a, b Value) Value {
	if t, how := a.decide(); how == sure && !t {
		return a
	}
	if t, how := b.decide(); how == sure && !t {
		return b
	}
	return from(func(vs []Value) Value {
		x, _ := vs[0].True()
		y, _ := vs[1].True()
		return boolean(x && y)
	}, a, b)
}

// concat puts two values together, and counts the bytes that are copied as work.
func (in *interpreter) concat(a, b Value) Value {
	out := concat(a, b)
	in.step(len(out.s) / 256)
	return out
}

func concat(a, b Value) Value {
	out := from(func(vs []Value) Value {
		x, ok1 := vs[0].Text()
		y, ok2 := vs[1].Text()
		if !ok1 || !ok2 || len(x)+len(y) > maxString {
			return unknown(Code, "a string that was put together")
		}
		return Text(x + y)
	}, a, b)
	if out.Kind == Unknown {
		if p := a.glob() + b.glob(); len(p) < 4096 {
			out.pattern = strings.ReplaceAll(p, "**", "*")
		}
	}
	return out
}

// glob is the value as a part of a file pattern: what is unknown is *.
func (v Value) glob() string {
	if t, ok := v.Text(); ok {
		return strings.NewReplacer("*", "?", "[", "?").Replace(t)
	}
	if v.pattern != "" {
		return v.pattern
	}
	return "*"
}
