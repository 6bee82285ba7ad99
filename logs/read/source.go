package read

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A Source is something that holds lines.
type Source struct {
	Name string
	Size int64                         // bytes as stored, 0 when unknown
	Mod  time.Time                     // when it was written last, zero when unknown
	Once bool                          // it can be opened once only
	Open func() (io.ReadCloser, error) // the lines, decompressed
}

// Files are the sources of the given paths, in their order; "-" is standard input. Files of one rotated set ("access.log.10.gz",
// "access.log.2", "access.log") are put from the oldest to the newest in the place of the first of them. The error names the path
// that cannot be read.
func Files(paths ...string) ([]Source, error) {
	var all []Source
	for _, path := range inOrder(paths) {
		if path == "-" {
			all = append(all, Reader("standard input", os.Stdin))
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a folder; expected a log file", path)
		}
		s := Source{Name: path, Mod: info.ModTime(), Open: func() (io.ReadCloser, error) { return open(path) }}
		if s.Once = !info.Mode().IsRegular(); !s.Once { // a pipe, such as bash's <(...)
			s.Size = info.Size()
		}
		all = append(all, s)
	}
	return all, nil
}

// inOrder puts the paths of a rotated set from the oldest to the newest: by falling number, by rising date, what has neither
// last.
func inOrder(paths []string) []string {
	var out []string
	sets := map[string][]string{}
	for _, p := range paths {
		set, _ := rotated(p)
		if _, ok := sets[set]; !ok {
			out = append(out, set)
		}
		sets[set] = append(sets[set], p)
	}
	var all []string
	for _, set := range out {
		slices.SortStableFunc(sets[set], func(a, b string) int {
			_, x := rotated(a)
			_, y := rotated(b)
			return x.compare(y)
		})
		all = append(all, sets[set]...)
	}
	return all
}

// turn is the place of a file in its set.
type turn struct {
	number int    // of logrotate: 0 is the file being written, higher is older
	date   string // of dateext: digits; empty is the file being written
}

func (a turn) compare(b turn) int {
	switch {
	case a.date != b.date && a.date == "":
		return 1
	case a.date != b.date && b.date == "":
		return -1
	case a.date != b.date:
		return strings.Compare(a.date, b.date)
	}
	return b.number - a.number
}

// rotated takes off what rotation and compression put behind a name.
func rotated(path string) (set string, t turn) {
	set = path
	for _, ext := range []string{".gz", ".zst", ".bz2"} {
		set = strings.TrimSuffix(set, ext)
	}
	i := strings.LastIndexAny(set, ".-")
	if i <= len(set)-len(filepath.Base(set)) {
		return set, t
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(set[i+1:], "_", ""), "T", "")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil || n < 0:
		return set, t
	case len(digits) >= 8:
		return set[:i], turn{date: digits}
	case set[i] == '.' && len(digits) < 5:
		return set[:i], turn{number: n}
	}
	return set, t
}

// Reader is a source that can be read once.
func Reader(name string, r io.Reader) Source {
	return Source{Name: name, Once: true, Open: func() (io.ReadCloser, error) { return expand(r, io.NopCloser(nil)) }}
}

func open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := expand(f, f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// expanded is a source with its compression taken off, which knows how far it has been read.
type expanded struct {
	io.Reader
	in     *counted
	closer []func() error
}

func (e *expanded) Close() error {
	var first error
	for _, c := range e.closer {
		if err := c(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Position is how many bytes have been read of what is stored.
func (e *expanded) Position() int64 { return e.in.n }

type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// mostMemory bounds what a zstd file may ask for: its window, which "zstd --ultra --long=31" can make 2 GiB.
const mostMemory = 64 << 20

// expand decompresses what begins like a compressed file, whatever its name is, and makes UTF-8 of UTF-16, which
// Windows' PowerShell writes when it redirects.
func expand(r io.Reader, c io.Closer) (io.ReadCloser, error) {
	in := &counted{r: r}
	e := &expanded{in: in, closer: []func() error{c.Close}}
	magic := make([]byte, 4)
	n, err := io.ReadFull(in, magic)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	magic = magic[:n]
	head := func() io.Reader { return bufio.NewReaderSize(io.MultiReader(bytes.NewReader(magic), in), 64<<10) }
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(head())
		if err != nil {
			return nil, err
		}
		e.Reader, e.closer = z, append(e.closer, z.Close)
	case bytes.HasPrefix(magic, []byte("BZh")):
		e.Reader = bzip2.NewReader(head())
	case string(magic) == "\x28\xb5\x2f\xfd":
		z, err := zstd.NewReader(head(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostMemory))
		if err != nil {
			return nil, err
		}
		e.Reader, e.closer = z, append(e.closer, func() error { z.Close(); return nil })
	case bytes.HasPrefix(magic, []byte("\xff\xfe")), bytes.HasPrefix(magic, []byte("\xfe\xff")):
		e.Reader = transform.NewReader(head(), unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	default:
		e.Reader = &plain{magic, in}
	}
	return e, nil
}

// plain gives first what was read to know the form, and then the file itself without a buffer between.
type plain struct {
	head []byte
	r    io.Reader
}

func (p *plain) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.r.Read(b)
}
