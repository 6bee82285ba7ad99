package tree

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for name, text := range map[string]string{
		"a.yml":  "http:\n  routers:\n    web:\n      rule: \"Host(`a`)\"\n      middlewares: [x, y]\n",
		"a.toml": "[http]\n[http.routers]\n[http.routers.web]\n  rule = \"Host(`a`)\"\n  middlewares = [\"x\", \"y\"]\n",
		"a.json": "{\"http\":{\n\"routers\":{\n\"web\":{\n\"rule\":\"Host(`a`)\",\n\"middlewares\":[\"x\",\"y\"]}}}}",
	} {
		docs, err := Read(name, []byte(text))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		w := docs[0].Get("HTTP", "routers", "web")
		if got := w.Get("rule"); got.String() != "Host(`a`)" || got.Line != 4 || got.File != name {
			t.Errorf("%s: rule %+v", name, got)
		}
		if got := w.Get("middlewares").Strings(); strings.Join(got, " ") != "x y" {
			t.Errorf("%s: middlewares %q", name, got)
		}
	}
	docs, err := Read("b.yaml", []byte("a: &x {k: 1}\nb:\n  <<: *x\n  l: |\n    two\n    lines\n---\nc: true\n"))
	if err != nil || len(docs) != 2 || docs[0].Get("b", "k").String() != "1" || docs[0].Get("b", "l").String() != "two\nlines\n" || !docs[1].Get("c").Bool() {
		t.Errorf("%v %+v", err, docs)
	}
	for name, text := range map[string]string{"a.yaml": "a: [", "a.json": "{\"a\":", "a.toml": "a = ", "b.yaml": strings.Repeat("[", 3000), "b.json": strings.Repeat("[", 3000)} {
		if _, err := Read(name, []byte(text)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.yaml", "a: &x [1, {b: *x}]\n---\n- |\n  z\n")
	f.Add("a.toml", "[a.b]\nc.d = {e = [1, 'x']}\n[[f]]\ng = \"\"\"\nx\"\"\"\n")
	f.Add("a.json", `{"a":[1,null,true,"x"]}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		if docs, err := Read(name, []byte(text)); err == nil {
			for _, d := range docs {
				d.Get("a", "b").Strings()
			}
		}
	})
}
