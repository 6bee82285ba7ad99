package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/secret"
)

// pair notes that the whole of a value becomes another, so that it is found wherever it stands.
func (r *Redactor) pair(sort Sort, from, to string) {
	if from == to || len(from) < shortest || len(from) > longest || r.known[from] != nil {
		return
	}
	r.known[from] = &entry{Find: Find{Sort: sort}, from: from, to: to}
	r.issued[to] = true
}

const (
	shortest = 6        // what is shorter would be found by chance; it is replaced where its form says what it is
	longest  = 16 << 10 // what is longer is not repeated elsewhere
)

// manyKnown is where the rarer spellings are left out: in a log with ten thousands of tokens they would cost more memory
// than the log.
const manyKnown = 10_000

// replacer finds what is known in text, in the spellings that programs use.
type replacer struct {
	any   *strings.Replacer
	words map[string]string // plain words, which count between boundaries only
	first [256]bool         // bytes that words begin with
	most  int
}

// compile makes the replacer when something new is known.
func (r *Redactor) compile() {
	if r.words != nil && r.size == len(r.known) {
		return
	}
	r.size = len(r.known)
	type spelling struct{ from, to string }
	all := map[string]string{}
	w := &replacer{words: map[string]string{}}
	for _, e := range r.known {
		switch {
		case e.from == "" || e.from == e.to || len(e.from) > longest:
		case e.Sort == Host, e.Sort == Address:
		case e.Sort == User || !distinctive(e.from):
			if len(e.from) >= 3 && !common[strings.ToLower(e.from)] && (e.Sort == User || e.Sort == Password || e.Sort == Token || e.Sort == Key) {
				w.words[e.from] = e.to
				w.first[e.from[0]] = true
				w.most = max(w.most, len(e.from))
			}
		default:
			spell(e.from, e.to, all, len(r.known) < manyKnown)
		}
	}
	var list []spelling
	for from, to := range all {
		list = append(list, spelling{from, to})
	}
	slices.SortFunc(list, func(a, b spelling) int {
		if len(a.from) != len(b.from) {
			return len(b.from) - len(a.from)
		}
		return strings.Compare(a.from, b.from)
	})
	var args []string
	for _, s := range list {
		args = append(args, s.from, s.to)
	}
	w.any = strings.NewReplacer(args...)
	r.words = w
}

// global replaces what is known wherever it stands in s.
func (r *Redactor) global(s string) string {
	if r.words == nil || len(s) < 3 {
		return s
	}
	return r.words.bounded(r.words.any.Replace(s))
}

// bounded replaces plain words between boundaries.
func (w *replacer) bounded(s string) string {
	if len(w.words) == 0 {
		return s
	}
	var b strings.Builder
	last := 0
	for i := 0; i < len(s); {
		if !wordByte(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && wordByte(s[j]) {
			j++
		}
		if to, ok := w.words[s[i:j]]; ok && j-i <= w.most {
			b.WriteString(s[last:i] + to)
			last = j
		}
		i = j
	}
	if last == 0 {
		return s
	}
	return b.String() + s[last:]
}

// wordByte is a byte of a name; dots, slashes and hyphens belong to it, so that a user's name is not replaced in a path
// or a host.
func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '/' || c == '-' || c == '_' || c >= 0x80
}

// distinctive reports a value that stands for itself in running text: no single word of a language.
func distinctive(s string) bool {
	if len(s) < shortest {
		return false
	}
	digit, lower, upper, mark := 0, 0, 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digit++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		default:
			mark++
		}
	}
	switch {
	case digit == len(s):
		return len(s) >= 9
	case digit >= 1 && lower+upper >= 3:
		return true
	case mark > 0 && len(s) >= 12, upper >= 2 && lower >= 2:
		return true
	}
	return len(s) >= 24
}

// spell adds the ways in which programs write from, each with the same writing of to.
func spell(from, to string, all map[string]string, every bool) {
	add := func(f, t string) {
		if len(f) >= shortest && f != t {
			if _, ok := all[f]; !ok {
				all[f] = t
			}
		}
	}
	each := []func(string) string{
		func(s string) string { return s },
		url.QueryEscape, url.PathEscape,
		func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		func(s string) string { return lowerEscapes(url.QueryEscape(s)) },
		func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) },
		html.EscapeString,
		func(s string) string { return strings.ReplaceAll(s, "=", "=3D") },
		func(s string) string { return hex.EncodeToString([]byte(s)) },
		func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	}
	if !every {
		each = each[:6]
	}
	for _, f := range each {
		add(f(from), f(to))
	}
	if len(from) > 512 || !every {
		return
	}
	for _, s := range secret.Spellings(from) { // inside longer base64, in any alignment
		add(s, (&maker{n: uint64(len(s))}).scramble(s))
	}
}

func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:], strings.ToLower(string(b[i:i+3])))
		}
	}
	return string(b)
}

// common are words that are passwords and tokens of careless people, and words of every text about logging in.
var common = set(`password passwd pass secret token tokens key keys admin user users root test guest login server http https basic bearer
	digest auth api app web data null none true false public private access client default demo example changeme welcome letmein
	qwerty master service system name value code error invalid expired required missing unauthorized forbidden header cookie
	session account status request response hello world foo bar baz abc dev prod staging local localhost docker nginx apache
	jenkins gitlab github grafana redis postgres mysql elastic kibana the and for not with from this that host port path url
	account name value error username credentials mismatch realm await new return authorization authentication`)
