package vaccine

var (
	status        = Field{"status", "what the client was answered"}
	authorization = Field{"authorization", "whether credentials arrived here at all, and of which scheme: absent means that the client or a hop in front lost them"}
	user          = Field{"user", "the user name that was read out of the credentials; empty when none could be"}
	challenge     = Field{"challenge", "what was asked for; empty on a 401 means that an application answered without one"}
)

var all = []Vaccine{
	{
		Product: "nginx",
		Where:   "In the http block. A server or location with an access_log of its own needs the last line once more: its own replaces the inherited one.",
		Snippet: `map $http_authorization $why401_authorization {
    ""              absent;
    "~*^Basic "     Basic;
    "~*^Bearer "    Bearer;
    "~*^Digest "    Digest;
    "~*^Negotiate " Negotiate;
    "~*^NTLM "      NTLM;
    default         other;
}
map $request_uri $why401_path {
    "~^(?<why401_before_query>[^?]*)" $why401_before_query;
}
map $status $why401_refused {
    "~^(401|403|407|429)$" 1;
    default                0;
}
log_format why401_refusals '$time_iso8601 why401 id=$request_id client=$remote_addr server="$server_name" host="$host" method=$request_method path="$why401_path" '
    'status=$status authorization=$why401_authorization user="$remote_user" challenge="$sent_http_www_authenticate" '
    'upstream="$upstream_addr" upstream_status="$upstream_status" tls_client="$ssl_client_verify"';
access_log /var/log/nginx/why401.log why401_refusals if=$why401_refused;
`,
		Log: "/var/log/nginx/why401.log", Test: "nginx -t", Reload: "nginx -s reload",
		Fields: []Field{status, authorization, user, challenge, {"upstream_status", "what the upstream answered: the same as status, and it refused; \"-\" and nginx itself did"},
			{"server", "which server block answered"}, {"id", "the number of the request, for the application's own log"}},
		Note:  "A redirect to a login page is a 302 and not among the statuses. Why a password did not fit stands in the error log.",
		Tried: true,
	},
	{
		Product: "Apache httpd",
		Where:   "In the server's configuration, outside of virtual hosts; a virtual host with a CustomLog of its own needs the CustomLog line once more.",
		Snippet: `SetEnvIf Authorization "." why401_authorization=other
SetEnvIfNoCase Authorization "^Basic " why401_authorization=Basic
SetEnvIfNoCase Authorization "^Bearer " why401_authorization=Bearer
SetEnvIfNoCase Authorization "^Digest " why401_authorization=Digest
SetEnvIfNoCase Authorization "^(Negotiate|NTLM) " why401_authorization=$1
LogFormat "%{%Y-%m-%dT%H:%M:%S%z}t why401 id=%L client=%a server=%v host=\"%{Host}i\" method=%m path=\"%U\" status=%>s authorization=%{why401_authorization}e user=\"%u\" challenge=\"%{WWW-Authenticate}o\" handler=\"%R\"" why401_refusals
CustomLog /var/log/apache2/why401.log why401_refusals "expr=%{REQUEST_STATUS} in { '401', '403', '407', '429' }"
ErrorLogFormat "[%{cu}t] [%-m:%l] [pid %P] [id %L] %7F: %E: [client\ %a] %M"
`,
		Log: "/var/log/apache2/why401.log", Test: "apachectl configtest", Reload: "apachectl graceful",
		Fields: []Field{status, authorization, user, challenge, {"handler", "what answered: proxy-server or proxy:fcgi:// for what stands behind it, empty when Apache refused before that"},
			{"id", "the number that the error log has too: there stands why (AH01617, AH01630, ...)"}},
		Note:  "authorization=- means that none arrived. ErrorLogFormat replaces one that is set already.",
		Tried: true,
	},
	{
		Product: "HAProxy",
		Where:   "In each frontend, above its other http-request lines. The section needs a log line, as Debian's has it (log global).",
		Snippet: `	http-request set-var(txn.why401) str(absent)
	http-request set-var(txn.why401) str(other) if { req.hdr(Authorization) -m found }
	http-request set-var(txn.why401) str(Basic) if { req.hdr(Authorization) -i -m beg "Basic " }
	http-request set-var(txn.why401) str(Bearer) if { req.hdr(Authorization) -i -m beg "Bearer " }
	http-request set-var(txn.why401) str(Digest) if { req.hdr(Authorization) -i -m beg "Digest " }
	http-request set-var(txn.why401_user) http_auth_user
	http-request set-var(txn.why401_host) req.hdr(Host)
	http-response set-var(txn.why401_status) status
	log-format "why401 client=%ci frontend=%f backend=%b server=%s host=%[var(txn.why401_host)] method=%HM path=%HP status=%ST authorization=%[var(txn.why401)] user=%[var(txn.why401_user)] upstream_status=%[var(txn.why401_status)] termination=%tsc"
`,
		Log: "the log that the section's log line names", Test: "haproxy -c -f /etc/haproxy/haproxy.cfg", Reload: "systemctl reload haproxy",
		Fields: []Field{status, authorization, user, {"termination", "a P or an L in front (PR, LR): HAProxy refused by a rule of its own; ----: the server answered"},
			{"upstream_status", "what the server answered; \"-\" when it was not asked"}},
		Note:  "All requests are logged, not the refused alone.",
		Tried: true,
	},
	{
		Product: "Caddy",
		Where:   "In the site's block.",
		Snippet: `log {
	output file /var/log/caddy/why401.log
	format filter {
		wrap json
		fields {
			request>uri regexp "[?].*" ""
			request>headers>Authorization replace present
			request>headers>Proxy-Authorization replace present
			request>headers>Cookie delete
			request>headers>X-Api-Key replace present
			request>headers>X-Auth-Token replace present
			request>headers>Referer delete
			resp_headers>Set-Cookie delete
			resp_headers>Location delete
		}
	}
}
`,
		Log: "/var/log/caddy/why401.log", Test: "caddy validate --config /etc/caddy/Caddyfile", Reload: "systemctl reload caddy",
		Fields: []Field{{"status", status.Says}, {"user_id", "the user whom basic_auth let in; empty when it let in nobody"},
			{"request>headers>Authorization", "present when credentials arrived here"}, {"resp_headers>Www-Authenticate", challenge.Says},
			{"resp_headers>Server", "Caddy alone: Caddy answered; another name beside it: the upstream did"}},
		Note:  "A field of your own that carries a key (beside X-Api-Key and X-Auth-Token) needs a line like theirs, because Caddy logs every field of the request.",
		Tried: true,
	},
	{
		Product: "PHP-FPM",
		Where:   "In the pool. For the field authorization the web server must hand it over: nginx with the map of its own vaccine and fastcgi_param WHY401_AUTHORIZATION $why401_authorization;",
		Snippet: `access.log = /var/log/php-fpm-why401.log
access.format = "%{%Y-%m-%dT%H:%M:%S%z}T why401 pool=%n pid=%p method=%m path=%r script=%f status=%s authorization=%{WHY401_AUTHORIZATION}e user=%u https=%{HTTPS}e forwarded_proto=%{HTTP_X_FORWARDED_PROTO}e host=%{HTTP_HOST}e"
`,
		Log: "/var/log/php-fpm-why401.log", Test: "php-fpm8.2 -t", Reload: "systemctl reload php8.2-fpm",
		Fields: []Field{{"status", "what the script answered: a refusal that stands here is the application's"}, authorization,
			{"user", "the user whom the web server let in"}, {"https", "\"-\": the application believes that it was asked over http"}},
		Note:  "PHP-FPM cannot say that a header is there without writing its value, so it does not look at Authorization itself.",
		Tried: true,
	},
	{
		Product: "lighttpd",
		Where:   "In the configuration, with mod_accesslog among server.modules; it takes the place of accesslog.format and accesslog.filename that are set.",
		Snippet: `accesslog.filename = "/var/log/lighttpd/why401.log"
accesslog.format = "%{%Y-%m-%dT%H:%M:%S%z}t why401 client=%h host=\"%V\" method=%m path=\"%U\" status=%s authorization=absent user=\"%u\" challenge=\"%{WWW-Authenticate}o\""
$REQUEST_HEADER["Authorization"] =~ "(?i)^Basic " {
    accesslog.format = "%{%Y-%m-%dT%H:%M:%S%z}t why401 client=%h host=\"%V\" method=%m path=\"%U\" status=%s authorization=Basic user=\"%u\" challenge=\"%{WWW-Authenticate}o\""
} else $REQUEST_HEADER["Authorization"] =~ "(?i)^Bearer " {
    accesslog.format = "%{%Y-%m-%dT%H:%M:%S%z}t why401 client=%h host=\"%V\" method=%m path=\"%U\" status=%s authorization=Bearer user=\"%u\" challenge=\"%{WWW-Authenticate}o\""
} else $REQUEST_HEADER["Authorization"] =~ "." {
    accesslog.format = "%{%Y-%m-%dT%H:%M:%S%z}t why401 client=%h host=\"%V\" method=%m path=\"%U\" status=%s authorization=other user=\"%u\" challenge=\"%{WWW-Authenticate}o\""
}
`,
		Log: "/var/log/lighttpd/why401.log", Test: "lighttpd -tt -f /etc/lighttpd/lighttpd.conf", Reload: "systemctl reload lighttpd",
		Fields: []Field{status, authorization, {"user", "the user whom mod_auth let in"}, challenge},
		Note:   "All requests are logged, not the refused alone. Why a password did not fit stands in the error log.",
		Tried:  true,
	},
	{
		Product: "Traefik",
		Where:   "In the static configuration (traefik.yml); a restart is needed.",
		Snippet: `accessLog:
  filePath: /var/log/traefik/why401.log
  format: json
  filters:
    statusCodes: ["401", "403", "407", "429"]
  fields:
    defaultMode: keep
    names:
      RequestPath: drop
      RequestLine: drop
    headers:
      defaultMode: drop
      names:
        Authorization: redact
`,
		Log: "/var/log/traefik/why401.log", Test: "", Reload: "systemctl restart traefik",
		Fields: []Field{{"DownstreamStatus", "what the client was answered"}, {"OriginStatus", "what the service answered: 0 when Traefik refused by itself"},
			{"ClientUsername", "the user name of the credentials"}, {"request_Authorization", "REDACTED when credentials arrived here"}, {"RouterName", "which router was chosen"}},
		Note: "RequestPath is left out because Traefik writes it with the query.",
	},
	{
		Product: "Varnish",
		Where:   "The sub in front of every other vcl_recv of the VCL (VCL joins subs of one name); the command instead of, or beside, the varnishncsa that runs.",
		Snippet: `import std;
sub vcl_recv {
    if (!req.http.Authorization) { std.log("authorization:absent"); }
    else if (req.http.Authorization ~ "(?i)^Basic ") { std.log("authorization:Basic"); }
    else if (req.http.Authorization ~ "(?i)^Bearer ") { std.log("authorization:Bearer"); }
    else { std.log("authorization:other"); }
}
`,
		Log:  `varnishncsa -q 'RespStatus == 401 or RespStatus == 403 or RespStatus == 407' -F '%{%Y-%m-%dT%H:%M:%S%z}t why401 id=%{X-Varnish}o client=%h host=%{Host}i method=%m path=%U status=%s authorization=%{VCL_Log:authorization}x handling=%{Varnish:handling}x age=%{Age}o'`,
		Test: "varnishd -C -f /etc/varnish/default.vcl", Reload: "varnishreload",
		Fields: []Field{status, authorization, {"handling", "hit: the refusal came out of the cache; pass or miss: the backend refused just now; synth: the VCL did"},
			{"age", "for how many seconds the refusal has been kept"}},
		Note:  "varnishncsa's %u would write the user name out of the credentials; it is left out here.",
		Tried: true,
	},
	{
		Product: "Squid",
		Where:   "In squid.conf, in front of other access_log lines.",
		Snippet: `acl why401_refused http_status 401 403 407
acl why401_any req_header Proxy-Authorization .
acl why401_basic req_header Proxy-Authorization -i ^Basic
acl why401_site req_header Authorization .
note why401_proxy Basic why401_basic
note why401_proxy other why401_any !why401_basic
note why401_site present why401_site
logformat why401_refusals %{%Y-%m-%dT%H:%M:%S%z}tl why401 client=%>a method=%rm url=%ru status=%>Hs proxy_authorization=%{why401_proxy}note authorization=%{why401_site}note user=%[un result=%Ss/%Sh peer=%<a upstream_status=%<Hs
strip_query_terms on
access_log stdio:/var/log/squid/why401.log logformat=why401_refusals why401_refused
`,
		Log: "/var/log/squid/why401.log", Test: "squid -k parse", Reload: "squid -k reconfigure",
		Fields: []Field{status, {"url", "the address up to its query, which strip_query_terms takes off"}, {"proxy_authorization", "whether credentials for the proxy arrived, \"-\" when not"}, {"authorization", "whether credentials for the site did"},
			{"user", "the user whom Squid knows"}, {"result", "TCP_DENIED and HIER_NONE: Squid itself refused"}, {"upstream_status", "what the site answered; \"-\" when it was not asked"}},
		Tried: true,
	},
}
