package redact

import (
	"strings"
	"unicode/utf8"
)

// optionsIn finds options of commands by their hyphens.
func optionsIn(f *finder, s string, do func([]int)) {
	var m [6]int
	done := 0
	for p := 0; ; p++ {
		k := strings.IndexByte(s[p:], '-')
		if k < 0 {
			return
		}
		p += k
		if p > 0 && (p-1 < done || !is(s[p-1], before)) {
			continue
		}
		i := p + 1
		if i < len(s) && s[i] == '-' {
			i++
		}
		if i == len(s) || !is(s[i], isLetter) {
			continue
		}
		e := run(s, i, inField)
		v := run(s, e, isBlank)
		if v == e {
			if e == len(s) || s[e] != '=' {
				continue
			}
			v++
		}
		if v == len(s) {
			continue
		}
		end := -1
		switch s[v] {
		case '"':
			end = quotedEnd(s, v, true)
		case '\'':
			if k := strings.IndexByte(s[v+1:], '\''); k >= 0 {
				end = v + k + 2
			}
		default:
			end = v
			for end < len(s) && !is(s[end], isSpace) && strings.IndexByte("\"'`", s[end]) < 0 {
				end++
			}
		}
		if end > v {
			m = [6]int{max(p-1, 0), end, p, e, v, end}
			do(m[:])
			done, p = end, end-1
		}
	}
}

// curlIn finds the options of curl by their hyphens.
func curlIn(f *finder, s string, do func([]int)) {
	done := 0
	for p := 0; ; p++ {
		k := strings.IndexByte(s[p:], '-')
		if k < 0 {
			return
		}
		p += k
		if p > 0 && (p-1 < done || !is(s[p-1], before)) {
			continue
		}
		i := p + 1
		for i < len(s) && strings.IndexByte("suLkvifgGSnN", s[i]) >= 0 {
			i++
		}
		if i == len(s) || strings.IndexByte("UbdFE-", s[i]) < 0 && !strings.Contains(s[p+1:i], "u") {
			continue
		}
		if m := f.here.at(s, max(p-1, 0), len(s)); m != nil {
			do(m)
			done, p = m[1], m[1]-1
		}
	}
}

// loginsIn finds the entries of a .netrc by their words.
func loginsIn(f *finder, s string, do func([]int)) {
	done := 0
	for p := 0; p < len(s); p++ {
		w := ""
		switch s[p] {
		case 'l', 'L':
			w = "login"
		case 'a', 'A':
			w = "account"
		case 'p', 'P':
			w = "password"
		}
		if w == "" || !bound(s, p) || !hasFold(s, p, w) || p+len(w) == len(s) || !is(s[p+len(w)], isBlank) {
			continue
		}
		line := p
		for line > done && is(s[line-1], isBlank) {
			line--
		}
		var m []int
		if w != "account" && line >= done && (line == 0 || s[line-1] == '\n') {
			m = f.here.at(s, line, len(s))
		}
		if m == nil && w != "password" {
			m = f.here.at(s, p, len(s))
		}
		if m != nil {
			do(m)
			done, p = m[1], m[1]-1
		}
	}
}

// usersIn finds what stands in quotation marks behind a word for a user.
func usersIn(f *finder, s string, do func([]int)) {
	words := func(p int) int {
		switch s[p] | 0x20 {
		case 'u':
			if hasFold(s, p, "username") {
				return 8
			} else if hasFold(s, p, "user") {
				return 4
			}
		case 'l':
			if hasFold(s, p, "login") {
				return 5
			}
		case 'a':
			if hasFold(s, p, "account") {
				return 7
			}
		case 'p':
			if hasFold(s, p, "principal") {
				return 9
			}
		case 's':
			if hasFold(s, p, "subject") {
				return 7
			}
		}
		return 0
	}
	for p := 0; p < len(s); p++ {
		n := words(p)
		if n == 0 || !bound(s, p) {
			continue
		}
		v := run(s, p+n, isBlank)
		if v < len(s) && (s[v] == '=' || s[v] == ':') {
			v = run(s, v+1, isBlank)
		}
		if v == len(s) || strings.IndexByte("\"'`", s[v]) < 0 {
			continue
		}
		if m := f.here.at(s, p, min(v+2+80*utf8.UTFMax, len(s))); m != nil {
			do(m)
			p = m[1] - 1
		}
	}
}

// unknownIn finds what messages say of users: "user NAME not found".
func unknownIn(f *finder, s string, do func([]int)) {
	for p := 0; p < len(s); p++ {
		if s[p]|0x20 != 'u' || !bound(s, p) || !hasFold(s, p, "user ") {
			continue
		}
		if m := f.here.at(s, p, min(p+128, len(s))); m != nil { // the longest match has 95 bytes
			do(m)
			p = m[1] - 1
		}
	}
}

// visitorsIn finds the user's names in an access log, one for a line.
func visitorsIn(f *finder, s string, do func([]int)) {
	var m [4]int
	for p := 0; p < len(s); {
		line := p
		if k := strings.IndexByte(s[p:], '\n'); k >= 0 {
			p += k + 1
		} else {
			p = len(s)
		}
		at, name := line, 0
		for n := range 3 {
			name = at
			at = until(s, at, isSpace)
			if at == name || at == len(s) || s[at] != ' ' {
				at = -1
				break
			}
			if at++; n == 2 {
				at--
			}
		}
		if at < 0 || !strings.HasPrefix(s[at:], " [") {
			continue
		}
		d := at + 2
		for d < len(s) && d < at+4 && s[d] >= '0' && s[d] <= '9' {
			d++
		}
		if d == at+2 || len(s)-d < 5 || s[d] != '/' || s[d+1] < 'A' || s[d+1] > 'Z' || !isLower(rune(s[d+2])) || !isLower(rune(s[d+3])) || s[d+4] != '/' {
			continue
		}
		m = [4]int{line, d + 5, name, at}
		do(m[:])
	}
}

// ownersIn finds the names in a password file.
func ownersIn(f *finder, s string, do func([]int)) {
	for p := 0; p < len(s); {
		line := p
		if k := strings.IndexByte(s[p:], '\n'); k >= 0 {
			p += k + 1
		} else {
			p = len(s)
		}
		e := line
		for e < len(s) && e-line <= 64 && is(s[e], inMailbox) && s[e] != '%' && s[e] != '\'' || e < len(s) && e-line <= 64 && s[e] == '@' {
			e++
		}
		if e == line || e == len(s) || s[e] != ':' {
			continue
		}
		if m := f.here.at(s, line, min(e+128, len(s))); m != nil { // 95 bytes at most stand behind the name
			do(m)
		}
	}
}

// mailboxesIn finds e-mail addresses by their sign.
func mailboxesIn(f *finder, s string, do func([]int)) {
	done := 0
	for p := 0; ; p++ {
		k := strings.IndexByte(s[p:], '@')
		if k < 0 {
			return
		}
		p += k
		from := p
		for low := max(done, p-64); from > low && is(s[from-1], inMailbox); {
			from--
		}
		if from == p {
			continue
		}
		if m := f.here.at(s, from, run(s, p+1, inHost)); m != nil {
			do(m)
			done, p = m[1], m[1]-1
		}
	}
}

// quadsIn finds addresses of IPv4.
func quadsIn(f *finder, s string, do func([]int)) {
	var m [2]int
	for p := 0; p < len(s); p++ {
		if s[p] < '0' || s[p] > '9' || !bound(s, p) {
			continue
		}
		at := p
		for n := range 4 {
			d := at
			for at < len(s) && at-d < 3 && s[at] >= '0' && s[at] <= '9' {
				at++
			}
			if at == d || n < 3 && (at == len(s) || s[at] != '.') {
				at = -1
				break
			}
			if n < 3 {
				at++
			}
		}
		if at < 0 || at < len(s) && is(s[at], isWord) {
			continue
		}
		m = [2]int{p, at}
		do(m[:])
		p = at - 1
	}
}

// hostsIn finds names of hosts by their dots.
func hostsIn(f *finder, s string, do func([]int)) {
	for p := 0; p < len(s); {
		if !is(s[p], inHost) {
			p++
			continue
		}
		q := run(s, p, inHost)
		if strings.IndexByte(s[p:q], '.') >= 0 {
			from := max(p-1, 0)
			for _, m := range f.re.FindAllStringIndex(s[from:min(q+1, len(s))], -1) {
				m[0], m[1] = m[0]+from, m[1]+from
				do(m)
			}
		}
		p = q
	}
}
