package cred

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const someJWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl"

func request(t *testing.T, url string, fields ...string) exchange.Request {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{Method: "GET", URL: u}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header = append(r.Header, exchange.RequestField(name, value))
	}
	return r
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		url    string
		fields []string
		want   []string // "Place kind"
	}{
		{"nothing", "https://h/p?page=2&q=some+longer+words&sort=name", []string{"Accept: */*", "Referer: https://x/y", "X-Flag: true", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "X-CSRF-Token: abcdef0123456789"}, nil},
		{"basic", "https://h/", []string{"authorization: Basic " + b64("u:p")}, []string{"authorization basic"}},
		{"bearer", "https://h/", []string{"Authorization: Bearer abcdef"}, []string{"Authorization bearer"}},
		{"jwt", "https://h/", []string{"Authorization: Bearer " + someJWT}, []string{"Authorization jwt"}},
		{"bare jwt", "https://h/", []string{"Authorization: " + someJWT}, []string{"Authorization jwt"}},
		{"bare", "https://h/", []string{"Authorization: abcdef"}, []string{"Authorization other"}},
		{"token", "https://h/", []string{"Authorization: Token abcdef"}, []string{"Authorization apikey"}},
		{"digest", "https://h/", []string{`Authorization: Digest username="u"`}, []string{"Authorization digest"}},
		{"sigv4", "https://h/", []string{"Authorization: AWS4-HMAC-SHA256 Credential=a"}, []string{"Authorization sigv4"}},
		{"oauth1", "https://h/", []string{`Authorization: OAuth oauth_nonce="a"`}, []string{"Authorization oauth1"}},
		{"oauth as bearer", "https://h/", []string{`Authorization: OAuth ya29.abc`}, []string{"Authorization bearer"}},
		{"ntlm in negotiate", "https://h/", []string{"Authorization: Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw=="}, []string{"Authorization ntlm"}},
		{"kerberos", "https://h/", []string{"Authorization: Negotiate YIIC"}, []string{"Authorization negotiate"}},
		{"canary", "https://h/", []string{"Authorization: Why401-Canary 1"}, nil},
		{"two", "https://h/", []string{"Authorization: Bearer a", "Authorization: Basic " + b64("a:b"), "Proxy-Authorization: Basic " + b64("a:b")},
			[]string{"Authorization bearer", "Authorization basic", "Proxy-Authorization basic"}},
		{"cookie", "https://h/", []string{"Cookie: a=b; PHPSESSID=c"}, []string{"Cookie cookie"}},
		{"keys", "https://h/", []string{"X-API-Key: abc", "PRIVATE-TOKEN: glpat-aaaaaaaaaaaaaaaaaaaa", "X-Unheard-Of: hunter2", "X-Civi-Auth: Bearer abc", "X-Other: " + someJWT},
			[]string{"X-API-Key apikey", "PRIVATE-TOKEN apikey", "X-Unheard-Of other", "X-Civi-Auth bearer", "X-Other jwt"}},
		{"query", "https://h/?access_token=abc&key=AIzaSyA1234567890123456789012345678901&id=5&code=1234", nil, []string{"access_token apikey", "key apikey"}},
		{"short key", "https://h/?key=name&u=me", nil, nil},
		{"code", "https://h/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz", nil, []string{"code one-time"}},
		{"aws url", "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=0123456789abcdef", nil, []string{"X-Amz-Signature signed-url"}},
		{"azure url", "https://a.blob.core.windows.net/c?sv=2020&se=2024-01-01&sig=abcdefghijklmnop%3D", nil, []string{"sig signed-url"}},
		{"userinfo", "https://alice:secret@h/", nil, []string{"userinfo basic"}},
		{"jwt in an unknown parameter", "https://h/?foo=" + someJWT, nil, []string{"foo jwt"}},
		{"token as a name", "https://h/", []string{"X-ghp_0123456789abcdefghijklmnopqrstuvwxyz: x"}, []string{"X-ghp_secret# other"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(t, c.url, c.fields...)
			var got []string
			for _, cr := range Of(r) {
				place := cr.Place
				if i := strings.Index(place, "secret#"); i >= 0 {
					place = place[:i+len("secret#")]
				}
				got = append(got, place+" "+string(cr.Kind))
				if !cr.Value.Closed() {
					t.Errorf("%s is open", cr)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if left := Of(Strip(r)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestIndexAndNames(t *testing.T) {
	r := request(t, "https://h/", "Cookie: a=1; 9cZ3kQ81hfD02mWx77LpRt5Yb=x", "Authorization: bearer a", "authorization: Bearer b")
	cs := Of(r)
	if cs[1].Index != 0 || cs[2].Index != 1 || cs[1].Scheme != "bearer" || cs[1].String() != "Authorization header (bearer)" {
		t.Errorf("%+v", cs)
	}
	if n := cs[0].Names; len(n) != 2 || n[0] != "a" || !strings.HasPrefix(n[1], "secret#") {
		t.Errorf("%v", n)
	}
}

func TestStrip(t *testing.T) {
	r := request(t, "https://alice:secret@h/p?page=2&access_token=abc&sort=name", "Host: h", "Accept: */*", "Authorization: Why401-Canary 1", "X-CSRF-Token: x", "DPoP: "+someJWT, "X-Trace: zzz", "User-Agent: curl")
	s := Strip(r)
	if got := s.URL.String(); got != request(t, "https://h/p?page=2&sort=name").URL.String() {
		t.Errorf("%s", got)
	}
	var names []string
	for _, f := range s.Header {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"Host", "Accept", "User-Agent"}) {
		t.Errorf("%v", names)
	}
	if len(r.Header) != 7 || len(r.URL.Query) != 3 {
		t.Error("Strip changed its argument")
	}
	if s := Strip(request(t, "https://h/p?token=abc")); s.URL.HasQuery {
		t.Error("a question mark is left")
	}
}

func TestBody(t *testing.T) {
	r := request(t, "https://h/token", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 51")
	r.Body = secret.New("grant_type=password&username=Alice%40x&password=p%2B1")
	cs := Of(r)
	if len(cs) != 1 || cs[0].Kind != Login || !cs[0].Value.Is("p+1") {
		t.Errorf("%+v", cs)
	}
	if p := PrincipalOf(r); !p.Password || !p.Key.Is("alice@x") || !p.Key.Closed() {
		t.Errorf("%+v", p)
	}
	s := Strip(r)
	if !s.Body.Is("grant_type=password&username=Alice%40x") || s.Header.Get("Content-Length") != "38" {
		t.Errorf("%q %s", s.Body.Reveal(), s.Header.Get("Content-Length"))
	}
	r = request(t, "https://h/login", "Content-Type: application/json; charset=utf-8")
	r.Body = secret.New(`{"email":"a@b","password":"x"}`)
	if p := PrincipalOf(r); !p.Password || !p.Key.Is("a@b") {
		t.Errorf("%+v", p)
	}
	if s := Strip(r); !s.Body.Empty() {
		t.Error("a JSON login is left")
	}
	r.Body = secret.New(`{"title":"x"}`)
	if s := Strip(r); !s.Body.Is(`{"title":"x"}`) || len(Of(r)) > 0 {
		t.Error("a harmless body was touched")
	}
}

func TestPrincipal(t *testing.T) {
	for _, c := range []struct {
		name     string
		url      string
		fields   []string
		key      string
		password bool
	}{
		{"none", "https://h/", nil, "", false},
		{"basic", "https://h/", []string{"Authorization: Basic " + b64("Alice:pw")}, "alice", true},
		{"userinfo", "https://Al%69ce:pw@h/", nil, "alice", true},
		{"digest", "https://h/", []string{`Authorization: Digest username="alice", realm="r"`}, "alice", true},
		{"key as user", "https://h/", []string{"Authorization: Basic " + b64("sk_test_0123456789abcdef:")}, b64("sk_test_0123456789abcdef:"), false},
		{"token as password", "https://h/", []string{"Authorization: Basic " + b64("alice:ghp_0123456789abcdefghijklmnopqrstuvwxyz")}, b64("alice:ghp_0123456789abcdefghijklmnopqrstuvwxyz"), false},
		{"bearer", "https://h/", []string{"Cookie: a=b", "Authorization: Bearer abc"}, "abc", false},
		{"password before token", "https://h/", []string{"X-Api-Key: abc", "Authorization: Basic " + b64("bob:pw")}, "bob", true},
		{"undecodable", "https://h/", []string{"Authorization: Basic $PASS"}, "$PASS", true},
	} {
		p := PrincipalOf(request(t, c.url, c.fields...))
		if !p.Key.Is(c.key) || p.Password != c.password {
			t.Errorf("%s: %q %v", c.name, p.Key.Reveal(), p.Password)
		}
		if c.key != "" && !p.Key.Closed() {
			t.Errorf("%s: the key is open", c.name)
		}
	}
}

func TestShownNames(t *testing.T) {
	for in, want := range map[string]string{
		"PHPSESSID": "PHPSESSID", "wordpress_logged_in_5f4dcc3b5aa765d61d8327deb882cf99": "wordpress_logged_in_secret#", "X-Amz-Content-Sha256": "X-Amz-Content-Sha256",
		"9cZ3kQ81hfD02mWx77LpRt5Yb": "secret#", "a9Z-kQ81_hfD02mWx7-LpRt5Yb_x": "secret#", "ghp_0123456789abcdefghijklmnopqrstuvwxyz": "secret#",
		".AspNetCore.Antiforgery.9TtSrW0hzOs": ".AspNetCore.Antiforgery.secret#", "__Host-session": "__Host-session",
	} {
		got := shownName(in)
		if i := strings.Index(got, "secret#"); i >= 0 {
			got = got[:i+len("secret#")]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Nothing that Of returns prints a value.
func TestNothingShown(t *testing.T) {
	const canary = "C4n4ryS3cr3tV4lu3"
	r := request(t, "https://u:"+canary+"@h/?token="+canary+"&api_key="+canary,
		"Authorization: Bearer "+canary, "X-Api-Key: "+canary, "Cookie: s="+canary, "X-Odd: "+canary, "Proxy-Authorization: Basic "+b64("u:"+canary),
		"Authorization: "+canary+" "+canary, "Authorization: Token "+canary+"=1, b="+canary)
	s := fmt.Sprintf("%v %+v %#v", Of(r), Of(r), Principals(r))
	if strings.Contains(s, canary) || strings.Contains(s, b64("u:" + canary)[:12]) {
		t.Errorf("shown: %s", s)
	}
}

func TestVendors(t *testing.T) {
	for in, want := range map[string]string{
		"ghp_0123456789abcdefghijklmnopqrstuvwxyz":    "GitHub",
		"sk_test_4eC39HqLyjWDarjtT1zdp7dc":            "Stripe/test",
		"sk_live_4eC39HqLyjWDarjtT1zdp7dc":            "Stripe/live",
		"sk-proj-abcdefghijklmnopqrstuvwxyz":          "OpenAI",
		"sk-ant-api03-abcdefghijklmnopqrstuvwxyz":     "Anthropic",
		"AKIAIOSFODNN7EXAMPLE":                        "AWS",
		"ck_0123456789abcdef0123456789abcdef01234567": "WooCommerce",
		"cs_admin": "", "sk-": "", "token": "", "live_": "", "pattern": "", "s.": "", "re_": "", someJWT: "",
		"ghp_ 123456789abcdefghijklmnopqrstuvwxyz": "",
	} {
		v := VendorOf(secret.New(in))
		got := v.Name
		if v.Env != "" {
			got += "/" + v.Env
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
