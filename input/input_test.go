package input

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"cmd.sh":      "#!/bin/sh\n# fetch\ncurl -u bob:secretpw https://a.test/x\n",
		"urls.txt":    "# two\nhttps://a.test/1\n\nb.test/2\n",
		"example.org": "https://in.the.file.test/",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args  []string
		stdin string
		want  string // agent, method and URL of each intent
	}{
		{[]string{"https://a.test/x?y=1"}, "", "why401 GET https://a.test/x?y=1"},
		{[]string{"a.test"}, "", "why401 GET https://a.test"},
		{[]string{"a.test/x"}, "", "why401 GET https://a.test/x"},
		{[]string{"a.test:8080/x"}, "", "why401 GET http://a.test:8080/x"},
		{[]string{"localhost:8080/x"}, "", "why401 GET http://localhost:8080/x"},
		{[]string{"localhost"}, "", "why401 GET http://localhost"},
		{[]string{"127.0.0.1"}, "", "why401 GET http://127.0.0.1"},
		{[]string{"[::1]:8080/"}, "", "why401 GET http://[::1]:8080/"},
		{[]string{"bücher.test/"}, "", "why401 GET https://xn--bcher-kva.test/"},
		{[]string{"bob:pw@a.test/"}, "", "why401 GET https://a.test/"},
		{[]string{"https://a.test/", "https://b.test/"}, "", "why401 GET https://a.test/; why401 GET https://b.test/"},
		{[]string{"curl", "-X", "PUT", "http://a.test/?a=1"}, "", "curl PUT http://a.test/?a=1"},
		{[]string{"sudo", "/usr/bin/curl", "http://a.test/"}, "", "curl GET http://a.test/"},
		{[]string{"$", "curl", "http://a.test/"}, "", "curl GET http://a.test/"},
		{[]string{"curl -d x=1 'http://a.test/'"}, "", "curl POST http://a.test/"},
		{[]string{"cmd.sh"}, "", "curl GET https://a.test/x"},
		{[]string{"urls.txt"}, "", "why401 GET https://a.test/1; why401 GET https://b.test/2"},
		{[]string{"example.org"}, "", "why401 GET https://in.the.file.test/"},
		{[]string{"-"}, "https://a.test/\n", "why401 GET https://a.test/"},
		{[]string{"-"}, "$ curl https://a.test/ \\\n  -X DELETE\n", "curl DELETE https://a.test/"},
		{[]string{"curl", "-d", "@-", "http://a.test/"}, "body", "curl POST http://a.test/"},
	} {
		r, err := Read(c.args, strings.NewReader(c.stdin), Options{Version: "1.2", Dir: dir})
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		var got []string
		for _, i := range r.Intents {
			got = append(got, i.Agent.Name+" "+i.Request.Method+" "+i.Request.URL.String())
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.args, g, c.want)
		}
		if r.What != "a URL" && r.What != "a curl command" {
			t.Errorf("%q: what is %q", c.args, r.What)
		}
	}
}

func TestPlainURLOnTheWire(t *testing.T) {
	r, err := Read([]string{"http://b%40b:p%3Aw@a.test:81/x?q=1#f"}, nil, Options{Version: "1.2"})
	if err != nil {
		t.Fatal(err)
	}
	i := r.Intents[0]
	want := "GET /x?q=1 HTTP/1.1\r\nHost: a.test:81\r\nAuthorization: Basic YkBiOnA6dw==\r\n" +
		"User-Agent: why401/1.2 (+https://github.com/why401/why401)\r\nAccept: */*\r\n\r\n"
	if got := string(i.Request.Wire()); got != want {
		t.Errorf("got %q", got)
	}
	if !i.Follow || i.Auth != exchange.AuthBasic || i.Login.From != "URL userinfo" || !i.Request.URL.User.Empty() {
		t.Errorf("%+v", i)
	}
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty.txt": " \n", "image.bin": "\x89PNG\x00\x01", "prose.txt": "hello there\n", "bad.sh": "curl --nonsense http://a.test/\n",
		"big.txt": strings.Repeat("x", maxText+1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		kind Kind
		want string
	}{
		{nil, Usage, "nothing to look at"},
		{[]string{"https://"}, Usage, "not a URL: host is empty"},
		{[]string{"ftp://a.test/"}, Usage, `not a URL: scheme "ftp": expected http or https`},
		{[]string{"https://a.test:99999999/"}, Usage, "not a URL: port"},
		{[]string{"https://u%00:hunter2hunter2@a.test/"}, Usage, "%00 is not allowed"},
		{[]string{"word"}, Usage, "word: not a URL and no such file"},
		{[]string{"two words"}, Usage, "not a URL, and nothing else"},
		{[]string{"./missing.txt"}, Unreadable, "./missing.txt: no such file"},
		{[]string{"missing.har"}, Usage, "missing.har: not a URL and no such file"},
		{[]string{"."}, Unreadable, "is a directory"},
		{[]string{"empty.txt"}, Unreadable, "empty.txt: empty"},
		{[]string{"image.bin"}, Unreadable, "image.bin: a picture"},
		{[]string{"prose.txt"}, Unreadable, "prose.txt: nothing in it is recognised"},
		{[]string{"big.txt"}, Unreadable, "big.txt: larger than 8 MiB"},
		{[]string{"bad.sh"}, Unreadable, "--nonsense: curl has no such option"},
		{[]string{"curl", "--nonsense", "http://a.test/"}, Usage, "curl command: --nonsense: curl has no such option"},
		{[]string{"curl", "-d", "@missing", "http://a.test/"}, Unreadable, `file "missing"`},
		{[]string{"https://a.test/", "-H"}, Usage, "put the word curl in front"},
		{[]string{"-"}, Unreadable, "standard input: empty"},
	} {
		r, err := Read(c.args, strings.NewReader(""), Options{Dir: dir})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, %v", c.args, r, err)
			continue
		}
		if e.Kind != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: kind %d, %v", c.args, e.Kind, err)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error holds the password", c.args)
		}
	}
}

func TestSecretInArguments(t *testing.T) {
	for args, want := range map[string]string{
		"curl -u bob:secretpw https://a.test/":               "the password of -u",
		"curl -H 'Authorization: Bearer x' https://a.test/":  "the header Authorization",
		"curl -H 'X-Api-Key: 123' https://a.test/":           "the header X-Api-Key",
		"https://bob:secretpw@a.test/":                       "the password of URL userinfo",
		"https://a.test/?access_token=abcdefghi":             "the query parameter access_token",
		"curl -x http://u:secretpw@p.test/ https://a.test/":  "the proxy's password",
		"curl -H 'Accept: x' 'https://a.test/?page=2' -b ''": "",
		"https://a.test/": "",
	} {
		r, err := Read([]string{args}, nil, Options{Typed: true})
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		got := fmt.Sprint(r.Intents[0].Notes)
		if strings.Contains(got, "shell's history") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", args, got)
		}
	}
	r, err := Read([]string{"-"}, strings.NewReader("curl -u bob:secretpw https://a.test/"), Options{Typed: true})
	if err != nil || strings.Contains(fmt.Sprint(r.Intents[0].Notes), "shell's history") {
		t.Errorf("standard input is not the command line: %v %v", r, err)
	}
	r, err = Read([]string{"curl -u bob:secretpw https://a.test/"}, nil, Options{})
	if err != nil || len(r.Intents[0].Notes) > 0 {
		t.Errorf("a request of a library's user was not typed: %v %v", r, err)
	}
}

func TestEvidence(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("thing", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]bool{"-": true, "a.test": true, "a/b": true, "a b": true, "x:1": true, "thing": true, "explain": false, "": false, "--help": false} {
		if Evidence(arg) != want {
			t.Errorf("Evidence(%q) = %v", arg, !want)
		}
	}
}

func TestAmbient(t *testing.T) {
	home := t.TempDir()
	netrc := "machine other.test login no password no\nmachine a.test\n  login bob\n  password hunter2hunter2\ndefault login any password anyany\n"
	if err := os.WriteFile(filepath.Join(home, ".netrc"), []byte(netrc), 0o600); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(home, "cc")
	if err := os.WriteFile(cache, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url  string
		env  map[string]string
		want []string
		not  string
	}{
		{"https://a.test/", nil, []string{"~/.netrc:2", "machine a.test applies to a.test: login bob and a password"}, "proxy"},
		{"https://b.test/", nil, []string{"~/.netrc:5", "the default entry applies to b.test: login any"}, ""},
		{"https://a.test/", map[string]string{"HTTPS_PROXY": "http://u:hunter2hunter2@px.test:3128"},
			[]string{"HTTPS_PROXY sends requests for https://a.test through the proxy http://px.test:3128, as user u"}, ""},
		{"https://a.test/", map[string]string{"http_proxy": "http://px.test:3128"}, nil, "px.test"},
		{"http://a.test/", map[string]string{"HTTP_PROXY": "px.test:3128"}, []string{"curl does not obey this spelling"}, ""},
		{"http://a.test/", map[string]string{"all_proxy": "socks5://px.test"}, []string{"socks5://px.test:1080"}, ""},
		{"https://a.test/", map[string]string{"https_proxy": "px.test:3128", "NO_PROXY": ".test"}, []string{"https_proxy names a proxy, but NO_PROXY excludes a.test"}, ""},
		{"https://a.test/", map[string]string{"https_proxy": "http://:hunter2hunter2@:"}, []string{"https_proxy is set, but not to the address of a proxy"}, ""},
		{"https://a.test/", map[string]string{"KRB5CCNAME": "FILE:" + cache}, []string{"ticket cache that exists"}, ""},
		{"https://a.test/", map[string]string{"KRB5CCNAME": "/nonexistent/cc"}, []string{"which does not exist"}, ""},
		{"https://a.test/", map[string]string{"KRB5CCNAME": "KEYRING:persistent:0"}, []string{"of the kind KEYRING"}, ""},
		{"https://a.test/", map[string]string{"NETRC": filepath.Join(home, "none")}, nil, "machine"},
	} {
		u, err := exchange.ParseURL(c.url)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, f := range Ambient(func(n string) string { return c.env[n] }, home, u) {
			fmt.Fprintln(&got, f.From, f.Text)
		}
		for _, w := range c.want {
			if !strings.Contains(got.String(), w) {
				t.Errorf("%s %v: %q is missing in\n%s", c.url, c.env, w, &got)
			}
		}
		if c.not != "" && strings.Contains(got.String(), c.not) || strings.Contains(got.String(), "hunter2") {
			t.Errorf("%s %v: too much in\n%s", c.url, c.env, &got)
		}
	}
}

// TestHowAFileWasWritten: what a program that reads a configuration stumbles over is said, although the text was decoded
// before its reader saw it.
func TestHowAFileWasWritten(t *testing.T) {
	const npmrc = "//registry.example.com/:_authToken=npm_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE\nalways-auth=true\n"
	var wide strings.Builder
	for _, c := range []byte(npmrc) {
		wide.Write([]byte{c, 0})
	}
	for text, want := range map[string]string{
		"\ufeff" + npmrc:           "byte order mark",
		"\xff\xfe" + wide.String(): "UTF-16",
		wide.String():              "UTF-16",
		"; J\xfcrgen\n" + npmrc:    "not UTF-8",
		"\ufeffalice:$apr1$abcdefgh$0123456789abcdefghijkl\n": "byte order mark",
	} {
		r, err := Read([]string{"-"}, strings.NewReader(text), Options{})
		if err != nil || len(r.Evidence.Settings) == 0 || !strings.Contains(fmt.Sprint(r.Evidence.Facts), want) {
			t.Errorf("%.20q: %v, facts %v", text, err, r.Evidence.Facts)
		}
	}
}
