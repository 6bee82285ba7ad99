package cookie

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// vectors finds the public test vectors beside the checkout, or where WHY401_VECTORS says.
func vectors(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("WHY401_VECTORS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	dir := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the public vectors are not here: set WHY401_VECTORS to the folder that holds %s", parts[0])
	}
	return dir
}

func mustURL(t testing.TB, s string) exchange.URL {
	t.Helper()
	u, err := exchange.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// departures are cases in which browsers and RFC 6265bis have moved on since the vectors were written (2011).
var departures = map[string]string{
	"disabled-chromium0022": "a NUL or line break ended the value; RFC 6265bis 5.6 step 1 drops the field",
	"disabled-chromium0023": "the same (5.6 step 1)",
	"disabled-path0029":     "percent-encoding was undone before paths were compared; RFC 6265bis 5.1.4 and browsers compare as written",
	"optional-domain0042":   "an empty Domain was ignored; RFC 6265bis 5.6.3 lets the last one win, and an empty one means host-only",
	"0028":                  "its expected file holds the fields themselves",
}

// The http-state parser cases: a field is stored and comes back with the next request, or not.
func TestHTTPState(t *testing.T) {
	dir := vectors(t, "http-state", "tests", "data", "parser")
	files, err := filepath.Glob(filepath.Join(dir, "*-test"))
	if err != nil || len(files) < 200 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), "-test")
		t.Run(name, func(t *testing.T) {
			in, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(f, "-test") + "-expected")
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, name, in)
			expect := strings.TrimSpace(strings.TrimPrefix(strings.TrimRight(string(want), "\r\n"), "Cookie:"))
			why, departs := departures[name]
			switch {
			case got != expect && !departs:
				t.Errorf("%s\n got  %q\n want %q", bytes.TrimSpace(in[:min(len(in), 300)]), got, expect)
			case got == expect && departs:
				t.Errorf("agrees with the vector although listed: %s", why)
			}
		})
	}
}

// replay lets the court judge one answer's fields and writes the Cookie field of the next request.
func replay(t *testing.T, name string, in []byte) string {
	set := mustURL(t, "http://home.example.org:8888/cookie-parser?"+name)
	next := mustURL(t, "http://home.example.org:8888/cookie-parser-result?"+name)
	r := Reply{URL: set, At: time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)}
	for line := range strings.SplitSeq(strings.TrimRight(string(in), "\r\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if v, ok := strings.CutPrefix(line, "Location: "); ok {
			u, err := set.Resolve(v)
			if err != nil {
				t.Fatal(err)
			}
			next = u
		}
		v, ok := strings.CutPrefix(line, "Set-Cookie:")
		if !ok {
			continue
		}
		f := secret.New(strings.TrimLeft(v, " "))
		if Parse(f).Name == "" {
			continue // RFC 6265 5.2 dropped cookies without a name, RFC 6265bis 5.6 and browsers keep them: TestNameless
		}
		r.Fields = append(r.Fields, f)
	}
	d := Court([]Reply{r}, Ask{URL: next, At: r.At})
	var out []string
	for _, i := range d.Order {
		c := d.Cookies[i].Cookie
		out = append(out, c.Name+"="+c.Value.Reveal())
	}
	if got := strings.Join(out, "; "); len(got) != d.Bytes {
		t.Errorf("counted %d bytes for %d", d.Bytes, len(got))
	}
	return strings.Join(out, "; ")
}

func TestDates(t *testing.T) {
	for _, name := range []string{"examples.json", "bsd-examples.json"} {
		raw, err := os.ReadFile(filepath.Join(vectors(t, "http-state", "tests", "data", "dates"), name))
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.IndexByte(raw, '['); i > 0 {
			raw = raw[i:] // a licence stands in front
		}
		var cases []struct {
			Test     string
			Expected *string
		}
		if err := json.Unmarshal(raw, &cases); err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			got, ok := ParseDate(c.Test)
			if ok != (c.Expected != nil) {
				t.Errorf("%s: %q: %v %v, want %v", name, c.Test, got, ok, c.Expected)
				continue
			}
			if ok && got.Format("Mon, 02 Jan 2006 15:04:05 GMT") != *c.Expected {
				t.Errorf("%s: %q: %v, want %s", name, c.Test, got, *c.Expected)
			}
		}
	}
}
