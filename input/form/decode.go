package form

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is what a text was written in. The texts may be shown.
type Encoding string

// The encodings.
const (
	UTF8    Encoding = "UTF-8"
	UTF16LE Encoding = "UTF-16LE" // what PowerShell's > writes
	UTF16BE Encoding = "UTF-16BE"
	// Latin is Windows-1252, which is Latin-1 with letters and quotation marks where that has controls; its five holes
	// are read as Latin-1's controls, as browsers do (WHATWG Encoding, index windows-1252). A text counts as Latin as
	// soon as one byte of it is no UTF-8. Characters that are UTF-8 stay such: a log may hold both, a cut one half of one.
	Latin Encoding = "Windows-1252"
)

// Written says how a text was written before Decode made UTF-8 of it.
type Written struct {
	In   Encoding
	Mark bool // a byte order mark stood in front
	Lost bool // a part could not be decoded: half a character of UTF-16
}

// Decode makes UTF-8 without a byte order mark of what was pasted or saved. It takes any bytes; whether they are text
// at all, IsText tells.
func Decode(raw string) (string, Written) {
	w := writtenIn(raw)
	switch w.In {
	case UTF16LE, UTF16BE:
		w.Lost = len(raw)%2 == 1
		out, err := w.decoder().String(raw[:len(raw)&^1])
		if n := strings.Count(out, "\ufffd"); n > 0 {
			w.Lost = w.Lost || n > replacements(raw, w.In)
		}
		w.Lost = w.Lost || err != nil
		return out, w
	}
	if w.Mark {
		raw = raw[len(mark8):]
	}
	if utf8.ValidString(raw) {
		return raw, w
	}
	w.In = Latin
	return fromLatin(raw), w
}

// Reader is Decode for a stream, by its first bytes and in bounded memory. Bytes that are no UTF-8 are left to who
// reads, as it is not known before the end whether there are any.
func Reader(r *bufio.Reader) (io.Reader, Written) {
	head, _ := r.Peek(4) // what is wrong with the stream is told when it is read
	w := writtenIn(string(head))
	switch {
	case w.In != UTF8:
		return w.decoder().Reader(r), w
	case w.Mark:
		_, _ = r.Discard(len(mark8)) // it was peeked at
	}
	return r, w
}

const (
	mark8  = "\xef\xbb\xbf"
	markLE = "\xff\xfe"
	markBE = "\xfe\xff"
)

// writtenIn tells UTF-16 from all else: by its mark, or by two characters of ASCII in front, the other bytes of which are
// zero.
func writtenIn(head string) Written {
	ascii := func(c byte) bool { return c >= ' ' && c < 0x7f || c == '\t' || c == '\n' || c == '\r' }
	four := len(head) >= 4
	switch {
	case strings.HasPrefix(head, mark8):
		return Written{In: UTF8, Mark: true}
	case strings.HasPrefix(head, markLE):
		return Written{In: UTF16LE, Mark: true}
	case strings.HasPrefix(head, markBE):
		return Written{In: UTF16BE, Mark: true}
	case four && ascii(head[0]) && head[1] == 0 && ascii(head[2]) && head[3] == 0:
		return Written{In: UTF16LE}
	case four && head[0] == 0 && ascii(head[1]) && head[2] == 0 && ascii(head[3]):
		return Written{In: UTF16BE}
	}
	return Written{In: UTF8}
}

func (w Written) decoder() *encoding.Decoder {
	if w.In == UTF16BE {
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	}
	return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
}

// replacements counts U+FFFD in UTF-16: those that stood there were not made by decoding.
func replacements(raw string, in Encoding) int {
	n, unit := 0, "\xfd\xff"
	if in == UTF16BE {
		unit = "\xff\xfd"
	}
	for i := 0; i+1 < len(raw); i += 2 {
		if raw[i:i+2] == unit {
			n++
		}
	}
	return n
}

func fromLatin(raw string) string {
	var b strings.Builder
	b.Grow(len(raw) + len(raw)/16)
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRuneInString(raw[i:])
		if r == utf8.RuneError && n == 1 {
			if r = charmap.Windows1252.DecodeByte(raw[i]); r == utf8.RuneError {
				r = rune(raw[i])
			}
			b.WriteRune(r)
		} else {
			b.WriteString(raw[i : i+n])
		}
		i += n
	}
	return b.String()
}

// IsText reports whether bytes can be a text: no zero bytes, or UTF-16.
func IsText(head string) bool {
	return strings.IndexByte(head, 0) < 0 || writtenIn(head).In != UTF8
}

// Magic is a kind of data that is no text, known by its first bytes.
type Magic struct {
	first  string
	Name   string // "gzip"
	What   string // "packed with gzip", behind "it is"
	Do     string // what to do about it
	Packed bool   // a text may be inside
}

// magics are the kinds that people paste or save by mistake.
var magics = []Magic{
	{"\x1f\x8b", "gzip", "packed with gzip", "unpack it first (gunzip)", true},
	{"PK\x03\x04", "ZIP", "a ZIP archive", "unpack it and give a file of it", true},
	{"PK\x05\x06", "ZIP", "a ZIP archive", "it is empty: pack it again", true},
	{"\x28\xb5\x2f\xfd", "zstd", "packed with zstd", "unpack it first", true},
	{"\xfd7zXZ\x00", "xz", "packed with xz", "unpack it first", true},
	{"BZh", "bzip2", "packed with bzip2", "unpack it first", true},
	{"7z\xbc\xaf", "7z", "packed with 7-Zip", "unpack it first", true},
	{"%PDF", "PDF", "a PDF", "paste its text", false},
	{"\x89PNG", "PNG", "a picture", "paste its text, nothing is read from pictures", false},
	{"\xff\xd8\xff", "JPEG", "a picture", "paste its text, nothing is read from pictures", false},
	{"GIF8", "GIF", "a picture", "paste its text, nothing is read from pictures", false},
	{"\x7fELF", "ELF", "a program, not text", "", false},
}

// MagicOf tells what data is that is no text.
func MagicOf(head string) (Magic, bool) {
	for _, m := range magics {
		if strings.HasPrefix(head, m.first) {
			return m, true
		}
	}
	return Magic{}, false
}

// String says what it is, and what to do: "packed with gzip; unpack it first (gunzip)".
func (m Magic) String() string {
	if m.Do == "" {
		return m.What
	}
	return m.What + "; " + m.Do
}
