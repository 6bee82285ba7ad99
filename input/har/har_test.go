package har

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
)

// pastes are the HARs of the corpus by name.
func pastes(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range corpus.Of(t, "har").Files {
		out[f.Name] = string(f.Data)
	}
	return out
}

// brief is an exchange in one line.
func brief(x *exchange.Exchange) string {
	s := fmt.Sprintf("%d %s %s", x.Status(), x.Request.Method, x.Request.URL)
	if x.Failure != nil {
		s += " " + x.Failure.Step + ": " + x.Failure.Message
	}
	return s
}

func TestPastes(t *testing.T) {
	all := pastes(t)
	if len(all) < 20 {
		t.Errorf("%d pastes", len(all))
	}
	want := map[string]string{ // what must be among the exchanges
		"chrome-bearer-expired.har":               "401 GET https://api.example.com/v2/orders?page=1",
		"chrome-131-sanitized-403.har":            "403 GET https://intranet.example.org/reports/17",
		"chrome-cors-preflight-401.har":           "0 POST https://api.example.net/v1/session read: the exporter says net::ERR_FAILED",
		"chrome-h3-laravel-419.har":               "419 POST https://shop.example.com/login",
		"chrome-redirect-to-entra.har":            "302 GET https://portal.example.com/dashboard",
		"chrome-disk-cache-401.har":               "401 GET https://api.example.com/me",
		"chrome-websocket-403.har":                "403 GET https://live.example.com/socket?v=2",
		"edge-ntlm-handshake.har":                 "401 GET http://files.corp.example/docs/",
		"firefox-basic-401.har":                   "401 GET https://staging.example.com/admin/",
		"firefox-graphql-200-unauthenticated.har": "200 POST https://graph.example.com/graphql",
		"firefox-cors-blocked-status-0.har":       "0 PUT https://api.example.io/items",
		"safari-web-inspector-401.har":            "401 GET https://wiki.example.com/rest/api/user/current",
		"charles-proxy-407.chlsj.har":             "407 CONNECT https://repo.example.com",
		"fiddler-negotiate-401.har":               "401 GET http://sharepoint.corp.example/_api/web",
		"playwright-login-loop.har":               "302 GET http://localhost:8080/",
		"playwright-connection-refused.har":       "0 GET http://localhost:9009/health connect: the exporter says net::ERR_CONNECTION_REFUSED",
		"insomnia-export-401.har":                 "401 POST https://api.example.dev/oauth/token",
		"chrome-cloudflare-challenge-403.har":     "403 GET https://www.example.com/api/prices",
		"redacted-by-hand-401.har":                "401 GET https://api.example.com/v1/users/me",
		"chrome-truncated.har":                    "401 GET https://api.example.com/v1/b",
		"firefox-captive-portal-511.har":          "511 GET http://detectportal.example.com/canonical.html",
	}
	for name, text := range all {
		if n := Is(text); n < 85 {
			t.Errorf("%s: Is gives %d", name, n)
		}
		ev, err := Forms[0].Read(text, form.Options{Source: fact.Source{File: name}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		check(t, ev)
		var got []string
		found := false
		for _, x := range ev.Exchanges {
			got = append(got, brief(x))
			found = found || brief(x) == want[name]
		}
		if !found {
			t.Errorf("%s: no %q in\n%s", name, want[name], strings.Join(got, "\n"))
		}
		for _, f := range ev.Facts {
			if strings.Contains(strings.ToLower(f.Text), "made-up") || f.From.File != name {
				t.Errorf("%s: fact %+v", name, f)
			}
		}
	}
}

func read(t *testing.T, text string) exchange.Evidence {
	t.Helper()
	ev, err := Read(strings.NewReader(text), form.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func facts(ev exchange.Evidence) string {
	var out []string
	for _, f := range ev.Facts {
		out = append(out, f.Text)
	}
	return strings.Join(out, "\n")
}

func TestDetails(t *testing.T) {
	all := pastes(t)
	x := read(t, all["chrome-bearer-expired.har"]).Exchanges
	last := x[len(x)-1]
	if got := last.Request.Header[0]; got.Name != "Host" || got.Value.String() != "api.example.com" {
		t.Errorf(":authority became %v", got)
	}
	if last.Request.Header.Has(":method") || last.Request.Proto != "HTTP/2" || last.Conn.Remote != "198.51.100.20:443" || last.Conn.ID == 0 || last.Sent.IsZero() || last.Took == 0 {
		t.Errorf("%+v", last)
	}
	if last.Unseen != 0 || !last.Request.Header.Text("authorization").HasPrefix("Bearer eyJ") {
		t.Errorf("unseen %b", last.Unseen)
	}
	x = read(t, all["insomnia-export-401.har"]).Exchanges
	if b := x[0].Request.Body; !b.Is("grant_type=client_credentials&client_id=demo-client&client_secret=made+up+%26+secret") {
		t.Errorf("form body of %d bytes", b.Len())
	}
	x = read(t, all["chrome-cloudflare-challenge-403.har"]).Exchanges
	if !bytes.Contains(x[0].Body(), []byte("Just a moment")) {
		t.Error("base64 body not decoded")
	}
	x = read(t, all["playwright-login-loop.har"]).Exchanges
	if len(x) != 2 || x[1].Hop != 1 {
		t.Errorf("hops: %d exchanges", len(x))
	}
	ev := read(t, all["chrome-websocket-403.har"])
	if !strings.Contains(facts(ev), "1 entry is left out") {
		t.Error(facts(ev))
	}
	ev = read(t, all["chrome-disk-cache-401.har"])
	if !strings.Contains(facts(ev), "browser's cache") {
		t.Error(facts(ev))
	}
	ev = read(t, all["edge-ntlm-handshake.har"])
	if len(ev.Exchanges) != 3 || ev.Exchanges[0].Conn.ID != ev.Exchanges[2].Conn.ID || len(ev.Exchanges[0].Header().Values("WWW-Authenticate")) != 2 {
		t.Errorf("handshake: %d", len(ev.Exchanges))
	}
}

func TestSanitized(t *testing.T) {
	all := pastes(t)
	for name, want := range map[string]bool{
		"chrome-131-sanitized-403.har": true, "redacted-by-hand-401.har": true,
		"chrome-bearer-expired.har": false, "safari-web-inspector-401.har": false, "firefox-captive-portal-511.har": false,
		"charles-proxy-407.chlsj.har": false, "chrome-truncated.har": false,
	} {
		for _, x := range read(t, all[name]).Exchanges {
			if got := x.Unseen&exchange.RequestCredentials != 0; got != want {
				t.Errorf("%s: %s: credentials unseen %v", name, brief(x), got)
			}
		}
	}
}

func TestTruncatedEverywhere(t *testing.T) {
	text := pastes(t)["chrome-bearer-expired.har"]
	for at := 0; at < len(text); at += 7 {
		ev, err := Read(strings.NewReader(text[:at]), form.Options{})
		if err == nil && at < len(text)-2 && !strings.Contains(facts(ev), "cut off: it ends at byte") {
			t.Fatalf("cut at %d of %d is not told: %s", at, len(text), facts(ev))
		}
	}
}

func TestBadInput(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte("{}"))
	z.Close()
	for name, c := range map[string]struct{ in, want string }{
		"empty":      {"", "empty"},
		"blank":      {" \n", "ends at byte"},
		"gzip":       {packed.String(), "gzip"},
		"zip":        {"PK\x03\x04xxxx", "ZIP"},
		"binary":     {"\x01\x02\x00\x00\x03", "binary"},
		"html":       {"<html>secret-thing</html>", "byte 0"},
		"no log":     {`{"a":1}`, "expected"},
		"no entries": {`{"log":{"entries":[]}}`, "no entries"},
		"brackets":   {strings.Repeat("[", 1_000_000), "ends"},
		"brackets 2": {`{"log":{"x":` + strings.Repeat("[", 1_000_000), "ends"},
		"brackets 3": {strings.Repeat(`{"log":`, 300_000), "ends"},
		"bad entry":  {`{"log":{"entries":[{"request" 1}]}}`, "byte 30"},
		"latin1":     {"\xe9\xe8", "byte 0"},
		"backslash":  {`{"log":{"a":"` + strings.Repeat(`\`, 2_000_001), "ends"},
	} {
		_, err := Read(strings.NewReader(c.in), form.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret-thing") {
			t.Errorf("%s: %v", name, err)
		}
		Is(c.in)
	}
}

func TestEncodings(t *testing.T) {
	text := pastes(t)["firefox-basic-401.har"]
	little, big := []byte{0xff, 0xfe}, []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(text)) {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
	}
	for name, in := range map[string]string{
		"BOM": "\xef\xbb\xbf" + text, "UTF-16LE": string(little), "UTF-16BE": string(big), "UTF-16LE without BOM": string(little[2:]),
		"CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "twice": text + "\n" + text,
	} {
		if n := Is(in); n < 85 {
			t.Errorf("%s: Is gives %d", name, n)
		}
		if ev := read(t, in); len(ev.Exchanges) == 0 || ev.Exchanges[0].Status() != 401 {
			t.Errorf("%s: %v", name, facts(ev))
		}
	}
}

func TestIsNot(t *testing.T) {
	for _, s := range []string{`{"log":"GET / 401\n","stream":"stderr","time":"2026-01-01T00:00:00Z"}`, `{"info":{"name":"x","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[{"request":{}}]}`,
		`{"request":{"url":"/"},"status":401}`, `[]`, `{`, ``, `{"entries":[1,2]}`} {
		if n := Is(s); n > 30 {
			t.Errorf("%d for %s", n, s)
		}
	}
}

// TestOneEntry: what "copy" gives of one entry, and an array of them, are read as well.
func TestOneEntry(t *testing.T) {
	var doc struct {
		Log struct{ Entries []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(pastes(t)["chrome-bearer-expired.har"]), &doc); err != nil {
		t.Fatal(err)
	}
	one := string(doc.Log.Entries[1])
	for _, in := range []string{one, "[" + one + "]", `{"entries":[` + one + `]}`} {
		if n := Is(in); n < 60 {
			t.Errorf("Is gives %d", n)
		}
		if ev := read(t, in); len(ev.Exchanges) != 1 || ev.Exchanges[0].Status() != 401 {
			t.Errorf("%v", facts(ev))
		}
	}
}

// flood writes entries without end.
type flood struct {
	left  int
	entry func(n int) string
	n     int
	buf   []byte
}

func (f *flood) Read(p []byte) (int, error) {
	for len(f.buf) == 0 {
		switch {
		case f.n == 0:
			f.buf = []byte(`{"log":{"creator":{"name":"x"},"entries":[`)
		case f.n <= f.left:
			f.buf = []byte(f.entry(f.n) + ",")
		case f.n == f.left+1:
			f.buf = []byte(`{}]}}`)
		default:
			return 0, io.EOF
		}
		f.n++
	}
	n := copy(p, f.buf)
	f.buf = f.buf[n:]
	return n, nil
}

func entryText(url string, status int, more string) string {
	return fmt.Sprintf(`{"request":{"method":"GET","url":%q,"headers":[{"name":"Cookie","value":"a=b"}]},"response":{"status":%d,"headers":[{"name":"X","value":"y"}%s],"content":{"mimeType":"application/json","text":"{}"}}}`, url, status, more)
}

func TestKeepsWhatMatters(t *testing.T) {
	in := &flood{left: 20_000, entry: func(n int) string {
		switch n {
		case 100:
			return entryText("https://h.test/start", 302, `,{"name":"Location","value":"/doc?x=1"}`)
		case 101:
			return entryText("https://h.test/doc?x=1", 403, "")
		case 5000:
			return strings.Replace(entryText("https://h.test/doc", 200, ""), `"GET"`, `"OPTIONS"`, 1)
		case 6000:
			return entryText("https://h.test/doc?x=2", 200, "")
		case 19_990:
			return entryText("https://h.test/cookie", 200, `,{"name":"Set-Cookie","value":"c=made-up"}`)
		}
		return entryText(fmt.Sprintf("https://h.test/other/%d", n), 200, "")
	}}
	ev, err := Read(in, form.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range ev.Exchanges {
		got = append(got, brief(x))
	}
	want := "302 GET https://h.test/start\n403 GET https://h.test/doc?x=1\n200 GET https://h.test/doc?x=2\n200 GET https://h.test/cookie"
	if g := strings.Join(got, "\n"); g != want {
		t.Errorf("got\n%s\nwant\n%s", g, want)
	}
	if f := facts(ev); !strings.Contains(f, "20000 entries, 1 refused (403: 1); 4 kept") {
		t.Error(f)
	}
	if ev.Exchanges[1].Hop != 1 {
		t.Error("hop of the refused one")
	}
}

func TestManyRefusals(t *testing.T) {
	ev, err := Read(&flood{left: 5000, entry: func(n int) string { return entryText(fmt.Sprintf("https://h.test/%d", n), 401, "") }}, form.Options{})
	if err != nil || len(ev.Exchanges) != 80 || !strings.HasSuffix(brief(ev.Exchanges[0]), "/1") || !strings.HasSuffix(brief(ev.Exchanges[79]), "/5000") || !strings.Contains(facts(ev), "(401: 5000)") {
		t.Errorf("%v, %d exchanges", err, len(ev.Exchanges))
	}
}

// TestRepeats: one request that is refused again and again does not hide another.
func TestRepeats(t *testing.T) {
	ev, err := Read(&flood{left: 3000, entry: func(n int) string {
		if n == 1500 {
			return entryText("https://h.test/important", 403, "")
		}
		return entryText("https://h.test/ping", 401, "")
	}}, form.Options{})
	if err != nil || len(ev.Exchanges) != 24 || brief(ev.Exchanges[3]) != "403 GET https://h.test/important" {
		t.Errorf("%v, %d exchanges", err, len(ev.Exchanges))
	}
}

// TestMemory: one entry of 100 MB costs no more memory than another.
func TestMemory(t *testing.T) {
	line := strings.Repeat(`x\"y`, 1<<16)
	in := io.MultiReader(strings.NewReader(`{"log":{"entries":[{"request":{"method":"GET","url":"https://h.test/","headers":[]},"response":{"status":401,"headers":[],"content":{"text":"`),
		&repeat{line, 100 << 20}, strings.NewReader(`"}}},`+entryText("https://h.test/next", 403, "")+`]}}`))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ev, err := Read(in, form.Options{})
	runtime.ReadMemStats(&after)
	if err != nil || len(ev.Exchanges) != 2 || len(ev.Exchanges[0].Body()) != maxBody || !ev.Exchanges[0].Response.Body.Truncated {
		t.Fatalf("%v, %d exchanges", err, len(ev.Exchanges))
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("%d MiB were allocated", n>>20)
	}
}

// repeat gives a text again and again until left bytes are read.
type repeat struct {
	text string
	left int
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[:min(len(r.text), max(len(p)/4*4, 1))]) // whole units of four bytes, x\"y
	r.left -= n
	return n, nil
}
