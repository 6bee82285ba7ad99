package real

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Go starts a handler of this process as @name@, for servers that are written in Go. Its access log is like the others'.
// Calling it again for the same name replaces it: that is how its settings are mended.
func (w *World) Go(name string, h http.Handler) *Server {
	w.Helper()
	s := w.servers[name]
	if s == nil {
		s = w.begin(name, "go")
	} else {
		s.Stop()
	}
	log, err := os.OpenFile(filepath.Join(s.Dir, "access.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		w.Fatalf("go %s: %v", name, err)
	}
	l, err := listen(w.Addr(name))
	if err != nil {
		w.Fatalf("go %s: %v", name, err)
	}
	var mu sync.Mutex
	srv := &http.Server{Handler: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: out, status: http.StatusOK}
		h.ServeHTTP(seen, r)
		fields := []string{fmt.Sprint(seen.status), r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("Proxy-Authorization"), r.Header.Get("Cookie"), r.Header.Get("X-API-Key")}
		for i := range fields {
			if fields[i] == "" {
				fields[i] = "-"
			}
		}
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(log, strings.Join(fields, "\t"))
	})}
	go func() { _ = srv.Serve(l) }()
	s.within = append(s.within, func() { srv.Close(); log.Close() })
	return s
}

// listen opens addr. A port that this process has just closed may still be held by a child that another scenario is
// starting: between fork and exec it has all of our sockets. So a port in use is tried again for a while.
func listen(addr string) (net.Listener, error) {
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		l, err := net.Listen("tcp", addr)
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(until) {
			return l, err
		}
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}
