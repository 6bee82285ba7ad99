package php

import (
	"math"
	"strconv"
	"strings"
)

func (in *interpreter) unary(e unary) Value {
	v := in.eval(e.item)
	var out Value
	switch e.op {
	case "@", "&":
		return v
	case "!":
		out = from(func(vs []Value) Value { t, _ := vs[0].True(); return boolean(!t) }, v)
		out = settle(out)
	case "-", "+":
		out = from(func(vs []Value) Value {
			switch n := vs[0]; {
			case n.Kind == Int && e.op == "-" && n.i != math.MinInt64:
				return Value{Kind: Int, i: -n.i}
			case n.Kind == Float && e.op == "-":
				return Value{Kind: Float, f: -n.f}
			case (n.Kind == Int || n.Kind == Float) && e.op == "+":
				return n
			}
			return unknown(Code, "arithmetic")
		}, v)
	default:
		out = from(func(vs []Value) Value { return cast(strings.Trim(e.op, "()"), vs[0]) }, v)
	}
	return in.stamp(out, e.at)
}

func cast(to string, v Value) Value {
	switch to {
	case "bool":
		t, _ := v.True()
		return boolean(t)
	case "string":
		if s, ok := v.Text(); ok {
			return Text(s)
		}
	case "int":
		if n, ok := toInt(v); ok {
			return Value{Kind: Int, i: n}
		}
	case "array":
		switch v.Kind {
		case List:
			return v
		case Null:
			return Value{Kind: List, list: newArray()}
		}
		a := newArray()
		a.push(v)
		return Value{Kind: List, list: a}
	}
	return unknown(Code, "a cast to "+to)
}

// toInt is the integer that a value begins with, as (int) has it; false where floats would be needed.
func toInt(v Value) (int64, bool) {
	switch v.Kind {
	case Null:
		return 0, true
	case Bool:
		if v.b {
			return 1, true
		}
		return 0, true
	case Int:
		return v.i, true
	case String:
		s := strings.TrimLeft(v.s, " \t\n\r\v\f")
		n := 0
		if n < len(s) && (s[n] == '-' || s[n] == '+') {
			n++
		}
		d := span(s[n:], "0123456789")
		if d == 0 {
			return 0, n == 0 && (s == "" || s[0] != '.')
		}
		if rest := s[n+d:]; rest != "" && strings.IndexByte(".eE", rest[0]) >= 0 {
			return 0, false
		}
		i, err := strconv.ParseInt(s[:n+d], 10, 64)
		return i, err == nil
	}
	return 0, false
}

func (in *interpreter) binary(e binary) Value {
	l := in.quiet(e.l)
	switch e.op {
	case "??":
		return in.stamp(in.coalesce(l, e.r), e.at)
	case "&&", "and", "||", "or":
		or := e.op == "||" || e.op == "or"
		if t, how := l.decide(); how == sure && t == or {
			return in.stamp(boolean(or), e.at)
		}
		r := in.eval(e.r)
		if !or {
			return in.stamp(settle(and(l, r)), e.at)
		}
		if t, how := r.decide(); how == sure && t {
			return in.stamp(boolean(true), e.at)
		}
		return in.stamp(settle(from(func(vs []Value) Value {
			x, _ := vs[0].True()
			y, _ := vs[1].True()
			return boolean(x || y)
		}, l, r)), e.at)
	}
	r := in.eval(e.r)
	switch e.op {
	case ".":
		return in.stamp(concat(l, r), e.at)
	case "===", "!==", "==", "!=", "<>":
		return in.stamp(settle(from(func(vs []Value) Value {
			same, ok := equal(vs[0], vs[1], len(e.op) == 3)
			if !ok {
				return unknown(Code, "a comparison")
			}
			return boolean(same == (e.op[0] == '='))
		}, l, r)), e.at)
	}
	return in.stamp(from(func(vs []Value) Value { return arithmetic(e.op, vs[0], vs[1]) }, l, r), e.at)
}

func (in *interpreter) coalesce(l Value, right expr) Value {
	c, ok := l.concrete()
	switch {
	case !ok: // cannot be known: the right side is what it may be instead
		r := in.eval(right)
		if r.Kind > Unknown {
			r.Needs = join(r.Needs, orNeed(l, "a value"))
			return r
		}
		r.Needs = join(r.Needs, l.Needs)
		return r
	case l.Kind == Unknown && c.Kind == Null: // unset: the right side
		r := in.eval(right)
		r.Needs = join(r.Needs, l.Needs)
		return r
	case l.Kind == Null && len(l.Or) == 0:
		r := in.eval(right)
		r.Needs = join(r.Needs, l.Needs)
		return r
	case l.Kind == Null:
		r := in.eval(right)
		r.Needs = join(r.Needs, l.Needs)
		r.Or = others(r.Or, Value{Or: l.Or})
		return r
	}
	return l
}

// equal compares as === and == do; ok is false where PHP's rules of mixed kinds would be needed.
func equal(a, b Value, strict bool) (same, ok bool) {
	if a.Kind == b.Kind {
		switch a.Kind {
		case Null:
			return true, true
		case Bool:
			return a.b == b.b, true
		case Int:
			return a.i == b.i, true
		case Float:
			return a.f == b.f, true
		case String:
			if strict || a.s == b.s {
				return a.s == b.s, true
			}
			return false, !numeric(a.s) || !numeric(b.s) // "1" == "01"
		}
		return false, a.list.Len() == 0 && b.list.Len() == 0
	}
	if strict {
		return false, true
	}
	if a.Kind == Bool || b.Kind == Bool || a.Kind == Null && b.Kind != String || b.Kind == Null && a.Kind != String {
		x, ok1 := a.True()
		y, ok2 := b.True()
		return x == y, ok1 && ok2
	}
	if a.Kind == Null || b.Kind == Null {
		x, _ := a.Text()
		y, _ := b.Text()
		return x == y, true
	}
	return false, false
}

func numeric(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}

func arithmetic(op string, a, b Value) Value {
	if op == "+" && a.Kind == List && b.Kind == List {
		out := a.list.clone()
		for _, it := range b.list.Items() {
			if _, ok := out.get(it.Key); !ok {
				out.set(it.Key, it.Value)
			}
		}
		return Value{Kind: List, list: out}
	}
	if a.Kind != Int || b.Kind != Int {
		return unknown(Code, "arithmetic")
	}
	switch op {
	case "+":
		if s := a.i + b.i; (s > a.i) == (b.i > 0) {
			return Value{Kind: Int, i: s}
		}
	case "-":
		if s := a.i - b.i; (s < a.i) == (b.i > 0) {
			return Value{Kind: Int, i: s}
		}
	case "*":
		if a.i == 0 || b.i == 0 {
			return Value{Kind: Int}
		}
		if s := a.i * b.i; s/b.i == a.i && (a.i != -1 || b.i != math.MinInt64) && (b.i != -1 || a.i != math.MinInt64) {
			return Value{Kind: Int, i: s}
		}
	case "|":
		return Value{Kind: Int, i: a.i | b.i}
	case "&":
		return Value{Kind: Int, i: a.i & b.i}
	case "^":
		return Value{Kind: Int, i: a.i ^ b.i}
	case "<":
		return boolean(a.i < b.i)
	case ">":
		return boolean(a.i > b.i)
	case "<=":
		return boolean(a.i <= b.i)
	case ">=":
		return boolean(a.i >= b.i)
	}
	return unknown(Code, "arithmetic")
}
