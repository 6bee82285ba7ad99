package mixed

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/message"
)

func corpus(t testing.TB, kind string) (*txtar.Archive, map[string]string) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("..", "testdata", "pastes", kind+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	wants := map[string]string{}
	for line := range strings.SplitSeq(string(a.Comment), "\n") {
		if name, want, ok := strings.Cut(line, ": "); ok && !strings.Contains(name, " ") {
			wants[name] = want
		}
	}
	return a, wants
}

// TestNotes reads the mixed reports as text and as notes: what their archive's comment promises must come out.
func TestNotes(t *testing.T) {
	a, wants := corpus(t, "note")
	for _, f := range a.Files {
		for _, as := range []string{"text", "note"} {
			t.Run(as+"/"+f.Name, func(t *testing.T) {
				e, err := map[string]func(string, form.Options) (exchange.Evidence, error){"text": Read, "note": ReadNote}[as](string(f.Data), form.Options{})
				if err != nil {
					t.Fatal(err)
				}
				check(t, e, wants[f.Name])
			})
		}
	}
}

func check(t *testing.T, e exchange.Evidence, want string) {
	t.Helper()
	counts := map[string]int{"intents": len(e.Intents), "exchanges": len(e.Exchanges), "tokens": len(e.Tokens), "messages": len(e.Messages), "settings": len(e.Settings), "notes": len(e.Notes)}
	name, rest := "", map[string]string{}
	for _, w := range strings.Fields(want) {
		if k, v, ok := strings.Cut(w, "="); ok {
			name, rest[k] = k, v
		} else {
			rest[name] += " " + w
		}
	}
	for k, v := range rest {
		if n, ok := counts[k]; ok {
			least, _ := strconv.Atoi(v)
			if n < least || least == 0 && n > 0 {
				t.Errorf("%d %s, want %d", n, k, least)
			}
			continue
		}
		ok := v == ""
		for _, m := range e.Messages {
			ok = ok || k == "msg" && strings.Contains(string(m.Text), v) || k == "who" && m.Who == v
		}
		for _, n := range e.Notes {
			ok = ok || k == "note" && strings.Contains(string(n.Text), v)
		}
		for _, x := range e.Exchanges {
			ok = ok || k == "xstatus" && fmt.Sprint(x.Status()) == v
		}
		if !ok {
			t.Errorf("no %s=%s in %v", k, v, summary(e))
		}
	}
}

// summary says what there is; for the eyes of who mends a test.
func summary(e exchange.Evidence) string {
	var b strings.Builder
	for _, m := range e.Messages {
		fmt.Fprintf(&b, "message by %q, %d: %.120q\n", m.Who, m.Status, string(m.Text))
	}
	for _, x := range e.Exchanges {
		fmt.Fprintf(&b, "exchange %s %s %d\n", x.Request.Method, x.Request.URL, x.Status())
	}
	for _, n := range e.Notes {
		fmt.Fprintf(&b, "note: %.80q\n", string(n.Text))
	}
	return b.String()
}

// TestFallback: mixed text never outdoes the reader of a pure kind.
func TestFallback(t *testing.T) {
	for _, f := range message.Forms {
		a, _ := corpus(t, f.Kind)
		for _, file := range a.Files {
			own := f.Is(string(file.Data))
			for _, g := range Forms {
				if n := g.Is(string(file.Data)); n > own {
					t.Errorf("%s/%s: %s is %d sure, the own form %d", f.Kind, file.Name, g.Kind, n, own)
				}
			}
		}
	}
	a, _ := corpus(t, "note")
	for _, file := range a.Files {
		best, kind := 0, ""
		for _, f := range append(append([]form.Form{}, Forms...), message.Forms...) {
			if n := f.Is(string(file.Data)); n > best {
				best, kind = n, f.Kind
			}
		}
		if kind != "text" && kind != "note" && kind != "app-log" && kind != "tool-error" {
			t.Errorf("%s is taken for %s (%d)", file.Name, kind, best)
		}
	}
}

// TestCases walks the labelled cases beside the project: no artefact may fail or come out empty.
func TestCases(t *testing.T) {
	dir := os.Getenv("WHY401_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "cases")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if len(files) == 0 {
		t.Skip("no labelled cases at ", dir, ": set WHY401_CASES")
	}
	readers := map[string]func(string, form.Options) (exchange.Evidence, error){"note": ReadNote, "app-log": ReadLog}
	for _, f := range message.Forms {
		readers[f.Kind] = f.Read
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Artefacts []struct{ Kind, Text string }
		}
		if err := yaml.Unmarshal(b, &c); err != nil {
			t.Fatal(name, err)
		}
		for _, a := range c.Artefacts {
			read := readers[a.Kind]
			if read == nil {
				read = Read // other packages have a form for it: it must come through as text as well
			}
			for i, f := range []func(string, form.Options) (exchange.Evidence, error){read, Read} {
				if e, err := f(a.Text, form.Options{Sure: true}); err != nil || e.Empty() {
					t.Errorf("%s, %s (%d): empty or %v", filepath.Base(name), a.Kind, i, err)
				}
			}
		}
	}
}

func TestNasty(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "blank": "\n \n", "binary": strings.Repeat("\x00\xff\x01", 9000), "brackets": strings.Repeat("[", 1e5), "braces": strings.Repeat("{\n", 3e4), "objects": strings.Repeat("{\"a\":\n", 1e4),
		"quotes": strings.Repeat("\"", 1e5), "backticks": strings.Repeat("`", 1e5), "line": strings.Repeat("error 401 ", 1e4), "lines": strings.Repeat("x\n", 4e4), "eyJ": strings.Repeat("eyJ", 3e4), "eyJdots": strings.Repeat("eyJabcdef.", 1e4),
		"fences": strings.Repeat("```\n", 2e5), "markup": strings.Repeat("<html>\n", 1e5), "get": strings.Repeat("GET / ", 1e5), "getlines": strings.Repeat("GET / 401\n", 1e5), "latin1": "Zugriff f\xfcr Benutzer verweigert 401\n", "bom": "\xef\xbb\xbfGET /x 401",
		"utf16": "\xff\xfeG\x00E\x00T\x00 \x00/\x00", "crlf": "GET /x 401\r\nthe answer is wrong here\r\n", "comment": "<!--\n" + strings.Repeat("a\n", 1e5), "auth": strings.Repeat("Authorization: Bearer abcdef0123\n", 2e4), "claims": strings.Repeat("{\"iss\":1,\"exp\":2}\n", 2e4),
	} {
		start := time.Now()
		for _, f := range Forms {
			f.Is(text)
		}
		if _, err := Read(text, form.Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > time.Minute {
			t.Errorf("%s: %v", name, d)
		} else if d > time.Second {
			t.Logf("%s: %v", name, d)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, kind := range []string{"note", "app-log", "tool-error", "body"} {
		a, _ := corpus(f, kind)
		for _, file := range a.Files {
			f.Add(string(file.Data))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, g := range Forms {
			g.Is(text)
			if _, err := g.Read(text, form.Options{}); err != nil {
				t.Error(err)
			}
		}
	})
}
