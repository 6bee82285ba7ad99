package real

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	guards "github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	logins "github.com/why401/why401/guard/login"
	"github.com/why401/why401/secret"
)

// browserLogin is one login in a real browser against real servers.
type browserLogin struct {
	name     string
	servers  func(w *World)
	target   string // origin, expanded
	route    string
	form     contract.LoginForm
	home     string // origin of the form, expanded
	password string // alice's when ""
	user     string

	cause   string   // "" for a login that passes
	differs []string // parts of the differences
	notes   []string // parts of the notes
}

const entranceHost = "http://" + pageHost + ":@port:front@"

func withEntrance(e GoEntrance) func(*World) {
	return func(w *World) { w.GoEntrance("front", e) }
}

// apacheSessionForm is mod_auth_form with a session in a cookie (mod_session_cookie).
const apacheSessionForm = `
<Location /private>
	AuthType form
	AuthName Orders
	AuthFormProvider file
	AuthUserFile @dir@/htpasswd
	AuthFormLoginRequiredLocation /login.html
	Session On
	SessionCookieName session path=/;httponly
	Require valid-user
</Location>
<Location /enter>
	SetHandler form-login-handler
	AuthType form
	AuthName Orders
	AuthFormProvider file
	AuthUserFile @dir@/htpasswd
	AuthFormLoginSuccessLocation /private/
	AuthFormLoginRequiredLocation /login.html
	Session On
	SessionCookieName session path=/;httponly
</Location>
`

func apacheWithForm(w *World) {
	w.passwords()
	w.File("front/htdocs/private/index.html", "<!DOCTYPE html><title>inside</title><p>inside</p>\n")
	w.File("front/htdocs/login.html", `<!DOCTYPE html><title>Log in</title><form method="post" action="/enter"><input name="httpd_username"><input name="httpd_password" type="password"><button>Log in</button></form>`)
	w.Apache("front", apacheSessionForm)
}

func webWithProvider(redirect string) func(*World) {
	return func(w *World) {
		w.authServer("", nil)
		s := Settings{"ISSUER": "http://@front-id@"}
		if redirect != "" {
			s["REDIRECT"] = redirect
		}
		w.Node("front", "webapp.js", s)
	}
}

var browserLogins = []browserLogin{
	{
		name: "nginx-basic", servers: func(w *World) { w.passwords(); w.site(); w.Nginx("front", nginxBasic) },
		target: "http://@front@", route: "/private/", notes: []string{"without a browser is let in as well"},
	},
	{
		name: "nginx-basic-wrong-password", servers: func(w *World) { w.passwords(); w.site(); w.Nginx("front", nginxBasic) },
		target: "http://@front@", route: "/private/", password: "not-hers", cause: "wrong-password", differs: []string{"by prompt, and answered 401"},
	},
	{
		name: "apache-form", servers: apacheWithForm, target: "http://@front@", route: "/private/", form: contract.LoginForm{Page: "/login.html"},
		notes: []string{"session in a script is let in"},
	},
	{
		name: "go-form-with-csrf-token", servers: withEntrance(GoEntrance{}), target: entranceHost, route: "/private",
		form:  contract.LoginForm{Pages: contract.LoginPages{Text: "Hello alice", Selector: "h1"}, API: &contract.LoginAPI{Route: "/api/login"}},
		notes: []string{"at the API is let in as well: 200"},
	},
	{
		name: "go-form-works-in-the-browser-alone", servers: withEntrance(GoEntrance{APIForm: true}), target: entranceHost, route: "/private",
		form:  contract.LoginForm{API: &contract.LoginAPI{Route: "/api/login"}},
		cause: "csrf-token-missing-or-mismatch", differs: []string{"The browser gets in, a script does not"},
	},
	{
		name: "go-form-wrong-password", servers: withEntrance(GoEntrance{}), target: entranceHost, route: "/private", password: "not-hers",
		cause: "wrong-password", differs: []string{"a login form is shown in the end"},
	},
	{
		name: "go-form-secure-over-http", servers: withEntrance(GoEntrance{Session: "; Secure"}), target: entranceHost, route: "/private",
		cause: "cookie-secure-over-http", differs: []string{"cookie session_id", "SecureOnly"},
	},
	{
		name: "go-form-domain-of-the-copied-site", servers: withEntrance(GoEntrance{Session: "; Domain=www.example.com"}), target: entranceHost, route: "/private",
		cause: "cookie-domain-mismatch", differs: []string{"cookie session_id", "InvalidDomain"},
	},
	{
		name: "go-form-csrf-token-lost", servers: withEntrance(GoEntrance{NoToken: true}), target: entranceHost, route: "/private",
		cause: "csrf-token-missing-or-mismatch", differs: []string{"by form, and answered 403"},
	},
	{
		name: "provider", servers: webWithProvider(""), target: "http://@front@", route: "/", home: "http://@front-id@",
		form: contract.LoginForm{Pages: contract.LoginPages{Then: []string{"button[type=submit]"}, Text: "alice"}},
	},
	{
		name: "provider-redirect-uri", servers: webWithProvider("http://@front@/back"), target: "http://@front@", route: "/", home: "http://@front-id@",
		cause: "oidc-redirect-uri-mismatch", differs: []string{"no login form"},
	},
	{
		name: "proxy-ends-tls-and-does-not-say-so",
		servers: func(w *World) {
			w.Node("app", "session.js", Settings{"TRUST": "1", "HTTPS": "1", "PUBLIC": "https://@front@"})
			w.tls("location / { proxy_pass http://@app@; proxy_set_header Host $http_host; }")
		},
		target: "https://@front@", route: "/private", cause: "forwarded-proto-missing", differs: []string{"no page is shown"},
	},
	{
		name: "wordpress", servers: func(w *World) { w.WordPress("front").Serve(80) }, target: "http://@front@", route: "/wp-admin/profile.php",
		user: wpAdmin, password: wpPassword(wpAdmin), form: contract.LoginForm{Pages: contract.LoginPages{Selector: "#your-profile"}}, notes: []string{"session in a script is let in"},
	},
	{
		name: "wordpress-wrong-password", servers: func(w *World) { w.WordPress("front").Serve(80) }, target: "http://@front@", route: "/wp-admin/profile.php",
		user: wpAdmin, password: "not-the-admins", cause: "wrong-password", differs: []string{"a login form is shown in the end"},
	},
}

// TestLoginsInABrowser logs in at each of them with Chromium, as guard does.
func TestLoginsInABrowser(t *testing.T) {
	for _, c := range browserLogins {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // a browser mostly waits
			w := NewWorld(t)
			c.servers(w)
			res, err := c.run(w)
			if err != nil {
				t.Fatalf("%v\n%s", err, w.Logs())
			}
			c.judge(t, w, res)
		})
	}
}

func (c browserLogin) run(w *World) (*guards.LoginResult, error) {
	url := func(s string) exchange.URL {
		u, err := exchange.ParseURL(w.Expand(s))
		if err != nil {
			w.Fatalf("%s: %v", s, err)
		}
		return u
	}
	form := c.form
	if c.home != "" {
		form.Pages.Home = url(c.home)
	}
	row := &contract.Row{Name: "Login of " + c.name, Kind: contract.Login, Route: c.route, Login: &form,
		Target: &contract.Target{Name: "lab", URL: url(c.target), Own: true, Insecure: true}}
	l := guards.LoginRequest{Check: guards.Check{Row: row}, User: secret.Public(or(c.user, user)), Password: secret.New(or(c.password, password)),
		Options: guards.Options{StateDir: filepath.Join(w.Dir, "state")}}
	var err error
	if l.URL, err = row.URL(); err != nil {
		return nil, err
	}
	if l.Page = l.URL; form.Page != "" {
		if l.Page, err = row.Target.Route(form.Page); err != nil {
			return nil, err
		}
	}
	port := w.Expand("@port:front@")
	b := &logins.Browser{NoSandbox: asRoot(), Resolve: map[string]string{pageHost + ":" + port: "127.0.0.1:" + port}, Dir: filepath.Join(w.Dir, "kept")}
	return b.Login(context.Background(), l)
}

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

func (c browserLogin) judge(t *testing.T, w *World, res *guards.LoginResult) {
	var differs []string
	for _, d := range res.Differences {
		differs = append(differs, d.What+": expected "+d.Expected+"; found "+d.Found+" ("+d.Cause+")")
	}
	got := ""
	if res.Report != nil {
		got = res.Report.Verdict.Cause
		t.Logf("%s, %s, refused by %s, fault at %s", got, res.Report.Verdict.Grade, res.Report.Verdict.RefusedBy, res.Report.Verdict.FaultAt)
	}
	if got != c.cause || (c.cause == "") != (len(differs) == 0) {
		t.Errorf("cause %q, expected %q\n%s\nnotes: %s", got, c.cause, strings.Join(differs, "\n"), strings.Join(res.Notes, "\n"))
		if res.Report != nil {
			for _, s := range res.Report.Suspects {
				t.Logf("suspect %s %s: %s", s.Cause, s.Grade, s.Because)
			}
		}
		for _, x := range res.Exchanges {
			t.Logf("%d %s %s %d key=%q %v", x.N, x.Request.Method, x.Request.URL, x.Status(), x.Key, x.Failure)
		}
	}
	has := func(what string, list, parts []string) {
		for _, p := range parts {
			if !slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, p) }) {
				t.Errorf("no %s says %q:\n%s", what, p, strings.Join(list, "\n"))
			}
		}
	}
	has("difference", differs, c.differs)
	has("note", res.Notes, c.notes)
	if n := attempts(w); n > 1 && c.form.API == nil && c.cause != "" {
		t.Errorf("the password of a login that was refused went out %d times", n)
	}
	c.files(t, res)
}

// attempts counts the logins that the servers saw: Basic, and POSTs of a form.
func attempts(w *World) int {
	n := 0
	for _, a := range w.Accesses() {
		if a.Attempt() || a.Method == "POST" && (strings.HasPrefix(a.Target, "/login") || strings.HasPrefix(a.Target, "/wp-login.php") || strings.HasPrefix(a.Target, "/enter")) {
			n++
		}
	}
	return n
}

// files: the HAR is one, and holds neither the password nor a session.
func (c browserLogin) files(t *testing.T, res *guards.LoginResult) {
	if len(res.Files) == 0 {
		t.Fatal("no record was kept")
	}
	b, err := os.ReadFile(res.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct{ Entries []map[string]any }
	}
	if err := json.Unmarshal(b, &har); err != nil || len(har.Log.Entries) == 0 {
		t.Errorf("the HAR cannot be read: %v, %d entries", err, len(har.Log.Entries))
	}
	secrets := []string{or(c.password, password)}
	for _, x := range res.Exchanges {
		for _, f := range x.Header().Values("Set-Cookie") {
			pair, _, _ := f.Cut(";")
			if _, v, _ := pair.Cut("="); v.Len() >= 16 {
				secrets = append(secrets, v.Reveal())
			}
		}
	}
	for _, s := range secrets {
		if strings.Contains(string(b), s) {
			t.Errorf("the HAR holds a secret of %d characters", len(s))
		}
	}
	if c.cause == "" && (len(res.Files) != 2 || !strings.HasSuffix(res.Files[1], ".png")) {
		t.Errorf("no picture: %q", res.Files)
	}
}
