package php

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// Kind is a type of PHP's, or that of a value that cannot be known from here.
type Kind int

// The kinds.
const (
	Undefined Kind = iota // nothing was set
	Unknown               // something was set that only the running program knows; see Value.Needs
	Null
	Bool
	Int
	Float
	String
	List // an array, whatever its keys
)

var kindNames = [...]string{"nothing", "an unknown value", "null", "a bool", "an int", "a float", "a string", "an array"}

func (k Kind) String() string { return kindNames[k] }

// Value is what an expression gives. Its bytes may be a password: printing a Value shows its kind and its place alone, and
// whoever takes Text out of it closes it (package secret).
type Value struct {
	Kind Kind
	At   conf.Place // where it was written
	// Written is the value itself, where it is written out as one piece ('production', false, 3306): what an edit replaces. It is
	// zero for a value that is put together, or comes from elsewhere.
	Written conf.Place

	// Needs is what would have to be looked up elsewhere before the value is certain. A value of a known kind with Needs is
	// the one that holds if the environment variables among them are not set.
	Needs []Need
	// Or are the values that it may have instead, depending on Needs.
	Or []Value

	b    bool
	i    int64
	f    float64
	s    string
	list *Array

	unset   *Value // of an Unknown: what it is if the environment variables are not set; nil when that is not known either
	pattern string // of an Unknown: a file pattern that it matches
	assumed bool   // written by a statement that runs if the environment variables are not set
	always  bool   // of a constant: it is defined for sure, whatever its value
}

// Need is something outside the files that a value depends on.
type Need struct {
	What NeedKind
	Name string // of the variable, the function, the file
	At   conf.Place
}

// NeedKind says what a Need is.
type NeedKind string

// The kinds of needs.
const (
	Env      NeedKind = "environment variable"
	Request  NeedKind = "request's" // $_SERVER['HTTP_HOST'] and its like
	Function NeedKind = "function"
	Variable NeedKind = "variable" // that no file read here sets
	Constant NeedKind = "constant"
	File     NeedKind = "file" // included, and not read
	Code     NeedKind = "code" // a part of the language that is not followed: a loop, an object
)

// String is "the environment variable DB_HOST", for use inside a sentence.
func (n Need) String() string {
	switch n.What {
	case Request:
		return "the request's " + n.Name
	case Code:
		return n.Name
	case Function:
		return "the function " + n.Name + "()"
	}
	return "the " + string(n.What) + " " + n.Name
}

// Sure reports that the value holds whatever the environment says.
func (v Value) Sure() bool { return v.Kind > Unknown && len(v.Needs) == 0 && len(v.Or) == 0 }

// Known reports that the value can be told, if only for the case that its Needs say nothing else.
func (v Value) Known() bool { return v.Kind > Unknown }

// Set reports that something is set, be it unknown.
func (v Value) Set() bool { return v.Kind != Undefined || len(v.Or) > 0 }

// Text is the value as PHP makes a string of it: null and false are empty, true is "1". It is false for arrays and unknown values.
func (v Value) Text() (string, bool) {
	switch v.Kind {
	case Null:
		return "", true
	case Bool:
		if v.b {
			return "1", true
		}
		return "", true
	case Int:
		return strconv.FormatInt(v.i, 10), true
	case Float:
		return floatText(v.f), true
	case String:
		return v.s, true
	}
	return "", false
}

// floatText writes a float as PHP 7.1 and later do (precision 17 mode 0): 1.5, 1.0E+25.
func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NAN"
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	case f == 0:
		if math.Signbit(f) {
			return "-0"
		}
		return "0"
	}
	_, e, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	exp, _ := strconv.Atoi(e)
	if exp >= -4 && exp < 17 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	m, _, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	if !strings.Contains(m, ".") {
		m += ".0"
	}
	return fmt.Sprintf("%sE%+d", m, exp)
}

// True is the value as a condition takes it; ok is false where it cannot be known.
func (v Value) True() (truth, ok bool) {
	switch v.Kind {
	case Null:
		return false, true
	case Bool:
		return v.b, true
	case Int:
		return v.i != 0, true
	case Float:
		return v.f != 0, true
	case String:
		return v.s != "" && v.s != "0", true
	case List:
		return v.list.Len() > 0, true
	}
	return false, false
}

// Array is the value's array, nil when it is none.
func (v Value) Array() *Array {
	if v.Kind != List {
		return nil
	}
	return v.list
}

// Get walks into nested arrays: v.Get("db", "connection", "default"). What is not there is Undefined, what lies inside
// something unknown is Unknown with the same Needs.
func (v Value) Get(keys ...string) Value {
	for i, k := range keys {
		switch {
		case v.Kind == Unknown:
			return v
		case v.Kind != List:
			return Value{Needs: v.Needs}
		}
		in, ok := v.list.get(keyOf(k))
		if !ok {
			in = Value{}
		}
		in.Needs = join(in.Needs, v.Needs)
		in.Or = append([]Value{}, in.Or...)
		for _, o := range v.Or {
			if x := o.Get(keys[i]); x.Set() && !same(x, in) {
				in.Or = append(in.Or, x)
			}
		}
		v = in
	}
	if len(v.Or) == 0 {
		v.Or = nil
	}
	return v
}

// same reports equal scalars: alternatives that say the same are none.
func same(a, b Value) bool {
	x, ok1 := a.Text()
	y, ok2 := b.Text()
	return ok1 && ok2 && a.Kind == b.Kind && x == y
}

// String says what kind of value it is and where it stands, never its bytes.
func (v Value) String() string {
	if v.At.Known() {
		return v.Kind.String() + " (" + v.At.String() + ")"
	}
	return v.Kind.String()
}

// Format makes every verb, %#v included, go through String.
func (v Value) Format(f fmt.State, _ rune) { fmt.Fprint(f, v.String()) }

// Array is an ordered map with the keys of PHP: integers and strings.
type Array struct {
	items   []Item
	at      map[Key]int
	next    int64
	counted bool // an integer key was used: next goes on from it, be it negative
	gone    int  // items that were unset
	full    bool // the last integer key was taken
	lent    bool // another value may hold it: copied before it is changed

	depth, weight int // see Value.measure; depth is 0 when they are not counted
}

// Item is one entry.
type Item struct {
	Key   Key
	Value Value
	dead  bool
}

// Key is an integer or a string.
type Key struct {
	Int   int64
	Text  string
	IsInt bool
}

// String is the key as it would be written in a path.
func (k Key) String() string {
	if k.IsInt {
		return strconv.FormatInt(k.Int, 10)
	}
	return k.Text
}

// keyOf is PHP's rule: a string that is a decimal integer in its shortest form is that integer.
func keyOf(s string) Key {
	if s == "" || len(s) > 20 || s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return Key{Text: s}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != s {
		return Key{Text: s}
	}
	return Key{Int: n, IsInt: true}
}

// Len is the number of entries.
func (a *Array) Len() int {
	if a == nil {
		return 0
	}
	return len(a.items) - a.gone
}

// Items are the entries in their order.
func (a *Array) Items() []Item {
	if a == nil {
		return nil
	}
	out := make([]Item, 0, a.Len())
	for _, it := range a.items {
		if !it.dead {
			out = append(out, it)
		}
	}
	return out
}

func newArray() *Array { return &Array{at: map[Key]int{}} }

func (a *Array) get(k Key) (Value, bool) {
	if i, ok := a.at[k]; ok {
		return a.items[i].Value, true
	}
	return Value{}, false
}

func (a *Array) set(k Key, v Value) {
	a.depth = 0
	if i, ok := a.at[k]; ok {
		a.items[i].Value = v
		return
	}
	a.at[k] = len(a.items)
	a.items = append(a.items, Item{Key: k, Value: v})
	if k.IsInt && (k.Int >= a.next || !a.counted) && !a.full {
		a.counted = true
		if k.Int == math.MaxInt64 {
			a.full = true
		} else {
			a.next = k.Int + 1
		}
	}
}

// push adds an entry under the next free integer; false when there is none.
func (a *Array) push(v Value) bool {
	if a.full {
		return false
	}
	a.set(Key{Int: a.next, IsInt: true}, v)
	return true
}

func (a *Array) unset(k Key) {
	if i, ok := a.at[k]; ok {
		delete(a.at, k)
		a.items[i] = Item{dead: true}
		a.gone++
	}
}

func (a *Array) clone() *Array {
	out := &Array{items: make([]Item, 0, a.Len()), at: make(map[Key]int, a.Len()), next: a.next, full: a.full, counted: a.counted}
	for _, it := range a.items {
		if it.dead {
			continue
		}
		if it.Value.list != nil {
			it.Value.list.lent = true
		}
		out.at[it.Key] = len(out.items)
		out.items = append(out.items, it)
	}
	return out
}

func join(a, b []Need) []Need {
	if len(b) == 0 {
		return a
	}
	out := append([]Need{}, a...)
next:
	for _, n := range b {
		for _, m := range out {
			if m.What == n.What && m.Name == n.Name {
				continue next
			}
		}
		if len(out) < maxNeeds {
			out = append(out, n)
		}
	}
	return out
}

// maxNeeds is how many things one value may be said to depend on; more are of no use to a reader.
const maxNeeds = 16

// Quote writes a string in PHP, between single quotes: only ' and \ mean anything there.
func Quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// Text makes a string value, as code that builds serialized settings needs it.
func Text(s string) Value { return Value{Kind: String, s: s} }

// Strings makes an array of strings with the keys 0, 1, ...
func Strings(items ...string) Value {
	a := newArray()
	for _, s := range items {
		a.push(Text(s))
	}
	return Value{Kind: List, list: a}
}
