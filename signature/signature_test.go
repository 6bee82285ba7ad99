package signature

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/why401/why401/exchange"
)

func names(ms []Match) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Product)
	}
	return out
}

func TestWhoWroteAndWhoPassed(t *testing.T) {
	for _, c := range []struct {
		sample, writer, version string
		path                    []string
	}{
		{"testdata/nginx-401-basic.http", "nginx", "1.22.1", nil},
		{"testdata/nginx-passes-apache-401.http", "Apache httpd", "", []string{"nginx"}},
		{"testdata/varnish-passes-nginx-401.http", "nginx", "1.22.1", []string{"Varnish"}},
		{"testdata/squid-passes-nginx-401.http", "nginx", "1.22.1", []string{"Squid"}},
		{"testdata/caddy-passes-nginx-401.http", "nginx", "1.22.1", []string{"Caddy"}},
		{"testdata/varnish-503.http", "Varnish", "7.1", nil},
		{"testdata/squid-407.http", "Squid", "5.7", nil},
		{"testdata/prometheus-401.http", "Prometheus", "", nil},
		{"HTTP/1.1 401 Unauthorized\nServer: cloudflare\nCF-RAY: 8a-FRA\nVia: 1.1 varnish (Varnish/7.1)\nX-Varnish: 2\n\nHTTP 401 Invalid credential",
			"CiviCRM", "", []string{"Cloudflare", "Varnish"}},
		{"HTTP/1.1 401 Unauthorized\nServer: nginx\n\n{\"error\":\"no\"}", "", "", []string{"nginx"}},
	} {
		x := sampleExchange(sampleText(t, c.sample))
		w, ok := Writer(x)
		if w.Product != c.writer || ok != (c.writer != "") || w.Version != c.version {
			t.Errorf("%.40q: writer %q %q, want %q %q", c.sample, w.Product, w.Version, c.writer, c.version)
		}
		if got := names(Path(x)); !slices.Equal(got, c.path) {
			t.Errorf("%.40q: path %v, want %v", c.sample, got, c.path)
		}
	}
	if Matches(nil) != nil || Matches(&exchange.Exchange{}) != nil || Meanings(nil) != nil {
		t.Error("no reply, but a match")
	}
}

// Location and Set-Cookie are closed: they are matched, and no fact shows them.
func TestClosedValuesAreNotQuoted(t *testing.T) {
	const token = "s3cr3tS3ss10nT0k3nV4lue"
	x := sampleExchange("HTTP/1.1 302 Found\nLocation: https://idp.example/login?ticket=" + token +
		"\nSet-Cookie: PHPSESSID=" + token + "\nX-Drupal-Cache: HIT\n\nsee /login " + token)
	m, ok := LoginPage(x)
	if !ok || m.ID != "login-page/redirect" {
		t.Fatalf("login page: %v %v", m, ok)
	}
	for _, m := range Matches(x) {
		for _, f := range m.Because {
			if strings.Contains(f.Text, token) {
				t.Errorf("%s shows a closed value: %s", m.ID, f.Text)
			}
		}
	}
	if !x.Header().Text("Location").Closed() {
		t.Fatal("Location is public: the test proves nothing")
	}
}

// A pattern that runs over a token in the body does not carry it into a fact.
func TestQuoteHidesTokens(t *testing.T) {
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
	if got := quote("Bearer " + token + " is bad"); strings.Contains(got, token) || !strings.Contains(got, "Bearer") {
		t.Errorf("quote: %q", got)
	}
	if got := quote(strings.Repeat("word ", 100)); len(got) > quoteMax+3 {
		t.Errorf("quote is %d bytes long", len(got))
	}
}

func TestLoginPageKeepsApart(t *testing.T) {
	for _, raw := range []string{
		"200 <html><head><title>Pricing</title></head><body><nav><a href=/login>Log in</a></nav></body></html>",
		"200 {\"login\":\"https://x.example/login\",\"password\":\"\"}",
		"HTTP/1.1 302 Found\nLocation: /home\n\n",
		"HTTP/1.1 302 Found\nLocation: https://login.example.com/welcome\n\n",
		"HTTP/1.1 200 OK\nLocation: /login\n\nok",
		"404 <title>Log in</title>",
	} {
		if m, ok := LoginPage(sampleExchange(raw)); ok {
			t.Errorf("%.60q is taken for a login page: %s %v", raw, m.ID, m.Because)
		}
	}
}

func TestMeaningHasOneEntryPerProduct(t *testing.T) {
	x := sampleExchange("401 {\"error\":\"JsonWebTokenError: invalid signature\",\"message\":\"invalid signature\"}")
	ms := Meanings(x)
	if len(ms) != 1 || ms[0].Meaning != SignatureInvalid || ms[0].Because.From.Exchange != 1 {
		t.Errorf("meanings: %+v", ms)
	}
	if ms := Meanings(sampleExchange("200 how to fix 'jwt expired' and 'jwt malformed'")); ms != nil {
		t.Errorf("a delivered page is no refusal: %+v", ms)
	}
	if ms := Meanings(sampleExchange("401 {\"message\":\"The consumer isn\\u0027t authorized to access %resources.\"}")); len(ms) == 0 {
		t.Error("an escaped sentence is not understood")
	}
}

func TestMistakesHaveTheirLine(t *testing.T) {
	const head = "product: X\nlayer: edge\nentries:\n"
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", head + "  - id: x/y\n    says: wrote\n    weight: 1\n    boddy: abcd\n", "a.yaml:7: unknown key \"boddy\""},
		{"bad pattern", head + "  - id: x/y\n    says: wrote\n    weight: 1\n    body_match: '('\n", "a.yaml:7: body_match"},
		{"bad status", head + "  - id: x/y\n    says: wrote\n    weight: 1\n    status: 4o1\n", "a.yaml:7: status"},
		{"weight", head + "  - id: x/y\n    says: wrote\n    weight: 101\n    status: 401\n", "a.yaml:6: weight"},
		{"no condition", head + "  - id: x/y\n    says: wrote\n    weight: 1\n", "has no condition"},
		{"says", head + "  - id: x/y\n    says: maybe\n", "a.yaml:5: says"},
		{"layer", "product: X\nlayer: cloud\nentries: []\n", "a.yaml:2: unknown layer"},
		{"short body", head + "  - id: x/y\n    says: wrote\n    weight: 1\n    body: ab\n", "a.yaml:7: body"},
		{"same key twice", "product: X\nproduct: Y\nentries: []\n", "a.yaml:2:"},
		{"same id twice", head + "  - id: x/y\n    says: wrote\n    weight: 1\n    status: 401\n  - id: x/y\n    says: wrote\n    weight: 1\n    status: 401\n", "is taken by a.yaml:4"},
		{"alias", "product: &a X\nlayer: edge\nentries: []\n", "a.yaml:1:"},
		{"no YAML", "product: [\n", "a.yaml:"},
		{"empty", "", "a.yaml"},
	} {
		_, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(c.text)}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	_, err := Load(fstest.MapFS{"phrases/a.yaml": {Data: []byte("product: X\nphrases:\n  - meaning: nonsense\n    text: abcd\n")}})
	if err == nil || !strings.Contains(err.Error(), "phrases/a.yaml:3: unknown meaning") {
		t.Errorf("unknown meaning: %v", err)
	}
}

func TestConditions(t *testing.T) {
	const reply = "HTTP/1.1 401 No\nServer: Foo/1.2\nX-Foo-Bar: 1\nSet-Cookie: sid=1\nWWW-Authenticate: Basic realm=\"a \\\"b\\\"\", Bearer realm=c, error=\"e\"\n\n" +
		`{"a":{"b":[{"c":7},{"c":"x"}]},"t":true}`
	for cond, want := range map[string]bool{
		"status: 401": true, "status: 4xx": true, "status: [403, 5xx]": false,
		"reason: 'No'": true, "reason: Unauthorized": false,
		"header: server": true, "header: x-foo-*": true, "header: 'X-Bar*'": false, "header: 'Server: foo'": true,
		"header: {name: Server, is: foo/1.2}": true, "header: {name: Server, is: foo}": false, "header: {name: Server, prefix: foo}": true,
		"header: {name: Server, match: '^Foo/[0-9]'}": true,
		"absent: Server": false, "absent: [Via, Date]": true, "absent: 'X-Foo*'": false,
		"cookie: sid": true, "cookie: si": false, "cookie: 'si*'": true,
		"body: '\"t\":true'": true, "body: ['\"c\":7', nope]": false, "body_is: x": false, "body_match: '\"c\":\\d'": true,
		"challenge: basic": true, "challenge: Bearer": true, "challenge: Digest": false,
		"challenge: {scheme: Basic, realm: 'a \"b\"'}": true, "challenge: {scheme: Bearer, realm: c, error: e}": true,
		"challenge: {realm: 'a'}": false, "challenge: {scheme: Basic, proxy: true}": false, "challenge: {error: '/[a-f]/'}": true,
		"json: a.b": true, "json: {path: a.b, list: true}": true, "json: {path: a.b.0.c, is: 7}": true, "json: {path: a.b.*.c, is: x}": true,
		"json: {path: a.b.2.c, is: x}": false, "json: {path: t, is: true}": true, "json: {path: a.b.1.c, match: '^[xy]$'}": true, "json: [t, z]": false,
		"any: [{status: 403}, {cookie: sid}]": true, "not: [{status: 403}, {cookie: sid}]": false, "all: [{status: 401}, {not: {header: Via}}]": true,
		"from_connect: true": false, "not: {from_connect: true}": true,
	} {
		s, err := Load(fstest.MapFS{"a.yaml": {Data: []byte("product: X\nentries:\n  - id: x/y\n    says: wrote\n    weight: 1\n    " + cond + "\n")}})
		if err != nil {
			t.Errorf("%s: %v", cond, err)
			continue
		}
		if got := len(s.Match(sampleExchange(reply))) == 1; got != want {
			t.Errorf("%s: %v, want %v", cond, got, want)
		}
	}
}

// The scanner finds exactly what strings.Contains finds.
func TestScannerAgreesWithContains(t *testing.T) {
	s := newScanner()
	lits := []string{"abcd", "bcde", "aaaa", "aaaab", "abcdabcd", "<h1>", "\x00\x00\x00\x00", "日本"}
	for _, l := range lits {
		s.add(l)
	}
	s.build()
	for _, text := range []string{"", "abc", "abcd", "xabcdabce", "aaaaab", "abcdabcd", "ab\x00\x00\x00\x00", "日本語<h1>", strings.Repeat("a", 100) + "b"} {
		found := make([]bool, s.count())
		s.scan([]byte(text), found)
		for i, l := range lits {
			if found[i] != strings.Contains(text, l) {
				t.Errorf("%q in %q: %v", l, text, found[i])
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("HTTP/1.1 401 Unauthorized\r\nServer: nginx\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n<center>nginx", false)
	f.Add("401 {\"error\":{\"a\":[1,null]},\"m\":\"\\u0027 &#39; \\\\\"}", true)
	f.Add("HTTP/2 302\nLocation: ://\xff\nSet-Cookie: =\n\n\\u00", true)
	f.Fuzz(func(t *testing.T, raw string, connect bool) {
		x := sampleExchange(raw)
		x.Conn.FromProxy = connect
		ms := Matches(x)
		for i, m := range ms {
			if m.Product == "" || len(m.Because) == 0 || i > 0 && ms[i-1].Weight < m.Weight {
				t.Fatalf("bad match %+v", m)
			}
		}
		Writer(x)
		Path(x)
		LoginPage(x)
		Meanings(x)
	})
}

func FuzzLoad(f *testing.F) {
	f.Add("product: X\nlayer: edge\nentries:\n  - id: x/y\n    says: wrote\n    weight: 1\n    any: [{json: a.b}, {challenge: {realm: x}}]\n", "401 {}")
	f.Add("product: X\nphrases:\n  - meaning: captcha\n    text: [abcd, efgh]\n", "403 abcd")
	f.Fuzz(func(t *testing.T, text, raw string) {
		for _, name := range []string{"a.yaml", "phrases/a.yaml"} {
			s, err := Load(fstest.MapFS{name: {Data: []byte(text)}})
			if err != nil {
				if !strings.HasPrefix(err.Error(), name) {
					t.Fatalf("error without its file: %v", err)
				}
				continue
			}
			x := sampleExchange(raw)
			s.Match(x)
			s.Meanings(x)
		}
	})
}

// A body that was pasted alone has no status: an entry that asks for one and nothing else says nothing of it.
func TestStatusUnseen(t *testing.T) {
	x := &exchange.Exchange{Unseen: exchange.WholeRequest | exchange.StatusLine | exchange.ResponseHeader,
		Response: &exchange.Response{Body: exchange.Body{Bytes: []byte(`{"message":"Consumer is not authorized to access %resources","parameters":{"resources":"self"}}`)}}}
	for _, m := range Matches(x) {
		if m.Product != "Magento" {
			t.Errorf("%s was found in a body of Magento: %s", m.Product, m.ID)
		}
	}
}
