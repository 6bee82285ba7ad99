package read

import (
	"bufio"
	"compress/bzip2"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Source is something that holds lines.
type Source struct {
	Name string
	Size int64 // bytes as stored, 0 when unknown
	Mod  time.Time
	Open func() (io.ReadCloser, error) // the lines, decompressed
}

// Files are the sources of the given paths; "-" is standard input. The error names the path that cannot be read.
func Files(paths ...string) ([]Source, error) {
	var all []Source
	for _, path := range paths {
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
		all = append(all, Source{Name: path, Size: info.Size(), Mod: info.ModTime(), Open: func() (io.ReadCloser, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, err
			}
			r, err := expand(f)
			if err != nil {
				f.Close()
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			return closing{r, f}, nil
		}})
	}
	return all, nil
}

// Reader is a source that can be read once.
func Reader(name string, r io.Reader) Source {
	return Source{Name: name, Open: func() (io.ReadCloser, error) {
		r, err := expand(r)
		return io.NopCloser(r), err
	}}
}

type closing struct {
	io.Reader
	io.Closer
}

// expand decompresses what begins like a compressed file, whatever its name is.
func expand(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	switch magic, _ := b.Peek(4); {
	case len(magic) >= 2 && magic[0] == 0x1f && magic[1] == 0x8b:
		return gzip.NewReader(b)
	case len(magic) >= 3 && string(magic[:3]) == "BZh":
		return bzip2.NewReader(b), nil
	case string(magic) == "\x28\xb5\x2f\xfd":
		return zstd.NewReader(b, zstd.WithDecoderConcurrency(1))
	}
	return b, nil
}
