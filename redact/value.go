package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// deepest is how many encodings inside each other are opened.
const deepest = 5

// value replaces what is secret in v, the whole of a field, cookie, parameter or setting: it is taken apart as far as
// its form goes, and what cannot be taken apart is a secret as a whole. sort is what such a rest is.
func (r *Redactor) value(sort Sort, v string) string {
	if r.depth >= deepest || r.issued[v] {
		return r.leafUnlessIssued(sort, v)
	}
	r.depth++
	out := r.takeApart(sort, v)
	r.depth--
	r.pair(sort, v, out)
	return out
}

func (r *Redactor) leafUnlessIssued(sort Sort, v string) string {
	if r.issued[v] {
		return v
	}
	return r.leaf(sort, v)
}

func (r *Redactor) takeApart(sort Sort, v string) string {
	core := strings.TrimFunc(v, blank)
	if core == "" || kept(core) {
		return v
	}
	before, after, _ := strings.Cut(v, core)
	if inner := unquoted(core); inner != core {
		at := strings.Index(core, inner)
		return before + core[:at] + r.value(sort, inner) + core[at+len(inner):] + after
	}
	switch {
	case r.known[core] != nil && r.known[core].Sort != User:
		return r.leaf(sort, v)
	case strings.HasPrefix(core, "ey") && maybeToken(core):
		return before + r.token(core) + after
	case quotedParam.MatchString(core):
		return before + r.params(core) + after
	case schemed.MatchString(core):
		return before + r.credentials(sort, core) + after
	case strings.Contains(core, "://") && !strings.ContainsAny(core, " \n"):
		return r.text(v)
	case core[0] == '{' || core[0] == '[':
		if json.Valid([]byte(core)) {
			return before + r.json(core) + after
		}
	}
	if out, ok := r.decoded(sort, core); ok {
		return before + out + after
	}
	if strings.Contains(core, "%") {
		if plain, err := url.QueryUnescape(core); err == nil && plain != core && utf8.ValidString(plain) && url.QueryEscape(plain) == core {
			return before + url.QueryEscape(r.value(sort, plain)) + after
		}
	}
	if user, rest, ok := strings.Cut(core, ":"); ok && sort == Basic && !strings.ContainsAny(user, " \"") {
		return before + r.pairOf(core, user, rest) + after
	}
	return r.leaf(sort, v)
}

// schemed is a credential behind a scheme word, perhaps behind two, or behind one with a colon.
var schemed = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]{1,24}:?[ \t]+\S`)

// credentials replaces what stands behind a scheme word (RFC 9110 11.4): a token, or parameters.
func (r *Redactor) credentials(sort Sort, v string) string {
	end := strings.IndexAny(v, " \t")
	word := strings.TrimSuffix(v[:end], ":")
	if more := nextScheme.FindStringIndex(v[end:]); more != nil && !strings.Contains(v[:end+more[0]], `"`) { // several in one field
		at := end + more[0] + strings.IndexFunc(v[end+more[0]:], func(c rune) bool { return alnum(c) })
		return r.value(sort, v[:end+more[0]]) + v[end+more[0]:at] + r.value(sort, v[at:])
	}
	rest := strings.TrimLeft(v[end:], " \t")
	gap := v[end : len(v)-len(rest)]
	if rest == "" || secret.Looks(word) || r.depth >= deepest {
		return r.leaf(sort, v)
	}
	switch strings.ToLower(word) {
	case "basic":
		return v[:end] + gap + r.basic(rest)
	case "negotiate", "ntlm":
		return v[:end] + gap + r.ntlm(rest)
	case "digest", "oauth", "aws4-hmac-sha256", "aws4-hmac-sha256-payload", "signature", "hawk", "mac", "goog4-rsa-sha256", "acs3-hmac-sha256", "hmac":
		return v[:end] + gap + r.params(rest)
	case "aws", "sharedkey", "sharedkeylite", "credential":
		if id, sig, ok := strings.Cut(rest, ":"); ok {
			return v[:end] + gap + r.leaf(ID, id) + ":" + r.leaf(Signature, sig)
		}
	}
	if name, _, _ := strings.Cut(rest, "="); param.MatchString(rest) && !secret.Looks(name) && len(name) <= 32 {
		return v[:end] + gap + r.params(rest)
	}
	if sort == Value {
		sort = Token
	}
	return v[:end] + gap + r.value(sort, rest)
}

var (
	nextScheme  = lazyregexp.New(`(?i),[ \t]*(basic|bearer|digest|oauth|token|negotiate|ntlm|aws4-hmac-sha256)[ \t]+\S`)
	quotedParam = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]{0,30}="[^"]*"(,|$)`)
)

// ntlm keeps the head of an NTLM message, which says what it is and what was agreed; names and answers behind it go.
func (r *Redactor) ntlm(v string) string {
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil || !strings.HasPrefix(string(b), "NTLMSSP\x00") {
		return r.value(Token, v)
	}
	head := 64
	if len(b) > 8 && b[8] == 1 {
		head = 40
	}
	if len(b) <= head || r.issued[v] {
		return v
	}
	g := &maker{n: uint64(len(r.order) + 1)}
	for i := head; i < len(b); i++ {
		if b[i] != 0 {
			b[i] = g.next(lowers)
		}
	}
	e := r.note(Token, v, base64.StdEncoding.EncodeToString(b), "an NTLM message")
	e.Times++
	return e.to
}

var param = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]*\s*=\s*("|[^=\s])`)

// openParams are parameters of credentials whose values are no secrets.
var openParams = set("realm uri qop nc algorithm charset userhash signedheaders oauth_signature_method oauth_timestamp oauth_version version v ts headers created expires stale domain scope error error_description error_uri max_age")

// params replaces the values of name=value parameters, with commas or blanks between them.
func (r *Redactor) params(s string) string {
	var b strings.Builder
	for s != "" {
		eq := strings.IndexByte(s, '=')
		if eq < 0 {
			b.WriteString(r.text(s))
			break
		}
		name := strings.ToLower(strings.TrimLeft(s[:eq], " ,\t\r\n"))
		b.WriteString(s[:eq+1])
		s = s[eq+1:]
		end := len(s)
		if strings.HasPrefix(s, `"`) {
			if i := strings.IndexByte(s[1:], '"'); i >= 0 {
				end = i + 2
			}
		} else if i := strings.IndexAny(s, ", "); i >= 0 {
			end = i
		}
		v := s[:end]
		s = s[end:]
		b.WriteString(r.within(name, func() string { return r.parameter(name, v) }))
	}
	return b.String()
}

func (r *Redactor) parameter(name, v string) string {
	switch {
	case openParams[name]:
		return r.text(v)
	case name == "username" || name == "username*":
		return r.userQuoted(v)
	case name == "credential":
		id, scope, _ := strings.Cut(v, "/")
		return r.leaf(ID, id) + strings.TrimPrefix(v, id)[:len(v)-len(id)-len(scope)] + scope
	case strings.Contains(name, "signature"), name == "response", name == "mac":
		return r.leaf(Signature, v)
	}
	return r.leaf(Token, v)
}

// basic replaces user and password inside the value of a Basic credential; it stays as decodable as it was.
func (r *Redactor) basic(v string) string {
	if kept(v) {
		return v
	}
	if e := r.known[v]; e != nil {
		e.Times++
		return e.to
	}
	if r.issued[v] {
		return v
	}
	if out, ok := r.decoded(Basic, v); ok {
		return out
	}
	if user, rest, ok := strings.Cut(v, ":"); ok && !strings.ContainsAny(user, " ") { // not encoded at all
		return r.pairOf(v, user, rest)
	}
	if scheme, rest, ok := strings.Cut(v, " "); ok && strings.EqualFold(scheme, "basic") {
		return scheme + " " + r.basic(rest)
	}
	return r.leaf(Basic, v)
}

func (r *Redactor) pairOf(whole, user, password string) string {
	if exampleUser.MatchString(user) && examplePassword.MatchString(password) {
		return whole
	}
	shown := r.user(user)
	if r.exact && shown != user {
		shown = r.leaf(Value, user) // where an encoded value was broken into lines may be the fault
	}
	if password == "" || kept(strings.TrimFunc(password, blank)) { // a key in place of the user name
		if secret.Looks(user) || cred.VendorOf(secret.Public(user)).Known() || len(user) >= longEnough {
			shown = r.leaf(Key, user)
		}
		return shown + ":" + password
	}
	return shown + ":" + r.leaf(Password, password)
}

// exampleUser and examplePassword are the pair that manuals write.
var (
	exampleUser     = lazyregexp.New(`(?i)^([A-Za-z0-9.-]+(\\|%5c))?(my|your|the)?[-_]?user(name)?$`)
	examplePassword = lazyregexp.New(`(?i)^(my|your|the)?[-_]?(pass|password|passwd|pwd|secret|token)$`)
)

// decoded opens base64 text, replaces inside and encodes it as it was: alphabet, padding and line breaks.
func (r *Redactor) decoded(sort Sort, v string) (string, bool) {
	flat := strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace(v)
	pad := len(flat) - len(strings.TrimRight(flat, "="))
	body := flat[:len(flat)-pad]
	if len(body) < 2 || len(v) > 512<<10 {
		return "", false
	}
	enc := base64.RawStdEncoding
	plain, err := enc.DecodeString(body)
	if err != nil {
		enc = base64.RawURLEncoding
		if plain, err = enc.DecodeString(body); err != nil {
			return "", false
		}
	}
	if enc.EncodeToString(plain) != body || !texty(plain, sort) {
		return "", false
	}
	s := string(plain)
	var out string
	if user, rest, ok := strings.Cut(s, ":"); ok && !strings.ContainsAny(strings.TrimSpace(user), "\"{}\n") && !strings.HasPrefix(rest, "//") {
		r.depth++
		r.exact = len(body) >= 56
		if r.depth < deepest && strings.HasPrefix(strings.ToLower(user), "basic ") {
			out = user[:6] + r.pairOf(s, user[6:], rest)
		} else {
			out = r.pairOf(s, user, rest)
		}
		r.depth--
		r.exact = false
		sort = Basic
	} else {
		out = r.value(sort, s)
	}
	if out == s {
		return v, true
	}
	coded := enc.EncodeToString([]byte(out))
	if padded := pad > 0 || len(body)%4 == 0; padded && enc == base64.RawStdEncoding {
		coded = base64.StdEncoding.EncodeToString([]byte(out))
	} else if padded {
		coded = base64.URLEncoding.EncodeToString([]byte(out))
	}
	coded = rewrap(coded, v)
	if r.known[v] == nil {
		r.note(sort, v, coded, shapeOf(v))
	}
	r.known[v].Times++
	return coded, true
}

// rewrap puts line breaks where like has them.
func rewrap(s, like string) string {
	first := strings.IndexAny(like, "\r\n \t")
	if first <= 0 {
		return s
	}
	rest := strings.TrimLeft(like[first:], "\r\n \t")
	gap := like[first : len(like)-len(rest)]
	var parts []string
	for len(s) > first {
		parts = append(parts, s[:first])
		s = s[first:]
	}
	return strings.Join(append(parts, s), gap)
}

// texty reports decoded bytes that are text, perhaps in Latin-1, rather than the bytes of a random key.
func texty(b []byte, sort Sort) bool {
	if len(b) < 3 && (sort != Basic || strings.IndexByte(string(b), ':') < 0) {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
		if c >= 0x80 {
			odd++
		}
	}
	switch {
	case odd == 0:
		return len(b) >= 8 || strings.IndexByte(string(b), ':') > 0
	case utf8.Valid(b):
		return odd*2 < len(b)
	}
	return sort == Basic && strings.IndexByte(string(b), ':') >= 0
}

// within runs f with place as the name of where it reads.
func (r *Redactor) within(place string, f func() string) string {
	old := r.place
	if len(place) <= 40 && !secret.Looks(place) {
		r.place = place
	}
	out := f()
	r.place = old
	return out
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}
