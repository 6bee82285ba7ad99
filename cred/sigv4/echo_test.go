package sigv4

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func spaced(s string) string {
	var out []string
	for i := range len(s) {
		out = append(out, hex.EncodeToString([]byte{s[i]}))
	}
	return strings.Join(out, " ")
}

// signedRequest is a request with a query, a body and a signature.
func signedRequest(t testing.TB, provider string) exchange.Request {
	t.Helper()
	l := login
	l.Sigv4 = provider
	r := request(t, "POST", "https://example.amazonaws.com:8443/a%20b/c?x=1&y=a%20b", "Content-Type: text/plain", "X-Amz-Meta-A: b c")
	r.Body = secret.New("hello\n")
	r, err := Sign(r, l, then)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadEcho(t *testing.T) {
	r := signedRequest(t, "aws:amz:us-east-1:service")
	s, _ := Parse(r)
	canon := s.canonical(r)
	toSign := "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n" + hashHex(canon)
	sentence := "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'" + canon + "'\n\nThe String-to-Sign should have been\n'" + toSign + "'\n"
	quoted, _ := json.Marshal(map[string]string{"message": sentence})
	for name, body := range map[string]string{
		"S3":       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code><StringToSign>" + toSign + "</StringToSign><CanonicalRequest>" + html.EscapeString(canon) + "</CanonicalRequest></Error>",
		"S3 bytes": "<Error><StringToSign>x y</StringToSign><StringToSignBytes>" + spaced(toSign) + "</StringToSignBytes><CanonicalRequest>lost lines</CanonicalRequest><CanonicalRequestBytes>" + spaced(canon) + "</CanonicalRequestBytes></Error>",
		"API":      string(quoted),
		"text":     sentence,
	} {
		e, ok := ReadEcho([]byte(body))
		if !ok || string(e.Canonical) != canon || string(e.StringToSign) != toSign {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, ok, string(e.Canonical), canon)
			continue
		}
		if d, ok := Compare(r, e); !ok || len(d) > 0 {
			t.Errorf("%s: %v %v", name, d, ok)
		}
		if strings.Contains(fmt.Sprintf("%v %+v", e, e), "amazonaws") {
			t.Error("the echo is printed")
		}
	}
	for _, body := range []string{"", "<Error><Code>AccessDenied</Code></Error>", "{}", strings.Repeat("<CanonicalRequest>", 1e5)} {
		if e, ok := ReadEcho([]byte(body)); ok {
			t.Errorf("%q %v", body[:min(len(body), 30)], e)
		}
	}
}

func TestCompare(t *testing.T) {
	r := signedRequest(t, "aws:amz:us-east-1:service")
	s, _ := Parse(r)
	canon := s.canonical(r)
	toSign := "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\nx"
	for _, c := range []struct {
		from, to string
		want     Part
		name     string
		text     string
	}{
		{"POST\n", "GET\n", PartMethod, "", "GET"},
		{"/a%2520b/c", "/prod/a%2520b/c", PartPath, "", "prefix"},
		{"/a%2520b/c", "/a%20b/c", PartPath, "", "encoding"},
		{"/c\n", "/c/\n", PartPath, "", "slash"},
		{"x=1&", "", PartQuery, "x", "did not arrive"},
		{"x=1&", "w=2&x=1&", PartQuery, "w", "not signed"},
		{"y=a%20b", "y=a%2Bb", PartQuery, "y", "differ"},
		{"x=1&y=a%20b", "y=a%20b&x=1", PartQuery, "", "order"},
		{"amazonaws.com:8443\n", "amazonaws.com\n", PartHeader, "host", "port"},
		{"text/plain", "text/plain; charset=utf-8", PartHeader, "content-type", "more at its end"},
		{"x-amz-meta-a:b c\n", "x-amz-meta-a:b  c\n", PartHeader, "x-amz-meta-a", "blanks"},
		{"content-type:text/plain\n", "", PartHeader, "content-type", "did not arrive"},
		{"content-type:text/plain\n", "accept:a\ncontent-type:text/plain\n", PartHeader, "accept", "server signs"},
		{";host", "", PartSignedHeaders, "", "lists"},
		{hashHex("hello\n"), hashHex(""), PartPayload, "", "empty body arrived"},
		{hashHex("hello\n"), "UNSIGNED-PAYLOAD", PartPayload, "", "UNSIGNED"},
		{hashHex("hello\n"), hashHex("hello"), PartPayload, "", "changed"},
		{"\n", " ", PartForm, "", "line breaks"},
	} {
		other := strings.Replace(canon, c.from, c.to, 1)
		if c.want == PartForm {
			other = strings.ReplaceAll(canon, c.from, c.to)
		}
		if other == canon {
			t.Fatalf("%q is not in the canonical request", c.from)
		}
		d, ok := Compare(r, Echo{Canonical: exchange.Raw(other)})
		if !ok || len(d) != 1 || d[0].Part != c.want || d[0].Name != c.name || !strings.Contains(d[0].Text, c.text) {
			t.Errorf("%q to %q: %v %v", c.from, c.to, d, ok)
		}
	}
	for _, c := range []struct {
		from, to string
		want     Part
	}{{"AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", PartAlgorithm}, {"us-east-1", "eu-west-1", PartScope}, {"T123600Z", "T123700Z", PartTime}} {
		d, ok := Compare(r, Echo{Canonical: exchange.Raw(canon), StringToSign: exchange.Raw(strings.Replace(toSign, c.from, c.to, 1))})
		if !ok || len(d) != 1 || d[0].Part != c.want {
			t.Errorf("%s: %v", c.from, d)
		}
	}
	if d, ok := Compare(r, Echo{StringToSign: exchange.Raw(toSign)}); !ok || len(d) != 1 || d[0].Part != PartForm {
		t.Error(d)
	}
	if _, ok := Compare(request(t, "GET", "https://h.test/"), Echo{Canonical: "x"}); ok {
		t.Error("compared without a signature")
	}
}

// Each canonical request of AWS's suite agrees with itself, and with no other.
func TestCompareSuite(t *testing.T) {
	dir := vectors(t)
	cases, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range cases {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name(), "header-signed-request.txt"))
		if err != nil {
			t.Fatal(err)
		}
		canon, err := os.ReadFile(filepath.Join(dir, e.Name(), "header-canonical-request.txt"))
		if err != nil {
			t.Fatal(err)
		}
		ctx, _ := os.ReadFile(filepath.Join(dir, e.Name(), "context.json"))
		if strings.Contains(strings.Join(strings.Fields(string(ctx)), ""), `"normalize":false`) {
			continue // S3's way with another service's name
		}
		d, ok := Compare(read(t, string(raw)), Echo{Canonical: exchange.Raw(canon)})
		if !ok || len(d) > 0 {
			t.Errorf("%s: %v %v", e.Name(), d, ok)
		}
	}
}

func TestExplain(t *testing.T) {
	r := signedRequest(t, "aws:amz:us-east-1:service")
	s, _ := Parse(r)
	canon := s.canonical(r)
	sign := func(canonical, key string) exchange.Request {
		scope := strings.Join([]string{s.Date, s.Region, s.Service, s.Terminator}, "/")
		value := strings.Replace(r.Header.Text("Authorization").Reveal(), s.Value.Reveal(), signature(s.Algorithm, s.Time, scope, canonical, key), 1)
		out := r.Clone()
		out.Header = out.Header.With(exchange.RequestField("Authorization", value))
		return out
	}
	swap := func(from, to string) string {
		if !strings.Contains(canon, from) {
			t.Fatalf("%q is not in the canonical request", from)
		}
		return strings.Replace(canon, from, to, 1)
	}
	for _, c := range []struct {
		name string
		req  exchange.Request
		want []Part
		how  string
	}{
		{"right", sign(canon, exampleKey), nil, "right"},
		{"key with line break", sign(canon, exampleKey+"\n"), []Part{PartKey}, "line break"},
		{"key encoded", sign(canon, url.QueryEscape(exampleKey)), []Part{PartKey}, "percent-encoded"},
		{"path once", sign(swap("%2520", "%20"), exampleKey), []Part{PartPath}, "path"},
		{"slash encoded", sign(swap("/a%2520b/c", "%2Fa%2520b%2Fc"), exampleKey), []Part{PartPath}, "slashes"},
		{"no query", sign(swap("x=1&y=a%20b", ""), exampleKey), []Part{PartQuery}, "left out"},
		{"plus", sign(swap("a%20b", "a%2Bb"), exampleKey), []Part{PartQuery}, "+"},
		{"no port", sign(swap("amazonaws.com:8443", "amazonaws.com"), exampleKey), []Part{PartHeader}, "port"},
		{"empty body", sign(swap(hashHex("hello\n"), hashHex("")), exampleKey), []Part{PartPayload}, "empty"},
		{"unsigned", sign(swap(hashHex("hello\n"), "UNSIGNED-PAYLOAD"), exampleKey), []Part{PartPayload}, "UNSIGNED"},
		{"body without line break", sign(swap(hashHex("hello\n"), hashHex("hello")), exampleKey), []Part{PartPayload}, "line break"},
		{"another key", sign(canon, "another"), []Part{PartKey}, "another key"},
	} {
		x, err := Explain(c.req, secret.New(exampleKey))
		if err != nil || x.OK != (c.want == nil) || !slices.Equal(x.Parts, c.want) || !strings.Contains(x.Text, c.how) {
			t.Errorf("%s: %+v %v", c.name, x, err)
		}
	}
	if _, err := Explain(request(t, "GET", "https://h.test/"), secret.New("k")); err == nil {
		t.Error("explained without a signature")
	}
}

func FuzzEcho(f *testing.F) {
	r := signedRequest(f, "aws:amz:us-east-1:service")
	s, _ := Parse(r)
	f.Add([]byte("<CanonicalRequest>" + s.canonical(r) + "</CanonicalRequest><StringToSign>AWS4-HMAC-SHA256\n1\n2/3\n4</StringToSign>"))
	f.Add([]byte(`{"message":"The Canonical String for this request should have been\n'GET\\n/\\n\\nhost:a\\n\\nhost\\nx'\n\nThe String-to-Sign should have been\n'A\\nB\\nC\\nD'"}`))
	f.Add([]byte("<CanonicalRequestBytes>0a 0a 0a 3a 0a zz</CanonicalRequestBytes>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, ok := ReadEcho(body)
		if !ok {
			return
		}
		d, _ := Compare(r, e)
		for _, x := range d {
			if x.Part == "" || x.Text == "" {
				t.Fatalf("%+v", x)
			}
		}
	})
}
