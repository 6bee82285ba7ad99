package probe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/why401/why401/exchange"
)

var update = flag.Bool("update", false, "rewrite testdata/agents.golden from the installed clients")

// relations are the redirects of the table: from where to where. The names exist only in this test; every client is
// led to the test's servers by a proxy or by its own means.
var relations = []struct{ name, from, to string }{
	{"same-origin", "http://www.a.test", "http://www.a.test"},
	{"other-port", "http://www.a.test", "http://www.a.test:8080"},
	{"http-to-https", "http://www.a.test", "https://www.a.test"},
	{"https-to-http", "https://www.a.test", "http://www.a.test"},
	{"sub-domain", "http://www.a.test", "http://x.www.a.test"},
	{"parent", "http://www.a.test", "http://a.test"},
	{"sibling", "http://www.a.test", "http://b.a.test"},
	{"other-host", "http://www.a.test", "http://b.test"},
}

var carried = []struct {
	carrier     Carrier
	name, value string
}{
	{CarrierAuthorization, "Authorization", "Bearer tok-0123456789"},
	{CarrierCookie, "Cookie", "sid=cook-0123456789"},
	{CarrierCustom, "X-Api-Key", "key-0123456789"},
}

// sinkWorld is an HTTP server, an HTTPS server and a proxy in front of both that answers for every host name.
type sinkWorld struct {
	plain, secure *httptest.Server
	ca            string // file with the certificate

	mu  sync.Mutex
	got map[string]arrival // by the last part of the path
}

type arrival struct {
	method string
	body   bool
	header http.Header
}

func newSinkWorld(t *testing.T) *sinkWorld {
	w := &sinkWorld{got: map[string]arrival{}}
	w.plain = httptest.NewServer(w)
	w.secure = httptest.NewUnstartedServer(w)
	cert, caPEM := testCertificate(t, "*.a.test", "a.test", "*.www.a.test", "b.test", "127.0.0.1")
	w.secure.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	w.secure.StartTLS()
	w.ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(w.ca, caPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.plain.CloseClientConnections()
		w.plain.Close()
		w.secure.CloseClientConnections()
		w.secure.Close()
	})
	return w
}

func (w *sinkWorld) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method == "CONNECT" {
		w.tunnel(rw, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	if id, ok := strings.CutPrefix(r.URL.Path, "/end/"); ok {
		w.mu.Lock()
		w.got[id] = arrival{r.Method, len(body) > 0, r.Header.Clone()}
		w.mu.Unlock()
		return
	}
	// /start/<status>/<id>?to=<origin>
	parts := strings.SplitN(r.URL.Path, "/", 4)
	status, _ := strconv.Atoi(parts[2])
	rw.Header().Set("Location", r.URL.Query().Get("to")+"/end/"+parts[3])
	rw.WriteHeader(status)
}

// tunnel leads every CONNECT to the HTTPS server.
func (w *sinkWorld) tunnel(rw http.ResponseWriter, r *http.Request) {
	up, err := net.Dial("tcp", w.secure.Listener.Addr().String())
	if err != nil {
		rw.WriteHeader(502)
		return
	}
	defer up.Close()
	down, buf, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	defer down.Close()
	fmt.Fprint(down, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { io.Copy(up, buf); up.(*net.TCPConn).CloseWrite() }()
	io.Copy(down, up)
}

func (w *sinkWorld) url(from, to string, status int, id string) string {
	return fmt.Sprintf("%s/start/%d/%s?to=%s", from, status, id, url.QueryEscape(to))
}

type job struct{ method, url string }

// client runs one real program over jobs.
type client struct {
	name string
	run  func(t *testing.T, w *sinkWorld, jobs []job) (output string)
}

func headerLines() string {
	var b []string
	for _, c := range carried {
		b = append(b, c.name+": "+c.value)
	}
	return strings.Join(b, "\n")
}

func stdin(jobs []job) io.Reader {
	var b bytes.Buffer
	for _, j := range jobs {
		fmt.Fprintf(&b, "%s %s\n", j.method, j.url)
	}
	return &b
}

// command runs a program with the proxy and the headers in its environment.
func command(t *testing.T, w *sinkWorld, in io.Reader, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed; make deps installs it", name)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	_, plain, _ := net.SplitHostPort(w.plain.Listener.Addr().String())
	_, secure, _ := net.SplitHostPort(w.secure.Listener.Addr().String())
	cmd.Env = append(os.Environ(), "CLIENT_HEADERS="+headerLines(), "CLIENT_HTTP_PORT="+plain, "CLIENT_HTTPS_PORT="+secure,
		"http_proxy="+w.plain.URL, "https_proxy="+w.plain.URL, "HTTP_PROXY="+w.plain.URL, "HTTPS_PROXY="+w.plain.URL, "no_proxy=", "NO_PROXY=", "SSL_CERT_FILE="+w.ca,
		"REQUESTS_CA_BUNDLE="+w.ca, "NODE_EXTRA_CA_CERTS="+w.ca, "HOME="+t.TempDir())
	cmd.Stdin = in
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() != nil {
		t.Fatalf("%s did not end: %v\n%s", name, err, out)
	}
	if err != nil {
		out = append(out, []byte("\n"+err.Error())...)
	}
	return string(out)
}

// requestsPython finds a Python that has requests: Debian's, or one the machine has beside it.
func requestsPython(t *testing.T) string {
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(p, "-c", "import requests").Run() == nil {
			return p
		}
	}
	t.Fatal("no Python with requests; make deps installs python3-requests")
	return ""
}

func clients() []client {
	each := func(one func(t *testing.T, w *sinkWorld, j job) string) func(*testing.T, *sinkWorld, []job) string {
		return func(t *testing.T, w *sinkWorld, jobs []job) (out string) {
			for _, j := range jobs {
				out += one(t, w, j)
			}
			return out
		}
	}
	script := func(program func(*testing.T) string, args ...string) func(*testing.T, *sinkWorld, []job) string {
		return func(t *testing.T, w *sinkWorld, jobs []job) string {
			return command(t, w, stdin(jobs), program(t), args...)
		}
	}
	fixed := func(s string) func(*testing.T) string { return func(*testing.T) string { return s } }
	java := func(kind string) func(*testing.T, *sinkWorld, []job) string {
		return func(t *testing.T, w *sinkWorld, jobs []job) string {
			host, port, _ := net.SplitHostPort(w.plain.Listener.Addr().String())
			return command(t, w, stdin(jobs), "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Djdk.httpclient.allowRestrictedHeaders=host",
				"-Dhttp.proxyHost="+host, "-Dhttp.proxyPort="+port, "-Dhttps.proxyHost="+host, "-Dhttps.proxyPort="+port,
				"-Dhttp.nonProxyHosts=", "testdata/clients/Client.java", kind)
		}
	}
	return []client{
		{"curl", each(func(t *testing.T, w *sinkWorld, j job) string {
			args := []string{"-sSL", "-x", w.plain.URL, "--cacert", w.ca, "-o", os.DevNull}
			for _, c := range carried {
				args = append(args, "-H", c.name+": "+c.value)
			}
			switch j.method {
			case "POST":
				args = append(args, "-d", "body=1")
			case "PUT":
				file := filepath.Join(t.TempDir(), "body") // standard input could not be sent a second time
				if err := os.WriteFile(file, []byte("body=1"), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "-T", file)
			case "HEAD":
				args = append(args, "-I")
			}
			return command(t, w, nil, "curl", append(args, j.url)...)
		})},
		{"wget", each(func(t *testing.T, w *sinkWorld, j job) string {
			args := []string{"-q", "-O", os.DevNull, "--tries=1", "--ca-certificate=" + w.ca}
			for _, c := range carried {
				args = append(args, "--header", c.name+": "+c.value)
			}
			switch j.method {
			case "POST":
				args = append(args, "--post-data", "body=1")
			case "PUT":
				args = append(args, "--method=PUT", "--body-data=body=1")
			case "HEAD":
				args = append(args, "--method=HEAD")
			}
			return command(t, w, nil, "wget", append(args, j.url)...)
		})},
		{"go", goClient},
		{"requests", script(requestsPython, "testdata/clients/requests_client.py")},
		{"urllib", script(fixed("python3"), "testdata/clients/urllib_client.py")},
		{"node-fetch", script(fixed("node"), "testdata/clients/fetch.js")},
		{"java-http-client", java("client")},
		{"java-url-connection", java("connection")},
	}
}

func goClient(t *testing.T, w *sinkWorld, jobs []job) (out string) {
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		to := w.plain
		if strings.HasSuffix(addr, ":443") {
			to = w.secure
		}
		return (&net.Dialer{}).DialContext(ctx, network, to.Listener.Addr().String())
	}}
	defer tr.CloseIdleConnections()
	for _, j := range jobs {
		var body io.Reader
		if j.method == "POST" || j.method == "PUT" {
			body = strings.NewReader("body=1")
		}
		req, err := http.NewRequest(j.method, j.url, body)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range carried {
			req.Header.Set(c.name, c.value)
		}
		resp, err := (&http.Client{Transport: tr}).Do(req)
		if err != nil {
			out += err.Error() + "\n"
			continue
		}
		resp.Body.Close()
	}
	return out
}

var methodStatuses = []int{301, 302, 303, 307, 308}
var methodTried = []string{"POST", "PUT", "HEAD"}

// observe runs c and writes its rows.
func observe(t *testing.T, c client, b *strings.Builder) {
	w := newSinkWorld(t)
	var jobs []job
	for _, r := range relations {
		jobs = append(jobs, job{"GET", w.url(r.from, r.to, 302, r.name)})
	}
	const o = "http://www.a.test"
	for _, st := range methodStatuses {
		for _, m := range methodTried {
			jobs = append(jobs, job{m, w.url(o, o, st, fmt.Sprintf("%s-%d", m, st))})
		}
	}
	out := c.run(t, w, jobs)
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.got["same-origin"]; !ok {
		t.Errorf("%s followed no redirect at all:\n%s", c.name, out)
	}
	for _, r := range relations {
		a, ok := w.got[r.name]
		row := fmt.Sprintf("%-20s %-14s", c.name, r.name)
		for _, k := range carried {
			switch {
			case !ok:
				row += " stops"
			case strings.Contains(a.header.Get(k.name), k.value):
				row += " yes"
			default:
				row += " no"
			}
		}
		fmt.Fprintln(b, row)
	}
	for _, st := range methodStatuses {
		row := fmt.Sprintf("%-20s %-14d", c.name, st)
		for _, m := range methodTried {
			switch a, ok := w.got[fmt.Sprintf("%s-%d", m, st)]; {
			case !ok:
				row += " stops"
			case a.body:
				row += " " + a.method + "+body"
			default:
				row += " " + a.method
			}
		}
		fmt.Fprintln(b, row)
	}
}

const goldenHead = "# What installed clients do on a redirect, seen by running them (go test ./probe -run RealAgents -update).\n" +
	"# First what is forwarded: client, relation, then Authorization, Cookie and X-Api-Key set by hand.\n" +
	"# Then what becomes of the method on the same origin: client, status, then POST, PUT and HEAD.\n"

func TestRealAgents(t *testing.T) {
	cs := clients()
	rows := make([]strings.Builder, len(cs))
	t.Run("clients", func(t *testing.T) {
		for i, c := range cs {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				observe(t, c, &rows[i])
			})
		}
	})
	got := goldenHead
	for i := range rows {
		got += rows[i].String()
	}
	want, err := os.ReadFile("testdata/agents.golden")
	if err != nil {
		t.Fatal(err)
	}
	got, unseen := generation(got)
	absent, present := split(string(want), unseen)
	if *update {
		if err := os.WriteFile("testdata/agents.golden", []byte(got+absent), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if absent == "" {
		t.Errorf("the table has no rows for %s, which only an older or newer JDK can fill", unseen)
	}
	if d := cmp.Diff(sorted(present), sorted(got)); d != "" {
		t.Errorf("clients behave differently from testdata/agents.golden (-golden +seen):\n%s", d)
	}
}

// generation names the rows of Java's HttpClient by what it does: updates of 2026 leave Authorization and Cookie out at
// another origin (java-http-strict), older ones send them on (java-http-client). The other name is unseen here.
func generation(got string) (named, unseen string) {
	if strings.Contains(got, fmt.Sprintf("%-20s %-14s no no", "java-http-client", "other-host")) {
		return strings.ReplaceAll(got, fmt.Sprintf("%-20s", "java-http-client"), fmt.Sprintf("%-20s", "java-http-strict")), "java-http-client"
	}
	return got, "java-http-strict"
}

// split takes the rows of one client out of a table.
func split(table, client string) (of, rest string) {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, client+" ") {
			of += line
		} else {
			rest += line
		}
	}
	return of, rest
}

func sorted(table string) []string {
	rows := strings.Split(strings.TrimSpace(table), "\n")
	slices.Sort(rows)
	return rows
}

// TestModelAgreesWithClients compares the model with the table of real clients, so that neither drifts alone.
func TestModelAgreesWithClients(t *testing.T) {
	f, err := os.Open("testdata/agents.golden")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		rows++
		cell := strings.Fields(sc.Text())
		agent := exchange.Agent{Name: cell[0]}
		if status, err := strconv.Atoi(cell[1]); err == nil {
			for i, m := range methodTried {
				next, body := RedirectMethod(agent, status, m)
				got := next
				switch {
				case next == "":
					got = "stops"
				case body && m != "HEAD":
					got += "+body"
				}
				if got != cell[2+i] {
					t.Errorf("%s, %s on %d: the model says %s, the client does %s", agent.Name, m, status, got, cell[2+i])
				}
			}
			continue
		}
		at := slices.IndexFunc(relations, func(r struct{ name, from, to string }) bool { return r.name == cell[1] })
		from, _ := exchange.ParseURL(relations[at].from + "/")
		to, _ := exchange.ParseURL(relations[at].to + "/")
		for i, c := range carried {
			want := cell[2+i]
			if want == "stops" {
				want = "no"
			}
			if got := Forwards(agent, from, to, c.carrier); string(got) != want {
				t.Errorf("%s, %s, %s: the model says %s, the client does %s", agent.Name, cell[1], c.name, got, want)
			}
		}
	}
	if rows != (len(clients())+1)*(len(relations)+len(methodStatuses)) { // Java's HttpClient stands there in two generations
		t.Errorf("the table has %d rows", rows)
	}
}
