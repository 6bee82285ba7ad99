package form_test

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/why401/why401/input/form"
)

// wide gives s as UTF-16.
func wide(s string, big bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		lo, hi := byte(u), byte(u>>8)
		if big {
			lo, hi = hi, lo
		}
		b.Write([]byte{lo, hi})
	}
	return b.String()
}

func TestDecode(t *testing.T) {
	const plain = "Authorization: Bearer grüße €\r\n"
	for _, c := range []struct {
		name, raw, want string
		written         form.Written
	}{
		{"empty", "", "", form.Written{In: form.UTF8}},
		{"UTF-8", plain, plain, form.Written{In: form.UTF8}},
		{"UTF-8 with mark", "\ufeff" + plain, plain, form.Written{In: form.UTF8, Mark: true}},
		{"a mark inside", "a\ufeffb", "a\ufeffb", form.Written{In: form.UTF8}},
		{"UTF-16LE", wide("\ufeff"+plain, false), plain, form.Written{In: form.UTF16LE, Mark: true}},
		{"UTF-16BE", wide("\ufeff"+plain, true), plain, form.Written{In: form.UTF16BE, Mark: true}},
		// Two of seven readers knew these; the others took them for binary data. What begins with four such bytes is no
		// other format that people paste.
		{"UTF-16LE without mark", wide(plain, false), plain, form.Written{In: form.UTF16LE}},
		{"UTF-16BE without mark", wide(plain, true), plain, form.Written{In: form.UTF16BE}},
		{"a pair of surrogates", wide("\ufeffa😀", false), "a😀", form.Written{In: form.UTF16LE, Mark: true}},
		{"half a pair", "\xff\xfea\x00\x3d\xd8", "a\ufffd", form.Written{In: form.UTF16LE, Mark: true, Lost: true}},
		{"half a unit", "\xff\xfea\x00b", "a", form.Written{In: form.UTF16LE, Mark: true, Lost: true}},
		{"a replacement that stood there", wide("\ufeffa\ufffd", true), "a\ufffd", form.Written{In: form.UTF16BE, Mark: true}},
		{"only a mark", "\xff\xfe", "", form.Written{In: form.UTF16LE, Mark: true}},
		{"Latin-1", "gr\xfc\xdfe", "grüße", form.Written{In: form.Latin}},
		// Two readers took these for the controls of Latin-1; text holds quotation marks, no controls.
		{"Windows-1252", "\x93quoted\x94 \x80 5", "“quoted” € 5", form.Written{In: form.Latin}},
		// The others made U+FFFD of the five holes.
		{"its holes", "a\x81b", "a\u0081b", form.Written{In: form.Latin}},
		// One byte that is broken, or cut off, does not spoil the characters that are not: all readers made Ã¼ of them.
		{"both", "grüße \xfc", "grüße ü", form.Written{In: form.Latin}},
		{"zero bytes", "a\x00\x00\x00", "a\x00\x00\x00", form.Written{In: form.UTF8}},
		{"no UTF-16: controls", "\x01\x00\x02\x00", "\x01\x00\x02\x00", form.Written{In: form.UTF8}},
	} {
		got, w := form.Decode(c.raw)
		if got != c.want || w != c.written {
			t.Errorf("%s: %q %+v, want %q %+v", c.name, got, w, c.want, c.written)
		}
	}
}

func TestIsText(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, "a": true, "gr\xfc\xdfe": true, "\xff\xfea\x00": true, "a\x00b\x00": true, "\x00a\x00b": true,
		"a\x00bc": false, "\x01\x02\x00\x00\x03": false, "\x00\x00\x00\x00": false, "ab\x00": false,
	} {
		if got := form.IsText(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestMagicOf(t *testing.T) {
	for head, want := range map[string]string{
		"\x1f\x8b\x08": "gzip", "PK\x03\x04": "ZIP", "PK\x05\x06": "ZIP", "\x28\xb5\x2f\xfd": "zstd", "\xfd7zXZ\x00": "xz", "BZh91AY": "bzip2",
		"7z\xbc\xaf\x27\x1c": "7z", "%PDF-1.7": "PDF", "\x89PNG\r\n": "PNG", "\xff\xd8\xff\xe0": "JPEG", "GIF89a": "GIF", "\x7fELF": "ELF",
		"": "", "P": "", "{\"log\":": "", "\xff\xfea\x00": "", "PK is no archive": "",
	} {
		m, ok := form.MagicOf(head)
		if m.Name != want || ok != (want != "") {
			t.Errorf("%q: %q", head, m.Name)
		}
		if ok && (m.What == "" || m.String() == "") {
			t.Errorf("%s says nothing", m.Name)
		}
	}
}

// endless gives s for ever, in pieces of one byte.
type endless struct {
	s string
	n int
}

func (e *endless) Read(p []byte) (int, error) {
	p[0] = e.s[e.n%len(e.s)]
	e.n++
	return 1, nil
}

// TestReader: a stream gives what Decode gives, whatever the pieces it comes in, and nothing is held back.
func TestReader(t *testing.T) {
	for _, raw := range []string{"", "{", "{}", "\ufeff{}", wide("\ufeff{\"a\":\"ü😀\"}", false), wide("\ufeff{}", true), wide("{\"a\"}", false), wide("{\"a\"}", true), "\xff\xfe"} {
		r, w := form.Reader(bufio.NewReader(iotest.OneByteReader(strings.NewReader(raw))))
		got, err := io.ReadAll(r)
		want, ww := form.Decode(raw)
		if err != nil || string(got) != want || w != ww {
			t.Errorf("%q: %q %+v %v, want %q %+v", raw, got, w, err, want, ww)
		}
	}
	r, _ := form.Reader(bufio.NewReader(&endless{s: "a\x00"}))
	if _, err := io.ReadFull(r, make([]byte, 1<<20)); err != nil {
		t.Error(err)
	}
	r, _ = form.Reader(bufio.NewReader(iotest.ErrReader(io.ErrUnexpectedEOF)))
	if _, err := io.ReadAll(r); err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
}

// FuzzDecode: what comes out is UTF-8, is not decoded again, and is what a stream gives; text that is UTF-8 stays as it is.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "a", "\ufeffa", "gr\xfc\xdfe", wide("\ufeffa😀", true), wide("ab", false), "\xff\xfe\x00\xd8", "ü\xc3", "a\x00b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, w := form.Decode(string(raw))
		if !utf8.ValidString(text) {
			t.Fatalf("%q is no UTF-8", text)
		}
		if utf8.Valid(raw) && w.In == form.UTF8 && !w.Mark && text != string(raw) {
			t.Fatalf("UTF-8 was changed: %q", text)
		}
		if w.Lost && w.In != form.UTF16LE && w.In != form.UTF16BE {
			t.Fatalf("%+v", w)
		}
		r, _ := form.Reader(bufio.NewReader(bytes.NewReader(raw)))
		stream, err := io.ReadAll(r)
		if w.In == form.UTF8 && (err != nil || string(stream) != text) || !w.Lost && w.In != form.Latin && string(stream) != text {
			t.Fatalf("the stream gives %q (%v), Decode %q", stream, err, text)
		}
	})
}
