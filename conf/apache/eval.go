package apache

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// holds evaluates a condition for a request. What cannot be known is noted as open, and taken for false or empty.
func (v *visit) holds(e *expr) bool {
	if e == nil || e.root == nil {
		return false
	}
	depends := v.hidden.Watch()
	yes := (&evaluation{v: v}).truth(e.root)
	field, password := depends()
	if field == "" && password && !e.pattern() {
		field = "Authorization"
	}
	return v.hidden.Either(conf.Place{}, field, yes)
}

// pattern reports that an expression compares with patterns alone, for which the words of Authorization in front of the password
// are enough.
func (e *expr) pattern() bool { return onlyPatterns(e.root) }

func onlyPatterns(t *term) bool {
	switch t.op {
	case "==", "!=", "<", ">", "<=", ">=", "in", "-strmatch", "-strcmatch", "-fnmatch":
		for _, k := range t.kids {
			if k.op == "lit" && k.text == "" {
				return true // compared with nothing
			}
		}
		return false
	}
	for _, k := range t.kids {
		if !onlyPatterns(k) {
			return false
		}
	}
	return true
}

// value evaluates a text.
func (v *visit) value(e *expr) string {
	if e == nil || e.root == nil {
		return ""
	}
	return (&evaluation{v: v}).word(e.root)
}

// evaluation is one run of an expression: the groups of its last match are what $1 means.
type evaluation struct {
	v      *visit
	groups []string
}

func (e *evaluation) truth(t *term) bool {
	word := func(i int) string {
		if i < len(t.kids) {
			return e.word(t.kids[i])
		}
		return ""
	}
	switch t.op {
	case "true":
		return true
	case "false":
		return false
	case "!":
		return !e.truth(t.kids[0])
	case "&&":
		return e.truth(t.kids[0]) && e.truth(t.kids[1])
	case "||":
		return e.truth(t.kids[0]) || e.truth(t.kids[1])
	case "==":
		return word(0) == word(1)
	case "!=":
		return word(0) != word(1)
	case "<":
		return word(0) < word(1)
	case ">":
		return word(0) > word(1)
	case "<=":
		return word(0) <= word(1)
	case ">=":
		return word(0) >= word(1)
	case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return numbers(t.op, integer(word(0)), integer(word(1)))
	case "=~", "!~":
		m := t.re.match(word(0))
		if m != nil {
			e.groups = m
		}
		return (m != nil) == (t.op == "=~")
	case "in":
		w := word(0)
		for _, k := range t.kids[1:] {
			if e.word(k) == w {
				return true
			}
		}
		return false
	case "in-list":
		e.v.open("a list that a function gives (" + t.kids[1].text + ")")
		return false
	case "-n":
		return word(0) != ""
	case "-z":
		return word(0) == ""
	case "-T":
		w := strings.ToLower(word(0))
		return w != "" && w != "0" && w != "off" && w != "false" && w != "no"
	case "-R":
		return e.v.from(word(0))
	case "-ipmatch":
		a, err := netip.ParseAddr(word(0))
		return err == nil && inNets(a, word(1))
	case "-strmatch":
		return wildcard(word(1), word(0), false)
	case "-strcmatch":
		return wildcard(word(1), word(0), true)
	case "-fnmatch":
		ok, err := path.Match(word(1), word(0))
		return err == nil && ok
	case "-d", "-e", "-f", "-s", "-L", "-h":
		return e.v.fileTest(t.op, word(0))
	}
	e.v.open("the outcome of " + t.op + " in an expression")
	return false
}

func integer(s string) int64 {
	s = strings.TrimLeft(s, blanks)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], 10, 64)
	return n
}

func numbers(op string, a, b int64) bool {
	switch op {
	case "-eq":
		return a == b
	case "-ne":
		return a != b
	case "-lt":
		return a < b
	case "-le":
		return a <= b
	case "-gt":
		return a > b
	}
	return a >= b
}

func inNets(a netip.Addr, list string) bool {
	p, ok := readNet(list)
	return ok && p[0].Contains(a.Unmap())
}

func (v *visit) from(list string) bool { return inNets(v.client, list) }

// wildcard is ap_strcmp_match: * and ? match slashes, too.
func wildcard(pattern, s string, fold bool) bool {
	if fold {
		pattern, s = strings.ToLower(pattern), strings.ToLower(s)
	}
	pi, si, star, mark := 0, 0, -1, 0
	for si < len(s) {
		switch {
		case pi < len(pattern) && pattern[pi] == '*':
			star, mark = pi, si
			pi++
		case pi < len(pattern) && (pattern[pi] == '?' || pattern[pi] == s[si]):
			pi++
			si++
		case star >= 0:
			mark++
			pi, si = star+1, mark
		default:
			return false
		}
	}
	for pi < len(pattern) && pattern[pi] == '*' {
		pi++
	}
	return pi == len(pattern)
}

// fileTest is -d, -f and their like, in expressions and in RewriteCond.
func (v *visit) fileTest(op, name string) bool {
	if name == "" {
		return false
	}
	if v.assumed {
		v.open("what stands at a path on the server's disk (" + op + ")")
		return false
	}
	k, err := v.w.stat(name)
	if err != nil {
		return false
	}
	switch op {
	case "-d":
		return k == folder
	case "-f":
		return k == regular
	case "-e":
		return k != noFile
	case "-s":
		info, err := v.w.src.Stat(name)
		return err == nil && k == regular && info.Size > 0
	}
	v.open("whether a path is a symbolic link")
	return false
}

func (e *evaluation) word(t *term) string {
	switch t.op {
	case "lit":
		return t.text
	case "cat":
		return e.word(t.kids[0]) + e.word(t.kids[1])
	case "ref":
		if n := int(t.text[0] - '0'); n < len(e.groups) {
			return e.groups[n]
		}
		return ""
	case "var":
		return e.v.variable(t.text)
	case "call":
		var args []string
		for _, k := range t.kids {
			args = append(args, e.word(k))
		}
		return e.v.call(t.text, args)
	}
	return ""
}

func (v *visit) call(name string, args []string) string {
	a := args[0]
	switch name {
	case "req", "http", "req_novary":
		return v.field(a)
	case "resp":
		if s := v.errOut.get(a); s != "" {
			return s
		}
		return v.out.get(a)
	case "reqenv", "env", "note":
		return v.variableOf(a)
	case "tolower":
		return strings.ToLower(a)
	case "toupper":
		return strings.ToUpper(a)
	case "escape":
		return escapePath(a)
	case "unescape":
		s, status := unescape(a, false, true)
		if status != 0 {
			return ""
		}
		return s
	case "base64":
		return base64.StdEncoding.EncodeToString([]byte(a))
	case "unbase64":
		b, _ := base64.StdEncoding.DecodeString(a)
		return string(b)
	case "md5":
		s := md5.Sum([]byte(a))
		return hex.EncodeToString(s[:])
	case "sha1":
		s := sha1.Sum([]byte(a))
		return hex.EncodeToString(s[:])
	case "replace":
		if len(args) == 3 && args[1] != "" {
			return strings.ReplaceAll(a, args[1], args[2])
		}
	}
	v.open("the value of " + name + "() in an expression")
	return ""
}
