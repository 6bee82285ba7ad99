package probe

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/why401/why401/exchange"
)

// serveRaw answers every connection with f, after it has read the request's head.
func serveRaw(t *testing.T, f func(c net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						break
					}
				}
				f(c)
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

func get(t *testing.T, url string, o Options) *exchange.Exchange {
	t.Helper()
	in := intentFor(t, url)
	x, err := newSender(t, in, o).Do(context.Background(), in.Request, How{})
	if err != nil || len(x) != 1 {
		t.Fatalf("%d exchanges, error %v", len(x), err)
	}
	return x[0]
}

var replies = []struct {
	name   string
	raw    string
	status int
	head   int    // bytes of raw that are the final head; 0 means up to and including the first blank line
	skip   int    // bytes of interim replies before it
	body   string // as kept
	notes  []string
}{
	{name: "plain", raw: "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 3\r\n\r\nno!", status: 401, body: "no!"},
	{name: "empty reason", raw: "HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n", status: 403},
	{name: "missing reason", raw: "HTTP/1.1 403\r\nContent-Length: 0\r\n\r\n", status: 403, notes: []string{"without the space"}},
	{name: "LF only", raw: "HTTP/1.0 401 No\nServer: x\n\nbody", status: 401, body: "body", notes: []string{"LF instead of CR LF"}},
	{name: "lower case and tabs", raw: "http/1.1\t401  No\r\n\r\n", status: 401, notes: []string{`"http"`, "single spaces"}},
	{name: "no version", raw: "HTTP 401 No\r\n\r\n", status: 401, notes: []string{"no version"}},
	{name: "odd code", raw: "HTTP/1.1 999 Request denied\r\n\r\n", status: 999, notes: []string{"outside 100 to 599"}},
	{name: "blank lines first", raw: "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200, head: -1, notes: []string{"blank line stands before"}},
	{name: "folded", raw: "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n realm=\"x\"\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"folded"}},
	{name: "control byte", raw: "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"a\x01b\"\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"control character 0x01"}},
	{name: "NUL and bare CR", raw: "HTTP/1.1 401 No\r\nServer: a\x00b\rc\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"control character 0x00"}},
	{name: "no colon", raw: "HTTP/1.1 401 No\r\nthis is no field\r\nServer: x\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"line 1 has no colon"}},
	{name: "blank before colon", raw: "HTTP/1.1 401 No\r\nServer : x\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"blank before the colon"}},
	{name: "no name", raw: "HTTP/1.1 401 No\r\n: x\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"has no name"}},
	{name: "bad name", raw: "HTTP/1.1 401 No\r\nX(y): x\r\nContent-Length: 0\r\n\r\n", status: 401, notes: []string{"does not belong in a field name"}},
	{name: "two lengths", raw: "HTTP/1.1 401 No\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nabcde", status: 401, body: "ab", notes: []string{"different values"}},
	{name: "length twice", raw: "HTTP/1.1 401 No\r\nContent-Length: 2, 2\r\n\r\nab", status: 401, body: "ab", notes: []string{"more than once"}},
	{name: "length is a word", raw: "HTTP/1.1 401 No\r\nContent-Length: two\r\n\r\nab", status: 401, body: "ab", notes: []string{"not a number"}},
	{name: "short body", raw: "HTTP/1.1 401 No\r\nContent-Length: 10\r\n\r\nabc", status: 401, body: "abc", notes: []string{"after 3 of 10"}},
	{name: "until close", raw: "HTTP/1.1 401 No\r\nConnection: close\r\n\r\nabc", status: 401, body: "abc"},
	{name: "chunked", raw: "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-End: 1\r\n\r\n", status: 401, body: "abcde"},
	{name: "chunked and length", raw: "HTTP/1.1 401 No\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", status: 401, body: "a", notes: []string{"beside Transfer-Encoding"}},
	{name: "chunk size broken", raw: "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", status: 401, body: "abc", notes: []string{"not a hexadecimal number"}},
	{name: "chunk too long", raw: "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", status: 401, body: "abc", notes: []string{"longer or shorter"}},
	{name: "chunk ends early", raw: "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", status: 401, body: "abc", notes: []string{"inside a chunk"}},
	{name: "no last chunk", raw: "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", status: 401, body: "abc", notes: []string{"before the last chunk"}},
	{name: "interim", raw: "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", status: 401, skip: len("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")},
	{name: "204", raw: "HTTP/1.1 204 No Content\r\n\r\n", status: 204},
	{name: "304 with length", raw: "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n", status: 304},
	{name: "head cut", raw: "HTTP/1.1 401 No\r\nServer: x\r\nWWW-Auth", status: 401, head: -1, notes: []string{"ends without a blank line"}},
	{name: "status line only", raw: "HTTP/1.1 401 No", status: 401, head: -1, notes: []string{"ends without a blank line"}},
	{name: "obs-text", raw: "HTTP/1.1 401 No\r\nServer: caf\xe9\r\nContent-Length: 0\r\n\r\n", status: 401},
}

// TestRawCapture is promise P32: what is recorded as the head is the bytes of the wire, malformed ones included.
func TestRawCapture(t *testing.T) {
	for _, c := range replies {
		t.Run(c.name, func(t *testing.T) {
			x := get(t, serveRaw(t, func(conn net.Conn) { io.WriteString(conn, c.raw) }), Options{ExchangeTime: 5 * time.Second})
			if x.Response == nil {
				t.Fatalf("no response: %v", x.Failure)
			}
			raw := c.raw[c.skip:]
			want := raw
			if c.head == 0 {
				end := strings.Index(raw, "\r\n\r\n") + 4
				if end < 4 {
					end = strings.Index(raw, "\n\n") + 2
				}
				want = raw[:end]
			}
			if !bytes.Equal(x.Response.Raw, []byte(want)) {
				t.Errorf("recorded %q\nsent     %q", x.Response.Raw, want)
			}
			if x.Status() != c.status || string(x.Body()) != c.body {
				t.Errorf("status %d, body %q", x.Status(), x.Body())
			}
			all := strings.Join(x.Response.Malformed, "; ")
			for _, n := range c.notes {
				if !strings.Contains(all, n) {
					t.Errorf("notes %q lack %q", all, n)
				}
			}
			if len(c.notes) == 0 && all != "" {
				t.Errorf("a clean reply has notes: %s", all)
			}
		})
	}
}

func TestReplyDetails(t *testing.T) {
	read := func(raw, method string) (*exchange.Response, bool, *exchange.Failure) {
		return readReply(bufio.NewReader(iotest.OneByteReader(strings.NewReader(raw))), method)
	}
	r, keep, _ := read("HTTP/1.1 103 X\r\n\r\nHTTP/1.1 100 X\r\n\r\nHTTP/1.1 401 No\r\nA: 1\r\na:  2 \r\nB:\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: x\r\n\r\n", "GET")
	if fmt.Sprint(r.Interim) != "[103 100]" || len(r.Header) != 4 || r.Header[1].Name != "a" || !r.Header[1].Value.Is("2") || !r.Header.Has("B") || !keep || r.Trailer[0].Name != "T" {
		t.Errorf("got %+v keep %v", r, keep)
	}
	if r, keep, _ = read("HTTP/1.1 401 No\r\nContent-Length: 7\r\n\r\n", "HEAD"); r.Body.Size != 0 || len(r.Malformed) > 0 || !keep {
		t.Errorf("HEAD: %+v", r)
	}
	if _, keep, _ = read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", "GET"); keep {
		t.Error("Connection: close keeps the connection")
	}
	if _, keep, _ = read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "GET"); keep {
		t.Error("HTTP/1.0 keeps the connection")
	}
	if r, _, f := read(strings.Repeat("HTTP/1.1 100 X\r\n\r\n", 50), "GET"); r != nil || f == nil || !strings.Contains(f.Message, "interim") {
		t.Errorf("50 interim replies: %+v %v", r, f)
	}
	if r, _, _ = read("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n\t realm=\"x\"\r\nContent-Length: 0\r\n\r\n", "GET"); r.Header.Get("WWW-Authenticate") != `Basic realm="x"` {
		t.Errorf("folded: %q", r.Header.Get("WWW-Authenticate"))
	}
}

func TestNotHTTP(t *testing.T) {
	for raw, want := range map[string]string{
		"SSH-2.0-OpenSSH_9.2\r\n":              "SSH",
		"220 mail.test ESMTP\r\n":              "FTP or mail",
		"\x15\x03\x01\x00\x02\x02\x46":         "https is expected",
		"\x00\x00\x12\x04\x00\x00\x00\x00\x00": "HTTP/2",
		"<html>hello</html>":                   "without a status line",
		"HTTP/1.1 abc\r\n":                     "three-digit",
		"HTTP/1.1 40100 x\r\n":                 "three-digit",
		"nonsense without end":                 "does not begin with an HTTP status line",
		"hi":                                   "ends before a status line",
		"\r\n\r\n":                             "blank lines",
	} {
		x := get(t, serveRaw(t, func(c net.Conn) { io.WriteString(c, raw) }), Options{})
		if x.Failure == nil || x.Failure.Step != "parse" || !strings.Contains(x.Failure.Message, want) {
			t.Errorf("%q: %+v, expected a parse failure with %q", raw, x.Failure, want)
		}
	}
	x := get(t, serveRaw(t, func(c net.Conn) {}), Options{})
	if x.Failure == nil || x.Failure.Step != "read" || !strings.Contains(x.Failure.Message, "without a reply") {
		t.Errorf("silent close: %+v", x.Failure)
	}
	x = get(t, serveRaw(t, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }), Options{})
	if x.Failure == nil || x.Failure.Step != "read" || !strings.Contains(x.Failure.Message, "reset") {
		t.Errorf("reset: %+v", x.Failure)
	}
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	l.Close()
	if x = get(t, "http://"+l.Addr().String()+"/", Options{}); x.Failure == nil || x.Failure.Step != "connect" || x.Failure.Message != "connection refused" {
		t.Errorf("refused: %+v", x.Failure)
	}
}

// TestItAlwaysEnds is promise P31 with the limits shortened.
func TestItAlwaysEnds(t *testing.T) {
	drip := func(head, piece string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, head)
			for {
				if _, err := io.WriteString(c, piece); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
	}
	flood := func(head, piece string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, head)
			block := []byte(strings.Repeat(piece, 1+32<<10/len(piece)))
			for {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}
	}
	for name, c := range map[string]struct {
		serve func(net.Conn)
		note  string // in Malformed, or in the failure
	}{
		"silence":                {func(c net.Conn) { io.ReadFull(c, make([]byte, 1)) }, "time limit"},
		"slow status line":       {drip("", "H"), ""},
		"slow header":            {drip("HTTP/1.1 401 No\r\n", "X"), "time limit"},
		"slow body":              {drip("HTTP/1.1 401 No\r\nContent-Length: 1000000\r\n\r\n", "x"), "time limit"},
		"endless header line":    {flood("HTTP/1.1 401 No\r\nX: ", "x"), "256 KiB"},
		"endless header fields":  {flood("HTTP/1.1 401 No\r\n", "X: y\r\n"), "more than 200 fields"},
		"endless status line":    {flood("HTTP/1.1 401 ", "x"), "256 KiB"},
		"endless body":           {flood("HTTP/1.1 401 No\r\n\r\n", "x"), ""},
		"endless chunks":         {flood("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), ""},
		"endless chunk size":     {flood("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n", "0"), "longer than the limit"},
		"endless chunk comments": {flood("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1;"+strings.Repeat("c", 4000)+"\r\nx\r\n"), "chunk sizes"},
		"endless trailer":        {flood("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"), "more than 200 fields"},
		"endless interim":        {flood("", "HTTP/1.1 100 Continue\r\n\r\n"), "interim"},
		"endless blank lines":    {flood("", "\r\n"), ""},
		"huge length":            {flood("HTTP/1.1 401 No\r\nContent-Length: 9223372036854775807\r\n\r\n", "x"), ""},
		"huge chunk":             {flood("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", "x"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			x := get(t, serveRaw(t, c.serve), Options{ExchangeTime: 700 * time.Millisecond})
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
			said := ""
			if x.Failure != nil {
				said = x.Failure.Message
			} else {
				said = strings.Join(x.Response.Malformed, "; ")
				if len(x.Response.Body.Bytes) > bodyKept || x.Response.Body.Size > bodyRead || len(x.Response.Raw) > maxHead {
					t.Errorf("kept %d, read %d, head %d", len(x.Response.Body.Bytes), x.Response.Body.Size, len(x.Response.Raw))
				}
				if x.Response.Body.Size == bodyRead && !x.Response.Body.Truncated {
					t.Error("a cut body is not marked")
				}
			}
			if !strings.Contains(said, c.note) {
				t.Errorf("said %q, expected %q", said, c.note)
			}
		})
	}
}

func TestRunTimeAndCancel(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) { io.ReadFull(c, make([]byte, 1)) })
	in := intentFor(t, url)
	s := newSender(t, in, Options{ExchangeTime: 200 * time.Millisecond, RunTime: 300 * time.Millisecond})
	for range 3 {
		x, err := s.Do(context.Background(), in.Request, How{})
		if err != nil {
			if rule(err) != RuleBudget {
				t.Errorf("past the time: %v", err)
			}
			break
		}
		if !x[0].Failure.Timeout {
			t.Errorf("failure %+v", x[0].Failure)
		}
	}
	if n := len(s.Sent()); n > 2 {
		t.Errorf("%d requests in 300 ms of run time", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	x, err := newSender(t, in, Options{}).Do(ctx, in.Request, How{})
	if d := time.Since(start); d > 200*time.Millisecond+50*time.Millisecond {
		t.Errorf("cancel took %v", d)
	}
	if err == nil && x[0].Failure == nil {
		t.Error("a cancelled request has a reply")
	}
	dead := intentFor(t, "http://nothing.invalid/")
	s = newSender(t, dead, Options{ExchangeTime: 200 * time.Millisecond, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, &net.DNSError{Err: ctx.Err().Error(), IsTimeout: true}
	}})
	x, err = s.Do(context.Background(), dead.Request, How{})
	if err != nil || x[0].Failure == nil || x[0].Failure.Step != "resolve" || !x[0].Failure.Timeout {
		t.Errorf("dead DNS: %v %+v", err, x[0].Failure)
	}
}

func TestDecoding(t *testing.T) {
	pack := func(f func(io.Writer) io.WriteCloser, data []byte) []byte {
		var b bytes.Buffer
		w := f(&b)
		w.Write(data)
		w.Close()
		return b.Bytes()
	}
	gz := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	zl := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	fl := func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f }
	br := func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }
	zs := func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }
	text := []byte("the account is not active; ask your administrator")
	bomb := make([]byte, 20<<20)
	random := make([]byte, 0, 200<<10)
	for i := 0; len(random) < 200<<10; i++ {
		random = append(random, fmt.Sprintf("%x ", i*2654435761)...)
	}
	for _, c := range []struct {
		name, coding string
		body         []byte
		want         []byte
		problem      string
		truncated    bool
	}{
		{"gzip", "gzip", pack(gz, text), text, "", false},
		{"x-gzip", "X-GZIP", pack(gz, text), text, "", false},
		{"deflate", "deflate", pack(zl, text), text, "", false},
		{"bare deflate", "deflate", pack(fl, text), text, "", false},
		{"br", "br", pack(br, text), text, "", false},
		{"zstd", "zstd", pack(zs, text), text, "", false},
		{"two", "gzip, br", pack(br, pack(gz, text)), text, "", false},
		{"identity", "identity", text, text, "", false},
		{"large", "gzip", pack(gz, random), random[:bodyKept], "", true},
		{"not gzip", "gzip", text, text, "not gzip", false},
		{"not br", "br", []byte("\xff\xff\xff\xff"), []byte("\xff\xff\xff\xff"), "not br", false},
		{"not zstd", "zstd", text, text, "not zstd", false},
		{"unknown", "compress", text, text, `"compress" is unknown`, false},
		{"tower", "gzip,gzip,gzip,gzip,gzip", text, text, "5 content codings", false},
		{"gzip bomb", "gzip", pack(gz, bomb), bomb[:bodyKept], "100 times", true},
		{"br bomb", "br", pack(br, bomb), bomb[:bodyKept], "100 times", true},
		{"zstd bomb", "zstd", pack(zs, bomb), bomb[:bodyKept], "100 times", true},
		{"bomb in bomb", "gzip, gzip", pack(gz, pack(gz, bomb)), bomb[:bodyKept], "100 times", true},
		{"cut gzip", "gzip", pack(gz, random)[:30<<10], nil, "broken gzip", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := fmt.Sprintf("HTTP/1.1 403 No\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", c.coding, len(c.body), c.body)
			r, _, f := readReply(bufio.NewReader(strings.NewReader(raw)), "GET")
			if f != nil {
				t.Fatal(f)
			}
			if c.want != nil && !bytes.Equal(r.Body.Bytes, c.want) {
				t.Errorf("kept %d bytes, expected %d", len(r.Body.Bytes), len(c.want))
			}
			if !strings.Contains(r.Body.Problem, c.problem) || c.problem == "" && r.Body.Problem != "" || r.Body.Truncated != c.truncated {
				t.Errorf("problem %q, truncated %v", r.Body.Problem, r.Body.Truncated)
			}
			if r.Body.Size != int64(len(c.body)) {
				t.Errorf("size %d", r.Body.Size)
			}
		})
	}
}

// TestBombMemory is promise P20 for replies: a gigabyte of zeros in a megabyte of gzip.
func TestBombMemory(t *testing.T) {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	zeros := make([]byte, 1<<20)
	for range 256 {
		w.Write(zeros)
	}
	w.Close()
	raw := append([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"), b.Bytes()...)
	b = bytes.Buffer{}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, _, f := readReply(bufio.NewReader(bytes.NewReader(raw)), "GET")
	runtime.ReadMemStats(&after)
	if f != nil || r.Body.Problem == "" {
		t.Fatalf("the bomb was not seen: %v %q", f, r.Body.Problem)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
		t.Errorf("allocated %d MiB", got>>20)
	}
}

func FuzzReply(f *testing.F) {
	for _, c := range replies {
		f.Add([]byte(c.raw), "GET")
	}
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: br, zstd, gzip\r\n\r\nx"), "HEAD")
	f.Fuzz(func(t *testing.T, raw []byte, method string) {
		r, _, fail := readReply(bufio.NewReader(bytes.NewReader(raw)), method)
		if (r == nil) == (fail == nil) {
			t.Fatalf("response %v and failure %v", r, fail)
		}
		if fail != nil {
			if fail.Step == "" || fail.Message == "" {
				t.Errorf("empty failure %+v", fail)
			}
			return
		}
		if !bytes.Contains(raw, r.Raw) {
			t.Errorf("the recorded head %q is not on the wire", r.Raw)
		}
		if len(r.Body.Bytes) > bodyKept || r.Body.Size > bodyRead || len(r.Header) > maxFields {
			t.Errorf("limits: %d kept, %d read, %d fields", len(r.Body.Bytes), r.Body.Size, len(r.Header))
		}
		again, _, _ := readReply(bufio.NewReader(bytes.NewReader(raw)), method)
		if again == nil || again.Status != r.Status || !bytes.Equal(again.Body.Bytes, r.Body.Bytes) {
			t.Error("the same bytes read differently")
		}
	})
}
