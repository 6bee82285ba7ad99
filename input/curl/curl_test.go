package curl_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/secret"
)

// read expects exactly one intent.
func read(t *testing.T, text string) *exchange.Intent {
	t.Helper()
	in, err := curl.Commands(text, curl.Options{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if len(in) != 1 {
		t.Fatalf("%s: %d intents", text, len(in))
	}
	return in[0]
}

func notes(i *exchange.Intent) string {
	var b strings.Builder
	for _, n := range i.Notes {
		b.WriteString(n.Text + "\n")
	}
	return b.String()
}

func TestShellLoss(t *testing.T) {
	for _, c := range []struct {
		text string
		want []exchange.ShellLoss
		note string
	}{
		{"curl http://h.test/?a=1&consumer_secret=x&c=3",
			[]exchange.ShellLoss{{Char: "&", Name: "consumer_secret", In: "URL", Line: 1, Col: 24}, {Char: "&", Name: "c", In: "URL", Line: 1, Col: 42}},
			"the unquoted & at line 1:24 ends the command: bash never gives curl what follows (consumer_secret, c)"},
		{"curl http://h.test/haproxy;csv -s", []exchange.ShellLoss{{Char: ";", Name: "csv", In: "URL", Line: 1, Col: 27}}, "the unquoted ;"},
		{"curl 'http://h.test/?a=1&b=2'", nil, ""},
		{"curl http://h.test/?a=1 & wait", nil, ""},
		{"curl http://h.test/; echo done", nil, ""},
		{"curl http://h.test/ && echo done", nil, ""},
		{`curl -u "bob:pa$word" http://h.test/`, []exchange.ShellLoss{{Char: "$", Name: "word", In: "-u", Line: 1, Col: 16}}, "$word at line 1:16 is a shell variable that the text does not set"},
		{`curl -H "Authorization: Bearer ${TOKEN}" http://h.test/`, []exchange.ShellLoss{{Char: "$", Name: "TOKEN", In: "-H", Line: 1, Col: 32}}, "$TOKEN"},
		{"T=x\ncurl -H \"A: $T\" http://h.test/$X", []exchange.ShellLoss{{Char: "$", Name: "X", In: "URL", Line: 2, Col: 31}}, "$X"},
		{"FOO=bar curl http://h.test/$FOO", []exchange.ShellLoss{{Char: "$", Name: "FOO", In: "URL", Line: 1, Col: 28}}, "$FOO"},
		{`curl -u "bob:pa!word" http://h.test/`, []exchange.ShellLoss{{Char: "!", In: "-u", Line: 1, Col: 10}}, ""},
		{`curl -H “X:1” http://h.test/`, []exchange.ShellLoss{{Char: "“", In: "-H", Line: 1, Col: 9}}, "typographic"},
		{"curl -s \\\r\n http://h.test/", []exchange.ShellLoss{{Char: `\r`, Line: 1, Col: 1}}, "Windows line ends"},
	} {
		i := read(t, c.text)
		if d := cmp.Diff(c.want, i.Lost); d != "" {
			t.Errorf("%s\n%s", c.text, d)
		}
		if !strings.Contains(notes(i), c.note) || c.note == "" && len(i.Notes) > 0 {
			t.Errorf("%s: notes %q", c.text, notes(i))
		}
	}
}

func TestUnknownVariableStaysAsWritten(t *testing.T) {
	t.Setenv("TOKEN", "from-the-environment")
	i := read(t, `curl -H "Authorization: Bearer $TOKEN" "http://h.test/${TOKEN}/x"`)
	if got := i.Request.Header.Text("Authorization"); !got.Is("Bearer $TOKEN") {
		t.Errorf("got %q", got.Reveal())
	}
	if i.Request.URL.Path != "/${TOKEN}/x" && !strings.Contains(i.Request.URL.Path, "TOKEN") {
		t.Errorf("path %q", i.Request.URL.Path)
	}
}

func TestPrompts(t *testing.T) {
	for _, text := range []string{
		"$ curl http://h.test/p -H 'A: 1'",
		"# curl http://h.test/p -H 'A: 1'",
		"% curl http://h.test/p -H 'A: 1'",
		"bob@box:~/src$ curl http://h.test/p -H 'A: 1'",
		"root@box:/# curl http://h.test/p -H 'A: 1'",
		"  $ sudo curl http://h.test/p \\\n>   -H 'A: 1'",
		"$ curl http://h.test/p \\\n  -H 'A: 1'\n",
		"\ufeffcurl http://h.test/p -H 'A: 1'",
		"time curl http://h.test/p -H 'A: 1' | jq .",
		"env -i X=1 curl.exe http://h.test/p -H 'A: 1'",
		"sh -c \"curl http://h.test/p -H 'A: 1'\"",
		"if true; then\n  curl http://h.test/p -H 'A: 1' || exit 1\nfi",
		"timeout 5 curl http://h.test/p -H 'A: 1'",
		"# a comment about curl http://other.test/\ncurl http://h.test/p -H 'A: 1'",
	} {
		i := read(t, text)
		if i.Request.URL.String() != "http://h.test/p" || i.Request.Header.Get("A") == "" {
			t.Errorf("%q: %s %v", text, i.Request.URL, i.Request.Header)
		}
	}
}

func TestWhatCannotBeKnown(t *testing.T) {
	for text, want := range map[string]string{
		`curl -H "Authorization: Bearer $(cat token)" http://h.test/`: "line 1:32: a command substitution",
		"curl -u user:`pass show x` http://h.test/":                   "line 1:14: a command substitution",
		"curl -d <(id) http://h.test/":                                "line 1:9: a process substitution",
		"curl <(id)":                                                  "a process substitution",
		"curl http://h.test/$((1+2))":                                 "an arithmetic expansion",
		"T=$(curl -s http://a.test/login | jq -r .t)\ncurl -H \"Authorization: Bearer $T\" http://h.test/": "line 2:32: $T comes from a command",
		"curl -d 'x http://h.test/":                        "line 1:9: bash cannot read this",
		"wget http://h.test/":                              "no curl command",
		"ssh box curl http://h.test/":                      "no curl command",
		`curl "http://h.test/" ^` + "\n" + `  -H ^"A: 1^"`: "Windows prompt",
		"curl -d @- http://h.test/":                        "reads standard input",
	} {
		_, err := curl.Commands(text, curl.Options{})
		var u *curl.UsageError
		if !errors.As(err, &u) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestMissingFileIsNamed(t *testing.T) {
	for text, name := range map[string]string{
		"curl -d @no-such-body http://h.test/":   "no-such-body",
		"curl -F a=@no-such-part http://h.test/": "no-such-part",
		"curl -T no-such-file http://h.test/":    "no-such-file",
		"curl -K no-such-conf http://h.test/":    "no-such-conf",
		"curl -d @- http://h.test/ < no-such-in": "no-such-in",
	} {
		_, err := curl.Commands(text, curl.Options{Dir: t.TempDir()})
		var f *curl.FileError
		if !errors.As(err, &f) || f.Name != name || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "huge"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(16<<20 + 1); err != nil {
		t.Fatal(err)
	}
	f.Close()
	_, err = curl.Commands("curl --data-binary @huge http://h.test/", curl.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestWords(t *testing.T) {
	// Words that a shell has already split must not be read by a shell again.
	in, err := curl.Args([]string{"curl", "-H", "X: $HOME `id` 'q'", "-u", "a:b&c;d", "http://h.test/?a=1&b=2"}, curl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	i := in[0]
	if got := i.Request.Header.Text("X").Reveal(); got != "X: $HOME `id` 'q'"[3:] {
		t.Errorf("header %q", got)
	}
	if !i.Login.Password.Is("b&c;d") || i.Request.URL.RawQuery().Reveal() != "a=1&b=2" || len(i.Lost) != 0 {
		t.Errorf("%q %q %v", i.Login.Password.Reveal(), i.Request.URL.RawQuery().Reveal(), i.Lost)
	}
}

func TestPasswordMissing(t *testing.T) {
	i := read(t, "curl -u alice https://h.test/")
	if !i.Login.NeedPassword || i.Auth != exchange.AuthBasic || i.Request.Header.Has("Authorization") || i.Login.User.String() != "alice" {
		t.Fatalf("%+v", i.Login)
	}
	i.SetPassword(secret.New("pw"), "prompt")
	if i.Request.Header[1].Line() != "Authorization: Basic YWxpY2U6cHc=" || i.Login.NeedPassword || i.Login.From != "prompt" {
		t.Errorf("%v %+v", i.Request.Header, i.Login)
	}
}

func TestLogins(t *testing.T) {
	for _, c := range []struct {
		text     string
		auth     exchange.Auth
		from     string
		user, pw string
		full     bool
	}{
		{"curl -u a:b http://h.test/", exchange.AuthBasic, "-u", "a", "b", false},
		{"curl http://a:b@h.test/", exchange.AuthBasic, "URL userinfo", "a", "b", false},
		{"curl http://a%3A:b%2540@h.test/", exchange.AuthBasic, "URL userinfo", "a:", "b%40", false},
		{"curl --digest -u a:b http://h.test/", exchange.AuthDigest, "-u", "a", "b", false},
		{"curl --digest -u a:b -d x http://h.test/", exchange.AuthDigest, "-u", "a", "b", true},
		{"curl --ntlm -u a:b -F x=1 http://h.test/", exchange.AuthNTLM, "-u", "a", "b", true},
		{"curl --negotiate -u : -d x http://h.test/", exchange.AuthNegotiate, "-u", "", "", false},
		{"curl --anyauth -u a:b -d x http://h.test/", exchange.AuthAny, "-u", "a", "b", false},
		{"curl --aws-sigv4 aws:amz:us-east-1:s3 -u AK:SK http://h.test/", exchange.AuthSigV4, "-u", "AK", "SK", false},
		{"curl -u a:b -H 'Authorization: Bearer t' http://h.test/", exchange.AuthHeader, "-u", "a", "b", false},
		{"curl --oauth2-bearer t http://h.test/", exchange.AuthHeader, "", "", "", false},
		{"curl http://h.test/", exchange.AuthHeader, "", "", "", false},
	} {
		i := read(t, c.text)
		l := i.Login
		if i.Auth != c.auth || l.From != c.from || !l.User.Is(c.user) || !l.Password.Is(c.pw) || (i.Full != nil) != c.full {
			t.Errorf("%s: %q from %q user %q password %q full %v", c.text, i.Auth, l.From, l.User.Reveal(), l.Password.Reveal(), i.Full != nil)
		}
		if !i.Request.URL.User.Empty() {
			t.Errorf("%s: userinfo is still in the URL", c.text)
		}
	}
	i := read(t, "curl --aws-sigv4 aws:amz:us-east-1:s3 -u AK:SK http://h.test/")
	if i.Login.Sigv4 != "aws:amz:us-east-1:s3" || i.Request.Header.Has("Authorization") {
		t.Errorf("%+v", i)
	}
}

func TestNothingSecretIsPrinted(t *testing.T) {
	const pw, token, query = "s3cr3t-Passw0rd", "tok-EN-1234567890", "k3y-in-the-query"
	i := read(t, "curl -u bob:"+pw+" -H 'Authorization: Bearer "+token+"' 'http://h.test/?api_key="+query+"' -x http://pu:"+pw+"@proxy.test:3128 -d password="+pw+" --pass "+pw+" -E cert:"+pw)
	out := fmt.Sprintf("%v %+v %#v %s", i, *i, *i, notes(i))
	for _, s := range []string{pw, token, query} {
		if strings.Contains(out, s) {
			t.Errorf("%q shows in %s", s, out)
		}
	}
}

func TestConnectionOptions(t *testing.T) {
	i := read(t, `curl -L --location-trusted --max-redirs 3 --post301 -k --cacert ca.pem --capath /ca -E 'my\:cert.pem:pa:ss' --cert-type P12 --key k.pem \
		--resolve '+api.test:443:[::1],10.0.0.1' --resolve '*:80:10.0.0.2' --connect-to '[::1]:1:[::2]:2' --connect-to :::8443 --interface eth0 -4 --http1.1 -m 2.5 --connect-timeout 1 --unix-socket /s https://api.test/`)
	if !i.Follow || !i.Trusted || i.MaxHops != 3 || !i.KeepPost || i.IP != 4 || i.Iface != "eth0" || i.HTTP != "1.1" ||
		i.Timeout != 2500*time.Millisecond || i.Connect != time.Second || i.Socket != "/s" {
		t.Errorf("%+v", i)
	}
	want := exchange.TLSOptions{Insecure: true, CAFile: "ca.pem", CADir: "/ca", CertFile: "my:cert.pem", CertType: "P12", KeyFile: "k.pem"}
	got := i.TLS
	if !got.CertPassword.Is("pa:ss") {
		t.Error("the certificate's password is not taken")
	}
	if got.CertPassword = (secret.Text{}); got != want {
		t.Errorf("TLS %+v", got)
	}
	if d := cmp.Diff(map[string]string{"api.test:443": "[::1]:443", "*:80": "10.0.0.2:80", "::1:1": "[::2]:2"}, i.Resolve); d != "" {
		t.Error(d)
	}
}

func TestProxyOptions(t *testing.T) {
	i := read(t, "curl -x socks5h://u:p@px.test --noproxy a.test -p --proxy-insecure --proxy-digest https://h.test/")
	p := i.Proxy
	if p == nil || p.URL.Scheme != "socks5h" || p.URL.Address() != "px.test:1080" || !p.Login.User.Is("u") || !p.Login.Password.Is("p") ||
		!p.Tunnel || !p.Insecure || p.Auth != exchange.AuthDigest || p.From != "-x" || i.NoProxy != "a.test" {
		t.Errorf("%+v", p)
	}
	if i := read(t, "curl -x px.test:3128 --noproxy '.h.test,x' https://api.h.test/"); i.Proxy != nil {
		t.Errorf("--noproxy is ignored: %+v", i.Proxy)
	}
	if i := read(t, "curl -x '' https://api.h.test/"); i.Proxy != nil || i.NoProxy != "*" {
		t.Errorf("%+v %q", i.Proxy, i.NoProxy)
	}
	if i := read(t, "https_proxy=http://u:p@px.test:3128 curl https://h.test/"); i.Proxy == nil || i.Proxy.From != "https_proxy" {
		t.Errorf("%+v", i.Proxy)
	}
	if i := read(t, "HTTP_PROXY=http://px.test:3128 curl http://h.test/"); i.Proxy != nil {
		t.Errorf("HTTP_PROXY in capitals is obeyed: %+v", i.Proxy)
	}
}

func TestNoProxy(t *testing.T) {
	for _, c := range []struct {
		list, host string
		want       bool
	}{
		{"", "a.test", false}, {"*", "a.test", true}, {"a.test", "a.test", true}, {"a.test", "b.a.test", true},
		{".a.test", "a.test", true}, {"a.test", "ba.test", false}, {"x, a.test y", "A.test.", true},
		{"10.0.0.0/8", "10.1.2.3", true}, {"10.0.0.0/8", "11.1.2.3", false}, {"::1", "::1", true}, {"[::1]", "::1", true},
		{"127.0.0.1", "127.0.0.1", true}, {"0.0.1", "127.0.0.1", false},
	} {
		if got := curl.NoProxy(c.list, c.host); got != c.want {
			t.Errorf("NoProxy(%q, %q) = %v", c.list, c.host, got)
		}
	}
}

func TestUnmodelledOptionsAreNamed(t *testing.T) {
	i := read(t, "curl --haproxy-protocol --doh-url https://d.test --ca-native http://h.test/ -s")
	for _, name := range []string{"--haproxy-protocol", "--doh-url", "--ca-native"} {
		if !strings.Contains(notes(i), name+" is not modelled") {
			t.Errorf("%s is missing in %q", name, notes(i))
		}
	}
	if strings.Contains(notes(i), "silent") {
		t.Errorf("a harmless option is mentioned: %q", notes(i))
	}
}

func TestCurlrc(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".curlrc"), []byte("user-agent = \"mine\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"-s": "mine", "-q": "curl/" + curl.Version} {
		in, err := curl.Args([]string{args, "http://h.test/"}, curl.Options{Home: home})
		if err != nil || in[0].Request.Header.Get("User-Agent") != want {
			t.Errorf("%s: %v %v", args, in, err)
		}
		if strings.Contains(notes(in[0]), ".curlrc") != (args == "-s") {
			t.Errorf("%s: %q", args, notes(in[0]))
		}
	}
}
