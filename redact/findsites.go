package redact

import (
	"strings"
	"unicode/utf8"
)

// fieldsIn finds header fields by their names, which end in front of a mark.
func fieldsIn(f *finder, s string, do func([]int)) {
	done := 0
	for p := 0; p < len(s); {
		if !is(s[p], inField) {
			p++
			continue
		}
		q := run(s, p, inField)
		if q == len(s) || q-p < 3 || !is(s[q], besides) || !fieldLike(s[p:q]) {
			p = q
			continue
		}
		end := min(run(s, q, besides)+1, len(s))
		for i := p; i < q; i++ {
			if i > p && s[i-1] != '-' || !is(s[i], isLetter) {
				continue
			}
			from := i
			if i == p && i > done && strings.IndexByte("\"'`[({", s[i-1]) >= 0 {
				from--
			}
			if from < done {
				continue
			}
			if m := f.here.at(s, from, end); m != nil {
				do(m)
				done = m[1]
				break
			}
		}
		p = q
	}
}

// fieldLike reports a name that the pattern of fields can end at.
func fieldLike(name string) bool {
	switch name[len(name)-1] | 0x20 {
	case 'n':
		if endsFold(name, "authorization") || endsFold(name, "-token") {
			return true
		}
	case 'e':
		if endsFold(name, "cookie") {
			return true
		}
	case '2':
		if endsFold(name, "cookie2") {
			return true
		}
	case 'y':
		if endsFold(name, "apikey") || endsFold(name, "-key") {
			return true
		}
	case 'h':
		if endsFold(name, "-auth") {
			return true
		}
	case 'd':
		if endsFold(name, "-session-id") {
			return true
		}
	}
	for i := 0; ; i++ {
		if hasFold(name, i, "x-") {
			return true
		}
		k := strings.IndexByte(name[i:], '-')
		if k < 0 {
			return false
		}
		i += k
	}
}

// addressesIn finds URLs by the colon behind their scheme.
func addressesIn(f *finder, s string, do func([]int)) {
	var m [2]int
	done := 0
	for p := 0; ; {
		k := strings.IndexByte(s[p:], ':')
		if k < 0 {
			return
		}
		p += k
		colon := p
		p++
		v := p
		for range 2 {
			if v < len(s) && s[v] == '\\' {
				v++
			}
			if v >= len(s) || s[v] != '/' {
				v = -1
				break
			}
			v++
		}
		if v < 0 {
			continue
		}
		from := colon
		for low := max(done, colon-31); from > low; from-- {
			if c := s[from-1]; !is(c, inHost) && c != '+' {
				break
			}
		}
		for from < colon-1 && !(is(s[from], isLetter) && bound(s, from)) {
			from++
		}
		if from >= colon-1 {
			continue
		}
		end := v
		for end < len(s) && !is(s[end], isSpace) && strings.IndexByte("\"'<>`", s[end]) < 0 {
			end++
		}
		if end > v {
			m = [2]int{from, end}
			do(m[:])
			done, p = end, end
		}
	}
}

// pairsIn finds the parameters of queries by the mark in front.
func pairsIn(f *finder, s string, do func([]int)) {
	var m [6]int
	for p := 0; p < len(s); p++ {
		n := 0
		switch s[p] {
		case '?', ';', '#':
			n = 1
		case '&':
			n = 1
			if strings.HasPrefix(s[p:], "&amp;") {
				n = 5 // amp and a semicolon are no name and value
			}
		case '\\':
			if strings.HasPrefix(s[p:], `\u0026`) {
				n = 6
			}
		case '%':
			if strings.HasPrefix(s[p:], "%26") || hasFold(s, p, "%3f") {
				n = 3
			}
		}
		if n == 0 || p+n == len(s) {
			continue
		}
		i := p + n
		if c := s[i]; !is(c, isLetter) && c != '_' {
			continue
		}
		e := i + 1
		for e < len(s) && e-i < 64 && is(s[e], inParam) {
			e++
		}
		for hasFold(s, e, "%5b") || hasFold(s, e, "%5d") {
			e = run(s, e+3, isWord)
		}
		v := 0
		switch {
		case e < len(s) && s[e] == '=':
			v = e + 1
		case hasFold(s, e, "%3d"):
			v = e + 3
		default:
			continue
		}
		if end := until(s, v, endsParam); end > v {
			m = [6]int{p, end, i, e, v, end}
			do(m[:])
			p = end - 1
		}
	}
}

// tokensIn finds what begins like a JWT.
func tokensIn(f *finder, s string, do func([]int)) {
	var m [2]int
	for p := 0; ; {
		k := strings.Index(s[p:], "ey")
		if k < 0 {
			return
		}
		p += k
		from := p
		p += 2
		if !bound(s, from) {
			continue
		}
		for p < len(s) && (is(s[p], isWord) || s[p] == '-') {
			p++
		}
		if p-from < 8 {
			continue
		}
		for n := 0; n < 8 && p < len(s) && s[p] == '.'; n++ {
			p = run(s, p+1, inToken)
		}
		m = [2]int{from, p}
		do(m[:])
	}
}

// schemesIn finds scheme words with something behind them by the blank between.
func schemesIn(f *finder, s string, do func([]int)) {
	var m [6]int
	done := 0
	for p := 1; p < len(s); p++ {
		if !is(s[p], isBlank) || !is(s[p-1], isLetter) {
			continue
		}
		n := schemeWord(s[done:p])
		v := run(s, p, isBlank)
		if n > 0 && bound(s, p-n) {
			if end := run(s, v, inSchemed); end-v >= 6 {
				m = [6]int{p - n, end, p - n, p, v, end}
				do(m[:])
				done, p = end, end
				continue
			}
		}
		p = v - 1
	}
}

// schemeWord is the length of the scheme word that s ends with.
func schemeWord(s string) int {
	words := ""
	switch s[max(len(s)-1, 0):] {
	case "r", "R":
		words = "bearer"
	case "c", "C":
		words = "basic"
	case "n", "N":
		words = "token"
	case "e", "E":
		words = "negotiate"
	case "m", "M":
		words = "ntlm"
	case "k", "K":
		words = "splunk"
	case "t", "T":
		words = "digest"
	case "y", "Y":
		for _, w := range []string{"apikey", "api-key", "sso-key", "geniekey"} {
			if endsFold(s, w) {
				return len(w)
			}
		}
		return 0
	default:
		return 0
	}
	if endsFold(s, words) {
		return len(words)
	}
	return 0
}

// hashesIn finds hashed passwords by the mark of their kind.
func hashesIn(f *finder, s string, do func([]int)) {
	for p := 0; ; p++ {
		k := strings.IndexAny(s[p:], "${")
		if k < 0 {
			return
		}
		p += k
		end := p + 1
		if s[p] == '{' {
			if !strings.HasPrefix(s[end:], "S") {
				continue
			}
		} else {
			for end < len(s) && is(s[end], inField) {
				end++
			}
			if end == p+1 || end == len(s) || s[end] != '$' || strings.IndexByte("a1256y7sp", s[p+1]) < 0 {
				continue
			}
		}
		if m := f.here.at(s, p, len(s)); m != nil {
			do(m)
			p = m[1] - 1
		}
	}
}

// inputsIn finds tags of forms.
func inputsIn(f *finder, s string, do func([]int)) {
	var m [2]int
	for p := 0; ; p++ {
		k := strings.IndexByte(s[p:], '<')
		if k < 0 {
			return
		}
		p += k
		for _, w := range []string{"input", "meta", "button", "param", "add", "form"} {
			if !hasFold(s, p+1, w) {
				continue
			}
			i := p + 1 + len(w)
			if i == len(s) || is(s[i], isWord) {
				break
			}
			if k := strings.IndexAny(s[i:], "<>"); k >= 0 && s[i+k] == '>' {
				m = [2]int{p, i + k + 1}
				do(m[:])
				p = i + k
			}
			break
		}
	}
}

// elementsIn finds elements of XML that hold nothing but text.
func elementsIn(f *finder, s string, do func([]int)) {
	var m [6]int
	for p := 0; ; p++ {
		k := strings.IndexByte(s[p:], '<')
		if k < 0 {
			return
		}
		p += k
		i := p + 1
		if i == len(s) || !is(s[i], isLetter) && s[i] != '_' {
			continue
		}
		e := i + 1
		for e < len(s) && (is(s[e], inName) || s[e] == ':') {
			e++
		}
		v := e
		if v < len(s) && is(s[v], isSpace) {
			k := strings.IndexAny(s[v:], "<>")
			if k < 0 {
				continue
			}
			v += k
		}
		if v == len(s) || s[v] != '>' {
			continue
		}
		v++
		k = strings.IndexAny(s[v:], "<>")
		if k < 0 || !strings.HasPrefix(s[v+k:], "</") || k < 9 && utf8.RuneCountInString(s[v:v+k]) < 3 {
			continue
		}
		m = [6]int{p, v + k + 2, i, e, v, v + k}
		do(m[:])
		p = v + k + 1
	}
}

// assignmentsIn finds names and values by the sign between them.
func assignmentsIn(f *finder, s string, do func([]int)) {
	var m [10]int
	done := 0
	for p := 0; p < len(s); p++ {
		if s[p] != '=' && s[p] != ':' {
			continue
		}
		k := p
		for k > done && is(s[k-1], isBlank) {
			k--
		}
		m[4], m[5] = -1, -1
		if k > done && (s[k-1] == '"' || s[k-1] == '\'') {
			m[5] = k
			if k--; k > done && s[k-1] == '\\' {
				k--
			}
			m[4] = k
		}
		e := k
		if e > done && s[e-1] == ']' {
			e--
			for e > done && k-1-e < 60 && is(s[e-1], inIndex) {
				e--
			}
			if e == k-1 || e == done || s[e-1] != '[' {
				continue
			}
			e--
		}
		from := e
		for low := max(done, e-81); from > low && is(s[from-1], inName); {
			from--
		}
		for from < e && !is(s[from], isLetter) && s[from] != '_' {
			from++
		}
		if e-from < 2 {
			continue
		}
		m[2], m[3], m[6] = from, k, p
		long := p + 1
		if long < len(s) && (s[long] == '=' || s[long] == '>' && s[p] == '=') {
			long++ // => and := and ==
		}
		for sep := long; sep > p; sep-- {
			v := run(s, sep, isBlank)
			if end := valueEnd(s, v); end > v {
				m[0], m[1], m[7], m[8], m[9] = from, end, sep, v, end
				do(m[:])
				done, p = end, end-1
				break
			}
		}
	}
}

// valueEnd is the end of the value of an assignment that begins at v.
func valueEnd(s string, v int) int {
	if v == len(s) {
		return -1
	}
	switch s[v] {
	case '"':
		return quotedEnd(s, v, false)
	case '\'':
		if k := strings.IndexAny(s[v+1:], "'\n"); k >= 0 && s[v+1+k] == '\'' {
			return v + k + 2
		}
		return -1
	case '\\':
		if strings.HasPrefix(s[v:], `\"`) {
			if k := strings.IndexAny(s[v+2:], "\"\\\n"); k >= 0 && strings.HasPrefix(s[v+2+k:], `\"`) {
				return v + 2 + k + 2
			}
		}
	}
	return until(s, v, endsValue)
}
