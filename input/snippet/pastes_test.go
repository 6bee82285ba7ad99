package snippet

import (
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
)

// paste is one text of the corpus and what its first lines say of it.
type paste struct {
	kind, name, text string
	want             []string
}

func pastes(t testing.TB) []paste {
	var out []paste
	for _, f := range Forms {
		a := corpus.Of(t, f.Kind)
		want := map[string][]string{}
		for _, l := range strings.Split(string(a.Comment), "\n") {
			if name, rest, ok := strings.Cut(l, ": "); ok {
				want[name] = strings.Fields(rest)
			}
		}
		for _, file := range a.Files {
			out = append(out, paste{f.Kind, file.Name, string(file.Data), want[file.Name]})
		}
	}
	return out
}

// TestPastes reads ../testdata/pastes/KIND.txtar: every text is known by its own form, by no other more surely, and gives
// the request that the file's head tells.
func TestPastes(t *testing.T) {
	for _, p := range pastes(t) {
		t.Run(p.kind+"/"+p.name, func(t *testing.T) {
			own := 0
			for _, f := range Forms {
				if f.Kind == p.kind {
					own = f.Is(p.text)
				}
			}
			if own < 60 {
				t.Errorf("own form is %d sure", own)
			}
			for _, f := range Forms {
				if n := f.Is(p.text); n > own || n == own && f.Kind != p.kind {
					t.Errorf("%s is %d sure, its own form %d", f.Kind, n, own)
				}
			}
			for _, f := range Forms {
				if f.Kind != p.kind {
					continue
				}
				e, err := f.Read(p.text, form.Options{})
				if err != nil {
					t.Fatal(err)
				}
				i := e.Intents[len(e.Intents)-1]
				if slices.Contains(p.want, "n=2") {
					if i = e.Intents[0]; len(e.Intents) != 2 {
						t.Errorf("%d requests", len(e.Intents))
					}
				}
				check(t, p.want, i, e)
			}
		})
	}
}

// TestScanPastes finds every text of the corpus within prose.
func TestScanPastes(t *testing.T) {
	for _, p := range pastes(t) {
		t.Run(p.kind+"/"+p.name, func(t *testing.T) {
			text := "I get a 401 from this and do not know why.\n\n```\n" + p.text + "```\n\nHTTP/1.1 401 Unauthorized\nServer: nginx\n"
			e, spans := Scan(text, form.Options{})
			if len(e.Intents) == 0 || len(spans) == 0 {
				t.Fatalf("nothing found: %v", e.Facts)
			}
			if i := e.Intents[len(e.Intents)-1]; i.Request.Method != p.want[0] {
				t.Errorf("method %s, want %s", i.Request.Method, p.want[0])
			} else if slices.Contains(p.want, "n=2") {
				return
			} else if got := shown(i.Request.URL); got != p.want[1] && strings.Split(got, "?")[0] != p.want[1] {
				t.Errorf("address %s, want %s", shown(i.Request.URL), p.want[1])
			}
			for _, s := range spans {
				if s.First < 4 || s.Last > 3+strings.Count(p.text, "\n") {
					t.Errorf("span %+v of %d lines", s, strings.Count(text, "\n"))
				}
			}
		})
	}
}

func shown(u exchange.URL) string {
	s := u.Path
	if u.Host != "" {
		s = u.Scheme + "://" + u.Authority() + u.Path
	}
	if u.HasQuery {
		s += "?" + u.RawQuery().Reveal()
	}
	return s
}

func check(t *testing.T, want []string, i *exchange.Intent, e exchange.Evidence) {
	if len(want) < 2 {
		t.Fatal("the file's head says nothing of it")
	}
	if i.Request.Method != want[0] {
		t.Errorf("method %s, want %s", i.Request.Method, want[0])
	}
	if got := shown(i.Request.URL); got != want[1] && strings.Split(got, "?")[0] != want[1] {
		t.Errorf("address %s, want %s", got, want[1])
	}
	for _, w := range want[2:] {
		name, val, has := strings.Cut(w, "=")
		if rest, ok := strings.CutPrefix(w, "body="); ok {
			name, val, has = "body", rest, true
		}
		val = strings.ReplaceAll(val, "_", " ")
		what, arg, _ := strings.Cut(name, ":")
		switch what {
		case "h":
			if !i.Request.Header.Has(arg) {
				t.Errorf("no field %s", arg)
			} else if got := i.Request.Header.Text(arg).Reveal(); has && strings.ReplaceAll(got, "_", " ") != val {
				t.Errorf("%s: %q, want %q", arg, got, val)
			}
		case "noh":
			if i.Request.Header.Has(arg) {
				t.Errorf("there is a field %s", arg)
			}
		case "var":
			if !slices.Contains(i.Variables, arg) {
				t.Errorf("variables %q, want %s", i.Variables, arg)
			}
			if i.Request.Header.Has(arg) {
				t.Errorf("the variable %s is in the header", arg)
			}
			if len(i.Notes) == 0 {
				t.Error("no note names the variable")
			}
		case "auth":
			if string(i.Auth) != val {
				t.Errorf("auth %s, want %s", i.Auth, val)
			}
		case "user":
			if i.Login.User.Reveal() != val {
				t.Errorf("user %s, want %s", i.Login.User.Reveal(), val)
			}
		case "body":
			if got := strings.TrimSpace(i.Request.Body.Reveal()); strings.ReplaceAll(got, "_", " ") != val {
				t.Errorf("body %q, want %q", got, val)
			}
		case "agent":
			if i.Agent.Name != val {
				t.Errorf("agent %s, want %s", i.Agent.Name, val)
			}
		case "lost":
			if !slices.ContainsFunc(i.Lost, func(l exchange.ShellLoss) bool { return l.Char == val }) {
				t.Errorf("lost %v, want %s", i.Lost, val)
			}
		case "follow":
			if !i.Follow {
				t.Error("does not follow redirects")
			}
		case "set":
			if !slices.ContainsFunc(e.Settings, func(s exchange.Setting) bool { return s.Name == arg && s.System == "code" }) {
				t.Errorf("settings %v, want %s", e.Settings, arg)
			}
		case "note":
			if !slices.ContainsFunc(i.Notes, func(f fact.Fact) bool { return strings.Contains(f.Text, arg) }) {
				t.Errorf("notes %v, want %s", i.Notes, arg)
			}
		case "n":
		default:
			t.Errorf("the head says %q, which the test does not know", w)
		}
	}
}
