package confdiff

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Passed is what a server behind got.
type Passed struct {
	Head   string // the request line and the fields, or the parameters line by line
	Params bool
}

// Echo is servers behind: they note what they get and answer with EchoStatus.
type Echo struct {
	HTTP, FastCGI, UWSGI, SCGI, GRPC string // their addresses

	mu  sync.Mutex
	got []Passed
}

// TB is what an Echo needs of a test.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// NewEcho starts the servers; they end with the test.
func NewEcho(t TB) *Echo {
	t.Helper()
	e := &Echo{}
	e.HTTP = e.listen(t, "tcp", "127.0.0.1:0", e.http)
	e.FastCGI = e.listen(t, "tcp", "127.0.0.1:0", e.fastCGI)
	e.UWSGI = e.listen(t, "tcp", "127.0.0.1:0", e.uwsgi)
	e.SCGI = e.listen(t, "tcp", "127.0.0.1:0", e.scgi)
	e.GRPC = e.listen(t, "tcp", "127.0.0.1:0", e.grpc)
	return e
}

// Unix are an HTTP server at the socket http and a gRPC server at the socket grpc, which everybody may open.
func (e *Echo) Unix(t TB, http, grpc string) {
	t.Helper()
	e.listen(t, "unix", http, e.http)
	e.listen(t, "unix", grpc, e.grpc)
	if err := errors.Join(os.Chmod(http, 0o666), os.Chmod(grpc, 0o666)); err != nil {
		t.Fatalf("%v", err)
	}
}

func (e *Echo) listen(t TB, network, address string, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatalf("listening: %v", err)
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
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// Take gives what was got since the last Take.
func (e *Echo) Take() []Passed {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.got
	e.got = nil
	return got
}

func (e *Echo) note(p Passed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, p)
}

func (e *Echo) http(c net.Conn) {
	head, err := readHead(bufio.NewReader(c))
	if err != nil {
		return
	}
	e.note(Passed{Head: head})
	fmt.Fprintf(c, "HTTP/1.1 %d Echo\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", EchoStatus)
}

// Record types of FastCGI (its specification, section 8).
const (
	fcgiEnd    = 3
	fcgiParams = 4
	fcgiStdin  = 5
	fcgiStdout = 6
)

func (e *Echo) fastCGI(c net.Conn) {
	r := bufio.NewReader(c)
	var params []byte
	for {
		var h [8]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return
		}
		body := make([]byte, int(binary.BigEndian.Uint16(h[4:]))+int(h[6]))
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		body = body[:binary.BigEndian.Uint16(h[4:])]
		if h[1] == fcgiParams {
			params = append(params, body...)
		}
		if h[1] == fcgiStdin && len(body) == 0 {
			break
		}
	}
	e.note(Passed{Head: readParams(params), Params: true})
	answer := fmt.Sprintf("Status: %d Echo\r\n\r\n", EchoStatus)
	out := []byte{1, fcgiStdout, 0, 1, 0, byte(len(answer)), 0, 0}
	out = append(out, answer...)
	out = append(out, 1, fcgiEnd, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	_, _ = c.Write(out) // nginx may have gone
}

// uwsgi reads one packet: four bytes of head, then names and values with their lengths in front.
func (e *Echo) uwsgi(c net.Conn) {
	var head [4]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return
	}
	b := make([]byte, binary.LittleEndian.Uint16(head[1:]))
	if _, err := io.ReadFull(c, b); err != nil {
		return
	}
	take := func() string {
		if len(b) < 2 {
			return ""
		}
		n := min(int(binary.LittleEndian.Uint16(b)), len(b)-2)
		s := string(b[2 : 2+n])
		b = b[2+n:]
		return s
	}
	var out strings.Builder
	for len(b) > 0 {
		name := take()
		out.WriteString(name + "=" + take() + "\n")
	}
	e.note(Passed{Head: out.String(), Params: true})
	fmt.Fprintf(c, "HTTP/1.1 %d Echo\r\n\r\n", EchoStatus)
}

// scgi reads a netstring of names and values, each with a zero byte behind it.
func (e *Echo) scgi(c net.Conn) {
	r := bufio.NewReader(c)
	size, err := r.ReadString(':')
	n, bad := strconv.Atoi(strings.TrimSuffix(size, ":"))
	if err != nil || bad != nil || n < 0 || n > 1<<20 {
		return
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return
	}
	var out strings.Builder
	words := strings.Split(string(b), "\x00")
	for i := 0; i+1 < len(words); i += 2 {
		out.WriteString(words[i] + "=" + words[i+1] + "\n")
	}
	e.note(Passed{Head: out.String(), Params: true})
	fmt.Fprintf(c, "Status: %d Echo\r\n\r\n", EchoStatus)
}

// readParams writes name-value pairs line by line.
func readParams(b []byte) string {
	var out strings.Builder
	size := func() int {
		if len(b) == 0 {
			return 0
		}
		n := int(b[0])
		if n < 0x80 || len(b) < 4 {
			b = b[1:]
			return n
		}
		n = int(binary.BigEndian.Uint32(b) &^ (1 << 31))
		b = b[4:]
		return n
	}
	take := func(n int) string {
		n = min(n, len(b))
		s := string(b[:n])
		b = b[n:]
		return s
	}
	for len(b) > 0 {
		n := size()
		v := size()
		name := take(n)
		out.WriteString(name + "=" + take(v) + "\n")
	}
	return out.String()
}
