package message

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Clean makes text uniform: UTF-16 becomes UTF-8, a byte order mark goes, line breaks become \n, and the colours of a
// terminal (ECMA-48 sequences) and NUL bytes are taken out. Bytes that are no UTF-8 stay.
func Clean(text string) string {
	text = fromUTF16(text)
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	if strings.IndexByte(text, 0x1b) >= 0 {
		text = colours(text)
	}
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "")
	}
	return text
}

// fromUTF16 decodes text that begins with a byte order mark of UTF-16, or in which every other byte is NUL.
func fromUTF16(s string) string {
	if len(s) < 4 {
		return s
	}
	big := s[0] == 0xfe && s[1] == 0xff || s[0] == 0 && s[2] == 0 && s[1] != 0 && s[3] != 0
	little := s[0] == 0xff && s[1] == 0xfe || s[1] == 0 && s[3] == 0 && s[0] != 0 && s[2] != 0
	if !big && !little {
		return s
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		hi, lo := s[i], s[i+1]
		if little {
			hi, lo = lo, hi
		}
		units = append(units, uint16(hi)<<8|uint16(lo))
	}
	var b strings.Builder
	for _, r := range utf16.Decode(units) {
		b.WriteRune(r)
	}
	return b.String()
}

// colours takes escape sequences out: ESC [ parameters final, and ESC ] ... BEL.
func colours(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != 0x1b {
			b.WriteByte(s[i])
			i++
			continue
		}
		i++
		if i == len(s) {
			break
		}
		switch s[i] {
		case '[':
			for i++; i < len(s) && (s[i] < 0x40 || s[i] > 0x7e); i++ {
				if s[i] == '\n' {
					i--
					break
				}
			}
			i++
		case ']':
			for i++; i < len(s) && s[i] != 0x07 && s[i] != 0x1b && s[i] != '\n'; i++ {
			}
			if i < len(s) && s[i] == 0x07 {
				i++
			}
		default:
			i++
		}
	}
	return b.String()
}

// readable reports that text is text: hardly any control characters in its beginning.
func readable(text string) bool {
	text = cut(text, 4<<10)
	odd := 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' && r != 0x1b || r == utf8.RuneError && n == 1 {
			odd++
		}
		i += n
	}
	return odd*20 <= len(text)
}
