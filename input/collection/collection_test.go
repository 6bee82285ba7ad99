package collection

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
)

func kind(t testing.TB, name string) form.Form {
	t.Helper()
	for _, f := range Forms {
		if f.Kind == name {
			return f
		}
	}
	t.Fatal("no form ", name)
	return form.Form{}
}

func one(t *testing.T, k, text string) *exchange.Intent {
	t.Helper()
	ev, err := kind(t, k).Read(text, form.Options{})
	if err != nil || len(ev.Intents) != 1 {
		t.Fatalf("%v, %d requests: %s", err, len(ev.Intents), show(ev))
	}
	return ev.Intents[0]
}

func TestExpand(t *testing.T) {
	s := newScope(map[string]string{"a": "1", "b": "{{a}}2", "loop": "x{{loop}}", "": "empty"})
	for in, want := range map[string]string{
		"": "", "{{a}}": "1", "{{ b }}!": "12!", "{{none}}{{a}}": "{{none}}1", "{{": "{{", "{{a": "{{a", "}}": "}}", "{{{a}}}": "{1}", "{{a}}{{": "1{{",
		"{{$guid}}": "{{$guid}}",
	} {
		if got := s.expand(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
	if got := s.expand("{{loop}}"); len(got) > 100 {
		t.Errorf("a loop gives %d bytes", len(got))
	}
	if got := s.missing(); strings.Join(got, " ") != "none loop" {
		t.Errorf("open: %v", got)
	}
	bomb := map[string]string{"z0": strings.Repeat("x", 1000)}
	for i := range 8 {
		bomb[fmt.Sprintf("z%d", i+1)] = strings.Repeat(fmt.Sprintf("{{z%d}}", i), 100)
	}
	start := time.Now()
	if got := newScope(bomb).expand("{{z7}}"); len(got) > 10*maxGrown || time.Since(start) > time.Minute {
		t.Errorf("a bomb gives %d bytes in %v", len(got), time.Since(start))
	}
}

func TestFill(t *testing.T) {
	ev, err := kind(t, "postman").Read(`{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[{"name":"x","request":{"method":"POST","url":"{{base}}/a?k={{key}}","auth":{"type":"basic","basic":[{"key":"username","value":"{{user}}"},{"key":"password","value":"{{pass}}"}]},"body":{"mode":"raw","raw":"{{user}}"}}}]}`, form.Options{})
	if err != nil {
		t.Fatal(err)
	}
	env, err := kind(t, "postman-environment").Read(`{"name":"e","values":[{"key":"base","value":"http://h.test:81/v1","enabled":true},{"key":"user","value":"demo","enabled":true},{"key":"pass","value":"made-up","enabled":true}],"_postman_variable_scope":"environment"}`, form.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ev.Add(env)
	Fill(&ev)
	i := ev.Intents[0]
	if got := string(i.Request.Wire()); !strings.HasPrefix(got, "POST /v1/a?k={{key}} HTTP/1.1\r\nHost: h.test:81\r\nAuthorization: Basic ZGVtbzptYWRlLXVw\r\n") || !strings.HasSuffix(got, "Content-Length: 4\r\n\r\ndemo") {
		t.Errorf("%s", got)
	}
	if !i.Login.Password.Is("made-up") {
		t.Error("password")
	}
	if s := show(ev); strings.Contains(s, "base,") || !strings.Contains(s, "no value is given for key") {
		t.Error(s)
	}
}

// TestBeside: what lies beside a file is looked at only when files may be.
func TestBeside(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("x.postman_environment.json", `{"values":[{"key":"t","value":"made-up","enabled":true}]}`)
	put("http-client.env.json", `{"dev":{"t":"made-up"}}`)
	put("body.json", `{"a":1}`)
	put("collection.bru", "auth {\n  mode: bearer\n}\n\nauth:bearer {\n  token: made-up\n}\n")
	for k, text := range map[string]string{
		"postman":   `{"info":{"schema":"x"},"item":[{"name":"x","request":{"url":"http://h.test/","method":"POST","header":[{"key":"Authorization","value":"Bearer {{t}}"}]}}]}`,
		"http-file": "POST http://h.test/\nAuthorization: Bearer {{t}}\n\n< ./body.json\n",
		"bruno":     "meta {\n  name: x\n}\n\nget {\n  url: http://h.test/\n  auth: inherit\n}\n",
	} {
		ev, err := kind(t, k).Read(text, form.Options{Dir: dir, Home: dir})
		if err != nil || len(ev.Intents) != 1 || !ev.Intents[0].Request.Header.Text("Authorization").Is("Bearer made-up") {
			t.Errorf("%s: %v %s", k, err, show(ev))
		}
		if k == "http-file" && ev.Intents[0].Request.Body.Len() != 7 {
			t.Errorf("body of %d bytes", ev.Intents[0].Request.Body.Len())
		}
		ev, err = kind(t, k).Read(text, form.Options{Dir: dir})
		if err != nil || len(ev.Intents) != 1 || ev.Intents[0].Request.Header.Text("Authorization").Is("Bearer made-up") {
			t.Errorf("%s without leave: %v", k, err)
		}
	}
	i := one(t, "http-file", "POST http://h.test/\n\n< ../../../etc/hostname\n")
	if !i.Request.Body.Empty() {
		t.Error("a file outside was read")
	}
}

func TestURLs(t *testing.T) {
	for raw, want := range map[string]string{
		"https://h.test/a b":          "https://h.test/a%20b",
		"h.test/x":                    "http://h.test/x",
		"{{base}}/x?y={{z}}":          "https://{{base}}/x?y={{z}}",
		"https://{{host}}:{{port}}/x": "https://{{host}}/x",
		"https://{{host}}:8443/x":     "https://{{host}}:8443/x",
		"https://u:p@h.test/":         "https://h.test/",
		"{{scheme}}://h.test/v1":      "https://h.test/v1",
		"wss://h.test/s":              "https://h.test/s",
		"https://{{a}}.h.test/x#frag": "https://{{a}}.h.test/x",
		"http://h.test":               "http://h.test/",
		"http://user:pa%40ss@h.test/": "http://h.test/",
	} {
		i, err := (&draft{by: postman, url: raw}).intent()
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		u := i.Request.URL
		auth := u.Authority()
		if strings.Contains(u.Host, "{{") {
			auth = u.Host
			if u.Port != "443" && u.Port != "80" {
				auth += ":" + u.Port
			}
		}
		if got := u.Scheme + "://" + auth + u.Target().Reveal(); got != want {
			t.Errorf("%s gives %s, want %s", raw, got, want)
		}
		if strings.Contains(raw, "pa%40ss") && !i.Login.Password.Is("pa@ss") {
			t.Error("userinfo is not the login")
		}
	}
	for _, raw := range []string{"", "https://h<x>/", "http://h.test:99999/", "ftp://h.test/"} {
		if _, err := (&draft{by: postman, url: raw}).intent(); err == nil {
			t.Errorf("%q is no error", raw)
		}
	}
}

func TestInsomniaYAML(t *testing.T) {
	for name, text := range map[string]string{
		"alias":   "type: collection.insomnia.rest/5.0\na: &x [1]\nb: *x\n",
		"flow":    "type: collection.insomnia.rest/5.0\na: " + strings.Repeat("[", 100_000),
		"indent":  "type: collection.insomnia.rest/5.0\n" + strings.Repeat(" ", 1000) + "a: 1\n",
		"dashes":  "type: collection.insomnia.rest/5.0\na:\n  " + strings.Repeat("- ", 10_000) + "x\n",
		"braces":  "type: collection.insomnia.rest/5.0\na: " + strings.Repeat("{a: ", 100_000),
		"torn":    "type: collection.insomnia.rest/5.0\ncollection:\n  - url: \"http://h.te",
		"nothing": "type: collection.insomnia.rest/5.0\n",
	} {
		start := time.Now()
		if ev, err := kind(t, "insomnia").Read(text, form.Options{}); err == nil {
			t.Errorf("%s: %s", name, show(ev))
		}
		if d := time.Since(start); d > time.Minute {
			t.Errorf("%s took %v", name, d)
		}
	}
}

func TestBadInput(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "blank": " \n\n", "binary": "\x00\x01\xff\xfe", "brackets": strings.Repeat("[", 1_000_000), "braces": strings.Repeat(`{"item":[`, 300_000),
		"line": "GET https://h.test/" + strings.Repeat("a", 500_000), "latin1": "GET https://h.test/\nX: \xe9\n", "utf16": "G\x00E\x00T\x00 \x00",
		"hashes": strings.Repeat("###\n", 50_000), "blocks": strings.Repeat("meta {\n", 50_000), "opens": strings.Repeat("{{", 200_000),
		"fields": "GET https://h.test/\n" + strings.Repeat("a: b\n", 40_000), "requests": strings.Repeat("GET https://h.test/{{x}}\nHTTP 200\n", 10_000),
		"vars": strings.Repeat("@a = {{a}}{{a}}\n", 20_000) + "GET https://{{a}}/\n",
	} {
		for _, f := range Forms {
			start := time.Now()
			f.Is(text)
			ev, err := f.Read(text, form.Options{Source: fact.Source{Input: "paste"}})
			if err != nil && (strings.Contains(err.Error(), "h.test") || len(err.Error()) > 300) {
				t.Errorf("%s as %s: %v", name, f.Kind, err)
			}
			if len(ev.Intents) > maxRequests {
				t.Errorf("%s as %s: %d requests", name, f.Kind, len(ev.Intents))
			}
			if d := time.Since(start); d > time.Minute { // a hundred times what it takes: quadratic
				t.Errorf("%s as %s took %v", name, f.Kind, d)
			}
		}
	}
}

func TestIsNot(t *testing.T) {
	for _, text := range []string{"https://h.test/", "curl https://h.test/", "# Heading\n\n### More\n\nGET is a method.\n", "GET /x HTTP/1.1\nHost: h.test\n", "server {\n  listen 80;\n}\n",
		`{"log":{"entries":[]}}`, "HTTP/1.1 401 Unauthorized\nServer: x\n", "401 Unauthorized", `{"item":1}`, "type: Opaque\nkind: Secret\n", "GET https://h.test/ 401\n",
		"http {\n  server {\n    auth_basic x;\n  }\n}\n"} {
		for _, f := range Forms {
			if n := f.Is(text); n >= 50 && f.Kind != "http-file" || n > 65 {
				t.Errorf("%s claims %d of %q", f.Kind, n, text)
			}
		}
	}
}

// FuzzForms: every form reads any text to evidence or an error; what it reads can be written to the wire.
func FuzzForms(f *testing.F) {
	for n, k := range Forms {
		for _, p := range corpus.Of(f, k.Kind).Files {
			f.Add(string(p.Data), byte(n))
		}
	}
	f.Fuzz(func(t *testing.T, text string, n byte) {
		for _, f := range Forms {
			if got := f.Is(text); got < 0 || got > 100 {
				t.Fatalf("%s claims %d", f.Kind, got)
			}
		}
		ev, err := Forms[int(n)%len(Forms)].Read(text, form.Options{Source: fact.Source{File: "x", Line: 1}, Sure: true})
		if err != nil {
			return
		}
		Fill(&ev)
		for _, i := range ev.Intents {
			if len(i.Request.Wire()) == 0 || i.Request.URL.Host == "" || i.Request.Method == "" || i.Source.Line < 1 {
				t.Fatalf("empty request: %v", i.Request.URL)
			}
		}
	})
}
