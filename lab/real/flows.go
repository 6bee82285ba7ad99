package real

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"
)

// The clients of node/authserver.js that have a secret.
const (
	webSecret = "lab-shop-secret-91d2"
	jobSecret = "lab+jobs/secret%41=7"
)

// authServer starts the provider of node/authserver.js on @front-id@; "page" and "shop" come back to redirect, which is
// the page on @front@ when it is empty.
func (w *World) authServer(redirect string, settings Settings) {
	w.Helper()
	if redirect == "" {
		redirect = w.URL("front", "callback")
	}
	s := Settings{"ISSUER": "http://" + w.Addr("front-id"), "REDIRECT": redirect}
	for k, v := range settings {
		s[k] = v
	}
	w.Node("front-id", "authserver.js", s)
	w.await("front-id", "/.well-known/openid-configuration")
}

// await waits until path is answered: a port may be open before the application is ready.
func (w *World) await(name, path string) {
	w.Helper()
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if r, err := http.Get("http://" + w.Addr(name) + path); err == nil {
			r.Body.Close()
			if r.StatusCode == 200 {
				return
			}
		}
	}
	w.Fatalf("%s does not answer %s\n%s", name, path, w.Logs())
}

// pageAndServer are a page in the browser and its provider.
func pageAndServer(settings Settings) func(*World) {
	return func(w *World) {
		w.Node("front", "webapp.js", Settings{"STATIC": "1"})
		w.authServer("", settings)
	}
}

// pageLogin is a login of a public client with PKCE, as a page in a browser or a program on a desktop does it.
type pageLogin struct {
	client, redirect, scope, state, nonce string
	verifier, challenge, method           string
	resource                              string
	prompt                                string

	token url.Values // the token request; code is filled in
	reads bool       // reads the provider's metadata first
}

// loginFor prepares one that works.
func loginFor(w *World) *pageLogin {
	verifier := random()
	sum := sha256.Sum256([]byte(verifier))
	l := &pageLogin{client: "page", redirect: w.URL("front", "callback"), scope: "openid profile", state: random(), nonce: random(),
		verifier: verifier, challenge: base64.RawURLEncoding.EncodeToString(sum[:]), method: "S256"}
	l.token = url.Values{"grant_type": {"authorization_code"}, "client_id": {l.client}, "redirect_uri": {l.redirect}, "code_verifier": {verifier}}
	return l
}

func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// authorize logs the user in and gives the page on which the browser ends.
func (l *pageLogin) authorize(w *World, r *Recorder) page {
	if l.reads {
		r.Get(w.URL("front-id", ".well-known/openid-configuration"))
	}
	q := url.Values{"client_id": {l.client}, "response_type": {"code"}, "redirect_uri": {l.redirect}, "scope": {l.scope}, "state": {l.state}, "nonce": {l.nonce}}
	for name, v := range map[string]string{"code_challenge": l.challenge, "code_challenge_method": l.method, "resource": l.resource, "prompt": l.prompt} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return r.Through(r.Get(w.URL("front-id", "auth?", q.Encode())), false)
}

// play is the whole login with a call behind it.
func (l *pageLogin) play(w *World, r *Recorder) string {
	tokens, wrong := l.tokens(w, r)
	if wrong != "" {
		return wrong
	}
	return r.Call(w.URL("front-id", "me"), tokens.text("access_token")).wrong("call")
}

func (l *pageLogin) tokens(w *World, r *Recorder) (page, string) {
	p := l.authorize(w, r)
	q := p.at.Query()
	switch {
	case q.Get("error") != "":
		return p, "authorize: " + q.Get("error")
	case q.Get("code") == "":
		return p, p.wrong("authorize")
	}
	l.token.Set("code", q.Get("code"))
	t := r.Post(w.URL("front-id", "token"), "", l.token)
	return t, t.wrong("token")
}

// broken makes a Login that is spoilt by change until it is mended.
func broken(change func(l *pageLogin)) func(*World, *Recorder, bool) string {
	return func(w *World, r *Recorder, mended bool) string {
		l := loginFor(w)
		if !mended {
			change(l)
		}
		return l.play(w, r)
	}
}

// refresh exchanges a refresh token of "page".
func refresh(w *World, r *Recorder, token string) page {
	return r.Post(w.URL("front-id", "token"), "", url.Values{"grant_type": {"refresh_token"}, "client_id": {"page"}, "refresh_token": {token}})
}

// device plays the device flow: the device asks, the person answers by act, the device asks again until it knows.
func device(w *World, r *Recorder, act func(person *Recorder, at string), pause time.Duration) string {
	d := r.Post(w.URL("front-id", "device/auth"), "", url.Values{"client_id": {"tv"}, "scope": {"openid profile"}})
	if wrong := d.wrong("device"); wrong != "" {
		return wrong
	}
	poll := func() page {
		return r.Post(w.URL("front-id", "token"), "", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"tv"}, "device_code": {d.text("device_code")}})
	}
	t := poll()
	act(w.Recorder(), d.text("verification_uri_complete"))
	for range 3 {
		time.Sleep(pause)
		if t = poll(); t.text("error") != "authorization_pending" {
			break
		}
	}
	if wrong := t.wrong("token"); wrong != "" {
		return wrong
	}
	return r.Call(w.URL("front-id", "me"), t.text("access_token")).wrong("call")
}

// webLogin opens the application at the given address and logs in.
func webLogin(at func(w *World) string) func(*World, *Recorder, bool) string {
	return func(w *World, r *Recorder, _ bool) string {
		return r.Through(r.Get(at(w)), false).wrong("login")
	}
}

// jobToken are curl's arguments for a token of "jobs".
func jobToken(w *World, more ...string) []string {
	return append(curl(more...), "-d", "grant_type=client_credentials", w.URL("front-id", "token"))
}
