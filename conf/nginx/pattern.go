package nginx

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a regular expression as nginx has it from PCRE: over bytes, with PCRE's numbering of groups.
type pattern struct {
	re     *regexp2.Regexp
	groups int
	names  map[string]int // named groups: they set variables
}

// matchLimit ends a match that backtracks without end, as PCRE's match limit does. It is generous, because the clock also
// runs while the machine does other things.
const matchLimit = 3 * time.Second

// compile translates a PCRE pattern to regexp2's dialect (that of .NET). Bytes become the characters of the same number, so
// that a match is over bytes. What the dialect does not have is an error.
func compile(text string, fold bool) (*pattern, error) {
	t := translator{in: text, names: map[string]int{}}
	if err := t.run(); err != nil {
		return nil, err
	}
	opts := regexp2.None
	if fold {
		opts = regexp2.IgnoreCase
	}
	re, err := regexp2.Compile(t.out.String(), opts)
	if err != nil {
		return nil, fmt.Errorf("a pattern that cannot be followed: %w", err)
	}
	re.MatchTimeout = matchLimit
	return &pattern{re: re, groups: t.groups, names: t.names}, nil
}

// match gives the text of all groups, the whole match first; nil when there is none. A group that took no part is "". The
// error is for a match that took too long.
func (p *pattern) match(s string) ([]string, error) {
	m, err := p.re.FindStringMatch(latin(s))
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, nil
	}
	out := make([]string, p.groups+1)
	for i, g := range m.Groups() {
		if i < len(out) {
			out[i] = bytesOf(g.String())
		}
	}
	return out, nil
}

// latin makes each byte the character with its number; bytesOf takes it back.
func latin(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			r := make([]rune, len(s))
			for j := range len(s) {
				r[j] = rune(s[j])
			}
			return string(r)
		}
	}
	return s
}

func bytesOf(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
	}
	return b.String()
}

// translator writes a PCRE pattern in regexp2's dialect. Groups lose their names: .NET numbers named groups last.
type translator struct {
	in     string
	i      int
	out    strings.Builder
	groups int
	names  map[string]int
}

// classes are what \d and its like, and [:alpha:] and its like, stand for in PCRE's tables for the C locale, as ranges.
var classes = map[string]string{
	"d": `0-9`, "w": `0-9A-Za-z_`, "s": `\t-\r `, "D": `\x00-/:-\xff`, "W": "\\x00-/:-@\\[-\\^`{-\\xff", "S": `\x00-\x08\x0e-\x1f!-\xff`,
	"h": `\t \xa0`, "v": `\n-\r\x85`,
	"alpha": `A-Za-z`, "digit": `0-9`, "alnum": `0-9A-Za-z`, "upper": `A-Z`, "lower": `a-z`, "space": `\t-\r `, "blank": `\t `,
	"punct": "!-/:-@\\[-`{-~", "xdigit": `0-9A-Fa-f`, "word": `0-9A-Za-z_`, "cntrl": `\x00-\x1f\x7f`, "graph": `!-~`, "print": ` -~`,
}

func (t *translator) run() error {
	for t.i < len(t.in) {
		c := t.in[t.i]
		var err error
		switch {
		case c == '\\':
			err = t.escape()
		case c == '[':
			err = t.class()
		case c == '(':
			err = t.group()
		case c == '+' && t.i > 0 && strings.IndexByte("*+?}", t.in[t.i-1]) >= 0 && !t.escaped():
			err = errors.New("a possessive quantifier cannot be followed")
		default:
			t.literal(c)
			t.i++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// escaped reports that the byte before this one stands behind a backslash.
func (t *translator) escaped() bool {
	n := 0
	for j := t.i - 2; j >= 0 && t.in[j] == '\\'; j-- {
		n++
	}
	return n%2 == 1
}

// literal writes a byte outside classes; operators are the same in both dialects.
func (t *translator) literal(c byte) {
	if c >= 0x80 || c < ' ' {
		fmt.Fprintf(&t.out, `\x%02x`, c)
		return
	}
	t.out.WriteByte(c)
}

func (t *translator) escape() error {
	if t.i+1 >= len(t.in) {
		return errors.New("the pattern ends in a backslash")
	}
	c := t.in[t.i+1]
	t.i += 2
	switch {
	case strings.IndexByte("dwsDWShv", c) >= 0:
		t.out.WriteString("[" + classes[string(c)] + "]")
	case c == 'b':
		t.out.WriteString(`(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))`)
	case c == 'B':
		t.out.WriteString(`(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))`)
	case c == 'A' || c == 'z' || c == 'Z' || c == 'G':
		t.out.WriteString(`\` + string(c))
	case c >= '1' && c <= '9':
		j := t.i
		for j < len(t.in) && t.in[j] >= '0' && t.in[j] <= '9' {
			j++
		}
		t.out.WriteString(`(?:\` + t.in[t.i-1:j] + `)`)
		t.i = j
	case c == 'k' || c == 'g' || c == 'p' || c == 'P' || c == 'X' || c == 'R' || c == 'K' || c == 'Q' || c == 'E' || c == 'N' || c == 'C' || c == 'H' || c == 'V':
		return fmt.Errorf(`\%c in a pattern cannot be followed`, c)
	default:
		b, err := t.char(c)
		if err != nil {
			return err
		}
		fmt.Fprintf(&t.out, `\x%02x`, b)
	}
	return nil
}

// char is the byte that \c means, c having been read.
func (t *translator) char(c byte) (byte, error) {
	switch c {
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'f':
		return '\f', nil
	case 'a':
		return 7, nil
	case 'e':
		return 27, nil
	case '0':
		return 0, nil
	case 'x':
		if t.i+2 <= len(t.in) {
			if n, err := strconv.ParseUint(t.in[t.i:t.i+2], 16, 8); err == nil {
				t.i += 2
				return byte(n), nil
			}
		}
		return 0, errors.New(`\x in a pattern without two hexadecimal digits`)
	}
	if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
		return 0, fmt.Errorf(`\%c in a pattern cannot be followed`, c)
	}
	return c, nil
}

// class writes [...]: every literal as a number, because -[ and the like mean something else in .NET.
func (t *translator) class() error {
	t.i++
	t.out.WriteByte('[')
	if t.i < len(t.in) && t.in[t.i] == '^' {
		t.out.WriteByte('^')
		t.i++
	}
	for first := true; ; first = false {
		if t.i >= len(t.in) {
			return errors.New("a [ in a pattern that is never closed")
		}
		c := t.in[t.i]
		if c == ']' && !first {
			t.i++
			t.out.WriteByte(']')
			return nil
		}
		if rest := t.in[t.i:]; strings.HasPrefix(rest, "[:") {
			if name, _, ok := strings.Cut(rest[2:], ":]"); ok {
				if r, known := classes[name]; known && len(name) > 1 {
					t.out.WriteString(r)
					t.i += len(name) + 4
					continue
				}
				return fmt.Errorf("[:%s:] in a pattern cannot be followed", name)
			}
		}
		lo, set, err := t.classChar()
		switch {
		case err != nil:
			return err
		case set != "":
			t.out.WriteString(set)
			continue
		}
		if t.i+1 < len(t.in) && t.in[t.i] == '-' && t.in[t.i+1] != ']' {
			save := t.i
			t.i++
			hi, set, err := t.classChar()
			if err != nil {
				return err
			}
			if set == "" {
				if hi < lo {
					return errors.New("a range out of order in a pattern")
				}
				fmt.Fprintf(&t.out, `\x%02x-\x%02x`, lo, hi)
				continue
			}
			t.i = save
		}
		fmt.Fprintf(&t.out, `\x%02x`, lo)
	}
}

// classChar reads one member of a class: a byte, or a set.
func (t *translator) classChar() (c byte, set string, err error) {
	c = t.in[t.i]
	t.i++
	if c != '\\' {
		return c, "", nil
	}
	if t.i >= len(t.in) {
		return 0, "", errors.New("the pattern ends in a backslash")
	}
	c = t.in[t.i]
	t.i++
	if s, ok := classes[string(c)]; ok {
		return 0, s, nil
	}
	if c == 'b' {
		return 8, "", nil
	}
	c, err = t.char(c)
	return c, "", err
}

// group writes what opens a group.
func (t *translator) group() error {
	rest := t.in[t.i+1:]
	switch {
	case !strings.HasPrefix(rest, "?") && !strings.HasPrefix(rest, "*"):
		t.groups++
		t.out.WriteByte('(')
		t.i++
		return nil
	case strings.HasPrefix(rest, "*"):
		return errors.New("a verb (*...) in a pattern cannot be followed")
	}
	for _, p := range []string{"?:", "?=", "?!", "?<=", "?<!", "?>"} {
		if strings.HasPrefix(rest, p) {
			t.out.WriteString("(" + p)
			t.i += 1 + len(p)
			return nil
		}
	}
	for _, p := range [][2]string{{"?<", ">"}, {"?P<", ">"}, {"?'", "'"}} {
		if after, ok := strings.CutPrefix(rest, p[0]); ok {
			name, _, ok := strings.Cut(after, p[1])
			if !ok || name == "" {
				return errors.New("a group in a pattern whose name does not end")
			}
			t.groups++
			t.names[name] = t.groups
			t.out.WriteByte('(')
			t.i += 1 + len(p[0]) + len(name) + 1
			return nil
		}
	}
	if n := strings.IndexAny(rest, ":)"); n > 1 && strings.Trim(rest[1:n], "imsx-") == "" {
		if strings.Contains(rest[:n], "x") {
			return errors.New("(?x) in a pattern cannot be followed")
		}
		t.out.WriteString("(" + rest[:n+1])
		t.i += n + 2
		return nil
	}
	return errors.New("a kind of group in a pattern that cannot be followed")
}
