package probe

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/why401/why401/exchange"
)

// Limits on removing a content coding: a bomb is named, not unpacked.
const (
	maxDecoded = 16 << 20
	maxRatio   = 100
	maxCodings = 3
)

// decode replaces the coded bytes of resp's body by what a reader may see of the decoded ones. A body that cannot be
// decoded is kept as it came, with the reason in Problem.
func decode(resp *exchange.Response) {
	b := &resp.Body
	var codings []string
	for _, v := range resp.Header.Values("Content-Encoding") {
		for c := range strings.SplitSeq(v.Reveal(), ",") {
			if c = strings.ToLower(strings.TrimSpace(c)); c != "" && c != "identity" {
				codings = append(codings, c)
			}
		}
	}
	if len(b.Bytes) > 0 && len(codings) > 0 {
		b.Coding = strings.Join(codings, ", ")
		if len(codings) > maxCodings {
			b.Problem = fmt.Sprintf("%d content codings on top of each other", len(codings))
		} else {
			b.Bytes, b.Problem = undo(b, codings)
		}
	}
	if len(b.Bytes) > bodyKept {
		b.Bytes, b.Truncated = bytes.Clone(b.Bytes[:bodyKept]), true
	}
}

// undo removes codings, the last applied first.
func undo(b *exchange.Body, codings []string) (out []byte, problem string) {
	// The decoders are other people's code fed with hostile bytes: a panic there must not end a diagnosis.
	defer func() {
		if p := recover(); p != nil {
			out, problem = b.Bytes, "the decoder gave up"
		}
	}()
	r := io.Reader(bytes.NewReader(b.Bytes))
	for i := len(codings) - 1; i >= 0; i-- {
		next, done, err := decoder(codings[i], r)
		if err != nil {
			return b.Bytes, err.Error()
		}
		defer done()
		r = next
	}
	limit := min(maxDecoded, maxRatio*len(b.Bytes))
	kept, err := io.ReadAll(io.LimitReader(r, bodyKept+1))
	if err == nil && len(kept) > bodyKept {
		b.Truncated = true
		// The rest is counted, not kept: whether it is a bomb is worth knowing.
		n, e := io.Copy(io.Discard, io.LimitReader(r, int64(maxDecoded+1-len(kept))))
		total := int(n) + len(kept)
		switch err = e; {
		case total > limit && limit < maxDecoded:
			problem = fmt.Sprintf("larger than %d times its coded size", maxRatio)
		case total > maxDecoded:
			problem = fmt.Sprintf("larger than %d MiB when decoded", maxDecoded>>20)
		}
	}
	if err != nil && problem == "" {
		// A body cut by our own limit ends inside the coding: no fault of the server.
		if !(b.Truncated && errors.Is(err, io.ErrUnexpectedEOF)) {
			problem = "not " + strings.Join(codings, ", ")
			if len(kept) > 0 {
				problem = "broken " + strings.Join(codings, ", ")
			}
		}
		if len(kept) == 0 {
			return b.Bytes, problem
		}
	}
	return kept, problem
}

func decoder(coding string, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch coding {
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nothing, errors.New("not gzip")
		}
		return z, nothing, nil
	case "deflate":
		// RFC 9110 8.4.1.2 means zlib; some servers send the bare stream.
		all, err := io.ReadAll(io.LimitReader(r, bodyRead))
		if err != nil {
			return nil, nothing, err
		}
		if z, err := zlib.NewReader(bytes.NewReader(all)); err == nil {
			return z, nothing, nil
		}
		return flate.NewReader(bytes.NewReader(all)), nothing, nil
	case "br":
		return brotli.NewReader(r), nothing, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderMaxMemory(maxDecoded))
		if err != nil {
			return nil, nothing, errors.New("not zstd")
		}
		return z, z.Close, nil
	}
	return nil, nothing, fmt.Errorf("content coding %q is unknown", coding)
}
