package real

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// Go starts a handler of this process on @name@, for verifiers that are written in Go. Its access log is like the others'.
func (w *World) Go(name string, h http.Handler) *Server {
	w.Helper()
	s := w.begin(name, "go")
	l, err := net.Listen("tcp", w.Addr(name))
	if err != nil {
		w.Fatalf("listening for %s: %v", name, err)
	}
	log, err := os.Create(filepath.Join(s.Dir, "access.log"))
	if err != nil {
		w.Fatalf("opening the access log of %s: %v", name, err)
	}
	var mu sync.Mutex
	srv := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: rw, status: http.StatusOK}
		h.ServeHTTP(seen, r)
		mu.Lock()
		defer mu.Unlock()
		or := func(v string) string {
			if v == "" {
				return "-"
			}
			return v
		}
		fmt.Fprintf(log, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", seen.status, r.Method, r.RequestURI, or(r.Header.Get("Authorization")), or(r.Header.Get("Proxy-Authorization")), or(r.Header.Get("Cookie")), or(r.Header.Get("X-Api-Key")))
	})}
	go srv.Serve(l)
	w.Cleanup(func() {
		srv.Close()
		log.Close()
	})
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
