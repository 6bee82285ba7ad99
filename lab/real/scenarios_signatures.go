package real

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// What the signers and verifiers of these scenarios share.
const (
	accessKey  = "AKIDLAB0EXAMPLE00001"
	accessPass = "lab/secret-access-key+0f6c2b81d4"
	hookSecret = "hook-secret-5b0e7d"
)

// keyFile gives why401's option for a key.
func keyFile(secrets ...string) func(*World) []string {
	return func(w *World) []string {
		var out []string
		for i, s := range secrets {
			out = append(out, "--key", w.File(fmt.Sprintf("key-%d", i), s))
		}
		return out
	}
}

func unsafely(options func(*World) []string) func(*World) []string {
	return func(w *World) []string { return append(options(w), replayed(w)...) }
}

// store starts the SigV4 verifier on @app@.
func store(w *World, echo bool) {
	w.Go("app", SigV4Server{AccessKey: accessKey, SecretKey: accessPass, Echo: echo, Name: "MinIO", Denied: "/denied"})
}

// askStore signs with curl itself.
func askStore(path, pass string) func(*World) []string {
	return func(w *World) []string {
		return curl("--aws-sigv4", "aws:amz:eu-west-1:execute-api", "-u", accessKey+":"+pass, w.URL("front", path))
	}
}

// oauthFront starts the OAuth 1 verifier behind nginx.
func oauthFront(settings Settings, start func(*World)) func(*World) {
	return func(w *World) {
		s := Settings{"CLIENT": oauth1Secret}
		for k, v := range settings {
			s[k] = v
		}
		w.Python("app", oauth1App, s)
		start(w)
	}
}

func nginxFront(lines ...string) func(*World) {
	return func(w *World) { w.Nginx("front", reverseProxy(lines...)) }
}

func tlsFront(lines ...string) func(*World) {
	return func(w *World) { w.tls(tlsProxy(lines...)) }
}

func tlsProxy(lines ...string) string {
	return "location / {\n\t\tproxy_pass http://@app@;\n\t\t" + strings.Join(lines, "\n\t\t") + "\n\t}"
}

// askOAuth1 asks target below the front, plain or over TLS, signed by dghubble/oauth1 for what sign makes of the address.
func askOAuth1(tls bool, path string, sign func(string) string) func(*World) []string {
	return func(w *World) []string {
		target := w.URL("front", path)
		if tls {
			target = w.secure("front", path)
		}
		signed := target
		if sign != nil {
			signed = sign(target)
		}
		return curl("--cacert", w.ca(), "-H", "Authorization: "+OAuth1Header(signed), target)
	}
}

// hook starts the webhook receiver on name.
func hook(w *World, name string, settings Settings) {
	s := Settings{"SECRET": hookSecret}
	for k, v := range settings {
		s[k] = v
	}
	w.Node(name, "webhook.js", s)
}

const hookBody = `{ "action": "opened", "number": 7, "ratio": 1.50 }`

// deliver posts a webhook whose signature is over text.
func deliver(body, text string) func(*World) []string {
	return func(w *World) []string {
		sum := hmacSHA256([]byte(hookSecret), text)
		return curl("-H", "Content-Type: application/json", "-H", "X-Hub-Signature-256: sha256="+hex.EncodeToString(sum), "--data-binary", body, w.URL("front", "hook"))
	}
}

func deliverSquare(w *World) []string {
	target := w.secure("front", "hook")
	sum := hmacSHA256([]byte(hookSecret), target+hookBody)
	return curl("--cacert", w.ca(), "-H", "Content-Type: application/json", "-H", "X-Square-HmacSha256-Signature: "+base64.StdEncoding.EncodeToString(sum), "--data-binary", hookBody, target)
}

// digestHeader answers the front's Digest challenge by hand (RFC 7616 3.4.1): uri is what the header says and what is asked,
// over what A2 is computed from, with a hash that the header may not name.
func digestHeader(w *World, uri, over, algorithm string) []string {
	asked := w.warm(curl(w.URL("front", strings.TrimPrefix(uri, "/"))))
	nonce := ""
	if _, rest, ok := strings.Cut(asked.Header.Get("WWW-Authenticate"), `nonce="`); ok {
		nonce, _, _ = strings.Cut(rest, `"`)
	}
	hash := func(text string) string {
		if algorithm == "SHA-256" {
			sum := sha256.Sum256([]byte(text))
			return hex.EncodeToString(sum[:])
		}
		sum := md5.Sum([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	response := hash(strings.Join([]string{hash(user + ":Shop:" + password), nonce, "00000001", "c0ffee", "auth", hash("GET:" + over)}, ":"))
	return curl("-H", fmt.Sprintf(`Authorization: Digest username="%s", realm="Shop", nonce="%s", uri="%s", algorithm=MD5, qop=auth, nc=00000001, cnonce="c0ffee", response="%s"`,
		user, nonce, uri, response), w.URL("front", strings.TrimPrefix(uri, "/")))
}

// messages starts the verifier of HTTP message signatures on @app@.
func messages(settings Settings, start func(*World)) func(*World) {
	return func(w *World) {
		s := Settings{"SECRET": hookSecret}
		for k, v := range settings {
			s[k] = v
		}
		w.Node("app", "message.js", s)
		start(w)
	}
}

// message signs a request for target as RFC 9421 2.5 says, written out here by hand.
type message struct {
	tls        bool
	path, body string
	covers     []string
	digest     string // the body whose Content-Digest is sent, when that is covered
	life       time.Duration
	age        time.Duration
}

func (m message) input(w *World) []string {
	target := w.URL("front", m.path)
	if m.tls {
		target = w.secure("front", m.path)
	}
	u, err := url.Parse(target)
	if err != nil {
		w.Fatalf("%v", err)
	}
	sum := sha256.Sum256([]byte(m.digest))
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	method := "GET"
	if m.body != "" {
		method = "POST"
	}
	values := map[string]string{"@method": method, "@authority": u.Host, "@scheme": u.Scheme, "@path": u.Path, "@target-uri": target, "content-digest": digest}
	var names, lines []string
	for _, c := range m.covers {
		names = append(names, `"`+c+`"`)
		lines = append(lines, `"`+c+`": `+values[c])
	}
	created := time.Now().Add(-m.age).Unix()
	params := fmt.Sprintf(`(%s);created=%d;keyid="lab";alg="hmac-sha256"`, strings.Join(names, " "), created)
	if m.life > 0 {
		params = fmt.Sprintf(`(%s);created=%d;expires=%d;keyid="lab";alg="hmac-sha256"`, strings.Join(names, " "), created, created+int64(m.life.Seconds()))
	}
	lines = append(lines, `"@signature-params": `+params)
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(strings.Join(lines, "\n")))
	args := curl("--cacert", w.ca(), "-H", "Signature-Input: sig1="+params, "-H", "Signature: sig1=:"+base64.StdEncoding.EncodeToString(mac.Sum(nil))+":")
	if m.body != "" {
		args = append(args, "-H", "Content-Type: application/json", "-H", "Content-Digest: "+digest, "--data-binary", m.body)
	}
	return append(args, target)
}

var (
	ofAuthority = []string{"@method", "@authority", "@path"}
	ofTarget    = []string{"@method", "@target-uri"}
)

const keptHost = "proxy_set_header Host $http_host;"

// signatureScenarios are requests whose signature is checked behind something that changes them, and clients that sign
// otherwise than they ask.
var signatureScenarios = []Scenario{
	{
		Name:    "sigv4-nginx-host-without-port",
		Servers: func(w *World) { store(w, false); nginxFront("proxy_set_header Host $host;")(w) },
		Input:   askStore("bucket/list", accessPass), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "MinIO"},
		Mend: reproxied(reverseProxy(keptHost), askStore("bucket/list", accessPass)),
	},
	{
		Name:    "sigv4-nginx-upstream-host-shown",
		Servers: func(w *World) { store(w, true); nginxFront()(w) },
		Input:   askStore("bucket/list", accessPass), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "MinIO"},
		Mend: reproxied(reverseProxy(keptHost), askStore("bucket/list", accessPass)),
	},
	{
		Name:    "sigv4-apache-upstream-host-shown",
		Servers: func(w *World) { store(w, true); w.Apache("front", "ProxyPass / http://@app@/\n") },
		Input:   askStore("bucket/list", accessPass), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "MinIO"},
		Mend: reproxied("ProxyPreserveHost On\nProxyPass / http://@app@/\n", askStore("bucket/list", accessPass)),
	},
	{
		Name: "sigv4-haproxy-prefix-cut",
		Servers: func(w *World) {
			store(w, false)
			w.HAProxy("front", haproxyPath("http-request replace-path /s3/(.*) /\\1"))
		},
		Input: askStore("s3/list", accessPass), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "MinIO"},
		Mend: reproxied(haproxyPath(""), askStore("s3/list", accessPass)),
	},
	{
		Name:    "sigv4-upstream-host-not-shown",
		Servers: func(w *World) { store(w, false); nginxFront()(w) },
		Input:   askStore("bucket/list", accessPass), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "likely", Product: "MinIO"},
		Mend: reproxied(reverseProxy(keptHost), askStore("bucket/list", accessPass)),
	},
	{
		// Nobody outside can tell another secret from another host that the server reads.
		Name:    "sigv4-another-secret-not-shown",
		Servers: func(w *World) { store(w, false); nginxFront(keptHost)(w) },
		Input:   askStore("bucket/list", "lab/another-secret-access-key-77"), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, FaultAlso: []exchange.Layer{exchange.Gateway}, Grade: "likely", Product: "MinIO"},
		Mend: askStore("bucket/list", accessPass),
	},
	{
		// The signature is right and is not what is refused: to say that nothing is known is right, to blame it is not.
		Name:    "sigv4-right-and-not-permitted",
		Servers: func(w *World) { store(w, false); nginxFront(keptHost)(w) },
		Input:   askStore("denied", accessPass), Status: 403,
		Want: Want{Cause: "user-lacks-role-or-group", Accept: []string{""}, RefusedBy: exchange.Application, FaultAt: exchange.Application, FaultAlso: []exchange.Layer{exchange.Client}, Grade: "likely", Product: "MinIO"},
		Mend: askStore("bucket/list", accessPass),
	},
	{
		Name:    "sigv4-another-secret-shown",
		Servers: func(w *World) { store(w, true); nginxFront(keptHost)(w) },
		Input:   askStore("bucket/list", "lab/another-secret-access-key-77"), Status: 403,
		Want: Want{Cause: "sigv4-signature-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "MinIO"},
		Mend: askStore("bucket/list", accessPass),
	},
	{
		Name:    "oauth1-tls-ends-at-nginx",
		Servers: oauthFront(nil, tlsFront(keptHost)),
		Input:   askOAuth1(true, "orders", nil), Options: keyFile(oauth1Secret),
		Want: Want{Cause: "oauth1-base-url-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Python"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"CLIENT": oauth1Secret, "FORWARDED": "1"})
			w.Server("app").Restart()
			w.Server("front").Mend(tlsConf(tlsProxy(keptHost, "proxy_set_header X-Forwarded-Proto $scheme;")))
			return askOAuth1(true, "orders", nil)(w)
		},
	},
	{
		Name:    "oauth1-nginx-host-without-port",
		Servers: oauthFront(nil, nginxFront("proxy_set_header Host $host;")),
		Input:   askOAuth1(false, "orders?page=2", nil), Options: keyFile(oauth1Secret),
		Want: Want{Cause: "oauth1-base-url-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Python"},
		Mend: reproxied(reverseProxy(keptHost), askOAuth1(false, "orders?page=2", nil)),
	},
	{
		Name: "oauth1-apache-prefix-cut",
		Servers: oauthFront(Settings{"QUIET": "1"}, func(w *World) {
			w.Apache("front", "ProxyPreserveHost On\nProxyPass /shop/ http://@app@/\n")
		}),
		Input: askOAuth1(false, "shop/orders", nil), Options: keyFile(oauth1Secret),
		Want: Want{Cause: "oauth1-base-url-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Python"},
		Mend: reproxied("ProxyPreserveHost On\nProxyPass /shop/ http://@app@/shop/\n", askOAuth1(false, "shop/orders", nil)),
	},
	{
		Name:    "oauth1-client-leaves-the-query-out",
		Servers: oauthFront(nil, nginxFront(keptHost)),
		Input: askOAuth1(false, "orders?page=2&status=open", func(target string) string {
			path, _, _ := strings.Cut(target, "?")
			return path
		}), Options: keyFile(oauth1Secret),
		Want: Want{Cause: "oauth1-base-string-encoding", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Python"},
		Mend: askOAuth1(false, "orders?page=2&status=open", nil),
	},
	{
		Name:    "oauth1-client-signs-another-scheme",
		Servers: oauthFront(nil, nginxFront(keptHost)),
		Input:   askOAuth1(false, "orders", func(target string) string { return strings.Replace(target, "http:", "https:", 1) }), Options: keyFile(oauth1Secret),
		Want: Want{Cause: "oauth1-base-url-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Python"},
		Mend: askOAuth1(false, "orders", nil),
	},
	{
		Name:    "webhook-express-serialises-anew",
		Servers: func(w *World) { hook(w, "app", Settings{"PARSED": "1"}); nginxFront()(w) },
		Input:   deliver(hookBody, hookBody), Options: unsafely(keyFile(hookSecret)), Unsafe: true,
		Want: Want{Cause: "hmac-body-altered", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"SECRET": hookSecret})
			w.Server("app").Restart()
			return deliver(hookBody, hookBody)(w)
		},
	},
	{
		Name:    "webhook-quiet-express-serialises-anew",
		Servers: func(w *World) { hook(w, "app", Settings{"PARSED": "1", "QUIET": "1"}); nginxFront()(w) },
		Input:   deliver(hookBody, hookBody), Options: unsafely(keyFile(hookSecret)), Unsafe: true,
		Want: Want{Cause: "hmac-body-altered", RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"SECRET": hookSecret})
			w.Server("app").Restart()
			return deliver(hookBody, hookBody)(w)
		},
	},
	{
		// The receiver holds another secret: the client's key says that all is right, and no rewritten body is let in. That
		// cannot be told from outside.
		Name:    "webhook-receiver-has-another-secret",
		Servers: func(w *World) { hook(w, "app", Settings{"SECRET": "another-secret-77"}); nginxFront()(w) },
		Input:   deliver(hookBody, hookBody), Options: unsafely(keyFile(hookSecret)), Unsafe: true,
		Want: Want{Cause: "wrong-password", Accept: []string{""}, RefusedBy: exchange.Application, FaultAt: exchange.Application, Grade: "likely", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"SECRET": hookSecret})
			w.Server("app").Restart()
			return deliver(hookBody, hookBody)(w)
		},
	},
	{
		Name:    "webhook-client-signs-a-line-break",
		Servers: func(w *World) { hook(w, "app", nil); nginxFront()(w) },
		Input:   deliver(hookBody, hookBody+"\n"), Options: unsafely(keyFile(hookSecret)), Unsafe: true,
		Want: Want{Cause: "hmac-body-altered", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: deliver(hookBody, hookBody),
	},
	{
		Name:    "webhook-address-signed-tls-ends-at-nginx",
		Servers: func(w *World) { hook(w, "app", Settings{"URL": "1"}); tlsFront(keptHost)(w) },
		Input:   deliverSquare, Options: unsafely(keyFile(hookSecret)), Unsafe: true,
		Want: Want{Cause: "hmac-canonicalisation", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"SECRET": hookSecret, "URL": "1", "TRUST": "1"})
			w.Server("app").Restart()
			w.Server("front").Mend(tlsConf(tlsProxy(keptHost, "proxy_set_header X-Forwarded-Proto $scheme;")))
			return deliverSquare(w)
		},
	},
	{
		// The client decodes the path before it computes A2, and sends it encoded.
		Name: "digest-response-for-another-uri",
		Servers: func(w *World) {
			w.DigestPasswords("htdigest", "Shop", user, password)
			w.Apache("front", apacheDigest)
			w.File("front/htdocs/a b.txt", "inside")
		},
		Input: func(w *World) []string { return digestHeader(w, "/a%20b.txt", "/a b.txt", "MD5") }, Options: keyFile(password),
		Want: Want{Cause: "digest-uri-mismatch", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong", Product: "Apache"},
		Mend: func(w *World) []string { return digestHeader(w, "/a%20b.txt", "/a%20b.txt", "MD5") },
	},
	{
		// The header says MD5, and the client hashes with SHA-256.
		Name: "digest-computed-with-another-algorithm",
		Servers: func(w *World) {
			w.DigestPasswords("htdigest", "Shop", user, password)
			w.Apache("front", apacheDigest)
		},
		Input: func(w *World) []string { return digestHeader(w, "/", "/", "SHA-256") }, Options: keyFile(password),
		Want: Want{Cause: "digest-algorithm-mismatch", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong", Product: "Apache"},
		Mend: func(w *World) []string { return digestHeader(w, "/", "/", "MD5") },
	},
	{
		Name:    "message-signature-tls-ends-at-nginx",
		Servers: messages(nil, tlsFront(keptHost)),
		Input:   message{tls: true, path: "orders", covers: ofTarget}.input, Options: keyFile(hookSecret),
		Want: Want{Cause: "hmac-canonicalisation", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.Server("app").Settings(Settings{"SECRET": hookSecret, "TRUST": "1"})
			w.Server("app").Restart()
			w.Server("front").Mend(tlsConf(tlsProxy(keptHost, "proxy_set_header X-Forwarded-Proto $scheme;")))
			return message{tls: true, path: "orders", covers: ofTarget}.input(w)
		},
	},
	{
		Name:    "message-signature-host-without-port",
		Servers: messages(Settings{"QUIET": "1"}, nginxFront("proxy_set_header Host $host;")),
		Input:   message{path: "orders", covers: ofAuthority}.input, Options: keyFile(hookSecret),
		Want: Want{Cause: "hmac-canonicalisation", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: reproxied(reverseProxy(keptHost), message{path: "orders", covers: ofAuthority}.input),
	},
	{
		Name: "message-signature-caddy-prefix-cut",
		Servers: messages(nil, func(w *World) {
			w.Caddy("front", "\thandle_path /api/* {\n\t\treverse_proxy @app@\n\t}\n")
		}),
		Input: message{path: "api/orders", covers: ofAuthority}.input, Options: keyFile(hookSecret),
		Want: Want{Cause: "hmac-canonicalisation", RefusedBy: exchange.Application, FaultAt: exchange.Gateway, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string {
			w.caddySite("front", "\treverse_proxy @app@\n")
			w.Server("front").Restart()
			return message{path: "api/orders", covers: ofAuthority}.input(w)
		},
	},
	{
		Name:    "message-signature-digest-of-another-body",
		Servers: messages(nil, nginxFront(keptHost)),
		Input:   message{path: "orders", covers: []string{"@method", "@path", "content-digest"}, body: `{"n": 1}`, digest: `{"n":1}`}.input,
		Options: unsafely(keyFile(hookSecret)), Unsafe: true,
		Want: Want{Cause: "hmac-body-altered", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend: message{path: "orders", covers: []string{"@method", "@path", "content-digest"}, body: `{"n": 1}`, digest: `{"n": 1}`}.input,
	},
	{
		Name:    "message-signature-expired",
		Servers: messages(Settings{"QUIET": "1"}, nginxFront(keptHost)),
		Input:   message{path: "orders", covers: ofAuthority, age: time.Hour, life: time.Minute}.input, Options: keyFile(hookSecret),
		Want: Want{Cause: "clock-skew-generic", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend: message{path: "orders", covers: ofAuthority, life: time.Minute}.input,
	},
}

func haproxyPath(line string) string {
	return "frontend web from logged\n\tbind @front@\n\t" + line + "\n\tdefault_backend app\nbackend app from plain\n\tserver a @app@\n"
}

// healthySignatures are right signatures, some of them behind proxies that keep what is signed.
var healthySignatures = []Scenario{
	healthy("sigv4-behind-nginx", func(w *World) { store(w, true); nginxFront(keptHost)(w) }, askStore("bucket/list", accessPass)),
	withOptions(keyFile(oauth1Secret), healthy("oauth1-behind-tls", oauthFront(Settings{"FORWARDED": "1"}, tlsFront(keptHost, "proxy_set_header X-Forwarded-Proto $scheme;")),
		askOAuth1(true, "orders?q=a%20b", nil))),
	withOptions(unsafely(keyFile(hookSecret)), healthy("webhook-raw-body", func(w *World) { hook(w, "app", nil); nginxFront()(w) }, deliver(hookBody, hookBody))),
	withOptions(keyFile(hookSecret), healthy("message-signature", messages(nil, nginxFront(keptHost)), message{path: "orders", covers: ofTarget, life: time.Minute}.input)),
}

func withOptions(options func(*World) []string, sc Scenario) Scenario {
	sc.Options = options
	return sc
}
