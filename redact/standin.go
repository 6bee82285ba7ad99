package redact

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// note remembers that from becomes to.
func (r *Redactor) note(sort Sort, from, to, shape string) *entry {
	e := &entry{Find: Find{Sort: sort, Place: r.place, Shape: shape}, from: from, to: to}
	r.known[from] = e
	r.order = append(r.order, e)
	r.issued[to] = true
	return e
}

// leaf gives the stand-in of a value that is a secret as a whole.
func (r *Redactor) leaf(sort Sort, v string) string {
	core := strings.TrimFunc(v, blank)
	before, after, _ := strings.Cut(v, core)
	if inner := unquoted(core); inner != core {
		at := strings.Index(core, inner)
		return before + core[:at] + r.leaf(sort, inner) + core[at+len(inner):] + after
	}
	if core == "" || r.issued[core] || kept(core) {
		return v
	}
	e, ok := r.known[core]
	if !ok {
		r.count[sort]++
		e = r.note(sort, core, r.invent(sort, core, len(r.order)+1), shapeOf(core))
	}
	e.Times++
	return before + e.to + after
}

func blank(c rune) bool { return c <= ' ' || c == 0x7f || c == 0xa0 || c == 0xfeff || c == 0x200b }

// unquoted is s without one pair of quotation marks.
func unquoted(s string) string {
	for _, q := range []string{`\"`, `"`, "'", "`", "“", "”"} {
		if len(s) > 2*len(q) && strings.HasPrefix(s, q) && (strings.HasSuffix(s, q) || q == "“" && strings.HasSuffix(s, "”")) {
			return s[len(q) : len(s)-len(q)]
		}
	}
	return s
}

// kept reports a text that is no secret: a placeholder, or so masked that nothing is left to hide.
func kept(s string) bool {
	if _, ok := cred.PlaceholderForm(secret.Public(s)); ok {
		return true
	}
	if len(s) <= 200 && (mayBeMasked(s) && masked.MatchString(s) || mayBeOpen(s) && openValue.MatchString(s)) {
		return true
	}
	for _, p := range []string{"{{", "${", "$(", "%(", "<"} { // a template, perhaps cut
		if strings.HasPrefix(s, p) && !secret.Looks(s) {
			return true
		}
	}
	return strings.Trim(s, "*.xX•…-_=#<>[](){}?0") == ""
}

// masked is a value whose middle was taken out by hand: a few letters at most remain.
var masked = lazyregexp.New(`^[A-Za-z0-9_-]{0,8}(\*{3,}|x{4,}|X{4,}|\.{3,}|…|•{3,}|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})[A-Za-z0-9_-]{0,4}$`)

func mayBeMasked(s string) bool {
	for _, m := range []string{"***", "xxxx", "XXXX", "...", "…", "•", "<", "[", "{"} {
		if strings.Contains(s, m) {
			return true
		}
	}
	return false
}

// mayBeOpen is a quick look that spares most values the pattern.
func mayBeOpen(s string) bool {
	if s == "" {
		return false
	}
	for _, m := range []string{"basic", "bearer", "digest", "negotiate", "ntlm", "token", "oauth", "api", "aws4-", "jwt", "hoba", "mutual", "x-", "auth", "0000000", "04b07795", "1950a258", "9188040d"} {
		if s[0]|0x20 == m[0]|0x20 && hasFold(s, 0, m) {
			return true
		}
	}
	return strings.Contains(s, "\u212a") || strings.Contains(s, "\u017f") // to (?i) they are a k and an s
}

// openValue is a scheme word, the name of a field, or an id that Microsoft gives to its own services.
var openValue = lazyregexp.New(`^(?i:basic|bearer|digest|negotiate|ntlm|token|oauth|apikey|api-key|aws4-hmac-sha256|jwt|hoba|mutual|x-[a-z-]+[0-9]{0,4}|authorization|` +
	`0000000[0-9a-f]-0000-0000-c000-000000000000|00000000-0000-0000-0000-000000000000|04b07795-8ddb-461a-bbee-02f9e1bf7b46|1950a258-227b-4e31-a9cf-717495945fc2|9188040d-6c67-4c5b-b112-36a304b66dad)$`)

// invent makes a stand-in for v: n is a counter. Nothing of v goes into it but its vendor's prefix, its class of length,
// its alphabet and what is no letter and no digit.
func (r *Redactor) invent(sort Sort, v string, n int) string {
	if uuid.MatchString(v) {
		return recase(fmt.Sprintf("00000000-0000-4000-8000-%012x", n), v)
	}
	keep := vendorPrefix(v)
	rest := v[keep:]
	for try := range 8 {
		g := &maker{n: uint64(n) + uint64(try)*nextIdea}
		out := v[:keep]
		switch {
		case hexadecimal.MatchString(rest):
			out += recase(g.hex(len(rest)), rest)
		case len(v) < longEnough && keep == 0 && sort != ID:
			out += g.short(rest, n)
		default:
			out += g.long(rest, n)
		}
		if out != v && !kept(out) && !r.issued[out] && cred.VendorOf(secret.Public(out)) == cred.VendorOf(secret.Public(v)) {
			return out
		}
	}
	return v[:keep] + (&maker{n: uint64(n)}).scramble(rest)
}

// nextIdea is how far the number goes on when what it made up cannot be used.
const nextIdea = 7919

// longEnough is where a value is a made-up one, whose exact length tells nothing; that of a password would.
const longEnough = 20

var (
	uuid        = lazyregexp.New(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	hexadecimal = lazyregexp.New(`^([0-9a-f]{16,}|[0-9A-F]{16,})$`)
)

func recase(s, like string) string {
	if strings.ToUpper(like) == like && strings.ToLower(like) != like {
		return strings.ToUpper(s)
	}
	return s
}

// vendorPrefix is how much of v tells its vendor: the shortest beginning that does.
func vendorPrefix(v string) int {
	if len(v) > 4096 {
		return 0
	}
	for _, p := range telling {
		if strings.HasPrefix(v, p) {
			return min(len(v), len(p))
		}
	}
	want := cred.VendorOf(secret.Public(v))
	if !want.Known() {
		for _, p := range prefixes {
			if strings.HasPrefix(v, p) && len(v) > len(p)+5 {
				return len(p)
			}
		}
		return 0
	}
	for n := range min(len(v), 32) {
		fill := strings.Map(func(c rune) rune {
			switch {
			case c >= '0' && c <= '9':
				return '7'
			case c >= 'a' && c <= 'z':
				return 'q'
			case c >= 'A' && c <= 'Z':
				return 'Q'
			}
			return c
		}, v[n:])
		if cred.VendorOf(secret.Public(v[:n]+fill)) == want {
			return n
		}
	}
	return 0
}

// telling are beginnings that say more than the vendor: for which of PyPI's sites a token is, and what a Kerberos
// ticket in base64 begins with.
var telling = []string{"pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw", "YII"}

// prefixes are vendors' prefixes, for values that are shorter than a real one.
var prefixes = []string{"pypi-", "npm_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "sk_test_",
	"sk-proj-", "sk-ant-", "sk-", "pk-", "sk_", "pk_", "hf_", "AKIA", "ASIA", "AIza", "ya29.", "dckr_pat_", "dop_v1_", "SG.", "whsec_", "key-", "eyJ"}

// maker writes letters and digits by a counter (a linear congruential generator, as in Knuth's MMIX).
type maker struct{ n, state uint64 }

func (m *maker) next(set string) byte {
	if m.state == 0 {
		m.state = m.n*0x9e3779b97f4a7c15 + 1
	}
	m.state = m.state*6364136223846793005 + 1442695040888963407
	return set[(m.state>>33)%uint64(len(set))]
}

const (
	lowers = "abcdefghijkmnopqrstuvwxyz"
	uppers = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	digits = "0123456789"
)

func (m *maker) hex(n int) string {
	end := fmt.Sprintf("%x", m.n)
	return ("ab" + strings.Repeat("0", max(n-2-len(end), 0)) + end)[:n]
}

// mark stands in long stand-ins, so that people see what they are.
const mark = "STANDIN"

// long keeps each character's kind, and begins with the mark where it fits.
func (m *maker) long(v string, n int) string {
	out := []byte(m.scramble(v))
	tag := fmt.Sprintf("%s%d", mark, n)
	if run := strings.IndexFunc(v, func(c rune) bool { return !alnum(c) }); (run < 0 && len(v) >= len(tag)+6 || run >= len(tag)+6) && strings.IndexFunc(v, isLower) >= 0 {
		copy(out, tag)
		if next := v[len(tag)]; next >= '0' && next <= '9' {
			out[len(tag)] = m.next(lowers) // the number ends here
		}
	}
	return string(out)
}

func isLower(c rune) bool { return c >= 'a' && c <= 'z' }

func alnum(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// scramble replaces letters by letters and digits by digits.
func (m *maker) scramble(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); {
		c, size := utf8.DecodeRuneInString(v[i:])
		switch {
		case c == '%' && i+3 <= len(v) && isHex(v[i+1]) && isHex(v[i+2]):
			b.WriteString(v[i : i+3]) // a percent-encoded character stays one
			size = 3
		case isLower(c):
			b.WriteByte(m.next(lowers))
		case c >= 'A' && c <= 'Z':
			b.WriteByte(m.next(uppers))
		case c >= '0' && c <= '9':
			b.WriteByte(m.next(digits))
		default:
			b.WriteString(other(v[i:i+size], c))
		}
		i += size
	}
	return b.String()
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

// other keeps punctuation; a letter outside ASCII becomes another of its kind: Latin-1, wider, or a byte that is no UTF-8.
func other(raw string, c rune) string {
	switch {
	case c == utf8.RuneError && len(raw) == 1 && raw[0] >= 0xc0:
		return "\xe4"
	case c == utf8.RuneError, c < 0xc0:
		return raw
	case c < 0x100:
		return "ä"
	case c >= 0x300 && c < 0x370, c >= 0x2000 && c < 0x2070, c == 0xfeff:
		return raw // combining marks, invisible characters: the flaw itself
	}
	return "ł"
}

// short replaces each run of letters and digits by one of its class of length.
func (m *maker) short(v string, n int) string {
	var b strings.Builder
	runes := []rune(v)
	first := true
	for i := 0; i < len(runes); {
		j := i
		digit, letter := false, false
		for j < len(runes) && alnum(runes[j]) {
			digit = digit || runes[j] <= '9'
			letter = letter || runes[j] > '9'
			j++
		}
		if j == i {
			b.WriteString(other(string(runes[i]), runes[i]))
			i++
			continue
		}
		class := j - i
		for _, most := range []int{1, 4, 8, 13} {
			if class <= most {
				class = most
				break
			}
		}
		for k := range class {
			switch {
			case !letter, letter && k%3 == 2:
				b.WriteByte(m.next("23456789"))
			default:
				b.WriteByte(m.next(lowers))
			}
		}
		first, i = false, j
	}
	_ = first
	return b.String()
}

// shapeOf does not close v: nothing of it is kept, and the book of closed texts would grow by every token of a log.
func shapeOf(v string) string {
	s := secret.Public(v).Shape()
	out := fmt.Sprintf("%d characters", s.Len)
	if s.Len < longEnough {
		out = "short"
	}
	if vendor := cred.VendorOf(secret.Public(v)); vendor.Known() {
		return out + ", " + vendor.Name + " " + vendor.What
	}
	return out + ", " + s.Alphabet
}
