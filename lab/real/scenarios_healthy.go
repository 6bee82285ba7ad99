package real

// healthy is a scenario in which nothing is wrong: why401 must say so.
func healthy(name string, servers func(*World), input func(*World) []string) Scenario {
	return Scenario{Name: "healthy-" + name, Servers: servers, Input: input}
}

var healthyScenarios = []Scenario{
	healthy("nginx-basic", startNginxBasic, func(w *World) []string { return curl("-u", login, w.URL("front")) }),
	healthy("nginx-open", func(w *World) {
		w.site()
		w.Nginx("front", "server { listen @front@; root @dir@/www; }\n")
	}, func(w *World) []string { return []string{w.URL("front")} }),
	healthy("nginx-redirect-on-the-same-origin", func(w *World) {
		startNginxBasic(w)
		w.Server("front").Mend("absolute_redirect off;\n" + nginxBasic)
	}, func(w *World) []string { return curl("-L", "-u", login, w.URL("front", "private")) }),
	healthy("nginx-proxy-bearer", behind(reverseProxy()), askPrivate),
	healthy("nginx-client-certificate", func(w *World) {
		w.Cert("clients", "alice")
		w.tls("ssl_client_certificate @dir@/tls/clients.crt;\n\tssl_verify_client on;")
	}, func(w *World) []string {
		return curl("--cacert", w.ca(), "--cert", w.Dir+"/tls/alice.crt", "--key", w.Dir+"/tls/alice.key", w.secure("front", ""))
	}),
	healthy("apache-digest", func(w *World) {
		w.DigestPasswords("htdigest", "Shop", user, password)
		w.Apache("front", apacheDigest)
	}, func(w *World) []string { return curl("--digest", "-u", login, w.URL("front")) }),
	healthy("apache-anyauth", startApacheBasic, func(w *World) []string { return curl("--anyauth", "-u", login, w.URL("front")) }),
	healthy("apache-fpm-token", apacheFPM("<Directory @dir:front@/htdocs>\n\tCGIPassAuth On\n</Directory>\n"), askPHP),
	healthy("squid", squid(squidAuth), func(w *World) []string { return curl("-x", w.URL("front"), "-U", login, w.URL("app")) }),
	healthy("varnish-pass", func(w *World) {
		w.Node("app", "tokens.js", Settings{"TOKEN": token})
		w.Varnish("front", varnishConf(varnishPasses))
	}, askPrivate),
	healthy("jwt", jwtApp(nil), askGood),
	healthy("oauth", oauthApp, askOAuth("key-1", 0, "orders", nil)),
	healthy("session", sessionApp(nil), follow("enter")),
	healthy("cors", jwtApp(Settings{"ORIGINS": webOrigin}), fromOrigin),
	healthy("cors-preflight", jwtApp(Settings{"ORIGINS": webOrigin}), preflight("authorization")),
}
