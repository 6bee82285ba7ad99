package har

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// open looks at the first bytes: a byte order mark is taken off, UTF-16 (what PowerShell's > writes) is made UTF-8,
// what is packed or no text at all is refused with a word on what to do.
func open(in io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(in, 4096)
	head, err := b.Peek(512)
	if len(head) == 0 {
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("reading the HAR file: %w", err)
		}
		return nil, errors.New("the HAR file is empty")
	}
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	var code encoding.Encoding
	switch {
	case has("\x1f\x8b"):
		return nil, errors.New("not a HAR file yet: it is packed with gzip; unpack it first (gunzip)")
	case has("PK\x03\x04"), has("PK\x05\x06"):
		return nil, errors.New("not a HAR file yet: it is a ZIP archive (Playwright's .har.zip, Fiddler's .saz); unpack it and give the .har file inside")
	case has("\x28\xb5\x2f\xfd"), has("\xfd7zXZ\x00"), has("BZh"), has("7z\xbc\xaf"):
		return nil, errors.New("not a HAR file yet: it is packed; unpack it first")
	case has("\xef\xbb\xbf"):
		_, err := b.Discard(3)
		return b, err
	case has("\xff\xfe"), len(head) > 1 && head[0] != 0 && head[1] == 0:
		code = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case has("\xfe\xff"), len(head) > 1 && head[0] == 0 && head[1] != 0:
		code = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.IndexByte(head, 0) >= 0:
		return nil, errors.New("not a HAR file: it holds binary data where JSON was expected")
	}
	if code != nil {
		return code.NewDecoder().Reader(b), nil
	}
	return b, nil
}
