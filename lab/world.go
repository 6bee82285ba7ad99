package lab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

// World is a running scenario.
type World struct {
	Scenario *Scenario
	Roots    *x509.CertPool // trusts the world's own certificates

	dir     string
	ca      *authority
	mu      sync.Mutex
	hosts   map[string]*host // by host:port as the scenario names it
	tokens  map[string]string
	started time.Time
	seen    []Request
}

// Request is one request that a server of the world received, for tests that look for leaks.
type Request struct {
	Origin string
	Method string
	Target string
	Header http.Header
	Body   string
}

type host struct {
	world    *World
	origin   string
	spec     Server
	listener net.Listener
	server   *http.Server
	n        int // requests so far
}

// Start builds sc on loopback. Close ends it.
func Start(sc *Scenario) (*World, error) {
	w := &World{Scenario: sc, hosts: map[string]*host{}, tokens: map[string]string{}, started: time.Now()}
	for name, t := range sc.Tokens {
		s, err := t.mint(w.started)
		if err != nil {
			return nil, fmt.Errorf("token %s: %w", name, err)
		}
		w.tokens[name] = s
	}
	var err error
	if w.ca, err = newAuthority(); err != nil {
		return nil, fmt.Errorf("make the lab's certificate authority: %w", err)
	}
	w.Roots = w.ca.pool()
	for name, c := range sc.Certs {
		if err := w.clientCert(name, c); err != nil {
			w.Close()
			return nil, fmt.Errorf("client certificate %s: %w", name, err)
		}
	}
	for origin, spec := range sc.Servers {
		if err := w.serve(origin, spec); err != nil {
			w.Close()
			return nil, err
		}
	}
	return w, nil
}

func (w *World) serve(origin string, spec Server) error {
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("server %s: %w", origin, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("server %s: listen on loopback: %w", origin, err)
	}
	h := &host{world: w, origin: origin, spec: spec, listener: l}
	w.hosts[hostPort(u)] = h
	if u.Scheme == "https" {
		conf, err := w.ca.serverConfig(u.Hostname(), spec)
		if err != nil {
			return err
		}
		l = tls.NewListener(l, conf)
	}
	if spec.Raw != "" {
		go h.serveRaw(l)
		return nil
	}
	h.server = &http.Server{Handler: h, ReadTimeout: 30 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go h.server.Serve(l)
	return nil
}

func (h *host) serveRaw(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			c.SetDeadline(time.Now().Add(10 * time.Second))
			buf := make([]byte, 64<<10)
			c.Read(buf)
			io.WriteString(c, h.world.expand(h.spec.Raw))
		}()
	}
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// Close ends every server.
func (w *World) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.hosts {
		h.listener.Close()
		if h.server != nil {
			h.server.Close()
		}
	}
	if w.dir != "" {
		os.RemoveAll(w.dir)
	}
}

// Mend puts the mended servers in place of the broken ones; origins that the mend does not name stay as they are.
func (w *World) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.Scenario.Mended
	if m == nil {
		return
	}
	for origin, spec := range m.Servers {
		u, err := url.Parse(origin)
		if err != nil {
			continue
		}
		if h := w.hosts[hostPort(u)]; h != nil {
			h.spec.Rules = spec.Rules
			h.n = 0
		}
	}
}

// Dial leads the world's names to their loopback ports; a name outside the world does not exist.
func (w *World) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	h := w.hosts[strings.ToLower(addr)]
	w.mu.Unlock()
	if h == nil {
		name, _, _ := net.SplitHostPort(addr)
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	var d net.Dialer
	return d.DialContext(ctx, network, h.listener.Addr().String())
}

// Requests are the requests received so far.
func (w *World) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Request(nil), w.seen...)
}

func (w *World) expand(s string) string { return expand(s, w.tokens, w.started) }

// Request is the scenario's failing request, with its tokens filled in.
func (w *World) Request() string { return strings.TrimSpace(w.expand(w.Scenario.Request)) }

// MendedRequest is the request after the fix.
func (w *World) MendedRequest() string {
	if m := w.Scenario.Mended; m != nil && m.Request != "" {
		return strings.TrimSpace(w.expand(m.Request))
	}
	return w.Request()
}

// Curl turns a request of the scenario into a command that works from any shell while the world runs: names lead to
// loopback, certificates are the lab's.
func (w *World) Curl(request string) (string, error) {
	if !strings.HasPrefix(request, "curl ") {
		request = "curl -i " + shellQuote(request)
	}
	var names []string
	for name := range w.hosts {
		names = append(names, name)
	}
	sort.Strings(names)
	opts := ""
	for _, name := range names {
		h := w.hosts[name]
		host, port, _ := net.SplitHostPort(name)
		real := h.listener.Addr().(*net.TCPAddr)
		// A forward proxy is named by option, where --connect-to does not reach: its address stands in the command.
		request = strings.ReplaceAll(request, "-x http://"+name, fmt.Sprintf("-x http://127.0.0.1:%d", real.Port))
		opts += fmt.Sprintf(" --connect-to %s:%s:127.0.0.1:%d", host, port, real.Port)
		if strings.HasPrefix(h.origin, "https") && !strings.Contains(opts, "--cacert") {
			file, err := w.caFile()
			if err != nil {
				return "", err
			}
			opts += " --cacert " + shellQuote(file)
		}
	}
	return "curl" + opts + strings.TrimPrefix(request, "curl"), nil
}

// folder is where the world keeps the files it needs; Close removes it.
func (w *World) folder() (string, error) {
	if w.dir == "" {
		dir, err := os.MkdirTemp("", "why401-lab-")
		if err != nil {
			return "", fmt.Errorf("make a folder for the lab: %w", err)
		}
		w.dir = dir
	}
	return w.dir, nil
}

// clientCert makes a client certificate and registers its files under ${cert:NAME} and ${key:NAME}.
func (w *World) clientCert(name string, c Cert) error {
	dir, err := w.folder()
	if err != nil {
		return err
	}
	cert, key, err := w.ca.clientPair(name, c)
	if err != nil {
		return err
	}
	for kind, b := range map[string][]byte{"cert": cert, "key": key} {
		file := filepath.Join(dir, name+"."+kind)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			return err
		}
		w.tokens[kind+":"+name] = file
	}
	return nil
}

func (w *World) caFile() (string, error) {
	if _, err := w.folder(); err != nil {
		return "", err
	}
	file := filepath.Join(w.dir, "ca.pem")
	if err := os.WriteFile(file, w.ca.pem, 0o644); err != nil {
		return "", fmt.Errorf("write the lab's certificate: %w", err)
	}
	return file, nil
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
