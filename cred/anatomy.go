package cred

import (
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Flaw is what is wrong with the form of a credential. The texts may be shown.
type Flaw struct {
	What   string // one of the constants below
	Detail string // in safe words, "" when What says all
}

// What can be wrong with an Authorization value or an API key.
const (
	Empty           = "the credential is empty"
	SchemeMissing   = "the scheme word is missing"
	SchemeDoubled   = "the scheme word is written twice"
	SchemeColon     = "a colon stands behind the scheme word"
	SchemeCase      = "the scheme word is not in its usual case"
	SchemeGlued     = "no blank between scheme word and credential"
	FieldNameInside = "the field name is repeated inside the value"
	Quoted          = "quotation marks around the value"
	Bracketed       = "brackets left around the credential"
	LeadingBlank    = "a blank in front"
	WideGap         = "more than one blank behind the scheme word"
	TrailingNewline = "a line break at the end"
	TrailingBlank   = "a blank at the end"
	InnerBlank      = "a blank inside the credential"
	ControlInside   = "a control character inside"
	NotASCII        = "a character outside ASCII"
	InvisibleInside = "an invisible character"
	Placeholder     = "a placeholder was never filled in"
	Truncated       = "the credential was shortened when it was copied"
	Masked          = "parts are masked with asterisks or dots"
	PercentEncoded  = "percent-encoding left inside"
	BytesLiteral    = "a Python bytes literal"
	JSONInside      = "a JSON text in place of the token"
)

// Anatomy lists what is wrong with the form of an Authorization or Proxy-Authorization value, in reading order.
func Anatomy(v secret.Text) []Flaw {
	return anatomy(v, true)
}

// AnatomyOfKey does the same for a value that has no scheme word, an API key.
func AnatomyOfKey(v secret.Text) []Flaw {
	return anatomy(v, false)
}

var usualCase = map[string]string{
	"basic": "Basic", "bearer": "Bearer", "digest": "Digest", "negotiate": "Negotiate", "ntlm": "NTLM", "dpop": "DPoP",
	"oauth": "OAuth", "token": "Token", "apikey": "ApiKey", "aws4-hmac-sha256": "AWS4-HMAC-SHA256", "jwt": "JWT",
}

var fieldName = lazyregexp.New(`(?i)^(proxy-)?authorization\s*[:=]\s*`)

func anatomy(v secret.Text, scheme bool) []Flaw {
	var out []Flaw
	add := func(on bool, what, detail string) {
		if on {
			out = append(out, Flaw{what, detail})
		}
	}
	s := v.Reveal()
	core := strings.Trim(s, " \t\r\n")
	add(core == "", Empty, "")
	if core == "" {
		return out
	}
	add(strings.TrimLeft(s, " \t\r\n") != s, LeadingBlank, "")
	tail := s[len(strings.TrimRight(s, " \t\r\n")):]
	add(strings.ContainsAny(tail, "\r\n"), TrailingNewline, "")
	add(tail != "" && !strings.ContainsAny(tail, "\r\n"), TrailingBlank, "")
	add(strings.IndexFunc(core, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) >= 0, ControlInside, "")
	invisible := strings.IndexFunc(core, unseen) >= 0
	add(invisible, InvisibleInside, "")
	add(!invisible && strings.IndexFunc(core, func(r rune) bool { return r > 0x7e }) >= 0, NotASCII, "")
	if inner, mark := unquote(core); mark != "" {
		add(true, Quoted, markName[mark])
		core = inner
	}
	if scheme {
		if m := fieldName.FindString(core); m != "" {
			add(true, FieldNameInside, "")
			core = core[len(m):]
		}
		var flaws []Flaw
		core, flaws = peelScheme(core)
		out = append(out, flaws...)
		if core == "" {
			add(len(flaws) == 0 || flaws[len(flaws)-1].What != SchemeMissing, Empty, "nothing stands behind the scheme word")
			return out
		}
	}
	kind := "key"
	if scheme {
		kind = schemeOf(v)
	}
	return append(out, tokenFlaws(core, kind)...)
}

// schemeOf gives the scheme in lower case when the value has a known one.
func schemeOf(v secret.Text) string {
	c := challenge.Split(v.Map(strings.TrimSpace))
	return strings.ToLower(c.Scheme)
}

// peelScheme removes the scheme word and says what is wrong with it.
func peelScheme(core string) (string, []Flaw) {
	var out []Flaw
	word, rest, blank := cutBlank(core)
	bare := strings.TrimRight(word, ":")
	switch {
	case challenge.Known(bare) && bare != word:
		out = append(out, Flaw{SchemeColon, bare})
	case challenge.Known(word):
	case glued(core) != "":
		w := glued(core)
		return core[len(w):], []Flaw{{SchemeGlued, usualCase[strings.ToLower(w)]}}
	default:
		if !blank {
			return core, []Flaw{{SchemeMissing, ""}}
		}
		// An unknown word with something behind it may be a scheme of the server's own.
		if !schemeLike(word) {
			return core, []Flaw{{SchemeMissing, ""}}
		}
		return strings.TrimLeft(rest, " \t"), nil
	}
	if u, ok := usualCase[strings.ToLower(bare)]; ok && u != bare {
		out = append(out, Flaw{SchemeCase, "usually written " + u})
	}
	trimmed := strings.TrimLeft(rest, " \t")
	if len(rest)-len(trimmed) > 0 && bare == word && trimmed != "" {
		out = append(out, Flaw{WideGap, ""})
	}
	next, after, more := cutBlank(trimmed)
	if n := strings.TrimRight(next, ":"); challenge.Known(n) && (more || strings.EqualFold(n, bare)) && (strings.EqualFold(n, bare) || usualCase[strings.ToLower(n)] != "") {
		out = append(out, Flaw{SchemeDoubled, bare + " and " + n})
		trimmed = strings.TrimLeft(after, " \t")
	}
	return trimmed, out
}

// glued recognises "Bearer" and "Basic" written without a blank, or with = : %20 in its place.
func glued(s string) string {
	for _, w := range []string{"Bearer%20", "Basic%20", "Bearer+", "Bearer:", "Basic:", "Bearer=", "Bearer", "Token="} {
		if len(s) > len(w) && strings.EqualFold(s[:len(w)], w) && (w != "Bearer" || strings.HasPrefix(s[6:], "eyJ")) && !strings.Contains(s, " ") {
			return w
		}
	}
	return ""
}

func schemeLike(w string) bool {
	if len(w) > 32 || secret.Looks(w) {
		return false
	}
	for i := range len(w) {
		if c := w[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

func cutBlank(s string) (word, rest string, found bool) {
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// tokenFlaws looks at the credential itself.
func tokenFlaws(s, scheme string) []Flaw {
	var out []Flaw
	add := func(on bool, what, detail string) {
		if on {
			out = append(out, Flaw{what, detail})
		}
	}
	if form, ok := placeholder(s); ok {
		return append(out, Flaw{Placeholder, form})
	}
	if inner, mark := unquote(s); mark != "" {
		add(true, Quoted, "around the credential: "+markName[mark])
		s = inner
	}
	if form, ok := placeholder(s); ok {
		return append(out, Flaw{Placeholder, form})
	}
	switch scheme {
	case "basic", "digest", "oauth", "aws4-hmac-sha256", "signature", "hawk":
		return out // their own packages know their insides
	}
	if inner, ok := brackets(s); ok {
		add(true, Bracketed, "")
		s = inner
	}
	add(strings.HasPrefix(s, "b'") && strings.HasSuffix(s, "'") || strings.HasPrefix(s, `b"`) && strings.HasSuffix(s, `"`), BytesLiteral, "")
	add(strings.HasPrefix(s, "{") && strings.Contains(s, `":`), JSONInside, "")
	add(strings.Contains(s, "***") || strings.Contains(s, "•••") || strings.Contains(s, "●●"), Masked, "")
	add(strings.HasSuffix(s, "...") || strings.Contains(s, "…") || len(s) > 8 && strings.Contains(s[1:len(s)-1], "..."), Truncated, "")
	switch scheme {
	case "bearer", "dpop", "jwt", "key": // other schemes may hold parameters
		add(!strings.HasPrefix(s, "{") && strings.ContainsAny(s, " \t"), InnerBlank, "")
	}
	add(percentLeft(s), PercentEncoded, "")
	return out
}

var escape = lazyregexp.New(`%(20|2[BbFf]|3[Dd]|0[AaDd]|22|7[BbDd])`)

func percentLeft(s string) bool { return escape.MatchString(s) }

var markName = map[string]string{
	`"`: "double quotation marks", "'": "single quotation marks", "`": "backticks",
	"“": "typographic quotation marks", "‘": "typographic quotation marks", "«": "typographic quotation marks", `\"`: "escaped quotation marks",
}

// unquote removes one pair of quotation marks.
func unquote(s string) (inner, mark string) {
	for _, q := range [][2]string{{`\"`, `\"`}, {`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"}} {
		if len(s) > len(q[0])+len(q[1]) && strings.HasPrefix(s, q[0]) && strings.HasSuffix(s, q[1]) {
			return s[len(q[0]) : len(s)-len(q[1])], q[0]
		}
	}
	return s, ""
}

// brackets removes one pair of brackets that a README had around its example.
func brackets(s string) (string, bool) {
	for _, q := range []string{"{}", "<>", "[]"} {
		if len(s) > 2 && s[0] == q[0] && s[len(s)-1] == q[1] && !strings.ContainsAny(s, ` ":,`) {
			return s[1 : len(s)-1], true
		}
	}
	return s, false
}

func unseen(r rune) bool {
	switch r {
	case 0xa0, 0xad, 0xfeff, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202c, 0x202e, 0x2060, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200a
}

// HasFlaw reports whether the list holds a flaw of that kind.
func HasFlaw(fs []Flaw, what string) bool {
	for _, f := range fs {
		if f.What == what {
			return true
		}
	}
	return false
}
