package php

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// Script is what is known after the statements of a file, and of those that it includes, were followed.
type Script struct {
	Files    []string      // that were read, in the order in which they were
	Includes []Include     // every include that was met
	Unread   []conf.Unread // what could not be read, or not be followed
	Return   Value         // of the file's return statement

	consts map[string]Value
	vars   map[string]Value
}

// Include is a file that another one includes.
type Include struct {
	At   conf.Place
	Path string // "" when it cannot be known
	Read bool
	Why  string // why it was not read; one lower-case clause
}

// Options say how a file is read.
type Options struct {
	// Before is what ran before the file, in the same program; nil for nothing.
	Before *Script
	// Vars are variables that the including program sets.
	Vars map[string]Value
	// Env are environment variables that a .env file sets where the environment itself does not. It is nil for none.
	Env func(name string) (Value, bool)
	// Skip says which included files are not read because they are the program itself and no configuration. It gets the path.
	Skip func(file string) bool
}

// Limits of what is followed; a configuration comes nowhere near.
const (
	maxIncludes = 32
	maxSteps    = 500_000 // expressions, and entries of arrays that are copied
	maxString   = 1 << 20 // bytes of a string that is put together
)

// Read reads the file called name and follows its statements, without running anything. The error is for a file that cannot be
// read at all; what could not be understood is in Script.Unread.
func Read(src conf.Source, name string, o Options) (*Script, error) {
	in := &interpreter{src: src, o: o, out: &Script{consts: map[string]Value{}, vars: map[string]Value{}}, once: map[string]bool{}}
	if o.Before != nil {
		in.out.consts, in.out.vars = maps.Clone(o.Before.consts), maps.Clone(o.Before.vars)
		for k, v := range in.out.vars {
			lend(v)
			in.out.vars[k] = v
		}
	}
	maps.Copy(in.out.vars, o.Vars)
	b, err := read(src, name)
	if err != nil {
		return nil, err
	}
	in.file(name, string(b))
	in.out.Return = in.ret
	return in.out, nil
}

func read(src conf.Source, name string) ([]byte, error) {
	info, err := src.Stat(name)
	if err == nil && info.Size > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MB, which is no configuration", name, maxFile>>20)
	}
	b, err := src.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MB, which is no configuration", name, maxFile>>20)
	}
	return b, nil
}

// Const is the constant called name, Undefined when nothing defines it.
func (s *Script) Const(name string) Value { return s.consts[name] }

// Consts are the names of all constants, sorted.
func (s *Script) Consts() []string { return slices.Sorted(maps.Keys(s.consts)) }

// Var is the variable called name, without its $, or what lies inside it under keys.
func (s *Script) Var(name string, keys ...string) Value { return s.vars[name].Get(keys...) }

// mode says how sure it is that a statement runs.
type mode int

const (
	sure    mode = iota
	assumed      // if the environment variables that are asked for are not set
	maybe
	not // only if they are set
)

type condition struct {
	mode  mode
	needs []Need
}

type interpreter struct {
	src   conf.Source
	o     Options
	out   *Script
	name  string // of the file that is followed
	conds []condition
	cloud []Need // includes that were not read: they may have defined any constant before
	ret   Value
	once  map[string]bool
	deep  int
	count int // of includes
	steps int
	over  bool // the limit of steps was met and said
}

func (in *interpreter) place(p place) conf.Place {
	return conf.Place{File: in.name, Line: p.line, Start: p.start, End: p.end}
}

func (in *interpreter) file(name, text string) (stopped bool) {
	outer, conds := in.name, len(in.conds)
	in.name = name
	in.once[name] = true
	in.out.Files = append(in.out.Files, name)
	defer func() { in.name, in.conds = outer, in.conds[:conds] }()
	body, bad := parse(text)
	for _, b := range bad {
		in.leave(b.at, "cannot be read as PHP: %s", b.what)
	}
	return in.run(body)
}

func (in *interpreter) leave(at place, format string, args ...any) {
	if len(in.out.Unread) < 100 {
		in.out.Unread = append(in.out.Unread, conf.Unread{Place: in.place(at), What: fmt.Sprintf(format, args...)})
	}
}

// step counts work; false when there was too much of it.
func (in *interpreter) step(n int) bool {
	if in.steps += n; in.steps <= maxSteps {
		return true
	}
	if !in.over {
		in.over = true
		in.leave(place{}, "is too large to be followed to its end")
	}
	return false
}

// now is how sure it is that the statement at hand runs, and what that depends on.
func (in *interpreter) now() (mode, []Need) {
	m := sure
	var needs []Need
	for _, c := range in.conds {
		m = max(m, c.mode)
		needs = join(needs, c.needs)
	}
	return m, needs
}

// run follows statements; true when what follows them is not reached for sure.
func (in *interpreter) run(body []stmt) (stopped bool) {
	for _, s := range body {
		if !in.step(1) {
			return true
		}
		if in.statement(s) {
			return true
		}
	}
	return false
}

func (in *interpreter) statement(s stmt) (stopped bool) {
	switch s := s.(type) {
	case exprStmt:
		if _, ok := s.e.(exit); ok {
			return true
		}
		in.eval(s.e)
	case blockStmt:
		return in.run(s.body)
	case constStmt:
		in.define(s.name, in.eval(s.value), s.at)
	case funcStmt:
	case unsetStmt:
		for _, e := range s.items {
			in.unset(e)
		}
	case returnStmt:
		v := Value{Kind: Null}
		if s.value != nil {
			v = in.eval(s.value)
		}
		m, needs := in.now()
		in.ret = merge(in.ret, in.stamp(v, s.at), m, needs)
		return true
	case ifStmt:
		return in.branch(s)
	case loopStmt:
		in.under(condition{maybe, []Need{{What: Code, Name: s.what, At: in.place(s.at)}}}, func() bool {
			for _, v := range s.sets {
				in.write(v, Value{Kind: Unknown, Needs: []Need{{What: Code, Name: s.what, At: in.place(s.at)}}}, s.at)
			}
			return in.run(s.body)
		})
	}
	return false
}

func (in *interpreter) under(c condition, f func() bool) bool {
	in.conds = append(in.conds, c)
	n := len(in.conds)
	stopped := f()
	in.conds = in.conds[:n-1]
	return stopped
}

func (in *interpreter) branch(s ifStmt) bool {
	v := in.eval(s.cond)
	truth, how := v.decide()
	if how == sure {
		if truth {
			return in.run(s.then)
		}
		return in.run(s.alts)
	}
	needs := v.Needs
	if len(needs) == 0 {
		needs = []Need{{What: Code, Name: "a condition", At: in.place(s.at)}}
	}
	then, alts := condition{maybe, needs}, condition{maybe, needs}
	if how == assumed {
		then.mode, alts.mode = not, assumed
		if truth {
			then.mode, alts.mode = assumed, not
		}
	}
	a := in.under(then, func() bool { return in.run(s.then) })
	b := in.under(alts, func() bool { return in.run(s.alts) })
	switch {
	case a && b:
		return true
	case a: // what follows runs only when the condition does not hold
		in.conds = append(in.conds, alts)
	case b:
		in.conds = append(in.conds, then)
	}
	return false
}

// stamp notes where a value was written, once.
func (in *interpreter) stamp(v Value, at place) Value {
	v.At = in.place(at)
	return v
}

// written is stamp for a value that stands there in one piece.
func (in *interpreter) written(v Value, at place) Value {
	whole := !v.At.Known() && at.end > at.start // as the parser has it; not the outcome of something else
	v = in.stamp(v, at)
	if whole {
		v.Written = v.At
	}
	return v
}

// merge is what holds after v was written over old by a statement that runs so surely.
func merge(old, v Value, m mode, needs []Need) Value {
	switch {
	case m == sure:
		return v
	case m == assumed:
		v.Needs = join(v.Needs, needs)
		v.assumed = true
		v.Or = others(v.Or, old)
		return v
	case m == maybe && old.Kind == Undefined:
		v.Needs = join(join(v.Needs, needs), old.Needs)
		v.Or = others(v.Or, old)
		return v
	}
	out := old
	out.Needs = join(out.Needs, needs)
	v.Needs = join(v.Needs, needs)
	out.Or = others(slices.Clone(out.Or), v)
	return out
}

// maxOthers is how many alternatives of one value are kept.
const maxOthers = 8

// others adds v, and what v may be instead, to alternatives.
func others(or []Value, v Value) []Value {
	more := v.Or
	v.Or = nil
	if v.Kind != Undefined && len(or) < maxOthers {
		or = append(or, v)
	}
	for _, o := range more {
		if len(or) < maxOthers {
			or = append(or, o)
		}
	}
	return or
}

// define sets a constant: the first definition holds.
func (in *interpreter) define(name string, v Value, at place) {
	m, needs := in.now()
	old := in.out.consts[name]
	lend(v)
	v = in.stamp(v, at)
	v.always = m == sure
	if m == sure && !old.Set() {
		v.Needs = join(v.Needs, in.cloud)
	}
	switch {
	case old.Sure() && old.Kind != Undefined:
		return
	case old.assumed && m <= assumed || old.Kind != Undefined && m == not:
		m = not
	case m == sure && old.Set():
		v.Needs = join(v.Needs, old.Needs)
		v.Or = others(v.Or, old)
	}
	in.out.consts[name] = merge(old, v, m, needs)
}

// include follows a file that another one includes.
func (in *interpreter) include(e include) Value {
	v := in.eval(e.file)
	at := in.place(e.at)
	unknown := Value{Kind: Unknown, Needs: []Need{{What: File, Name: "that is included here", At: at}}}
	name, ok := v.Text()
	var files []string
	m, _ := in.now()
	switch {
	case ok && name != "":
		files = []string{name}
	case v.pattern != "" && conf.HasMeta(v.pattern) && path.IsAbs(v.pattern):
		files, _ = conf.Glob(in.src, v.pattern)
		if len(files) == 0 {
			in.note(Include{At: at, Path: v.pattern, Why: "no such file"}, e, m)
			return unknown
		}
		in.conds = append(in.conds, condition{maybe, v.Needs})
		defer func(n int) { in.conds = in.conds[:n] }(len(in.conds) - 1)
	default:
		in.note(Include{At: at, Why: "its name is only known while the program runs"}, e, m)
		return unknown
	}
	for _, f := range files {
		unknown = in.follow(f, e, at)
	}
	return unknown
}

func (in *interpreter) follow(f string, e include, at conf.Place) Value {
	if !path.IsAbs(f) {
		f = path.Join(path.Dir(in.name), f)
	}
	f = path.Clean(f)
	gone := Value{Kind: Unknown, Needs: []Need{{What: File, Name: f, At: at}}}
	m, _ := in.now()
	switch {
	case in.o.Skip != nil && in.o.Skip(f):
		in.out.Includes = append(in.out.Includes, Include{At: at, Path: f, Why: "it is the program, not its configuration"})
		return gone
	case strings.HasSuffix(e.word, "_once") && in.once[f]:
		return Value{Kind: Bool, b: true}
	case in.deep >= 8 || in.count >= maxIncludes:
		in.note(Include{At: at, Path: f, Why: "too many files include each other"}, e, m)
		return gone
	}
	b, err := read(in.src, f)
	if err != nil {
		why := strings.TrimPrefix(err.Error(), f+": ")
		var pe *fs.PathError
		if errors.As(err, &pe) {
			why = pe.Err.Error()
		}
		in.note(Include{At: at, Path: f, Why: why}, e, m)
		return gone
	}
	in.out.Includes = append(in.out.Includes, Include{At: at, Path: f, Read: true})
	in.deep++
	in.count++
	ret := in.ret
	in.ret = Value{}
	in.file(f, string(b))
	v := in.ret
	in.ret = ret
	in.deep--
	if v.Kind == Undefined {
		return Value{Kind: Int, i: 1}
	}
	return v
}

// note keeps an include that was not read. It may define constants and set variables, unless it cannot run at all.
func (in *interpreter) note(i Include, e include, m mode) {
	in.out.Includes = append(in.out.Includes, i)
	name := i.Path
	if name == "" {
		name = "that is included in " + i.At.String()
	}
	if len(in.cloud) < maxNeeds {
		in.cloud = append(in.cloud, Need{What: File, Name: name, At: i.At})
	}
	what := "includes a file that was not read: " + i.Why
	if i.Path != "" {
		what = fmt.Sprintf("includes %s, which was not read: %s", i.Path, i.Why)
	}
	in.leave(e.at, "%s", what)
}
