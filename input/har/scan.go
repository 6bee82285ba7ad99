package har

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// errEnd is the end of the input in the middle of a value.
var errEnd = errors.New("the file ends in the middle")

// syntaxError is input that is not JSON. It names the place and what was expected, never what stood there.
type syntaxError struct {
	at   int64
	want string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("byte %d: expected %s", e.at, e.want) }

// scanner walks through JSON (RFC 8259) of any size in the memory of one buffer. The caller takes the values it wants;
// all else is skipped without being decoded, which is what makes a HAR with gigabytes of bodies readable. It nests as
// deep as its caller does, no deeper: skipping counts brackets. For valid JSON it gives what encoding/json gives (a
// fuzz target compares them); of invalid JSON it may accept some.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int   // what is unread
	base     int64 // offset of buf[0] in the input
	err      error // of r
}

func newScanner(r io.Reader) *scanner { return &scanner{r: r, buf: make([]byte, 256<<10)} }

func (s *scanner) offset() int64 { return s.base + int64(s.pos) }

func (s *scanner) wrong(want string) error { return &syntaxError{s.offset(), want} }

// need makes n bytes readable at pos; false when the input ends before that. n is far below the size of the buffer.
func (s *scanner) need(n int) bool {
	for s.end-s.pos < n {
		if s.err != nil {
			return false
		}
		if s.pos > 0 {
			copy(s.buf, s.buf[s.pos:s.end])
			s.base, s.end, s.pos = s.base+int64(s.pos), s.end-s.pos, 0
		}
		var got int
		for tries := 0; got == 0 && s.err == nil; tries++ {
			got, s.err = s.r.Read(s.buf[s.end:])
			if got == 0 && s.err == nil && tries == 100 {
				s.err = io.ErrNoProgress
			}
		}
		s.end += got
	}
	return true
}

// peek is the next byte that is no white space, left unread.
func (s *scanner) peek() (byte, error) {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r':
				s.pos++
			default:
				return c, nil
			}
		}
		if !s.need(1) {
			return 0, s.ended()
		}
	}
}

// ended is why nothing more can be read.
func (s *scanner) ended() error {
	if s.err != nil && s.err != io.EOF {
		return s.err
	}
	return errEnd
}

// object calls field for each name of the object that comes next; field must take or skip the value.
func (s *scanner) object(field func(name string) error) error {
	var name [64]byte // longer names are none of those that are looked for
	return s.list('{', '}', func() error {
		if c, err := s.peek(); err != nil {
			return err
		} else if c != '"' {
			return s.wrong("a name in quotes")
		}
		key, _, err := s.text(name[:0], len(name))
		if err != nil {
			return err
		}
		if c, err := s.peek(); err != nil {
			return err
		} else if c != ':' {
			return s.wrong("a colon")
		}
		s.pos++
		return field(string(key))
	})
}

// array calls item for each value of the array that comes next; item must take or skip it.
func (s *scanner) array(item func() error) error { return s.list('[', ']', item) }

func (s *scanner) list(open, shut byte, item func() error) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != open {
		return s.wrong(strconv.QuoteRune(rune(open)))
	}
	s.pos++
	for first := true; ; first = false {
		if c, err = s.peek(); err != nil {
			return err
		}
		switch {
		case c == shut:
			s.pos++
			return nil
		case !first && c != ',':
			return s.wrong("a comma or " + strconv.QuoteRune(rune(shut)))
		case !first:
			s.pos++
		}
		if err := item(); err != nil {
			return err
		}
	}
}

// text appends at most max bytes of the string that comes next to dst, decoded, and skips the rest of it; cut says that
// there was a rest. What is no UTF-8 becomes U+FFFD, as in encoding/json.
func (s *scanner) text(dst []byte, max int) (out []byte, cut bool, err error) {
	s.pos++ // the quotation mark
	start := len(dst)
	for len(dst)-start <= max {
		if s.pos == s.end && !s.need(1) {
			return dst, false, s.ended()
		}
		run := s.buf[s.pos:min(s.end, s.pos+max+1)]
		i := 0
		for i < len(run) && run[i] != '"' && run[i] != '\\' {
			i++
		}
		dst = append(dst, run[:i]...)
		s.pos += i
		switch {
		case i == len(run):
		case run[i] == '"':
			s.pos++
			return valid(dst, start, max), false, nil
		case i+1 < len(run) && plainEscape[run[i+1]] != 0:
			dst = append(dst, plainEscape[run[i+1]])
			s.pos += 2
		default:
			if dst, err = s.escape(dst); err != nil {
				return dst, false, err
			}
		}
	}
	err = s.skipString()
	return valid(dst, start, max), true, err
}

// valid replaces what is no UTF-8 behind start and cuts at max.
func valid(dst []byte, start, max int) []byte {
	if len(dst)-start > max {
		dst = dst[:start+max]
		for i := 1; i < utf8.UTFMax && i <= max; i++ { // a character that was cut in two goes whole
			if c := dst[len(dst)-i]; utf8.RuneStart(c) {
				if c >= utf8.RuneSelf && !utf8.FullRune(dst[len(dst)-i:]) {
					dst = dst[:len(dst)-i]
				}
				break
			}
		}
	}
	if !utf8.Valid(dst[start:]) {
		fixed := string([]rune(string(dst[start:])))
		dst = append(dst[:start], fixed...)
		if len(dst)-start > max {
			return valid(dst, start, max)
		}
	}
	return dst
}

// escape decodes one backslash sequence (RFC 8259 section 7).
func (s *scanner) escape(dst []byte) ([]byte, error) {
	if !s.need(2) {
		return dst, s.ended()
	}
	c := s.buf[s.pos+1]
	s.pos += 2
	if c != 'u' {
		if plainEscape[c] != 0 {
			c = plainEscape[c]
		}
		return append(dst, c), nil
	}
	r, ok := s.hex(0)
	if !ok {
		if !s.need(4) {
			return dst, s.ended()
		}
		return utf8.AppendRune(dst, utf8.RuneError), nil
	}
	s.pos += 4
	if utf16.IsSurrogate(r) {
		pair := utf8.RuneError
		if s.need(2) && s.buf[s.pos] == '\\' && s.buf[s.pos+1] == 'u' {
			if low, ok := s.hex(2); ok {
				if pair = utf16.DecodeRune(r, low); pair != utf8.RuneError {
					s.pos += 6
				}
			}
		}
		r = pair
	}
	return utf8.AppendRune(dst, r), nil
}

// plainEscape are the sequences of two characters.
var plainEscape = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hex reads four hexadecimal digits that stand n bytes ahead.
func (s *scanner) hex(n int) (rune, bool) {
	if !s.need(n + 4) {
		return 0, false
	}
	var v rune
	for _, c := range s.buf[s.pos+n : s.pos+n+4] {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = v<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

// skipString goes behind the closing quotation mark of the string it stands in.
func (s *scanner) skipString() error {
	odd := false // an odd number of backslashes stands before pos
	for {
		if s.pos == s.end && !s.need(1) {
			return s.ended()
		}
		chunk := s.buf[s.pos:s.end]
		i := bytes.IndexByte(chunk, '"')
		to := i
		if i < 0 {
			to = len(chunk)
		}
		n := 0
		for n < to && chunk[to-1-n] == '\\' {
			n++
		}
		escaped := n%2 == 1
		if n == to { // nothing but backslashes: those before count as well
			escaped = escaped != odd
		}
		if i < 0 {
			odd = escaped
			s.pos = s.end
			continue
		}
		s.pos += i + 1
		if !escaped {
			return nil
		}
		odd = false
	}
}

// literal is a number or a word, at most 64 bytes of it.
func (s *scanner) literal() (string, error) {
	var out []byte
	for {
		if s.pos == s.end && !s.need(1) {
			if s.err == io.EOF && len(out) > 0 {
				return string(out), nil
			}
			return string(out), s.ended()
		}
		switch c := s.buf[s.pos]; c {
		case ' ', '\t', '\n', '\r', ',', ':', ']', '}', '[', '{', '"':
			if len(out) == 0 {
				return "", s.wrong("a value")
			}
			return string(out), nil
		default:
			if len(out) < 64 {
				out = append(out, c)
			}
			s.pos++
		}
	}
}

// skip goes behind the value that comes next.
func (s *scanner) skip() error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	switch c {
	case '"':
		s.pos++
		return s.skipString()
	case '{', '[':
	default:
		_, err := s.literal()
		return err
	}
	for depth := 0; ; {
		buf := s.buf[:s.end]
		i := s.pos
		for i < len(buf) && !structural[buf[i]] {
			i++
		}
		if s.pos = i; i == len(buf) {
			if !s.need(1) {
				return s.ended()
			}
			continue
		}
		s.pos++
		switch buf[i] {
		case '"':
			if err := s.skipString(); err != nil {
				return err
			}
		case '{', '[':
			depth++
		default:
			if depth--; depth == 0 {
				return nil
			}
		}
	}
}

var structural = [256]bool{'"': true, '{': true, '}': true, '[': true, ']': true}
