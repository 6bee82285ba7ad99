package why401_test

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/why401/why401"
	"github.com/why401/why401/input"
)

// The benchmarks are one diagnosis each, without the start of the program, which tools/bench.sh times.

func benchTarget(b *testing.B, h http.HandlerFunc) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(l)
	b.Cleanup(func() { srv.Close() })
	return "http://" + l.Addr().String() + "/"
}

func benchDiagnose(b *testing.B, command string, want int, opts ...why401.Option) {
	got, err := input.Read([]string{command}, nil, input.Options{})
	if err != nil {
		b.Fatal(err)
	}
	in := why401.Input{Intent: got.Intents[0], Read: got.What}
	opts = append(opts, why401.WithStateDir(b.TempDir()))
	b.ReportAllocs()
	for b.Loop() {
		rep, err := why401.Diagnose(context.Background(), in, opts...)
		if err != nil {
			b.Fatal(err)
		}
		if rep.Outcome.ExitCode() != want {
			b.Fatalf("outcome %s, want exit code %d", rep.Outcome, want)
		}
	}
}

func BenchmarkDiagnoseHealthy(b *testing.B) {
	u := benchTarget(b, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok\n")) })
	benchDiagnose(b, "curl "+u, 0)
}

func BenchmarkDiagnoseFailing(b *testing.B) {
	u := benchTarget(b, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer bench-token-0123456789" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	benchDiagnose(b, "curl -H 'Authorization: bench-token-0123456789' "+u, 1)
}

// A request that gives itself away costs no round trip.
func BenchmarkDiagnoseOffline(b *testing.B) {
	benchDiagnose(b, `curl -H 'Authorization: Bearer ${API_TOKEN}' http://api.test/`, 1, why401.Offline())
}
