package traefik_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/traefik"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const static = `entryPoints:
  web:
    address: ":80"
    http:
      redirections:
        entryPoint:
          to: websecure
          scheme: https
  websecure:
    address: ":443"
    http:
      tls: {}
      middlewares: [office@file]
providers:
  file:
    filename: /etc/traefik/dynamic.toml
`

const dynamic = `[http.routers.api]
  rule = "Host(` + "`api.example`" + `) && PathPrefix(` + "`/v1`" + `)"
  service = "app"
  middlewares = ["both"]
[http.routers.open]
  rule = "Host(` + "`api.example`" + `) && Path(` + "`/v1/health`" + `)"
  service = "app"
[http.middlewares.both.chain]
  middlewares = ["login", "strip"]
[http.middlewares.login.basicAuth]
  users = ["alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "bob:$$apr1$$fakesalt$$74kRbezVuI21ZdYKiesAd0"]
  removeHeader = true
[http.middlewares.strip.stripPrefix]
  prefixes = ["/v1"]
[http.middlewares.office.ipAllowList]
  sourceRange = ["127.0.0.1/32"]
[http.services.app.loadBalancer]
  passHostHeader = false
  [[http.services.app.loadBalancer.servers]]
    url = "http://10.0.0.5:8080"
`

const compose = `services:
  shop:
    image: shop
    labels:
      traefik.enable: "true"
      traefik.http.routers.shop.rule: Host(` + "`shop.example`" + `)
      traefik.http.routers.shop.middlewares: shop-login
      traefik.http.middlewares.shop-login.basicauth.users: carol:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0
      traefik.http.services.shop.loadbalancer.server.port: 8080
  mail:
    labels:
      - traefik.http.routers.mail.rule=Host(` + "`mail.example`" + `)
      - traefik.http.routers.mail.middlewares=gate
      - traefik.http.middlewares.gate.forwardauth.address=http://auth:4181
      - traefik.http.middlewares.gate.forwardauth.authResponseHeaders=X-Forwarded-User,Authorization
  off:
    labels: [traefik.enable=false, traefik.http.routers.off.rule=Path(` + "`/`" + `)]
`

var files = conf.Texts{"/etc/traefik/traefik.yml": static, "/etc/traefik/dynamic.toml": dynamic, "/srv/compose.yaml": compose}

func TestRead(t *testing.T) {
	c, err := traefik.Read(files, "/etc/traefik/traefik.yml", "/srv/compose.yaml")
	if err != nil || len(c.Files) != 3 {
		t.Fatal(err, c.Files)
	}
	scopes := map[string]*conf.Scope{}
	for _, s := range c.Scopes {
		scopes[s.Path] = s
	}
	if len(scopes) != 5 || scopes["entry point web"].Answer.Status != 301 {
		t.Fatalf("%d scopes: %v", len(scopes), scopes)
	}
	api := scopes["Host(`api.example`) && PathPrefix(`/v1`)"]
	if api.Place.String() != "/etc/traefik/dynamic.toml:1" || api.Sample != "/v1" || api.Server.Names[0] != "api.example" ||
		api.Pass.To != "http://10.0.0.5:8080" || api.Pass.Authorization.Now != conf.Dropped || api.Pass.Authorization.Place.Line != 12 || api.Pass.Host.Now != conf.Replaced {
		t.Errorf("api: %+v %+v", api, api.Pass)
	}
	if len(api.Rules) != 2 || !api.Rules[0].Allow || !api.Rules[1].All {
		t.Errorf("rules of the entry point: %+v", api.Rules)
	}
	users := api.Auth[0].Files[0].Seen.Users.Lines
	if len(users) != 2 || len(users[0].Problems) > 0 || len(users[1].Problems) == 0 {
		t.Errorf("doubled dollars in a file that is no compose file: %+v", users)
	}
	shop := scopes["Host(`shop.example`)"]
	if shop.Place.File != "/srv/compose.yaml" || shop.Auth[0].Place.Line != 8 || len(shop.Auth[0].Open) == 0 || shop.Pass.To != "shop" {
		t.Errorf("undoubled dollars in a compose file: %+v %+v", shop, shop.Auth[0])
	}
	if mail := scopes["Host(`mail.example`)"]; mail.Auth[0].Ask != "http://auth:4181" || mail.Pass.Authorization.Now != conf.Replaced {
		t.Errorf("mail: %+v", mail)
	}
}

func TestTrace(t *testing.T) {
	c, err := traefik.Read(files, "/etc/traefik/traefik.yml", "/srv/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		url, login, client string
		status             int
		refusing           string
		to, path           string
		open               bool
	}{
		{url: "http://api.example/v1/x", status: 301},
		{url: "https://api.example/v1/x", status: 401, refusing: "/etc/traefik/dynamic.toml:10"},
		{url: "https://api.example/v1/x", login: "YWxpY2U6cGFzc3dvcmQ=", to: "http://10.0.0.5:8080", path: "/x", open: true},
		{url: "https://api.example/v1/x", login: "YWxpY2U6cGFzc3dvcmQ", status: 401},
		{url: "https://api.example/v1/x", login: "ZGF2ZTpwYXNzd29yZA==", status: 401},
		{url: "https://api.example/v1/health", to: "http://10.0.0.5:8080", path: "/v1/health", open: true}, // the longer rule is tried first
		{url: "https://api.example/v1/x", client: "10.1.1.1", status: 403, refusing: "/etc/traefik/dynamic.toml:15"},
		{url: "https://other.example/", status: 404},
	} {
		u, err := exchange.ParseURL(x.url)
		if err != nil {
			t.Fatal(err)
		}
		r := conf.Request{Request: exchange.Request{Method: "GET", URL: u, Header: exchange.Header{exchange.RequestField("Host", u.Host)}}, Client: netip.MustParseAddr("127.0.0.1")}
		if x.login != "" {
			r.Header = append(r.Header, exchange.Field{Name: "Authorization", Value: secret.New("Basic " + x.login)})
		}
		if x.client != "" {
			r.Client = netip.MustParseAddr(x.client)
		}
		got := c.Tracer.Trace(r)
		if got.Status != x.status || x.refusing != "" && got.Refusing.Place.String() != x.refusing || got.To != x.to || (len(got.Open) > 0) != x.open {
			t.Errorf("%s %s: %+v", x.url, x.login, got)
		}
		if x.path != "" && (got.Next.URL.Path != x.path || x.login != "" && got.Next.Header.Has("Authorization")) {
			t.Errorf("%s: next %+v", x.url, got.Next)
		}
		if x.status == 401 && !slices.Equal(got.Challenges, []string{`Basic realm="traefik"`}) {
			t.Errorf("%s: %q", x.url, got.Challenges)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(static, "static.yml")
	f.Add(dynamic, "dynamic.toml")
	f.Add(compose, "compose.yaml")
	f.Add("http: {routers: {a: {rule: '!(Host(`a`) || Path(', middlewares: [b]}}, middlewares: {b: {chain: {middlewares: [b]}}}}", "a.yml")
	f.Fuzz(func(t *testing.T, text, name string) {
		c, err := traefik.Read(conf.Texts{name: text}, name)
		if err != nil {
			return
		}
		for _, s := range c.Scopes {
			if s.Place.Line > strings.Count(text, "\n")+2 {
				t.Fatalf("line %d of %d", s.Place.Line, strings.Count(text, "\n"))
			}
		}
		c.Tracer.Trace(conf.Request{})
	})
}
