package probe

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// body reads the message body in whatever framing the head announces (RFC 9112 6.3) and keeps the coded bytes in
// Body.Bytes for decode. It reports whether the end was seen, so that the connection could carry another exchange.
func (rr *replyReader) body() (whole bool) {
	resp := rr.resp
	switch s := resp.Status; {
	case rr.method == "HEAD", s == 204, s == 304:
		return true
	case s == 101, rr.method == "CONNECT" && s/100 == 2:
		return false // what follows is not HTTP
	}
	chunked := false
	for _, v := range resp.Header.Values("Transfer-Encoding") {
		for t := range strings.SplitSeq(v.Reveal(), ",") {
			switch t = strings.ToLower(strings.TrimSpace(t)); t {
			case "chunked":
				chunked = true
			case "", "identity":
			default:
				rr.note("transfer coding %q is not one that can be removed", t)
			}
		}
	}
	n, given := rr.length()
	switch {
	case chunked:
		if given {
			rr.note("Content-Length stands beside Transfer-Encoding: chunked, which forbids it")
		}
		return rr.chunks()
	case given:
		return rr.fixed(n)
	}
	rr.take(bodyRead+1, true)
	return false
}

// length reads Content-Length; given is false when there is none that can be used.
func (rr *replyReader) length() (n int64, given bool) {
	var seen []string
	for _, v := range rr.resp.Header.Values("Content-Length") {
		for t := range strings.SplitSeq(v.Reveal(), ",") {
			seen = append(seen, strings.TrimSpace(t))
		}
	}
	if len(seen) == 0 {
		return 0, false
	}
	for _, s := range seen[1:] {
		if s != seen[0] {
			rr.note("Content-Length is given %d times with different values", len(seen))
			break
		}
	}
	if len(seen) > 1 {
		rr.note("Content-Length is given more than once")
	}
	n, err := strconv.ParseInt(seen[0], 10, 64)
	if err != nil || n < 0 || strings.Trim(seen[0], "0123456789") != "" {
		rr.note("Content-Length is not a number")
		return 0, false
	}
	return n, true
}

func (rr *replyReader) fixed(n int64) bool {
	want := min(n, bodyRead)
	got := rr.take(want, false)
	if got < want {
		rr.note("the body ends after %d of %d bytes", got, n)
		return false
	}
	if want < n {
		rr.resp.Body.Truncated = true
		return false
	}
	return true
}

// take appends up to n bytes to the body and gives how many came. With open, the end of the connection is the
// proper end of the body, and n one past the limit.
func (rr *replyReader) take(n int64, open bool) int64 {
	b := &rr.resp.Body
	room := bodyRead - b.Size
	data, err := io.ReadAll(io.LimitReader(rr.r, min(n, room)))
	b.Bytes = append(b.Bytes, data...)
	b.Size += int64(len(data))
	if open && err == nil && b.Size >= bodyRead {
		b.Truncated = true
	}
	if err != nil {
		b.Truncated = true
		rr.note("the body stopped: %s", netMessage(err))
	}
	return int64(len(data))
}

// chunks reads the chunked coding (RFC 9112 7.1), leniently about line ends and extensions.
func (rr *replyReader) chunks() bool {
	broken := func(format string, args ...any) bool {
		rr.resp.Body.Truncated = true
		rr.note("the chunked body is broken: "+format, args...)
		return false
	}
	for {
		raw, err := line(rr.r, 4<<10)
		if rr.framing += len(raw); rr.framing > maxFraming {
			return broken("more than %d MiB of chunk sizes", maxFraming>>20)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return broken("the connection was closed before the last chunk")
			}
			return broken("%s", netMessage(err))
		}
		size, _, _ := strings.Cut(string(rr.trimEOL(raw)), ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 63)
		if err != nil || n < 0 || strings.ContainsAny(size, "+-_") {
			return broken("a chunk size is not a hexadecimal number")
		}
		if n == 0 {
			var cut bool
			rr.resp.Trailer, cut = rr.section(nil, 64<<10, "the trailer section")
			return !cut
		}
		if n > bodyRead-rr.resp.Body.Size {
			rr.take(n, false)
			rr.resp.Body.Truncated = true
			return false
		}
		if rr.take(n, false) < n {
			return broken("the connection ended inside a chunk")
		}
		end, err := line(rr.r, 2)
		if err != nil || len(rr.trimEOL(end)) > 0 {
			return broken("a chunk is longer or shorter than its size says")
		}
	}
}
