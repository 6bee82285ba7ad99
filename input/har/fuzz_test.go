package har

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// FuzzRead: any bytes give evidence or an error, never a panic; for valid JSON the scanner takes what encoding/json
// takes, whatever the size of its buffer.
func FuzzRead(f *testing.F) {
	b, _ := os.ReadFile(filepath.Join("..", "testdata", "pastes", "har.txtar"))
	for block := range strings.SplitSeq(string(b), "\n-- ") {
		if _, text, ok := strings.Cut(block, "\n"); ok {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"G\u0045T","url":"http://h/\ud83d\ude00\ud83d","headers":[{"name":"a\\","value":"\"\\\\"}]},"response":{"status":401e0,"content":{"text":"\u00e9\/\b","size":3}}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		Is(string(data))
		if _, err := Read(bytes.NewReader(data), form.Options{}); err != nil && strings.Contains(err.Error(), "panic") {
			t.Fatal(err)
		}
		if !json.Valid(data) || doubled(data) {
			return
		}
		var doc any
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if d.Decode(&doc) != nil {
			return
		}
		switch doc.(type) {
		case []any, map[string]any:
		default:
			return
		}
		want := oracle(doc)
		for _, size := range []int{16, 97, 1 << 16} {
			got, err := scan(bytes.NewReader(data), size)
			if err != nil {
				t.Fatalf("buffer of %d: %v", size, err)
			}
			if len(got) != len(want) {
				t.Fatalf("buffer of %d: %d entries, encoding/json finds %d", size, len(got), len(want))
			}
			for i := range got {
				// The body of a 2xx is cut earlier; it stands last.
				if got[i] != want[i] && !strings.HasPrefix(want[i], got[i]) {
					t.Fatalf("buffer of %d, entry %d:\n got %q\nwant %q", size, i, got[i], want[i])
				}
			}
		}
	})
}

// FuzzTorn: an archive that is cut anywhere gives an error or evidence, and never more entries than the whole.
func FuzzTorn(f *testing.F) {
	b, _ := os.ReadFile(filepath.Join("..", "testdata", "pastes", "har.txtar"))
	for block := range strings.SplitSeq(string(b), "\n-- ") {
		if _, text, ok := strings.Cut(block, "\n"); ok {
			f.Add([]byte(text), len(text)/2)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		if at < 0 || at > len(data) {
			return
		}
		whole, err := Read(bytes.NewReader(data), form.Options{})
		part, err2 := Read(iotest.OneByteReader(bytes.NewReader(data[:at])), form.Options{})
		if err == nil && err2 == nil && len(part.Exchanges) > len(whole.Exchanges) {
			// A later entry may take the place of one that passed, so only the order of size is compared.
			if len(part.Exchanges) > len(whole.Exchanges)+maxGiven {
				t.Fatal("more from less")
			}
		}
		check(t, part)
	})
}

// check asks of evidence what must hold of any.
func check(t *testing.T, ev exchange.Evidence) {
	t.Helper()
	if len(ev.Exchanges) > maxGiven {
		t.Fatalf("%d exchanges", len(ev.Exchanges))
	}
	for _, x := range ev.Exchanges {
		if x.Given == "" || x.Request.URL.Host == "" || len(x.Body()) > maxBody || x.Request.Body.Len() > maxBody {
			t.Fatalf("exchange %v %v", x.Given, x.Request.URL)
		}
		if x.Response != nil && (x.Response.Status < 100 || x.Response.Status > 999) {
			t.Fatalf("status %d", x.Response.Status)
		}
	}
}

// scan lists what the scanner takes of each entry.
func scan(in io.Reader, size int) ([]string, error) {
	r := &reader{s: &scanner{r: in, buf: make([]byte, size)}}
	var out []string
	r.take = func(e *entry) {
		var l []string
		for _, p := range []span{e.started, e.ip, e.connID, e.method, e.url, e.proto, e.postType, e.post, e.reason, e.redirect, e.bodyType, e.coding} {
			l = append(l, e.str(p))
		}
		for _, list := range [][]pair{e.header, e.cookies, e.reply} {
			l = append(l, "|")
			for _, p := range list {
				l = append(l, e.str(p.name), e.str(p.value))
			}
		}
		l = append(l, e.str(e.body))
		out = append(out, strings.Join(l, "\x01"))
	}
	err := r.all()
	return out, err
}

// oracle lists the same from what encoding/json decoded.
func oracle(doc any) (out []string) {
	obj := func(v any) map[string]any { m, _ := v.(map[string]any); return m }
	list := func(v any) []any { l, _ := v.([]any); return l }
	str := func(v any, max int) string {
		switch v := v.(type) {
		case string:
			return string(valid([]byte(v), 0, max))
		case json.Number:
			return string(v)[:min(len(v), 64)]
		case bool:
			return map[bool]string{true: "true", false: "false"}[v]
		}
		return ""
	}
	one := func(v any) {
		e := obj(v)
		q, a := obj(e["request"]), obj(e["response"])
		if len(q) == 0 {
			return
		}
		p, c := obj(q["postData"]), obj(a["content"])
		l := []string{str(e["startedDateTime"], maxValue), str(e["serverIPAddress"], maxValue), str(e["_connectionId"], maxValue),
			str(q["method"], maxValue), str(q["url"], maxValue), str(q["httpVersion"], maxValue),
			str(p["mimeType"], maxValue), str(p["text"], maxBody),
			str(a["statusText"], maxValue), str(a["redirectURL"], maxValue), str(c["mimeType"], maxValue), str(c["encoding"], maxValue)}
		for _, h := range []any{q["headers"], q["cookies"], a["headers"]} {
			l = append(l, "|")
			for _, f := range list(h) {
				if n := str(obj(f)["name"], maxValue); n != "" {
					l = append(l, n, str(obj(f)["value"], maxValue))
				}
			}
		}
		l = append(l, str(c["text"], maxCoded))
		out = append(out, strings.Join(l, "\x01"))
	}
	all := func(v any) {
		for _, e := range list(v) {
			one(e)
		}
	}
	switch d := doc.(type) {
	case []any:
		all(d)
	case map[string]any:
		_, isLog := d["log"]
		_, isEntries := d["entries"]
		all(obj(d["log"])["entries"])
		all(d["entries"])
		if !isLog && !isEntries {
			one(d)
		}
	}
	return out
}

// doubled reports an object with two members of one name, or with members that one field of ours stands for: which of
// them counts is not compared.
func doubled(data []byte) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	type level struct {
		seen map[string]bool
		key  bool
	}
	var stack []level
	for {
		tok, err := d.Token()
		if err != nil {
			return false
		}
		if delim, ok := tok.(json.Delim); ok {
			switch delim {
			case '{':
				if n := len(stack); n > 0 {
					stack[n-1].key = !stack[n-1].key
				}
				stack = append(stack, level{seen: map[string]bool{}})
			case '[':
				if n := len(stack); n > 0 {
					stack[n-1].key = !stack[n-1].key
				}
				stack = append(stack, level{})
			default:
				stack = stack[:len(stack)-1]
			}
			continue
		}
		n := len(stack)
		if n == 0 {
			continue
		}
		l := &stack[n-1]
		l.key = !l.key
		if s, ok := tok.(string); ok && l.seen != nil && l.key {
			if l.seen[s] || n == 1 && (l.seen["log"] || l.seen["entries"]) {
				return true
			}
			l.seen[s] = true
		}
	}
}
