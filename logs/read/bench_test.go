package read

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/why401/why401/logs/line"
)

// counter is the least that a worker can do.
type counter struct{ refused int }

func (c *counter) Line(l *line.Line) {
	if l.Status == 401 {
		c.refused++
	}
}
func (c *counter) EndBlock() func() { return nil }

var samples = map[string]string{
	"combined":    `192.0.2.7 - alice [22/Nov/2026:10:00:00 +0000] "GET /api/v1/items/4711?page=2 HTTP/1.1" 200 5123 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"`,
	"json":        `{"time":"2026-11-22T10:00:00Z","remote_addr":"192.0.2.7","remote_user":"alice","request_method":"GET","request_uri":"/api/v1/items/4711?page=2","server_protocol":"HTTP/1.1","status":200,"body_bytes_sent":5123,"request_time":0.012,"http_user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"}`,
	"caddy":       `{"level":"info","ts":1795341600.123456,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"192.0.2.7","remote_port":"5123","client_ip":"192.0.2.7","proto":"HTTP/1.1","method":"GET","host":"a.test","uri":"/api/v1/items/4711?page=2","headers":{"User-Agent":["Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"],"Accept":["*/*"],"Accept-Encoding":["gzip, deflate, br"]}},"bytes_read":0,"user_id":"alice","duration":0.000123,"size":5123,"status":200,"resp_headers":{"Server":["Caddy"],"Content-Type":["application/json"]}}`,
	"nginx-error": `2026/11/22 10:00:00 [error] 12#12: *17 user "alice": password mismatch, client: 192.0.2.7, server: a.test, request: "GET /api/v1/items/4711?page=2 HTTP/1.1", host: "a.test"`,
	"haproxy":     `192.0.2.7:50033 [22/Nov/2026:10:00:00.123] web~ app/one 0/0/1/2/3 200 5123 - - ---- 1/1/0/0/0 0/0 "GET /api/v1/items/4711?page=2 HTTP/1.1"`,
	"syslog":      `Nov 22 10:00:00 host nginx[12]: 192.0.2.7 - alice [22/Nov/2026:10:00:00 +0000] "GET /api/v1/items/4711?page=2 HTTP/1.1" 200 5123 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"`,
}

// BenchmarkEach reads 32 MiB of one line, on one core and on all.
func BenchmarkEach(b *testing.B) {
	for name, sample := range samples {
		in := bytes.Repeat([]byte(sample+"\n"), (32<<20)/len(sample))
		for _, workers := range []int{1, 0} {
			b.Run(name+map[int]string{0: "/all", 1: "/one"}[workers], func(b *testing.B) { bench(b, in, len(in), workers) })
		}
	}
}

// BenchmarkCompressed counts the bytes that come out.
func BenchmarkCompressed(b *testing.B) {
	in := []byte(many(200_000))
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(in)
	w.Close()
	z, _ := zstd.NewWriter(&zst)
	z.Write(in)
	z.Close()
	b.Run("gz", func(b *testing.B) { bench(b, gz.Bytes(), len(in), 0) })
	b.Run("zst", func(b *testing.B) { bench(b, zst.Bytes(), len(in), 0) })
}

func bench(b *testing.B, data []byte, size, workers int) {
	b.SetBytes(int64(size))
	for b.Loop() {
		s := Source{Name: "bench", Open: func() (io.ReadCloser, error) { return expand(bytes.NewReader(data), io.NopCloser(nil)) }}
		sum, err := Each(context.Background(), []Source{s}, Options{Workers: workers}, func() Worker { return &counter{} })
		if err != nil || sum.Files[0].Read == 0 || len(sum.Files[0].Skipped) > 0 {
			b.Fatal(err, sum.Files[0])
		}
	}
}
