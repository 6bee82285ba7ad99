package probe

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// TestRegistryLoginStaysHome: the login goes to the token server only when that is the registry's own origin or one that the
// user named; a registry of the Internet cannot make the probe ask an inner network; the token goes to the registry alone.
func TestRegistryLoginStaysHome(t *testing.T) {
	const word = "fake-word-4711"
	login := base64.StdEncoding.EncodeToString([]byte("alice:" + word))
	for _, c := range []struct {
		name, realm string
		sendTo      []exchange.Origin
		asked       bool // the token server is asked at all
		login       bool // with the login
	}{
		{"own origin", "https://a.test/token", nil, true, true},
		{"another host", "https://b.test/token", nil, true, false},
		{"another host, named", "https://b.test/token", []exchange.Origin{{Scheme: "https", Host: "b.test", Port: "443"}}, true, true},
		{"named, by http", "http://b.test/token", []exchange.Origin{{Scheme: "https", Host: "b.test", Port: "443"}}, true, false},
		{"own host by http", "http://a.test/token", nil, true, false},
		{"own host, other port", "https://a.test:8443/token", nil, true, false},
		{"this machine", "http://127.0.0.1/token", nil, false, false},
		{"a login in the realm", "https://x:y@b.test/token", nil, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(addr string, r *http.Request, _ string) string {
				switch {
				case r.URL.Path == "/token":
					body := `{"token":"lent-0123456789"}`
					return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
				case r.Header.Get("Authorization") == "Bearer lent-0123456789":
					return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
				}
				return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"" + c.realm + "\",service=\"a\"\r\nContent-Length: 0\r\n\r\n"
			})
			in := &exchange.Intent{Agent: exchange.Agent{Name: "docker"}, Auth: exchange.AuthRegistry,
				Login: exchange.Login{User: secret.Public("alice"), Password: secret.New(word)}}
			in.Request = exchange.Request{Method: "GET", Proto: "HTTP/1.1"}
			u, err := exchange.ParseURL("https://a.test/v2/")
			if err != nil {
				t.Fatal(err)
			}
			in.Request.URL = u
			s, err := New(in, Options{Dial: w.dial, Roots: w.roots, StateDir: t.TempDir() + "/state", SendTo: c.sendTo})
			if err != nil {
				t.Fatal(err)
			}
			xs, err := s.Do(context.Background(), in.Request, How{Login: true})
			if err != nil {
				t.Fatal(err)
			}
			token := 0
			for _, x := range xs {
				if x.Key == exchange.TokenKey("") {
					token++
					if got := x.Request.Header.Has("Authorization"); got != c.login {
						t.Errorf("login sent to %s: %v", c.realm, got)
					}
				}
			}
			if (token > 0) != c.asked {
				t.Errorf("asked %v times", token)
			}
			if last := xs[len(xs)-1]; c.asked && last.Status() != 200 {
				t.Errorf("ended with %d", last.Status())
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			for addr, b := range w.bytes {
				if strings.Contains(b.String(), login) && !(c.login && "https://"+strings.TrimSuffix(addr, ":443")+"/token" == c.realm) {
					t.Errorf("the login went to %s", addr)
				}
				if strings.Contains(b.String(), "lent-0123456789") && addr != "a.test:443" {
					t.Errorf("the token went to %s", addr)
				}
			}
		})
	}
}
