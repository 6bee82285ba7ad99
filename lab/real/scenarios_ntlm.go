package real

import "github.com/why401/why401/exchange"

func ntlmLogin(w *World) []string {
	return curl("--ntlm", "-u", `CORP\alice:wonderland`, w.URL("front", "private"))
}

// ntlmProxy is nginx before the NTLM application; lines go into its location.
func ntlmProxy(lines string) string {
	return "upstream intranet {\n\tserver @app@;\n\t" + lines + "\n}\nserver {\n\tlisten @front@;\n\tlocation / {\n\t\tproxy_pass http://intranet;\n" +
		"\t\tproxy_http_version 1.1;\n\t\tproxy_set_header Connection \"\";\n\t}\n}\n"
}

func haproxyNTLM(mode string) string {
	return "frontend web from plain\n\tbind @front@\n\t" + mode + "\n\tdefault_backend apps\nbackend apps from plain\n\t" + mode + "\n\tserver app @app@\n"
}

// ntlmScenarios are NTLM logins, which belong to a connection, through proxies that have connections of their own.
var ntlmScenarios = []Scenario{
	{
		// nginx opens a connection to the application for each request.
		Name: "ntlm-nginx-new-connection-each-time",
		Servers: func(w *World) {
			w.Node("app", "ntlm.js", nil)
			w.Nginx("front", ntlmProxy(""))
		},
		Status: 500, Input: ntlmLogin,
		Want: Want{Cause: "ntlm-connection-not-kept", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		// One kept connection for one user; with more users it takes nginx Plus' ntlm, or TCP.
		Mend: reproxied(ntlmProxy("keepalive 1;"), ntlmLogin),
	},
	{
		Name: "ntlm-haproxy-closes-between",
		Servers: func(w *World) {
			w.Node("app", "ntlm.js", nil)
			w.HAProxy("front", haproxyNTLM("option http-server-close"))
		},
		Status: 500, Input: ntlmLogin,
		Want: Want{Cause: "ntlm-connection-not-kept", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "strong", Product: "Express"},
		Mend: reproxied(haproxyNTLM("mode tcp"), ntlmLogin),
	},
	healthy("ntlm-direct", func(w *World) { w.Node("front", "ntlm.js", nil) }, ntlmLogin),
	healthy("ntlm-haproxy-keeps-it", func(w *World) {
		w.Node("app", "ntlm.js", nil)
		w.HAProxy("front", haproxyNTLM("option prefer-last-server"))
	}, ntlmLogin),
}
