// Hargen writes a HAR file of a wanted size with entries as a browser exports them, or reads one and says how fast.
//
//	go run ./tools/hargen -size 1073741824 -o big.har
//	go run ./tools/hargen -size 1073741824 -one 943718400 -o one.har    one entry has a body of 900 MB
//	go run ./tools/hargen -read big.har
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/har"
)

func main() {
	size := flag.Int64("size", 16<<20, "bytes to write, about")
	one := flag.Int64("one", 0, "bytes of one body in the middle")
	out := flag.String("o", "-", "file to write")
	in := flag.String("read", "", "read this file instead and print the speed")
	flag.Parse()
	var err error
	if *in != "" {
		err = read(*in)
	} else {
		err = write(*out, *size, *one)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hargen:", err)
		os.Exit(1)
	}
}

func read(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	start := time.Now()
	ev, err := har.Read(f, form.Options{})
	if err != nil {
		return err
	}
	took := time.Since(start)
	fmt.Printf("%d exchanges, %.0f MB/s\n", len(ev.Exchanges), float64(st.Size())/1e6/took.Seconds())
	for _, f := range ev.Facts {
		fmt.Println(f.Text)
	}
	return nil
}

// counter knows how much was written.
type counter struct {
	*bufio.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}

func write(name string, size, one int64) error {
	f := os.Stdout
	if name != "-" {
		var err error
		if f, err = os.Create(name); err != nil {
			return err
		}
	}
	w := &counter{Writer: bufio.NewWriterSize(f, 1<<20)}
	rnd := rand.New(rand.NewPCG(401, 403))
	fmt.Fprint(w, `{
  "log": {
    "version": "1.2",
    "creator": {"name": "WebInspector", "version": "537.36"},
    "pages": [],
    "entries": [
`)
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for n := 0; n == 0 || w.n < size; n++ {
		if n > 0 {
			fmt.Fprint(w, ",\n")
		}
		huge := int64(0)
		if one > 0 && w.n > (size-one)/2 {
			huge, one = one, 0
		}
		if err := entry(w, rnd, n, at, huge); err != nil {
			return err
		}
		at = at.Add(time.Duration(rnd.IntN(900)) * time.Millisecond)
	}
	fmt.Fprint(w, "\n    ]\n  }\n}\n")
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

type field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// entry writes one entry: mostly answers of an API and parts of pages, now and then a refusal.
func entry(w io.Writer, rnd *rand.Rand, n int, at time.Time, huge int64) error {
	status, reason, kind := 200, "OK", "application/json"
	url := fmt.Sprintf("https://api.example.com/v1/items/%d?page=%d", rnd.IntN(5000), rnd.IntN(50))
	body := strings.Repeat(fmt.Sprintf(`{"id":%d,"name":"caf\u00e9 %d","tags":["a","b"]},`, n, n*7), rnd.IntN(400))
	switch r := rnd.IntN(1000); {
	case r < 3:
		status, reason, body = 401, "Unauthorized", `{"message":"Unauthenticated."}`
	case r < 400:
		kind, url = "text/javascript", fmt.Sprintf("https://cdn.example.com/assets/chunk-%04x.js", rnd.IntN(1<<16))
		body = strings.Repeat("function f(a,b){return \"x\\n\"+a.map(e=>e*b).join('\\\\')}\n", rnd.IntN(900))
	case r < 500:
		kind, url = "image/png", fmt.Sprintf("https://cdn.example.com/img/%04x.png", rnd.IntN(1<<16))
		body = strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAUA", rnd.IntN(1500))
	}
	e := map[string]any{
		"_initiator":    map[string]any{"type": "script", "stack": map[string]any{"callFrames": []any{map[string]any{"functionName": "load", "scriptId": "27", "url": "https://app.example.com/main.js", "lineNumber": 1, "columnNumber": 20411}}}},
		"_priority":     "High",
		"_resourceType": "fetch",
		"cache":         map[string]any{},
		"connection":    "443",
		"request": map[string]any{
			"method": "GET", "url": url, "httpVersion": "http/2.0",
			"headers": []field{{":authority", "api.example.com"}, {":method", "GET"}, {":scheme", "https"}, {"accept", "application/json"},
				{"accept-encoding", "gzip, deflate, br, zstd"}, {"accept-language", "en-GB,en;q=0.9"}, {"authorization", fmt.Sprintf("Bearer made-up-token-%08x", rnd.IntN(1<<30))},
				{"cookie", "session=made-up-session-0123456789; theme=dark"}, {"origin", "https://app.example.com"}, {"sec-fetch-mode", "cors"},
				{"user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"}},
			"queryString": []field{}, "cookies": []any{}, "headersSize": -1, "bodySize": 0,
		},
		"response": map[string]any{
			"status": status, "statusText": reason, "httpVersion": "http/2.0",
			"headers": []field{{"cache-control", "no-cache, private"}, {"content-type", kind}, {"date", at.Format(time.RFC1123)}, {"server", "nginx"},
				{"x-request-id", fmt.Sprintf("%016x", rnd.Uint64())}, {"strict-transport-security", "max-age=31536000"}},
			"cookies": []any{}, "content": map[string]any{"size": len(body), "mimeType": kind, "text": "@BODY@"},
			"redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": len(body) / 3, "_error": nil,
		},
		"serverIPAddress": "203.0.113.7",
		"startedDateTime": at.Format("2006-01-02T15:04:05.000Z"),
		"time":            float64(rnd.IntN(900000)) / 1000,
		"timings":         map[string]any{"blocked": 1.2, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 40.5, "receive": 2.25, "_blocked_queueing": 0.7},
	}
	b, err := json.MarshalIndent(e, "      ", "  ")
	if err != nil {
		return err
	}
	before, after, _ := strings.Cut(string(b), "@BODY@")
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "      "+before); err != nil {
		return err
	}
	if _, err := w.Write(text[1 : len(text)-1]); err != nil {
		return err
	}
	for line := []byte(strings.Repeat(`{\"a\":\"b\\n\",\"number\":12345},`, 1000)); huge > 0; huge -= int64(len(line)) {
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, after)
	return err
}
