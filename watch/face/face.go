// Package face shows a watch to others: numbers for Prometheus at /metrics, whether it does its work at /healthz, and a
// page for people at /. It reads the store and changes nothing; it answers requests that name this machine, and no others.
package face

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/watch/state"
)

// Face is what is shown. Its fields are set before it is used.
type Face struct {
	Store    state.Store
	Contract func() string    // name of the contract
	Trouble  func() error     // why the watch cannot write down what it does, nil when it can
	Stale    func() error     // why the contract was not read again when it should have been, nil when it was
	Now      func() time.Time // nil for the machine's clock
}

// Serve answers on l until ctx ends.
func (f *Face) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// ServeHTTP answers one request.
func (f *Face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// A page on another site can make its own name lead here (DNS rebinding); its requests name that site.
	if !f.known(r.Host) {
		http.Error(w, "this is not the name of this machine", http.StatusMisdirectedRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only to be read", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/":
		f.reply(w, r, "text/html; charset=utf-8", f.page)
	case "/metrics":
		f.reply(w, r, "text/plain; version=0.0.4; charset=utf-8", f.metrics)
	case "/healthz":
		f.health(w)
	default:
		http.Error(w, "/, /metrics or /healthz", http.StatusNotFound)
	}
}

// known reports a Host that means this machine.
func (f *Face) known(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, name)
}

func (f *Face) reply(w http.ResponseWriter, r *http.Request, kind string, text func(context.Context) (string, error)) {
	s, err := text(r.Context())
	if err != nil {
		http.Error(w, "the store cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	fmt.Fprint(w, s)
}

func (f *Face) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if f.Trouble() != nil {
		// The words may name a folder; they are in the program's own output.
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "what is seen cannot be written down")
		return
	}
	fmt.Fprintln(w, "ok")
}

func (f *Face) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}
