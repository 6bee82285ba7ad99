package sigv4

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const exampleKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

func vectors(t *testing.T) string {
	t.Helper()
	root := os.Getenv("WHY401_VECTORS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	dir := filepath.Join(root, "aws-sigv4", "tests", "aws-signing-test-suite", "v4")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the public vectors are not here: set WHY401_VECTORS to the folder that holds aws-sigv4")
	}
	return dir
}

// read parses a request of the suite, which holds raw blanks and bytes in its target and folded fields.
func read(t testing.TB, text string) exchange.Request {
	t.Helper()
	head, body, _ := strings.Cut(strings.TrimLeft(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n\n")
	lines := strings.Split(head, "\n")
	line := strings.TrimSuffix(lines[0], " HTTP/1.1")
	method, target, _ := strings.Cut(line, " ")
	path, query, has := strings.Cut(target, "?")
	r := exchange.Request{Method: method, Body: secret.New(body), URL: exchange.URL{Scheme: "https", Host: "example.amazonaws.com", Port: "443",
		Path: path, HasQuery: has, Query: exchange.ParseQuery(query)}}
	for _, l := range lines[1:] {
		if l == "" {
			continue
		}
		if n := len(r.Header); (l[0] == ' ' || l[0] == '\t') && n > 0 {
			r.Header[n-1].Value = secret.New(r.Header[n-1].Value.Reveal() + "\n" + l)
			continue
		}
		name, value, _ := strings.Cut(l, ":")
		r.Header = append(r.Header, exchange.RequestField(name, strings.TrimSpace(value)))
	}
	return r
}

func TestSuite(t *testing.T) {
	dir := vectors(t)
	cases, err := os.ReadDir(dir)
	if err != nil || len(cases) < 38 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	text := func(parts ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{dir}, parts...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, e := range cases {
		t.Run(e.Name(), func(t *testing.T) {
			var ctx struct {
				Normalize bool
				SignBody  bool `json:"sign_body"`
			}
			if err := json.Unmarshal([]byte(text(e.Name(), "context.json")), &ctx); err != nil {
				t.Fatal(err)
			}
			if !ctx.Normalize {
				// Without normalising the path is signed as it stands, which is S3's way.
				r := read(t, text(e.Name(), "request.txt"))
				if want := strings.Split(text(e.Name(), "header-canonical-request.txt"), "\n")[1]; canonicalPath(r.URL.Path, false) != want {
					t.Errorf("path %q, want %q", canonicalPath(r.URL.Path, false), want)
				}
				return
			}
			for _, place := range []string{"header", "query"} {
				r := read(t, text(e.Name(), place+"-signed-request.txt"))
				s, ok := Parse(r)
				if !ok || s.InQuery != (place == "query") || s.Region != "us-east-1" || s.Service != "service" || !s.AccessKey.Is("AKIDEXAMPLE") || !s.AccessKey.Closed() {
					t.Fatalf("%s: %+v", place, s)
				}
				if !s.Time.Equal(time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)) {
					t.Errorf("%s: time %v", place, s.Time)
				}
				if place == "query" && s.Expires != time.Hour {
					t.Errorf("expires %v", s.Expires)
				}
				hash := payloadHash(r, "x-amz-content-sha256")
				var omit []string
				if place == "query" {
					omit = []string{"x-amz-signature"}
				}
				if strings.HasPrefix(e.Name(), "post-sts-header-after") && place == "query" {
					omit = append(omit, "x-amz-security-token") // added after signing
				}
				if got, want := canonical(r, s.names(), hash, true, omit), strings.ReplaceAll(text(e.Name(), place+"-canonical-request.txt"), "\r\n", "\n"); got != want {
					t.Errorf("%s: canonical request\n%s\nwant\n%s", place, got, want)
				}
				if len(omit) == 2 {
					continue
				}
				if ok, err := Verify(r, secret.New(exampleKey)); !ok || err != nil {
					t.Errorf("%s: the signature does not verify: %v", place, err)
				}
				if ok, _ := Verify(r, secret.New("another")); ok {
					t.Errorf("%s: another key verifies", place)
				}
			}
		})
	}
}

var login = exchange.Login{User: secret.New("AKIDEXAMPLE"), Password: secret.New(exampleKey), Sigv4: "aws:amz:us-east-1:service"}
var then = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

func request(t testing.TB, method, url string, fields ...string) exchange.Request {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{Method: method, URL: u}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header = append(r.Header, exchange.RequestField(name, value))
	}
	return r
}

// The signature of "get-vanilla" of AWS's suite.
func TestSignVanilla(t *testing.T) {
	r, err := Sign(request(t, "GET", "https://example.amazonaws.com/", "User-Agent: x", "Accept: */*"), login, then)
	if err != nil {
		t.Fatal(err)
	}
	want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
		"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	v := r.Header.Text("Authorization")
	if !v.Is(want) || !v.Closed() || r.Header.Get("X-Amz-Date") != "20150830T123600Z" {
		t.Errorf("%s", v.Reveal())
	}
}

func TestSign(t *testing.T) {
	r := request(t, "PUT", "https://bucket.s3.eu-west-1.amazonaws.com/a%20b?x=1&list-type=2", "Content-Type: text/plain", "X-Amz-Meta-A:  b   c ")
	r.Body = secret.New("hello")
	l := login
	l.Sigv4 = "aws:amz:eu-west-1:s3"
	s, err := Sign(r, l, then)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := Verify(s, l.Password); !ok || err != nil {
		t.Errorf("own signature: %v %v", ok, err)
	}
	if p, _ := Parse(s); !slices.Equal(p.SignedHeaders, []string{"content-type", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-meta-a"}) || len(p.Flaws) > 0 {
		t.Errorf("%+v", p)
	}
	if len(r.Header) != 2 {
		t.Error("the argument was changed")
	}
	for _, c := range []struct{ url, provider, scope, date string }{
		{"https://dynamodb.eu-west-1.amazonaws.com/", "", "/eu-west-1/dynamodb/aws4_request", "X-Amz-Date"},
		{"https://api.eu-west-2.outscale.com/", "osc", "/eu-west-2/api/osc4_request", "X-Osc-Date"},
		{"https://host/", "aws:amz:r:s", "/r/s/aws4_request", "X-Amz-Date"},
		{"https://svc.example/", "goog:goog:r", "/r/svc/goog4_request", "X-Goog-Date"},
	} {
		l.Sigv4 = c.provider
		s, err := Sign(request(t, "GET", c.url), l, then)
		if err != nil || !s.Header.Text("Authorization").Contains(c.scope) || !s.Header.Has(c.date) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range [][2]string{{"https://localhost/", "aws:amz"}, {"https://a.b/", ""}, {"https://a.b.c/", "aws::r"}} {
		l.Sigv4 = c[1]
		if _, err := Sign(request(t, "GET", c[0]), l, then); err == nil {
			t.Errorf("%q was signed", c)
		}
	}
	has := request(t, "GET", "https://a.b.c/", "Authorization: Bearer x")
	if s, err := Sign(has, login, then); err != nil || len(s.Header) != 1 {
		t.Error("an Authorization field was replaced")
	}
}

func TestFlaws(t *testing.T) {
	const good = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	date := "X-Amz-Date: 20150830T123600Z"
	for _, c := range []struct {
		auth   string
		fields []string
		want   []Flaw
	}{
		{good, []string{date}, nil},
		{good, nil, []Flaw{NoDate, SignedHeaderAbsent}},
		{good, []string{"X-Amz-Date: 2015-08-30"}, []Flaw{BadDate}},
		{good, []string{"X-Amz-Date: 20150831T000100Z"}, []Flaw{DateMismatch}},
		{good, []string{date, "X-Amz-Target: x"}, []Flaw{AmzHeaderUnsigned}},
		{good, []string{date, "X-Amz-Security-Token: abc"}, []Flaw{AmzHeaderUnsigned, TokenTooMuch}},
		{strings.Replace(good, "AKIA", "ASIA", 1), []string{date}, []Flaw{TokenMissing}},
		{strings.Replace(good, "/s3/", "/", 1), []string{date}, []Flaw{BadScope}},
		{strings.Replace(good, "host;", "", 1), []string{date}, []Flaw{HostNotSigned}},
		{strings.Replace(good, "5fa00", "", 1), []string{date}, []Flaw{BadSignature}},
		{"AWS4-HMAC-SHA256 SignedHeaders=host", []string{date}, []Flaw{NoCredential, NoSignature, AmzHeaderUnsigned}},
	} {
		r := request(t, "GET", "https://h.example/", append([]string{"Authorization: " + c.auth}, c.fields...)...)
		s, ok := Parse(r)
		if !ok || !slices.Equal(s.Flaws, c.want) {
			t.Errorf("%s %q: %q, want %q", c.auth, c.fields, s.Flaws, c.want)
		}
	}
	r := request(t, "GET", "https://h.example/?X-Amz-Signature=ab&X-Amz-Expires=700000", "Authorization: "+good, date)
	if s, _ := Parse(r); !s.Has(TwoPlaces) || s.InQuery {
		t.Errorf("%+v", s)
	}
	if s, _ := Parse(request(t, "GET", "https://h.example/?X-Amz-Signature=ab&X-Amz-Expires=700000")); !s.Has(ExpiresTooLong) || !s.Has(NoCredential) {
		t.Errorf("%+v", s)
	}
	for _, r := range []exchange.Request{request(t, "GET", "https://h.example/", "Authorization: "+good, date), request(t, "GET", "https://h.example/?X-Amz-Signature=0123456789abcdef0123")} {
		s, _ := Parse(r)
		if out := fmt.Sprintf("%v %+v %#v", s, *s, s); strings.Contains(out, "5fa00fa3") || strings.Contains(out, "456789ab") || strings.Contains(out, "IOSFODNN") {
			t.Errorf("shown: %s", out)
		}
	}
	if _, ok := Parse(request(t, "GET", "https://h.example/?a=b", "Authorization: Bearer x")); ok {
		t.Error("a signature was found where none is")
	}
}

func TestClock(t *testing.T) {
	s := &Signature{Time: then}
	for d, late := range map[time.Duration]bool{0: false, 14 * time.Minute: false, 16 * time.Minute: true, -16 * time.Minute: true} {
		if s.Late(then.Add(d)) != late || s.Skew(then.Add(d)) != -d {
			t.Errorf("%v: %v", d, s.Skew(then.Add(d)))
		}
	}
	u := &Signature{Time: then, InQuery: true, Expires: time.Hour}
	for d, late := range map[time.Duration]bool{0: false, 59 * time.Minute: false, 61 * time.Minute: true, -16 * time.Minute: true} {
		if u.Late(then.Add(d)) != late {
			t.Errorf("presigned, %v", d)
		}
	}
	if !u.Ends().Equal(then.Add(time.Hour)) || (&Signature{}).Skew(then) != 0 {
		t.Error("end or unknown time")
	}
}

// What the installed curl signs verifies here, and what is signed here has the form that curl gives it.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal("curl is not installed; make deps installs it")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	got := make(chan string, 1)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(10 * time.Second))
			br := bufio.NewReader(c)
			var b strings.Builder
			for {
				line, err := br.ReadString('\n')
				if b.WriteString(line); err != nil || line == "\r\n" {
					break
				}
			}
			if strings.Contains(b.String(), "Content-Length: 7") {
				body := make([]byte, 7)
				io.ReadFull(br, body)
				b.Write(body)
			}
			io.WriteString(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
			c.Close()
			got <- b.String()
		}
	}()
	for _, args := range [][]string{
		{"http://" + ln.Addr().String() + "/"},
		{"http://" + ln.Addr().String() + "/a/b?x=1"},
		{"-H", "Content-Type: application/json", "-d", `{"a":1}`, "http://" + ln.Addr().String() + "/p"},
	} {
		cmd := exec.Command(curl, append([]string{"-q", "-s", "-m", "8", "--noproxy", "*", "-u", "AKIDEXAMPLE:" + exampleKey, "--aws-sigv4", "aws:amz:us-east-1:service"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		raw := <-got
		r := read(t, raw)
		if ok, err := Verify(r, secret.New(exampleKey)); !ok || err != nil {
			t.Errorf("curl's signature does not verify (%v):\n%s", err, raw)
		}
		theirs := r.Header.Text("Authorization").Reveal()
		p, _ := Parse(r)
		r.Header = r.Header.Without("Authorization", "X-Amz-Date")
		mine, err := Sign(r, login, p.Time)
		if err != nil {
			t.Fatal(err)
		}
		if ours := mine.Header.Text("Authorization").Reveal(); ours != theirs {
			t.Errorf("ours\n%s\ncurl's\n%s", ours, theirs)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x", "X-Amz-Signature=1&X-Amz-Credential=%2f", "/a/../b")
	f.Fuzz(func(t *testing.T, auth, query, path string) {
		r := exchange.Request{Method: "GET", URL: exchange.URL{Host: "h.r.x", Scheme: "https", Port: "443", Path: path, Query: exchange.ParseQuery(query)},
			Header: exchange.Header{exchange.RequestField("Authorization", auth), exchange.RequestField("X-Amz-Date", "20150830T123600Z")}}
		if s, ok := Parse(r); ok {
			if !s.AccessKey.Empty() && !s.AccessKey.Closed() {
				t.Fatal("the key is open")
			}
			Verify(r, secret.New("k"))
		}
		r.Header = nil
		signed, err := Sign(r, login, then)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := Verify(signed, login.Password); !ok && query == "" {
			t.Fatalf("own signature of %q: %v", path, err)
		}
	})
}
