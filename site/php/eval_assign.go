package php

import "slices"

func (in *interpreter) assign(e assign) Value {
	if e.value == nil { // ++ and --
		v := Value{Kind: Unknown, Needs: []Need{{What: Code, Name: "arithmetic", At: in.place(e.at)}}}
		in.write(e.target, v, e.at)
		return v
	}
	v := in.eval(e.value)
	switch e.op {
	case "=", "=&":
	case ".=":
		v = concat(in.quiet(e.target), v)
	case "??=":
		v = in.coalesce(in.quiet(e.target), literal{e.at, v})
	default:
		op := e.op[:len(e.op)-1]
		v = from(func(vs []Value) Value { return arithmetic(op, vs[0], vs[1]) }, in.quiet(e.target), v)
	}
	if e.op == "=&" { // two names for one thing: what is written to either is not followed
		v = Value{Kind: v.Kind, Needs: join(v.Needs, []Need{{What: Code, Name: "a reference", At: in.place(e.at)}}), b: v.b, i: v.i, f: v.f, s: v.s, list: v.list}
		lend(v)
		if _, ok := e.value.(unary); !ok {
			in.write(e.value, v, e.at)
		}
	}
	v = in.stamp(v, e.at)
	in.write(e.target, v, e.at)
	return v
}

// write sets a variable, or an entry of one.
func (in *interpreter) write(target expr, v Value, at place) {
	name, keys, ok := in.path(target)
	if !ok {
		switch t := target.(type) {
		case arrayLit: // [$a, $b] = ...
			for _, it := range t.items {
				in.write(it.value, Value{Kind: Unknown, Needs: orNeed(v, "an array that is taken apart")}, at)
			}
		case dynamic, index:
			in.leave(at, "sets a variable whose name is only known while the program runs")
		}
		return
	}
	if deep(v) > maxDepth {
		v = Value{Kind: Unknown, Needs: []Need{{What: Code, Name: "an array nested too deep", At: in.place(at)}}}
	}
	m, needs := in.now()
	in.out.vars[name] = in.put(in.out.vars[name], keys, v, m, needs, at)
}

// pathKey is a key of a write: known, the next integer, or unknown.
type pathKey struct {
	key        Key
	next, lost bool
}

// path is the variable and the keys that an expression names.
func (in *interpreter) path(e expr) (name string, keys []pathKey, ok bool) {
	for {
		switch t := e.(type) {
		case variable:
			slices.Reverse(keys)
			if t.name == "GLOBALS" && len(keys) > 0 && !keys[0].lost && !keys[0].key.IsInt {
				return keys[0].key.Text, keys[1:], true
			}
			return t.name, keys, true
		case index:
			k := pathKey{next: t.key == nil}
			if t.key != nil {
				v := in.eval(t.key)
				text, known := v.Text()
				k.lost = !known || !v.Sure()
				k.key = keyOf(keyText(v, text))
			}
			keys = append(keys, k)
			e = t.base
		default:
			return "", nil, false
		}
		if len(keys) > maxDepth {
			return "", nil, false
		}
	}
}

func (in *interpreter) put(old Value, keys []pathKey, v Value, m mode, needs []Need, at place) Value {
	if len(keys) == 0 {
		return merge(old, v, m, needs)
	}
	if old.Kind == Unknown { // an entry of something unknown
		return old
	}
	if old.Kind != List {
		or := old.Or
		old = Value{Kind: List, list: newArray(), At: in.place(at), Or: or}
	}
	if old.list.lent {
		in.step(old.list.Len())
		old.list = old.list.clone()
	}
	k := keys[0]
	switch {
	case k.lost:
		old.Needs = join(old.Needs, []Need{{What: Code, Name: "an entry whose key is only known while the program runs", At: in.place(at)}})
	case k.next && m >= maybe:
		old.Needs = join(old.Needs, needs)
	case k.next:
		old.list.push(in.put(Value{}, keys[1:], v, m, needs, at))
	default:
		was, _ := old.list.get(k.key)
		old.list.set(k.key, in.put(was, keys[1:], v, m, needs, at))
	}
	return old
}

// deep is how many arrays lie within each other, looked at no further than the limit.
func deep(v Value) int {
	if v.list == nil {
		return 0
	}
	if v.list.depth == 0 {
		d := 0
		for _, it := range v.list.items {
			if it.Value.list != nil {
				d = max(d, deep(it.Value))
			}
		}
		v.list.depth = d + 1
	}
	return v.list.depth
}

func (in *interpreter) unset(e expr) {
	name, keys, ok := in.path(e)
	if !ok {
		return
	}
	m, needs := in.now()
	if len(keys) == 0 {
		if m == sure {
			delete(in.out.vars, name)
			return
		}
		in.out.vars[name] = merge(in.out.vars[name], Value{Kind: Null}, m, needs)
		return
	}
	last := keys[len(keys)-1]
	if last.lost || last.next {
		return
	}
	v := Value{Kind: Null}
	in.out.vars[name] = in.put(in.out.vars[name], keys, v, m, needs, place{})
}
