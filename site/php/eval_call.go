package php

import (
	"path"
	"strings"
)

// call gives what a function returns, for the few that configuration uses and that need nothing but their arguments and the
// disk. Any other call is unknown, by its name.
func (in *interpreter) call(e call) Value {
	args := make([]Value, 0, len(e.args))
	spread := false
	for _, a := range e.args {
		args = append(args, in.eval(a.value))
		spread = spread || a.spread
	}
	name := strings.ToLower(e.name)
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		name = name[i+1:]
	}
	arg := func(i int) Value {
		if i < len(args) {
			return args[i]
		}
		return Value{Kind: Null}
	}
	if spread {
		return in.lost(e, args)
	}
	switch name {
	case "define", "config::define": // Bedrock's Config defines at the end what was given to it
		if text, ok := arg(0).Text(); ok && len(args) > 1 && arg(0).Sure() {
			in.define(text, args[1], e.at)
			return boolean(true)
		}
		in.leave(e.at, "defines a constant whose name is only known while the program runs")
		return in.lost(e, args)
	case "defined":
		return in.defined(e, arg(0))
	case "constant":
		if text, ok := arg(0).Text(); ok {
			return in.constant(constant{e.at, text})
		}
	case "getenv", "env", "getenv_docker":
		return in.environment(e, name, args)
	case "extract", "parse_str":
		in.leave(e.at, "sets variables by names that are only known while the program runs")
	case "file_exists", "is_file", "is_readable", "is_dir":
		return in.exists(e, name, arg(0))
	}
	if f, ok := pure[name]; ok && len(args) >= f.min {
		return in.stamp(from(f.do, args...), e.at)
	}
	return in.lost(e, args)
}

// lost is what a function gives that is not followed.
func (in *interpreter) lost(e call, args []Value) Value {
	v := Value{Kind: Unknown, Needs: []Need{{What: Function, Name: e.name, At: in.place(e.at)}}}
	for _, a := range args {
		for _, n := range a.Needs {
			if n.What == Env || n.What == Request {
				v.Needs = join(v.Needs, []Need{n})
			}
		}
	}
	return in.stamp(v, e.at)
}

func (in *interpreter) defined(e call, name Value) Value {
	text, ok := name.Text()
	if !ok {
		return in.lost(e, nil)
	}
	v, was := in.out.consts[text]
	switch {
	case !was:
		return in.stamp(Value{Kind: Bool, Needs: in.cloud}, e.at)
	case v.always || v.Sure():
		return in.stamp(boolean(true), e.at)
	}
	return in.stamp(Value{Kind: Bool, b: v.Kind != Undefined, Needs: v.Needs}, e.at)
}

// environment is getenv(), and the functions that many projects have around it: a name and what holds without it.
func (in *interpreter) environment(e call, name string, args []Value) Value {
	if len(args) == 0 {
		return in.lost(e, args)
	}
	text, ok := args[0].Text()
	if !ok {
		return in.lost(e, args)
	}
	if v, ok := in.fromFile(text, e.at); ok {
		return v
	}
	needs := []Need{{What: Env, Name: text, At: in.place(e.at)}}
	unset := boolean(false)
	if name != "getenv" {
		unset = Value{Kind: Null}
		if len(args) > 1 {
			if args[1].Kind > Unknown {
				v := args[1]
				v.Needs = join(v.Needs, needs)
				return in.stamp(v, e.at)
			}
			unset = args[1]
		}
	}
	return in.stamp(Value{Kind: Unknown, unset: &unset, Needs: needs}, e.at)
}

// fromFile is a variable that a .env file sets. The environment itself wins over such a file.
func (in *interpreter) fromFile(name string, at place) (Value, bool) {
	if in.o.Env == nil {
		return Value{}, false
	}
	v, ok := in.o.Env(name)
	v.Needs = join(v.Needs, []Need{{What: Env, Name: name, At: in.place(at)}})
	return v, ok
}

// exists looks at the disk that is read.
func (in *interpreter) exists(e call, name string, file Value) Value {
	text, ok := file.Text()
	if !ok {
		return in.lost(e, []Value{file})
	}
	if !path.IsAbs(text) {
		text = path.Join(path.Dir(in.name), text)
	}
	info, err := in.src.Stat(text)
	yes := err == nil
	switch name {
	case "is_file":
		yes = yes && info.Mode.IsRegular()
	case "is_dir":
		yes = yes && info.Mode.IsDir()
	}
	return in.stamp(Value{Kind: Bool, b: yes, Needs: file.Needs}, e.at)
}

func dirname(vs []Value) Value {
	p, ok := vs[0].Text()
	up := int64(1)
	if len(vs) > 1 {
		var okUp bool
		if up, okUp = toInt(vs[1]); !okUp {
			ok = false
		}
	}
	if !ok || up < 1 || up > maxDepth {
		return unknown(Function, "dirname")
	}
	for range up {
		p = parent(p)
	}
	return Text(p)
}

// parent is dirname() of one level: "." for what has no folder.
func parent(p string) string {
	p = strings.TrimRight(p, "/")
	i := strings.LastIndexByte(p, '/')
	switch {
	case p == "":
		return "/"
	case i < 0:
		return "."
	}
	if p = strings.TrimRight(p[:i], "/"); p == "" {
		return "/"
	}
	return p
}

type function struct {
	min int
	do  func(vs []Value) Value
}

// text makes a function of one string.
func text(f func(string) string) function {
	return function{1, func(vs []Value) Value {
		s, ok := vs[0].Text()
		if !ok || len(vs) > 1 {
			return unknown(Code, "a function of a string")
		}
		return Text(f(s))
	}}
}

// trimmed makes one of PHP's trims; the characters may be given, without ranges.
func trimmed(f func(s, cut string) string) function {
	return function{1, func(vs []Value) Value {
		s, ok := vs[0].Text()
		cut := " \t\n\r\x00\x0b"
		if len(vs) > 1 {
			var ok2 bool
			cut, ok2 = vs[1].Text()
			ok = ok && ok2 && !strings.Contains(cut, "..")
		}
		if !ok {
			return unknown(Code, "a function of a string")
		}
		return Text(f(s, cut))
	}}
}

var pure = map[string]function{
	"strtolower": text(lower), "strtoupper": text(upper), "strval": text(func(s string) string { return s }),
	"realpath": text(path.Clean), "rtrim": trimmed(trimRight), "trim": trimmed(trimBoth), "ltrim": trimmed(trimLeft),
	"untrailingslashit": text(func(s string) string { return strings.TrimRight(s, `/\`) }),
	"basename":          text(func(s string) string { s = strings.TrimRight(s, "/"); return s[strings.LastIndexByte(s, '/')+1:] }),
	"boolval":           {1, func(vs []Value) Value { return cast("bool", vs[0]) }},
	"intval":            {1, func(vs []Value) Value { return cast("int", vs[0]) }},
	"dirname":           {1, dirname},
	"array_merge":       {1, arrayMerge},
	"str_replace":       {3, strReplace},
}

// lower and upper change ASCII letters alone, as PHP 8 does.
func lower(s string) string { return shift(s, 'A', 'a') }

func upper(s string) string { return shift(s, 'a', 'A') }

func shift(s string, from, to byte) string {
	b := []byte(s)
	for i, c := range b {
		if c >= from && c < from+26 {
			b[i] = c - from + to
		}
	}
	return string(b)
}

// The trims work on bytes: PHP's strings are bytes.
func trimLeft(s, cut string) string {
	for s != "" && strings.IndexByte(cut, s[0]) >= 0 {
		s = s[1:]
	}
	return s
}

func trimRight(s, cut string) string {
	for s != "" && strings.IndexByte(cut, s[len(s)-1]) >= 0 {
		s = s[:len(s)-1]
	}
	return s
}

func trimBoth(s, cut string) string { return trimLeft(trimRight(s, cut), cut) }

func arrayMerge(vs []Value) Value {
	out := newArray()
	for _, v := range vs {
		if v.Kind != List {
			return unknown(Function, "array_merge")
		}
		for _, it := range v.list.Items() {
			if it.Key.IsInt {
				out.push(it.Value)
			} else {
				out.set(it.Key, it.Value)
			}
		}
	}
	return Value{Kind: List, list: out}
}

func strReplace(vs []Value) Value {
	search, ok1 := vs[0].Text()
	replace, ok2 := vs[1].Text()
	subject, ok3 := vs[2].Text()
	if !ok1 || !ok2 || !ok3 || len(vs) > 3 || search == "" || len(subject) > maxString/16 && len(replace) > len(search) ||
		strings.Count(subject, search)*len(replace) > maxString {
		return unknown(Function, "str_replace")
	}
	return Text(strings.ReplaceAll(subject, search, replace))
}
