package probe

import (
	"context"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// neverDial fails the test when anything is sent.
func refusedBy(t *testing.T, in *exchange.Intent, o Options) string {
	t.Helper()
	w := newWorld(t, nil)
	o.Dial = w.dial
	s := newSender(t, in, o)
	if err := s.Refusable(in.Request); err == nil {
		t.Error("Refusable says that it may go out")
	}
	xs, err := s.Do(context.Background(), in.Request, How{Follow: true})
	if len(w.dialled) > 0 || len(xs) > 0 || len(s.Sent()) > 0 {
		t.Errorf("something went out: %v", w.dialled)
	}
	return rule(err)
}

// request reads "METHOD url | Name: value | Name: value || body".
func request(t *testing.T, line string) *exchange.Intent {
	t.Helper()
	line, body, _ := strings.Cut(line, " || ")
	parts := strings.Split(line, " | ")
	method, url, _ := strings.Cut(parts[0], " ")
	in := intentFor(t, url, parts[1:]...)
	in.Request.Method, in.Request.Body = method, secret.New(body)
	return in
}

// TestOneTimeValues is promise P8: forty requests that must not be repeated, whatever the user agreed to.
func TestOneTimeValues(t *testing.T) {
	corpus := strings.Split(strings.TrimSpace(`
GET https://app.test/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj
GET https://app.test/auth/google/callback?state=xyz&code=4%2F0AX4XfWh-abcdefghij&scope=email
POST https://idp.test/token | Content-Type: application/x-www-form-urlencoded || grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fapp.test%2Fcb
POST https://idp.test/token || grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&client_id=s6BhdRkqt3
POST https://idp.test/token || {"grant_type":"refresh_token","refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"}
POST https://idp.test/token || {"grant_type": "authorization_code", "code": "SplxlOBeZQQYbYS6WxSbIA"}
POST https://idp.test/token || client_id=c&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=GmRhmhcxhwAzkoEqiMEg
POST https://idp.test/token || grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=eyJhbGciOiJSUzI1NiJ9.e30.c2ln
POST https://idp.test/token || grant_type=client_credentials&client_assertion=eyJhbGciOiJSUzI1NiJ9.e30.c2ln&client_assertion_type=x
POST https://idp.test/token || grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer&assertion=PHNhbWxwOl
GET https://idp.test/token?grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA
POST https://sp.test/saml/acs || SAMLResponse=PHNhbWxwOlJlc3BvbnNl&RelayState=x
GET https://sp.test/saml/acs?SAMLResponse=fZFfa8IwFMXfBb9DyXvaJtZ1BqsURRC2Mabbw95ivc5Am3TJrXPffmmLY3%2Bs
GET https://sp.test/saml/artifact?SAMLart=AAQAAMh48%2F1oXIM%2BsDo7Dh2qMp1HM4IF5DaRNmDj6RdUmllwn9jJHyEgIi8%3D
POST https://sp.test/wsfed || wa=wsignin1.0&wresult=%3Ct%3ARequestSecurityTokenResponse
GET https://app.test/login?ticket=ST-1856339-aA5Yuvrxzpv8Tau1cYQ7
GET https://app.test/users/password/edit?reset_password_token=abcdef123456
GET https://app.test/reset-password?token=9f86d081884c7d659a2feaa0c55ad015
GET https://app.test/auth/magic?token=9f86d081884c7d659a2feaa0c55ad015
GET https://app.test/magic-link/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b
GET https://app.test/verify-email?token=4b227777d4dd1fc61c6f884f48641d02
GET https://app.test/account/confirm/4b227777d4dd1fc61c6f884f48641d02b4d121d3
GET https://app.test/users/confirmation?confirmation_token=xyzXYZ123456
GET https://app.test/invite/accept?invitation_token=abcdefGHIJKL123
GET https://app.test/passwordless/start?otp=123456
GET https://app.test/login?login_token=Zm9vYmFyYmF6cXV4
GET https://app.test/__/auth/action?mode=signIn&oobCode=ABCDEF123456
GET https://api.test/v1/me | Authorization: Digest username="bob", realm="r", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/v1/me", response="6629fae49393a05397450978507c4ef1", nc=00000001, cnonce="0a4f113b", qop=auth
GET https://api.test/v1/me | Authorization: OAuth oauth_consumer_key="k", oauth_nonce="7d8f3e4a", oauth_signature="x", oauth_timestamp="137131200", oauth_token="t"
GET https://api.test/v1/me?oauth_consumer_key=k&oauth_nonce=7d8f3e4a&oauth_signature=x
GET https://api.test/v1/me | Authorization: DPoP Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU | DPoP: eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2ln
GET https://api.test/v1/me | Authorization: Bearer abcdefghijkl | DPoP: eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2ln
GET https://api.test/v1/me | Authorization: Hawk id="dh37fgj492je", ts="1353832234", nonce="j4h3g2", mac="6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE="
GET https://api.test/v1/me | Authorization: Negotiate YIIFAwYGKwYBBQUCoIIE9zCCBPOgJDAi
GET https://api.test/v1/me | Authorization: NTLM TlRMTVNTUAADAAAAGAAYAEgAAAAYABgAYAAAAAAAAAA=
GET https://api.test/user | Authorization: token abcdefghijkl | X-GitHub-OTP: 123456
GET https://api.test/user | Authorization: Bearer abcdefghijkl | X-OTP-Code: 123456
POST https://app.test/login/2fa || {"user":"bob","otp":"123456"}
POST https://app.test/mfa || verification_code=123456&session=abcdef
GET https://idp.test/authorize?client_id=c&request_uri=urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c
`), "\n")
	if len(corpus) != 40 {
		t.Fatalf("%d requests, expected 40", len(corpus))
	}
	for _, line := range corpus {
		if got := refusedBy(t, request(t, line), Options{AllowUnsafe: true, IKnow: true}); got != RuleOneTime {
			t.Errorf("%s\n\tgot %s", line, got)
		}
	}
	for _, line := range []string{
		"GET https://api.test/countries?code=DE",
		"GET https://api.test/items?page=2&token=abcdefghijklmnop",
		"GET https://api.test/v1/me | Authorization: Bearer abcdefghijkl",
		"GET https://api.test/v1/me | Authorization: Basic dTpw",
		"GET https://api.test/v1/me | Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20250101/x/s3/aws4_request, SignedHeaders=host, Signature=00",
		"GET https://api.test/inventory/verify?page=1",
	} {
		if why := oneTime(request(t, line).Request, false); why != "" {
			t.Errorf("%s: refused as one-time: %s", line, why)
		}
	}
}

// TestUnsafe is promise P9: thirty unsafe methods and twenty dangerous GETs need consent.
func TestUnsafe(t *testing.T) {
	for _, m := range []string{"POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPPATCH", "MKCOL", "LOCK", "post"} {
		for _, line := range []string{" https://api.test/v1/items || {\"name\":\"x\"}", " https://api.test/v1/items/7 | Authorization: Bearer abcdefghij", " https://api.test/ | Cookie: sid=abcdefghij || a=b"} {
			if got := refusedBy(t, request(t, m+line), Options{}); got != RuleMethod {
				t.Errorf("%s%s: %s", m, line, got)
			}
		}
	}
	for _, header := range []string{"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: put", "X-Method-Override: PATCH"} {
		if got := refusedBy(t, request(t, "GET https://api.test/ | "+header), Options{}); got != RuleMethod {
			t.Errorf("%s: %s", header, got)
		}
	}
	dangerousURLs := strings.Fields(`/logout /logout.php /users/sign_out /auth/sign-off /account/signout /wp-login.php?action=logout
		/?action=delete&id=7 /items/7/delete /delete-account /deleteUser?id=3 /admin/purge /api/v1/cache/flush?op=flush
		/newsletter/unsubscribe?id=9 /index.php?do=remove&id=2 /graphql?query=mutation%7Bx%7D /items/7?_method=DELETE
		/sessions/revoke /server/restart /cart?cmd=empty /user/log%20out /node/1?logout=1`)
	for _, u := range dangerousURLs {
		if got := refusedBy(t, intentFor(t, "https://api.test"+u), Options{}); got != RuleDangerous {
			t.Errorf("GET %s: %s", u, got)
		}
	}
	if len(dangerousURLs) < 20 {
		t.Errorf("only %d dangerous GETs", len(dangerousURLs))
	}
	for _, u := range strings.Fields(`/ /docs/how-to-delete-a-user /api/v1/users?action=view /blog/logoutput /deleted-items /stop?x=1 /catalogue?sort=name&mode=list /restarts /items?delete=false`) {
		if why := dangerous(intentFor(t, "https://api.test"+u).Request.URL); why != "" {
			t.Errorf("GET %s: %s", u, why)
		}
	}
	// With consent it goes out.
	w := newWorld(t, answerWith(okReply))
	in := request(t, "POST http://a.test/items || a=b")
	if _, err := newSender(t, in, Options{Dial: w.dial, AllowUnsafe: true}).Do(context.Background(), in.Request, How{}); err != nil {
		t.Errorf("with consent: %v", err)
	}
	if !strings.Contains(w.bytes["a.test:80"].String(), "Content-Length: 3\r\n\r\na=b") {
		t.Errorf("sent %q", w.bytes["a.test:80"])
	}
	if got := refusedBy(t, intentFor(t, "https://a.test/"), Options{Offline: true}); got != RuleOffline {
		t.Errorf("offline: %s", got)
	}
}

func TestNothingBreaksOut(t *testing.T) {
	for _, in := range []*exchange.Intent{
		intentFor(t, "http://a.test/", "X-A: b\r\nX-Injected: 1"),
		intentFor(t, "http://a.test/", "Authorization: Bearer abc\ndef"),
		{Request: exchange.Request{Method: "GET /x HTTP/1.1\r\nA", URL: intentFor(t, "http://a.test/").Request.URL}},
	} {
		in.Agent.Name = "why401"
		if got := refusedBy(t, in, Options{AllowUnsafe: true}); got != RuleLineBreak {
			t.Errorf("%v: %s", in.Request.Header, got)
		}
	}
}

func TestMetadata(t *testing.T) {
	w := newWorld(t, func(addr string, _ *httpRequest, _ string) string {
		return redirectTo(302, "http://169.254.169.254/latest/meta-data/")
	})
	in := intentFor(t, "http://a.test/")
	xs, err := newSender(t, in, Options{Dial: w.dial}).Do(context.Background(), in.Request, How{Follow: true})
	if rule(err) != RuleMetadata || len(xs) != 1 {
		t.Errorf("redirect to metadata: %v", err)
	}
	in = intentFor(t, "http://[fd00:ec2::254]/")
	in.Resolve = map[string]string{"x:1": "y:2"}
	w = newWorld(t, answerWith(okReply))
	if _, err := newSender(t, in, Options{Dial: w.dial}).Do(context.Background(), in.Request, How{}); err != nil {
		t.Errorf("typed: %v", err)
	}
	in = intentFor(t, "http://a.test/")
	in.Proxy = &exchange.Proxy{URL: intentFor(t, "http://100.100.100.200:3128").Request.URL}
	if _, err := newSender(t, in, Options{Dial: w.dial}).Do(context.Background(), in.Request, How{}); err != nil {
		t.Errorf("typed as the proxy: %v", err)
	}
	if addrs, err := lookup(context.Background(), "x.localhost"); err != nil || !addrs[0].IsLoopback() {
		t.Errorf("x.localhost: %v %v", addrs, err)
	}
}

func TestStopWords(t *testing.T) {
	for reply, want := range map[string]string{
		"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n":                           "429 Too Many Requests",
		"HTTP/1.1 423 Locked\r\nContent-Length: 0\r\n\r\n":                                      "423 Locked",
		"HTTP/1.1 401 No\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n":                       "Retry-After",
		"HTTP/1.1 403 No\r\nContent-Length: 27\r\n\r\nYour account is now locked.":              `"locked"`,
		"HTTP/1.1 401 No\r\nContent-Length: 30\r\n\r\nToo many failed login attempts":           `"too many"`,
		"HTTP/1.1 403 No\r\nContent-Length: 36\r\n\r\n<div class=\"g-recaptcha\">please</div> ": `"captcha"`,
		"HTTP/1.1 403 No\r\nContent-Length: 30\r\n\r\nSorry, you have been blocked. ":           `"blocked"`,
		"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\nYour account is now locked.":              "",
		"HTTP/1.1 401 No\r\nContent-Length: 36\r\n\r\nThis page is locked by a password. Sign ": "",
		"HTTP/1.1 403 No\r\nContent-Length: 36\r\n\r\nYou do not have permission to see this":   "",
	} {
		w := newWorld(t, answerWith(reply))
		in := intentFor(t, "http://a.test/", "X-Api-Key: abcdefgh")
		s := newSender(t, in, Options{Dial: w.dial})
		if _, err := s.Do(context.Background(), in.Request, How{}); err != nil {
			t.Fatal(err)
		}
		got := s.Stopped()
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: stopped %q, expected %q", reply, got, want)
		}
		_, err := s.Do(context.Background(), in.Request, How{})
		if want != "" && rule(err) != RuleStopped || want == "" && err != nil {
			t.Errorf("%q: the next request gives %v", reply, err)
		}
		anon := in.Request.Clone()
		anon.Header = nil
		if _, err := s.Do(context.Background(), anon, How{}); err != nil {
			t.Errorf("%q: without a credential: %v", reply, err)
		}
	}
}

// TestRefusalLimits: a token is refused at most three times, requests without one too, and all together at most five.
func TestRefusalLimits(t *testing.T) {
	w := newWorld(t, answerWith("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"))
	in := intentFor(t, "http://a.test/", "X-Api-Key: abcdefgh")
	s := newSender(t, in, Options{Dial: w.dial, MaxRefused: 100, MaxRequests: 100})
	anon := in.Request.Clone()
	anon.Header = nil
	for _, c := range []struct {
		r    exchange.Request
		rule string
	}{{in.Request, RuleTokens}, {anon, RuleAnonymous}} {
		for n := 1; n <= 4; n++ {
			_, err := s.Do(context.Background(), c.r, How{})
			if (n > 3) != (err != nil) || n > 3 && rule(err) != c.rule {
				t.Errorf("request %d: %v, expected the rule %s from the fourth on", n, err, c.rule)
			}
		}
	}
	s = newSender(t, in, Options{Dial: w.dial})
	refusals := 0
	for n := range 20 {
		r := in.Request
		if n%2 == 1 {
			r = anon
		}
		if _, err := s.Do(context.Background(), r, How{}); err == nil {
			refusals++
		} else if rule(err) != RuleRefusals {
			t.Errorf("%v", err)
		}
	}
	if refusals != 5 {
		t.Errorf("the host refused %d requests, expected 5", refusals)
	}
}
