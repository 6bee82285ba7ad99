package curl

import (
	"fmt"
	"strconv"
	"strings"
)

// maxTransfers is how many transfers one URL pattern may stand for here; curl itself has no such limit.
const maxTransfers = 64

// glob expands {a,b} and [1-9] as curl does unless -g is given. "[::1]" stays, as an IPv6 address.
func glob(pattern string) ([]string, error) {
	out := []string{""}
	add := func(alts []string) error {
		if len(out)*len(alts) > maxTransfers {
			return usage("URL", "the pattern stands for more than %d transfers; give one URL, or -g when the brackets are meant literally", maxTransfers)
		}
		var next []string
		for _, o := range out {
			for _, a := range alts {
				next = append(next, o+a)
			}
		}
		out = next
		return nil
	}
	for i := 0; i < len(pattern); {
		c := pattern[i]
		var alts []string
		switch {
		case c == '\\' && i+1 < len(pattern) && strings.IndexByte("{}[]", pattern[i+1]) >= 0:
			alts = []string{pattern[i+1 : i+2]}
			i += 2
		case c == '{':
			set, n, err := globSet(pattern[i:], i)
			if err != nil {
				return nil, err
			}
			alts = set
			i += n
		case c == '[':
			if n := ipv6Literal(pattern[i:]); n > 0 {
				alts = []string{pattern[i : i+n]}
				i += n
				break
			}
			if strings.HasPrefix(pattern[i:], "[]") { // an empty bracket is literal
				alts = []string{"[]"}
				i += 2
				break
			}
			set, n, err := globRange(pattern[i:], i)
			if err != nil {
				return nil, err
			}
			alts = set
			i += n
		case c == '}' || c == ']':
			return nil, usage("URL", "unmatched close brace/bracket at position %d; curl wants -g for literal ones", i+1)
		default:
			j := i
			for j < len(pattern) && strings.IndexByte("{}[]\\", pattern[j]) < 0 {
				j++
			}
			if j == i {
				j++ // a backslash before something else is literal
			}
			alts = []string{pattern[i:j]}
			i = j
		}
		if err := add(alts); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func globSet(s string, at int) ([]string, int, error) {
	var alts []string
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '{', '[':
			return nil, 0, usage("URL", "nested brace at position %d; curl wants -g for literal ones", at+i+1)
		case ']':
			return nil, 0, usage("URL", "unexpected close bracket at position %d; curl wants -g for literal ones", at+i+1)
		case ',', '}':
			if s[i] == '}' && i == 1 {
				return nil, 0, usage("URL", "empty string within braces at position %d; curl wants -g for literal ones", at+2)
			}
			alts = append(alts, b.String())
			b.Reset()
			if s[i] == '}' {
				return alts, i + 1, nil
			}
		case '\\':
			if i+1 < len(s) {
				i++
			}
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return nil, 0, usage("URL", "unmatched brace at position %d; curl wants -g for literal ones", at+1)
}

func globRange(s string, at int) ([]string, int, error) {
	bad := usage("URL", "bad range in [] at position %d; curl wants -g for literal ones", at+1)
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return nil, 0, bad
	}
	in, stepText, stepped := strings.Cut(s[1:end], ":")
	lo, hi, ok := strings.Cut(in, "-")
	if !ok || lo == "" || hi == "" {
		return nil, 0, bad
	}
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n <= 0 {
			return nil, 0, bad
		}
		step = n
	}
	var alts []string
	if len(lo) == 1 && len(hi) == 1 && isLetter(lo[0]) && isLetter(hi[0]) {
		if lo[0] > hi[0] || isUpper(lo[0]) != isUpper(hi[0]) || int(hi[0]-lo[0]) < step && lo != hi {
			return nil, 0, bad
		}
		for c := int(lo[0]); c <= int(hi[0]); c += step {
			alts = append(alts, string(rune(c)))
		}
		return alts, end + 1, nil
	}
	a, e1 := strconv.ParseUint(lo, 10, 31)
	z, e2 := strconv.ParseUint(hi, 10, 31)
	if e1 != nil || e2 != nil || a > z || z-a < uint64(step) && a != z {
		return nil, 0, bad
	}
	width := 0
	if lo[0] == '0' {
		width = len(lo)
	}
	for n := a; n <= z; n += uint64(step) {
		if len(alts) > maxTransfers {
			break // add refuses it
		}
		alts = append(alts, fmt.Sprintf("%0*d", width, n))
	}
	return alts, end + 1, nil
}

func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isLetter(c byte) bool { return isUpper(c) || c >= 'a' && c <= 'z' }

// ipv6Literal is the length of the bracketed IPv6 address that s begins with, or 0.
func ipv6Literal(s string) int {
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return 0
	}
	addr, _, _ := strings.Cut(s[1:end], "%")
	if strings.Count(addr, ":") < 2 || strings.Trim(addr, "0123456789abcdefABCDEF:.") != "" {
		return 0
	}
	return end + 1
}
