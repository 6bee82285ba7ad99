package real

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/why401/why401/cred/registry"
)

// image is what every registry here holds.
const image, imageTag = "team/web", "1"

// Registry starts the CNCF distribution registry (Debian's docker-registry) on @name@ with one image in it. authConf is
// its auth section.
func (w *World) Registry(name, authConf string) *Server {
	w.Helper()
	s := w.begin(name, "docker-registry")
	s.configure("config.yml", registryConf(name, ""))
	s.start("docker-registry", "serve", s.Conf)
	w.push(name)
	s.Mend(registryConf(name, authConf))
	return s
}

func registryConf(name, authConf string) string {
	return `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: "@dir:` + name + `@/data"}
  delete: {enabled: true}
http:
  addr: "@` + name + `@"
  secret: lab
  relativeurls: true
` + authConf
}

// push stores an image of no layers in the registry called name, which asks for no login yet.
func (w *World) push(name string) {
	w.Helper()
	config := `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(config)))
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":%q},"layers":[]}`, len(config), digest)
	do := func(method, url, kind, body string, want int) *http.Response {
		r, err := http.NewRequest(method, url, strings.NewReader(body))
		if err != nil {
			w.Fatalf("pushing the image: %v", err)
		}
		r.Header.Set("Content-Type", kind)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.Fatalf("pushing the image: %v", err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			w.Fatalf("pushing the image: %s %s: %s", method, url, resp.Status)
		}
		return resp
	}
	up := do("POST", w.URL(name, "v2/"+image+"/blobs/uploads/"), "application/octet-stream", "", 202).Header.Get("Location")
	if strings.HasPrefix(up, "/") {
		up = w.URL(name, up)
	}
	do("PUT", up+"&digest="+digest, "application/octet-stream", config, 201)
	do("PUT", w.URL(name, "v2/"+image+"/manifests/"+imageTag), "application/vnd.docker.distribution.manifest.v2+json", manifest, 201)
}

// signer is a key that signs a token server's tokens, with its certificate.
type signer struct {
	key  *rsa.PrivateKey
	cert []byte // DER
}

func (w *World) signer() signer {
	w.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		w.Fatalf("making a key: %v", err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "token signing"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		w.Fatalf("making a certificate: %v", err)
	}
	return signer{key, der}
}

// bundle writes the signer's certificate where a registry reads it (rootcertbundle).
func (w *World) bundle(file string, s signer) string {
	return w.File(file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert})))
}

// tokenServer is a token server for registries, as the distribution project specifies it (docs/spec/auth/token.md), with
// tokens signed RS256 and the certificate in x5c.
type tokenServer struct {
	mu       sync.Mutex
	Issuer   string
	Audience string // "" for the service that was asked
	Users    map[string]string
	Rights   map[string][]string // user ("" for anybody) to actions on image
	Signer   signer
	Opaque   bool // a token that is no JWT
}

// change is for mending a running one.
func (t *tokenServer) change(f func(*tokenServer)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(t)
}

// TokenServer starts t on @name@; its endpoint is /token.
func (w *World) TokenServer(name string, t *tokenServer) *tokenServer {
	w.Helper()
	l, err := net.Listen("tcp", w.Addr(name))
	if err != nil {
		w.Fatalf("the token server: %v", err)
	}
	srv := &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	w.Cleanup(func() {
		srv.Close()
		<-done
	})
	return t
}

func (t *tokenServer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.URL.Path != "/token" {
		http.NotFound(rw, r)
		return
	}
	name, word, sent := r.BasicAuth()
	if sent && (t.Users[name] == "" || t.Users[name] != word) {
		rw.Header().Set("WWW-Authenticate", `Basic realm="token server"`)
		http.Error(rw, `{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}`, http.StatusUnauthorized)
		return
	}
	var access []map[string]any
	for _, s := range r.URL.Query()["scope"] {
		asked := registry.ParseScope(s)
		var given []string
		for _, a := range asked.Actions {
			if asked.Name == image && slices.Contains(t.Rights[name], a) {
				given = append(given, a)
			}
		}
		if len(given) > 0 {
			access = append(access, map[string]any{"type": asked.Type, "name": asked.Name, "actions": given})
		}
	}
	audience := t.Audience
	if audience == "" {
		audience = r.URL.Query().Get("service")
	}
	token := "opaque-0123456789abcdef"
	if !t.Opaque {
		token = t.sign(map[string]any{"iss": t.Issuer, "aud": audience, "sub": name, "iat": time.Now().Unix(), "nbf": time.Now().Add(-10 * time.Second).Unix(),
			"exp": time.Now().Add(5 * time.Minute).Unix(), "jti": fmt.Sprint(time.Now().UnixNano()), "access": access})
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(map[string]any{"token": token, "expires_in": 300})
}

func (t *tokenServer) sign(claims map[string]any) string {
	header := map[string]any{"typ": "JWT", "alg": "RS256", "x5c": []string{base64.StdEncoding.EncodeToString(t.Signer.cert)}}
	return signRS256(t.Signer.key, header, claims)
}

// config writes a docker config.json with these logins and gives its path.
func (w *World) config(name string, logins map[string]string, more ...string) string {
	var auths []string
	for k, v := range logins {
		auths = append(auths, fmt.Sprintf("    %q: {\n      \"auth\": %q\n    }", k, base64.StdEncoding.EncodeToString([]byte(v))))
	}
	slices.Sort(auths)
	more = append([]string{"  \"auths\": {\n" + strings.Join(auths, ",\n") + "\n  }"}, more...)
	return w.File(name+"/config.json", "{\n"+strings.Join(more, ",\n")+"\n}\n")
}

// resolve asks the registry called name for the image with oras, a client of others that reads docker's config.json.
func (w *World) resolve(name, config string) Reply {
	w.Helper()
	store, err := credentials.NewFileStore(config)
	if err != nil {
		w.Fatalf("oras: %v", err)
	}
	repo, err := remote.NewRepository(w.Addr(name) + "/" + image)
	if err != nil {
		w.Fatalf("oras: %v", err)
	}
	repo.PlainHTTP = true
	repo.Client = &auth.Client{Client: &http.Client{Timeout: 10 * time.Second}, Credential: credentials.Credential(store)}
	if _, err := repo.Resolve(context.Background(), imageTag); err != nil {
		r := Reply{Status: 1, Body: err.Error(), Error: err.Error()}
		if refused := (*errcode.ErrorResponse)(nil); errors.As(err, &refused) {
			r.Status = refused.StatusCode
		}
		return r
	}
	return Reply{Status: 200}
}
