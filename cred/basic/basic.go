// Package basic takes a Basic credential apart (RFC 7617) and makes one.
//
// It decodes even what is badly encoded, and says what is bad about it. It refuses to show a password, or a user
// name that may be a key, and it never tries another spelling on its own: a changed password is a guess.
package basic

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/why401/why401/secret"
)

// Flaw is what is unusual about a Basic value. The texts may be shown.
type Flaw string

// The flaws. Not every one is a mistake: a colon in a password is allowed.
const (
	NotEncoded       Flaw = "user and password are not encoded at all"
	URLAlphabet      Flaw = "encoded with the URL alphabet of base64"
	PaddingMissing   Flaw = "padding of base64 is missing"
	PaddingWrong     Flaw = "padding of base64 does not fit"
	BitsLeft         Flaw = "the last character holds bits that no encoder leaves: the end was cut off or changed"
	LineBreaks       Flaw = "line breaks inside the encoded value"
	BlankInside      Flaw = "blanks inside the encoded value"
	DoubleEncoding   Flaw = "encoded twice"
	MissingColon     Flaw = "no colon between user and password"
	SecondColon      Flaw = "more than one colon: the user name ends at the first"
	TrailingNewline  Flaw = "line break at the end of the password"
	TrailingBlank    Flaw = "blank at the end of the password"
	LeadingBlank     Flaw = "blank in front of the user name"
	ControlCharacter Flaw = "control character in user name or password"
	ByteOrderMark    Flaw = "byte order mark in front of the user name"
	PercentEncoded   Flaw = "percent-encoding left inside"
	SchemeInside     Flaw = "scheme is encoded into the value"
	NonASCIIUTF8     Flaw = "characters outside ASCII, encoded as UTF-8"
	NonASCIILatin1   Flaw = "characters outside ASCII, not encoded as UTF-8"
	Decomposed       Flaw = "accents written as combining characters"
	EmptyPair        Flaw = "user name and password are both empty"
	EmptyUser        Flaw = "user name is empty"
	EmptyPassword    Flaw = "password is empty"
)

// Pair is a decoded value.
type Pair struct {
	User     secret.Text // public when it may be shown
	Password secret.Text
	Charset  string // "ascii", "utf-8", "latin-1" (anything else that is not UTF-8 counts as that)
	Flaws    []Flaw
}

// Has reports a flaw.
func (p Pair) Has(f Flaw) bool {
	for _, g := range p.Flaws {
		if f == g {
			return true
		}
	}
	return false
}

const maxValue = 64 << 10

// ErrNotBase64 says that the value is neither base64 nor a plain user:password.
var ErrNotBase64 = errors.New("not base64")

// Decode takes the part behind "Basic ". The error is ErrNotBase64 with the position of the first byte that does not
// belong, or says that the value is empty or too long; it never holds the value.
func Decode(v secret.Text) (Pair, error) {
	s := strings.Trim(v.Reveal(), " \t")
	if s == "" {
		return Pair{}, errors.New("basic credentials are empty")
	}
	if len(s) > maxValue {
		return Pair{}, fmt.Errorf("basic credentials: %d bytes, more than are read", len(s))
	}
	var p Pair
	raw, err := p.decode(s)
	if err != nil {
		if !strings.Contains(s, ":") {
			return Pair{}, err
		}
		raw, p.Flaws = s, []Flaw{NotEncoded}
	}
	if !strings.Contains(raw, ":") {
		var again Pair
		inner, err := again.decode(strings.TrimRight(raw, "\r\n"))
		if err == nil && strings.Contains(inner, ":") && printable(inner) {
			p.Flaws = append(p.Flaws, DoubleEncoding)
			raw = inner
		}
	}
	p.split(raw)
	return p, nil
}

// decode undoes base64 in the spellings that servers and clients meet.
func (p *Pair) decode(s string) (string, error) {
	var b strings.Builder
	url, std, breaks, blanks := false, false, false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\r' || c == '\n':
			breaks = true
			continue
		case c == ' ' || c == '\t':
			blanks = true
			continue
		case c == '-' || c == '_':
			url = true
			c = map[byte]byte{'-': '+', '_': '/'}[c]
			b.WriteByte(c)
			continue
		case c == '+' || c == '/':
			std = true
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '=':
		default:
			return "", fmt.Errorf("basic credentials: position %d: %w", i+1, ErrNotBase64)
		}
		b.WriteByte(s[i])
	}
	if url && std {
		return "", fmt.Errorf("basic credentials: two alphabets mixed: %w", ErrNotBase64)
	}
	core := strings.TrimRight(b.String(), "=")
	pads := b.Len() - len(core)
	raw, err := base64.RawStdEncoding.DecodeString(core)
	if err != nil {
		return "", fmt.Errorf("basic credentials: %w", ErrNotBase64)
	}
	note := func(on bool, f Flaw) {
		if on {
			p.Flaws = append(p.Flaws, f)
		}
	}
	_, strict := base64.RawStdEncoding.Strict().DecodeString(core)
	note(strict != nil, BitsLeft)
	need := (4 - len(core)%4) % 4
	note(breaks, LineBreaks)
	note(blanks, BlankInside)
	note(url, URLAlphabet)
	note(pads == 0 && need > 0, PaddingMissing)
	note(pads > 0 && pads != need, PaddingWrong)
	return string(raw), nil
}

func (p *Pair) split(raw string) {
	note := func(on bool, f Flaw) {
		if on {
			p.Flaws = append(p.Flaws, f)
		}
	}
	user, pass, colon := strings.Cut(raw, ":")
	core := strings.TrimRight(raw, "\r\n")
	p.Charset = charset(raw)
	note(!colon, MissingColon)
	note(strings.Contains(pass, ":"), SecondColon)
	note(core != raw, TrailingNewline)
	note(core == raw && strings.TrimRight(raw, " \t") != raw, TrailingBlank)
	note(strings.HasPrefix(raw, "\ufeff"), ByteOrderMark)
	note(strings.TrimLeft(raw, " \t") != raw, LeadingBlank)
	note(strings.IndexFunc(core, control) >= 0, ControlCharacter)
	note(percent(user) || percent(pass), PercentEncoded)
	note(len(raw) > 6 && strings.EqualFold(raw[:6], "basic "), SchemeInside)
	note(p.Charset == "utf-8", NonASCIIUTF8)
	note(p.Charset == "latin-1", NonASCIILatin1)
	note(p.Charset == "utf-8" && strings.IndexFunc(raw, func(r rune) bool { return unicode.Is(unicode.Mn, r) }) >= 0, Decomposed)
	bare := strings.TrimRight(pass, "\r\n")
	note(colon && user == "" && bare == "", EmptyPair)
	note(colon && user == "" && bare != "", EmptyUser)
	note(colon && user != "" && bare == "", EmptyPassword)
	p.Password = secret.New(pass)
	if colon && Showable(user, bare) {
		p.User = secret.Public(user)
	} else {
		p.User = secret.New(user)
	}
}

// Showable decides whether a user name may be shown. With an empty or placeholder password the user name is often
// the key itself (Stripe, Jenkins, GitHub), so only a name that is clearly one is.
func Showable(user, password string) bool {
	if user == "" || len(user) > 64 || !printable(user) || secret.Looks(user) {
		return false
	}
	lone := password == "" || len(password) <= 2 || strings.EqualFold(password, "x-oauth-basic") ||
		strings.EqualFold(password, "api_token") || strings.EqualFold(password, user)
	if lone && !strings.Contains(user, "@") && (strings.ContainsAny(user, "0123456789") || len(user) > 16) {
		return false
	}
	return true
}

func charset(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			if utf8.ValidString(s) {
				return "utf-8"
			}
			return "latin-1"
		}
	}
	return "ascii"
}

func control(r rune) bool { return r < ' ' || r == 0x7f }
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// percent reports %40 and the like, as a URL's userinfo leaves it: at least one escape, every escape valid.
func percent(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if i+2 >= len(s) || !hexDigit(s[i+1]) || !hexDigit(s[i+2]) {
			return false
		}
		n++
	}
	return n > 0
}

func hexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// Encode makes the value behind "Basic ". charset is "utf-8" (also "" and any case) or "iso-8859-1"/"latin-1";
// a character that the charset has not is an error, and so is a colon in the user name (RFC 7617 2). The texts are
// taken as UTF-8 when they are valid UTF-8, else as bytes that are already encoded.
func Encode(user, password secret.Text, charset string) (secret.Text, error) {
	if user.Contains(":") {
		return secret.Text{}, errors.New("encode basic credentials: a user name cannot hold a colon")
	}
	raw := user.Reveal() + ":" + password.Reveal()
	if strings.IndexFunc(raw, control) >= 0 {
		return secret.Text{}, errors.New("encode basic credentials: control character in user name or password")
	}
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8":
	case "iso-8859-1", "latin-1", "latin1":
		if utf8.ValidString(raw) {
			b := make([]byte, 0, len(raw))
			for _, r := range raw {
				if r > 0xff {
					return secret.Text{}, errors.New("encode basic credentials: a character does not exist in ISO-8859-1")
				}
				b = append(b, byte(r))
			}
			raw = string(b)
		}
	default:
		return secret.Text{}, fmt.Errorf("encode basic credentials: charset %q: expected utf-8 or iso-8859-1", charset)
	}
	return secret.New(base64.StdEncoding.EncodeToString([]byte(raw))), nil
}
