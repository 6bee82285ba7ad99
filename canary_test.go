package why401_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401"
	"github.com/why401/why401/input"
	"github.com/why401/why401/internal/canary"
	"github.com/why401/why401/report"
)

// spellings are those in which a secret may travel here. The last one is the server's doing: its reply ends a chunk within
// the secret.
var spellings = append(canary.Spellings, canary.Spelling{Name: inChunks, Of: func(s string) string { return s }})

const inChunks = "split over two chunks"

// place is one place a secret can stand: in the request the user gives, or in the reply of the server.
type place struct {
	name    string
	request string // the command; {{S}} is the secret, {{URL}} the server
	header  string // a reply header line
	body    string // a reply body
	status  int
}

func places() []place {
	var ps []place
	req := func(name, cmd string) { ps = append(ps, place{name: name, request: cmd, status: 401}) }
	hdr := func(names ...string) {
		for _, n := range names {
			req("request header "+n, `curl -H '`+n+`: {{S}}' '{{URL}}'`)
		}
	}
	req("Basic", `curl -u 'alice:{{S}}' '{{URL}}'`)
	req("Basic user", `curl -H 'Authorization: Basic {{S}}' '{{URL}}'`)
	req("Bearer", `curl -H 'Authorization: Bearer {{S}}' '{{URL}}'`)
	req("lower-case name", `curl -H 'authorization: bearer {{S}}' '{{URL}}'`)
	req("no scheme", `curl -H 'Authorization: {{S}}' '{{URL}}'`)
	req("doubled scheme", `curl -H 'Authorization: Bearer Bearer {{S}}' '{{URL}}'`)
	req("quoted", `curl -H 'Authorization: "Bearer {{S}}"' '{{URL}}'`)
	req("Digest", `curl -H 'Authorization: Digest username="a", realm="r", nonce="{{S}}", uri="/", response="{{S}}"' '{{URL}}'`)
	req("Negotiate", `curl -H 'Authorization: Negotiate {{S}}' '{{URL}}'`)
	req("custom scheme", `curl -H 'Authorization: Corp {{S}}' '{{URL}}'`)
	req("duplicate", `curl -H 'Authorization: Bearer one' -H 'Authorization: Bearer {{S}}' '{{URL}}'`)
	req("oauth2-bearer", `curl --oauth2-bearer '{{S}}' '{{URL}}'`)
	req("digest login", `curl --digest -u 'alice:{{S}}' '{{URL}}'`)
	hdr("Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token", "Private-Token", "Job-Token", "X-Csrf-Token",
		"X-Amz-Security-Token", "X-Forwarded-Authorization", "Proxy-Authorization", "Referer", "X-Civi-Auth", "X-Whatever")
	req("cookie option", `curl -b 'session={{S}}' '{{URL}}'`)
	for _, q := range []string{"access_token", "api_key", "key", "token", "sig", "X-Amz-Signature", "password", "q"} {
		req("query "+q, `curl '{{URL}}?`+q+`={{S}}'`)
	}
	req("query of a URL", `{{URL}}?page=2&access_token={{S}}`)
	req("fragment", `{{URL}}#id_token={{S}}`)
	req("path segment", `{{URL}}v1/{{P}}/x`)
	req("form body", `curl -d 'user=alice&password={{S}}' '{{URL}}'`)
	req("JSON body", `curl --json '{"a":{"client_secret":"{{S}}"}}' '{{URL}}'`)
	req("XML body", `curl -d '<a><token>{{S}}</token></a>' '{{URL}}'`)
	req("multipart", `curl -F 'token={{S}}' '{{URL}}'`)
	req("GraphQL variable", `curl --json '{"query":"q","variables":{"t":"{{S}}"}}' '{{URL}}'`)

	rep := func(name string, status int, header, body string) {
		ps = append(ps, place{name: "reply: " + name, request: `curl -H 'Authorization: Bearer other-token-42' '{{URL}}'`, status: status, header: header, body: body})
	}
	rep("Set-Cookie", 401, "Set-Cookie: session={{S}}; Path=/; HttpOnly", "")
	rep("Set-Cookie on success", 200, "Set-Cookie: session={{S}}; Path=/", "")
	rep("Location query", 302, "Location: /login?next=/&state={{S}}", "")
	rep("Location fragment", 302, "Location: /cb#access_token={{S}}", "")
	rep("Location userinfo", 302, "Location: http://u:{{S}}@127.0.0.1/", "")
	rep("Link", 401, "Link: </x?token={{S}}>; rel=next", "")
	rep("Refresh", 401, "Refresh: 0; url=/?t={{S}}", "")
	rep("X-Auth-Token", 401, "X-Auth-Token: {{S}}", "")
	rep("Authentication-Info", 401, `Authentication-Info: nextnonce="{{S}}"`, "")
	rep("unknown header", 401, "X-Debug: user={{S}}", "")
	rep("ETag", 401, `ETag: "{{S}}"`, "")
	rep("HTML hidden field", 401, "", `<form><input type="hidden" name="csrf" value="{{S}}"><input type="password"></form>`)
	rep("inline script", 401, "", `<script>window.token = "{{S}}"</script>`)
	rep("JSON", 401, "", `{"error":"invalid_token","token":"{{S}}","message":"bad token {{S}}"}`)
	rep("XML", 403, "", `<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{{S}}</StringToSign></Error>`)
	rep("stack trace", 500, "", "Exception: login failed for password={{S}}\n  at Foo.bar(Foo.java:1)")
	rep("text page", 403, "", "Access denied for key {{S}}")
	rep("SAML form", 200, "", `<form method="post"><input name="SAMLResponse" value="{{S}}"></form>`)
	rep("meta refresh", 200, "", `<meta http-equiv="refresh" content="0; url=/cb?code={{S}}">`)
	rep("GraphQL error", 200, "", `{"errors":[{"message":"token {{S}} is bad","extensions":{"code":"UNAUTHENTICATED"}}]}`)
	return ps
}

// TestNoCanaryInAnyOutput plants a secret at every place, in every spelling, and looks for it in everything that is
// written: the three renderings, the trace, and errors. The server echoes what it was sent in its body as well.
func TestNoCanaryInAnyOutput(t *testing.T) {
	ps := places()
	if len(ps) < 64 {
		t.Fatalf("%d places; 64 are promised", len(ps))
	}
	cells := 0
	for _, p := range ps {
		for _, e := range spellings {
			cells++
			if leak := plant(t, p, e.Of(canary.Secret), e.Name == inChunks); leak != "" {
				t.Errorf("%s, %s: %s", p.name, e.Name, leak)
			}
		}
	}
	t.Logf("%d places x %d spellings = %d cells", len(ps), len(spellings), cells)
}

func plant(t *testing.T, p place, planted string, split bool) string {
	fill := func(s string) string {
		return strings.NewReplacer("{{S}}", planted, "{{P}}", strings.NewReplacer("+", "-", "/", "_", "%", "-").Replace(planted)).Replace(s)
	}
	body := fill(p.body)
	if body == "" {
		body = "you sent " + planted
	}
	addr := serveRaw(t, p.status, fill(p.header), body, split)
	cmd := fill(strings.ReplaceAll(p.request, "{{URL}}", "http://"+addr+"/"))
	var sinks bytes.Buffer
	got, err := input.Read([]string{cmd}, strings.NewReader(""), input.Options{})
	if err != nil {
		fmt.Fprintln(&sinks, err)
	} else {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		rep, err := why401.Diagnose(ctx, why401.Input{Intent: got.Intents[0], Read: got.What}, why401.WithStateDir(t.TempDir()), why401.WithTrace(&sinks))
		if err != nil {
			fmt.Fprintln(&sinks, err)
		}
		if rep != nil {
			report.Text(&sinks, rep, report.TextOptions{Width: 80, Verbose: true})
			report.JSON(&sinks, rep)
			report.Markdown(&sinks, rep)
		}
	}
	for _, needle := range []string{canary.Secret, planted, strings.NewReplacer("+", "-", "/", "_", "%", "-").Replace(planted)} {
		if i := strings.Index(sinks.String(), needle); i >= 0 {
			return "found in: ..." + sinks.String()[max(0, i-120):i] + "<<HERE>>"
		}
	}
	return ""
}

// serveRaw answers every connection with one reply and closes; a split body comes in two chunks, cut inside the secret.
func serveRaw(t *testing.T, status int, header, body string, split bool) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if header != "" {
		header += "\r\n"
	}
	reply := fmt.Sprintf("HTTP/1.1 %d X\r\n%sContent-Type: text/html\r\nConnection: close\r\n", status, header)
	if half := strings.Index(body, canary.Secret[:8]); split && half >= 0 {
		half += 8
		reply += fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, body[:half], len(body)-half, body[half:])
	} else {
		reply += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				buf := make([]byte, 64<<10)
				c.Read(buf)
				c.Write([]byte(reply))
			}()
		}
	}()
	return l.Addr().String()
}
