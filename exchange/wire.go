package exchange

import (
	"strconv"
	"strings"

	"github.com/why401/why401/secret"
)

// Wire is the HTTP/1.1 message (RFC 9112) for r, byte for byte: request line with the origin-form target, the header
// section in order, a blank line, the body. A body under Transfer-Encoding: chunked is sent as one chunk. Nothing is
// added that Header does not hold, and nothing is checked: what a program sends wrong must go out wrong.
//
// The bytes hold every credential. They are for a connection, never for a report.
func (r Request) Wire() []byte {
	var b strings.Builder
	b.Grow(512 + r.Body.Len())
	b.WriteString(r.Head(r.RequestTarget()))
	body := r.Body.Reveal()
	switch {
	case r.Chunked() && body != "":
		b.WriteString(strconv.FormatInt(int64(len(body)), 16))
		b.WriteString("\r\n" + body + "\r\n0\r\n\r\n")
	case r.Chunked():
		b.WriteString("0\r\n\r\n")
	default:
		b.WriteString(body)
	}
	return []byte(b.String())
}

// RequestTarget is Target when it is given, otherwise the URL's origin form.
func (r Request) RequestTarget() secret.Text {
	if !r.Target.Empty() {
		return r.Target
	}
	return r.URL.Target()
}

// Head is the request line for target (origin form, or absolute form towards a proxy) and the header section with
// the blank line behind it.
func (r Request) Head(target secret.Text) string {
	proto := r.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	var b strings.Builder
	b.WriteString(r.Method + " " + target.Reveal() + " " + proto + "\r\n")
	for _, f := range r.Header {
		b.WriteString(f.Line())
		b.WriteString("\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

// Line is the field as it stands on the wire, without the line break. It reveals the value.
func (f Field) Line() string {
	sep := f.Sep
	if sep == "" {
		sep = ": "
	}
	return f.Name + sep + f.Value.Reveal() + f.Tail
}

// Chunked reports that the header section announces a chunked body.
func (r Request) Chunked() bool {
	for _, v := range r.Header.Values("Transfer-Encoding") {
		if strings.Contains(strings.ToLower(v.Reveal()), "chunked") {
			return true
		}
	}
	return false
}
