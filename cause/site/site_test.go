package site

import (
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func reply(status int, contentType, body string, header ...exchange.Field) *exchange.Exchange {
	return &exchange.Exchange{Request: exchange.Request{Method: "GET"},
		Response: &exchange.Response{Status: status, Header: append(exchange.Header{exchange.ResponseField("Content-Type", contentType)}, header...), Body: exchange.Body{Bytes: []byte(body)}}}
}

func TestAuthXReadsItsOwnLineAlone(t *testing.T) {
	basic := exchange.ResponseField("WWW-Authenticate", `Basic realm="x"`)
	for _, c := range []struct {
		x    *exchange.Exchange
		want string
	}{
		{reply(401, "text/plain;charset=UTF-8", "HTTP 401 Invalid credential"), "Invalid credential"},
		{reply(401, "text/plain;charset=UTF-8", `HTTP 401 Authentication type "pass" with flow "header" is not allowed for this principal.`), `Authentication type "pass" with flow "header" is not allowed for this principal.`},
		{reply(401, "text/plain;charset=UTF-8", "HTTP 401 Login not permitted. Must satisfy guard (site_key, perm)."), "Login not permitted. Must satisfy guard (site_key, perm)."},
		{reply(401, "text/plain;charset=UTF-8", "HTTP 401 Cannot login. A mismatched session is already active."), "Cannot login. A mismatched session is already active."},
		{reply(401, "text/plain;charset=UTF-8", "HTTP 401 Invalid credential\n"), ""},
		{reply(401, "text/plain;charset=UTF-8", "see: HTTP 401 Invalid credential"), ""},
		{reply(403, "text/plain;charset=UTF-8", "HTTP 401 Invalid credential"), ""},
		{reply(401, "text/html", "HTTP 401 Invalid credential"), ""},
		{reply(401, "text/plain;charset=UTF-8", "HTTP 401 Invalid credential", basic), ""},
	} {
		if got, ok := AuthX(c.x); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q %v, want %q", c.x.Body(), got, ok, c.want)
		}
	}
}

func TestMagentoNamesTheResource(t *testing.T) {
	const message = "The consumer isn't authorized to access %resources."
	for body, want := range map[string]string{
		`{"message":"` + message + `","parameters":{"resources":"Magento_Backend::admin"}}`:                                                                                             "Magento_Backend::admin",
		"<?xml version=\"1.0\"?>\n<response><message>The consumer isn&#039;t authorized to access %resources.</message><parameters><resources>self</resources></parameters></response>": "self",
		`{"message":"` + message + `"}`: "",
		`{"message":"The consumer isn't authorized to access Magento_Backend::admin."}`: "",
		`[]`: "",
	} {
		if got, _ := Magento(reply(401, "application/json; charset=utf-8", body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if _, ok := Magento(reply(403, "application/json", `{"message":"`+message+`","parameters":{"resources":"self"}}`)); ok {
		t.Error("Magento refuses with 401 only")
	}
}

func TestWordPressCodes(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":"rest_forbidden","message":"Sorry","data":{"status":401}}`: "rest_forbidden",
		`{"code":"rest_forbidden","message":"Sorry"}`:                       "",
		`{"code":401,"message":"Sorry","data":{"status":401}}`:              "",
		`{"code":"x","message":"Sorry","data":null}`:                        "",
	} {
		if got, _ := WordPress(reply(401, "application/json", body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for code, core := range map[string]bool{"rest_not_logged_in": true, "rest_cannot_create": true, "rest_login_required": false, "dra_closed": false} {
		if Core(code) != core {
			t.Errorf("%s: core %v", code, !core)
		}
	}
}

func TestAddresses(t *testing.T) {
	at := func(s string) exchange.URL {
		u, err := exchange.ParseURL(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for s, want := range map[string]string{"http://a.test/wp-json/wp/v2/posts": "/ true", "http://a.test/blog/wp-json": "/blog/ true",
		"http://a.test/index.php?rest_route=/wp/v2/posts": "/ true", "http://a.test/about": "/ false"} {
		root, ok := REST(at(s))
		if got := root + "/ " + map[bool]string{true: "true", false: "false"}[ok]; got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
	for s, want := range map[string]string{"http://a.test/rest/V1/orders": "/rest", "http://a.test/rest/default/V1/orders": "/rest/default",
		"http://a.test/index.php/rest/all/V1/x": "/index.php/rest/all", "http://a.test/restaurant/V1/x": ""} {
		if root, _ := MagentoAPI(at(s)); root != want {
			t.Errorf("%s: %q, want %q", s, root, want)
		}
	}
}

// FuzzReadings wants no panic and no answer from what is none, whatever a server sends.
func FuzzReadings(f *testing.F) {
	for _, s := range []string{"HTTP 401 Invalid credential", `{"code":"rest_forbidden","message":"x","data":{"status":401}}`,
		`{"message":"The consumer isn't authorized to access %resources.","parameters":{"resources":"self"}}`,
		`{"contact_id":null,"user_id":null,"flow":null,"cred":null}`, "a.eyJ1dHlwaWQiOjJ9.c", strings.Repeat("[", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x := reply(401, "text/plain", s)
		if said, ok := AuthX(x); ok && !strings.HasSuffix(s, said) {
			t.Errorf("AuthX read %q out of %q", said, s)
		}
		if code, ok := WordPress(x); ok && (code == "" || len(code) > 80) {
			t.Errorf("code %q", code)
		}
		if r, ok := Magento(x); ok && (r == "" || len(r) > 200) {
			t.Errorf("resource %q", r)
		}
		x.Response.Status = 200
		if nobody, ok := CiviIdentity(x); nobody && !ok {
			t.Error("nobody of what is no identity")
		}
		if k := magentoUser(secret.New(s)); len(k) > 1 {
			t.Errorf("user type %q", k)
		}
	})
}
