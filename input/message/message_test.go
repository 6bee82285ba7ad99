package message

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/why401/why401/input/form"
)

func TestStatus(t *testing.T) {
	for text, want := range map[string]int{
		"401":                            401,
		"HTTP 401":                       401,
		"status=401":                     401,
		"returned error: 403":            403,
		"(Unauthorized)":                 401,
		"401 (Unauthorized)":             401,
		"npm ERR! code E401":             401,
		"Response status code: 407.":     407,
		"got code 401 & body":            401,
		"Failed to list: Unauthorized":   401,
		"Cannot list nodes: Forbidden":   403,
		"code: 'Unauthorized'":           0,
		"server.go:401] starting":        0,
		"took 403ms":                     0,
		"listening on port 403":          0,
		"at line 401":                    0,
		"10.4.0.401":                     0,
		"2024-07-15 11:14:02,463 ERROR":  0,
		"HTTP/1.1\" 200 401":             200,
		"resulted in a `401 Unauthor":    401,
		"HTTP error 401 while getting x": 401,
		"AADSTS7000215":                  0,
		"":                               0,
		"error: 500 Internal":            500,
		"Received HTTP code 407 from":    407,
		"HTTP Error 401.2 - Unauth":      401,
	} {
		if got := Status(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestRelaxed(t *testing.T) {
	for in, want := range map[string]string{
		`{'a': None, 'b': True}`:               `{"a":null,"b":true}`,
		`{"a"=>1, :b=>nil}`:                    `{"a":1,"b":null}`,
		`{ reason: 'x', statusCode: 403 }`:     `{"reason":"x","statusCode":403}`,
		`{"a":{"b":["c"`:                       `{"a":{"b":["c"]}}`,
		`{"a":"cut of`:                         `{"a":"cut of"}`,
		`{'m': "it's", 'n': 'it\'s'}`:          `{"m":"it's","n":"it's"}`,
		"{\nerror: \"x\"\nother: \"y\"\n}":     `{"error":"x","other":"y"}`,
		`{"data":"{"errors":[{"code":32}]}"}`:  `{"data":"{\"errors\":[{\"code\":32}]}"}`,
		`{a: 1, ...}`:                          `{"a":1}`,
		"array(1) {\n  [\"k\"]=>\n  int(4)\n}": `{"k":4}`,
		`{"message": "said "no" to it"}`:       `{"message":"said \"no\" to it"}`,
	} {
		out, _, _, ok := Relaxed(in)
		if !ok || out != want {
			t.Errorf("%s: %s %v, want %s", in, out, ok, want)
		}
	}
	for _, in := range []string{"", "{", "{}", "hello", "{ return x }", "{{{", "[", "if (a) { b(); }"} {
		if out, _, _, ok := Relaxed(in); ok {
			t.Errorf("%q became %s", in, out)
		}
	}
}

// nasty are inputs that no reader may stumble over.
func nasty() map[string]string {
	utf := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	return map[string]string{
		"empty": "", "blank": " \n\t\n", "nul": "\x00\x00\x00\x00", "binary": strings.Repeat("\x01\xff\x80", 5000),
		"brackets": strings.Repeat("[", 1e5), "braces": strings.Repeat("{", 1e5), "pairs": strings.Repeat("{\"a\":", 2e4),
		"parens": strings.Repeat("(", 1e5), "quotes": strings.Repeat("\"", 1e5), "apostrophes": strings.Repeat("{'", 5e4),
		"line": strings.Repeat("401 ", 1e5/4), "lines": strings.Repeat("\n", 1e5), "embedded": strings.Repeat(`"{"a`, 2e4), "markup": strings.Repeat("<html", 2e4),
		"utf16": utf("GET / HTTP/1.1\r\n401 Unauthorized\r\n"), "bom": "\xef\xbb\xbf{\"status\":401}", "latin1": "Zugriff verweigert f\xfcr 401",
		"crlf": "a\r\nb\r\n401\r\n", "cut": "192.0.2.1 - - [22/Nov/2025", "cut2": "192.0.2.1 - - [22/Nov/2025:09:14:02 +0000] \"GET", "esc": "\x1b[31mError: 401\x1b[0m", "esc2": "\x1b[", "dots": strings.Repeat("a.", 5e4),
		"equals": strings.Repeat("a=", 5e4), "keys": strings.Repeat("a=b ", 25e3), "at": strings.Repeat("at x(", 2e4), "hash": strings.Repeat("#1 ", 3e4), "array": strings.Repeat("array(", 2e4), "one": "[", "two": "-", "slash": strings.Repeat("/", 1e5), "bars": strings.Repeat(" | ", 3e4),
	}
}

func TestNasty(t *testing.T) {
	for name, text := range nasty() {
		for kind, k := range kinds {
			start := time.Now()
			k.is(text)
			if _, err := k.read(text, form.Options{}); err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
			if d := time.Since(start); d > time.Minute {
				t.Errorf("%s, %s: %v", name, kind, d)
			} else if d > 200*time.Millisecond && testing.Verbose() {
				t.Logf("%s, %s: %v", name, kind, d)
			}
		}
	}
}

// TestDistinct: equal lines are counted, refusals come before the rest, the order of the text stays.
func TestDistinct(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "192.0.2.1 - - [22/Nov/2025:09:14:%02d +0000] \"GET /page/%s HTTP/1.1\" 200 %d \"-\" \"x\"\n", i%60, word26(i), i)
	}
	for range 40 {
		b.WriteString("192.0.2.1 - - [22/Nov/2025:10:14:02 +0000] \"GET /api HTTP/1.1\" 401 12 \"-\" \"x\"\n")
	}
	e, err := readAccess(b.String(), form.Options{})
	if err != nil || len(e.Messages) != maxMessages || len(e.Facts) != 1 {
		t.Fatalf("%d messages, %v, %v", len(e.Messages), e.Facts, err)
	}
	last := e.Messages[len(e.Messages)-1]
	if last.Status != 401 || last.Fields["count"] != "40" || last.From.Line != 3001 {
		t.Errorf("%v %v", last.Fields, last.From)
	}
}

func word26(i int) string {
	return string([]byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676%26)})
}

// bench is 1 MiB of lines of an access log in which all paths differ.
func bench() string {
	var b strings.Builder
	for i := 0; b.Len() < 1<<20; i++ {
		fmt.Fprintf(&b, "192.0.2.%d - - [22/Nov/2025:09:14:%02d +0000] \"GET /page/%s/%s HTTP/1.1\" %d %d \"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0\"\n", i%250, i%60, word26(i), word26(i/7), []int{200, 401, 304, 403}[i%4], i)
	}
	return b.String()
}

func BenchmarkAccess(b *testing.B) {
	text := bench()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		readAccess(text, form.Options{})
	}
}

func BenchmarkLog(b *testing.B) {
	var s strings.Builder
	for i := 0; s.Len() < 1<<20; i++ {
		fmt.Fprintf(&s, "2025-11-22T09:14:02.118+01:00 DEBUG 14 --- [nio-8080-exec-%d] o.s.s.o.s.r.a.%s  : Failed to authenticate %s since the JWT was invalid, status=401\n", i%9, word26(i), word26(i/3))
	}
	text := s.String()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Log(text, form.Options{})
	}
}
