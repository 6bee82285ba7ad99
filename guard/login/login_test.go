package login

import (
	"strings"
	"testing"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

func seen(t *testing.T, n int, method, url string, status int, fields ...string) *exchange.Exchange {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange.Exchange{N: n, Request: exchange.Request{Method: method, URL: u}, Response: &exchange.Response{Status: status}, Browser: &exchange.Browsed{Kind: "document"}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		x.Response.Header = append(x.Response.Header, exchange.ResponseField(name, value))
	}
	return x
}

// TestCourt: the browser's word about each cookie, with the cause where it is a fault; a reason that is none has no cause.
func TestCourt(t *testing.T) {
	const line = "sid=0123456789abcdef; Secure"
	set := seen(t, 1, "POST", "http://app.test/login", 303, "Set-Cookie: "+line, "Set-Cookie: theme=dark", "Location: /private")
	set.Browser.Dropped = []exchange.BrowsedCookie{{Name: "sid", Reasons: []string{"SecureOnly"}, Line: secret.New(line)}}
	page := seen(t, 2, "GET", "http://app.test/private", 302, "Location: /login")
	page.Browser.Passed = []string{"theme"}
	page.Browser.Kept = []exchange.BrowsedCookie{{Name: "strict", Reasons: []string{"SameSiteStrict"}}, {Name: "far", Reasons: []string{"DomainMismatch"}}}
	fine := seen(t, 3, "GET", "http://app.test/login", 200)
	fine.Browser.Kept = []exchange.BrowsedCookie{{Name: "unmissed", Reasons: []string{"NotOnPath"}}}
	got := Court(&browser.Recording{Exchanges: []*exchange.Exchange{set, page, fine}})
	want := Rulings{
		{Cookie: "sid", Exchange: 1, Reason: "SecureOnly", Cause: "cookie-secure-over-http"},
		{Cookie: "theme", Exchange: 1, Stored: true, Sent: []int{2}},
		{Cookie: "strict", Exchange: 2, Stored: true, Kept: true, Reason: "SameSiteStrict", Cause: "cookie-not-sent-samesite"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d rulings: %+v", len(got), got)
	}
	for i, w := range want {
		g := got[i]
		if g.Cookie != w.Cookie || g.Exchange != w.Exchange || g.Stored != w.Stored || g.Kept != w.Kept || g.Reason != w.Reason || g.Cause != w.Cause || len(g.Sent) != len(w.Sent) {
			t.Errorf("ruling %d: %+v, expected %+v", i, g, w)
		}
	}
	if d := got.Differences(); len(d) != 2 || d[0].What != "cookie sid" || d[1].Cause != "cookie-not-sent-samesite" {
		t.Errorf("differences: %+v", d)
	}
}

// TestAPIRequest: user name and password stand in the body as the endpoint wants them, and cannot break out of it.
func TestAPIRequest(t *testing.T) {
	u, err := exchange.ParseURL("https://app.test/api/login")
	if err != nil {
		t.Fatal(err)
	}
	user, password := secret.Public(`a"b`), secret.New("x&y=\"z\n")
	for _, c := range []struct {
		api  contract.LoginAPI
		want string
	}{
		{contract.LoginAPI{}, "username=a%22b&password=x%26y%3D%22z%0A"},
		{contract.LoginAPI{User: "log", Password: "pwd"}, "log=a%22b&pwd=x%26y%3D%22z%0A"},
		{contract.LoginAPI{JSON: true}, `{"username":"a\"b","password":"x\u0026y=\"z\n"}`},
	} {
		r := apiRequest(&c.api, u, user, password)
		if !r.Body.Is(c.want) || r.Method != "POST" || strings.Contains(r.Body.String(), "x") {
			t.Errorf("%+v: %v, is as expected: %v", c.api, r.Body, r.Body.Is(c.want))
		}
	}
}

// TestPlan: the login belongs to the target, or to the origin that the row names, and the pages may ask both and no more.
func TestPlan(t *testing.T) {
	parse := func(s string) exchange.URL {
		u, err := exchange.ParseURL(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	row := &contract.Row{Target: &contract.Target{CAFile: "ca.pem"}, Login: &contract.LoginForm{Pages: contract.LoginPages{Home: parse("https://id.test"), Then: []string{"#yes"}}}}
	l := guard.LoginRequest{Check: guard.Check{Row: row}, URL: parse("https://app.test/private"), User: secret.Public("alice"), Password: secret.New("wonderland")}
	in, form, calls := (&Browser{}).plan(l)
	if form.At.String() != "https://id.test" || form.Page.Path != "/private" || in.TLS.CAFile != "ca.pem" || len(calls) != 2 || len(form.Then) != 1 {
		t.Errorf("%+v, %+v, %v", in.TLS, form, calls)
	}
	row.Login = nil
	if _, form, calls = (&Browser{}).plan(l); form.At.String() != "https://app.test" || len(calls) != 1 {
		t.Errorf("%+v, %v", form, calls)
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{"Alice: gets in!": "alice-gets-in", "../../etc": "etc", "ÄÖ": "login", strings.Repeat("a", 200): strings.Repeat("a", 80)} {
		if got := slug(in); got != want {
			t.Errorf("%q: %q, expected %q", in, got, want)
		}
	}
}
