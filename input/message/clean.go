package message

import (
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/input/form"
)

// Clean makes text uniform: it is decoded (form.Decode), line breaks become \n, and the colours of a terminal (ECMA-48
// sequences) and NUL bytes are taken out.
func Clean(text string) string {
	text, _ = form.Decode(text)
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
