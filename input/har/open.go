package har

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/why401/why401/input/form"
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
	if m, ok := form.MagicOf(string(head)); ok {
		switch {
		case m.Name == "ZIP":
			return nil, errors.New("not a HAR file yet: it is a ZIP archive (Playwright's .har.zip, Fiddler's .saz); unpack it and give the .har file inside")
		case m.Packed:
			return nil, fmt.Errorf("not a HAR file yet: it is %s", m)
		}
		return nil, fmt.Errorf("not a HAR file: it is %s", m.What)
	}
	if !form.IsText(string(head)) {
		return nil, errors.New("not a HAR file: it holds binary data where JSON was expected")
	}
	r, _ := form.Reader(b)
	return r, nil
}
