package message

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// kinds is the reader for each corpus; app-log has no form here (package mixed has it).
var kinds = map[string]struct {
	is   func(string) int
	read func(string, form.Options) (exchange.Evidence, error)
}{
	"access-log": {isAccess, readAccess},
	"error-log":  {isServerLog, readServerLog},
	"app-log":    {IsLog, func(s string, o form.Options) (exchange.Evidence, error) { return Log(s, o), nil }},
	"tool-error": {isTool, readTool},
	"body":       {isBody, readBody},
	"stack":      {isStack, readStack},
}

// TestPastes reads ../testdata/pastes/KIND.txtar: every file must be known by its own form, by no other more surely, and
// give what the archive's comment says of it.
func TestPastes(t *testing.T) {
	for kind, k := range kinds {
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
		for _, f := range a.Files {
			t.Run(kind+"/"+f.Name, func(t *testing.T) {
				text := string(f.Data)
				own := k.is(text)
				if own < 60 {
					t.Errorf("the own form is %d sure", own)
				}
				for _, other := range Forms {
					if n := other.Is(text); other.Kind != kind && n > own {
						t.Errorf("%s is %d sure, %s %d", other.Kind, n, kind, own)
					}
				}
				e, err := k.read(text, form.Options{})
				if err != nil || e.Empty() {
					t.Fatalf("empty or %v", err)
				}
				if kind == "body" {
					checkBody(t, e, wants[f.Name])
				} else {
					checkMessages(t, e, wants[f.Name])
				}
				delete(wants, f.Name)
			})
		}
		for name := range wants {
			t.Errorf("%s: the comment speaks of %s, which is not there", kind, name)
		}
	}
}

// value is what a message has under a name of the comment.
func value(m exchange.Message, name string) string {
	switch name {
	case "who":
		return m.Who
	case "status":
		return fmt.Sprint(m.Status)
	}
	return m.Fields[name]
}

func checkMessages(t *testing.T, e exchange.Evidence, want string) {
	t.Helper()
	if len(e.Messages) == 0 {
		t.Fatal("no messages")
	}
	for _, w := range fields(want) {
		n := 0
		if rest, ok := strings.CutPrefix(w, "#"); ok {
			fmt.Sscanf(rest, "%d:", &n)
			_, w, _ = strings.Cut(rest, ":")
			n--
		}
		name, val, _ := strings.Cut(w, "=")
		if n >= len(e.Messages) {
			t.Errorf("%d messages, wanted %s of #%d", len(e.Messages), w, n+1)
			continue
		}
		m := e.Messages[n]
		if got := value(m, name); got != val {
			t.Errorf("#%d %s = %q, want %q (of %.150q; %v)", n+1, name, got, val, string(m.Text), m.Fields)
		}
	}
}

// fields splits the wanted pairs at blanks that a name and "=" follow.
func fields(s string) []string {
	var out []string
	for _, w := range strings.Fields(s) {
		name, _, ok := strings.Cut(w, "=")
		if (!ok || strings.ContainsAny(name, "/")) && w != "json" && len(out) > 0 {
			out[len(out)-1] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

func checkBody(t *testing.T, e exchange.Evidence, want string) {
	t.Helper()
	if len(e.Exchanges) == 0 {
		t.Fatal("no exchange")
	}
	x := e.Exchanges[0]
	if x.Unseen&bodyUnseen != bodyUnseen {
		t.Errorf("unseen: %b", x.Unseen)
	}
	for _, w := range fields(want) {
		name, val, _ := strings.Cut(w, "=")
		switch name {
		case "status":
			if got := fmt.Sprint(x.Status()); got != val {
				t.Errorf("status %s, want %s", got, val)
			}
		case "body":
			if !strings.Contains(string(x.Body()), val) {
				t.Errorf("body %.200q lacks %q", x.Body(), val)
			}
		case "json":
			if !json.Valid(x.Body()) {
				t.Errorf("no JSON: %.200s", x.Body())
			}
		case "url":
			if got := x.Request.URL.String(); got != val {
				t.Errorf("url %s", got)
			}
		case "who", "mstatus":
			if len(e.Messages) == 0 || value(e.Messages[0], strings.TrimPrefix(name, "m")) != val {
				t.Errorf("%s: %v", w, e.Messages)
			}
		}
	}
}

// TestVectors reads the public log lines of ../shared/vectors/access-logs where they lie.
func TestVectors(t *testing.T) {
	dir := os.Getenv("WHY401_VECTORS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "access-logs", "*.log"))
	if len(files) == 0 {
		t.Skip("no public vectors at ", dir, ": set WHY401_VECTORS")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		if slices.Contains([]string{"http-magento-bf.log"}, name) {
			continue // an application's log
		}
		if strings.Contains(name, "modsecurity") || strings.Contains(name, "nginx-http-generic") {
			if n := isServerLog(string(b)); n < 60 {
				t.Errorf("%s: error log %d", name, n)
			}
			continue
		}
		if n := isAccess(string(b)); n < 60 {
			t.Errorf("%s: access log %d", name, n)
		}
		e, _ := readAccess(string(b), form.Options{})
		for _, m := range e.Messages {
			if m.Kind == "access" && (m.Status == 0 || m.Fields["method"] == "") && m.Who != "caddy" && m.Who != "traefik" && m.Who != "haproxy" && !strings.Contains(string(m.Text), "\"\" 400") {
				t.Errorf("%s: status %d, %v of %.200q", name, m.Status, m.Fields, string(m.Text))
			}
		}
	}
}
