package probe

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// crossing is a redirect out of (or back into) the user's origin. reached is the address it leads to, "" when no
// request may follow; own says that it is the same origin, so that the credential must arrive there.
type crossing struct {
	name, base, location, reached string
	own                           bool
}

var crossings = []crossing{
	{"same origin", "https://www.a.test", "https://www.a.test/t", "www.a.test:443", true},
	{"other port", "https://www.a.test", "https://www.a.test:8443/t", "www.a.test:8443", false},
	{"http to https", "http://www.a.test", "https://www.a.test/t", "www.a.test:443", false},
	{"https to http", "https://www.a.test", "http://www.a.test/t", "www.a.test:80", false},
	{"sub-domain", "https://www.a.test", "https://x.www.a.test/t", "x.www.a.test:443", false},
	{"parent", "https://www.a.test", "https://a.test/t", "a.test:443", false},
	{"sibling", "https://www.a.test", "https://b.a.test/t", "b.a.test:443", false},
	{"other host", "https://www.a.test", "https://b.test/t", "b.test:443", false},
	{"IP of the same host", "https://www.a.test", "https://192.0.2.10/t", "192.0.2.10:443", false},
	{"trailing dot", "https://www.a.test", "https://www.a.test./t", "www.a.test.:443", false},
	{"upper case and IDN", "https://xn--bcher-kva.test", "HTTPS://B\u00dcCHER.test/t", "xn--bcher-kva.test:443", true},
	{"userinfo in Location", "https://www.a.test", "https://www.a.test:pw@b.test/t", "b.test:443", false},
	{"other scheme", "https://www.a.test", "ftp://www.a.test/t", "", false},
	{"protocol-relative", "https://www.a.test", "//b.test/t", "b.test:443", false},
}

const digestChallenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n0nce\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n"

// carrier puts marker on an intent, and says what the servers do about it.
type matrixCarrier struct {
	name   string
	set    func(t *testing.T, in *exchange.Intent, marker string)
	jar    bool // the first reply sets marker as a cookie
	digest bool // every server asks for Digest
	status int  // of the redirects
	cert   bool // the client certificate is the secret
}

func field(name, value string) func(*testing.T, *exchange.Intent, string) {
	return func(_ *testing.T, in *exchange.Intent, marker string) {
		in.Request.Header = append(in.Request.Header, exchange.RequestField(name, strings.ReplaceAll(value, "MARKER", marker)))
	}
}

var matrixCarriers = []matrixCarrier{
	{name: "Authorization Basic", set: func(_ *testing.T, in *exchange.Intent, m string) {
		in.Request.Header = append(in.Request.Header, exchange.Login{User: secret.New("u-" + m), Password: secret.New(m)}.BasicField())
	}},
	{name: "Authorization Bearer", set: field("Authorization", "Bearer MARKER")},
	{name: "Authorization Digest", digest: true, set: func(_ *testing.T, in *exchange.Intent, m string) {
		in.Auth, in.Login = exchange.AuthDigest, exchange.Login{User: secret.New(m), Password: secret.New("p")}
	}},
	{name: "Cookie header", set: field("Cookie", "sid=MARKER; theme=dark")},
	{name: "cookie jar", jar: true, set: func(*testing.T, *exchange.Intent, string) {}},
	{name: "X-Api-Key", set: field("X-Api-Key", "MARKER")},
	{name: "custom header", set: field("X-Nobody-Knows", "MARKER")},
	{name: "query", set: func(_ *testing.T, in *exchange.Intent, m string) {
		in.Request.URL.HasQuery, in.Request.URL.Query = true, exchange.ParseQuery("api_key="+m)
	}},
	{name: "userinfo", set: func(_ *testing.T, in *exchange.Intent, m string) {
		in.Request.URL.User = secret.New("u:" + m)
		in.Auth, in.Login = exchange.AuthBasic, exchange.Login{User: secret.New("u"), Password: secret.New(m)}
	}},
	{name: "body on 307", status: 307, set: func(_ *testing.T, in *exchange.Intent, m string) {
		in.Request.Method, in.Request.Body = "POST", secret.New("note="+m)
	}},
	{name: "client certificate", cert: true, set: func(t *testing.T, in *exchange.Intent, m string) {
		in.TLS.CertFile, in.TLS.KeyFile = clientPair(t)
	}},
	{name: "Proxy-Authorization", set: field("Proxy-Authorization", "Basic MARKER")},
}

func clientPair(t *testing.T) (certFile, keyFile string) {
	cert, certPEM := testCertificate(t, "client.test")
	der, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	for file, data := range map[string][]byte{certFile: certPEM, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// TestRedirectMatrix is promise P1: in every combination of redirect, carrier and depth no byte of a credential
// reaches an origin it was not given for. The server at the far end redirects once more within its own origin, to see
// that nothing comes back on the second foreign hop.
func TestRedirectMatrix(t *testing.T) {
	cells, delivered := 0, 0
	for _, x := range crossings {
		for _, c := range matrixCarriers {
			for depth := 1; depth <= 3; depth++ {
				cells++
				t.Run(fmt.Sprintf("%s/%s/%d", x.name, c.name, depth), func(t *testing.T) {
					if matrixCell(t, x, c, depth) {
						delivered++
					}
				})
			}
		}
	}
	if cells != 504 {
		t.Errorf("%d cells, expected 504", cells)
	}
	// The two crossings that stay within the origin must deliver: else the test would pass with a probe that sends nothing.
	if want := 2 * len(matrixCarriers) * 3; delivered != want {
		t.Errorf("the credential arrived at its own origin behind the redirect in %d cells, expected %d", delivered, want)
	}
}

func matrixCell(t *testing.T, x crossing, c matrixCarrier, depth int) (delivered bool) {
	marker := fmt.Sprintf("mRk%dx%sZ", depth, strings.NewReplacer(" ", "", "-", "").Replace(x.name+c.name))
	in := intentFor(t, x.base+"/1")
	in.Agent.Name = "browser"
	c.set(t, in, marker)
	ownAddr := in.Request.URL.Address()
	status := c.status
	if status == 0 {
		status = 302
	}
	arrived := false
	w := newWorld(t, func(addr string, r *http.Request, body string) string {
		var cookie string
		if addr == ownAddr {
			if c.jar && r.URL.Path == "/1" {
				cookie = "Set-Cookie: sid=" + marker + "; Domain=a.test; Path=/\r\n"
			}
		}
		if c.digest && !strings.HasPrefix(r.Header.Get("Authorization"), "Digest ") {
			return digestChallenge
		}
		switch {
		case addr == ownAddr && r.URL.Path != "/t":
			var step int
			fmt.Sscanf(r.URL.Path, "/%d", &step)
			if step < depth {
				next := fmt.Sprintf("/%d", step+1)
				if c.name == "query" {
					next += "?api_key=" + marker
				}
				return redirectTo(status, next, cookie)
			}
			loc := x.location
			if c.name == "query" && x.own {
				loc += "?api_key=" + marker
			}
			return redirectTo(status, loc, cookie)
		case r.URL.Path == "/t" && !x.own:
			return redirectTo(status, "/t2")
		case r.URL.Path == "/t":
			arrived = true
		}
		return okReply
	})
	s := newSender(t, in, Options{Dial: w.dial, Roots: w.roots, MaxRequests: 40, AllowUnsafe: true})
	if _, err := s.Do(context.Background(), in.Request, How{Follow: true, Login: true}); err != nil {
		t.Fatalf("Do: %v", err)
	}
	w.wg.Wait()
	spellings := append(secret.Spellings(marker), base64.StdEncoding.EncodeToString([]byte(marker)))
	seen := w.sawAt(spellings)
	for addr := range seen {
		if addr != ownAddr {
			t.Errorf("LEAK: %s was sent the credential:\n%s", addr, w.bytes[addr])
		}
	}
	for addr, n := range w.certs {
		if addr != ownAddr && n > 0 {
			t.Errorf("LEAK: %s was shown the client certificate", addr)
		}
	}
	switch {
	case c.cert:
		if secured(ownAddr) && w.certs[ownAddr] == 0 {
			t.Error("the user's own origin never saw the client certificate")
		}
	case c.jar && depth == 1 && !x.own: // the cookie came with the redirect itself and had no other place to go
	case !seen[ownAddr]:
		t.Error("the user's own origin never saw the credential: the cell proves nothing")
	}
	bodyStays := c.status == 307 && !x.own
	if x.reached != "" && !bodyStays && w.requests[x.reached] == 0 {
		t.Errorf("the redirect was not followed to %s: dialled %v", x.reached, w.dialled)
	}
	for _, addr := range w.dialled {
		if addr != ownAddr && addr != x.reached {
			t.Errorf("%s was dialled", addr)
		}
	}
	if strings.Contains(fmt.Sprint(s.Sent(), s.Notes()), marker) {
		t.Error("the list of what was sent shows the credential")
	}
	return x.own && arrived
}
