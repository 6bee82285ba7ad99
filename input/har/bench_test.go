package har

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/input/form"
)

// BenchmarkRead reads an archive of ordinary entries from memory.
func BenchmarkRead(b *testing.B) {
	var w bytes.Buffer
	w.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[`)
	for n := range 4000 {
		if n > 0 {
			w.WriteString(",\n")
		}
		fmt.Fprintf(&w, `{"startedDateTime":"2026-03-02T08:00:%02d.000Z","time":12.5,"_initiator":{"type":"script","stack":{"callFrames":[{"functionName":"load","url":"https://app.example.com/main.js","lineNumber":1}]}},
"request":{"method":"GET","url":"https://api.example.com/v1/items/%d","httpVersion":"http/2.0","headers":[{"name":":authority","value":"api.example.com"},{"name":"accept","value":"application/json"},{"name":"authorization","value":"Bearer made-up-%d"}],"cookies":[],"bodySize":0},
"response":{"status":200,"statusText":"OK","httpVersion":"http/2.0","headers":[{"name":"content-type","value":"application/json"},{"name":"server","value":"nginx"}],"cookies":[],"content":{"size":900,"mimeType":"application/json","text":"%s"},"redirectURL":"","bodySize":-1},"timings":{"send":0,"wait":11,"receive":1}}`,
			n%60, n%700, n, strings.Repeat(`{\"id\":1,\"name\":\"caf\u00e9\"},\n`, n%300))
	}
	w.WriteString(`]}}`)
	b.SetBytes(int64(w.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(w.Bytes()), form.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
