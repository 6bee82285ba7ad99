package probe

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icholy/digest"
	"github.com/why401/why401/cred/sigv4"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// digestServer checks answers with a second implementation of the arithmetic: the library's own Digest over the
// parsed answer.
func digestServer(t *testing.T, algorithm, password string, stale int) *httptest.Server {
	nonce := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cred, err := digest.ParseCredentials(r.Header.Get("Authorization"))
		ok := false
		if err == nil {
			want, err := digest.Digest(&digest.Challenge{Realm: "r", Nonce: cred.Nonce, Algorithm: algorithm, QOP: []string{"auth"}},
				digest.Options{Method: r.Method, URI: r.RequestURI, Username: "bob", Password: password, Count: cred.Nc, Cnonce: cred.Cnonce})
			ok = err == nil && want.Response == cred.Response && cred.Nonce == fmt.Sprint("n", nonce)
		}
		if ok && stale > 0 {
			stale--
			nonce++
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest realm="r", nonce="n%d", qop="auth", algorithm=%s, stale=true`, nonce, algorithm))
			w.WriteHeader(401)
			return
		}
		if !ok {
			nonce++
			w.Header().Add("WWW-Authenticate", `Basic realm="r"`)
			w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Digest realm="r", nonce="n%d", qop="auth", algorithm=%s`, nonce, algorithm))
			w.WriteHeader(401)
			return
		}
		body := make([]byte, 10)
		n, _ := r.Body.Read(body)
		fmt.Fprintf(w, "hello %s", body[:n])
	}))
}

func TestDigest(t *testing.T) {
	for _, c := range []struct {
		auth      exchange.Auth
		algorithm string
		password  string
		stale     int
		statuses  string
	}{
		{exchange.AuthDigest, "MD5", "right", 0, "401 200"},
		{exchange.AuthDigest, "SHA-256", "right", 0, "401 200"},
		{exchange.AuthAny, "MD5", "right", 0, "401 200"},
		{exchange.AuthDigest, "MD5", "right", 1, "401 401 200"},
		{exchange.AuthDigest, "MD5", "right", 9, "401 401 401"},
		{exchange.AuthDigest, "MD5", "wrong", 0, "401 401"},
	} {
		srv := digestServer(t, c.algorithm, "right", c.stale)
		in := intentFor(t, srv.URL+"/x?y=1")
		in.Auth, in.Login = c.auth, exchange.Login{User: secret.New("bob"), Password: secret.New(c.password)}
		s := newSender(t, in, Options{})
		xs, err := s.Do(context.Background(), in.Request, How{Login: true, Key: "k"})
		var got []string
		hops := (&exchange.Case{Exchanges: xs}).Keyed("k")
		for _, x := range hops {
			got = append(got, fmt.Sprint(x.Status()))
		}
		if err != nil || strings.Join(got, " ") != c.statuses {
			t.Errorf("%+v: %v, error %v", c, got, err)
		}
		if xs[0].Conn.ID != xs[1].Conn.ID {
			t.Error("a handshake has its own connection for all its legs")
		}
		if xs[0].Request.Header.Has("Authorization") || !xs[1].Request.Header.Has("Authorization") {
			t.Error("the first leg asks, the second answers")
		}
		if c.password == "wrong" {
			if _, err := s.Do(context.Background(), in.Request, How{Login: true}); rule(err) != RuleOneTry {
				t.Errorf("a second wrong answer: %v", err)
			}
			if rule(s.Refusable(in.Request)) != RuleOneTry {
				t.Error("Refusable does not know of the login")
			}
		} else if xs, err := s.Do(context.Background(), xs[1].Request, How{Login: true}); c.stale == 0 && (err != nil || xs[len(xs)-1].Status() != 200) {
			t.Errorf("a request as it went out must be answerable again: %v", err)
		}
		srv.Close()
	}
}

func TestFullBodyBehindChallenge(t *testing.T) {
	srv := digestServer(t, "MD5", "right", 0)
	defer srv.Close()
	in := intentFor(t, srv.URL+"/x")
	in.Request.Method = "POST"
	in.Request.Header = exchange.Header{exchange.RequestField("Content-Length", "0")}
	full := in.Request.Clone()
	full.Body = secret.New("a=b")
	full.Header = exchange.Header{exchange.RequestField("Content-Length", "3")}
	in.Full = &full
	in.Auth, in.Login = exchange.AuthDigest, exchange.Login{User: secret.New("bob"), Password: secret.New("right")}
	xs, err := newSender(t, in, Options{AllowUnsafe: true}).Do(context.Background(), in.Request, How{Login: true})
	if err != nil || len(xs) != 2 || string(xs[1].Body()) != "hello a=b" || !xs[0].Request.Body.Empty() {
		t.Errorf("%v %d %q", err, len(xs), xs[len(xs)-1].Body())
	}
}

// ntlmServer binds the login to the TCP connection, as Windows does: P2's fixture.
type ntlmServer struct {
	*httptest.Server
	mu   sync.Mutex
	who  map[net.Conn]string // the identity of a connection
	seen []string            // per request: identity that would be used
}

type connKey struct{}

func newNTLMServer(t *testing.T, keepAlive bool) *ntlmServer {
	n := &ntlmServer{who: map[net.Conn]string{}}
	n.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := r.Context().Value(connKey{}).(net.Conn)
		n.mu.Lock()
		defer n.mu.Unlock()
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "NTLM ")
		switch {
		case ok && ntlmMessage(token) == 1:
			if !keepAlive {
				w.Header().Set("Connection", "close")
			}
			w.Header().Set("WWW-Authenticate", "NTLM "+ntlmChallenge())
			w.WriteHeader(401)
			return
		case ok && ntlmMessage(token) == 3:
			n.who[c] = "user"
		}
		n.seen = append(n.seen, n.who[c])
		if n.who[c] == "" {
			w.Header().Set("WWW-Authenticate", "NTLM")
			w.WriteHeader(401)
		}
	}))
	n.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	n.Start()
	t.Cleanup(n.Close)
	return n
}

// ntlmChallenge is a CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2) with a target name and target information.
func ntlmChallenge() string {
	target := "D\x00O\x00M\x00"
	info := "\x02\x00\x06\x00" + target + "\x00\x00\x00\x00"
	le := func(n, size int) string {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(n >> (8 * i))
		}
		return string(b)
	}
	head := 56
	msg := "NTLMSSP\x00" + le(2, 4) +
		le(len(target), 2) + le(len(target), 2) + le(head, 4) +
		le(0x00000001|0x00000004|0x00000200|0x00010000|0x00080000|0x00800000|0x02000000, 4) +
		"\x01\x23\x45\x67\x89\xab\xcd\xef" + le(0, 8) +
		le(len(info), 2) + le(len(info), 2) + le(head+len(target), 4) +
		"\x0a\x00\x61\x4a\x00\x00\x00\x0f" + target + info
	return base64.StdEncoding.EncodeToString([]byte(msg))
}

// TestConnectionIdentity is promise P2: after a login that binds to its connection, nobody else travels on it.
func TestConnectionIdentity(t *testing.T) {
	srv := newNTLMServer(t, true)
	in := intentFor(t, srv.URL+"/")
	in.Auth, in.Login = exchange.AuthNTLM, exchange.Login{User: secret.New(`DOM\bob`), Password: secret.New("right")}
	s := newSender(t, in, Options{})
	xs, err := s.Do(context.Background(), in.Request, How{Login: true})
	if err != nil || len(xs) != 2 || xs[1].Status() != 200 || xs[0].Conn.ID != xs[1].Conn.ID {
		t.Fatalf("%d legs, error %v, %+v", len(xs), err, s.Notes())
	}
	for range 2 {
		x, err := s.Do(context.Background(), in.Request, How{})
		if err != nil || x[0].Status() != 401 || x[0].Conn.ID == xs[0].Conn.ID {
			t.Errorf("without a login: %v, connection %d", err, x[0].Conn.ID)
		}
	}
	if again, err := s.Do(context.Background(), xs[0].Request, How{Login: true}); err != nil || again[len(again)-1].Status() != 200 || again[0].Conn.ID == xs[0].Conn.ID {
		t.Errorf("the login once more: %v", err)
	}
	for _, x := range s.Sent()[:1] {
		if x.Credential != "none" {
			t.Errorf("the opening names nobody: %+v", x)
		}
	}
	// A gateway that closes the connection inside the handshake is the classic NTLM fault.
	srv = newNTLMServer(t, false)
	in.Request.URL = intentFor(t, srv.URL+"/").Request.URL
	s = newSender(t, in, Options{})
	xs, err = s.Do(context.Background(), in.Request, How{Login: true})
	if err != nil || len(xs) != 1 || !strings.Contains(fmt.Sprint(s.Notes()), "binds to the connection") {
		t.Errorf("%d legs, %v, %v", len(xs), err, s.Notes())
	}
}

func TestStrongestScheme(t *testing.T) {
	for offer, want := range map[string]string{
		"Basic realm=\"r\"":                            "401 200",
		"Negotiate\r\nWWW-Authenticate: Basic realm=x": "401 200",
		"Negotiate": "401",
		"Bearer":    "401",
	} {
		w := newWorld(t, func(_ string, r *httpRequest, _ string) string {
			if strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
				return okReply
			}
			return "HTTP/1.1 401 No\r\nWWW-Authenticate: " + offer + "\r\nContent-Length: 0\r\n\r\n"
		})
		in := intentFor(t, "http://a.test/")
		in.Auth, in.Login = exchange.AuthAny, exchange.Login{User: secret.New("bob"), Password: secret.New("right")}
		s := newSender(t, in, Options{Dial: w.dial})
		xs, err := s.Do(context.Background(), in.Request, How{Login: true})
		var got []string
		for _, x := range xs {
			got = append(got, fmt.Sprint(x.Status()))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v", offer, got, err)
		}
		if offer == "Negotiate" && !strings.Contains(fmt.Sprint(s.Notes()), "Kerberos") {
			t.Errorf("notes %v", s.Notes())
		}
	}
}

func TestSigned(t *testing.T) {
	var got []*httpRequest
	w := newWorld(t, func(_ string, r *httpRequest, _ string) string { got = append(got, r); return okReply })
	in := intentFor(t, "https://a.test/bucket?list-type=2")
	in.Auth = exchange.AuthSigV4
	in.Login = exchange.Login{User: secret.New("AKIAIOSFODNN7EXAMPLE"), Password: secret.New("wJalrXUtnFEMI/K7MDENG"), Sigv4: "aws:amz:eu-west-1:s3"}
	now := time.Now()
	s := newSender(t, in, Options{Dial: w.dial, Roots: w.roots, Now: func() time.Time { return now }})
	xs, err := s.Do(context.Background(), in.Request, How{Login: true})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(20 * time.Minute)
	changed := xs[0].Request.Clone()
	changed.URL.Path = "/other"
	again, err := s.Do(context.Background(), changed, How{Login: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range append(xs, again...) {
		if ok, err := sigv4.Verify(x.Request, in.Login.Password); !ok || err != nil {
			t.Errorf("%s: the signature does not verify: %v", x.Request.URL, err)
		}
	}
	if got[0].Header.Get("X-Amz-Date") == got[1].Header.Get("X-Amz-Date") || s.Sent()[0].Credential != "yours" {
		t.Error("the second request must be signed anew")
	}
}
