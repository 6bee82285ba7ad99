package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Limits on one reply (bytes and counts). A reply past them is cut, and the cut is recorded.
const (
	maxHead    = 256 << 10
	maxFields  = 200
	maxInterim = 10
	bodyKept   = 64 << 10
	bodyRead   = 1 << 20
	maxFraming = 4 << 20 // chunk sizes, chunk extensions and trailers around a body
)

// replyReader reads one reply. It accepts what the server really sent as far as a status code can be found, and
// notes how that departs from RFC 9112.
type replyReader struct {
	r       *bufio.Reader
	method  string
	resp    *exchange.Response
	cut     bool // the head did not end properly: no body can be found behind it
	framing int
}

// readReply reads the reply to a request of the given method, interim replies first. The failure is non-nil when
// there is no status line to speak of. keep reports that the connection stands right behind the reply and may carry
// another exchange.
func readReply(r *bufio.Reader, method string) (resp *exchange.Response, keep bool, fail *exchange.Failure) {
	var interim []int
	for {
		rr := &replyReader{r: r, method: method, resp: &exchange.Response{}}
		if fail := rr.head(); fail != nil {
			if n := len(interim); n > 0 {
				fail.Message += fmt.Sprintf(", after an interim reply %d", interim[n-1])
			}
			return nil, false, fail
		}
		resp = rr.resp
		resp.Interim = interim
		if resp.Status/100 == 1 && resp.Status != 101 && !rr.cut {
			if len(interim) < maxInterim {
				interim = append(interim, resp.Status)
				continue
			}
			return nil, false, &exchange.Failure{Step: "read", Message: fmt.Sprintf("more than %d interim replies (%d) and no final one", maxInterim, resp.Status)}
		}
		if rr.cut {
			return resp, false, nil
		}
		whole := rr.body()
		decode(resp)
		return resp, whole && persistent(resp), nil
	}
}

func (rr *replyReader) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	for _, have := range rr.resp.Malformed {
		if have == s {
			return
		}
	}
	if len(rr.resp.Malformed) < 40 {
		rr.resp.Malformed = append(rr.resp.Malformed, s)
	}
}

var errTooLong = errors.New("longer than the limit")

// line reads up to and including LF, at most limit bytes; what was read is returned with the error.
func line(r *bufio.Reader, limit int) ([]byte, error) {
	var out []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(out)+len(part) > limit {
			return append(out, part[:limit-len(out)]...), errTooLong
		}
		out = append(out, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return out, err
		}
	}
}

// head reads the status line and the header section.
func (rr *replyReader) head() *exchange.Failure {
	for blank := 0; ; blank++ {
		b, err := rr.r.Peek(1)
		if err != nil {
			return readFailure(err, blank > 0)
		}
		if b[0] != '\r' && b[0] != '\n' || blank >= 8 {
			break
		}
		rr.note("a blank line stands before the status line")
		c, _ := rr.r.ReadByte()
		rr.resp.Raw = append(rr.resp.Raw, c)
	}
	if fail := rr.foreign(); fail != nil {
		return fail
	}
	raw, err := line(rr.r, maxHead-len(rr.resp.Raw))
	rr.resp.Raw = append(rr.resp.Raw, raw...)
	if f := rr.status(raw); f != nil {
		return f
	}
	if err != nil {
		rr.end("the status line", err)
		return nil
	}
	rr.fields()
	return nil
}

// foreign recognises the first bytes of other protocols, so that "not HTTP" can be said with a name and before
// waiting for a line end that never comes.
func (rr *replyReader) foreign() *exchange.Failure {
	b, err := rr.r.Peek(5) // blocks until five bytes, the end, or the deadline
	if err != nil && timedOut(err) {
		return fail("read", err)
	}
	if len(b) >= 4 && strings.EqualFold(string(b[:4]), "http") {
		return nil
	}
	what := "the reply does not begin with an HTTP status line"
	switch {
	case len(b) >= 3 && (b[0] == 0x15 || b[0] == 0x16) && b[1] == 3:
		what = "the server speaks TLS on this port: https is expected instead of http"
	case len(b) >= 4 && b[0] == 0 && b[3] == 4:
		what = "the server answered in HTTP/2, which was not negotiated"
	case bytes.HasPrefix(b, []byte("SSH-")):
		what = "an SSH server answers on this port, not HTTP"
	case bytes.HasPrefix(b, []byte("220 ")) || bytes.HasPrefix(b, []byte("220-")):
		what = "an FTP or mail server answers on this port, not HTTP"
	case bytes.HasPrefix(b, []byte("<")):
		what = "the reply is a document without a status line (HTTP/0.9 or a broken server)"
	case len(b) < 5:
		what = "the reply ends before a status line"
	}
	more, _ := rr.r.Peek(min(rr.r.Buffered(), 40))
	return &exchange.Failure{Step: "parse", Message: what + "; it begins with " + fmt.Sprintf("%q", secret.Scrub(string(more)))}
}

var statusForm = lazyregexp.New(`^([Hh][Tt][Tt][Pp])(?:/([0-9]+(?:\.[0-9]+)?))?([ \t]+)([0-9]{3})(?:([ \t]+)(.*))?$`)

func (rr *replyReader) status(raw []byte) *exchange.Failure {
	s := string(rr.trimEOL(raw))
	m := statusForm.FindStringSubmatch(s)
	if m == nil {
		shown := s
		if len(shown) > 60 {
			shown = shown[:60]
		}
		return &exchange.Failure{Step: "parse", Message: fmt.Sprintf("the status line %q holds no version and three-digit status code", secret.Scrub(shown))}
	}
	if m[1] != "HTTP" {
		rr.note("the status line writes %q instead of HTTP", m[1])
	}
	if m[2] == "" {
		rr.note("the status line gives no version")
	}
	if m[3] != " " || len(m[5]) > 1 {
		rr.note("the status line is not separated by single spaces")
	}
	if m[5] == "" {
		rr.note("the status line ends after the code, without the space that belongs there")
	}
	rr.resp.Proto = strings.TrimSuffix("HTTP/"+m[2], "/")
	rr.resp.Status = int(m[4][0]-'0')*100 + int(m[4][1]-'0')*10 + int(m[4][2]-'0')
	rr.resp.Reason = m[6]
	if rr.resp.Status < 100 || rr.resp.Status > 599 {
		rr.note("status code %s is outside 100 to 599", m[4])
	}
	rr.control("the status line", m[6])
	return nil
}

// trimEOL cuts the line end and notes an unusual one.
func (rr *replyReader) trimEOL(raw []byte) []byte {
	if b, ok := bytes.CutSuffix(raw, []byte("\r\n")); ok {
		return b
	}
	if b, ok := bytes.CutSuffix(raw, []byte("\n")); ok {
		rr.note("lines end in LF instead of CR LF")
		return b
	}
	return raw
}

func (rr *replyReader) control(where, s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			rr.note("%s holds the control character 0x%02x", where, c)
			return
		}
	}
}

// end records a head that stopped early.
func (rr *replyReader) end(what string, err error) {
	rr.cut = true
	switch {
	case errors.Is(err, errTooLong):
		rr.note("%s goes on past %d KiB; reading stopped there", what, maxHead>>10)
	case errors.Is(err, io.EOF):
		rr.note("%s ends without a blank line: the connection was closed", what)
	default:
		rr.note("%s ends early: %s", what, netMessage(err))
	}
}

// fields reads header lines up to the blank one.
func (rr *replyReader) fields() {
	rr.resp.Header, rr.cut = rr.section(&rr.resp.Raw, maxHead-len(rr.resp.Raw), "the header section")
}

// section reads field lines (RFC 9112 5) until a blank line, copying each to raw when that is wanted. A line that is
// no field is noted by its number and left out.
func (rr *replyReader) section(raw *[]byte, limit int, what string) (h exchange.Header, cut bool) {
	type open struct{ name, value string }
	var all []open
	close := func() exchange.Header {
		for _, f := range all {
			h = append(h, exchange.ResponseField(f.name, strings.Trim(f.value, " \t")))
		}
		return h
	}
	for n, size := 1, 0; ; n++ {
		b, err := line(rr.r, limit-size)
		size += len(b)
		if raw != nil {
			*raw = append(*raw, b...)
		}
		text := string(rr.trimEOL(b))
		if err == nil && text == "" {
			return close(), false
		}
		if text != "" && (err == nil || errors.Is(err, io.EOF)) {
			if text[0] == ' ' || text[0] == '\t' {
				rr.note("a header field is folded over several lines")
				rr.control(fmt.Sprintf("header line %d", n), text)
				if len(all) > 0 {
					last := &all[len(all)-1]
					last.value = strings.TrimRight(last.value, " \t") + " " + strings.TrimLeft(text, " \t")
				} else {
					rr.note("the first header line begins with a blank")
				}
			} else if name, value, ok := rr.field(n, text); ok {
				all = append(all, open{name, value})
			}
		}
		if err != nil {
			rr.end(what, err)
			return close(), true
		}
		if len(all) >= maxFields {
			rr.note("%s has more than %d fields; reading stopped there", what, maxFields)
			return close(), true
		}
	}
}

func (rr *replyReader) field(n int, text string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(text, ":")
	if !ok {
		rr.note("header line %d has no colon", n)
		return "", "", false
	}
	if t := strings.TrimRight(name, " \t"); t != name {
		rr.note("header line %d has a blank before the colon", n)
		name = t
	}
	if name == "" {
		rr.note("header line %d has no name", n)
		return "", "", false
	}
	if i := strings.IndexFunc(name, notToken); i >= 0 {
		rr.note("header line %d: character 0x%02x does not belong in a field name", n, name[i])
	}
	rr.control(fmt.Sprintf("header line %d", n), value)
	return name, value, true
}

// notToken is the complement of tchar (RFC 9110 5.6.2).
func notToken(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}

// persistent reports that the server keeps the connection (RFC 9112 9.3).
func persistent(resp *exchange.Response) bool {
	keep := resp.Proto == "HTTP/1.1"
	for _, name := range []string{"Connection", "Proxy-Connection"} {
		for _, v := range resp.Header.Values(name) {
			for t := range strings.SplitSeq(v.Reveal(), ",") {
				switch strings.ToLower(strings.TrimSpace(t)) {
				case "close":
					return false
				case "keep-alive":
					keep = true
				}
			}
		}
	}
	return keep
}
