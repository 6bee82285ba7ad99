package settings_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
	"github.com/why401/why401/input/settings"
)

// hostile are texts that nobody wrote to be read.
func hostile() map[string]string {
	big := func(s string) string { return strings.Repeat(s, 30_000/len(s)) }
	return map[string]string{
		"empty": "", "blank": " \n\t\n", "zero": "\x00\x01\x02", "latin1": "name=J\xfcrgen\nserver { listen 80; }",
		"brackets": strings.Repeat("[", 200_000), "braces": strings.Repeat("{", 200_000), "braces open": big("a{\n"), "xml": big("<a>"), "xml attrs": big("<a b='c' "),
		"line": big("x"), "lines": big("\n"), "colons": big("a: "), "dashes": big("- "), "dash lines": big("-\n"), "keys": big("a:\n"),
		"quotes": big(`"`), "single quotes": big("'"), "backslashes": big("\\\n"), "equals": big("A_KEY=\n"), "stairs": stairs(3000),
		"flow": "a: " + big("[1,"), "flow keys": "a: " + big("{a:"), "comments": big("/*"), "flow comments": "{" + big("//\n"), "templates": big("{{"),
		"machines": big("machine a login b password c\n"), "crs": big("\r"), "anchors": big("a: &b\n"), "sections": big("[a]\n"), "close": big("}\n"),
		"elements": "<settings>" + big("<server></server>"), "not closed": big("\"auths\": {"), "json text": "{" + big(`"a":1,`), "continued": big("Require \\\n"),
		"location": big("location / { "), "containers": big("<Directory />\n"), "aliases": bomb(), "escapes": `{"a":"` + big(`\u00`), "fences": big("```\n"), "titles": big(".npmrc:\n"),
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", min(i, 300)) + "a:\n")
	}
	return b.String()
}

// bomb is YAML that unfolds ninefold on every level.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	return b.String()
}

func TestHostile(t *testing.T) {
	for name, text := range hostile() {
		for _, f := range settings.Forms {
			began := time.Now()
			f.Is(text)
			is := time.Since(began)
			ev, _ := f.Read(text, form.Options{Source: fact.Source{Input: "paste"}, Sure: true})
			if all := time.Since(began); is > 20*time.Second || all > time.Minute {
				t.Errorf("%s: %s took %v to recognise and %v in all", name, f.Kind, is, all)
			}
			if len(ev.Settings) > 20000 || len(ev.Facts) > 200 {
				t.Errorf("%s: %s gave %d settings and %d facts", name, f.Kind, len(ev.Settings), len(ev.Facts))
			}
		}
		began := time.Now()
		settings.Scan(text, form.Options{})
		if d := time.Since(began); d > time.Minute {
			t.Errorf("%s: Scan took %v", name, d)
		}
	}
}

func TestAliasesAreRefused(t *testing.T) {
	for _, f := range settings.Forms {
		if f.Kind != "yaml" {
			continue
		}
		_, err := f.Read(bomb(), form.Options{})
		if err == nil || !strings.Contains(err.Error(), "aliases") {
			t.Errorf("%v", err)
		}
	}
}

func TestEncodings(t *testing.T) {
	const plain = "//registry.example.com/:_authToken=npm_FAKE\n"
	f := formOf(t, "npmrc")
	units := utf16.Encode([]rune("\ufeff" + plain))
	little := make([]byte, 0, 2*len(units))
	for _, u := range units {
		little = append(little, byte(u), byte(u>>8))
	}
	for name, text := range map[string]string{
		"bom": "\ufeff" + plain, "crlf": strings.ReplaceAll(plain, "\n", "\r\n"), "utf-16": string(little), "latin-1": "# J\xfcrgen\n" + plain,
	} {
		ev, err := f.Read(text, form.Options{})
		if err != nil || len(ev.Settings) != 1 || ev.Settings[0].Name != "//registry.example.com/:_authToken" || len(ev.Facts) == 0 {
			t.Errorf("%s: %v %v", name, err, ev)
		}
	}
}

func formOf(t testing.TB, kind string) form.Form {
	t.Helper()
	for _, f := range settings.Forms {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatal("no form " + kind)
	return form.Form{}
}

// check holds what must be true of whatever is read.
func check(t *testing.T, ev exchange.Evidence, text string) {
	t.Helper()
	n := strings.Count(text, "\n") + strings.Count(text, "\r") + 2
	for _, s := range ev.Settings {
		if s.System == "" || s.From.Line < 1 || s.From.Line > n {
			t.Fatalf("setting at line %d of %d", s.From.Line, n)
		}
	}
	for _, f := range ev.Facts {
		if f.From.Line < 1 || f.From.Line > n {
			t.Fatalf("fact %q at line %d of %d", f.Text, f.From.Line, n)
		}
	}
}

// FuzzRead: every reader takes any text.
func FuzzRead(f *testing.F) {
	for k, g := range settings.Forms {
		for _, p := range corpus.Of(f, g.Kind).Files {
			f.Add(uint8(k), string(p.Data))
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, text string) {
		g := settings.Forms[int(k)%len(settings.Forms)]
		if n := g.Is(text); n < 0 || n > 100 {
			t.Fatalf("%s: %d", g.Kind, n)
		}
		ev, err := g.Read(text, form.Options{Sure: true})
		if err != nil && len(ev.Settings) > 0 {
			t.Fatalf("%s: an error and settings", g.Kind)
		}
		check(t, ev, text)
	})
}

// FuzzScan: spans are in order, inside the text, and do not overlap.
func FuzzScan(f *testing.F) {
	f.Add(report)
	for _, g := range settings.Forms {
		for _, p := range corpus.Of(f, g.Kind).Files {
			f.Add("It does not work:\n\n" + string(p.Data) + "\nAny idea?\n```\n" + string(p.Data) + "```\n")
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		ev, spans := settings.Scan(text, form.Options{})
		last := 0
		for _, s := range spans {
			if s.First <= last || s.Last < s.First || s.Last > strings.Count(text, "\n")+strings.Count(text, "\r")+1 {
				t.Fatalf("%+v", spans)
			}
			last = s.Last
		}
		check(t, ev, text)
	})
}
