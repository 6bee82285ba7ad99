package php

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Limits of serialized values. A row of a settings table is far below them.
const (
	maxSerialized = 16 << 20 // bytes
	maxEntries    = 1 << 20  // entries of all arrays together
)

// Unserialize reads what PHP's serialize() wrote: scalars and arrays, as the settings of WordPress and CiviCRM are. Objects,
// references and anything that serialize() would have written in another way are refused, so that Serialize gives back the same
// bytes. The error names the byte, from 0, and what was expected there.
//
// The form is described at https://www.php.net/manual/en/function.serialize.php; the numbers in it count bytes.
func Unserialize(s string) (Value, error) {
	if len(s) > maxSerialized {
		return Value{}, fmt.Errorf("larger than %d MB", maxSerialized>>20)
	}
	u := &unserializer{src: s}
	v, err := u.value(0)
	if err == nil && u.pos != len(s) {
		err = u.errorf("expected the end of the value")
	}
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

type unserializer struct {
	src     string
	pos     int
	entries int
}

func (u *unserializer) errorf(format string, args ...any) error {
	return fmt.Errorf("byte %d: "+format, append([]any{u.pos}, args...)...)
}

// ErrObject says that a serialized value holds an object or a reference. Only the program that wrote it can read those.
var ErrObject = errors.New("an object or a reference, which is not read")

func (u *unserializer) value(depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, u.errorf("nested deeper than %d", maxDepth)
	}
	rest := u.src[u.pos:]
	if strings.HasPrefix(rest, "N;") {
		u.pos += 2
		return Value{Kind: Null}, nil
	}
	if len(rest) < 2 || rest[1] != ':' {
		return Value{}, u.errorf("expected a value such as i:1; or s:1:\"a\";")
	}
	switch rest[0] {
	case 'b', 'i', 'd':
		return u.scalar(rest[0])
	case 's':
		u.pos += 2
		text, err := u.text()
		if err != nil {
			return Value{}, err
		}
		return Text(text), u.expect(";")
	case 'a':
		u.pos += 2
		return u.array(depth)
	case 'O', 'C', 'R', 'r', 'E', 'o', 'S':
		return Value{}, u.errorf("%w", ErrObject)
	}
	return Value{}, u.errorf("%q is no type of value", rest[:1])
}

func (u *unserializer) expect(s string) error {
	if !strings.HasPrefix(u.src[u.pos:], s) {
		return u.errorf("expected %q", s)
	}
	u.pos += len(s)
	return nil
}

// scalar reads b:1; i:-5; d:0.5; and holds each to the form in which PHP writes it.
func (u *unserializer) scalar(kind byte) (Value, error) {
	end := strings.IndexByte(u.src[u.pos:], ';')
	if end < 0 {
		return Value{}, u.errorf("expected %q behind a value", ";")
	}
	text := u.src[u.pos+2 : u.pos+end]
	var v Value
	ok := false
	switch kind {
	case 'b':
		v, ok = boolean(text == "1"), text == "1" || text == "0"
	case 'i':
		n, err := strconv.ParseInt(text, 10, 64)
		v, ok = Value{Kind: Int, i: n}, err == nil && strconv.FormatInt(n, 10) == text
	case 'd':
		v, ok = float(text)
	}
	if !ok {
		return Value{}, u.errorf("%q is no value of the type %c", clip(text), kind)
	}
	u.pos += end + 1
	return v, nil
}

// float reads a float and keeps its text: PHP before 7.1 wrote other digits for the same number.
func float(text string) (Value, bool) {
	v := Value{Kind: Float, s: text}
	switch text {
	case "NAN":
		v.f = math.NaN()
		return v, true
	case "INF", "-INF":
		v.f = math.Inf(1)
		if text[0] == '-' {
			v.f = math.Inf(-1)
		}
		return v, true
	}
	if strings.Trim(text, "0123456789.eE+-") != "" {
		return v, false
	}
	f, err := strconv.ParseFloat(text, 64)
	v.f = f
	return v, err == nil
}

func clip(s string) string {
	if len(s) > 24 {
		return s[:24] + "..."
	}
	return s
}

// number reads a count and the colon behind it.
func (u *unserializer) number() (int, error) {
	end := strings.IndexByte(u.src[u.pos:], ':')
	if end < 0 || end > 10 {
		return 0, u.errorf("expected a length and %q", ":")
	}
	text := u.src[u.pos : u.pos+end]
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || strconv.Itoa(n) != text {
		return 0, u.errorf("%q is no length", clip(text))
	}
	u.pos += end + 1
	return n, nil
}

// text reads 3:"abc", whose length counts bytes.
func (u *unserializer) text() (string, error) {
	n, err := u.number()
	if err != nil {
		return "", err
	}
	rest := u.src[u.pos:]
	if len(rest) < n+2 || rest[0] != '"' || rest[n+1] != '"' {
		return "", u.errorf("a string of %d bytes does not end there", n)
	}
	u.pos += n + 2
	return rest[1 : n+1], nil
}

func (u *unserializer) array(depth int) (Value, error) {
	n, err := u.number()
	if err != nil {
		return Value{}, err
	}
	if u.entries += n; u.entries > maxEntries || n > (len(u.src)-u.pos)/6+1 {
		return Value{}, u.errorf("an array of %d entries is longer than the value", n)
	}
	if err := u.expect("{"); err != nil {
		return Value{}, err
	}
	a := newArray()
	for range n {
		k, err := u.key()
		if err != nil {
			return Value{}, err
		}
		if _, twice := a.get(k); twice {
			return Value{}, u.errorf("a key stands twice in an array")
		}
		v, err := u.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		a.set(k, v)
	}
	return Value{Kind: List, list: a}, u.expect("}")
}

func (u *unserializer) key() (Key, error) {
	switch rest := u.src[u.pos:]; {
	case strings.HasPrefix(rest, "i:"):
		v, err := u.scalar('i')
		return Key{Int: v.i, IsInt: true}, err
	case strings.HasPrefix(rest, "s:"):
		at := u.pos
		u.pos += 2
		text, err := u.text()
		if err != nil {
			return Key{}, err
		}
		if k := keyOf(text); k.IsInt { // PHP makes an integer of it
			u.pos = at
			return Key{}, u.errorf("a key that is a number is written as one")
		}
		return Key{Text: text}, u.expect(";")
	}
	return Key{}, u.errorf("expected a key: i: or s:")
}

// Serialize writes v as PHP's serialize() does. The error is for a value that is not known, or nested too deep.
func Serialize(v Value) (string, error) {
	var b strings.Builder
	if err := serialize(&b, v, 0); err != nil {
		return "", err
	}
	return b.String(), nil
}

func serialize(b *strings.Builder, v Value, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	switch v.Kind {
	case Null:
		b.WriteString("N;")
	case Bool:
		n := 0
		if v.b {
			n = 1
		}
		fmt.Fprintf(b, "b:%d;", n)
	case Int:
		fmt.Fprintf(b, "i:%d;", v.i)
	case Float:
		text := v.s
		if text == "" {
			text = floatText(v.f)
		}
		b.WriteString("d:" + text + ";")
	case String:
		b.WriteString("s:" + strconv.Itoa(len(v.s)) + `:"` + v.s + `";`)
	case List:
		fmt.Fprintf(b, "a:%d:{", v.list.Len())
		for _, it := range v.list.Items() {
			if it.Key.IsInt {
				fmt.Fprintf(b, "i:%d;", it.Key.Int)
			} else {
				b.WriteString("s:" + strconv.Itoa(len(it.Key.Text)) + `:"` + it.Key.Text + `";`)
			}
			if err := serialize(b, it.Value, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	default:
		return fmt.Errorf("%s cannot be written", v.Kind)
	}
	return nil
}

// Words are the strings of an array of strings, in their order; false when v is none. The keys may be any.
func (v Value) Words() ([]string, bool) {
	if v.Kind != List {
		return nil, false
	}
	words := []string{}
	for _, it := range v.list.Items() {
		if it.Value.Kind != String {
			return nil, false
		}
		words = append(words, it.Value.s)
	}
	return words, true
}

// With is v with the entry key set to item; v must be an array. The other entries keep their order, and v is not changed.
func (v Value) With(key string, item Value) Value {
	a := newArray()
	if v.list != nil {
		a = v.list.clone()
	}
	a.set(keyOf(key), item)
	return Value{Kind: List, list: a, At: v.At}
}

// Without is v without the entry key.
func (v Value) Without(key string) Value {
	if v.list == nil {
		return v
	}
	a := v.list.clone()
	a.unset(keyOf(key))
	return Value{Kind: List, list: a, At: v.At}
}

// Holds reports that v is an array with the string word among its values.
func (v Value) Holds(word string) bool {
	words, _ := v.Words()
	return slices.Contains(words, word)
}
