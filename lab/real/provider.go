package real

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// The clients of node/provider.js.
const (
	shopClient, shopSecret = "shop", "lab-shop-secret-91d2"
	apiClient, apiSecret   = "api", "lab-api-secret-5b7e"
)

// Provider starts the OpenID provider of lab/real/node as @name@, signing with RSA key number key under kid.
func (w *World) Provider(name string, key int, kid string, settings Settings) *Server {
	w.Helper()
	s := Settings{"ISSUER": "http://" + w.Addr(name), "KEYS": w.File(name+"-keys.json", privateJWKS(RSAKey(key), kid))}
	for k, v := range settings {
		s[k] = v
	}
	p := w.Node(name, "provider.js", s)
	p.healthy("/.well-known/openid-configuration")
	return p
}

// Rotate lets the provider called name sign with another key from now on, without the former one.
func (w *World) Rotate(name string, key int, kid string) {
	w.Helper()
	w.File(name+"-keys.json", privateJWKS(RSAKey(key), kid))
	w.Server(name).Restart()
	w.Server(name).healthy("/.well-known/openid-configuration")
}

// healthy waits until path is answered: a port may be open before the application is ready.
func (s *Server) healthy(path string) {
	s.world.Helper()
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if r, err := http.Get("http://" + s.world.Addr(s.Name) + path); err == nil {
			r.Body.Close()
			if r.StatusCode == 200 {
				return
			}
		}
	}
	s.world.Fatalf("%s %s does not answer %s\n%s", s.Kind, s.Name, path, s.complaints())
}

// Issuer is the provider called name as a user names it, without a client of its own.
func (w *World) Issuer(name string) exchange.Issuer { return w.issuer("http://" + w.Addr(name)) }

func (w *World) issuer(text string) exchange.Issuer {
	w.Helper()
	u, err := exchange.ParseURL(text)
	if err != nil {
		w.Fatalf("issuer: %v", err)
	}
	return exchange.Issuer{Text: secret.Public(text), URL: u}
}

// Asking is Issuer with the client that may ask about tokens.
func (w *World) Asking(name string) exchange.Issuer {
	i := w.Issuer(name)
	i.Client = exchange.Login{User: secret.Public(apiClient), Password: secret.New(apiSecret)}
	return i
}

// answer is the answer of a token endpoint.
type answer struct {
	Access  string `json:"access_token"`
	ID      string `json:"id_token"`
	Refresh string `json:"refresh_token"`
}

// Grant gets a token for resource from the provider called name by the client credentials grant.
func (w *World) Grant(name, resource, scope string) string {
	w.Helper()
	var a answer
	w.post("http://"+w.Addr(name)+"/token", shopClient, shopSecret, url.Values{"grant_type": {"client_credentials"}, "resource": {resource}, "scope": {scope}}, &a)
	if a.Access == "" {
		w.Fatalf("%s: no access token", name)
	}
	return a.Access
}

// Revoke withdraws a token (RFC 7009).
func (w *World) Revoke(name, token string) {
	w.Helper()
	w.post("http://"+w.Addr(name)+"/token/revocation", shopClient, shopSecret, url.Values{"token": {token}}, nil)
}

func (w *World) post(at, client, secret string, form url.Values, into any) {
	w.Helper()
	req, err := http.NewRequest("POST", at, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatalf("%s: %v", at, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatalf("%s: %v", at, err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != 200 {
		w.Fatalf("%s: %s: %s", at, r.Status, body)
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			w.Fatalf("%s: %v", at, err)
		}
	}
}

var interaction = regexp.MustCompile(`action="([^"]+)"`)

// LogIn signs a user in at the provider called name with the authorization code flow, as a browser would, and gives the
// tokens.
func (w *World) LogIn(name, resource string) answer {
	w.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "shop.example.test" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	const back = "https://shop.example.test/back"
	at := "http://" + w.Addr(name) + "/auth?" + url.Values{"client_id": {shopClient}, "response_type": {"code"}, "redirect_uri": {back}, "prompt": {"consent"},
		"scope": {"openid offline_access read:orders"}, "resource": {resource}, "nonce": {"n-0S6"}, "state": {"s"}}.Encode()
	r, err := browser.Get(at)
	for step := 0; ; step++ {
		if err != nil {
			w.Fatalf("login: %v", err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if to := r.Header.Get("Location"); strings.HasPrefix(to, back) {
			u, _ := url.Parse(to)
			var a answer
			w.post("http://"+w.Addr(name)+"/token", shopClient, shopSecret, url.Values{"grant_type": {"authorization_code"}, "code": {u.Query().Get("code")}, "redirect_uri": {back}, "resource": {resource}}, &a)
			return a
		}
		form := interaction.FindSubmatch(body)
		if form == nil || step > 3 {
			w.Fatalf("login: step %d: %s: %.600s", step, r.Status, body)
		}
		fields := url.Values{"prompt": {"login"}, "login": {user}, "password": {password}}
		if !strings.Contains(string(body), `name="login"`) {
			fields = url.Values{"prompt": {"consent"}}
		}
		to, _ := r.Request.URL.Parse(string(form[1]))
		r, err = browser.PostForm(to.String(), fields)
	}
}

// privateJWKS is the private key set (RFC 7517) with one RSA key, as a provider wants it.
func privateJWKS(k *rsa.PrivateKey, kid string) string {
	n := func(i *big.Int) string { return base64.RawURLEncoding.EncodeToString(i.Bytes()) }
	return fmt.Sprintf(`{"keys":[{"kty":"RSA","use":"sig","kid":%q,"n":%q,"e":%q,"d":%q,"p":%q,"q":%q,"dp":%q,"dq":%q,"qi":%q}]}`, kid, n(k.N), n(big.NewInt(int64(k.E))), n(k.D),
		n(k.Primes[0]), n(k.Primes[1]), n(k.Precomputed.Dp), n(k.Precomputed.Dq), n(k.Precomputed.Qinv))
}
