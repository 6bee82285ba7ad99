package redact_test

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/why401/why401/redact"
)

const liveHAR = `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-01-01T00:00:00Z","time":1,"request":{"method":"POST","url":"https://shop.example.com/login?id=5","httpVersion":"HTTP/1.1","headers":[
{"name":"Cookie","value":"sessionid=8f3a9c1e7b2d4f60a1b2c3d4e5f60718; short=a1b2c3; _tok=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"},{"name":"Authorization","value":"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLXRoaXM"},
{"name":"X-Api-Key","value":"ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"},{"name":"Proxy-Authorization","value":"Basic YWxpY2U6d29uZGVybGFuZDEyMw=="},{"name":"X-Request-Id","value":"7d444840-9dc0-11d1-b245-5ffdce74fad2"}],"queryString":[],"cookies":[],
"postData":{"mimeType":"application/x-www-form-urlencoded","text":"user=alice&password=correct-horse9"},"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[{"name":"Set-Cookie","value":"sid=s%3AabcDEF123ghi456JKL.signature-Of+it; Path=/"}],"cookies":[],
"content":{"size":2,"mimeType":"application/json","text":"{\"email\":\"alice@example.org\",\"access_token\":\"ya29.a0AfH6SMBx1234567890abcdefghij\",\"key\":\"0123456789ABCDEF0123456789ABCDEF\"}"},"redirectURL":"","headersSize":-1,"bodySize":2},"cache":{},"timings":{"send":0,"wait":1,"receive":0}}]}}`

func live(text string) []redact.Find {
	_, r := redact.Text(text, redact.Options{})
	return r.Live(0)
}

// TestStandInsAreNotLive: secrets are, as long as they are there; in what redaction leaves none is.
func TestStandInsAreNotLive(t *testing.T) {
	for name, text := range map[string]string{
		"har":  liveHAR,
		"curl": `curl -u alice:wonderland -H 'X-Api-Key: AKIAIOSFODNN7EXAMPLF' -b 'sid=Xy7; other=0a1b2c3d4e5f60718293a4b5c6d7e8f9' https://api.example.com/`,
		"log":  "GET /private?access_token=hR5kQ0pLx9 401\nAuthorization: Bearer 3q2-7wAbCdEf0123456789\npassword=hunter2",
	} {
		if found := live(text); len(found) == 0 {
			t.Errorf("%s: no live secret was found", name)
		}
		clean, _ := redact.Text(text, redact.Options{})
		for _, f := range live(clean) {
			t.Errorf("%s: the redacted text has a live %s at %s (%s)\n%s", name, f.Sort, f.Place, f.Shape, clean)
		}
		// One that comes back is found among the stand-ins.
		if again := strings.Replace(clean, "other=", "sessionid=8f3a9c1e7b2d4f60a1b2c3d4e5f60718; other=", 1); again != clean && len(live(again)) != 1 {
			t.Errorf("%s: %d live secrets, expected the one that was put back", name, len(live(again)))
		}
	}
}

// TestRedactedHARsAreNotLive is the same for the HARs that the readers' tests have.
func TestRedactedHARsAreNotLive(t *testing.T) {
	b, err := os.ReadFile("../input/testdata/pastes/har.txtar")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range txtar.Parse(b).Files {
		text := string(f.Data)
		if !strings.Contains(text, `"log"`) || strings.Contains(f.Name, "truncated") { // what is cut off is read as text
			continue
		}
		found += len(live(text))
		clean, _ := redact.Text(text, redact.Options{})
		for _, l := range live(clean) {
			t.Errorf("%s: after redaction a live %s at %s (%s)", f.Name, l.Sort, l.Place, l.Shape)
		}
	}
	if found < 10 {
		t.Errorf("only %d live secrets", found)
	}
}
