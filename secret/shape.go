package secret

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Shape is what may be said about a secret: enough to see a stray newline, a doubled scheme word or a placeholder,
// too little to rebuild the value.
type Shape struct {
	Len          int
	Alphabet     string // digits, hex, base64url, base64, ascii, latin1, utf8, binary
	LeadingBlank bool   // white space, control character or byte order mark in front
	TrailingLF   bool   // ends with a line break
	TrailingWS   bool   // ends with other white space
	Quoted       string // the quotation mark that surrounds it, or ""
	Dots         int
	Colon        bool
	Control      bool // a control character inside
	Base64       bool // decodes as base64 or base64url
}

// Shape describes t.
func (t Text) Shape() Shape {
	s := t.str()
	sh := Shape{Len: len(s), Dots: strings.Count(s, "."), Colon: strings.Contains(s, ":")}
	if s == "" {
		return sh
	}
	sh.LeadingBlank = strings.TrimLeftFunc(s, blank) != s
	sh.TrailingLF = strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "\r")
	sh.TrailingWS = !sh.TrailingLF && strings.TrimRightFunc(s, blank) != s
	core := strings.TrimFunc(s, blank)
	for _, q := range []string{`"`, "'", "`", "“"} {
		if len(core) > 1 && strings.HasPrefix(core, q) {
			sh.Quoted = q
		}
	}
	sh.Control = strings.IndexFunc(core, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0
	sh.Alphabet = alphabet(core)
	if len(core) >= 4 {
		trimmed := strings.TrimRight(core, "=")
		_, e1 := base64.RawStdEncoding.DecodeString(trimmed)
		_, e2 := base64.RawURLEncoding.DecodeString(trimmed)
		sh.Base64 = e1 == nil || e2 == nil
	}
	return sh
}

func alphabet(s string) string {
	only := func(set string) bool {
		return strings.Trim(s, set) == "" && strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) }) < 0
	}
	const digits = "0123456789"
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	switch {
	case only(digits):
		return "digits"
	case only(digits + "abcdef"), only(digits + "ABCDEF"):
		return "hex"
	case only(letters + digits + "-_"):
		return "base64url"
	case only(letters + digits + "+/="):
		return "base64"
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			if utf8.ValidString(s) {
				return "utf8"
			}
			return "latin1"
		}
		if s[i] < ' ' || s[i] == 0x7f {
			return "binary"
		}
	}
	return "ascii"
}

// Looks reports whether s, met in a place that may be shown (a path segment, a user name, a query value), is more
// likely a token than a word: long, without spaces, mixing letters and digits, or of a vendor's known form.
func Looks(s string) bool {
	for _, p := range []string{"eyJ", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "sk-", "sk_", "pk_", "xoxb-", "xoxp-", "AKIA", "ASIA", "pypi-", "npm_", "ya29.", "1//"} {
		if strings.HasPrefix(s, p) && len(s) > len(p)+8 {
			return true
		}
	}
	if len(s) < 20 || strings.ContainsAny(s, " \t\n") {
		return false
	}
	digits, lower, upper, words := 0, 0, 0, 0
	run := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
			run = 0
		case r >= 'a' && r <= 'z':
			lower++
			if run++; run == 5 {
				words++ // a run of five lower-case letters reads like a word
			}
		case r >= 'A' && r <= 'Z':
			upper++
			run = 0
		default:
			run = 0
		}
	}
	if digits >= 2 && (lower >= 2 || upper >= 2) && words*8 < len(s) {
		return true
	}
	return len(s) >= 32 && (digits > 0 || upper > 2 && lower > 2) && words*10 < len(s)
}
