package probe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// world is a network of pipes: every host:port is a server that records what it is sent. Ports 443 and 8443 speak TLS
// and ask for a client certificate.
type world struct {
	t     *testing.T
	cert  tls.Certificate
	roots *x509.CertPool

	// answer writes the reply of addr to r; body is r's body.
	answer func(addr string, r *http.Request, body string) string

	mu       sync.Mutex
	bytes    map[string]*bytes.Buffer // what each address was sent, TLS taken off
	certs    map[string]int           // client certificates each address was shown
	requests map[string]int
	dialled  []string
	wg       sync.WaitGroup
}

var worldNames = []string{"www.a.test", "a.test", "x.www.a.test", "b.a.test", "b.test", "xn--bcher-kva.test", "192.0.2.10", "c.test", "localhost", "127.0.0.1"}

func newWorld(t *testing.T, answer func(addr string, r *http.Request, body string) string) *world {
	cert, pem := testCertificate(t, worldNames...)
	w := &world{t: t, cert: cert, roots: x509.NewCertPool(), answer: answer,
		bytes: map[string]*bytes.Buffer{}, certs: map[string]int{}, requests: map[string]int{}}
	w.roots.AppendCertsFromPEM(pem)
	t.Cleanup(w.wg.Wait)
	return w
}

// dial is Options.Dial.
func (w *world) dial(_ context.Context, _, addr string) (net.Conn, error) {
	here, there := net.Pipe()
	w.mu.Lock()
	w.dialled = append(w.dialled, addr)
	w.mu.Unlock()
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		w.serve(addr, there)
	}()
	return here, nil
}

func secured(addr string) bool {
	return strings.HasSuffix(addr, ":443") || strings.HasSuffix(addr, ":8443")
}

func (w *world) serve(addr string, c net.Conn) {
	defer c.Close()
	if secured(addr) {
		tc := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{w.cert}, ClientAuth: tls.RequestClientCert})
		if tc.Handshake() != nil {
			return
		}
		w.mu.Lock()
		w.certs[addr] += len(tc.ConnectionState().PeerCertificates)
		w.mu.Unlock()
		c = tc
	}
	r := bufio.NewReader(io.TeeReader(c, recorder{w, addr}))
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(req.Body)
		w.mu.Lock()
		w.requests[addr]++
		w.mu.Unlock()
		if req.Method == "CONNECT" {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
			w.serve(req.Host, c)
			return
		}
		if _, err := io.WriteString(c, w.answer(addr, req, string(body))); err != nil {
			return
		}
	}
}

type recorder struct {
	w    *world
	addr string
}

func (r recorder) Write(p []byte) (int, error) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	b := r.w.bytes[r.addr]
	if b == nil {
		b = &bytes.Buffer{}
		r.w.bytes[r.addr] = b
	}
	return b.Write(p)
}

// sawAt gives the addresses whose bytes hold any spelling of marker.
func (w *world) sawAt(spellings []string) map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]bool{}
	for addr, b := range w.bytes {
		for _, s := range spellings {
			if bytes.Contains(b.Bytes(), []byte(s)) {
				out[addr] = true
			}
		}
	}
	return out
}

func redirectTo(status int, location string, more ...string) string {
	return fmt.Sprintf("HTTP/1.1 %d Moved\r\nLocation: %s\r\n%sContent-Length: 0\r\n\r\n", status, location, strings.Join(more, ""))
}

const okReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

type (
	httpRequest = http.Request
	bytesBuffer = bytes.Buffer
)

func answerWith(reply string) func(string, *http.Request, string) string {
	return func(string, *http.Request, string) string { return reply }
}
