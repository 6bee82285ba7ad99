package collection

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
)

// show is what was read in lines: requests byte for byte, notes, examples, settings.
func show(ev exchange.Evidence) string {
	var b strings.Builder
	for _, i := range ev.Intents {
		fmt.Fprintf(&b, "%s line %d: %s %s://%s%s\n", i.Agent.Name, i.Source.Line, i.Request.Method, i.Request.URL.Scheme, i.Request.URL.Authority(), i.Request.URL.Target().Reveal())
		for _, f := range i.Request.Header {
			fmt.Fprintf(&b, "  %s\n", f.Line())
		}
		if !i.Request.Body.Empty() {
			fmt.Fprintf(&b, "  body %q\n", i.Request.Body.Reveal())
		}
		if i.Auth != "" {
			fmt.Fprintf(&b, "  %s login %s / %s from %s %s\n", i.Auth, i.Login.User.Reveal(), i.Login.Password.Reveal(), i.Login.From, i.Login.Sigv4)
		}
		fmt.Fprintf(&b, "  follow %v jar %v trusted %v insecure %v hops %d http %s\n", i.Follow, i.Jar, i.Trusted, i.TLS.Insecure, i.MaxHops, i.HTTP)
		for _, n := range i.Notes {
			fmt.Fprintf(&b, "  note: %s\n", n.Text)
		}
	}
	for _, x := range ev.Exchanges {
		fmt.Fprintf(&b, "example: %s %s -> %d, header %d, body %d\n", x.Request.Method, x.Request.URL, x.Status(), len(x.Header()), len(x.Body()))
	}
	for _, s := range ev.Settings {
		value := s.Args[0].String()
		if s.Args[0].Closed() {
			value = "closed"
		}
		fmt.Fprintf(&b, "setting line %d: %v %s = %s\n", s.From.Line, s.Context, s.Name, value)
	}
	for _, f := range ev.Facts {
		fmt.Fprintf(&b, "fact: %s\n", f.Text)
	}
	return b.String()
}

// TestPastes: each paste is known for its kind by no other form of this package, and is read as the golden file says.
// UPDATE=1 writes the golden files anew.
func TestPastes(t *testing.T) {
	counts := map[string]int{"postman": 12, "postman-environment": 4, "insomnia": 8, "bruno": 8, "http-file": 14, "hurl": 8}
	for _, f := range Forms {
		all := corpus.Of(t, f.Kind).Files
		if len(all) < counts[f.Kind] {
			t.Errorf("%s: %d pastes", f.Kind, len(all))
		}
		var golden strings.Builder
		for _, p := range all {
			text := string(p.Data)
			own := f.Is(text)
			if own < 60 {
				t.Errorf("%s: Is gives %d", p.Name, own)
			}
			for _, g := range Forms {
				if n := g.Is(text); g.Kind != f.Kind && n >= own {
					t.Errorf("%s: %s claims %d, %s %d", p.Name, g.Kind, n, f.Kind, own)
				}
			}
			ev, err := f.Read(text, form.Options{Source: fact.Source{File: p.Name}})
			if err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
			fmt.Fprintf(&golden, "== %s\n%s", p.Name, show(ev))
			loud(t, p.Name, ev)
			if crlf, err := f.Read(strings.ReplaceAll(text, "\n", "\r\n"), form.Options{Source: fact.Source{File: p.Name}}); err != nil || len(crlf.Intents) != len(ev.Intents) {
				t.Errorf("%s with CRLF: %v, %d requests", p.Name, err, len(crlf.Intents))
			}
		}
		name := filepath.Join("testdata", f.Kind+".golden")
		if os.Getenv("UPDATE") != "" {
			os.MkdirAll("testdata", 0o755)
			if err := os.WriteFile(name, []byte(golden.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil || golden.String() != string(want) {
			t.Errorf("%s: differs from %s; see it with UPDATE=1 and git diff (%v)", f.Kind, name, err)
		}
	}
}

// loud looks for secrets in what may be printed.
func loud(t *testing.T, name string, ev exchange.Evidence) {
	t.Helper()
	var out []string
	for _, f := range ev.Facts {
		out = append(out, f.Text)
	}
	for _, i := range ev.Intents {
		out = append(out, fmt.Sprintf("%v %+v %+v", i.Request.URL, i.Request, i.Login))
		for _, n := range i.Notes {
			out = append(out, n.Text)
		}
	}
	for _, x := range ev.Exchanges {
		out = append(out, fmt.Sprintf("%+v", x.Request))
	}
	for _, s := range ev.Settings {
		out = append(out, fmt.Sprintf("%+v", s))
	}
	sort.Strings(out)
	for _, s := range out {
		for _, w := range []string{"made-up", "not-a-real-one", "AKIAFAKE"} {
			if strings.Contains(s, w) {
				t.Errorf("%s: %q is shown in %.200s", name, w, s)
			}
		}
	}
}
