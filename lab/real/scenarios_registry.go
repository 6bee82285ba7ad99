package real

import (
	"github.com/why401/why401/exchange"
)

// dockerArgs asks for the image's manifest as docker would, with the login in config; to says that the login may go to
// the token server.
func dockerArgs(w *World, config, to string) []string {
	args := []string{"--as-client", "docker", "--client-config", config}
	if to != "" {
		args = append(args, "--send-to", "http://"+w.Addr(to))
	}
	return append(args, w.URL("front", "v2/"+image+"/manifests/"+imageTag))
}

const registryFront = `
server {
	listen @front@;
	client_max_body_size 0;
	location / {
		proxy_pass http://@hub@;
		proxy_set_header Host $http_host;
		proxy_set_header X-Forwarded-Proto $scheme;
	}
}
`

const registryHtpasswd = "auth: {htpasswd: {realm: registry, path: \"@dir@/htpasswd\"}}\n"

// registryBasic is a registry that asks for Basic, behind nginx; logins go into docker's config.json by the key given.
func registryBasic(front, key, stored string) func(*World) {
	return func(w *World) {
		w.Passwords("htpasswd", "-B", user, password)
		w.Registry("hub", registryHtpasswd)
		w.Nginx("front", front)
		logins := map[string]string{}
		if stored != "" {
			logins[w.Expand(key)] = stored
		}
		w.config("docker", logins)
	}
}

func registryToken(realm, service, bundle string) string {
	return "auth: {token: {realm: \"" + realm + "\", service: \"" + service + "\", issuer: lab-issuer, rootcertbundle: \"@dir@/" + bundle + "\"}}\n"
}

const registryService, tokenRealm = "registry.test", "http://@tokens@/token"

// registryWithTokens is a registry that takes a token server's tokens, behind nginx. change spoils the token server, auth
// is the registry's auth section ("" for the right one).
func registryWithTokens(auth, stored string, change func(w *World, t *tokenServer)) func(*World) {
	return func(w *World) {
		s := w.signer()
		w.bundle("signing.crt", s)
		w.bundle("other.crt", w.signer())
		t := &tokenServer{Issuer: "lab-issuer", Users: map[string]string{user: password}, Rights: map[string][]string{user: {"pull", "push"}}, Signer: s}
		if change != nil {
			change(w, t)
		}
		w.tokens = w.TokenServer("tokens", t)
		if auth == "" {
			auth = registryToken(tokenRealm, registryService, "signing.crt")
		}
		w.Registry("hub", auth)
		w.Nginx("front", registryFront)
		logins := map[string]string{}
		if stored != "" {
			logins[w.Addr("front")] = stored
		}
		w.config("docker", logins)
	}
}

// resolved is a scenario that oras plays, with docker's config.json.
func resolved(sc Scenario) Scenario {
	sc.Program = func(w *World) Reply { return w.resolve("front", w.Dir+"/docker/config.json") }
	if sc.Input == nil {
		sc.Input = func(w *World) []string { return dockerArgs(w, w.Dir+"/docker/config.json", "tokens") }
	}
	return sc
}

func relogin(key, login string) func(*World) []string {
	return func(w *World) []string {
		w.config("docker", map[string]string{w.Expand(key): login})
		return nil
	}
}

func mendRegistry(auth string) func(*World) []string {
	return func(w *World) []string {
		w.Server("hub").Mend(registryConf("hub", auth))
		return nil
	}
}

func mendTokens(change func(*tokenServer)) func(*World) []string {
	return func(w *World) []string {
		w.tokens.change(change)
		return nil
	}
}

// refusedAs is the scenario with the status that the client names, 1 when it names none.
func refusedAs(status int, sc Scenario) Scenario {
	sc.Status = status
	return sc
}

var goodTokens = registryToken(tokenRealm, registryService, "signing.crt")

var registryScenarios = []Scenario{
	refusedAs(1, resolved(Scenario{Name: "registry-basic-not-logged-in", Servers: registryBasic(registryFront, "", ""),
		Want: Want{Cause: "docker-not-logged-in", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Docker registry"},
		Mend: relogin("@front@", login)})),
	resolved(Scenario{Name: "registry-basic-wrong-password", Servers: registryBasic(registryFront, "@front@", user+":not-it-1234"),
		Want: Want{Cause: "wrong-password", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Docker registry"},
		Mend: relogin("@front@", login)}),
	refusedAs(1, resolved(Scenario{Name: "registry-key-without-port", Servers: registryBasic(registryFront, "127.0.0.1", login),
		Want: Want{Cause: "client-config-credential-key-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Docker registry"},
		Mend: relogin("@front@", login)})),
	resolved(Scenario{Name: "registry-proxy-strips-token", Servers: func(w *World) {
		registryWithTokens("", login, nil)(w)
		w.Server("front").Mend(stripping(registryFront))
	},
		Want: Want{Cause: "reverse-proxy-strips-authorization", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Docker registry"},
		Mend: func(w *World) []string { w.Server("front").Mend(registryFront); return nil }}),
	resolved(Scenario{Name: "registry-token-not-logged-in", Servers: registryWithTokens("", "", nil),
		Want: Want{Cause: "docker-not-logged-in", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Docker registry"},
		Mend: func(w *World) []string { w.config("docker", map[string]string{w.Addr("front"): login}); return nil }}),
	resolved(Scenario{Name: "registry-token-wrong-password", Servers: registryWithTokens("", user+":not-it-1234", nil),
		Want: Want{Cause: "wrong-password", RefusedBy: exchange.IdentityProvider, FaultAt: exchange.Client, Grade: "strong", Product: "Docker registry"},
		Mend: func(w *World) []string { w.config("docker", map[string]string{w.Addr("front"): login}); return nil }}),
	resolved(Scenario{Name: "registry-token-no-right", Servers: registryWithTokens("", login, func(_ *World, t *tokenServer) { t.Rights = nil }),
		Want: Want{Cause: "docker-registry-insufficient-scope", RefusedBy: exchange.Application, FaultAt: exchange.IdentityProvider, Grade: "proved", Product: "Docker registry"},
		Mend: mendTokens(func(t *tokenServer) { t.Rights = map[string][]string{user: {"pull"}} })}),
	resolved(Scenario{Name: "registry-token-untrusted-key", Servers: registryWithTokens(registryToken(tokenRealm, registryService, "other.crt"), login, nil),
		Want: Want{Cause: "docker-token-signature-untrusted", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Docker registry"},
		Mend: mendRegistry(goodTokens)}),
	resolved(Scenario{Name: "registry-token-other-audience", Servers: registryWithTokens("", login, func(_ *World, t *tokenServer) { t.Audience = "registry.other.test" }),
		Want: Want{Cause: "docker-token-signature-untrusted", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Docker registry"},
		Mend: mendTokens(func(t *tokenServer) { t.Audience = "" })}),
	resolved(Scenario{Name: "registry-token-other-issuer", Servers: registryWithTokens("", login, func(_ *World, t *tokenServer) { t.Issuer = "https://auth.old.test" }),
		Want: Want{Cause: "docker-token-signature-untrusted", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Docker registry"},
		Mend: mendTokens(func(t *tokenServer) { t.Issuer = "lab-issuer" })}),
	refusedAs(1, resolved(Scenario{Name: "registry-realm-closed", Servers: registryWithTokens(registryToken("http://@nowhere@/token", registryService, "signing.crt"), login, nil),
		Want: Want{Cause: "docker-registry-realm-misconfigured", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Docker registry"},
		Mend: mendRegistry(goodTokens)})),
	refusedAs(404, resolved(Scenario{Name: "registry-realm-wrong-path", Servers: registryWithTokens(registryToken("http://@tokens@/service/token", registryService, "signing.crt"), login, nil),
		Want: Want{Cause: "docker-registry-realm-misconfigured", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "strong", Product: "Docker registry"},
		Mend: mendRegistry(goodTokens)})),
	healthyRegistry("registry-basic", registryBasic(registryFront, "http://@front@/v1/", login)),
	healthyRegistry("registry-token", registryWithTokens("", login, nil)),
	healthyRegistry("registry-token-anonymous", registryWithTokens("", "", func(_ *World, t *tokenServer) { t.Rights[""] = []string{"pull"} })),
}

func healthyRegistry(name string, servers func(*World)) Scenario {
	sc := resolved(Scenario{Name: "healthy-" + name, Servers: servers})
	return sc
}

// stripping takes Authorization out of what nginx passes on.
func stripping(front string) string {
	return replace(front, "proxy_set_header Host", "proxy_set_header Authorization \"\";\n\t\tproxy_set_header Host")
}
