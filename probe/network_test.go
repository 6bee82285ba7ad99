package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// tlsServer is a loopback HTTPS server that records whether a request ever reached it.
func tlsServer(t *testing.T, cert tls.Certificate, change func(*tls.Config)) (srv *httptest.Server, reached *atomic.Int32) {
	reached = new(atomic.Int32)
	srv = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached.Add(1) }))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(srv.TLS)
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv, reached
}

// TestCertificates: a certificate that does not verify ends the exchange before a byte of the request is written.
func TestCertificates(t *testing.T) {
	hour := time.Hour
	good, goodPEM := testCertificate(t, "127.0.0.1")
	expired, expiredPEM := certificate(t, time.Now().Add(-48*hour), time.Now().Add(-24*hour), "127.0.0.1")
	early, earlyPEM := certificate(t, time.Now().Add(24*hour), time.Now().Add(48*hour), "127.0.0.1")
	wrong, wrongPEM := testCertificate(t, "other.test", "192.0.2.1")
	for _, c := range []struct {
		name string
		cert tls.Certificate
		root []byte
		want string // in the failure; "" when it verifies
	}{
		{"good", good, goodPEM, ""},
		{"unknown authority", good, wrongPEM, "self-signed"},
		{"expired", expired, expiredPEM, "expired on " + time.Now().Add(-24*hour).UTC().Format("2006-01-02")},
		{"not yet", early, earlyPEM, "valid only from"},
		{"wrong name", wrong, wrongPEM, "is for other.test, 192.0.2.1, not for 127.0.0.1"},
	} {
		srv, reached := tlsServer(t, c.cert, nil)
		file := filepath.Join(t.TempDir(), "ca.pem")
		os.WriteFile(file, c.root, 0o600)
		for _, insecure := range []bool{false, true} {
			reached.Store(0)
			in := intentFor(t, srv.URL+"/", "Authorization: Bearer abcdefgh")
			in.TLS = exchange.TLSOptions{CAFile: file, Insecure: insecure}
			xs, err := newSender(t, in, Options{}).Do(context.Background(), in.Request, How{})
			if err != nil {
				t.Fatal(err)
			}
			x := xs[0]
			switch {
			case c.want == "" || insecure:
				if x.Status() != 200 || reached.Load() != 1 || x.Conn.TLS.Verified != (c.want == "") {
					t.Errorf("%s, insecure %v: %+v %+v", c.name, insecure, x.Failure, x.Conn.TLS)
				}
				if insecure && !strings.Contains(x.Conn.TLS.VerifyProblem, c.want) {
					t.Errorf("%s: problem %q", c.name, x.Conn.TLS.VerifyProblem)
				}
			default:
				if x.Failure == nil || x.Failure.Step != "tls" || !strings.Contains(x.Failure.Message, c.want) || reached.Load() != 0 {
					t.Errorf("%s: %+v, reached %d", c.name, x.Failure, reached.Load())
				}
			}
			if i := x.Conn.TLS; i == nil || i.Subject != "CN=why401 test" || i.NotAfter.IsZero() || len(i.Names) == 0 {
				t.Errorf("%s: the certificate is not on record: %+v", c.name, i)
			}
		}
	}
	srv, _ := tlsServer(t, good, nil)
	in := intentFor(t, srv.URL+"/")
	in.TLS.CAFile = filepath.Join(t.TempDir(), "absent.pem")
	xs, _ := newSender(t, in, Options{}).Do(context.Background(), in.Request, How{})
	if f := xs[0].Failure; f == nil || !strings.Contains(f.Message, "authorities file") {
		t.Errorf("absent authorities file: %+v", f)
	}
	if f := get(t, strings.Replace(srv.URL, "https", "http", 1)+"/", Options{}); f.Status() != 400 {
		t.Errorf("http to an https port: %d %+v", f.Status(), f.Failure)
	}
	plain := httptest.NewServer(nil)
	defer plain.Close()
	x := get(t, strings.Replace(plain.URL, "http", "https", 1)+"/", Options{})
	if x.Failure == nil || x.Failure.Step != "tls" || !strings.Contains(x.Failure.Message, "http is expected instead of https") {
		t.Errorf("https to an http port: %+v", x.Failure)
	}
}

func TestClientCertificate(t *testing.T) {
	cert, certPEM := testCertificate(t, "127.0.0.1")
	file, key := clientPair(t)
	pool := x509.NewCertPool()
	pemBytes, _ := os.ReadFile(file)
	pool.AppendCertsFromPEM(pemBytes)
	root := x509.NewCertPool()
	root.AppendCertsFromPEM(certPEM)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		srv, reached := tlsServer(t, cert, func(c *tls.Config) {
			c.ClientAuth, c.ClientCAs, c.MaxVersion = tls.RequireAndVerifyClientCert, pool, version
		})
		run := func(o exchange.TLSOptions) *exchange.Exchange {
			in := intentFor(t, srv.URL+"/")
			in.TLS = o
			xs, err := newSender(t, in, Options{Roots: root}).Do(context.Background(), in.Request, How{})
			if err != nil {
				t.Fatal(err)
			}
			return xs[0]
		}
		x := run(exchange.TLSOptions{CertFile: file, KeyFile: key})
		if x.Status() != 200 || !x.Conn.TLS.ClientCertAsked || !x.Conn.TLS.ClientCertSent || strings.Join(x.Conn.TLS.AcceptableCAs, ";") != "CN=why401 test" {
			t.Errorf("%x with a certificate: %+v %+v", version, x.Failure, x.Conn.TLS)
		}
		if c := x.Conn.TLS.ClientCert; c == nil || !c.ForClients || len(c.Issuers) != 1 || c.Issuers[0] != "CN=why401 test" || !c.NotAfter.After(time.Now()) || c.Subject == "" {
			t.Errorf("%x, what the server reads in it: %+v", version, c)
		}
		x = run(exchange.TLSOptions{})
		if x.Failure == nil || x.Failure.Step != "tls" || !strings.Contains(x.Failure.Message, "certificate") || !x.Conn.TLS.ClientCertAsked || x.Conn.TLS.ClientCertSent {
			t.Errorf("%x without: %+v %+v", version, x.Failure, x.Conn.TLS)
		}
		x = run(exchange.TLSOptions{CertFile: file + ".absent"})
		if x.Failure == nil || !strings.Contains(x.Failure.Message, "client certificate") {
			t.Errorf("%x, absent file: %+v", version, x.Failure)
		}
		if reached.Load() != 1 {
			t.Errorf("%x: %d requests reached the server", version, reached.Load())
		}
	}
	both := filepath.Join(t.TempDir(), "both.pem")
	os.WriteFile(both, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}), 0o600)
	s := newSender(t, &exchange.Intent{TLS: exchange.TLSOptions{CertFile: both}}, Options{})
	if _, err := s.clientCertificate(); err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("encrypted key: %v", err)
	}
}

// forward is a world whose proxy.test:3128 is a forward proxy that may ask for a login.
func proxied(t *testing.T, url string, w *world, login bool) *exchange.Intent {
	in := intentFor(t, url, "Authorization: Bearer forTheOriginOnly", "X-Api-Key: forTheOriginToo")
	p, err := exchange.ParseURL("http://proxy.test:3128")
	if err != nil {
		t.Fatal(err)
	}
	in.Proxy = &exchange.Proxy{URL: p}
	if login {
		in.Proxy.Login = exchange.Login{User: secret.New("pu"), Password: secret.New("forTheProxyOnly")}
	}
	return in
}

func TestForwardProxy(t *testing.T) {
	inProxy := base64.StdEncoding.EncodeToString([]byte("pu:forTheProxyOnly"))
	const proxyAddr = "proxy.test:3128"
	w := newWorld(t, func(addr string, r *http.Request, _ string) string {
		if r.URL.Path == "/r" {
			return redirectTo(302, "http://b.test/end")
		}
		return okReply
	})
	do := func(url string, login bool, change func(*exchange.Intent), how How) []*exchange.Exchange {
		in := proxied(t, url, w, login)
		if change != nil {
			change(in)
		}
		xs, err := newSender(t, in, Options{Dial: w.dial, Roots: w.roots}).Do(context.Background(), in.Request, how)
		if err != nil {
			t.Fatal(err)
		}
		return xs
	}
	xs := do("http://a.test/r", true, nil, How{Follow: true})
	if len(xs) != 2 || xs[1].Status() != 200 || xs[0].Conn.Proxy != proxyAddr || !xs[0].Request.Header.Has("Proxy-Authorization") {
		t.Fatalf("plain http: %+v", xs)
	}
	got := w.bytes[proxyAddr].String()
	if !strings.HasPrefix(got, "GET http://a.test/r HTTP/1.1\r\nHost: a.test\r\n") || strings.Count(got, inProxy) != 2 {
		t.Errorf("the proxy was sent %q", got)
	}
	if second := got[strings.Index(got, "GET http://b.test/end"):]; strings.Contains(second, "forTheOrigin") {
		t.Errorf("the redirected request through the proxy carries %q", second)
	}
	// https: CONNECT carries the proxy's credential and nothing of the origin's; the tunnel the reverse.
	w.bytes = map[string]*bytesBuffer{}
	do("https://a.test/x", true, nil, How{})
	if got := w.bytes[proxyAddr].String(); !strings.HasPrefix(got, "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n") || !strings.Contains(got, inProxy) || strings.Contains(got, "forTheOrigin") {
		t.Errorf("CONNECT %q", got)
	}
	if got := w.bytes["a.test:443"].String(); strings.Contains(got, "Proxy-") || !strings.Contains(got, "forTheOriginOnly") {
		t.Errorf("in the tunnel %q", got)
	}
	// An engine that edits the request as it went out and goes around the proxy.
	w.bytes = map[string]*bytesBuffer{}
	in := proxied(t, "http://a.test/x", w, true)
	s := newSender(t, in, Options{Dial: w.dial})
	xs, _ = s.Do(context.Background(), in.Request, How{})
	if _, err := s.Do(context.Background(), xs[0].Request, How{Direct: true}); err != nil {
		t.Fatal(err)
	}
	if got := w.bytes["a.test:80"].String(); strings.Contains(got, "Proxy-Authorization") || !strings.HasPrefix(got, "GET /x HTTP/1.1") {
		t.Errorf("around the proxy: %q", got)
	}
	do("http://a.test/x", false, func(in *exchange.Intent) { in.Proxy.NoProxy = "x.test, .test" }, How{})
	do("http://a.test/x", false, func(in *exchange.Intent) { in.Proxy.Tunnel = true }, How{})
	if !strings.Contains(w.bytes[proxyAddr].String(), "CONNECT a.test:80") {
		t.Error("-p did not tunnel")
	}
}

func TestProxyRefuses(t *testing.T) {
	const no = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 2\r\n\r\nno"
	for _, scheme := range []string{"http", "https"} {
		hits := 0
		dial := func(ctx context.Context, _, addr string) (net.Conn, error) {
			if addr != "proxy.test:3128" {
				t.Errorf("%s was dialled", addr)
			}
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				if _, err := http.ReadRequest(bufio.NewReader(there)); err == nil {
					hits++
					io.WriteString(there, no)
				}
			}()
			return here, nil
		}
		in := proxied(t, scheme+"://a.test/x", nil, true)
		s := newSender(t, in, Options{Dial: dial})
		xs, err := s.Do(context.Background(), in.Request, How{Follow: true})
		if err != nil || len(xs) != 1 || xs[0].Status() != 407 || !xs[0].Conn.FromProxy || string(xs[0].Body()) != "no" || xs[0].Request.Method != "GET" {
			t.Fatalf("%s: %v %+v", scheme, err, xs)
		}
		if _, err := s.Do(context.Background(), in.Request, How{}); rule(err) != RuleOneTry || hits != 1 {
			t.Errorf("%s: the proxy's password once more: %v, %d requests", scheme, err, hits)
		}
	}
}

// TestProxyRefusesWithout407: Tinyproxy refuses a wrong login with 401, and what no Via says was passed on may be the proxy's
// own word. The password that got it does not go out again; one that was passed on does.
func TestProxyRefusesWithout407(t *testing.T) {
	for _, c := range []struct {
		name, head string
		again      bool
	}{
		{"the proxy's own 401", "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"Tinyproxy\"\r\n", false},
		{"a 403 that nobody passed on", "HTTP/1.1 403 Forbidden\r\n", false},
		{"a 401 of the server behind it", "HTTP/1.1 401 Unauthorized\r\nVia: 1.1 tinyproxy (tinyproxy/1.11.1)\r\nWWW-Authenticate: Basic realm=\"a\"\r\n", true},
		{"a page", "HTTP/1.1 200 OK\r\n", true},
	} {
		hits := 0
		dial := func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				if _, err := http.ReadRequest(bufio.NewReader(there)); err == nil {
					hits++
					io.WriteString(there, c.head+"Content-Length: 2\r\nConnection: close\r\n\r\nno")
				}
			}()
			return here, nil
		}
		in := proxied(t, "http://a.test/x", nil, true)
		s := newSender(t, in, Options{Dial: dial})
		if _, err := s.Do(context.Background(), in.Request, How{}); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		_, err := s.Do(context.Background(), in.Request, How{})
		if c.again != (err == nil && hits == 2) || !c.again && (rule(err) != RuleOneTry || hits != 1) {
			t.Errorf("%s: once more: %v, %d requests", c.name, err, hits)
		}
	}
}

// TestSocks talks to a small SOCKS5 server (RFC 1928, RFC 1929).
func TestSocks(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) }))
	defer origin.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var tries atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				b := make([]byte, 300)
				io.ReadFull(c, b[:2])
				io.ReadFull(c, b[2:2+b[1]])
				c.Write([]byte{5, 2})
				io.ReadFull(c, b[:2])
				user := make([]byte, b[1]+1)
				io.ReadFull(c, user)
				pass := make([]byte, user[len(user)-1])
				if _, err := io.ReadFull(c, pass); err != nil || len(pass) == 0 {
					return // connected, and no password came: the sender had already refused to send it
				}
				tries.Add(1)
				if string(pass) != "right" {
					c.Write([]byte{1, 1})
					return
				}
				c.Write([]byte{1, 0})
				io.ReadFull(c, b[:5])
				io.ReadFull(c, b[:int(b[4])+2])
				up, err := net.Dial("tcp", origin.Listener.Addr().String())
				if err != nil {
					return
				}
				defer up.Close()
				c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
				go io.Copy(up, c)
				io.Copy(c, up)
			}()
		}
	}()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	for _, password := range []string{"right", "wrong"} {
		in := intentFor(t, "http://nowhere.test/")
		in.Proxy = &exchange.Proxy{URL: exchange.URL{Scheme: "socks5h", Host: host, Port: port},
			Login: exchange.Login{User: secret.New("u"), Password: secret.New(password)}}
		s := newSender(t, in, Options{})
		before := tries.Load()
		for n := range 2 {
			xs, err := s.Do(context.Background(), in.Request, How{})
			switch {
			case password == "right":
				if err != nil || string(xs[0].Body()) != "nowhere.test" {
					t.Errorf("%v %+v", err, xs)
				}
			case n == 0:
				if err != nil || xs[0].Failure == nil || xs[0].Failure.Step != "proxy" {
					t.Errorf("%v %+v", err, xs)
				}
			default:
				if rule(err) != RuleOneTry || tries.Load() != before+1 {
					t.Errorf("second wrong password: %v, %d tries", err, tries.Load()-before)
				}
			}
		}
	}
}

func TestWhereItConnects(t *testing.T) {
	for key, to := range map[string]string{"a.test:80": "10.0.0.1:8080", "*:80": "10.0.0.1:8080", "a.test:": "10.0.0.1:8080", ":": "10.0.0.1:8080", "x:1": ""} {
		in := intentFor(t, "http://a.test/")
		in.Resolve = map[string]string{key: to}
		want := to
		if want == "" {
			want = "a.test:80"
		}
		if got := newSender(t, in, Options{}).mapped("a.test:80"); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	in := intentFor(t, "http://a.test/")
	in.Resolve = map[string]string{"a.test:80": "[::1]:", "b.test:80": ":81"}
	s := newSender(t, in, Options{})
	if got := s.mapped("a.test:80") + " " + s.mapped("b.test:80"); got != "[::1]:80 b.test:81" {
		t.Error(got)
	}
	for list, host := range map[string]string{"*": "x", "a.test": "a.test", ".a.test": "b.a.test", "a.test,": "b.a.test.", "10.0.0.0/8": "10.1.2.3", "[::1]": "::1"} {
		if !exempt(list, host) {
			t.Errorf("no_proxy %q does not exempt %s", list, host)
		}
	}
	for list, host := range map[string]string{"": "x", "a.test": "ba.test", "10.0.0.0/8": "11.0.0.1", "b.a.test": "a.test"} {
		if exempt(list, host) {
			t.Errorf("no_proxy %q exempts %s", list, host)
		}
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) }))
	defer srv.Close()
	for iface, want := range map[string]string{"127.0.0.3": "127.0.0.3:", "lo": "127.0.0.1:", "host!127.0.0.4": "127.0.0.4:"} {
		in := intentFor(t, srv.URL+"/")
		in.Iface = iface
		xs, err := newSender(t, in, Options{}).Do(context.Background(), in.Request, How{})
		if err != nil || !strings.HasPrefix(string(xs[0].Body()), want) {
			t.Errorf("%s: %v %q %+v", iface, err, xs[0].Body(), xs[0].Failure)
		}
	}
	in = intentFor(t, srv.URL+"/")
	in.Iface = "nosuch0"
	if xs, _ := newSender(t, in, Options{}).Do(context.Background(), in.Request, How{}); xs[0].Failure == nil || !strings.Contains(xs[0].Failure.Message, "nosuch0") {
		t.Error("an interface that does not exist")
	}
	in = intentFor(t, srv.URL+"/")
	in.IP = 6
	if xs, _ := newSender(t, in, Options{}).Do(context.Background(), in.Request, How{}); xs[0].Failure == nil || xs[0].Failure.Step != "resolve" {
		t.Error("-6 to an IPv4 address")
	}
	sock := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", sock)
	if err != nil {
		t.Fatal(err)
	}
	us := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) })}}
	us.Start()
	defer us.Close()
	in = intentFor(t, "http://docker.test/")
	in.Socket = sock
	if xs, err := newSender(t, in, Options{}).Do(context.Background(), in.Request, How{}); err != nil || string(xs[0].Body()) != "docker.test" {
		t.Errorf("unix socket: %v %+v", err, xs[0].Failure)
	}
}
