package redact

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/why401/why401/internal/canary"
)

// spelled are the spellings in which a secret may travel.
var spelled = append(canary.Spellings, canary.Spelling{Name: "quoted-printable", Of: func(s string) string { return strings.ReplaceAll(s, "+", "=2B") }})

// planted are the places where a secret can stand; {{S}} is the secret, {{P}} the same where only letters may be.
func planted() map[string]string {
	out := map[string]string{}
	curl := func(name, cmd string) { out[name] = cmd }
	for _, h := range []string{"Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token", "Private-Token", "Job-Token", "X-Csrf-Token",
		"X-Amz-Security-Token", "X-Forwarded-Authorization", "Proxy-Authorization", "Referer", "X-Civi-Auth", "X-Whatever"} {
		curl("request header "+h, `curl -H '`+h+`: {{S}}' 'https://api.test/'`)
	}
	for _, q := range []string{"access_token", "api_key", "key", "token", "sig", "X-Amz-Signature", "password", "q"} {
		curl("query "+q, `curl 'https://api.test/?`+q+`={{S}}'`)
	}
	for name, cmd := range map[string]string{
		"Basic":              `curl -u 'alice:{{S}}' 'https://api.test/'`,
		"Basic value":        `curl -H 'Authorization: Basic {{S}}' 'https://api.test/'`,
		"Bearer":             `curl -H 'Authorization: Bearer {{S}}' 'https://api.test/'`,
		"lower-case name":    `curl -H 'authorization: bearer {{S}}' 'https://api.test/'`,
		"no scheme":          `curl -H 'Authorization: {{S}}' 'https://api.test/'`,
		"doubled scheme":     `curl -H 'Authorization: Bearer Bearer {{S}}' 'https://api.test/'`,
		"quoted":             `curl -H 'Authorization: "Bearer {{S}}"' 'https://api.test/'`,
		"Digest":             `curl -H 'Authorization: Digest username="a", realm="r", nonce="{{S}}", uri="/", response="{{S}}"' 'https://api.test/'`,
		"Negotiate":          `curl -H 'Authorization: Negotiate {{S}}' 'https://api.test/'`,
		"custom scheme":      `curl -H 'Authorization: Corp {{S}}' 'https://api.test/'`,
		"duplicate":          `curl -H 'Authorization: Bearer one' -H 'Authorization: Bearer {{S}}' 'https://api.test/'`,
		"oauth2-bearer":      `curl --oauth2-bearer '{{S}}' 'https://api.test/'`,
		"cookie option":      `curl -b 'session={{S}}' 'https://api.test/'`,
		"userinfo":           `curl 'https://alice:{{S}}@api.test/'`,
		"fragment":           `https://api.test/#id_token={{S}}`,
		"path segment":       `curl 'https://api.test/v1/{{P}}/x'`,
		"form body":          `curl -d 'user=alice&password={{S}}' 'https://api.test/'`,
		"JSON body":          `curl --json '{"a":{"client_secret":"{{S}}"}}' 'https://api.test/'`,
		"XML body":           `curl -d '<a><token>{{S}}</token></a>' 'https://api.test/'`,
		"multipart":          `curl -F 'token={{S}}' 'https://api.test/'`,
		"GraphQL variable":   `curl --json '{"query":"q","variables":{"t":"{{S}}"}}' 'https://api.test/'`,
		"unquoted in shell":  `TOKEN={{S}} curl -H "Authorization: Bearer $TOKEN" https://api.test/`,
		".netrc":             "machine api.test login alice password {{S}}\n",
		".npmrc":             "registry=https://npm.test/\n//npm.test/:_authToken={{S}}\n",
		".env":               "API_TOKEN={{S}}\nMODE=dev\n",
		"kubeconfig":         "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: https://k8s.test\nusers:\n- name: alice\n  user:\n    token: {{S}}\n",
		"docker config":      `{"auths":{"https://registry.test/v1/":{"auth":"{{S}}"}}}`,
		"nginx":              "location / {\n  proxy_set_header Authorization \"Bearer {{S}}\";\n  proxy_pass http://app;\n}\n",
		"Postman":            `{"info":{"name":"x","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[{"name":"a","request":{"method":"GET","auth":{"type":"bearer","bearer":[{"key":"token","value":"{{S}}","type":"string"}]},"url":"https://api.test/"}}]}`,
		"access log":         `10.1.2.3 - alice [10/Oct/2025:13:55:36 +0000] "GET /cb?code={{S}} HTTP/1.1" 401 12 "-" "curl/8.5.0"`,
		"error log":          `2025/10/10 13:55:36 [error] 7#7: *1 auth request unexpected status: 500, request: "GET /?token={{S}} HTTP/1.1", host: "api.test"`,
		"app log":            `time=2025-10-10T10:00:00Z level=debug msg="sending request" authorization="Bearer {{S}}" status=401`,
		"Python header dump": `{'Authorization': 'Bearer {{S}}', 'Accept': '*/*'} -> 401`,
		"HAR":                `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2025-01-01T00:00:00Z","request":{"method":"GET","url":"https://api.test/a?token={{S}}","httpVersion":"HTTP/1.1","headers":[{"name":"authorization","value":"Bearer {{S}}"},{"name":"X-Other","value":"{{S}}"}],"cookies":[{"name":"sid","value":"{{S}}"}],"queryString":[{"name":"token","value":"{{S}}"}]},"response":{"status":401,"headers":[{"name":"Set-Cookie","value":"sid={{S}}; Path=/"}],"content":{"mimeType":"application/json","text":"{\"error\":\"x\",\"t\":\"{{S}}\"}"}}}]}}`,
		"websocket frame":    `{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"wss://api.test/","headers":[]},"response":{"status":101,"headers":[]},"_webSocketMessages":[{"type":"send","data":"{\"auth\":\"{{S}}\"}"}]}]}}`,
		"console":            `GET https://api.test/v1?api_key={{S}} 401 (Unauthorized)`,
		"prose":              "I tried the token {{S}} and got a 401.",
		"localStorage":       `localStorage: {"auth":"{\"access_token\":\"{{S}}\"}"}`,
	} {
		curl(name, cmd)
	}
	reply := func(name, status, header, body string) {
		out["reply: "+name] = "$ curl -i -H 'Authorization: Bearer other-token-42' https://api.test/\nHTTP/1.1 " + status + "\nContent-Type: text/html\n" + header + "\n\n" + body + "\n"
	}
	reply("Set-Cookie", "401 Unauthorized", "Set-Cookie: session={{S}}; Path=/; HttpOnly", "")
	reply("Location query", "302 Found", "Location: /login?next=/&state={{S}}", "")
	reply("Location fragment", "302 Found", "Location: /cb#access_token={{S}}", "")
	reply("Location userinfo", "302 Found", "Location: http://u:{{S}}@127.0.0.1/", "")
	reply("Link", "401 Unauthorized", "Link: </x?token={{S}}>; rel=next", "")
	reply("Refresh", "401 Unauthorized", "Refresh: 0; url=/?t={{S}}", "")
	reply("X-Auth-Token", "401 Unauthorized", "X-Auth-Token: {{S}}", "")
	reply("Authentication-Info", "401 Unauthorized", `Authentication-Info: nextnonce="{{S}}"`, "")
	reply("unknown header", "401 Unauthorized", "X-Debug: user={{S}}", "")
	reply("ETag", "401 Unauthorized", `ETag: "{{S}}"`, "")
	reply("HTML hidden field", "401 Unauthorized", "", `<form><input type="hidden" name="csrf" value="{{S}}"><input type="password"></form>`)
	reply("inline script", "401 Unauthorized", "", `<script>window.token = "{{S}}"</script>`)
	reply("JSON", "401 Unauthorized", "", `{"error":"invalid_token","token":"{{S}}","message":"bad token {{S}}"}`)
	reply("XML", "403 Forbidden", "", `<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{{S}}</StringToSign></Error>`)
	reply("stack trace", "500 Internal Server Error", "", "Exception: login failed for password={{S}}\n  at Foo.bar(Foo.java:1)")
	reply("text page", "403 Forbidden", "", "Access denied for key {{S}}")
	reply("SAML form", "200 OK", "", `<form method="post"><input name="SAMLResponse" value="{{S}}"></form>`)
	reply("meta refresh", "200 OK", "", `<meta http-equiv="refresh" content="0; url=/cb?code={{S}}">`)
	reply("GraphQL error", "200 OK", "", `{"errors":[{"message":"token {{S}} is bad","extensions":{"code":"UNAUTHENTICATED"}}]}`)
	return out
}

var letters = strings.NewReplacer("+", "-", "/", "_", "%", "-", "=", "-")

// TestNoCanaryIsLeft plants a secret at every place in every spelling, and looks for it in what comes out, in all the
// other spellings, too.
func TestNoCanaryIsLeft(t *testing.T) {
	places := planted()
	if len(places) < 64 {
		t.Fatalf("%d places; 64 are promised", len(places))
	}
	for name, text := range places {
		for _, s := range spelled {
			in := s.Of(canary.Secret)
			out, _ := Text(strings.NewReplacer("{{S}}", in, "{{P}}", letters.Replace(in)).Replace(text), Options{})
			for _, needle := range append([]string{in, letters.Replace(in)}, all()...) {
				if i := strings.Index(out, needle); i >= 0 {
					t.Errorf("%s, %s: %q is left in\n%s", name, s.Name, needle, out)
					break
				}
			}
		}
	}
	t.Logf("%d places x %d spellings", len(places), len(spelled))
}

func all() []string {
	var out []string
	for _, s := range spelled {
		out = append(out, s.Of(canary.Secret))
	}
	return out
}

// TestOneInManyPlaces: a secret that stands in a known place is found wherever else it stands, in any spelling.
func TestOneInManyPlaces(t *testing.T) {
	for _, s := range append(spelled, canary.Spelling{Name: "inside longer base64", Of: func(s string) string { return base64.StdEncoding.EncodeToString([]byte("x" + s + "yz")) }}) {
		for _, word := range []string{canary.Secret, "p4ssw0rd!", "correct horse battery staple"} {
			in := "curl -u 'alice:" + word + "' https://api.test/\n\nThe log says " + s.Of(word) + " and no more.\n"
			out, _ := Text(in, Options{})
			for _, needle := range []string{word, s.Of(word)} {
				if s.Name == "quoted-printable" || s.Name == "gzip and base64" && word != canary.Secret {
					continue // no spelling of the secret: a packed text
				}
				if strings.Contains(out, needle) {
					t.Errorf("%s of %q is left in\n%s", s.Name, word, out)
				}
			}
		}
	}
}
