package browser_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
)

// site is a server that notes what it is asked.
type site struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

func serve(t *testing.T, h func(w http.ResponseWriter, r *http.Request)) *site {
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, fmt.Sprintf("%s %s %s", r.Method, r.URL.Path, r.Header.Get("Authorization")))
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// open visits an address. Tests need Chromium (tools/install-servers.sh); without it they fail.
func open(t *testing.T, address string, login exchange.Login, calls ...string) *browser.Recording {
	t.Helper()
	u, err := exchange.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	in := &exchange.Intent{Request: exchange.Request{Method: "GET", URL: u}, Login: login, Auth: exchange.AuthBasic}
	return visit(t, in, browser.Options{Time: 20 * time.Second}, calls...)
}

// visit opens the address of in; calls are other origins that the page may ask.
func visit(t *testing.T, in *exchange.Intent, o browser.Options, calls ...string) *browser.Recording {
	t.Helper()
	s, err := probe.New(in, probe.Options{StateDir: t.TempDir() + "/state"})
	if err != nil {
		t.Fatal(err)
	}
	o.Permit, o.Lend, o.NoSandbox, o.Screenshot = s.Permit, s.Lend, os.Geteuid() == 0, true
	for _, c := range calls {
		u, err := exchange.ParseURL(c)
		if err != nil {
			t.Fatal(err)
		}
		o.Calls = append(o.Calls, u.Origin())
	}
	rec, err := browser.Open(context.Background(), in, o)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// TestNothingGoesToOthers opens a hostile page. What was not named gets not one request, by whatever means the page has; what
// may change something is not sent; a dialog, a window and a download hold nothing up.
func TestNothingGoesToOthers(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "x") })
	frame := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	page := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/worker.js", "/sw.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, `fetch('%s/worker').catch(()=>{}); fetch('/worker-post', {method: 'POST'}).catch(()=>{});`, other.URL)
		case "/file":
			w.Header().Set("Content-Disposition", "attachment; filename=x")
			fmt.Fprint(w, "data")
		case "/":
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Link", "<"+other.URL+"/preload>; rel=preload; as=image")
			fmt.Fprintf(w, `<title>hostile</title><link rel=icon href=data:,><meta http-equiv=Content-Security-Policy content="">
<link rel=prefetch href="%[1]s/prefetch"><link rel=preconnect href="%[1]s"><img src="%[1]s/img"><iframe src="%[2]s/frame"></iframe>
<form id=f method=post action="/form"></form><a id=a href="/file" download>x</a><a id=p href="#" ping="/ping">y</a>
<script>
new Worker('/worker.js'); navigator.serviceWorker?.register('/sw.js').catch(()=>{});
fetch('%[1]s/fetch').catch(()=>{}); fetch('/delete', {method: 'DELETE'}).catch(()=>{});
fetch('/account/delete').catch(()=>{}); navigator.sendBeacon('/beacon', 'x'); navigator.sendBeacon('%[1]s/beacon', 'x');
try { new WebSocket('%[3]s/socket'); } catch {}
try { new EventSource('%[1]s/events'); } catch {}
window.open('%[1]s/window'); document.getElementById('a').click(); document.getElementById('p').click();
fetch('/fine').then(() => { alert('wait'); prompt('wait'); document.title = 'done'; });
setTimeout(() => document.getElementById('f').submit(), 200);
setTimeout(() => { location = '%[1]s/away'; }, 400);
</script>`, other.URL, frame, strings.Replace(other.URL, "http", "ws", 1))
		default:
			fmt.Fprint(w, "ok")
		}
	})
	rec := open(t, page.URL+"/", exchange.Login{})
	if got := other.asked(); len(got) > 0 {
		t.Errorf("the other origin was asked: %q", got)
	}
	fine := false
	for _, line := range page.asked() {
		fine = fine || strings.HasPrefix(line, "GET /fine")
		if !strings.HasPrefix(line, "GET ") || strings.Contains(line, "/account/delete") {
			t.Errorf("sent: %s", line)
		}
	}
	if !fine {
		t.Errorf("a plain request of the page's own was not sent: %q", page.asked())
	}
	notes := strings.Join(rec.Notes, "\n")
	for _, want := range []string{"did not name", "may change something", other.URL} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
}

// TestTheLoginGoesOnce gives a login to a server that refuses it everywhere: it is sent once, however many things the page
// wants, and never to the other origin that may be called.
func TestTheLoginGoesOnce(t *testing.T) {
	var calls *site
	refuse := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Orders"`)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(401)
		fmt.Fprintf(w, `<link rel=icon href=data:,><img src=/a><img src=/b><img src=/c><img src="%s/d">`, calls.URL)
	}
	calls = serve(t, refuse)
	page := serve(t, refuse)
	rec := open(t, page.URL+"/", exchange.Login{User: secret.New("alice"), Password: secret.New("not-her-password")}, calls.URL)
	n := 0
	for _, line := range page.asked() {
		if strings.Contains(line, "Basic") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the password was sent %d times: %q", n, page.asked())
	}
	for _, line := range calls.asked() {
		if strings.Contains(line, "Basic") {
			t.Errorf("the password went to another origin: %s", line)
		}
	}
	if len(rec.Exchanges) < 2 || rec.Exchanges[1].Status() != 401 || !rec.Exchanges[1].Request.Header.Has("Authorization") {
		t.Errorf("the refused login is not in the record: %d exchanges", len(rec.Exchanges))
	}
}

// TestTheRecord: the HAR holds what was sent, and the picture does not show what was typed.
func TestTheRecord(t *testing.T) {
	page := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "sid=abcdefghijklmnop1234; SameSite=None")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<title>t</title><link rel=icon href=data:,><p>token eyJhbGciOiJIUzI1NiJ9abcdef0123456789`)
	})
	rec := open(t, page.URL+"/?page=2", exchange.Login{})
	if len(rec.Exchanges) != 1 || len(rec.Exchanges[0].Browser.Dropped) != 1 || rec.Exchanges[0].Browser.Dropped[0].Reasons[0] != "SameSiteNoneInsecure" {
		t.Fatalf("the dropped cookie is not told: %+v", rec.Exchanges)
	}
	har := browser.HAR(rec)
	for _, want := range []string{"SameSiteNoneInsecure", `"name": "Set-Cookie"`, "page=2", rec.Program[:8]} {
		if !strings.Contains(har, want) {
			t.Errorf("the HAR lacks %q", want)
		}
	}
	if len(rec.Screenshot) < 1000 || string(rec.Screenshot[1:4]) != "PNG" {
		t.Errorf("no picture: %d bytes", len(rec.Screenshot))
	}
}

// TestWithoutABrowser says what to install, and a page that cannot be reached is said as well.
func TestWithoutABrowser(t *testing.T) {
	u, _ := exchange.ParseURL("http://127.0.0.1:1/")
	in := &exchange.Intent{Request: exchange.Request{Method: "GET", URL: u}}
	s, _ := probe.New(in, probe.Options{StateDir: t.TempDir() + "/state"})
	o := browser.Options{Permit: s.Permit, Lend: s.Lend, NoSandbox: os.Geteuid() == 0, Path: "/nowhere/chromium"}
	var m *browser.Missing
	if _, err := browser.Open(context.Background(), in, o); !errors.As(err, &m) {
		t.Errorf("a browser that is not there: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	o.Path = ""
	if _, err := browser.Open(context.Background(), in, o); !errors.As(err, &m) || !strings.Contains(m.Why, "apt install chromium") {
		t.Errorf("no browser at all: %v", err)
	}
}

// TestTroubles: a program that is no browser, one that hangs, and a port where nobody listens.
func TestTroubles(t *testing.T) {
	u, _ := url.Parse("http://127.0.0.1:9/")
	e, _ := exchange.ParseURL(u.String())
	in := &exchange.Intent{Request: exchange.Request{Method: "GET", URL: e}}
	s, _ := probe.New(in, probe.Options{StateDir: t.TempDir() + "/state"})
	for name, path := range map[string]string{"no browser": "true", "unreachable": "", "hangs": "yes"} {
		if path != "" {
			p, err := exec.LookPath(path)
			if err != nil {
				t.Fatal(err)
			}
			path = p
		}
		start := time.Now()
		rec, err := browser.Open(context.Background(), in, browser.Options{Permit: s.Permit, Lend: s.Lend, NoSandbox: os.Geteuid() == 0, Path: path, Time: 8 * time.Second})
		var m *browser.Missing
		if !errors.As(err, &m) && (rec == nil || len(rec.Exchanges) != 1 || rec.Exchanges[0].Failure == nil) {
			t.Errorf("%s: %v, %+v", name, err, rec)
		}
		t.Logf("%s: %v", name, err)
		if d := time.Since(start); d > 25*time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
}
