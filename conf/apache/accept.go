package apache

import (
	"strconv"
	"strings"
)

// accepted is one item of Accept and its like: a name with its quality.
type accepted struct {
	name           string
	quality, level float32
	charset        string
}

// acceptList reads a field of that kind; ok is false when there is none. Items are parted by commas, and by blanks as well.
func acceptList(t table, field string) (list []accepted, ok bool) {
	if !t.has(field) {
		return nil, false
	}
	for s := t.get(field); s != ""; {
		var a accepted
		a, s = acceptItem(s)
		list = append(list, a)
	}
	return list, true
}

// acceptItem reads the first item of s, or a type with its parameters, and gives what follows.
func acceptItem(s string) (a accepted, rest string) {
	a.quality = 1
	a.name, s = acceptToken(s, false)
	a.name = strings.ToLower(a.name)
	if a.name == "text/html" {
		a.level = 2
	}
	for strings.HasPrefix(s, ";") {
		var param string
		param, s = acceptToken(s[1:], true)
		name, value, ok := strings.Cut(param, "=")
		if !ok {
			continue
		}
		value = strings.TrimLeft(value, blanks+"=")
		if in, quoted := strings.CutPrefix(value, `"`); quoted {
			value, _, _ = strings.Cut(in, `"`)
		} else if i := strings.IndexAny(value, blanks); i >= 0 {
			value = value[:i]
		}
		value = strings.ToLower(value)
		switch strings.ToLower(strings.TrimRight(name, blanks)) {
		case "q", "qs":
			a.quality = quality(value)
		case "level":
			n, _ := strconv.Atoi(value)
			a.level = float32(n)
		case "charset":
			a.charset = value
		}
	}
	return a, strings.TrimPrefix(s, ",")
}

// acceptToken reads up to a comma, a semicolon or, unless blanks may stand in it, a blank (ap_get_token).
func acceptToken(s string, blank bool) (token, rest string) {
	s = strings.TrimLeft(s, blanks)
	i := 0
	for i < len(s) && s[i] != ';' && s[i] != ',' && (blank || !strings.Contains(blanks, s[i:i+1])) {
		if s[i] == '"' {
			if end := strings.IndexByte(s[i+1:], '"'); end >= 0 {
				i += end + 1
			} else {
				i = len(s) - 1
			}
		}
		i++
	}
	return s[:i], strings.TrimLeft(s[i:], blanks)
}

// quality reads a q of three digits at most; what is none counts as 1.
func quality(s string) float32 {
	s, zero := strings.CutPrefix(s, "0")
	if !zero && !strings.HasPrefix(s, ".") {
		return 1
	}
	digits, ok := strings.CutPrefix(s, ".")
	if !ok {
		return 0
	}
	n := 0
	for i := range 3 {
		if n *= 10; i < len(digits) && digits[i] >= '0' && digits[i] <= '9' {
			n += int(digits[i] - '0')
		} else {
			digits = ""
		}
	}
	return float32(n) / 1000
}
