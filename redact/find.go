package redact

import (
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/internal/lazyregexp"
)

// finder finds the matches of a pattern without running it over the whole of a text: find goes from one mark that no
// match can be without (a colon, a dollar sign, a word) to the next and looks around it. It gives what
// re.FindAllStringSubmatchIndex gives; find_test.go compares the two. The machine of package regexp takes a hundred
// nanoseconds for a byte, and a text is searched for twenty patterns.
type finder struct {
	re   *lazyregexp.Regexp
	here anchored
	fold bool // re ignores case
	find func(f *finder, s string, do func(m []int))
}

func newFinder(src string, find func(*finder, string, func([]int))) *finder {
	return &finder{lazyregexp.New(src), anchor(src), strings.HasPrefix(src, "(?i)"), find}
}

// each calls do with every match, in order. m is used again for the next.
func (f *finder) each(s string, do func(m []int)) {
	if f.fold && (strings.Contains(s, "\u212a") || strings.Contains(s, "\u017f")) {
		// (?i) takes the Kelvin sign for a k and the long s for an s, which find does not.
		for _, m := range f.re.Get().FindAllStringSubmatchIndex(s, -1) {
			do(m)
		}
		return
	}
	f.find(f, s, do)
}

// replace gives s with every match replaced.
func (f *finder) replace(s string, with func(string) string) string {
	var b strings.Builder
	last := 0
	f.each(s, func(m []int) {
		b.WriteString(s[last:m[0]])
		b.WriteString(with(s[m[0]:m[1]]))
		last = m[1]
	})
	if last == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// anchored matches a pattern at one place of a text; what stands in front of the place is seen by \b and ^.
type anchored struct{ first, inner *lazyregexp.Regexp }

func anchor(src string) anchored {
	return anchored{lazyregexp.New(`\A(?:` + src + `)`), lazyregexp.New(`\A(?s:.)(?:` + src + `)`)}
}

// at gives the match in s[:end] that begins at i, an ASCII character, or nil.
func (a anchored) at(s string, i, end int) []int {
	if i == 0 {
		return a.first.FindStringSubmatchIndex(s[:end])
	}
	m := a.inner.FindStringSubmatchIndex(s[i-1 : end])
	for k := range m {
		if m[k] >= 0 {
			m[k] += i - 1
		}
	}
	if m != nil {
		m[0] = i
	}
	return m
}

// kinds of bytes
const (
	isWord    uint16 = 1 << iota // \w
	isSpace                      // \s
	isBlank                      // [ \t]
	isLetter                     // [A-Za-z]
	inName                       // of an assignment: [\w.-]
	inIndex                      // in its brackets: [\w"'.-]
	endsValue                    // of an assignment
	inField                      // [A-Za-z0-9-]
	besides                      // what stands behind a field's name
	inParam                      // of a query: [\w.\-\[\]$]
	endsParam                    // a parameter's value
	inToken                      // [A-Za-z0-9_=+/-]
	inSchemed                    // what stands behind a scheme word
	before                       // what stands in front of an option
	inMailbox                    // [A-Za-z0-9._%+'-]
	inHost                       // [A-Za-z0-9.-]
)

var kinds = func() (out [256]uint16) {
	for c := range 256 {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		has := func(kind uint16, base bool, more string) {
			if base || c < utf8.RuneSelf && strings.IndexByte(more, byte(c)) >= 0 {
				out[c] |= kind
			}
		}
		has(isWord, letter || digit, "_")
		has(isSpace, false, "\t\n\f\r ")
		has(isBlank, false, " \t")
		has(isLetter, letter, "")
		has(inName, letter || digit, "_.-")
		has(inIndex, letter || digit, `_"'.-`)
		has(endsValue, false, "\t\n\f\r \"'`,;&<>(){}[]")
		has(inField, letter || digit, "-")
		has(besides, false, "\\\"'` \t=>:,")
		has(inParam, letter || digit, "_.-[]$")
		has(endsParam, false, "\t\n\f\r &\"'<>;#`\\")
		has(inToken, letter || digit, "_=+/-")
		has(inSchemed, letter || digit, "+/=_.~:|%-")
		has(before, false, "\t\n\f\r \"'`(")
		has(inMailbox, letter || digit, "._%+'-")
		has(inHost, letter || digit, ".-")
	}
	return out
}()

func is(c byte, kind uint16) bool { return kinds[c]&kind != 0 }

// run is the end of the bytes of a kind that begin at i.
func run(s string, i int, kind uint16) int {
	for i < len(s) && kinds[s[i]]&kind != 0 {
		i++
	}
	return i
}

// until is the end of the bytes that are not of a kind and begin at i.
func until(s string, i int, kind uint16) int {
	for i < len(s) && kinds[s[i]]&kind == 0 {
		i++
	}
	return i
}

// bound reports that no character of a word stands in front of i.
func bound(s string, i int) bool { return i == 0 || !is(s[i-1], isWord) }

// hasFold reports that word, in lower case, stands at i in any case.
func hasFold(s string, i int, word string) bool {
	if i < 0 || len(s)-i < len(word) {
		return false
	}
	for k := range len(word) {
		c := s[i+k]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != word[k] {
			return false
		}
	}
	return true
}

func endsFold(s, word string) bool { return hasFold(s, len(s)-len(word), word) }

// quotedEnd is the end of "..." with escapes in it that begins at i, or -1. A break of the line ends it where lines is
// false; an escaped one always does.
func quotedEnd(s string, i int, lines bool) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			if i++; i < len(s) && s[i] == '\n' {
				return -1
			}
		case '\n':
			if !lines {
				return -1
			}
		}
	}
	return -1
}

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
