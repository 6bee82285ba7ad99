package signature

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
)

// sampleText gives the raw reply of a sample: inline, a file, or the short form "401 body".
func sampleText(t testing.TB, s string) string {
	t.Helper()
	if strings.HasPrefix(s, "testdata/") {
		b, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return s
}

// sampleExchange reads a raw reply. It is lenient: the samples are checked by matching, and the fuzz test feeds it
// nonsense.
func sampleExchange(raw string) *exchange.Exchange {
	r := &exchange.Response{Proto: "HTTP/1.1"}
	x := &exchange.Exchange{N: 1, Response: r}
	if !strings.HasPrefix(raw, "HTTP/") {
		code, body, _ := strings.Cut(raw, " ")
		r.Status, _ = strconv.Atoi(code)
		r.Body.Bytes = []byte(body)
		return x
	}
	first, rest, _ := strings.Cut(raw, "\n")
	proto, status, _ := strings.Cut(strings.TrimRight(first, "\r"), " ")
	code, reason, _ := strings.Cut(status, " ")
	r.Proto, r.Reason = proto, reason
	r.Status, _ = strconv.Atoi(code)
	for {
		line, after, more := strings.Cut(rest, "\n")
		line = strings.TrimRight(line, "\r")
		rest = after
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		r.Header = append(r.Header, exchange.ResponseField(name, strings.TrimSpace(value)))
		if !more {
			break
		}
	}
	r.Body.Bytes = []byte(rest)
	r.Body.Size = int64(len(rest))
	return x
}
