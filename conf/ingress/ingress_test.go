package ingress_test

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/ingress"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

var manifests = `apiVersion: v1
kind: Secret
metadata: {name: basic, namespace: shop}
data:
  auth: ` + base64.StdEncoding.EncodeToString([]byte("alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")) + `
---
apiVersion: v1
kind: Secret
metadata: {name: wrong-key, namespace: shop}
data:
  users: eA==
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-type: basic
    nginx.ingress.kubernetes.io/auth-secret: basic
    nginx.ingress.kubernetes.io/auth-realm: Orders
    nginx.ingress.kubernetes.io/whitelist-source-range: 127.0.0.0/8,10.0.0.0/8
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/upstream-vhost: shop.internal
spec:
  tls:
  - hosts: [shop.example]
  rules:
  - host: shop.example
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: shop, port: {number: 8080}}}
      - path: /api
        pathType: Prefix
        backend: {service: {name: api, port: {name: http}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: broken
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-type: basic
    nginx.ingress.kubernetes.io/auth-secret: wrong-key
spec:
  rules:
  - host: broken.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: external
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://auth.example/check
    nginx.ingress.kubernetes.io/auth-response-headers: X-User, Authorization
    nginx.ingress.kubernetes.io/configuration-snippet: |
      # the application wants it
      proxy_set_header X-Forwarded-Proto "https";
      proxy_set_header X-Key 's3cret;value';
spec:
  rules:
  - host: "*.apps.example"
    http: {paths: [{path: /, pathType: ImplementationSpecific, backend: {service: {name: app, port: {number: 80}}}}]}
`

func read(t *testing.T) *conf.Config {
	t.Helper()
	c, err := ingress.Read(conf.Texts{"m/all.yaml": manifests}, "m")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRead(t *testing.T) {
	c := read(t)
	if len(c.Scopes) != 4 {
		t.Fatalf("%d scopes", len(c.Scopes))
	}
	shop, broken, app := c.Scopes[0], c.Scopes[2], c.Scopes[3]
	if shop.Auth[0].Place.String() != "m/all.yaml:19" || shop.Auth[0].Files[0].Place.Line != 5 || len(shop.Auth[0].Files[0].Seen.Users.Lines) != 1 ||
		shop.Pass.Authorization.Now != conf.Dropped || shop.Pass.Host.Value != "shop.internal" || len(shop.Rules) != 3 || shop.Pass.To != "shop:8080" {
		t.Errorf("shop: %+v %+v", shop, shop.Pass)
	}
	if broken.Answer == nil || broken.Answer.Status != 503 || !strings.Contains(broken.Auth[0].Open[0], `no key "auth"`) {
		t.Errorf("broken: %+v", broken)
	}
	if app.Auth[0].Ask != "https://auth.example/check" || app.Pass.Authorization.Now != conf.Replaced || app.Pass.Proto.Value != "https" {
		t.Errorf("app: %+v %+v", app, app.Pass)
	}
	for _, f := range app.Pass.Set {
		if f.Name == "X-Key" && strings.Contains(f.Value, "s3cret") {
			t.Errorf("a fixed key is shown: %+v", f)
		}
	}
}

func TestTrace(t *testing.T) {
	c := read(t)
	for _, x := range []struct {
		method, url, login, client string
		status                     int
		to                         string
		open                       bool
	}{
		{url: "http://shop.example/", status: 308},
		{url: "https://shop.example/", status: 401},
		{url: "https://shop.example/", client: "192.0.2.1", status: 403},
		{url: "https://shop.example/", method: "OPTIONS", client: "192.0.2.1", status: 204},
		{url: "https://shop.example/api/x", login: "alice:password", to: "api:http"},
		{url: "https://shop.example/apix", login: "alice:password", to: "shop:8080"},
		{url: "https://shop.example/", login: "alice:wrong", status: 401},
		{url: "http://broken.example/", login: "alice:password", status: 503},
		{url: "http://a.apps.example/", to: "app:80", open: true},
		{url: "http://other.example/", status: 404},
	} {
		u, err := exchange.ParseURL(x.url)
		if err != nil {
			t.Fatal(err)
		}
		r := conf.Request{Request: exchange.Request{Method: "GET", URL: u}, Client: netip.MustParseAddr("127.0.0.1")}
		if x.method != "" {
			r.Method = x.method
		}
		if x.client != "" {
			r.Client = netip.MustParseAddr(x.client)
		}
		if x.login != "" {
			r.Header = append(r.Header, exchange.Field{Name: "Authorization", Value: secret.New("Basic " + base64.StdEncoding.EncodeToString([]byte(x.login)))})
		}
		got := c.Tracer.Trace(r)
		if got.Status != x.status || got.To != x.to || (len(got.Open) > 0) != x.open {
			t.Errorf("%s %s: %+v", x.method, x.url, got)
		}
		if x.login != "" && x.to != "" && got.Next.Header.Has("Authorization") {
			t.Errorf("%s: the login is passed on", x.url)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(manifests)
	f.Add(`{"kind":"List","items":[{"kind":"Ingress","spec":{"rules":[{"http":{"paths":[{}]}}]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ingress.Read(conf.Texts{"a.yaml": text}, "a.yaml")
		if err != nil {
			return
		}
		c.Tracer.Trace(conf.Request{})
	})
}
