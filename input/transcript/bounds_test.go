package transcript

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

const plain = "GET /me HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer fake-token-1\n\nHTTP/1.1 401 Unauthorized\nServer: nginx\nContent-Length: 0\n"

// TestEncodings: byte order marks, UTF-16 and carriage returns do not matter; Latin-1 does no harm.
func TestEncodings(t *testing.T) {
	utf := func(o binary.AppendByteOrder, mark string) string {
		b := []byte(mark)
		for _, u := range utf16.Encode([]rune(plain)) {
			b = o.AppendUint16(b, u)
		}
		return string(b)
	}
	for name, s := range map[string]string{
		"bom": "\xef\xbb\xbf" + plain, "crlf": strings.ReplaceAll(plain, "\n", "\r\n"), "latin1": plain + "\nk\xf6nnte\n",
		"utf-16le": utf(binary.LittleEndian, "\xff\xfe"), "utf-16be": utf(binary.BigEndian, "\xfe\xff"),
		"colours": "\x1b[1m" + strings.ReplaceAll(plain, "\n", "\x1b[0m\n\x1b[1m"),
	} {
		ev, err := read(s, form.Options{})
		if err != nil || len(ev.Exchanges) != 1 || ev.Exchanges[0].Status() != 401 || !ev.Exchanges[0].Request.Header.Has("Authorization") {
			t.Errorf("%s: %v %s", name, err, describe(ev))
		}
	}
}

// TestHostileText: nothing panics, and the time stays linear.
func TestHostileText(t *testing.T) {
	n := 1 << 16
	for name, s := range map[string]string{
		"empty": "", "blank": "\n\n\n", "zero": strings.Repeat("\x00", n), "brackets": strings.Repeat("[", n), "braces": strings.Repeat("{\n", n/2),
		"quotes": strings.Repeat(`curl "`, n/6), "lone marks": strings.Repeat("> \n", n/3), "infos": strings.Repeat("* Connected to\n", n/15),
		"starts": strings.Repeat("GET / HTTP/1.1\n", n/15), "status": strings.Repeat("HTTP/1.1 401\n", n/13), "curls": strings.Repeat("curl -i http://a.test/\n", n/22),
		"open quotes": strings.Repeat("curl -i 'http://a.test/\n", n/23), "open braces": strings.Repeat("HTTP/1.1 401 x\n\n{\n", n/18),
		"tags": strings.Repeat("HTTP/1.1 401 x\n\n<a>\n", n/19), "rows": strings.Repeat("=> Send header, 1 bytes (0x1)\n0000: 4\n", n/38), "arrays": strings.Repeat("[\n'Host',\n", n/10),
		"quoted": strings.Repeat("> > > HTTP/1.1 401\n", n/19), "pipes": strings.Repeat("a | b\n", n/6), "wget": strings.Repeat("HTTP request sent, awaiting response... \n\n", n/42),
		"panes": strings.Repeat("Request URL:\n", n/13), "long field": "HTTP/1.1 401 x\nA: " + strings.Repeat("x", n), "fields": "HTTP/1.1 401 x\n" + strings.Repeat("Server: x\n", n/10),
		"quotes in quotes": strings.Repeat(">", n), "okhttp": strings.Repeat("--> GET http://a.test/\n\n", n/24), "cors": strings.Repeat("https://a ", n/10),
		"bare": strings.Repeat("Authorization: x y\n\n", n/20), "fences": strings.Repeat("```\nHost: a\n", n/12), "pseudo": strings.Repeat(":path: /\n", n/9),
		"many bodies": "> GET / HTTP/1.1\n< HTTP/1.1 401 x\n<\n" + strings.Repeat("{}\n", n/3), "open bodies": "> GET / HTTP/1.1\n< HTTP/1.1 401 x\n<\n" + strings.Repeat("[\n\n", n/3),
		"deep quotes": strings.Repeat(strings.Repeat("> ", 500)+"HTTP/1.1 401\n", n/1000), "kube": strings.Repeat("I0 round_trippers.go:1] GET https://a.test/\n", n/43), "truncated": "> GET / HT", "half": "< HTTP/1.1 4", "send": strings.Repeat("send: b'GET / HTTP/1.1\\r\\n\n", n/28),
	} {
		begun := time.Now()
		_, _ = read(s, form.Options{})
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("%s: %v", name, took)
		} else if took > 20*time.Second {
			t.Logf("%s: %v", name, took)
		}
		for _, f := range Forms {
			f.Is(s)
		}
	}
}

// TestUnwrap: what stands around is taken off, what curl put there stays.
func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"> GET / HTTP/1.1\n> Host: a", "> GET / HTTP/1.1\n> Host: a"},
		{"> HTTP/1.1 401\n> Server: a", "HTTP/1.1 401\nServer: a"},
		{"> > GET / HTTP/1.1\n> < HTTP/1.1 401", "> GET / HTTP/1.1\n< HTTP/1.1 401"},
		{"```\nHTTP/1.1 401\n```", "\nHTTP/1.1 401\n"},
		{"user@host:~$ curl -i http://a.test/", "curl -i http://a.test/"},
		{"PS C:\\x> curl -i http://a.test/", "curl -i http://a.test/"},
		{"12:00:01.123456 http.c:623:              => Send header: GET / HTTP/1.1", "=> Send header: GET / HTTP/1.1"},
		{"web_1  | HTTP/1.1 401\nweb_1  | Server: a", "HTTP/1.1 401\nServer: a"},
		{"\x1b[31mHTTP/1.1 401\x1b[0m", "HTTP/1.1 401"},
		{"  HTTP/1.1 401\n  Server: a", "HTTP/1.1 401\nServer: a"},
		{"2024-05-14T09:12:44.123Z < HTTP/1.1 401", "< HTTP/1.1 401"},
	} {
		if got := Unwrap(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// TestScanSpans: prose is handed back, the conversation is not.
func TestScanSpans(t *testing.T) {
	text := "Since the update nothing works.\nI call\n\n```\n$ curl -i https://api.example.com/me\nHTTP/1.1 401 Unauthorized\nServer: nginx\nContent-Length: 0\n```\n\nWhat am I doing wrong?\n"
	found, rest := Scan(text, form.Options{})
	if len(found) != 1 || found[0].First != 5 || found[0].Last != 8 || len(found[0].Exchanges) != 1 || len(found[0].Intents) != 1 {
		t.Fatalf("%v", found)
	}
	if got := fmt.Sprint(rest); got != "[{1 2 } {11 11 }]" {
		t.Errorf("rest %s", got)
	}
	for _, prose := range []string{"Note: this is prose.\nServer: our own", "* first point\n* second point", "> somebody wrote this\n> and that",
		"I use curl -i to test.", "The date: yesterday", "- Host: mine", "Connection: I lost it", "{\"user\": \"me\"}", "via: the proxy\nallow: me in",
		"app.use(session({ secret, cookie: { httpOnly: true, expires: new Date(Date.now() + 60000) } }))"} {
		if found, _ := Scan(prose, form.Options{}); len(found) != 0 {
			t.Errorf("%q was read as %s: %s", prose, found[0].Kind, describe(found[0].Evidence))
		}
	}
}

// TestElided tells what a writer took out from what a program sent by mistake.
func TestElided(t *testing.T) {
	for v, want := range map[string]bool{
		"Bearer xxx...": true, "Bearer <redacted>": true, "Basic ***": true, "Basic *": true, "Bearer [REDACTED]": true, "Bearer eyJhbGciOi...": true,
		"Bearer ██": true, "Bearer <masked>": true, "Bearer XXXXXXXX": true, "Bearer <token>": true, "[FILTERED]": true, "Bearer (hidden)": true,
		"Bearer eyJhbGciOiJub25lIn0.e30.c2ln": false, "Bearer undefined": false, "Bearer null": false, "Bearer [object Object]": false,
		"Bearer $TOKEN": false, "Bearer {{token}}": false, "Basic ZmFrZTpmYWtl": false, "Bearer ": false, "Bearer ${TOKEN}": false,
		`Digest username="a", realm="b"`: false,
	} {
		if got := elided(v); got != want {
			t.Errorf("%q: %v", v, got)
		}
	}
}

// TestNothingSecretIsPrinted: facts, errors and what fmt shows of evidence hold no credential.
func TestNothingSecretIsPrinted(t *testing.T) {
	t.Cleanup(secret.Forget)
	const s = "s3cr3t-canary-value-42"
	for _, text := range []string{
		"> GET /x?key=" + s + " HTTP/1.1\n> Host: a.test\n> Authorization: Bearer " + s + "\n>\n< HTTP/1.1 401\n<\n{\"token\":\"" + s + "\"}",
		"$ curl -i -u me:" + s + " http://a.test/\nHTTP/1.1 401 Unauthorized\nSet-Cookie: a=" + s + "\n",
		"{'Authorization': 'Bearer " + s + "', 'Accept': '*/*', 'Host': 'a.test'}",
		"* Server auth using Basic with user '" + s + "'\n> GET / HTTP/1.1\n> Host: a.test",
		"WebSocket connection to 'wss://a.test/x?token=" + s + "' failed: Error during WebSocket handshake: Unexpected response code: 401",
		"* Uses proxy env variable http_proxy == 'http://me:" + s + "@proxy.test:3128'\n> GET / HTTP/1.1\n> Host: a.test",
	} {
		ev, err := read(text, form.Options{})
		shown := fmt.Sprintf("%v %+v %v", ev, ev.Facts, err)
		for _, x := range ev.Exchanges {
			x.Response = nil // a body is foreign bytes, which reports do not print
			shown += fmt.Sprintf("%+v", *x)
		}
		if strings.Contains(shown, s) {
			t.Errorf("printed: %s", strings.ReplaceAll(shown, s, "CANARY"))
		}
	}
}

// FuzzScan: no text makes it panic, and spans stay in the text and in order.
func FuzzScan(f *testing.F) {
	for _, a := range pastes(f) {
		for k, file := range a.Files {
			if k%2 == 0 {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, rest := Scan(text, form.Options{})
		plain, _ := form.Decode(text)
		lines := strings.Count(plain, "\n") + 1
		last := 0
		for _, s := range found {
			if s.First <= last || s.Last < s.First || s.Last > lines {
				t.Fatalf("span %v behind line %d of %d", s.Span, last, lines)
			}
			last = s.Last
		}
		last = 0
		for _, s := range rest {
			if s.First <= last || s.Last < s.First || s.Last > lines {
				t.Fatalf("rest %v behind line %d of %d", s, last, lines)
			}
			last = s.Last
		}
		if n := strings.Count(Unwrap(text), "\n") + 1; n != lines {
			t.Fatalf("%d lines became %d", lines, n)
		}
	})
}
