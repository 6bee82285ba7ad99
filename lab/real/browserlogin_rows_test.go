package real

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	guards "github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	logins "github.com/why401/why401/guard/login"
)

const loginContract = `why401: guard/1
targets:
  shop: {url: "http://` + pageHost + `:@port:front@", own: true}
  down: {url: "http://127.0.0.1:@port:nobody@", own: true}
principals:
  alice: {login: {user: alice, password: {env: ALICE}}}
rows:
  - name: alice gets in
    kind: login
    target: shop
    route: /private
    as: alice
    login: {page: /login, text: Hello alice, selector: h1, api: {route: /api/login}}
    expect: {status: 200}
  - name: nobody is at home
    kind: login
    target: down
    route: /private
    as: alice
    expect: {status: 200}
`

// TestLoginRowsOfAContract runs the rows by guard: one holds, and breaks with its cause when the server is broken; one whose
// server is down could not be told, and so are all without a browser.
func TestLoginRowsOfAContract(t *testing.T) {
	w := NewWorld(t)
	w.GoEntrance("front", GoEntrance{})
	c, err := contract.Parse("contract.yaml", []byte(w.Expand(loginContract)))
	if err != nil {
		t.Fatal(err)
	}
	port := w.Expand("@port:front@")
	b := &logins.Browser{NoSandbox: asRoot(), Resolve: map[string]string{pageHost + ":" + port: "127.0.0.1:" + port}}
	run := func(state string, b *logins.Browser) []*guards.RowResult {
		t.Helper()
		res, err := guards.Run(t.Context(), c, guards.Options{Login: b, StateDir: filepath.Join(w.Dir, state), Env: func(name string) string {
			return map[string]string{"ALICE": password}[name]
		}})
		if err != nil {
			t.Fatal(err)
		}
		return res.Rows
	}
	rows := run("state", b)
	if rows[0].State != guards.Held {
		t.Errorf("%s: %+v, %s, %q", rows[0].State, rows[0].Differences, rows[0].Because, rows[0].Notes)
	}
	if rows[1].State != guards.CouldNotTell || !strings.Contains(rows[1].Because, "no answer") && !strings.Contains(rows[1].Because, "REFUSED") {
		t.Errorf("a server that is down: %s, %q, %+v", rows[1].State, rows[1].Because, rows[1].Differences)
	}
	w.GoEntrance("front", GoEntrance{Session: "; Secure"})
	rows = run("state", b)
	switch {
	case rows[0].State != guards.Broken || rows[0].Report == nil:
		t.Errorf("%s: %+v, %s", rows[0].State, rows[0].Differences, rows[0].Because)
	case rows[0].Report.Verdict.Cause != "cookie-secure-over-http":
		t.Errorf("cause %s: %+v", rows[0].Report.Verdict.Cause, rows[0].Differences)
	}
	rows = run("other-state", &logins.Browser{Path: filepath.Join(w.Dir, "no-chromium")})
	if rows[0].State != guards.CouldNotTell || !strings.Contains(rows[0].Because, "browser") {
		t.Errorf("without a browser: %s, %q", rows[0].State, rows[0].Because)
	}
	if _, err := os.Stat(filepath.Join(w.Dir, "state", "ledger")); err != nil {
		t.Errorf("no ledger: %v", err)
	}
}
