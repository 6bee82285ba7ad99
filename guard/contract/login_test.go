package contract

import (
	"strings"
	"testing"
)

const loginRow = `why401: guard/1
targets:
  shop: {url: "https://shop.test"}
principals:
  alice: {login: {user: alice, password: {env: ALICE}}}
rows:
  - name: gets in
    kind: login
    target: shop
    route: /private
    as: alice
    login: {LOGIN}
    expect: {status: 200}
`

// TestLoginPages: what a row says about its pages is read, and what is no origin is told with its place.
func TestLoginPages(t *testing.T) {
	c, err := Parse("c.yaml", []byte(strings.Replace(loginRow, "LOGIN", `page: /in, user: "#u", home: "https://id.test:8443", calls: ["https://cdn.test"], then: "#yes", text: Hello`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	p := c.Rows[0].Login.Pages
	if p.Home.Origin().String() != "https://id.test:8443" || len(p.Calls) != 1 || len(p.Then) != 1 || p.Then[0] != "#yes" || p.Text != "Hello" {
		t.Errorf("%+v", p)
	}
	for in, want := range map[string]string{
		`home: id.test`:                     "c.yaml:12:19: home: expected an origin",
		`home: "https://id.test/login"`:     "home: expected an origin",
		`calls: ["https://a:b@cdn.test"]`:   "calls: expected an origin",
		`calls: {a: b}`:                     "calls has keys",
		`hme: "https://id.test"`:            "has no key",
		`home: "javascript:alert(1)"`:       "home: expected an origin",
		`page: "https://id.test/elsewhere"`: "page",
	} {
		if _, err := Parse("c.yaml", []byte(strings.Replace(loginRow, "LOGIN", in, 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", in, err, want)
		}
	}
}
