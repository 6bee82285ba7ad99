package line

import (
	"strings"
	"testing"
	"time"
)

// Lines of programs that cannot be driven here, as their documentation and bug reports show them. The first word of what is
// wanted is the kind, 0 a request, 1 a message, 2 an event.
func TestDocumentedLines(t *testing.T) {
	for _, tt := range []struct{ format, in, want string }{
		{"aws-alb", `https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - 0.086 0.048 0.037 401 - 0 57 "GET https://www.example.com:443/a?b=c HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 2018-07-02T22:22:48.364000Z "authenticate" "-" "AuthInvalidCookie" "-" "-" "-" "-"`,
			`0 2018-07-02T22:23:00.186641Z client="192.168.131.39" host="www.example.com" method="GET" target="/a?b=c" proto="HTTP/1.1" agent="curl/7.46.0" id="Root=1-58337281-1d84f3d73c47ec4e58577259" site="app/my-loadbalancer/50dc6c495c0c9188" tls="TLSv1.2" code="AuthInvalidCookie" status=401 upstream_status=0 size=57 took`},
		{"aws-elb", `2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2`,
			`0 2015-05-13T23:39:43.945958Z client="192.168.131.39" host="www.example.com" method="GET" target="/" proto="HTTP/1.1" agent="curl/7.38.0" upstream="10.0.0.1:80" site="my-loadbalancer" tls="TLSv1.2" status=200 upstream_status=200 size=57 took`},
		{"cloudfront", "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t403\t-\tMozilla/5.0%20(Windows%20NT%2010.0)\ta=b\t-\tError\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\twww.example.com\thttps\t23\t0.001\t203.0.113.9\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tError\tHTTP/2.0\t-\t-\t11040\t0.001\tOriginShieldHit\ttext/html\t78\t-\t-",
			`0 2019-12-04T21:02:31Z client="192.0.2.100" forwarded="203.0.113.9" host="www.example.com" method="GET" target="/index.html?a=b" proto="HTTP/2.0" agent="Mozilla/5.0 (Windows NT 10.0)" id="SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==" site="LAX1" tls="TLSv1.2" cache="Error" code="OriginShieldHit" status=403 upstream_status=0 size=392 took`},
		{"iis", `2026-11-22 10:00:00 10.0.0.5 GET /private/ a=b 443 CORP\alice 192.0.2.7 Mozilla/5.0+(Windows+NT+10.0) https://a.test/x 401 2 5 15`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" user="CORP\\alice" method="GET" target="/private/?a=b" referer="https://a.test/x" agent="Mozilla/5.0 (Windows NT 10.0)" code="2" status=401 upstream_status=0 size=-1 took`},
		{"envoy", `[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 403 UAEX 154 0 226 - "10.0.35.28" "nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations" "-"`,
			`0 2016-04-15T20:17:00.31Z client="10.0.35.28" forwarded="10.0.35.28" host="locations" method="POST" target="/api/v1/locations" proto="HTTP/2" agent="nsq2http" id="cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" code="UAEX" status=403 upstream_status=0 size=0 took`},
		{"envoy", `[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 19 4 - "-" "curl/7.73.0-DEV" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "-" inbound|80|| - 10.44.1.27:80 10.44.1.23:37652 outbound_.8000_._.httpbin.foo.svc.cluster.local default`,
			`0 2020-11-25T21:26:18.409Z client="10.44.1.23" host="httpbin:8000" method="GET" target="/status/418" proto="HTTP/1.1" agent="curl/7.73.0-DEV" id="84961386-6d84-929d-98bd-c5aee93b5c88" message="rbac_access_denied_matched_policy[none]" status=403 upstream_status=0 size=19 took`},
		{"traefik-clf", `192.0.2.7 - alice [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/2.0" 401 17 "-" "curl/8.5.0" 42 "web@docker" "-" 0ms`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" user="alice" method="GET" target="/a" proto="HTTP/2.0" agent="curl/8.5.0" site="web@docker" status=401 upstream_status=0 size=17 took`},
		{"ingress-nginx", `192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/2.0" 401 17 "-" "curl/8.5.0" 42 0.003 [shop-web-80] [] 10.1.2.3:8080, 10.1.2.4:8080 0, 17 0.001, 0.002 502, 401 3b1d8e`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" method="GET" target="/a" proto="HTTP/2.0" agent="curl/8.5.0" upstream="10.1.2.3:8080, 10.1.2.4:8080" id="3b1d8e" site="shop-web-80" status=401 upstream_status=401 size=17 took`},
		{"oauth2-proxy", `10.0.0.7:53210 - 9f3d2a4e-11aa-4b1c-9d0e-5a5c8d1f2b3c - alice@example.com [2026/11/22 10:00:00] app.example.com GET / "/api/me?x=1" HTTP/1.1 "Mozilla/5.0 (X11)" 403 2912 0.002`,
			`0 2026-11-22T10:00:00Z client="10.0.0.7" user="alice@example.com" host="app.example.com" method="GET" target="/api/me?x=1" proto="HTTP/1.1" agent="Mozilla/5.0 (X11)" upstream="/" id="9f3d2a4e-11aa-4b1c-9d0e-5a5c8d1f2b3c" status=403 upstream_status=0 size=2912 took`},
		{"oauth2-proxy-auth", `10.0.0.7 - 9f3d2a4e - alice@example.com [2026/11/22 10:00:00] [AuthFailure] Invalid authentication via OAuth2: unauthorized`,
			`2 2026-11-22T10:00:00Z client="10.0.0.7" user="alice@example.com" id="9f3d2a4e" code="AuthFailure" message="Invalid authentication via OAuth2: unauthorized" status=0 upstream_status=0 size=-1`},
		{"oauth2-proxy-log", `[2026/11/22 10:00:00] [oauthproxy.go:862] No valid authentication in request. Initiating login.`,
			`1 2026-11-22T10:00:00Z message="No valid authentication in request. Initiating login." status=0 upstream_status=0 size=-1`},
		{"keycloak", `2024-05-06 12:00:00,123 WARN  [org.keycloak.events] (executor-thread-12) type="LOGIN_ERROR", realmId="1f2e", realmName="shop", clientId="account-console", userId="null", ipAddress="172.17.0.1", error="user_not_found", auth_method="openid-connect", redirect_uri="https://a.test/cb", username="alice"`,
			`2 2024-05-06T12:00:00.123Z client="172.17.0.1" user="alice" site="shop" location="https://a.test/cb" level="WARN" code="LOGIN_ERROR" message="type=\"LOGIN_ERROR\", realmId=\"1f2e\", realmName=\"shop\", clientId=\"account-console\", userId=\"null\", ipAddress=\"172.17.0.1\", error=\"user_not_found\", auth_method=\"openid-connect\", redirect_uri=\"https://a.test/cb\", username=\"alice\"" status=0 upstream_status=0 size=-1`},
		{"keycloak", `2021-05-06 12:00:00,123 WARN  [org.keycloak.events] (default task-12) type=CODE_TO_TOKEN_ERROR, realmId=shop, clientId=web, userId=null, ipAddress=172.17.0.1, error=invalid_code, grant_type=authorization_code`,
			`2 2021-05-06T12:00:00.123Z client="172.17.0.1" site="shop" level="WARN" code="CODE_TO_TOKEN_ERROR" message="type=CODE_TO_TOKEN_ERROR, realmId=shop, clientId=web, userId=null, ipAddress=172.17.0.1, error=invalid_code, grant_type=authorization_code" status=0 upstream_status=0 size=-1`},
		{"keycloak-json", `{"timestamp":"2024-05-06T12:00:00.123Z","sequence":1,"loggerClassName":"org.jboss.logging.Logger","loggerName":"org.keycloak.events","level":"WARN","message":"type=\"LOGIN_ERROR\", realmId=\"1f2e\", clientId=\"x\", ipAddress=\"172.17.0.1\", error=\"invalid_user_credentials\", username=\"alice\"","threadName":"executor-thread-1"}`,
			`2 2024-05-06T12:00:00.123Z client="172.17.0.1" user="alice" site="1f2e" level="WARN" code="LOGIN_ERROR" message="type=\"LOGIN_ERROR\", realmId=\"1f2e\", clientId=\"x\", ipAddress=\"172.17.0.1\", error=\"invalid_user_credentials\", username=\"alice\"" status=0 upstream_status=0 size=-1`},
		{"keycloak-events", `{"time":1715000000123,"type":"LOGIN_ERROR","realmId":"shop","clientId":"web","userId":null,"ipAddress":"172.17.0.1","error":"invalid_user_credentials","details":{"auth_method":"openid-connect","username":"alice"}}`,
			`2 2024-05-06T12:53:20.123Z client="172.17.0.1" user="alice" site="shop" code="LOGIN_ERROR" message="invalid_user_credentials" status=0 upstream_status=0 size=-1`},
		{"magento", "[2026-11-22T10:00:00.123456+00:00] main.CRITICAL: Magento\\Framework\\Exception\\AuthenticationException: denied in /var/www/html/a.php:12\nStack trace:\n#0 {main} [] []",
			`1 2026-11-22T10:00:00.123456Z level="CRITICAL" message="Magento\\Framework\\Exception\\AuthenticationException: denied in /var/www/html/a.php:12\nStack trace:\n#0 {main} [] []" status=0 upstream_status=0 size=-1`},
		{"civicrm", "2026-11-22 10:00:00+0100  [error] $Fatal Error Details = Array\n(\n    [message] => API permission check failed\n)",
			`1 2026-11-22T10:00:00+01:00 level="error" message="$Fatal Error Details = Array\n(\n    [message] => API permission check failed\n)" status=0 upstream_status=0 size=-1`},
		{"civicrm", "Nov 22 10:00:00  [info] Logged in user_id=3", `1 2026-11-22T10:00:00Z level="info" message="Logged in user_id=3" status=0 upstream_status=0 size=-1`},
		{"fail2ban", `2026-11-22 10:00:00,123 fail2ban.actions        [1234]: NOTICE  [nginx-http-auth] Ban 192.0.2.7`,
			`2 2026-11-22T10:00:00.123Z client="192.0.2.7" site="nginx-http-auth" level="NOTICE" code="Ban" message="Ban 192.0.2.7" status=0 upstream_status=0 size=-1`},
		{"fail2ban", `2026-11-22 10:00:00,123 fail2ban.filter         [1234]: INFO    [nginx-http-auth] Found 192.0.2.7 - 2026-11-22 09:59:59`,
			`2 2026-11-22T10:00:00.123Z client="192.0.2.7" site="nginx-http-auth" level="INFO" code="Found" message="Found 192.0.2.7 - 2026-11-22 09:59:59" status=0 upstream_status=0 size=-1`},
		{"crowdsec", `time="2026-11-22T10:00:00+01:00" level=info msg="Ip 192.0.2.7 performed 'crowdsecurity/http-bf-wordpress_bf' (6 events over 2.5s) at 2026-11-22 09:00:00 +0000 UTC"`,
			`2 2026-11-22T10:00:00+01:00 client="192.0.2.7" site="crowdsecurity/http-bf-wordpress_bf" level="info" code="performed" message="Ip 192.0.2.7 performed 'crowdsecurity/http-bf-wordpress_bf' (6 events over 2.5s) at 2026-11-22 09:00:00 +0000 UTC" status=0 upstream_status=0 size=-1`},
		{"crowdsec", `time="22-11-2026 10:00:00" level=info msg="(7d5f/crowdsec) crowdsecurity/http-probing by ip 192.0.2.7 (FR/3215) : 4h ban on Ip 192.0.2.7"`,
			`2 2026-11-22T10:00:00Z client="192.0.2.7" site="crowdsecurity/http-probing" level="info" code="ban" message="(7d5f/crowdsec) crowdsecurity/http-probing by ip 192.0.2.7 (FR/3215) : 4h ban on Ip 192.0.2.7" status=0 upstream_status=0 size=-1`},
		{"logfmt", `time="2026-11-22T10:00:00Z" level=error msg="Error while building configuration" providerName=docker`,
			`1 2026-11-22T10:00:00Z level="error" message="Error while building configuration" status=0 upstream_status=0 size=-1`},
		{"litespeed-error", `2022-06-09 12:22:05.123456 [NOTICE] [192.168.9.163:55122#Example] [HTAuth] user alice is not authorized`,
			`1 2022-06-09T12:22:05.123456Z client="192.168.9.163" site="Example" level="NOTICE" message="user alice is not authorized" status=0 upstream_status=0 size=-1`},
		{"haproxy-tcp", `192.0.2.7:50033 [22/Nov/2026:10:00:00.123] tls~ app/one 1/0/5007 212 -- 0/0/0/0/3 0/0`,
			`0 2026-11-22T10:00:00.123Z client="192.0.2.7" upstream="app/one" site="tls" code="--" status=0 upstream_status=0 size=212 took`},
		{"haproxy", `[2001:db8::7]:50033 [22/Nov/2026:10:00:00.123] web~ app/one 0/0/1/2/3 401 212 - - ---- 1/1/0/0/0 0/0 {a|b} {} "GET /a HTTP/1.1" 0/0000000000000000/0/0/0 a.test/TLSv1.3/TLS_AES_128_GCM_SHA256`,
			`0 2026-11-22T10:00:00.123Z client="2001:db8::7" host="a.test" method="GET" target="/a" proto="HTTP/1.1" upstream="app/one" site="web" tls="1.3" code="----" status=401 upstream_status=0 size=212 took`},
		{"apache-error", `[Sun Nov 22 10:00:00.123456 2026] [auth_basic:error] [pid 10:tid 140120] [client 192.0.2.7:50229] AH01617: user alice: authentication failure for "/private/": Password Mismatch, referer: https://a.test/`,
			`1 2026-11-22T10:00:00.123456Z client="192.0.2.7" user="alice" target="/private/" referer="https://a.test/" level="error" code="AH01617" message="user alice: authentication failure for \"/private/\": Password Mismatch" status=0 upstream_status=0 size=-1`},
		{"apache-error", `[Sun Nov 22 10:00:00 2026] [error] [client 192.0.2.7] user alice not found: /private/`,
			`1 2026-11-22T10:00:00Z client="192.0.2.7" user="alice" target="/private/" level="error" message="user alice not found: /private/" status=0 upstream_status=0 size=-1`},
		{"modsecurity-json", `{"transaction":{"client_ip":"192.0.2.7","time_stamp":"Sun Nov 22 10:00:00 2026","server_id":"7b","client_port":52000,"host_ip":"10.0.0.1","host_port":80,"unique_id":"163722446755","request":{"method":"GET","http_version":1.1,"uri":"/?a=../../etc/passwd","headers":{"Host":"a.test","User-Agent":"curl/8"}},"response":{"http_code":403,"headers":{}},"producer":{"modsecurity":"v3"},"messages":[{"message":"Path Traversal","details":{"ruleId":"930100"}},{"message":"Inbound Anomaly Score Exceeded","details":{"ruleId":"949110"}}]}}`,
			`1 2026-11-22T10:00:00Z client="192.0.2.7" host="a.test" method="GET" target="/?a=../../etc/passwd" proto="1.1" agent="curl/8" id="163722446755" code="949110" message="Inbound Anomaly Score Exceeded" status=403 upstream_status=0 size=-1`},
		{"docker: combined", `{"log":"192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 401 17 \"-\" \"curl/8.5.0\"\n","stream":"stdout","time":"2026-11-22T10:00:00.1Z"}`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" method="GET" target="/a" proto="HTTP/1.1" agent="curl/8.5.0" status=401 upstream_status=0 size=17`},
		{"compose: combined", `web-1  | 192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 401 17 "-" "curl/8.5.0"`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" method="GET" target="/a" proto="HTTP/1.1" agent="curl/8.5.0" site="web-1" status=401 upstream_status=0 size=17`},
		{"journal: combined", `{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1795341600000000","_HOSTNAME":"a","MESSAGE":"192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 401 17 \"-\" \"curl/8.5.0\"","SYSLOG_IDENTIFIER":"nginx"}`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" method="GET" target="/a" proto="HTTP/1.1" agent="curl/8.5.0" status=401 upstream_status=0 size=17`},
		{"syslog: messages", `Nov 22 10:00:00 host sshd[12]: Failed password for alice from 192.0.2.7 port 22 ssh2`,
			`1 2026-11-22T10:00:00Z site="sshd" message="Failed password for alice from 192.0.2.7 port 22 ssh2" status=0 upstream_status=0 size=-1`},
		{"json", `{"time":"2026-11-22T10:00:00+00:00","remote_addr":"192.0.2.7","remote_user":"","request":"GET /a HTTP/1.1","status":"401","body_bytes_sent":"17","request_time":"0.003","http_user_agent":"curl/8.5.0","upstream_status":"502, 401"}`,
			`0 2026-11-22T10:00:00Z client="192.0.2.7" method="GET" target="/a" proto="HTTP/1.1" agent="curl/8.5.0" status=401 upstream_status=401 size=17 took`},
	} {
		records := split([]byte(tt.in), tt.format)
		if len(records) != 1 {
			t.Errorf("%s: %d records", tt.format, len(records))
			continue
		}
		f, _ := Recognise(records)
		if f == nil || f.Name() != tt.format {
			name := "none"
			if f != nil {
				name = f.Name()
			}
			t.Errorf("%s is recognised as %s: %s", tt.format, name, tt.in)
			continue
		}
		var l Line
		if !f.Parser(Clock{Latest: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}).Parse([]byte(tt.in), &l) {
			t.Errorf("%s: not read", tt.format)
			continue
		}
		var got strings.Builder
		show(&got, &l)
		if g := strings.TrimSuffix(got.String(), "\n"); g != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.format, g, tt.want)
		}
	}
}
