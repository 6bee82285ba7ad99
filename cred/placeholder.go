package cred

import (
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// PlaceholderForm tells whether v is a placeholder that nobody filled in, and of which form, in words that may be
// shown. It is careful: what could be a real token, however odd, is none.
func PlaceholderForm(v secret.Text) (string, bool) {
	s := strings.TrimSpace(v.Reveal())
	if form, ok := placeholder(s); ok {
		return form, ok // backticks are marks of a command first, quotation marks second
	}
	inner, _ := unquote(s)
	if inner == s {
		return "", false
	}
	return placeholder(inner)
}

const word = `[A-Za-z_][A-Za-z0-9_]*`

var (
	shellBraced  = lazyregexp.New(`^\$\{` + word + `(:?[-?+=][^}]*)?\}$`)
	shellPlain   = lazyregexp.New(`^\$` + word + `$`)
	shellCommand = lazyregexp.New("^(\\$\\([^()]{2,200}\\)|`[^`]{2,200}`)$")
	powershell   = lazyregexp.New(`(?i)^\$(env:` + word + `|\{env:[^}]+\}|\(\$` + word + `\))$`)
	actions      = lazyregexp.New(`^\$\{\{[^{}]{1,100}\}\}$`)
	windows      = lazyregexp.New(`^%[A-Za-z_][A-Za-z0-9_]{2,}%$`)
	mustache     = lazyregexp.New(`^\{\{\{?[^{}]{1,100}\}?\}\}$`)
	single       = lazyregexp.New(`^\{[A-Za-z_][A-Za-z0-9_ .-]{0,40}\}$`)
	angle        = lazyregexp.New(`^<[^<>]{1,60}>$`)
	square       = lazyregexp.New(`^\[[A-Za-z][A-Za-z_ -]{0,40}\]$`)
	otherMarks   = lazyregexp.New(`^(#\{[^{}]{1,100}\}|<%[^%]{1,100}%>|@@?` + word + `@@?|__[A-Za-z][A-Za-z0-9_]*__|:[a-z_]*(token|key|secret))$`)
	objects      = lazyregexp.New(`(?i)^(\[object [A-Za-z]+\]|<(coroutine|bound method|function|generator) [^>]*>|promise \{.*|system\.object|java\.lang\.object@[0-9a-f]+|%!s\(.*\))$`)
	verbs        = lazyregexp.New(`^%[sdvq]$|^\{[0-9]?\}$`)
	yours        = lazyregexp.New(`(?i)^(your|insert|replace|enter|put|paste|add)[-_ .]?(with|the|my|your|own|actual|real|secret|private|personal|github|gitlab|openai|stripe|google|api|access|auth|bearer|jwt|client|token|key|secret|password|value|user|username|here|me|app|service|[-_ ])+$`)
	capitals     = lazyregexp.New(`^([A-Z]+_)+(TOKEN|KEY|SECRET|PASSWORD|APIKEY|JWT|CREDENTIALS?)$|^(TOKEN|APIKEY|API-KEY|JWT_?TOKEN|ACCESS-TOKEN|SECRET)$`)
	lower        = lazyregexp.New(`^((access|api|auth|bearer|jwt|openai|github|gitlab|google)[-_ ]?)+(token|key|jwt)$|^(token|jwt|apikey)$|^here$`)
	crossed      = lazyregexp.New(`^[xX]{4,}([-_.][xX]{4,})*$|^\*{3,}$|^•{3,}$|^\.{3,}$|^…$|^-{3,}$|^_{3,}$`)
	removed      = lazyregexp.New(`(?i)^[<\[({]?(redacted|filtered|masked|hidden|removed|secret)[>\])}]$|^redacted$|^\*+ *redacted *\*+$`)
	credWord     = lazyregexp.New(`(?i)token|key|secret|pass|pwd|auth|jwt|bearer|access|api|cred|user|login|session`)
)

// nothings are what languages print for a value that is not there.
var nothings = map[string]string{
	"undefined": "the word undefined", "null": "the word null", "none": "the word None", "nil": "the word nil", "nan": "the word NaN",
	"n/a": "the text n/a", "(null)": "the text (null)", "<nil>": "the text <nil>", "<null>": "the text <null>", "(none)": "the text (none)",
	"nullptr": "the word nullptr", "true": "the word true", "false": "the word false", "{}": "an empty object", "[]": "an empty list",
	"undefined undefined": "the word undefined", "null null": "the word null", "not set": "the text not set", "unset": "the word unset",
	"()": "an empty tuple", "todo": "the word TODO", "tbd": "the word TBD",
}

func placeholder(s string) (string, bool) {
	if s == "" || len(s) > 220 || !utf8.ValidString(s) || filledIn(s) {
		return "", false
	}
	if form, ok := nothings[strings.ToLower(s)]; ok {
		return form, true
	}
	if !mayBePlaceholder(s) {
		return "", false
	}
	inner := strings.Trim(s, "{}<>[]$%() ")
	key := VendorOf(secret.Public(inner)).Known() || secret.Looks(inner) && !credWord.MatchString(inner)
	switch {
	case actions.MatchString(s):
		return "a CI expression in ${{ }}", true
	case shellBraced.MatchString(s):
		return named("a shell variable in ${ }", inner), true
	case powershell.MatchString(s):
		return "a PowerShell variable", true
	case shellPlain.MatchString(s) && (credWord.MatchString(s) || len(s) > 3 && strings.ToUpper(s) == s && !strings.ContainsAny(s, "0123456789")):
		return named("a shell variable", inner), true
	case shellCommand.MatchString(s):
		return "a shell command", true
	case windows.MatchString(s) && !key:
		return named("a Windows variable in % %", inner), true
	case mustache.MatchString(s):
		return "a template variable in {{ }}", true
	case objects.MatchString(s):
		return "an object written as text", true
	case verbs.MatchString(s):
		return "a format directive", true
	case removed.MatchString(s):
		return "the word redacted", true
	case single.MatchString(s) && !key:
		return named("a template variable in { }", inner), true
	case angle.MatchString(s) && !key:
		return named("a text in angle brackets", inner), true
	case square.MatchString(s) && !key:
		return named("a text in square brackets", inner), true
	case otherMarks.MatchString(s) && !key:
		return "a template variable", true
	case crossed.MatchString(s):
		return "a row of crosses, dots or asterisks", true
	case yours.MatchString(s):
		return "the example text of a manual", true
	case capitals.MatchString(s):
		return named("the name of a variable", s), true
	case lower.MatchString(strings.ToLower(s)):
		return "a word such as token in place of one", true
	}
	return "", false
}

// filledIn is a quick look that spares most real tokens all the patterns: of the forms below those that are made of
// letters and the marks of tokens alone hold no digit, but for the name of a Java object, which has an @.
func filledIn(s string) bool {
	digit := false
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digit = true
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-', c == '.', c == '_', c == '~', c == '+', c == '/', c == '=':
		default:
			return false
		}
	}
	return digit && s[0] != '_'
}

// beginnings are what those of the forms below begin with that begin with a letter, but for names in capitals.
var beginnings = []string{"your", "insert", "replace", "enter", "put", "paste", "add", "redacted", "filtered", "masked", "hidden", "removed",
	"secret", "promise", "system.", "access", "api", "auth", "bearer", "jwt", "openai", "github", "gitlab", "google", "token", "here", "xxxx"}

// mayBePlaceholder is a quick look at the beginning that spares most texts all the patterns.
func mayBePlaceholder(s string) bool {
	capital, digit := true, false
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return true // perhaps a letter that (?i) takes for another
		}
		digit = digit || s[i] >= '0' && s[i] <= '9'
		capital = capital && (s[i] >= 'A' && s[i] <= 'Z' || s[i] == '_' || s[i] == '-')
	}
	if c := s[0] | 0x20; c < 'a' || c > 'z' {
		return capital || strings.IndexByte("$`%{<[#@_:*.-(", s[0]) >= 0
	}
	if digit { // of those that begin with a letter only objects hold one
		return objects.MatchString(s)
	}
	for _, b := range beginnings {
		if len(s) >= len(b) && s[0]|0x20 == b[0] && strings.EqualFold(s[:len(b)], b) {
			return true
		}
	}
	return capital
}

// named adds the variable's name when it is all capitals and speaks of credentials: then it cannot be a value.
func named(form, name string) string {
	if len(name) <= 32 && capitalName.MatchString(name) && credWord.MatchString(name) {
		return form + ": " + name
	}
	return form
}

var capitalName = lazyregexp.New(`^[A-Z]+(_[A-Z]+)*$`)
