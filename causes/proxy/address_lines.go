package proxy

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	hostVariable = lazyregexp.New(`^\$(host|http_host)(:\$server_port)?$`)
	foreignHTTPS = lazyregexp.New(`^https://[a-z0-9-]+(\.[a-z0-9-]+)+\.?[a-z]{2,}(/|:|$)`)
	misrouted    = lazyregexp.New(`(?i)unexpected status: (404|421|400|403|301|302)|\b(404|421)\b|SNI|handshake|misdirected|default (page|site|vhost|server)`)
	quicListen   = lazyregexp.New(`(?i)^(quic|http3)$`)
	emptyHost    = lazyregexp.New(`(?i)https?:///|host (is )?(empty|missing|blank)|missing host|no host|invalid host|\bQUIC\b|\bHTTP/3\b|\bhttp3\b`)
	digestWord   = lazyregexp.New(`(?i)\bdigest\b`)
	oddPort      = lazyregexp.New(`https?://[A-Za-z0-9.-]+:\d{2,5}`)
	redirectURI  = lazyregexp.New(`(?i)redirect[_ -]?uri|port (is |gets |was )?(lost|missing|dropped|disappears)|without the port|(lost|missing|drops|loses) the port|redirect`)
	sentToHTTP   = lazyregexp.New(`^http://`)
)

// hostLines finds a Host that cannot fit the server that is asked: the client's name for a foreign server, a name without
// its port, or a field that HTTP/3 does not have.
func hostLines(v *cause.View) *cause.Suspicion {
	nginx := directive.Of(v, "nginx")
	fields := nginx.Blocks("proxy_set_header")
	for _, p := range nginx.Named("proxy_pass") {
		host := fields.Effective(p).Header("proxy_set_header", "Host")
		if len(host) == 0 || !directive.ArgMatches(host[0], 1, hostVariable) || !directive.ArgMatches(p, 0, foreignHTTPS) {
			continue
		}
		s := directive.Likely(0.6, directive.Fact(host[0], "The client's host name is sent as Host ..."), directive.Fact(p, "... to a server with a name of its own."))
		if directive.Told(v, misrouted) {
			s.Grade, s.Weight = cause.Strong, 0.86
		}
		return s
	}
	if http3(nginx) {
		for _, s := range nginx {
			for n := range s.Args {
				if s.Args[n].Contains("$http_host") && directive.Told(v, emptyHost) {
					return directive.Strong(0.86, directive.Fact(s, "$http_host is the Host field, and HTTP/3 requests have none: there it is empty ($host is not)."))
				}
			}
		}
	}
	for _, s := range nginx.Header("proxy_set_header", "Host") {
		if directive.Arg(s, 1, "$host") && told(v, oddPort) && told(v, redirectURI) {
			return directive.Likely(0.6, directive.Fact(s, "$host has no port; the address that people use has one."))
		}
	}
	apache := directive.Of(v, "apache")
	for _, s := range apache.Named("ProxyPreserveHost") {
		if directive.Arg(s, 0, "off") {
			return directive.Likely(0.55, directive.Fact(s, "ProxyPreserveHost Off: the application is asked for the proxy's name of it."))
		}
	}
	if passes := apache.Named("ProxyPass", "ProxyPassMatch"); len(passes) > 0 && len(apache.Named("ProxyPreserveHost")) == 0 {
		return directive.Likely(0.35, directive.Fact(passes[0], "Without ProxyPreserveHost the application is asked for the proxy's name of it."))
	}
	for _, p := range nginx.Named("proxy_pass") {
		lines := fields.Effective(p)
		if len(lines.Header("proxy_set_header", "Host")) == 0 && !directive.ArgMatches(p, 0, foreignHTTPS) && !asksAuth(nginx, p) {
			w := 0.3
			if len(lines) > 1 {
				w = 0.5 // a block that is shown with its header lines
			}
			return directive.Likely(w, directive.Fact(p, "No line sends the client's Host on: the application is asked for the name in proxy_pass."))
		}
	}
	return nil
}

func told(v *cause.View, re *lazyregexp.Regexp) bool { return directive.Told(v, re) }

func http3(nginx directive.Lines) bool {
	for _, s := range nginx.Named("listen", "http3") {
		if s.Name == "http3" && directive.Arg(s, 0, "on") || directive.Any(s, quicListen) {
			return true
		}
	}
	return false
}

// schemeLines finds an answer that sends an https request to http on the same host, and a scheme that is not passed on.
func schemeLines(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges {
		secure := x.Request.URL.Scheme == "https" && x.Unseen&exchange.RequestLine == 0 && !assumed(v, x) || strings.EqualFold(x.Request.Header.Get("X-Forwarded-Proto"), "https")
		to := x.Header().Text("Location")
		if x.Status()/100 != 3 || !secure || !to.Match(sentToHTTP) {
			continue
		}
		if to.HasPrefix("http://" + strings.TrimSuffix(x.Request.URL.Authority(), ":443") + "/") {
			s := directive.Likely(0.78, fact.At(x.N, "The request came over https, and the answer leads to http on the same host."))
			if strings.EqualFold(x.Request.Header.Get("X-Forwarded-Proto"), "https") {
				s.Weight = 0.82
				s.Because = append(s.Because, fact.At(x.N, "X-Forwarded-Proto: https was sent: the application does not use it."))
			}
			return s
		}
	}
	nginx := directive.Of(v, "nginx")
	for _, s := range nginx.Header("proxy_set_header", "X-Forwarded-Proto") {
		if directive.Arg(s, 1, "http") {
			return directive.Likely(0.75, directive.Fact(s, "This line tells the application that clients come over http."))
		}
	}
	fields := nginx.Blocks("proxy_set_header")
	for _, p := range nginx.Named("proxy_pass") {
		if !directive.ArgMatches(p, 0, sentToHTTP) {
			continue
		}
		tls := nginx.Covering(p).Having(func(s exchange.Setting) bool {
			return s.Name == "ssl_certificate" || s.Name == "listen" && directive.Arg(s, 1, "ssl")
		})
		if len(tls) == 0 {
			continue
		}
		set := fields.Effective(p)
		if len(set.Header("proxy_set_header", "X-Forwarded-Proto"))+len(set.Header("proxy_set_header", "X-Forwarded-Ssl"))+len(set.Header("proxy_set_header", "Forwarded"))+len(set.Header("proxy_set_header", "X-Scheme")) == 0 {
			return directive.Likely(0.4, directive.Fact(p, "TLS ends here, and no X-Forwarded-Proto tells the application so."))
		}
	}
	return nil
}

// digestPathLines finds a proxy that changes the path under a Digest login, which covers the path.
func digestPathLines(v *cause.View) *cause.Suspicion {
	if !told(v, digestWord) && v.Challenges.Find("Digest") == nil {
		return nil
	}
	nginx := directive.Of(v, "nginx")
	for _, p := range nginx.Named("proxy_pass") {
		if len(p.Context) == 0 || len(p.Args) == 0 {
			continue
		}
		prefix, isPrefix := strings.CutPrefix(p.Context[len(p.Context)-1], "location /")
		u, err := url.Parse(p.Args[0].String())
		if !isPrefix || err != nil || u.Path == "" || p.Args[0].Closed() || u.Path == "/"+prefix {
			continue
		}
		return directive.Likely(0.8, directive.Fact(p, "This line replaces the beginning of the path; the Digest login was computed for the path before."))
	}
	for _, s := range nginx.Named("rewrite") {
		if directive.Arg(s, 2, "break") {
			return directive.Likely(0.7, directive.Fact(s, "This line changes the path; the Digest login was computed for the path before."))
		}
	}
	for _, s := range directive.Of(v, "traefik") {
		if strings.Contains(strings.ToLower(s.Name), "stripprefix") {
			return directive.Likely(0.7, directive.Fact(s, "This line changes the path; the Digest login was computed for the path before."))
		}
	}
	for _, s := range directive.Of(v, "caddy").Named("handle_path", "uri") {
		return directive.Likely(0.7, directive.Fact(s, "This line changes the path; the Digest login was computed for the path before."))
	}
	return nil
}

var socketPath = lazyregexp.New(`(?i)^/?(.*/)?(ws|wss|websocket|websockets|websockify|socket\.io|sockjs|cable|hub|signalr|live/websocket|mqtt|graphql-ws|ws-?api)(/|\?|$)`)

// socketLines finds a handshake of a WebSocket that was refused while pages of the same record were let in.
func socketLines(v *cause.View) *cause.Suspicion {
	var refused *exchange.Message
	passed := false
	for n, m := range v.Messages {
		path := m.Fields["path"]
		switch {
		case path == "" || m.Kind != "access":
		case (m.Status == 401 || m.Status == 403) && socketPath.MatchString(path):
			refused = &v.Messages[n]
		case m.Status/100 == 2:
			passed = true
		}
	}
	if refused == nil {
		return nil
	}
	s := directive.Likely(0.6, fact.Fact{Text: "The path of a WebSocket is refused.", From: refused.From})
	if passed {
		s.Weight = 0.75
		s.Because = append(s.Because, fact.Fact{Text: "Other paths of the same record are let in.", From: refused.From})
	}
	return s
}

var (
	tunnelRefused = lazyregexp.New(`(?i)CONNECT tunnel failed, response 401|(proxy|tunnel|CONNECT)\b[^\n]{0,60}\b(response|code|status|HTTP/1\.[01]) 401|Unable to tunnel through proxy[^\n]{0,60}401|HTTP code 401 from proxy`)
)

// mixedLines finds a proxy that says 401, or an origin that says 407.
func mixedLines(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges {
		switch {
		case x.Status() == 401 && x.Header().Has("Proxy-Authenticate") && !x.Header().Has("WWW-Authenticate"):
			return directive.Strong(0.9, fact.At(x.N, "401 with Proxy-Authenticate: status and challenge do not belong together."))
		case x.Status() == 407 && x.Header().Has("WWW-Authenticate") && !x.Header().Has("Proxy-Authenticate"):
			return directive.Strong(0.9, fact.At(x.N, "407 with WWW-Authenticate: status and challenge do not belong together."))
		case x.Status() == 401 && x.Request.Method == "CONNECT":
			return directive.Strong(0.88, fact.At(x.N, "CONNECT is answered 401: a forward proxy has to say 407."))
		}
	}
	if told(v, tunnelRefused) {
		return directive.Strong(0.85, fact.Given("the output", "The tunnel through the proxy is refused with 401: a forward proxy has to say 407."))
	}
	return nil
}

// assumed reports a request of which the reader of the record says that it only takes https for its scheme.
func assumed(v *cause.View, x *exchange.Exchange) bool {
	return slices.ContainsFunc(v.Facts, func(f fact.Fact) bool {
		return strings.HasSuffix(f.Text, "https is assumed") && strings.Contains(f.Text, " "+x.Request.URL.Authority()+" ")
	})
}
