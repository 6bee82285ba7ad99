package snippet

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

const session = `alice@web1:~$ export TOKEN=FAKE
alice@web1:~$ curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/me   # HTTP:307
307
alice@web1:~$ curl -sL -H "Authorization: Bearer $TOKEN" \
> https://api.example.com/v1/me/
{"message":"Unauthorized"}
PS C:\Users\alice> Invoke-RestMethod https://api.example.com/v1/me -Headers @{
>> Authorization = "Bearer FAKE"
>> }
Invoke-RestMethod : The remote server returned an error: (401) Unauthorized.
C:\Users\alice>curl -H 'X-Api-Key: FAKE' https://api.example.com/v1/me
curl: (6) Could not resolve host: FAKE'
With Python it works, though, and curl works fine for my colleague:

import requests
r = requests.get("https://api.example.com/v1/me", headers={"Authorization": "Bearer FAKE"})
print(r.status_code)

200
`

// TestScanSession reads one session of three shells and a piece of code.
func TestScanSession(t *testing.T) {
	e, spans := Scan(session, form.Options{})
	want := []form.Span{{First: 2, Last: 2, Kind: "curl"}, {First: 4, Last: 5, Kind: "curl"}, {First: 7, Last: 9, Kind: "powershell"}, {First: 11, Last: 11, Kind: "curl-cmd"}, {First: 15, Last: 19, Kind: "python-requests"}}
	if len(spans) != len(want) {
		t.Fatalf("spans %v, facts %v", spans, e.Facts)
	}
	for n, s := range spans {
		if s != want[n] {
			t.Errorf("span %v, want %v", s, want[n])
		}
	}
	if len(e.Intents) != 5 {
		t.Fatalf("%d requests", len(e.Intents))
	}
	for n, i := range e.Intents {
		if got := i.Request.Header.Has("Authorization"); got != (n != 3) {
			t.Errorf("request %d: Authorization %v", n, got)
		}
		if i.Source.Line == 0 {
			t.Errorf("request %d has no line", n)
		}
	}
	if l := e.Intents[3].Lost; len(l) != 1 || l[0].Char != "'" || l[0].Name != "X-Api-Key" {
		t.Errorf("lost %v", l)
	}
}

// TestScanProse finds nothing where nothing is.
func TestScanProse(t *testing.T) {
	for _, text := range []string{
		"", "curl works fine for me, but the browser gets a 401.", "curl: (22) The requested URL returned error: 401",
		"When I fetch (with credentials) the page I get an error.", "http is not redirected to https here",
		"* Connected to api.example.com\n> GET / HTTP/1.1\n< HTTP/1.1 401 Unauthorized\n", "{\"log\":{\"version\":\"1.2\"}}",
		"wget returned 401", "https://api.example.com/v1/me", "http https http",
		"\tat com.example.Api.get(Api.java:14)\n\tat java.net.HttpURLConnection.getInputStream(HttpURLConnection.java:1)\n",
	} {
		if e, spans := Scan(text, form.Options{}); len(e.Intents) > 0 || len(spans) > 0 {
			t.Errorf("%.40q: %v %d", text, spans, len(e.Intents))
		}
	}
}

// hostile are texts that must neither panic nor take long.
func hostile() map[string]string {
	big := 1 << 16 // the race detector makes each of them ten times as dear; the bounds in the code are lower still
	out := map[string]string{
		"empty": "", "nul": "\x00\x00fetch(\x00", "binary": string([]byte{0xff, 0xfe, 0x00, 0xd8, 0xff, 0xff}),
		"utf-16":  "\xff\xfec\x00u\x00r\x00l\x00 \x00h\x00t\x00t\x00p\x00:\x00/\x00/\x00a\x00.\x00t\x00e\x00s\x00t\x00/\x00",
		"latin-1": "curl -u 'm\xfcller:FAKE' http://a.test/", "bom": "\ufeffcurl http://a.test/",
		"line":   "curl http://a.test/" + strings.Repeat("a", big-100),
		"quotes": "requests.get(" + strings.Repeat(`"`, big-100), "ticks": "fetch(" + strings.Repeat("`${", big/3-100),
		"carets": "curl ^\n" + strings.Repeat("^\n", big/2-100), "commas": "fetch(a" + strings.Repeat(",", big-100),
		"chain": "fetch(a" + strings.Repeat(".b", big/2-100), "plus": `fetch("a"` + strings.Repeat(`+"a"`, big/4-100),
		"double": "a='x'\n" + strings.Repeat("a=a+a\n", 1000) + "requests.get('http://a.test/'+a)", "slashes": "fetch(" + strings.Repeat("(/", big/2-100),
		"curls": strings.Repeat("curl http://a.test/\n", big/20-10), "fetches": strings.Repeat("fetch('/a')\n", big/12-10),
		"arrows": "fetch(" + strings.Repeat("a=>", big/3-100), "dollars": "Invoke-WebRequest " + strings.Repeat("${", big/2-100),
		"assign": "http.NewRequest(" + strings.Repeat("a=", big/2-100), "prompts": strings.Repeat("$ ", big/2-100) + "curl http://a.test",
		"heredocs": strings.Repeat("curl -d @- http://a.test <<E\n", big/30-10), "open": strings.Repeat("curl 'http://a.test\n", big/20-10),
	}
	for _, b := range []string{"(", "[", "{", "@{", "(function(){", "new A(", "f(a=>", "$("} {
		out["brackets "+b] = "fetch(requests.get(" + strings.Repeat(b, (big-100)/len(b))
	}
	return out
}

func TestHostile(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			for _, f := range Forms {
				f.Is(text)
			}
			is := time.Since(start)
			for _, f := range Forms {
				f.Read(text, form.Options{})
			}
			readAll := time.Since(start) - is
			Scan(text, form.Options{})
			if d := time.Since(start); d > time.Minute {
				t.Errorf("%v: Is %v, Read %v", d, is, readAll)
			} else if d > 2*time.Second {
				t.Logf("%v: Is %v, Read %v", d, is, readAll)
			}
		})
	}
}

// TestTruncated cuts every text of the corpus at many places.
func TestTruncated(t *testing.T) {
	for _, p := range pastes(t) {
		for n := 0; n < len(p.text); n += 7 {
			read(p.kind, p.text[:n], form.Options{})
		}
		if e, _, err := read(p.kind, plainText(strings.ReplaceAll(p.text, "\n", "\r\n")), form.Options{}); err != nil || len(e.Intents) == 0 {
			t.Errorf("%s/%s with CRLF: %v", p.kind, p.name, err)
		}
	}
}

// FuzzScan looks for panics and for requests that are not whole.
func FuzzScan(f *testing.F) {
	for _, p := range pastes(f) {
		f.Add(p.text)
	}
	f.Add(session)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 || strings.Contains(text, "@") && strings.Contains(text, "curl") {
			return // curl reads files that a command names
		}
		e, spans := Scan(text, form.Options{})
		lines := 1 + strings.Count(plainText(text), "\n")
		for _, s := range spans {
			if s.First < 1 || s.Last < s.First || s.Last > lines {
				t.Fatalf("span %v of %d lines", s, lines)
			}
		}
		for _, i := range e.Intents {
			if i.Request.Method == "" {
				t.Fatal("a request without a method")
			}
		}
		for _, k := range []string{"fetch", "python-requests", "php", "go-code", "java-code", "ruby-code", "csharp-code", "powershell"} {
			code(rulesOf(k), text, form.Options{})
		}
	})
}

// TestUnknown keeps a variable out of the request and names it.
func TestUnknown(t *testing.T) {
	e, _, err := read("python-requests", "requests.get('https://api.example.com/a', headers={'X-Key': key}, params={'token': t, 'page': 1}, auth=(user, 'FAKE'))", form.Options{})
	if err != nil || len(e.Intents) != 1 {
		t.Fatal(err)
	}
	i := e.Intents[0]
	if got := strings.Join(i.Variables, " "); got != "token X-Key login Authorization" {
		t.Errorf("variables %q", got)
	}
	if i.Auth != exchange.AuthHeader || !i.Login.Empty() || i.Request.Header.Has("X-Key") || len(i.Request.URL.Query) != 1 {
		t.Errorf("%+v", i)
	}
}
