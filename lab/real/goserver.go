package real

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	l, err := net.Listen("tcp", w.Addr(name))
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

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}
