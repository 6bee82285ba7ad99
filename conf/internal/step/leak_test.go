package step_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/caddy"
	"github.com/why401/why401/conf/fpm"
	"github.com/why401/why401/conf/haproxy"
	"github.com/why401/why401/conf/ingress"
	"github.com/why401/why401/conf/lighttpd"
	"github.com/why401/why401/conf/squid"
	"github.com/why401/why401/conf/traefik"
	"github.com/why401/why401/conf/varnish"
	"github.com/why401/why401/exchange"
)

// TestNoReaderShowsAKey: a fixed key that a configuration writes or asks for stands nowhere in what is made of it.
func TestNoReaderShowsAKey(t *testing.T) {
	const key = "kept-key-77"
	for name, c := range map[string]struct {
		read func(conf.Source, ...string) (*conf.Config, error)
		text string
	}{
		"haproxy":  {haproxy.Read, "userlist u\n user a insecure-password KEY\nfrontend f\n mode http\n bind :80\n http-request auth unless { http_auth(u) }\n http-request deny unless { req.hdr(X-Key) -m str KEY }\n http-request set-header Authorization \"Basic %[str(KEY),base64]\"\n http-request set-header X-Key KEY if { urlp(k) KEY }\n default_backend b\nbackend b\n server s 10.0.0.1:80\n"},
		"caddy":    {caddy.Read, "http://a.test {\n@k header X-Key KEY\n@q query key=KEY\nrespond @k 403\nrespond @q 401\nrequest_header X-Key KEY\nreverse_proxy a:80 {\nheader_up Authorization \"Bearer KEY\"\n}\n}\n"},
		"traefik":  {traefik.Read, "http:\n  routers:\n    a:\n      rule: Header(`X-Key`, `KEY`)\n      middlewares: [m, n]\n      service: s\n  middlewares:\n    m:\n      headers:\n        customRequestHeaders: {X-Key: KEY}\n    n:\n      basicAuth:\n        users: [\"a:KEY\"]\n"},
		"ingress":  {ingress.Read, "kind: Ingress\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/configuration-snippet: |\n      proxy_set_header X-Key KEY;\nspec:\n  rules:\n  - http: {paths: [{path: /, backend: {service: {name: a}}}]}\n"},
		"lighttpd": {lighttpd.Read, "server.modules = (\"mod_access\", \"mod_setenv\")\n$REQUEST_HEADER[\"X-Key\"] != \"KEY\" { url.access-deny = (\"\") }\nsetenv.set-request-header = (\"X-Key\" => \"KEY\")\n"},
		"varnish":  {varnish.Read, "backend default { .host = \"a\"; }\nsub vcl_recv { if (req.http.X-Key != \"KEY\") { return (synth(401)); } set req.http.Authorization = \"Bearer \" + \"KEY\"; }\n"},
		"squid":    {squid.Read, "http_port 80 accel defaultsite=a\nacl k req_header X-Key KEY\nhttp_access allow k\ncache_peer a parent 80 0 login=user:KEY\nrequest_header_add X-Key \"KEY\" all\n"},
		"fpm":      {fpm.Read, "[a]\nuser = a\nenv[API_TOKEN] = KEY\n"},
	} {
		got, err := c.read(conf.Texts{"f": strings.ReplaceAll(c.text, "KEY", key)}, "f")
		if err != nil || len(got.Scopes) == 0 {
			t.Errorf("%s: %v, %d scopes", name, err, len(got.Scopes))
			continue
		}
		u, _ := exchange.ParseURL("http://a.test/?key=other&k=other")
		shown := []any{got.Scopes, got.Unread}
		if got.Tracer != nil {
			r := conf.Request{Port: 80}
			r.Method, r.URL = "GET", u
			r.Header = exchange.Header{exchange.RequestField("X-Key", key)}
			trace := got.Tracer.Trace(r)
			shown = append(shown, trace.Steps, trace.Open, trace.Next)
		}
		b, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.Index(string(b), key); i >= 0 {
			t.Errorf("%s shows it: %s", name, b[max(0, i-200):min(len(b), i+40)])
		}
	}
}
