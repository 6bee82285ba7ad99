package contract

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// whole uses every key that a contract knows.
const whole = `
why401: guard/1
targets:
  shop: {url: https://shop.example.test/app, environment: test, own: true, connect: "192.0.2.7:443", ca_file: ca.pem}
  live: https://live.example.test
principals:
  alice: {basic: {user: alice, password: {env: ALICE_PASSWORD}}}
  token: {bearer: {file: token.txt}}
  key: {header: {name: X-Api-Key, prefix: "Key ", value: {command: [pass, show, api]}}}
  session: {cookie: {name: sid, value: {env: SID}}}
  person: {login: {user: {env: WHO}, password: {env: ALICE_PASSWORD}}}
  stranger: {wrong: true, basic: {user: mallory}}
clients:
  mobile: {like: api, user_agent: shop-app/3.1, accept_language: de}
  page: {like: script, origin: "https://app.example.test", preflight: true}
rows:
  - name: nobody
    target: shop
    route: /private?page=2
    client: [api, browser, mobile]
    header: {X-Requested-By: contract}
    expect:
      status: [401, 403]
      challenge: {scheme: Basic, realm: Orders, params: {charset: UTF-8}}
  - name: wrong
    target: shop
    route: /private
    as: stranger
    expect: {status: 401}
  - name: alice
    target: live
    route: /me
    as: alice
    expect:
      status: 2xx
      identity: {json: "$.user['first name']", is: Alice}
      cookies: [{name: sid, secure: true, http_only: true, same_site: Lax, domain: "", path: /}]
      private: {probe: false}
  - name: asked by a page
    kind: preflight
    target: live
    route: /orders
    client: page
    expect: {cors: {origin: "https://app.example.test", credentials: true, methods: [PUT], headers: [authorization]}}
  - name: posts
    target: live
    route: /orders
    method: POST
    unsafe: true
    as: token
    body: {type: application/json, text: '{"n":1}'}
    expect: {status: 201}
  - name: login
    kind: login
    target: shop
    route: /account
    as: person
    login: {page: /login, user: "#u", password: "#p", submit: button, api: {route: /api/login, json: true}}
    expect: {identity: {text: "Hello (\\w+)", is: alice}}
  - name: arrives
    target: shop
    route: /echo
    expect: {reaches: {field: Authorization, json: $.authorization}}
  - name: leads in
    target: shop
    route: /enter
    expect: {status: 302, redirect: /private*}
`

func TestParse(t *testing.T) {
	c, err := Parse("c.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rows) != 8 || len(c.Principals) != 7 || len(c.Clients) != 5 {
		t.Errorf("%d rows, %d principals, %d clients", len(c.Rows), len(c.Principals), len(c.Clients))
	}
	if u, err := c.Rows[0].URL(); err != nil || u.String() != "https://shop.example.test/app/private?page=2" {
		t.Errorf("%v %v", u, err)
	}
	if r := c.Find("nobody"); r.At.Line != 17 || len(r.Clients) != 3 || *r.Expect.Challenge.Realm != "Orders" || !r.Expect.Status[1].Has(403) {
		t.Errorf("%+v", r)
	}
	if m := c.Client("mobile"); m.UserAgent != "shop-app/3.1" || m.Accept != "application/json" {
		t.Errorf("%+v", m)
	}
	if l := c.Find("login").Login; l.API.User != "username" || l.API.Password != "password" || !l.API.JSON {
		t.Errorf("%+v", l.API)
	}
}

// A contract is told its mistakes by line and column, with what was expected, and never with a value that may be a secret.
func TestMistakes(t *testing.T) {
	const head = "why401: guard/1\ntarget: https://a.test\n"
	const row = "rows:\n  - name: x\n    route: /\n    expect: {status: 200}\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "c.yaml:1:1: the file is empty"},
		{"no YAML", "why401: [\n", "c.yaml:1:9: not YAML"},
		{"a list", "- a\n", "the contract is a list; expected keys: why401, target"},
		{"no version", "target: https://a.test\n" + row, "c.yaml:1:1: the version of the form is missing; expected why401: guard/1"},
		{"another version", "why401: guard/9\ntarget: https://a.test\n" + row, `c.yaml:1:9: why401: "guard/9"; this program reads guard/1`},
		{"a typing mistake", head + "rows:\n  - name: x\n    rout: /\n    route: /\n    expect: {status: 200}\n", `c.yaml:5:5: a row has no key "rout"; expected route`},
		{"a literal password", head + "principals:\n  alice:\n    basic:\n      user: alice\n      password: hunter2-secret\n" + row, "c.yaml:7:17: password stands in the file itself; a secret is never written here: expected {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"},
		{"a literal token", head + "principals:\n  alice: {bearer: hunter2-secret}\n" + row, "c.yaml:4:19: the token stands in the file itself"},
		{"a login in one text", head + "principals:\n  alice: {basic: 'alice:hunter2-secret'}\n" + row, "c.yaml:4:18: basic: a login as one text may hold a password"},
		{"a secret as the variable's name", head + "principals:\n  alice: {bearer: {env: 'hunter2-secret!'}}\n" + row, "c.yaml:4:25: env: expected the name of a variable"},
		{"a login in the target", "why401: guard/1\ntarget: https://alice:hunter2-secret@a.test\n" + row, "c.yaml:2:9: the target's address holds a login"},
		{"a token in a header", head + "rows:\n  - name: x\n    route: /\n    header: {Authorization: Bearer hunter2-secret}\n    expect: {status: 200}\n", "c.yaml:6:29: the header field Authorization holds a credential"},
		{"a token in the route", head + "rows:\n  - name: x\n    route: /a?access_token=hunter2-secret\n    expect: {status: 200}\n", "c.yaml:5:12: the route's query holds a credential"},
		{"a password in a body", head + "rows:\n  - name: x\n    route: /a\n    method: POST\n    unsafe: true\n    body: {type: application/x-www-form-urlencoded, text: user=a&password=hunter2-secret}\n    expect: {status: 200}\n", "the body holds a credential"},
		{"a wrong credential elsewhere", head + "principals:\n  w: {wrong: true, basic: {user: w}}\nrows:\n  - name: x\n    route: /\n    as: w\n    expect: {status: 401}\n", "c.yaml:8:9: \"w\" is a wrong credential, which is sent to one's own test system alone: the target needs own: true"},
		{"own and production", "why401: guard/1\ntarget: {url: https://a.test, environment: production, own: true}\n" + row, "own: true is for a test system"},
		{"an unsafe method", head + "rows:\n  - name: x\n    route: /\n    method: DELETE\n    expect: {status: 204}\n", "c.yaml:4:5: DELETE may change something at the server: add unsafe: true"},
		{"nobody of that name", head + "rows:\n  - name: x\n    route: /\n    as: alcie\n    expect: {status: 200}\n", `c.yaml:6:9: no principal is called "alcie"; expected one of anonymous`},
		{"a status that is none", head + "rows:\n  - name: x\n    route: /\n    expect: {status: 4O1}\n", `c.yaml:6:22: status "4O1"; expected a code such as 401, a class such as 2xx, or a list of them`},
		{"two rows of one name", head + row + "  - name: x\n    route: /\n    expect: {status: 200}\n", `two rows are called "x"`},
		{"a route without a slash", head + "rows:\n  - name: x\n    route: private\n    expect: {status: 200}\n", "c.yaml:5:12: route: expected a path that begins with one /"},
		{"another host as a route", head + "rows:\n  - name: x\n    route: //evil.test/\n    expect: {status: 200}\n", "route: expected a path"},
		{"nothing expected", head + "rows:\n  - name: x\n    route: /\n", "c.yaml:4:5: the row expects nothing"},
		{"a pattern that is none", head + "rows:\n  - name: x\n    route: /\n    expect: {identity: {text: '('}}\n", "not a regular expression"},
		{"two selectors", head + "rows:\n  - name: x\n    route: /\n    expect: {identity: {text: a, json: $.a}}\n", "expected one of json: $.path"},
		{"a command as one text", head + "principals:\n  a: {bearer: {command: pass show hunter2-secret}}\n" + row, "command: expected a list"},
		{"a preflight with a credential", head + "principals:\n  a: {bearer: {env: A}}\nrows:\n  - name: x\n    kind: preflight\n    route: /\n    as: a\n    expect: {cors: {origin: 'https://b.test'}}\n", "a preflight carries no credential"},
		{"a key twice", head + "rows:\n  - name: x\n    route: /\n    route: /b\n    expect: {status: 200}\n", "c.yaml:6:5"},
		{"an alias without an anchor", head + "rows: *r\n", "c.yaml:3"},
		{"brackets without end", strings.Repeat("[", 5000), "expected fewer brackets"},
	} {
		_, err := Parse("c.yaml", []byte(c.text))
		var es Errors
		if !errors.As(err, &es) {
			t.Errorf("%s: %v; expected Errors", c.name, err)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n%v\nexpected %s", c.name, err, c.want)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the message repeats a secret: %v", c.name, err)
		}
	}
}

// TestSchema: what the reader takes, an editor with the schema takes, and the schema knows no key that the reader does not.
func TestSchema(t *testing.T) {
	s, err := jsonschema.UnmarshalJSON(strings.NewReader(string(SchemaJSON)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///contract.json", s); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("mem:///contract.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		j, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(j, &v); err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(v)
	}
	if err := check(whole); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"why401: guard/2\ntarget: https://a.test\nrows: []\n", "why401: guard/1\nrows: []\n",
		"why401: guard/1\ntarget: https://a.test\nprincipals: {a: {bearer: text}}\nrows: []\n",
		"why401: guard/1\ntarget: https://a.test\nrows: [{name: x, route: /, expect: {status: 900}}]\n"} {
		if check(bad) == nil {
			t.Errorf("the schema takes\n%s", bad)
		}
	}
}

func TestRead(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestJSONPath(t *testing.T) {
	for path, want := range map[string]string{"$": "", "$.a.b": "a b", "$['a b'][0].c": "a b 0 c", "$.a[12]": "a 12"} {
		if got, err := JSONPath(path); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v", path, got, err)
		}
	}
	for _, bad := range []string{"", "a", "$a", "$.", "$..a", "$.*", "$[*]", "$[-1]", "$[", "$['']", "$.a[?(@.b)]"} {
		if got, err := JSONPath(bad); err == nil {
			t.Errorf("%s was taken: %v", bad, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("why401: guard/1\ntarget: &t https://a.test\nrows: [{name: x, route: /, expect: {<<: {status: 200}}}]\n")
	f.Add(`{"why401":"guard/1","target":"http://a","rows":[{"name":"x","route":"/","expect":{"status":"2xx"}}]}`)
	f.Add("why401: guard/1\n? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("c.yaml", []byte(text))
		if err == nil {
			for _, r := range c.Rows {
				if _, err := r.URL(); err != nil {
					t.Errorf("%s: %v", r.Name, err)
				}
			}
			return
		}
		var es Errors
		if !errors.As(err, &es) || len(es) == 0 {
			t.Errorf("%v is no list of mistakes", err)
		}
	})
}
