package oauthflow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const (
	// RFC 7636 appendix B.
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	hashed   = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// x makes an exchange: "METHOD URL", a body, a status, and a body or "Location: ..." of the answer.
func x(t testing.TB, line, body string, status int, answer string) *exchange.Exchange {
	t.Helper()
	method, address, _ := strings.Cut(line, " ")
	address, token, _ := strings.Cut(address, " ")
	u, err := exchange.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	e := &exchange.Exchange{Given: "test", Sent: noon, Request: exchange.Request{Method: method, URL: u, Body: exchange.CloseBody(body)}, Response: &exchange.Response{Status: status}}
	if body != "" {
		e.Request.Header = append(e.Request.Header, exchange.RequestField("Content-Type", "application/x-www-form-urlencoded"))
	}
	if token != "" {
		e.Request.Header = append(e.Request.Header, exchange.RequestField("Authorization", token))
	}
	if to, ok := strings.CutPrefix(answer, "Location: "); ok {
		e.Response.Header = exchange.Header{exchange.ResponseField("Location", to)}
	} else {
		e.Response.Body.Bytes = []byte(answer)
	}
	return e
}

const authorize = "GET https://id.test/authorize?client_id=shop&response_type=code&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&state=st-1&nonce=n-1&scope=openid+orders"

func pkce(ch, method string) string {
	return authorize + "&code_challenge=" + ch + "&code_challenge_method=" + method
}

const back = "Location: https://app.test/cb?code=c0de-12345678&state=st-1"

func redeem(more string) string {
	return "grant_type=authorization_code&code=c0de-12345678&client_id=shop&redirect_uri=https%3A%2F%2Fapp.test%2Fcb" + more
}

func shown(l []Rung) string {
	var out []string
	for _, g := range l {
		out = append(out, fmt.Sprintf("%s %s", g.Step, g.Result))
	}
	return strings.Join(out, ", ")
}

func TestPKCE(t *testing.T) {
	t.Cleanup(secret.Forget)
	hexed := "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
	for _, c := range []struct {
		challenge, method, verifier string
		want                        PKCE
	}{
		{hashed, "S256", verifier, Verified},
		{verifier, "plain", verifier, Verified},
		{verifier, "", verifier, Verified},
		{verifier, "S256", verifier, WrongPlain},
		{hashed, "", verifier, WrongHashed},
		{hashed, "plain", verifier, WrongHashed},
		{hashed + "%3D", "S256", verifier, WrongCoding},
		{hexed, "S256", verifier, WrongCoding},
		{hashed, "S256", verifier + "x", Mismatch},
		{hashed, "S256", "", NoVerifier},
		{"", "", verifier, NoChallenge},
		{"", "", "", Unused},
	} {
		r := Read([]*exchange.Exchange{
			x(t, pkce(c.challenge, c.method), "", 302, back),
			x(t, "POST https://id.test/token", redeem("&code_verifier="+c.verifier), 400, `{"error":"invalid_grant"}`),
		})
		if len(r.Tokens) != 1 || r.Tokens[0].For == nil {
			t.Fatalf("%v: not joined", c)
		}
		if got := r.Tokens[0].PKCE(); got != c.want {
			t.Errorf("challenge %q, method %q, verifier %q: %d, want %d", c.challenge, c.method, c.verifier, got, c.want)
		}
	}
}

func TestLadder(t *testing.T) {
	t.Cleanup(secret.Forget)
	const ok, bad = `{"access_token":"at-0123456789","refresh_token":"rt-0123456789"}`, `{"error":"invalid_grant"}`
	login := x(t, pkce(hashed, "S256"), "", 302, back)
	came := x(t, "GET https://app.test/cb?code=c0de-12345678&state=st-1", "", 200, "")
	token := func(status int, answer string) *exchange.Exchange {
		return x(t, "POST https://id.test/token", redeem("&code_verifier="+verifier), status, answer)
	}
	form := func(body string, status int, answer string) *exchange.Exchange {
		return x(t, "POST https://id.test/token", body, status, answer)
	}
	call := func(status int) *exchange.Exchange {
		return x(t, "GET https://api.test/orders Bearer at-0123456789", "", status, "{}")
	}
	const ask = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=tv&device_code=dc-0123456789"
	for _, c := range []struct {
		name, want string
		xs         []*exchange.Exchange
		broken     string
		went       bool
	}{
		{"whole", "authorize passed, callback passed, token passed, API call passed", []*exchange.Exchange{login, came, token(200, ok), call(200)}, "", true},
		{"token", "authorize passed, callback passed, token refused, API call not_reached", []*exchange.Exchange{login, came, token(400, bad)}, "token", false},
		{"200 with an error", "authorize passed, callback passed, token refused, API call not_reached", []*exchange.Exchange{login, came, token(200, `{"error":"bad_verification_code"}`)}, "token", false},
		{"twice", "authorize passed, callback passed, token passed, token refused, API call not_reached", []*exchange.Exchange{login, came, token(200, ok), token(400, bad)}, "token", false},
		{"API", "authorize passed, callback passed, token passed, API call refused", []*exchange.Exchange{login, came, token(200, ok), call(401)}, "API call", false},
		{"error comes back", "authorize refused, callback not_reached, token not_reached, API call not_reached",
			[]*exchange.Exchange{x(t, authorize, "", 302, "Location: https://app.test/cb?error=invalid_scope&state=st-1")}, "authorize", false},
		{"state of another", "authorize not_seen, callback refused, token not_reached, API call not_reached",
			[]*exchange.Exchange{login, x(t, "GET https://app.test/cb?code=c0de-99999999&state=st-2", "", 403, "")}, "callback", false},
		{"only a callback with an error", "authorize not_seen, callback refused, token not_reached, API call not_reached",
			[]*exchange.Exchange{x(t, "GET https://app.test/cb?error=access_denied&state=st-2", "", 200, "")}, "callback", false},
		{"quiet", "authorize passed, callback passed",
			[]*exchange.Exchange{x(t, authorize+"&prompt=none", "", 302, "Location: https://app.test/cb?error=login_required&state=st-1")}, "", false},
		{"server to server", "authorize passed, callback passed, token not_seen, API call not_seen", []*exchange.Exchange{login, came}, "", true},
		{"device", "device passed, token passed, API call passed", []*exchange.Exchange{
			x(t, "POST https://id.test/device", "client_id=tv", 200, `{"device_code":"dc-0123456789","user_code":"AB-CD","expires_in":600}`),
			form(ask, 400, `{"error":"authorization_pending"}`), form(ask, 400, `{"error":"slow_down"}`), form(ask, 200, ok), call(200)}, "", true},
		{"device that waits", "device not_seen, token waiting, API call not_seen", []*exchange.Exchange{form(ask, 400, `{"error":"authorization_pending"}`)}, "", false},
		{"machine", "token refused, API call not_reached", []*exchange.Exchange{form("grant_type=client_credentials&client_id=a&client_secret=s", 401, `{"error":"invalid_client"}`)}, "token", false},
	} {
		r := Read(c.xs)
		if got := shown(r.Ladder(c.xs[len(c.xs)-1])); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
		step := ""
		if g := r.Broken(); g != nil {
			step = g.Step
		}
		if step != c.broken || r.Went() != c.went {
			t.Errorf("%s: broken %q, went %v", c.name, step, r.Went())
		}
	}
}

// What has nothing to do with OAuth is no step of it.
func TestNotAFlow(t *testing.T) {
	for _, e := range []*exchange.Exchange{
		x(t, "GET https://shop.test/?code=SUMMER26", "", 200, ""),
		x(t, "GET https://shop.test/cart?code=SUMMER26&state=open", "", 404, ""),
		x(t, "GET https://shop.test/callback?error=1", "", 500, ""),
		x(t, "POST https://shop.test/search", "grant=all&type=x", 400, `{"error":"invalid_request"}`),
		x(t, "GET https://shop.test/a", "", 302, "Location: /login?error=expired"),
		x(t, "GET https://api.test/a Bearer at-0123456789", "", 401, ""),
	} {
		if r := Read([]*exchange.Exchange{e}); !r.Empty() || r.Ladder(e) != nil || r.Broken() != nil {
			t.Errorf("%s: taken for a step: %+v", e.Request.URL, r)
		}
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range [][3]string{
		{"https://app.test/cb", "https://app.test/cb", ""},
		{"https://app.test/cb", "http://app.test/cb", "the scheme"},
		{"https://app.test/cb", "https://www.app.test/cb", "the host"},
		{"https://app.test/cb", "https://app.test:8443/cb", "the port"},
		{"https://app.test/cb", "https://app.test/cb/", "the slash at the end"},
		{"https://app.test/cb", "https://app.test/CB", "upper and lower case of the path"},
		{"https://app.test/cb", "https://app.test/callback", "the path"},
		{"https://app.test/cb", "https://app.test/cb?a=1", "the query"},
		{"https://app.test/cb", "https://app.test:443/cb", "its spelling"},
		{"com.app:/cb", "com.app://cb", "the text"},
	} {
		if got := Differ(secret.Public(c[0]), secret.Public(c[1])); got != c[2] {
			t.Errorf("%s, %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// The secret in the other way is the same secret.
func TestOtherWays(t *testing.T) {
	t.Cleanup(secret.Forget)
	const id, key = "jobs", "lab+jobs/secret%41=7"
	r := exchange.Request{Method: "POST", Body: exchange.CloseBody("grant_type=client_credentials&scope=a"), Header: exchange.Header{
		exchange.RequestField("Content-Type", "application/x-www-form-urlencoded"), basicField(id, key)}}
	body := InBody(r)
	if c := client(body, sent(body)); c.Method != "client_secret_post" || !c.Secret.Is(key) || !c.ID.Is(id) || !sent(body).Get("scope").Is("a") {
		t.Errorf("in the body: %+v %s", c, c.Secret.Reveal())
	}
	again := AsBasic(body)
	if c := client(again, sent(again)); c.Method != "client_secret_basic" || !meant(c.Secret).Is(key) || sent(again).Has("client_secret") {
		t.Errorf("as Basic: %s", c.Secret.Reveal())
	}
	if !client(NotEncoded(again), sent(again)).Secret.Is(key) || !client(FormEncoded(r), sent(r)).Secret.Equal(client(again, sent(again)).Secret) {
		t.Error("encoding and decoding do not fit")
	}
	if !Encoded(client(again, sent(again)).Secret) || Encoded(secret.New(key)) {
		t.Error("what was encoded is not told from what was not")
	}
}

// Values that work once are never in what may be shown.
func TestNothingShown(t *testing.T) {
	t.Cleanup(secret.Forget)
	xs := []*exchange.Exchange{x(t, pkce(hashed, "S256"), "", 302, back),
		x(t, "POST https://id.test/token", redeem("&code_verifier="+verifier+"&client_secret=s3cr3t-of-shop"), 200, `{"access_token":"at-0123456789","id_token":"a.b.c"}`)}
	r := Read(xs)
	text := fmt.Sprintf("%+v %+v %+v %+v", r.Authorizations[0].Asked, r.Callbacks[0].Got, r.Tokens[0].Asked, r.Tokens[0].Got)
	for _, s := range []string{"c0de-12345678", verifier, hashed, "s3cr3t-of-shop", "at-0123456789", "st-1", "n-1"} {
		if strings.Contains(text, s) {
			t.Errorf("%s is shown", s)
		}
	}
	if !strings.Contains(r.Tokens[0].Asked.Show("redirect_uri"), "https://app.test/cb") || r.Tokens[0].Client.ID.String() != "shop" {
		t.Error("what names things is not shown")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("GET", "https://id.test/authorize?client_id=a&response_type=code&state=s", "", "https://app.test/cb?code=12345678&state=s", "")
	f.Add("POST", "https://id.test/token", "grant_type=authorization_code&code=12345678&code_verifier=x", "", `{"error":"invalid_grant"}`)
	f.Add("POST", "https://id.test/device", `{"grant_type":["a"]}`, "", `{"device_code":"x","expires_in":1e999}`)
	f.Add("GET", "https://id.test/.well-known/openid-configuration", "", "", `{"token_endpoint":"https://id.test/token","code_challenge_methods_supported":[1,"S256"]}`)
	f.Fuzz(func(t *testing.T, method, address, body, location, answer string) {
		u, err := exchange.ParseURL(address)
		if err != nil {
			return
		}
		t.Cleanup(secret.Forget)
		e := &exchange.Exchange{Given: "fuzz", Request: exchange.Request{Method: method, URL: u, Body: exchange.CloseBody(body)},
			Response: &exchange.Response{Status: 302, Header: exchange.Header{exchange.ResponseField("Location", location)}}}
		e.Response.Body.Bytes = []byte(answer)
		xs := []*exchange.Exchange{e, e, {Given: "fuzz"}, e}
		r := Read(xs)
		r.Ladder(e)
		r.Ladder(nil)
		for _, k := range r.Tokens {
			k.PKCE()
			k.MovedTo()
			k.Missing()
			k.Nonce()
			r.Settled(k.X, xs)
		}
		for _, a := range r.Authorizations {
			r.Origin(a, xs)
		}
		InBody(e.Request)
		AsBasic(e.Request)
	})
}
