package probe

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// follow runs in against w and gives the exchanges; rule is the refusal's rule or "".
func follow(t *testing.T, w *world, in *exchange.Intent, o Options) (xs []*exchange.Exchange, s *Sender, ruled string) {
	t.Helper()
	o.Dial, o.Roots = w.dial, w.roots
	s = newSender(t, in, o)
	xs, err := s.Do(context.Background(), in.Request, How{Follow: true, Login: true})
	if err != nil {
		ruled = rule(err)
	}
	return xs, s, ruled
}

// redirects answers /0 with the first location, and every other address or path with 200.
func redirects(status int, location string, more ...string) func(string, *http.Request, string) string {
	return func(_ string, r *http.Request, _ string) string {
		if r.URL.Path == "/0" {
			return redirectTo(status, location, more...)
		}
		return okReply
	}
}

// The classes of published leaks of curl, Go and requests, one case each. The matrix covers most of them from another side; here each is
// the story of its CVE.
func TestKnownLeaks(t *testing.T) {
	const mark = "sEcReT0123456789"
	nowhere := func(t *testing.T, w *world, but string) {
		t.Helper()
		for addr := range w.sawAt(secret.Spellings(mark)) {
			if addr != but {
				t.Errorf("%s was sent the secret: %q", addr, w.bytes[addr])
			}
		}
	}
	bearer := "Authorization: Bearer " + mark
	t.Run("custom Authorization to another host: curl 2018-1000007, requests 2018-18074", func(t *testing.T) {
		w := newWorld(t, redirects(302, "http://b.test/1"))
		follow(t, w, intentFor(t, "http://a.test/0", bearer, "Cookie: sid="+mark), Options{})
		nowhere(t, w, "a.test:80")
	})
	t.Run("part of the password in a host name: curl 2020-8169, requests 2024-47081", func(t *testing.T) {
		for _, p := range []string{"@b.test/", "#@b.test", "/@b.test:80", ":@b.test", "?@b.test"} {
			w := newWorld(t, redirects(302, "/1"))
			in := intentFor(t, "http://a.test/0")
			in.Auth, in.Login = exchange.AuthBasic, exchange.Login{User: secret.New("u"), Password: secret.New(mark + p)}
			in.Request.URL.User = secret.New("u:" + mark + p)
			follow(t, w, in, Options{})
			for _, d := range w.dialled {
				if d != "a.test:80" {
					t.Errorf("%q: %s was dialled", p, d)
				}
			}
		}
	})
	t.Run("userinfo and query in Referer: curl 2021-22876, 2026-9546, Go", func(t *testing.T) {
		w := newWorld(t, redirects(302, "http://b.test/1"))
		in := intentFor(t, "http://u:"+mark+"@a.test/0?access_token="+mark, "Referer: http://a.test/?t="+mark)
		xs, s, _ := follow(t, w, in, Options{})
		nowhere(t, w, "a.test:80")
		if len(xs) != 2 || xs[1].Request.Header.Has("Referer") || strings.Contains(fmt.Sprint(s.Sent()), mark) {
			t.Errorf("%d exchanges, %v", len(xs), s.Sent())
		}
	})
	t.Run("two bearers on one connection: curl 2022-22576", func(t *testing.T) {
		w := newWorld(t, answerWith(okReply))
		in := intentFor(t, "http://a.test/0", bearer)
		s := newSender(t, in, Options{Dial: w.dial})
		other := in.Request.Clone()
		other.Header = exchange.Header{exchange.RequestField("Authorization", "Bearer another0123")}
		x, _ := s.Do(context.Background(), in.Request, How{})
		y, _ := s.Do(context.Background(), other, How{})
		z, _ := s.Do(context.Background(), other, How{})
		if x[0].Conn.ID == y[0].Conn.ID || y[0].Conn.ID == z[0].Conn.ID || len(w.dialled) != 3 {
			t.Errorf("connections %d %d %d", x[0].Conn.ID, y[0].Conn.ID, z[0].Conn.ID)
		}
	})
	t.Run("other port and scheme count as the same host: curl 2022-27774, 2022-27776, 2025-14524", func(t *testing.T) {
		for _, to := range []string{"http://a.test:8080/1", "https://a.test/1", "ldap://a.test/1", "ftp://a.test:80/1", "HTTP://a.test:81/1", "gopher://a.test:80/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x"} {
			w := newWorld(t, redirects(302, to))
			_, s, _ := follow(t, w, intentFor(t, "http://a.test/0", bearer), Options{})
			nowhere(t, w, "a.test:80")
			if strings.Contains(to, "ldap") && !strings.Contains(fmt.Sprint(s.Notes()), "ldap: address was not followed") {
				t.Errorf("notes %v", s.Notes())
			}
		}
	})
	t.Run("cookie for a public suffix, mixed case, trailing dot: curl 2023-46218, 2026-8924", func(t *testing.T) {
		for _, to := range []string{"http://b.co.test/1", "http://A.co.TEST./1", "http://co.test/1", "http://x.a.co.test/1"} {
			w := newWorld(t, redirects(302, to, "Set-Cookie: sid="+mark+"; Domain=co.TEST; Path=/\r\n"))
			in := intentFor(t, "http://a.co.test/0")
			in.Agent.Name = "browser"
			follow(t, w, in, Options{})
			if seen := w.sawAt([]string{mark}); len(seen) > 0 {
				t.Errorf("%s: the cookie was sent to %v", to, seen)
			}
		}
	})
	t.Run(".netrc on redirects: curl 2024-11053, 2025-0167, 2026-3783, 2026-6429, 2026-8926", func(t *testing.T) {
		home := t.TempDir()
		t.Setenv("HOME", home)
		os.WriteFile(filepath.Join(home, ".netrc"), []byte("machine b.test login u password "+mark+"\ndefault login u password "+mark+"\n"), 0o600)
		w := newWorld(t, redirects(302, "http://b.test/1"))
		in := intentFor(t, "http://a.test/0")
		in.Netrc = true
		in.Auth, in.Login = exchange.AuthBasic, exchange.Login{User: secret.New("u"), Password: secret.New(mark), From: ".netrc"}
		follow(t, w, in, Options{})
		nowhere(t, w, "a.test:80")
		if len(w.sawAt(secret.Spellings("u:"+mark))) != 1 {
			t.Error("the typed origin must get it")
		}
	})
	t.Run("Negotiate and NTLM bound to a connection: curl 2026-1965, 2026-5545, 2026-86413", func(t *testing.T) {
		w := newWorld(t, func(addr string, r *http.Request, _ string) string {
			if addr == "a.test:80" {
				return redirectTo(302, "http://b.test/1")
			}
			return "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"
		})
		in := intentFor(t, "http://a.test/0")
		in.Auth, in.Login = exchange.AuthAny, exchange.Login{User: secret.New("u"), Password: secret.New(mark)}
		xs, _, _ := follow(t, w, in, Options{})
		if len(xs) != 2 || strings.Contains(w.bytes["b.test:80"].String(), "Authorization") {
			t.Errorf("%d exchanges, b.test was sent %q", len(xs), w.bytes["b.test:80"])
		}
	})
	t.Run("Digest state to another origin: curl 2026-11856", func(t *testing.T) {
		w := newWorld(t, func(addr string, r *http.Request, _ string) string {
			switch {
			case !strings.HasPrefix(r.Header.Get("Authorization"), "Digest"):
				return digestChallenge
			case addr == "a.test:80":
				return redirectTo(302, "http://b.test/1")
			}
			return okReply
		})
		in := intentFor(t, "http://a.test/0")
		in.Auth, in.Login = exchange.AuthDigest, exchange.Login{User: secret.New("u"), Password: secret.New(mark)}
		xs, _, _ := follow(t, w, in, Options{})
		if len(xs) != 3 || xs[2].Status() != 401 || strings.Contains(w.bytes["b.test:80"].String(), "Authorization") {
			t.Errorf("%d exchanges, b.test was sent %q", len(xs), w.bytes["b.test:80"])
		}
	})
	t.Run("proxy credential to a destination: requests 2023-32681, urllib3 2024-37891, Go 2025-4673, curl 2026-3784", func(t *testing.T) {
		for _, to := range []string{"https://b.test/1", "http://b.test/1"} {
			w := newWorld(t, redirects(302, to))
			in := intentFor(t, "https://a.test/0", "Proxy-Authorization: Bearer "+mark)
			p, _ := exchange.ParseURL("http://proxy.test:3128")
			in.Proxy = &exchange.Proxy{URL: p, NoProxy: "b.test", Login: exchange.Login{User: secret.New("u"), Password: secret.New(mark)}}
			follow(t, w, in, Options{})
			nowhere(t, w, "proxy.test:3128")
		}
	})
	t.Run("sub-domain match fooled: Go 2023-45289", func(t *testing.T) {
		for _, to := range []string{"http://xa.test/1", "http://a.test.evil.test/1", "http://[::1%25a.test]/1", "http://a.test%2eevil.test/1", `http://a.test\.evil.test/1`, "http://evil.test#a.test/1", "http://evil.test?a.test/1"} {
			w := newWorld(t, redirects(302, to))
			follow(t, w, intentFor(t, "http://a.test/0", bearer), Options{})
			nowhere(t, w, "a.test:80")
		}
	})
	t.Run("restored on a later hop of the other host: Go 2024-45336", func(t *testing.T) {
		for _, agent := range []string{"browser", "go", "requests", "curl", "wget"} {
			w := newWorld(t, func(addr string, r *http.Request, _ string) string {
				switch addr + r.URL.Path {
				case "a.test:80/0":
					return redirectTo(302, "http://b.test/1")
				case "b.test:80/1":
					return redirectTo(302, "http://b.test/2")
				case "b.test:80/2":
					return redirectTo(302, "http://x.a.test/3")
				case "x.a.test:80/3":
					return redirectTo(302, "http://a.test/home")
				}
				return okReply
			})
			in := intentFor(t, "http://a.test/0", bearer)
			in.Agent.Name = agent
			xs, _, _ := follow(t, w, in, Options{})
			nowhere(t, w, "a.test:80")
			if len(xs) != 5 || xs[4].Request.Header.Has("Authorization") != (agent == "curl") {
				t.Errorf("%s: %d hops; back at home with %v", agent, len(xs), xs[len(xs)-1].Request.Header)
			}
		}
	})
	t.Run("body kept where it must not be: urllib3 2023-45803", func(t *testing.T) {
		for _, status := range []int{301, 302, 303, 307, 308} {
			w := newWorld(t, redirects(status, "http://b.test/1"))
			in := intentFor(t, "http://a.test/0", "Content-Type: text/plain")
			in.Request.Method, in.Request.Body = "POST", secret.New(mark)
			xs, s, _ := follow(t, w, in, Options{AllowUnsafe: true})
			nowhere(t, w, "a.test:80")
			if status < 307 && (len(xs) != 2 || xs[1].Request.Method != "GET" || xs[1].Request.Header.Has("Content-Type")) {
				t.Errorf("%d: %+v", status, xs[len(xs)-1].Request)
			}
			if status >= 307 && (len(xs) != 1 || !strings.Contains(fmt.Sprint(s.Notes()), "body to another origin")) {
				t.Errorf("%d: %d hops, %v", status, len(xs), s.Notes())
			}
		}
	})
	t.Run("location-trusted is not ours to trust", func(t *testing.T) {
		w := newWorld(t, redirects(302, "http://b.test/1"))
		in := intentFor(t, "http://a.test/0", bearer)
		in.Agent.Name, in.Trusted = "curl", true
		follow(t, w, in, Options{})
		nowhere(t, w, "a.test:80")
	})
	t.Run("the server repeats the secret in Location", func(t *testing.T) {
		for _, form := range []string{mark, strings.ReplaceAll(mark, "s", "%73"), strings.ReplaceAll(mark, "E", "%2545")} {
			w := newWorld(t, redirects(302, "http://b.test/1?key="+form))
			xs, _, ruled := follow(t, w, intentFor(t, "http://a.test/0?api_key="+mark), Options{})
			if ruled != RuleOtherOrigin || len(xs) != 1 || len(w.dialled) != 1 {
				t.Errorf("%s: rule %q, %d hops, dialled %v", form, ruled, len(xs), w.dialled)
			}
		}
	})
	t.Run("an experiment at another origin", func(t *testing.T) {
		w := newWorld(t, answerWith(okReply))
		in := intentFor(t, "http://a.test/0", bearer, "X-Whatever: "+mark, "Accept: text/html")
		s := newSender(t, in, Options{Dial: w.dial})
		r := in.Request.Clone()
		r.URL.Host, r.Body = "b.test", secret.New(mark)
		xs, err := s.Do(context.Background(), r, How{})
		if err != nil || s.Sent()[0].Credential != "none" || xs[0].Request.Header.Get("Accept") != "text/html" || xs[0].Request.Header.Get("Host") != "b.test" {
			t.Errorf("%v %+v", err, s.Sent())
		}
		nowhere(t, w, "")
	})
	t.Run("a second origin that the user named", func(t *testing.T) {
		w := newWorld(t, redirects(302, "https://b.test/1"))
		xs, _, _ := follow(t, w, intentFor(t, "http://a.test/0", bearer), Options{SendTo: []exchange.Origin{{Scheme: "https", Host: "b.test", Port: "443"}}})
		if seen := w.sawAt([]string{mark}); len(xs) != 2 || !seen["b.test:443"] {
			t.Errorf("%d hops, seen at %v", len(xs), seen)
		}
	})
}

func TestChains(t *testing.T) {
	// A loop ends when a request would be the same again, long before the limit.
	w := newWorld(t, func(_ string, r *http.Request, _ string) string {
		return redirectTo(302, "/b"+r.URL.Path[len(r.URL.Path)-1:])
	})
	xs, s, ruled := follow(t, w, intentFor(t, "http://a.test/x"), Options{})
	if len(xs) != 2 || ruled != "" || !strings.Contains(fmt.Sprint(s.Notes()), "loop") {
		t.Errorf("loop: %d hops, %s, %v", len(xs), ruled, s.Notes())
	}
	// A server that makes every hop new runs into the budget, or with a larger one into the limit.
	endless := func(_ string, r *http.Request, _ string) string { return redirectTo(302, r.URL.Path+"x") }
	for max, want := range map[int]int{8: 8, 40: 11} {
		xs, s, ruled = follow(t, newWorld(t, endless), intentFor(t, "http://a.test/x"), Options{MaxRequests: max})
		if len(xs) != want || max == 8 && ruled != RuleBudget || max == 40 && !strings.Contains(fmt.Sprint(s.Notes()), "limit of 10") {
			t.Errorf("budget %d: %d hops, %s, %v", max, len(xs), ruled, s.Notes())
		}
	}
	in := intentFor(t, "http://a.test/x")
	in.MaxHops = 3
	if xs, _, _ = follow(t, newWorld(t, endless), in, Options{}); len(xs) != 4 {
		t.Errorf("MaxHops 3: %d exchanges", len(xs))
	}
	// Two hosts that alternate.
	w = newWorld(t, func(addr string, r *http.Request, _ string) string {
		if addr == "a.test:80" {
			return redirectTo(302, "http://b.test/x")
		}
		return redirectTo(302, "http://a.test/x")
	})
	if xs, s, _ = follow(t, w, intentFor(t, "http://a.test/x", "X-Api-Key: abcdefgh"), Options{}); len(xs) > 4 || !strings.Contains(fmt.Sprint(s.Notes()), "loop") {
		t.Errorf("alternating hosts: %d hops, %v", len(xs), s.Notes())
	}
	// A chain into a sign-out is not followed.
	if xs, _, ruled = follow(t, newWorld(t, redirects(302, "/logout")), intentFor(t, "http://a.test/0"), Options{}); ruled != RuleDangerous || len(xs) != 1 {
		t.Errorf("into logout: %s", ruled)
	}
	// A code that the server has just made is part of the chain; the user's own is not to be repeated.
	if xs, _, ruled = follow(t, newWorld(t, redirects(302, "/callback?code=SplxlOBeZQQYbYS6&state=1")), intentFor(t, "http://a.test/0"), Options{}); ruled != "" || len(xs) != 2 {
		t.Errorf("fresh code: %s", ruled)
	}
	// Method, KeepPost, and Locations as they are found.
	for _, keep := range []bool{false, true} {
		in := intentFor(t, "http://a.test/0")
		in.Request.Method, in.Request.Body, in.KeepPost = "POST", secret.New("a=b"), keep
		xs, _, _ = follow(t, newWorld(t, redirects(302, "/1")), in, Options{AllowUnsafe: true})
		if want := map[bool]string{true: "POST", false: "GET"}[keep]; len(xs) != 2 || xs[1].Request.Method != want || xs[1].Request.Body.Empty() == keep {
			t.Errorf("KeepPost %v: %+v", keep, xs[1].Request)
		}
	}
	for loc, want := range map[string]string{
		"next":                         "/dir/next",
		"../up?q=1#frag":               "/up?q=1",
		"?only=query":                  "/dir/0?only=query",
		"/with space/é":                "/with%20space/%C3%A9",
		"  /padded  ":                  "/padded",
		"http://a.test:80/explicit":    "/explicit",
		`/\b.test/x`:                   `/\b.test/x`,
		"//a.test/relative":            "/relative",
		"http:/dir/only":               "",
		"":                             "",
		"http://a.test:99999999/":      "",
		"http://" + "a" + "\x01.test/": "",
	} {
		w := newWorld(t, func(_ string, r *http.Request, _ string) string {
			if r.URL.Path == "/dir/0" && r.URL.RawQuery == "" {
				return redirectTo(302, loc)
			}
			return okReply
		})
		xs, _, _ := follow(t, w, intentFor(t, "http://a.test/dir/0"), Options{})
		got := ""
		if len(xs) == 2 {
			got = xs[1].Request.URL.Target().Reveal()
		}
		if got != want || len(w.dialled) != len(xs) {
			t.Errorf("Location %q: %q, expected %q", loc, got, want)
		}
	}
}

func TestAgentsLoseTheirOwn(t *testing.T) {
	for agent, want := range map[string]bool{"dotnet": false, "curl": true, "browser": true} {
		in := intentFor(t, "http://a.test/0", "Authorization: Bearer abcdefgh")
		in.Agent.Name = agent
		xs, _, _ := follow(t, newWorld(t, redirects(302, "/1")), in, Options{})
		if xs[1].Request.Header.Has("Authorization") != want {
			t.Errorf("%s: Authorization on the second hop of one origin: %v", agent, !want)
		}
	}
}

func TestJar(t *testing.T) {
	serve := func(_ string, r *http.Request, _ string) string {
		switch r.URL.Path {
		case "/0":
			return redirectTo(302, "/app/1", "Set-Cookie: sid=new; Path=/\r\nSet-Cookie: gone=1; Max-Age=0\r\nSet-Cookie: deep=1; Path=/other\r\nSet-Cookie: broken\r\nSet-Cookie: old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n")
		case "/app/1":
			return redirectTo(302, "/app/2", "Set-Cookie: a=1\r\n")
		}
		return okReply
	}
	for agent, want := range map[string]string{"browser": "theme=dark; sid=new; a=1", "requests": "sid=new; a=1", "curl": "sid=old; theme=dark", "go": "sid=old; theme=dark"} {
		in := intentFor(t, "http://a.test/0", "Cookie: sid=old; theme=dark")
		in.Agent.Name = agent
		xs, _, _ := follow(t, newWorld(t, serve), in, Options{})
		if got := xs[len(xs)-1].Request.Header.Text("Cookie").Reveal(); len(xs) != 3 || got != want {
			t.Errorf("%s: %d hops, Cookie %q, expected %q", agent, len(xs), got, want)
		}
	}
}

// TestNobodyIsBanned is promise P7 when the caller asks for it: a guard that counts every 401, 403 and 404.
func TestNobodyIsBanned(t *testing.T) {
	count := 0
	w := newWorld(t, func(_ string, r *http.Request, _ string) string {
		count++
		return fmt.Sprintf("HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n", []int{401, 403, 404}[count%3])
	})
	in := intentFor(t, "http://a.test/0", "X-Api-Key: abcdefgh")
	s := newSender(t, in, Options{Dial: w.dial, MaxRefused: 3})
	for n := range 12 {
		r := in.Request.Clone()
		if n%2 == 1 {
			r.Header = nil
		}
		s.Do(context.Background(), r, How{})
	}
	if count != 3 {
		t.Errorf("the guard counted %d refusals, expected 3", count)
	}
}
